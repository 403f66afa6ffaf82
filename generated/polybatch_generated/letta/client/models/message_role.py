# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from enum import StrEnum


class MessageRole(StrEnum):
    APPROVAL = "approval"
    ASSISTANT = "assistant"
    FUNCTION = "function"
    SUMMARY = "summary"
    SYSTEM = "system"
    TOOL = "tool"
    USER = "user"

    def __str__(self) -> str:
        return str(self.value)
