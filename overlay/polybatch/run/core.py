"""A run: one input, many batches, one outcome for each request. Starting is resuming an empty journal.

Everything that happens is decided by `machine` and kept by `journal`; this module carries it out as one flow, so that
the sync and the async driver do the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from attrs import define, field

from polybatch.errors import AuthError, InputError, PolybatchError, RunError, RunHeld
from polybatch.flow import Clock, Emit, Flow, Pause, Together, Warn, overheard
from polybatch.model import Outcome, Result
from polybatch.vendor import Vendor

from . import exporting, registry, sink
from .contents import Contents
from .creating import Creating
from .desk import Desk
from .fetching import Fetching
from .journal import Journal
from .machine import Deed, RunStatus, Shard, State, next_due, status_of, together
from .opening import Fingerprint, begin, refuse_larger, refuse_other
from .polling import Polling
from .reconcile import bit
from .repairing import Repairs
from .searching import Searching
from .settings import Settings
from .writing import Writer

IDLE = 1.0
"""Seconds between two looks whether another flow of this process has finished its step."""
SIDE_BY_SIDE = 4
"""Downloads at once: four hide a vendor's latency well, and each has blocks of its own in memory."""
ASKED = 5
"""Batches that are asked for to see whether another key belongs to the same account."""


def no_key(_salt: str) -> str:
    """The fingerprint of no key."""
    return ""


