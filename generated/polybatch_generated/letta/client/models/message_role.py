# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 31872e3620ea1a6d5ff8cd59d6bfb182f2a464eced6154e34d449c2f041c1f45

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
