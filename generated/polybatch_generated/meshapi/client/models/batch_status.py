# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 4f62bd21d501ef5dd76aca1a235edcd97686759c501f33ec4de2dc7018c51207

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
