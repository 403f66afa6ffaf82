# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: ff7107ad9a4525eb9059474f654197959defda01848f55b22c4ec16aae40f19b

from enum import StrEnum


class BatchStatus(StrEnum):
    CANCELLED = "cancelled"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    EXPIRED = "expired"
    FAILED = "failed"
    FINALIZING = "finalizing"
    IN_PROGRESS = "in_progress"
    VALIDATING = "validating"

    def __str__(self) -> str:
        return str(self.value)
