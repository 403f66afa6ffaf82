# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""Anthropic Message Batches: generated from specs/anthropic."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.anthropic.com",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}
