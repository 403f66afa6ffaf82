"""What a run does next, as a table and three questions; pure: `now` is an argument.

planned ─► submitting ─► submitted ─► ended ─► fetched ─► done
   ▲            ├─ refused: back to planned
   │            └─ reply lost ─► unknown ─┬─ found ─► submitted
   ├──────── proved absent, or resubmit ──┤
   │                                      ├─ abandon ─► fetched
   └─────────────── held ◄────────────────┘  (the next drive looks again)
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

    __hash__ = str.__hash__  # every deed looks at every shard, and an enum's own hash is ten times as slow

    PLANNED = "planned"
    SUBMITTING = "submitting"
    UNKNOWN = "unknown"
    HELD = "held"
    SUBMITTED = "submitted"
    ENDED = "ended"
    FETCHED = "fetched"
    DONE = "done"


OPEN = frozenset({State.SUBMITTING, State.UNKNOWN, State.HELD, State.SUBMITTED})
"""States in which the vendor may be working for us."""
LOST = frozenset({State.SUBMITTING, State.UNKNOWN, State.HELD})
"""States in which nobody knows whether a batch was made: no further create is sent meanwhile."""


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
    outcomes: Mapping[str, int] = field(factory=dict)
    """How many requests had which outcome, once done; without those that were moved."""
    note: str = ""
    """Why it is where it is, for people; of a planned one, why its create was refused for good."""
    token: str = ""
    """What finds its create again; fixed before the first attempt."""
    round: int = 0
    """How many repair rounds lie behind it."""
    parents: Sequence[int] = ()
    """The shards whose requests it sends again."""
    moved: int = 0
    """How many of its requests are sent again in another shard, which has the last word on them."""
    repaired: bool = False
    """Whether that other shard exists."""
    provisional: bool = False
    """Whether its batch was found by its size only; the first result tells whether it is ours."""
    intent_at: datetime | None = None
    """When its create was sent, by the vendor's clock, as far as that was known."""
    until: datetime | None = None
    """The end of what it waits for, by the vendor's clock."""
    created_at: datetime | None = None
    watch_from: datetime | None = None
    """When the create was sent that was taken to be lost, by the vendor's clock."""
    watch_until: datetime | None = None
    """Until when the vendor's list is watched for a batch whose create was taken to be lost, and sent again."""
    watched: bool = False
    usage: Mapping[str, int] = field(factory=dict)
    """Tokens of all results that came, also of those that are sent again."""
    odd: Mapping[str, int] = field(factory=dict)
    """Results that fit no request, by kind; they stand in quarantine."""
    since: str = ""
    """When it was last recorded."""
    succeeded: int | None = None
    """Requests the vendor says are done while the batch goes on."""
    posted: float | None = None
    """When this process sent its create, on the driver's clock."""
    staged: str = ""
    """sha256 of its payload, where this process has staged it."""
    due: float = 0.0
    """When to look at the batch, or for it, or for its results, again, on the driver's clock; not journaled, so that a
    resume looks at once."""
    pause: float = 0.0
    """Seconds between the last look and the next."""
    tries: int = 0
    """How often in a row looking or fetching failed."""
    proofs: int = 0
    """How often in this process its batch was proved not to exist."""
    crowded: int = 0
    """How often its batch, alone at the vendor, failed because there was too much at once."""
    sweeps: int = 0
    """How often in a row the whole list was read without a trace of it, after it should have been there."""
    resubmitted: bool = False
    """Whether this drive has sent it once more after a create whose fate is unknown."""
    watch_due: float = 0.0
    """When to look for a late duplicate again."""
    last_fetched: str = ""
    """sha256 of the last download, where that was not complete."""
    cancel_sent: bool = False
    cancel_due: float = 0.0
    """When to ask the vendor to cancel it, where the run is to be cancelled."""
    parked: bool = False
    """Set aside because of trouble that waiting does not mend; the next drive tries again."""
    gated: bool = False
    """Kept back until the canary has answered."""

    @property
    def watching(self) -> bool:
        """Whether to look for a late duplicate: not while its own batch is not known, which would look like one."""
        return self.watched and not self.provisional and self.state not in LOST and self.state is not State.PLANNED

    @property
    def sent(self) -> bool:
        """Whether its requests are, or were, to be sent: not where they were cut anew before that."""
        return self.moved < self.items or self.batch_id is not None


class Deed(StrEnum):
    """What can be done with a shard, the most urgent first: what is paid for comes home before more is ordered."""

    __hash__ = str.__hash__

    FINISH = "finish"
    FETCH = "fetch"
    SEARCH = "search"
    SUBMIT = "submit"
    POLL = "poll"
    WATCH = "watch"


DEEDS: Mapping[State, Deed] = {
    State.FETCHED: Deed.FINISH,
    State.ENDED: Deed.FETCH,
    State.UNKNOWN: Deed.SEARCH,
    State.PLANNED: Deed.SUBMIT,
    State.SUBMITTED: Deed.POLL,
}
TIMED = frozenset({Deed.FETCH, Deed.SEARCH, Deed.POLL})
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


def _all_due(shards: Iterable[Shard], now: float) -> dict[Deed, Shard]:
    """Of each deed that is due, the shard it is done to first: the longest due; of creates, one not refused before."""
    found: dict[Deed, Shard] = {}
    ranks: dict[Deed, float] = {}
    for shard in shards:
        if shard.watched and shard.watching and shard.watch_due <= now:
            found.setdefault(Deed.WATCH, shard)
        deed = DEEDS.get(shard.state)
        if deed is None or shard.parked or (deed in TIMED and shard.due > now) or (shard.gated and deed is Deed.SUBMIT):
            continue
        rank = float(bool(shard.note)) if deed is Deed.SUBMIT else shard.due
        if deed not in ranks or rank < ranks[deed]:
            found[deed], ranks[deed] = shard, rank
    return found


