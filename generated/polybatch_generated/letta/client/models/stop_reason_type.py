# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from enum import StrEnum


class StopReasonType(StrEnum):
    CANCELLED = "cancelled"
    CONTEXT_WINDOW_OVERFLOW_IN_SYSTEM_PROMPT = "context_window_overflow_in_system_prompt"
    END_TURN = "end_turn"
    ERROR = "error"
    INSUFFICIENT_CREDITS = "insufficient_credits"
    INVALID_LLM_RESPONSE = "invalid_llm_response"
    INVALID_TOOL_CALL = "invalid_tool_call"
    LLM_API_ERROR = "llm_api_error"
    MAX_STEPS = "max_steps"
    MAX_TOKENS_EXCEEDED = "max_tokens_exceeded"
    NO_TOOL_CALL = "no_tool_call"
    REQUIRES_APPROVAL = "requires_approval"
    TOOL_RULE = "tool_rule"

    def __str__(self) -> str:
        return str(self.value)
