# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from enum import StrEnum


class AnthropicVersion(StrEnum):
    V2023_06_01 = "2023-06-01"
    V2026_10_21 = "2026-10-21"

    def __str__(self) -> str:
        return str(self.value)
