# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 03968b9d58d953ef48b51c62562e84feb33464652518e001b99089e23b24c7ec

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
