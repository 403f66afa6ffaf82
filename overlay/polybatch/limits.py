"""What a vendor imposes on one batch and on all of them, as numbers."""

from __future__ import annotations

from datetime import timedelta

from attrs import frozen


@frozen(kw_only=True)
class Limits:
    """`None` means that the vendor publishes no such limit.

    What limits a single item (lengths, patterns, required fields) stands in the vendor's document, not here.
    """

    max_items: int | None = None
    """Requests in one batch."""
    max_bytes: int | None = None
    """Encoded bytes of one create."""
    assumed: bool = False
    """Whether these two are our own caution, where the vendor publishes neither."""
    max_item_bytes: int | None = None
    """Encoded bytes of one request."""
    open_batches: int | None = None
    """Batches that may be unfinished at the same time, other people's included."""
    window: timedelta | None = None
    """How long the vendor allows itself."""
    retention: timedelta | None = None
    """How long results can be fetched, from creation."""
