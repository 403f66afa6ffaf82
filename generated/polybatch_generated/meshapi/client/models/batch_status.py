# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: efbd751a1ab6cea3efef71b24c38c7ea275edcfc8021d3b311cec71746399af4

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
