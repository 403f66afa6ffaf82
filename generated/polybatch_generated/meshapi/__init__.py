# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 4f62bd21d501ef5dd76aca1a235edcd97686759c501f33ec4de2dc7018c51207

"""MeshAPI batches: generated from specs/meshapi."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.meshapi.ai",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
