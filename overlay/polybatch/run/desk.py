"""What every step of a run works on: vendor, settings, journal, shards, and how they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import attrs
from attrs import define, field

from polybatch.errors import PolybatchError, RunError
from polybatch.flow import Clock, Flow, Warn
from polybatch.vendor import Profile, Vendor

from . import sink
from .contents import Contents
from .drift import Notes
from .journal import Journal
from .machine import Shard, State
from .settings import Settings
from .trouble import after, hopeless


@define
class Desk:
    """A run that is open: its means and its memory."""

    vendor: Vendor
    settings: Settings
    folder: sink.Folder
    journal: Journal
    facts: dict[str, Any]
    shards: list[Shard]
    contents: Contents = field(init=False)
    known: set[str] = field(init=False)
    """Ids of batches that are, or were, this run's, and of duplicates."""
    drift: Notes = field(init=False)
    fetched: dict[int, sink.Look] = field(factory=dict, init=False)
    """By shard, what the file of its results looked like when this process had written, hashed and synced it."""
    _warned: set[str] = field(factory=set, init=False)

    def __attrs_post_init__(self) -> None:
        self.contents = Contents(self.vendor, self.folder, self.facts)
        self.drift = Notes(self.vendor.document, self.journal, self.facts)
        self.known = self.journal.batches() | self.facts.get("duplicates", {}).keys()

    @property
    def profile(self) -> Profile:
        """The vendor's facts."""
        return self.vendor.profile

    @property
    def settle(self) -> timedelta:
        """How long after its create a batch may still show up."""
        return timedelta(seconds=self.settings.settle)

    def keep(self, shard: Shard, kind: str, **changes: Any) -> None:
        """Change members of a shard and journal that; what is no member becomes data of the event."""
        members = {name: value for name, value in changes.items() if name in SHARD_FIELDS}
        data = {name: value for name, value in changes.items() if name not in SHARD_FIELDS}
        changed = attrs.evolve(shard, **members)
        self.journal.record(changed, kind, batch_id=changed.batch_id, note=changed.note, **data)
        for name in (*members, "since"):  # only now: what could not be journaled has not happened
            setattr(shard, name, getattr(changed, name))

    def remember(self, kind: str, **facts: Any) -> None:
        """Change facts about the run and journal that."""
        self.journal.event(kind, facts)
        self.facts.update(facts)

    def lose(self, shard: Shard, note: str) -> None:
        """The fate of a create is unknown; it is looked for."""
        when, whose = shard.since[:19].replace("T", " "), "this machine's"
        if shard.intent_at is not None:
            when, whose = f"{shard.intent_at:%Y-%m-%d %H:%M:%S}", "the vendor's"
        self.look_again(shard, f"{note} (sent at {when} UTC by {whose} clock)")

    def look_again(self, shard: Shard, note: str) -> None:
        """Look for the batch of a create that was lost before."""
        until = shard.intent_at + self.settle if shard.intent_at else None
        shard.due, shard.pause, shard.sweeps = 0.0, self.settings.poll, 0
        self.keep(shard, "unknown", state=State.UNKNOWN, batch_id=None, provisional=False, note=note, until=until)

    def later(self, shard: Shard, trouble: PolybatchError, *, forever: bool = False) -> Flow[None]:
        """Try again after a while, ever later; raises the trouble where that does not help."""
        shard.tries += 1
        if not forever and hopeless(trouble, shard.tries):
            raise trouble
        pause = after(trouble, shard.tries, self.settings.poll)
        yield Warn(f"shard {shard.number}: {trouble}; trying again in {pause:.0f} s")
        shard.due = (yield Clock()) + pause

    def damaged(self, shard: Shard) -> bool:
        """Whether the file of a shard's results is gone, or another than was fetched."""
        expected, path = self.journal.fetched_as(shard), self.folder.results(shard.number)
        written = self.fetched.get(shard.number)
        if expected is None or (written is not None and written == sink.look(path)):
            return False
        return sink.sha256_of(path) != expected

    def refuse_damaged(self, shard: Shard) -> None:
        """Raises RunError where the file of a shard's results is no longer what was fetched."""
        if self.damaged(shard):
            path = self.folder.results(shard.number)
            raise RunError(f"{path} is not what was fetched", hint=f"restore it; it came from batch {shard.batch_id}")

    def warn(self, warnings: Sequence[str]) -> Flow[None]:
        """Say what was not said before."""
        for warning in warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                yield Warn(warning)


SHARD_FIELDS = frozenset(attribute.name for attribute in attrs.fields(Shard))
