# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 487d3af72f5cd8d1c9159a507ea5d319d757efb33108c34e69ec07c3da9f2ca3

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
