# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 03968b9d58d953ef48b51c62562e84feb33464652518e001b99089e23b24c7ec

"""OneRouter (Infron) batches: generated from specs/onerouter."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://llm.onerouter.pro",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
