# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 31872e3620ea1a6d5ff8cd59d6bfb182f2a464eced6154e34d449c2f041c1f45

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
