# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: ff7107ad9a4525eb9059474f654197959defda01848f55b22c4ec16aae40f19b

"""MeshAPI batches: generated from specs/meshapi."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://api.meshapi.ai",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
