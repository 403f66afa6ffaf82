# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

"""MeshAPI batches: generated from specs/meshapi."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.meshapi.ai",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
