# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 31872e3620ea1a6d5ff8cd59d6bfb182f2a464eced6154e34d449c2f041c1f45

from enum import StrEnum


class LlmErrorType(StrEnum):
    LLM_AUTHENTICATION = "llm_authentication"
    LLM_BAD_REQUEST = "llm_bad_request"
    LLM_ERROR = "llm_error"
    LLM_INSUFFICIENT_CREDITS = "llm_insufficient_credits"
    LLM_RATE_LIMIT = "llm_rate_limit"
    LLM_TIMEOUT = "llm_timeout"

    def __str__(self) -> str:
        return str(self.value)
