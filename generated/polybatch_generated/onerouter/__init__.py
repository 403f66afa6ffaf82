# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 1440adeb8464617d28ef8bea89dc1be0f26b8d094573eee7b7d0a3d8c6cdc975

"""OneRouter (Infron) batches: generated from specs/onerouter."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://llm.onerouter.pro",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
