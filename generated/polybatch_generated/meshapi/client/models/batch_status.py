# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

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
