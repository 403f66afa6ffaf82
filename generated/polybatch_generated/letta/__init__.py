# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: cb97de8a785529e3b202f9d32ff2a81c6bacc893860bac3ba56ea6c126518fcb

"""Letta batches: generated from specs/letta."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.letta.com", "http://localhost:8283")
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "bearerAuth": {"type": "http", "scheme": "bearer"},
    "barePassword": {"type": "apiKey", "in": "header", "name": "X-BARE-PASSWORD"},
}
