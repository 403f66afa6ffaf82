"""Finding out at the vendor what became of a create whose reply was lost, and whether one came through after all.

A *sweep* reads the vendor's list once. What it finds decides: adopt the batch, wait, send the shard again, or hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import attrs
from attrs import define, field

from polybatch.errors import ContractError, PolybatchError
from polybatch.flow import Clock, Flow, Now, Warn, until
from polybatch.model import Batch
from polybatch.vendor import FindBy

from .creating import Creating
from .desk import Desk
from .machine import Duplicate, Shard, State
from .reconcile import ABANDONED
from .trouble import after, brief, hopeless

SKEW = timedelta(minutes=5)
"""How much earlier than the last time that the vendor told a batch may claim to be made (ARCHITECTURE §7)."""
PROOFS = 3
"""How often in one drive a shard is sent again after its batch was proved not to exist."""
SWEEPS = 3
"""Full sweeps after the settle window that must all find nothing before a batch is taken not to exist."""
LISTS = 3
"""How often in a row a list may be unreadable, as a gateway's page is, before nobody can be asked."""
PAGE = 100
"""Batches to ask for at a time: the most that all vendors with a list hand out (facts/seed-vendors.md §1)."""
SLOWER, LONGEST = 1.5, 60.0
"""The pause between two sweeps grows by this, to this many seconds."""


@define
class Sighting:
    """What one sweep saw."""

    ours: list[Batch] = field(factory=list)
    maybe: list[Batch] = field(factory=list)
    """Batches of which nobody can tell yet whose they are."""


