# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 2756a408aca480d08b979821a31f0571f7074ff26832c79e011b2f69b96e22a0

"""Anthropic Message Batches: generated from specs/anthropic."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.anthropic.com",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
