# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 03968b9d58d953ef48b51c62562e84feb33464652518e001b99089e23b24c7ec

from enum import StrEnum


class TaskStatus(StrEnum):
    FAILURE = "FAILURE"
    IN_PROGRESS = "IN_PROGRESS"
    NOT_START = "NOT_START"
    QUEUED = "QUEUED"
    SUBMITTED = "SUBMITTED"
    SUCCESS = "SUCCESS"
    UNKNOWN = "UNKNOWN"

    def __str__(self) -> str:
        return str(self.value)
