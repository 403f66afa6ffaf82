# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 2756a408aca480d08b979821a31f0571f7074ff26832c79e011b2f69b96e22a0

from enum import StrEnum


class BetaServiceTierParam(StrEnum):
    AUTO = "auto"
    STANDARD_ONLY = "standard_only"

    def __str__(self) -> str:
        return str(self.value)
