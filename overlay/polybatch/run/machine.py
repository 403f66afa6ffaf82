"""What a run does next, as a table and three questions; pure: `now` is an argument.

planned ─► submitting ─► submitted ─► ended ─► fetched ─► done
   ▲            ├─ refused for now (a limit): back to planned
   └────────────┘
                └─ reply lost ─► unknown ─► planned (resubmit) | done (abandon) | held until somebody decides
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from attrs import define, field, frozen

from polybatch.model import BatchStatus, Outcome


class State(StrEnum):
    """Where a shard is."""

    PLANNED = "planned"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    SUBMITTED = "submitted"
    ENDED = "ended"
    FETCHED = "fetched"
    DONE = "done"


OPEN = frozenset({State.SUBMITTING, State.UNKNOWN, State.SUBMITTED})
"""States in which the vendor may be working for us."""


@define
class Shard:
    """One slice of the input and what became of it."""

    number: int
    generation: int
    items: int
    size: int
    group: str | None = None
    state: State = State.PLANNED
    batch_id: str | None = None
    status: BatchStatus = BatchStatus.UNKNOWN
    succeeded: int | None = None
    """Requests the vendor says are done while the batch goes on."""
    outcomes: Mapping[str, int] = field(factory=dict)
    """How many requests had which outcome, once done."""
    expires_at: datetime | None = None
    note: str = ""
    """Why it is where it is, for people."""
    due: float = 0.0
    """When to look at the batch again, on the driver's clock; not journaled, so that a resume looks at once."""
    pause: float = 0.0
    cancel_sent: bool = False


class Deed(StrEnum):
    """What can be done with a shard."""

    FINISH = "finish"
    FETCH = "fetch"
    SUBMIT = "submit"
    POLL = "poll"


@frozen
class Window:
    """How many batches may be open, and when the next create may be tried."""

    admitted: int | None
    """What the vendor admits; `None` where it names no number."""
    not_before: float = 0.0


def due(shards: Iterable[Shard], now: float, window: Window) -> tuple[Deed, Shard] | None:
    """The next deed, the most urgent first: what is paid for is brought home before more is ordered."""
    found: dict[Deed, Shard] = {}
    working = 0
    for shard in shards:
        if shard.state in OPEN:
            working += 1
        if shard.state is State.FETCHED:
            found.setdefault(Deed.FINISH, shard)
        elif shard.state is State.ENDED:
            found.setdefault(Deed.FETCH, shard)
        elif shard.state is State.PLANNED:
            found.setdefault(Deed.SUBMIT, shard)
        elif shard.state is State.SUBMITTED and shard.due <= now:
            first = found.setdefault(Deed.POLL, shard)
            if shard.due < first.due:
                found[Deed.POLL] = shard
    if now < window.not_before or (window.admitted is not None and working >= window.admitted):
        found.pop(Deed.SUBMIT, None)
    return next(((deed, found[deed]) for deed in Deed if deed in found), None)


def next_due(shards: Iterable[Shard], window: Window) -> float | None:
    """When something will be due; `None` when nothing ever will, without a decision or because all is done."""
    times = [shard.due for shard in shards if shard.state is State.SUBMITTED]
    if window.not_before and any(shard.state is State.PLANNED for shard in shards):
        times.append(window.not_before)
    return min(times, default=None)


@frozen(kw_only=True)
class RunStatus:
    """How far a run is."""

    run_dir: str
    vendor: str
    total: int
    shards: Mapping[str, int]
    """Shards by state."""
    outcomes: Mapping[str, int]
    """Requests by outcome, of finished shards; the rest is open."""
    answered: int
    """Requests the vendor says it has answered, finished shards included."""
    held: tuple[str, ...] = ()
    """What waits for a decision, in words."""

    @property
    def settled(self) -> int:
        """Requests that have their outcome."""
        return sum(self.outcomes.values())

    @property
    def finished(self) -> bool:
        """Whether every request has its outcome."""
        return self.settled == self.total

    @property
    def all_succeeded(self) -> bool:
        """Whether every request succeeded."""
        return self.outcomes.get(Outcome.SUCCEEDED, 0) == self.total


def summed(shards: Iterable[Shard]) -> tuple[Counter[str], Counter[str], int]:
    """Shards by state, requests by outcome, and requests answered so far."""
    states, outcomes, answered = Counter[str](), Counter[str](), 0
    for shard in shards:
        states[shard.state.value] += 1
        outcomes.update(shard.outcomes)
        answered += sum(shard.outcomes.values()) if shard.state is State.DONE else shard.succeeded or 0
    return states, outcomes, answered
