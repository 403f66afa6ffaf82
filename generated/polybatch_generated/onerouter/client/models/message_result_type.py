# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 487d3af72f5cd8d1c9159a507ea5d319d757efb33108c34e69ec07c3da9f2ca3

from enum import StrEnum


class MessageResultType(StrEnum):
    CANCELED = "canceled"
    ERRORED = "errored"
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"

    def __str__(self) -> str:
        return str(self.value)
