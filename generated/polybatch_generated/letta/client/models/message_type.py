# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from enum import StrEnum


class MessageType(StrEnum):
    APPROVAL_REQUEST_MESSAGE = "approval_request_message"
    APPROVAL_RESPONSE_MESSAGE = "approval_response_message"
    ASSISTANT_MESSAGE = "assistant_message"
    EVENT_MESSAGE = "event_message"
    HIDDEN_REASONING_MESSAGE = "hidden_reasoning_message"
    REASONING_MESSAGE = "reasoning_message"
    SUMMARY_MESSAGE = "summary_message"
    SYSTEM_MESSAGE = "system_message"
    TOOL_CALL_MESSAGE = "tool_call_message"
    TOOL_RETURN_MESSAGE = "tool_return_message"
    USER_MESSAGE = "user_message"

    def __str__(self) -> str:
        return str(self.value)
