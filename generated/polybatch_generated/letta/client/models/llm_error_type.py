# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

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