@define
class Core:
    """A run that is open: planned, owned by this process, ready to be driven."""

    desk: Desk
    fingerprint: Fingerprint = no_key
    listener: Callable[[RunStatus], None] | None = None
    writer: Writer = field(init=False)
    _repairs: Repairs = field(init=False)
    _creating: Creating = field(init=False)
    _deeds: Mapping[Deed, Callable[[Shard], Flow[None]]] = field(init=False)
    _polling: Polling = field(init=False)
    _troubles: list[PolybatchError] = field(factory=list, init=False)
    """Why shards were set aside in this drive."""
    _busy: bool = field(default=False, init=False)
    """Whether a flow is in the middle of a step; only one may be, however many drive."""
    _stopping: bool = field(default=False, init=False)
    _unwritable: bool = field(default=False, init=False)
    """Whether the output could not be written in this drive."""

    def __attrs_post_init__(self) -> None:
        desk = self.desk
        self.writer = Writer(desk.settings.arrived, desk.contents, desk.journal, desk.facts)
        self._repairs = Repairs(desk)
        self._creating = Creating(desk, self._repairs, self._account())
        self._polling = Polling(desk, self._creating)
        searching = Searching(desk, self._creating)
        self._deeds = {
            Deed.FINISH: self._finish,
            Deed.FETCH: Fetching(desk).fetch,
            Deed.SEARCH: searching.search,
            Deed.SUBMIT: self._creating.submit,
            Deed.POLL: self._polling.poll,
            Deed.WATCH: searching.watch,
        }

    @classmethod
    def open(
        cls, vendor: Vendor, requests: object, settings: Settings, identity: Mapping[str, Any],
        fingerprint: Fingerprint = no_key,
    ) -> Core:  # fmt: skip
        """Open or resume. Raises InputError (nothing was sent, nothing is left behind), RunLocked."""
        folder, planning = sink.Folder(settings.run_dir), False
        new = folder.make()
        try:
            if not sink.has_journal(folder):
                sink.refuse_bereft(folder)
            journal = Journal(folder.path)
            try:
                facts = journal.facts()
                if "run_id" in facts:
                    shards = journal.shards()
                    contents = Contents(vendor, folder, facts)
                    refuse_other(facts, identity, requests, settings, vendor, lambda: contents.changed(shards))
                    refuse_larger(sum(shard.items for shard in shards if shard.generation == 0), settings)
                    if moved := exporting.moved(settings, facts, status_of(facts, shards, folder.path)):
                        registry.refuse_taken(settings.out, settings.run_dir)
                        exporting.check(settings, {**facts, **moved})
                        if not facts["begun"]:
                            sink.refuse_foreign(settings.arrived)
                        journal.event("output_moved", moved)
                        facts.update(moved)
                else:
                    sink.refuse_bereft(folder)
                    planning = True
                    registry.refuse_taken(settings.out, settings.run_dir)
                    sink.refuse_foreign(settings.arrived)
                    exporting.check(settings, {})
                    facts = begin(vendor, requests, settings, folder, journal, identity, fingerprint)
                    registry.refuse_taken(settings.out, settings.run_dir)  # another may have begun meanwhile
                core = cls(Desk(vendor, settings, folder, journal, facts, journal.shards()), fingerprint)
                core._look_for_traces()
                if not core.status().finished:
                    core.writer.check()
                if not core.status().finished or exporting.due(core.desk):
                    exporting.check(settings, facts)
            except BaseException:
                journal.close()
                raise
        except (InputError, OSError, KeyboardInterrupt):
            if new or planning:  # else nobody knows yet what stands there
                folder.clear(whole=new)
            raise
        return core

    def _look_for_traces(self) -> None:
        """A shard that was sent although the journal does not know: it was set back to an earlier state."""
        for shard in self.desk.shards:
            if shard.state is State.DONE:
                self.desk.folder.unsend(shard.number)
            elif shard.state is State.PLANNED and self.desk.folder.traces(shard.number):
                self.desk.lose(shard, "it was sent, but the journal is older than the files beside it")

    def close(self) -> None:
        """Give the run up for others; it can be resumed."""
        self.writer.close()
        self._creating.release()
        self.desk.journal.close()

    def status(self) -> RunStatus:
        """How far the run is."""
        return status_of(self.desk.facts, self.desk.shards, self.desk.settings.run_dir)

    def results_of(self, shard: Shard, *, trusted: bool = False) -> Iterator[Result]:
        """The results that a finished shard has the last word on, under the callers' ids, read from its file.

        Raises RunError where the file is no longer what was fetched, unless it is `trusted`.
        """
        if not shard.sent:
            return
        if not trusted:
            self.desk.refuse_damaged(shard)
        moved = self.desk.journal.maps(shard)[1]
        yield from (result for place, result in self.desk.contents.placed(shard) if not bit(moved, place))

    def news(self, told: set[int]) -> Iterator[Result]:
        """The results of the shards that are done and were not told of before."""
        for shard in list(self.desk.shards):
            if shard.state is State.DONE and shard.number not in told:
                told.add(shard.number)
                yield from self.results_of(shard)

    def request_cancel(self) -> None:
        """From now on nothing is submitted, and what is open is cancelled when the run is driven."""
        self.desk.remember("cancel_requested", cancelling=True)

    def stop(self) -> None:
        """Stop driving before the next step; may be called from a signal handler."""
        self._stopping = True

    # -- the flow

    def work(self) -> Flow[None]:
        """Do what is due until every request has its outcome; emits each shard that is done.

        Raises RunHeld where somebody must decide, else the first trouble that waiting does not mend; what can be
        brought home in spite of it has been.
        """
        yield from overheard(self._drive(), self.desk.drift.hear)

    def _drive(self) -> Flow[None]:
        self._begin()
        yield from self._same_account()
        while not self._stopping:
            if self._busy:
                yield Pause(IDLE)
                continue
            self._busy = True
            try:
                touched, wait = yield from self._step()
            finally:
                self._busy = False
            if wait is not None:
                yield from self._export()
                yield Pause(wait)
            elif touched is None:
                break
            else:
                if self.listener is not None:
                    self.listener(self.status())
                if touched.state is State.DONE:
                    yield Emit([touched])
        yield from self._export()
        if self._stopping:
            return
        yield from self.desk.drift.tell()
        if held := self.status().held:
            raise RunHeld("; ".join(held), hint="look at the vendor, then resume with --on-unknown resubmit or abandon")
        if self._troubles:
            raise self._troubles[0]
        self._judge()

    def _begin(self) -> None:
        """What a new drive tries anew."""
        self._troubles, self._creating.shut, self._unwritable = [], False, False
        canary = int(self.desk.facts.get("canary", 0)) if self.desk.settings.canary is not None else 0
        for shard in self.desk.shards:
            shard.parked, shard.resubmitted, shard.tries = False, False, 0
            shard.gated = shard.generation == 0 and 0 < canary <= shard.number
            if shard.state is State.HELD:
                self.desk.look_again(shard, shard.note.partition("; ")[0])

    def _step(self) -> Flow[tuple[Shard | None, float | None]]:
        """One deed, and the shard it was done to; or the seconds until one is due; or neither, when none will be."""
        yield from self._creating.recover()
        yield from self._repairs.next_round()
        yield from self._polling.cancel_open()
        self._open_gate()
        shards, window, now = self.desk.shards, self._creating.window(), (yield Clock())
        group = together(shards, now, window, SIDE_BY_SIDE)
        if not group:
            wake = next_due(shards, window)
            return None, None if wake is None else wake - now
        if len(group) == 1:
            yield from self._do(*group[0])
        else:
            for error in (yield Together([self._tried(*each) for each in group])):
                if error is not None:
                    raise error
        return group[0][1], None

    def _tried(self, deed: Deed, shard: Shard) -> Flow[Exception | None]:
        """Carry out a deed beside others; gives its error, so that a full disk does not break off another's create."""
        try:
            yield from self._do(deed, shard)
        except Exception as error:  # noqa: BLE001 - it is raised when the others are done
            return error
        return None

    def _export(self) -> Flow[None]:
        """Write the output that is made of all results, once they are there; trouble with it is told at the end."""
        if self._stopping or self._unwritable or not exporting.due(self.desk):
            return
        self._busy = True
        try:
            with closing(exporting.steps(self.desk, self.desk.settings.out)) as steps:
                for _ in steps:
                    yield Pause(0.0)  # others on the loop have their turn
                    if self._stopping:
                        return
        except PolybatchError as trouble:
            self._troubles.append(trouble)
            self._unwritable = True
        finally:
            self._busy = False

    def _do(self, deed: Deed, shard: Shard) -> Flow[None]:
        """Carry out a deed; trouble of the shard's own sets it aside."""
        try:
            yield from self._deeds[deed](shard)
        except (InputError, RunError):
            raise
        except PolybatchError as trouble:
            model = f", {shard.group}" if shard.group else ""
            trouble.message = f"shard {shard.number} ({self.desk.contents.lines(shard)}{model}): {trouble.message}"
            if isinstance(trouble, AuthError) and trouble.status == 401 and deed is not Deed.SUBMIT:
                raise  # with this key nothing else will come home either
            self._creating.shut |= deed is Deed.SUBMIT
            self._troubles.append(trouble)
            shard.parked = True
            if deed is Deed.SUBMIT and isinstance(trouble, AuthError) and not self._goes_on():
                return  # it is raised at once
            yield Warn(f"{trouble}; " + ("no more batches are sent" if deed is Deed.SUBMIT else "the others go on"))

    def _goes_on(self) -> bool:
        """Whether batches are still to come home, or a decision is wanted, when no more are sent."""
        return any(shard.watched or shard.state not in {State.PLANNED, State.DONE} for shard in self.desk.shards)

    def _finish(self, shard: Shard) -> Flow[None]:
        if self.desk.damaged(shard):
            self.desk.keep(shard, "fetch_again", state=State.ENDED)
            yield Warn(f"shard {shard.number}: its results are no longer what was fetched; they are fetched again")
            return
        tally = self.writer.write(shard, self._repairs.policy(shard))
        self.desk.folder.unsend(shard.number)
        if odd := tally.found():
            words = ", ".join(f"{count} {name}" for name, count in odd.items())
            place = self.desk.folder.quarantine(shard.number)
            yield Warn(f"shard {shard.number}: results that fit no request: {words}; those that say something are kept"
                       f" in {place}")  # fmt: skip

    # -- the canary

    def _open_gate(self) -> None:
        """Let the other shards go once the first requests have all succeeded."""
        if not any(shard.gated for shard in self.desk.shards):
            return
        first = [shard for shard in self.desk.shards if not shard.gated]
        done = all(shard.state is State.DONE and (shard.repaired or not shard.moved) for shard in first)
        if done and all(shard.outcomes.keys() <= {Outcome.SUCCEEDED} for shard in first):
            for shard in self.desk.shards:
                shard.gated = False

    def _judge(self) -> None:
        """Raises RunError where requests are kept back because the first ones did not all succeed."""
        if not any(shard.gated and shard.state is State.PLANNED for shard in self.desk.shards):
            return
        outcomes = Counter[str]()
        for shard in self.desk.shards:
            outcomes.update({} if shard.gated else shard.outcomes)
        words = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items())
        raise RunError(f"not all of the first requests succeeded ({words}), and the others were not sent",
                       hint="look at the results; resume without --canary to send the others all the same")  # fmt: skip

    # -- the key

    def _account(self) -> str | None:
        """Names the account where the size alone tells running batches apart: another run's look like a lost one."""
        host = str(self.desk.facts.get("base_url"))
        if not self.desk.profile.distinct or host == "sandbox":
            return None
        return f"{self.desk.profile.name}-{self.fingerprint(host[-64:])}"

    def _same_account(self) -> Flow[None]:
        """Raises RunError where the key is another than before and no batch of the run answers to it."""
        facts = self.desk.facts
        own = self.fingerprint(facts.get("salt", ""))
        over = self.status().finished and not any(shard.watched for shard in self.desk.shards)
        if "key" not in facts or facts["key"] == own or over:  # nobody is asked for anything any more
            return
        asked = [shard for shard in reversed(self.desk.shards) if shard.batch_id is not None][:ASKED]
        refusal: PolybatchError | None = None
        for shard in asked:
            try:
                yield from self.desk.vendor.get(shard.batch_id or "")
            except PolybatchError as trouble:
                if trouble.transient:
                    raise
                refusal = trouble
            else:
                break
        else:
            if asked or any(shard.state is not State.PLANNED for shard in self.desk.shards):
                said = f": {refusal}" if refusal else ""
                raise RunError(f"the run was begun with another key, and none of its batches answers to this one{said}",
                               hint="set the key of the account that the run was begun with")  # fmt: skip
        self.desk.remember("other_key", key=own)
