# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 1440adeb8464617d28ef8bea89dc1be0f26b8d094573eee7b7d0a3d8c6cdc975

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
