"""The life of a batch as a function of time.

Nothing happens in the background, everything is worked out when somebody looks.

    created ──60 s──► ended                 (a batch marked stuck never ends)
       └─ cancel ──5 s or the rest──► ended  (items finished before the cancel keep their answers)

Items finish evenly over the 60 seconds, in the order of the request.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

LIFETIME = 60.0  # seconds of sandbox time: INTERFACE "Sandbox over HTTP"
STEP = 5.0  # ours: the first and the last seconds, in which such vendors say validating and finalizing
CANCELLING = 5.0  # ours: long enough that a poll can see the state between
DAY = 86_400.0

Outcome = Literal["succeeded", "errored", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Marks:
    """What the faults scripted on its create do to a batch."""

    fail: int = 0
    fail_code: str = "500"
    expire: int = 0
    cancelled: int = 0
    batch_failed: bool = False
    failure: str = ""
    """The word for why, where one was scripted."""
    stuck: bool = False
    missing_lines: int = 0
    duplicate_lines: int = 0
    conflict_lines: int = 0
    foreign_lines: int = 0
    garbage_lines: int = 0
    refuse: int = 0
    """Items that succeed with a refusal."""
    truncate: int = 0
    """Items that succeed with half an answer."""

    def document(self) -> dict[str, Any]:
        """For the store."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Batch:
    """One accepted batch."""

    number: int
    vendor: str
    id: str
    items: int
    created_at: float
    cancelled_at: float | None = None
    deleted_at: float | None = None
    billed: int = 0
    observed: str = ""
    """The last status that the vendor's own record has seen (MeshAPI)."""
    marks: Marks = field(default_factory=Marks)
    facts: dict[str, Any] = field(default_factory=dict)
    """What the vendor keeps of the create."""


@dataclass(frozen=True, slots=True)
class Span:
    """Items `start` to `stop` (exclusive), in the order of the request, that share an outcome."""

    outcome: Outcome
    start: int
    stop: int

    def __len__(self) -> int:
        return max(0, self.stop - self.start)


@dataclass(frozen=True, slots=True)
class Counts:
    """Items by outcome."""

    succeeded: int = 0
    errored: int = 0
    expired: int = 0
    cancelled: int = 0


def ends_at(batch: Batch) -> float:
    """When the batch is over; infinity for one that is stuck and was not cancelled."""
    by_itself = math.inf if batch.marks.stuck else batch.created_at + LIFETIME
    return by_itself if batch.cancelled_at is None else min(by_itself, batch.cancelled_at + CANCELLING)


def has_ended(batch: Batch, now: float) -> bool:
    """Whether nothing can change any more."""
    return now >= ends_at(batch)


def finished(batch: Batch, now: float) -> int:
    """Items answered so far."""
    if batch.marks.stuck:
        return 0
    until = now if batch.cancelled_at is None else min(now, batch.cancelled_at)
    return max(0, min(batch.items, int(batch.items * (until - batch.created_at) / LIFETIME)))


def phase(batch: Batch, now: float) -> str:
    """The status in OpenAI's eight words, for the vendors that use them or map them."""
    age = now - batch.created_at
    if not has_ended(batch, now):
        if batch.cancelled_at is not None:
            return "cancelling"
        if age < STEP:
            return "validating"
        return "in_progress" if batch.marks.stuck or age < LIFETIME - STEP else "finalizing"
    if batch.marks.batch_failed:
        return "failed"
    if batch.cancelled_at is not None or batch.marks.cancelled:
        return "cancelled"
    return "expired" if batch.marks.expire else "completed"


def has_results(batch: Batch, now: float) -> bool:
    """Whether there are results by now; a batch that failed has some if only a part of it was marked."""
    if phase(batch, now) == "failed":
        return batch.marks.fail > 0
    return has_ended(batch, now)


def spans(batch: Batch) -> Iterator[Span]:
    """The outcomes of an ended batch; `succeeded` still holds the items that the vendor refused one by one."""
    reached = batch.items if batch.cancelled_at is None else finished(batch, batch.cancelled_at)
    start = 0
    marked: tuple[tuple[Outcome, int], ...] = (
        ("errored", reached if batch.marks.batch_failed and not batch.marks.fail else batch.marks.fail),
        ("expired", batch.marks.expire),
        ("cancelled", batch.marks.cancelled),
        ("succeeded", reached),
    )
    for outcome, length in marked:
        stop = min(reached, start + length)
        yield Span(outcome, start, stop)
        start = stop
    yield Span("cancelled", reached, batch.items)


def stop(batch: Batch, index: int) -> str | None:
    """Why the model stopped, where that is scripted: of the items that succeed, the first so many, then the next."""
    marks = batch.marks
    place = index - marks.fail - marks.expire - marks.cancelled
    if 0 <= place < marks.refuse:
        return "refusal"
    return "length" if 0 <= place - marks.refuse < marks.truncate else None


def outcome(batch: Batch, index: int, *, refused: bool) -> Outcome:
    """The outcome of one item of an ended batch."""
    for span in spans(batch):
        if span.start <= index < span.stop:
            return "errored" if refused and span.outcome == "succeeded" else span.outcome
    raise IndexError(index)
