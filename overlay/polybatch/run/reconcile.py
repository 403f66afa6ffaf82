"""Exactly one outcome for each request, whatever order, gaps and doubles the vendor's results have; pure.

Results are matched by the id that travelled, never by position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import asdict, define, evolve, field

from polybatch.model import BatchStatus, ErrorInfo, Outcome, Result, no_result

UNANSWERED: dict[BatchStatus, Outcome] = {
    BatchStatus.EXPIRED: Outcome.EXPIRED,
    BatchStatus.CANCELLED: Outcome.CANCELLED,
    BatchStatus.FAILED: Outcome.ERRORED,
}
"""The outcome of a request without a result, by how its batch ended; else it is missing."""


ABANDONED, NEVER_SENT = "abandoned_create", "never_sent"
"""Codes of requests that have no result because of a decision."""
REASONS = {
    ABANDONED: "nobody knows whether the create of its batch was accepted, and it was given up",
    NEVER_SENT: "the run was cancelled before the request was sent",
}


@define
class Tally:
    """Results that fit no request."""

    foreign: int = 0
    """With ids of somebody else."""
    duplicates: int = 0
    """Further ones for a request that has one; the first counts."""
    unreadable: int = 0

    def found(self) -> dict[str, int]:
        """What there was of these."""
        return {name: count for name, count in asdict(self).items() if count}


@define
class Matcher:
    """Assigns results to the places of one shard."""

    items: int
    place: Callable[[str], int | None]
    """From the id on a result to its place in the shard; `None` for an id that is not of this shard."""
    tally: Tally = field(factory=Tally)
    seen: bytearray = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.seen = bytearray(self.items)

    def match(self, result: Result) -> int | None:
        """The place of a result, the first time it comes."""
        place = self.place(result.custom_id)
        if place is None and result.alias is not None:
            place = self.place(result.alias)
        if place is None or not 0 <= place < self.items:
            self.tally.foreign += 1
            return None
        if self.seen[place]:
            self.tally.duplicates += 1
            return None
        self.seen[place] = 1
        return place

    def unanswered(self) -> Iterator[int]:
        """Places without a result."""
        return (place for place in range(self.items) if not self.seen[place])


def stand_in(custom_id: str, vendor: str, batch_id: str, status: BatchStatus, note: str = "") -> Result:
    """The result of a request for which none came; `note` may be the code of a decision."""
    error = no_result(status)
    if note in REASONS:
        error = ErrorInfo(code=note, message=REASONS[note], status=None, retryable=False)
    return Result(custom_id, UNANSWERED.get(status, Outcome.MISSING), vendor, batch_id, error=error)


def renamed(result: Result, custom_id: str) -> Result:
    """The result under the caller's own id."""
    return evolve(result, custom_id=custom_id)