@define
class Searching:
    """Looks for batches of a run."""

    desk: Desk
    creating: Creating
    _strangers: dict[str, set[str]] = field(factory=dict)
    """By token, the batches that are somebody else's."""
    _began: dict[str, float] = field(factory=dict)
    """By token, when this process began to look, for a vendor whose replies have no date."""

    def search(self, shard: Shard) -> Flow[None]:
        """Look for the batch of a shard whose create's fate is unknown."""
        desk = self.desk
        if desk.profile.find is FindBy.NOTHING:
            yield from self._undecided(shard, f"{desk.profile.title} has no list of batches to look at")
            return
        try:
            sighting = yield from self._sweep(shard, (yield from self._sent(shard)))
        except PolybatchError as trouble:
            if trouble.transient or (isinstance(trouble, ContractError) and shard.tries + 1 < LISTS):
                yield from desk.later(shard, trouble, forever=True)
            else:
                yield from self._undecided(shard, f"the list of batches cannot be read ({brief(trouble)})")
            return
        shard.tries = 0
        now = yield Now()
        if shard.intent_at is None:
            until_ = now + desk.settle if now else None
            desk.keep(shard, "searched", intent_at=now, until=until_)
        clock = yield Clock()
        passed: float = clock - self._began.setdefault(shard.token, clock)
        sent = yield from self._sent(shard)
        if now is not None and sent is not None:
            passed = (now - sent).total_seconds()
        yield from self._decide(shard, sighting, passed)
        if shard.state is State.UNKNOWN:
            shard.pause = max(shard.pause, desk.settings.poll)
            shard.due = (yield Clock()) + shard.pause
            shard.pause = min(shard.pause * SLOWER, max(LONGEST, desk.settings.poll))

    def watch(self, shard: Shard) -> Flow[None]:
        """Look for a batch whose create was taken to be lost and sent again, and for the end of those found."""
        desk = self.desk
        try:
            sighting = yield from self._sweep(shard, shard.watch_from)
            for batch in sighting.ours:
                yield from self._found_again(shard, batch)
            for known in self._duplicates(shard):
                if not known.ended:
                    self._note(known, (yield from desk.vendor.get(known.batch_id)))
        except PolybatchError as trouble:
            shard.tries += 1
            pause = after(trouble, shard.tries, desk.settings.poll)
            passes = trouble.transient or not hopeless(trouble, shard.tries)
            then = f"trying again in {pause:.0f} s" if passes else "nobody watches for it any more"
            yield Warn(f"shard {shard.number}: looking for a second batch of it: {trouble}; {then}")
            shard.watch_due = (yield Clock()) + pause
            if not passes:
                desk.keep(shard, "watch_given_up", watched=False)
            return
        shard.tries = 0
        now = yield Now()
        if shard.watch_until is None and now is not None:
            desk.keep(shard, "watching", watch_until=now + 2 * desk.settle)
        over = shard.watch_until is None or now is None or now >= shard.watch_until
        going_on = [batch for batch in sighting.maybe if not batch.status.terminal]
        if over and not going_on and all(known.ended for known in self._duplicates(shard)):
            if sighting.maybe:
                yield Warn(f"shard {shard.number}: nobody can tell whether these batches are its lost create, which"
                           f" would be paid besides: {_listed(sighting.maybe)}")  # fmt: skip
            desk.keep(shard, "watched", watched=False)
        shard.watch_due = (yield Clock()) + max(desk.settings.poll, min(LONGEST, desk.settings.settle / 10))

    def _sweep(self, shard: Shard, since: datetime | None) -> Flow[Sighting]:
        """Read the whole list, or back to what is too old, and look at each batch that may be the shard's."""
        desk = self.desk
        candidates: list[Batch] = []
        # What was made before it, by the vendor's own records, bounds it whatever its Date headers say.
        made = [each.created_at for each in desk.shards if each.created_at is not None and each.batch_id in desk.known]
        since = min(since, max(made)) if since is not None and made else since
        strangers = self._strangers.setdefault(shard.token, set())

        def far_enough(batches: Sequence[Batch]) -> bool:
            for batch in batches:
                too_old = since is not None and batch.created_at is not None and batch.created_at < since - SKEW
                if not (too_old or batch.id in desk.known or batch.id in strangers):
                    candidates.append(batch)
                if too_old and desk.profile.newest_first:
                    return True
            return False

        yield from until(desk.vendor.list(PAGE), far_enough)
        sighting, mark = Sighting(), desk.contents.mark(shard)
        held = {each.batch_id for each in desk.shards if each.provisional}
        for batch in candidates:
            # For what another shard has provisionally, the first result will tell for this one too.
            if batch.id in held or (verdict := (yield from desk.vendor.recognise(batch, mark))) is None:
                sighting.maybe.append(batch)
            elif verdict:
                sighting.ours.append(batch)
            else:
                strangers.add(batch.id)
        return sighting

    def _sent(self, shard: Shard) -> Flow[datetime | None]:
        """When a create was sent, by the vendor's clock: no later than this process knows, whatever was said then."""
        now, clock = (yield Now()), (yield Clock())
        if now is None or shard.posted is None or shard.intent_at is None:
            return shard.intent_at
        latest: datetime = now - timedelta(seconds=clock - shard.posted)
        return min(shard.intent_at, latest)

    def _decide(self, shard: Shard, sighting: Sighting, passed: float) -> Flow[None]:
        """What a sweep calls for, so many seconds after the create."""
        desk, maybe = self.desk, sighting.maybe
        if sighting.ours:
            batch = min(sighting.ours, key=lambda found: found.created_at or datetime.max.replace(tzinfo=UTC))
            yield Warn(f"shard {shard.number}: the lost create was found again as batch {batch.id}")
            yield from self.creating.accept(shard, batch, "adopted")
            return
        free = not any(each.batch_id == maybe[0].id for each in desk.shards) if maybe else False
        if len(maybe) == 1 and free and desk.profile.distinct and not maybe[0].status.terminal:
            yield Warn(
                f"shard {shard.number}: batch {maybe[0].id} holds as many requests as the lost create;"
                " it is taken for it until its first result tells"
            )
            yield from self.creating.accept(shard, maybe[0], "provisional", provisional=True)
            return
        if maybe:
            shard.sweeps = 0
            if free and all(batch.status.terminal for batch in maybe):
                yield from self._undecided(shard, f"these batches may be it: {_listed(maybe)}")
            return
        if passed < desk.settings.settle:
            return
        shard.sweeps += 1
        if shard.sweeps < SWEEPS:
            return
        where = f"{SWEEPS} readings of the whole list after {desk.settings.settle:.0f} s show no trace of it"
        shard.proofs += 1
        if self._proves_absence() and shard.proofs <= PROOFS:
            yield Warn(f"shard {shard.number}: {where}; it is sent again")
            self._again(shard, "absent")
        else:
            proves = "no create of it is ever understood" if self._proves_absence() else "which proves nothing"
            yield from self._undecided(shard, f"{where}, {proves} at {desk.profile.title}")

    def _proves_absence(self) -> bool:
        """Whether a batch that is not listed does not exist; with a token only once one has come back with a batch."""
        profile = self.desk.profile
        return profile.absence and (profile.find is not FindBy.METADATA or bool(self.desk.facts.get("echo")))

    def _undecided(self, shard: Shard, why: str) -> Flow[None]:
        """Nobody can find out what became of a create: do what the operator wants done then."""
        desk = self.desk
        more = f"; {desk.profile.again}" if desk.profile.again else ""
        if desk.settings.on_unknown == "abandon":
            desk.keep(shard, "abandoned", state=State.FETCHED, note=ABANDONED, why=why)
        elif desk.settings.on_unknown == "resubmit" and not shard.resubmitted:
            # Once: where every reply is lost, each further create could be paid for.
            shard.resubmitted = True
            yield Warn(f"shard {shard.number}: {why}; it is sent again as --on-unknown says{more}")
            self._again(shard, "resubmit")
        else:
            words = f"{shard.note}; {why}; if the batch exists, sending it again pays twice{more}"
            desk.keep(shard, "held", state=State.HELD, note=words)

    def _again(self, shard: Shard, kind: str) -> None:
        lists = self.desk.profile.find is not FindBy.NOTHING
        since = shard.watch_from if shard.watched else shard.intent_at
        self.desk.folder.recall(shard.number)
        self.desk.keep(
            shard, kind, state=State.PLANNED, note="", until=None, watched=lists, watch_from=since, watch_until=None
        )

    def _duplicates(self, shard: Shard) -> list[Duplicate]:
        kept = self.desk.facts.get("duplicates", {}).values()
        return [Duplicate(**found) for found in kept if found["shard"] == shard.number]

    def _found_again(self, shard: Shard, batch: Batch) -> Flow[None]:
        """Report a batch that was made after all, and stop it if it is still going on: it is proved to be ours."""
        desk = self.desk
        found = Duplicate(batch_id=batch.id, shard=shard.number, requests=shard.items)
        desk.known.add(batch.id)
        self._note(found, batch)
        yield Warn(f"a lost create came through after all: {self._duplicates(shard)[-1]}")
        if not batch.status.terminal:
            try:
                stopped = yield from desk.vendor.cancel(batch.id)
            except PolybatchError as refused:
                yield Warn(f"batch {batch.id} cannot be cancelled: {refused}")
            else:
                self._note(attrs.evolve(found, cancelled=True), stopped)

    def _note(self, duplicate: Duplicate, batch: Batch) -> None:
        found = attrs.evolve(
            duplicate, answered=batch.counts.succeeded, status=batch.status.value, ended=batch.status.terminal
        )
        kept = attrs.asdict(found, filter=attrs.filters.exclude("tokens"))
        self.desk.remember("duplicate", duplicates={**self.desk.facts.get("duplicates", {}), batch.id: kept})


def _listed(batches: Sequence[Batch]) -> str:
    return ", ".join(batch.id for batch in batches)
