# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 487d3af72f5cd8d1c9159a507ea5d319d757efb33108c34e69ec07c3da9f2ca3

"""OneRouter (Infron) batches: generated from specs/onerouter."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://llm.onerouter.pro",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