def together(shards: Sequence[Shard], now: float, window: Window, downloads: int) -> list[tuple[Deed, Shard]]:
    """What is to be done next, at the same time: one deed, or so many downloads and one create."""
    first = _all_due(shards, now)
    if now < window.not_before or not window.room(shards):
        first.pop(Deed.SUBMIT, None)
    deed = next((deed for deed in Deed if deed in first), None)
    if deed is not Deed.FETCH:
        return [] if deed is None else [(deed, first[deed])]
    ended = [shard for shard in shards if shard.state is State.ENDED and shard.due <= now and not shard.parked]
    group = [(Deed.FETCH, shard) for shard in sorted(ended, key=lambda shard: shard.due)[:downloads]]
    return group + [(Deed.SUBMIT, shard) for deed, shard in first.items() if deed is Deed.SUBMIT]


def next_due(shards: Sequence[Shard], window: Window) -> float | None:
    """When something will be due; `None` when nothing ever will, without a decision or because all is done."""
    waiting = [shard for shard in shards if not shard.parked]
    times = [shard.due for shard in waiting if DEEDS.get(shard.state) in TIMED]
    times += [shard.watch_due for shard in shards if shard.watching]
    if any(shard.state is State.PLANNED and not shard.gated for shard in waiting) and window.room(shards):
        times.append(window.not_before)
    return min(times, default=None)


@frozen(kw_only=True)
class Duplicate:
    """A batch that was made although its create was taken to be lost, and that may be charged besides."""

    batch_id: str
    shard: int
    requests: int
    answered: int | None = None
    """How many of them the vendor has answered; `None` where it does not say."""
    status: str = ""
    ended: bool = False
    cancelled: bool = False
    """Whether polybatch has asked the vendor to stop it."""
    tokens: Mapping[str, int] = field(factory=dict)
    """Of the batch that holds the same requests: about what this one costs."""

    def __str__(self) -> str:
        answered = "an unknown number" if self.answered is None else f"{self.answered:,}"
        tokens = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.tokens.items() if count)
        return (
            f"batch {self.batch_id} holds the {self.requests:,} requests of shard {self.shard} a second time; it is"
            f" {self.status}, {answered} of them answered" + (f"; the first time they used {tokens}" if tokens else "")
            + ("; its cancel was asked for" if self.cancelled else "")
        )  # fmt: skip


@frozen(kw_only=True)
class Drift:
    """Something in the vendor's replies that is not as its document says."""

    operation: str
    place: str
    """As `$.request_counts.processing`; `$.data[]` is any entry of a list, and of a result `$` is the result itself."""
    kind: str
    """`field`, `word` and `variant`: unknown to the document; `missing`, `type` and so on: against it."""
    said: str
    """The unknown word; of the others, what was there in general terms."""

    def __str__(self) -> str:
        place = self.place.removeprefix("$").removeprefix(".")
        return f"{self.kind} {place or 'of it all'}: {self.said} ({self.operation})"


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
    duplicates: tuple[Duplicate, ...] = ()
    usage: Mapping[str, int] = field(factory=dict)
    """Tokens of all results that came, every attempt counted."""
    odd: Mapping[str, int] = field(factory=dict)
    """Results that fit no request, by kind; they stand in the run directory's quarantine."""
    repeated: int = 0
    """Requests that were sent again, each time counted."""
    drift: tuple[Drift, ...] = ()
    """What the vendor's replies held that its document does not name, each noted once."""
    more_drift: bool = False
    """Whether there was more than is noted."""
    invalid: int = 0
    """Answers that do not fit the run's schema; their lines say why."""

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


def status_of(facts: Mapping[str, Any], shards: Sequence[Shard], run_dir: PurePath) -> RunStatus:
    """The state of a run, from its journal alone."""
    states = Counter(shard.state for shard in shards)
    answered = sum(shard.succeeded or 0 for shard in shards if shard.state is not State.DONE)
    answered += sum(sum(shard.outcomes.values()) for shard in shards if shard.state is State.DONE)
    drift = facts.get("drift", {})
    held = (f"shard {s.number} ({s.items:,} requests): {s.note}" for s in shards if s.state is State.HELD)
    return RunStatus(
        run_dir=str(run_dir), vendor=facts["vendor"],
        total=sum(shard.items for shard in shards if shard.generation == 0),
        shards={state.value: count for state, count in states.items()}, outcomes=_sum(s.outcomes for s in shards),
        answered=answered, held=tuple(held), duplicates=_duplicates(facts, shards),
        usage=_sum(s.usage for s in shards), odd=_sum(s.odd for s in shards if s.odd),
        repeated=sum(shard.moved for shard in shards if shard.sent),
        drift=tuple(Drift(**noted) for noted in drift.get("noted", ())), more_drift=drift.get("more", False),
        invalid=facts.get("invalid", 0),
    )  # fmt: skip


def _sum(parts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Counts of the same name together; a Counter's own `update` is several times as slow for so few names."""
    found: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            found[name] = found.get(name, 0) + count
    return found


def _duplicates(facts: Mapping[str, Any], shards: Sequence[Shard]) -> tuple[Duplicate, ...]:
    found = facts.get("duplicates", {}).values()
    tokens = {shard.number: shard.usage for shard in shards} if found else {}
    return tuple(Duplicate(**kept, tokens=tokens.get(kept["shard"], {})) for kept in found)
