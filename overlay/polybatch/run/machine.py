"""What a run does next, as a table and three questions; pure: `now` is an argument.

planned ─► submitting ─► submitted ─► ended ─► fetched ─► done
   ▲            ├─ refused: back to planned
   └────────────┘
                └─ reply lost ─► unknown ─► planned (resubmit) | fetched (abandon) | held until somebody decides
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath
from typing import Any

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
    """Why it is where it is, for people; of a planned one, why its create was refused for good."""
    staged: str = ""
    """sha256 of its payload, where this process has staged it."""
    due: float = 0.0
    """When to look at the batch, or for its results, again, on the driver's clock; not journaled, so that a resume
    looks at once."""
    pause: float = 0.0
    """Seconds between the last look and the next."""
    tries: int = 0
    """How often in a row looking or fetching failed."""
    resubmitted: bool = False
    """Whether this drive has sent it once more after a create whose fate is unknown."""
    last_fetched: str = ""
    """sha256 of the last download, where that was not complete."""
    cancel_sent: bool = False
    cancel_due: float = 0.0
    """When to ask the vendor to cancel it, where the run is to be cancelled."""
    parked: bool = False
    """Set aside because of trouble that waiting does not mend; the next drive tries again."""


class Deed(StrEnum):
    """What can be done with a shard, the most urgent first: what is paid for comes home before more is ordered."""

    FINISH = "finish"
    FETCH = "fetch"
    SUBMIT = "submit"
    POLL = "poll"


DEEDS: Mapping[State, Deed] = {
    State.FETCHED: Deed.FINISH,
    State.ENDED: Deed.FETCH,
    State.PLANNED: Deed.SUBMIT,
    State.SUBMITTED: Deed.POLL,
}
TIMED = frozenset({Deed.FETCH, Deed.POLL})
"""Deeds that wait for `Shard.due`."""


@frozen
class Window:
    """Whether one more create may be tried."""

    admitted: int | None
    """How many batches the vendor admits; `None` where it names no number."""
    not_before: float = 0.0

    def room(self, shards: Iterable[Shard]) -> bool:
        """Whether the vendor admits one more batch."""
        return self.admitted is None or sum(shard.state in OPEN for shard in shards) < self.admitted


def due(shards: Sequence[Shard], now: float, window: Window) -> tuple[Deed, Shard] | None:
    """The next deed."""
    found: dict[Deed, Shard] = {}
    for shard in shards:
        deed = DEEDS.get(shard.state)
        if deed is None or shard.parked or (deed in TIMED and shard.due > now):
            continue
        if _rank(deed, shard) < _rank(deed, found.setdefault(deed, shard)):
            found[deed] = shard
    if now < window.not_before or not window.room(shards):
        found.pop(Deed.SUBMIT, None)
    return next(((deed, found[deed]) for deed in Deed if deed in found), None)


def next_due(shards: Sequence[Shard], window: Window) -> float | None:
    """When something will be due; `None` when nothing ever will, without a decision or because all is done."""
    waiting = [shard for shard in shards if not shard.parked]
    times = [shard.due for shard in waiting if DEEDS.get(shard.state) in TIMED]
    if any(shard.state is State.PLANNED for shard in waiting) and window.room(shards):
        times.append(window.not_before)
    return min(times, default=None)


def _rank(deed: Deed, shard: Shard) -> float:
    """What comes first: the longest due; of creates, one that was not refused before."""
    return float(bool(shard.note)) if deed is Deed.SUBMIT else shard.due


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


def status_of(facts: Mapping[str, Any], shards: Sequence[Shard], run_dir: PurePath) -> RunStatus:
    """The state of a run, from its journal alone."""
    states, outcomes, answered = summed(shards)
    held = tuple(f"shard {s.number} ({s.items} requests): {s.note}" for s in shards if s.state is State.UNKNOWN)
    return RunStatus(
        run_dir=str(run_dir), vendor=facts["vendor"], total=sum(shard.items for shard in shards),
        shards=dict(states), outcomes=dict(outcomes), answered=answered, held=held,
    )  # fmt: skip
