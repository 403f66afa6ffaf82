# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 03968b9d58d953ef48b51c62562e84feb33464652518e001b99089e23b24c7ec

from enum import StrEnum


class MessageResultType(StrEnum):
    CANCELED = "canceled"
    ERRORED = "errored"
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"

    def __str__(self) -> str:
        return str(self.value)
