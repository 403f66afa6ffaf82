"""Exactly one outcome for each request, whatever order, gaps and doubles the vendor's results have; pure.

Results are matched by the id that travelled, never by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import define, evolve, field

from polybatch.model import BatchStatus, ErrorInfo, Outcome, Result

UNANSWERED: dict[BatchStatus, Outcome] = {
    BatchStatus.EXPIRED: Outcome.EXPIRED,
    BatchStatus.CANCELLED: Outcome.CANCELLED,
    BatchStatus.FAILED: Outcome.ERRORED,
}
"""The outcome of a request without a result, by how its batch ended; else it is missing."""


@define
class Matcher:
    """Assigns results to the places of one shard."""

    items: int
    place: Callable[[str], int | None]
    """From the id on a result to its place in the shard; `None` for an id that is not of this shard."""
    seen: bytearray = field(init=False)
    foreign: int = 0
    """Results with ids of somebody else."""
    duplicates: int = 0
    """Further results for a request that has one; the first counts."""

    def __attrs_post_init__(self) -> None:
        self.seen = bytearray(self.items)

    def match(self, result: Result) -> int | None:
        """The place of a result, the first time it comes."""
        place = self.place(result.custom_id)
        if place is None or not 0 <= place < self.items:
            self.foreign += 1
            return None
        if self.seen[place]:
            self.duplicates += 1
            return None
        self.seen[place] = 1
        return place

    def unanswered(self) -> Iterator[int]:
        """Places without a result."""
        return (place for place in range(self.items) if not self.seen[place])


def stand_in(custom_id: str, vendor: str, batch_id: str, status: BatchStatus, note: str = "") -> Result:
    """The result of a request for which none came."""
    outcome = UNANSWERED.get(status, Outcome.MISSING)
    code = note or f"batch_{status}" if outcome is not Outcome.MISSING else note or "no_result"
    message = f"the vendor gave no result for this request; its batch ended as {status}"
    error = ErrorInfo(code=code, message=message, status=None, retryable=not note)
    return Result(custom_id, outcome, vendor, batch_id, error=error)


def renamed(result: Result, custom_id: str) -> Result:
    """The result under the caller's own id."""
    return evolve(result, custom_id=custom_id)
