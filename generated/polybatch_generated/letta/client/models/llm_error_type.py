# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: cb97de8a785529e3b202f9d32ff2a81c6bacc893860bac3ba56ea6c126518fcb

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
