"""Exactly one outcome for each request, whatever order, gaps and doubles the vendor's results have; pure.

Results are matched by the id that travelled, never by position.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec
from attrs import asdict, define, field

from polybatch.model import BatchStatus, ErrorInfo, Outcome, Result, no_result

from .plan import mark_of

UNANSWERED: dict[BatchStatus, Outcome] = {
    BatchStatus.EXPIRED: Outcome.EXPIRED,
    BatchStatus.CANCELLED: Outcome.CANCELLED,
    BatchStatus.FAILED: Outcome.ERRORED,
}
"""The outcome of a request without a result, by how its batch ended; else it is missing."""


ABANDONED, NEVER_SENT, GONE = "abandoned_create", "never_sent", "results_gone"
"""Codes of requests that have no result for a reason of their own."""
REASONS = {
    ABANDONED: "nobody knows whether the create of its batch was accepted, and it was given up",
    NEVER_SENT: "the run was cancelled before the request was sent",
    GONE: "its batch has ended, but the vendor no longer hands out the results",
}


@define
class Tally:
    """Results that fit no request."""

    foreign: int = 0
    """With ids of somebody else."""
    duplicates: int = 0
    """Further ones for a request that has one, the same as the first."""
    conflicts: int = 0
    """Further ones for a request that has one, but another; the first counts."""
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
    odd: Callable[[str, bytes], None] = field(default=lambda _reason, _raw: None)
    """Is told of what belongs into quarantine."""
    aliases: Mapping[str, int] = field(factory=dict)
    """Places by what else names a request (Letta's agent)."""
    seen: array[int] = field(init=False)
    """By place, the mark of its result."""

    def __attrs_post_init__(self) -> None:
        self.seen = array("Q", bytes(8 * self.items))

    def match(self, result: Result) -> int | None:
        """The place of a result, the first time it comes."""
        place = self.place(result.custom_id)
        if place is None:
            place = self._otherwise(result)
        if place is None or not 0 <= place < self.items:
            self.tally.foreign += 1
            self.odd("foreign", result.raw)
            return None
        mark = mark_of(result.raw) or 1
        if not self.seen[place]:
            self.seen[place] = mark
            return place
        if self.seen[place] == mark:
            self.tally.duplicates += 1
        else:
            self.tally.conflicts += 1
            self.odd("conflict", result.raw)
        return None

    def _otherwise(self, result: Result) -> int | None:
        """The place of a result that bears no id of ours."""
        if result.alias is None:
            return self.aliases.get(result.custom_id)
        return self.aliases.get(result.custom_id, self.aliases.get(result.alias, self.place(result.alias)))

    def unreadable(self, raw: bytes) -> None:
        """Note a line that is no result."""
        self.tally.unreadable += 1
        self.odd("unreadable", raw)

    def unanswered(self) -> Iterator[int]:
        """Places without a result."""
        return (place for place in range(self.items) if not self.seen[place])


def stand_in(custom_id: str, vendor: str, batch_id: str, status: BatchStatus, note: str = "") -> Result:
    """The result of a request for which none came; `note` may be the code of a reason of its own."""
    error, outcome = no_result(status), UNANSWERED.get(status, Outcome.MISSING)
    if note in REASONS:
        error = ErrorInfo(code=note, message=REASONS[note], status=None, retryable=False)
        outcome = outcome if note == NEVER_SENT else Outcome.MISSING
    return Result(custom_id, outcome, vendor, batch_id, error=error)


def renamed(result: Result, custom_id: str) -> Result:
    """The result under the caller's own id."""
    return msgspec.structs.replace(result, custom_id=custom_id)


def repeatable(result: Result) -> bool:
    """Whether sending the request again may help: the error passes by itself, or no answer was given."""
    if result.error is not None and result.error["code"] in REASONS:
        return False
    if result.outcome is Outcome.ERRORED:
        return result.error is not None and result.error["retryable"]
    return result.outcome in {Outcome.EXPIRED, Outcome.MISSING}


def bits(places: Iterable[int], items: int) -> bytes:
    """A bit for each place, set where it is listed; the first place is the lowest bit of the first byte."""
    found = bytearray((items + 7) // 8)
    for place in places:
        found[place >> 3] |= 1 << (place & 7)
    return bytes(found)


def bit(map_: bytes, place: int) -> bool:
    """Whether the bit of a place is set; an empty map has none."""
    return bool(map_) and bool(map_[place >> 3] >> (place & 7) & 1)
