# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""Letta batches: generated from specs/letta."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.letta.com", "http://localhost:8283")
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "bearerAuth": {"type": "http", "scheme": "bearer"},
    "barePassword": {"type": "apiKey", "in": "header", "name": "X-BARE-PASSWORD", "x-prefix": "password "},
}
