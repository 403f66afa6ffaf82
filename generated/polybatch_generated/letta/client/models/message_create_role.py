# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: cb97de8a785529e3b202f9d32ff2a81c6bacc893860bac3ba56ea6c126518fcb

from enum import StrEnum


class MessageCreateRole(StrEnum):
    ASSISTANT = "assistant"
    SYSTEM = "system"
    USER = "user"

    def __str__(self) -> str:
        return str(self.value)
