# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""OneRouter (Infron) batches: generated from specs/onerouter."""

from typing import Any, Final

SERVERS: Final[tuple[str, ...]] = ("https://llm.onerouter.pro",)
SECURITY_SCHEMES: Final[dict[str, dict[str, Any]]] = {"HTTPBearer": {"type": "http", "scheme": "bearer"}}
