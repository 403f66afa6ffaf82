"""What to make of an error in a run: whether to wait, how long, and what the journal may know of it; pure."""

from __future__ import annotations

from polybatch.errors import ContractError, PolybatchError, VendorError

LONGEST_PAUSE, LONGEST_ASKED = 300.0, 3600.0
"""Seconds to which pauses after trouble grow, and the longest that a vendor's Retry-After is followed."""
SMALLER = "if it goes on like this, smaller batches may come through: --max-items-per-batch"
TRIES = 8
"""How often in a row a download may break, or an answer be unreadable, before its shard is set aside."""


def hopeless(trouble: PolybatchError, tries: int) -> bool:
    """Whether trouble that came so often in a row will not pass by itself."""
    return tries >= TRIES or not (trouble.transient or isinstance(trouble, ContractError))


def after(trouble: PolybatchError, tries: int, first: float) -> float:
    """Seconds to wait: ever longer, and no less than the vendor asks for."""
    # The exponent is bounded because a float is.
    return max(min(first * 2.0 ** min(tries, 64), LONGEST_PAUSE), asked(trouble))


def asked(trouble: PolybatchError) -> float:
    """Seconds that the vendor asks to wait, within reason."""
    return min(trouble.retry_after or 0.0, LONGEST_ASKED) if isinstance(trouble, VendorError) else 0.0


def brief(error: PolybatchError) -> str:
    """An error for the journal: without the vendor's words, which may quote a prompt."""
    if not isinstance(error, VendorError):
        return type(error).__name__
    request = f" [request {error.request_id}]" if error.request_id else ""
    return f"HTTP {error.status}" + (f" {error.code}" if error.code else "") + request
