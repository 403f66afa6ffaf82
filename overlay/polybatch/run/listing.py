"""Looking at many batches at once: where the vendor's list shows them as they are, one request answers for a page.

What it does not show, or not in time, is asked for one by one; a list that fails costs nothing but the attempt.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define

from polybatch.errors import PolybatchError
from polybatch.flow import Flow, until
from polybatch.model import Batch

from .desk import Desk
from .machine import Shard, State
from .trouble import LONGEST_PAUSE

FEW = 3
"""Up to so many batches are cheaper to ask for one by one; a page that answers for fewer was not worth it."""
PAGE = 100
"""The least to ask for: a page may be full of other people's batches."""
UNBOUNDED = 1000
"""The most, where the document names no maximum: about a megabyte; our own bound."""


@define
class Listing:
    """Reads the vendor's list for the open batches of a run."""

    desk: Desk
    _not_before: float = 0.0
    """When the list may be read again, after it was of no use."""

    def waiting(self) -> list[Shard]:
        """The shards whose batches go on, as far as is known."""
        return [shard for shard in self.desk.shards if shard.state is State.SUBMITTED and not shard.parked]

    def serves(self, clock: float) -> bool:
        """Whether reading the list is less trouble than asking for each batch."""
        return self.desk.profile.watch and clock >= self._not_before and len(self.waiting()) > FEW

    def read(self, clock: float) -> Flow[dict[str, Batch]]:
        """The open batches that the list shows, by id; not all where it fails or goes on for too long."""
        waiting, profile = self.waiting(), self.desk.profile
        wanted = {shard.batch_id for shard in waiting}
        made = [shard.created_at for shard in waiting if shard.created_at is not None]
        oldest = min(made) if len(made) == len(waiting) and profile.newest_first else None
        shown: dict[str, Batch] = {}
        pages = 0

        def enough(batches: Sequence[Batch]) -> bool:
            nonlocal pages
            pages += 1
            shown.update((batch.id, batch) for batch in batches if batch.id in wanted)
            past = oldest is not None and any(batch.created_at and batch.created_at < oldest for batch in batches)
            return past or len(shown) == len(wanted) or pages >= len(waiting) // FEW

        page = min(self.desk.vendor.document.largest_page or UNBOUNDED, max(PAGE, 2 * len(waiting)))
        try:
            yield from until(self.desk.vendor.list(page), enough)
        except PolybatchError:
            self._not_before = clock + LONGEST_PAUSE  # what is wrong, if anything, the batches themselves will tell
        if len(shown) < FEW * pages:
            self._not_before = clock + LONGEST_PAUSE
        return shown
