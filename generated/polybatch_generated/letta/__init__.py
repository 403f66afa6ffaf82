# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 31872e3620ea1a6d5ff8cd59d6bfb182f2a464eced6154e34d449c2f041c1f45

"""Letta batches: generated from specs/letta."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.letta.com", "http://localhost:8283")
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "bearerAuth": {"type": "http", "scheme": "bearer"},
    "barePassword": {"type": "apiKey", "in": "header", "name": "X-BARE-PASSWORD"},
}
