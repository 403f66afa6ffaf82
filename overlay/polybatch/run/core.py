"""A run: one input, many batches, one outcome for each request. Starting is resuming an empty journal.

Everything that happens is decided by `machine` and kept by `journal`; this module carries it out as one flow, so that
the sync and the async driver do the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field

from polybatch.errors import (
    AuthError,
    ContractError,
    InputError,
    NotFound,
    NotReady,
    PolybatchError,
    RateLimited,
    RunError,
    RunHeld,
    TooManyBatches,
    TransportError,
    UnknownOutcome,
    Unsupported,
    VendorError,
)
from polybatch.flow import Clock, Emit, Flow, Pause, Warn, mapped
from polybatch.model import BatchStatus, Result
from polybatch.vendor import Vendor

from . import sink
from .contents import Contents
from .fetching import Haul
from .journal import Journal
from .machine import Deed, RunStatus, Shard, State, Window, due, next_due, status_of
from .opening import Settings, begin, refuse_larger, refuse_other
from .reconcile import ABANDONED, NEVER_SENT
from .trouble import LONGEST_ASKED, LONGEST_PAUSE, after, asked, brief, hopeless
from .writing import Writer

POLL_FACTOR, LONGEST_POLL = 1.5, 60.0
"""The pause between two looks grows by this, to this many seconds."""
SUBMIT_PAUSE = 10.0
"""Seconds before a create that a limit refused is tried again; doubled each time."""
CANCEL_PAUSE = 30.0
"""Seconds before a cancel that failed is tried again."""
IDLE = 1.0
"""Seconds between two looks whether another flow of this process has finished its step."""


@define
class Core:
    """A run that is open: planned, owned by this process, ready to be driven."""

    vendor: Vendor
    settings: Settings
    folder: sink.Folder
    journal: Journal
    facts: dict[str, Any]
    shards: list[Shard]
    listener: Callable[[RunStatus], None] = field(default=lambda _: None)
    contents: Contents = field(init=False)
    writer: Writer = field(init=False)
    _not_before: float = field(default=0.0, init=False)
    """When a create that a limit refused may be tried again; at once when a batch of ours ends."""
    _told: float = field(default=0.0, init=False)
    """Until when the vendor asked for no more creates."""
    _submit_pause: float = field(default=SUBMIT_PAUSE, init=False)
    _shut: bool = field(default=False, init=False)
    """Whether a create was refused for good: no more are sent in this drive."""
    _troubles: list[PolybatchError] = field(factory=list, init=False)
    """Why shards were set aside in this drive."""
    _busy: bool = field(default=False, init=False)
    """Whether a flow is in the middle of a step; only one may be, however many drive."""
    _warned: set[str] = field(factory=set, init=False)
    _stopping: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.contents = Contents(self.vendor, self.folder, self.facts)
        self.writer = Writer(self.settings.out, self.contents, self.journal, self.facts)

    @classmethod
    def open(cls, vendor: Vendor, requests: Path, settings: Settings, identity: Mapping[str, Any]) -> Core:
        """Open or resume. Raises InputError (nothing was sent, nothing is left behind), RunLocked."""
        folder, known = sink.Folder(settings.run_dir), False
        new = folder.make()
        try:
            journal = Journal(folder.path)
            try:
                facts = journal.facts()
                known = "run_id" in facts
                if known:
                    refuse_other(facts, identity, requests, settings)
                    refuse_larger(sum(shard.items for shard in journal.shards()), settings)
                else:
                    sink.refuse_foreign(settings.out)
                    facts = begin(vendor, requests, settings, folder, journal, identity)
                core = cls(vendor, settings, folder, journal, facts, journal.shards())
                core.contents.pin()
                if not core.status().finished:
                    core.writer.check()
                core._recover()
            except BaseException:
                journal.close()
                raise
        except (InputError, OSError, KeyboardInterrupt):
            if not known:
                folder.clear(whole=new)
            raise
        return core

    def close(self) -> None:
        """Give the run up for others; it can be resumed."""
        self.writer.close()
        self.journal.close()

    def status(self) -> RunStatus:
        """How far the run is."""
        return status_of(self.facts, self.shards, self.settings.run_dir)

    def results_of(self, shard: Shard) -> Iterator[Result]:
        """The results of a fetched shard under the callers' ids, one for each request, read from its file."""
        return self.contents.results(shard)

    def news(self, told: set[int]) -> Iterator[Result]:
        """The results of the shards that are done and were not told of before."""
        for shard in self.shards:
            if shard.state is State.DONE and shard.number not in told:
                told.add(shard.number)
                yield from self.results_of(shard)

    def request_cancel(self) -> None:
        """From now on nothing is submitted, and what is open is cancelled when the run is driven."""
        self.facts["cancelling"] = True
        self.journal.event("cancel_requested", {"cancelling": True})

    def stop(self) -> None:
        """Stop driving before the next step; may be called from a signal handler."""
        self._stopping = True

    # -- the flow

    def work(self) -> Flow[None]:
        """Do what is due until every request has its outcome; emits each shard that is done.

        Raises RunHeld where somebody must decide, else the first trouble that waiting does not mend; what can be
        brought home in spite of it has been.
        """
        self._troubles, self._shut = [], False
        for shard in self.shards:
            shard.parked, shard.resubmitted, shard.tries = False, False, 0
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
                yield Pause(wait)
            elif touched is None:
                break
            else:
                self.listener(self.status())
                if touched.state is State.DONE:
                    yield Emit([touched])
        if self._stopping:
            return
        if held := self.status().held:
            raise RunHeld("; ".join(held), hint="look at the vendor, then resume with --on-unknown resubmit or abandon")
        if self._troubles:
            raise self._troubles[0]

    def _step(self) -> Flow[tuple[Shard | None, float | None]]:
        """One deed, and the shard it was done to; or the seconds until one is due; or neither, when none will be."""
        self._recover()
        self._decide_unknown()
        yield from self._cancel_open()
        now = yield Clock()
        window = Window(self._admitted(), max(self._not_before, self._told))
        found = due(self.shards, now, window)
        if found is None:
            wake = next_due(self.shards, window)
            return None, None if wake is None else wake - now
        deed, shard = found
        try:
            yield from {
                Deed.FINISH: self._finish,
                Deed.FETCH: self._fetch,
                Deed.SUBMIT: self._submit,
                Deed.POLL: self._poll,
            }[deed](shard)
        except (InputError, RunError):
            raise
        except PolybatchError as trouble:
            trouble.message = f"shard {shard.number} ({self.contents.lines(shard)}): {trouble.message}"
            if isinstance(trouble, AuthError) and trouble.status == 401 and deed is not Deed.SUBMIT:
                raise  # with this key nothing else will come home either
            self._shut |= deed is Deed.SUBMIT
            self._troubles.append(trouble)
            shard.parked = True
            yield Warn(f"{trouble}; " + ("no more batches are sent" if deed is Deed.SUBMIT else "the others go on"))
        return shard, None

    def _admitted(self) -> int | None:
        """How many batches may be open; none more while the fate of one is unknown."""
        if self._shut or any(shard.state is State.UNKNOWN for shard in self.shards):
            return 0
        return self.vendor.profile.limits.open_batches

    def _submit(self, shard: Shard) -> Flow[None]:
        payload = self.folder.payload(shard.number)
        if not shard.staged or not payload.exists():
            shard.staged = self.contents.stage(shard)
        self._keep(shard, "submitting", state=State.SUBMITTING, sha256=shard.staged)
        try:
            batch = yield from self.vendor.create(sink.payload_of(payload))
        except UnknownOutcome as lost:
            self._hold(shard, lost.message.partition(":")[0])
            yield Warn(f"shard {shard.number}: {lost}")
            return
        except PolybatchError as refused:
            # Whatever else came back proves that no batch was made (dialects.inline.create).
            if isinstance(refused, VendorError) and refused.code in self.vendor.profile.traces:
                self._hold(shard, f"the create was refused with {brief(refused)} and has left its traces")
                yield Warn(f"shard {shard.number}: {refused}")
                return
            passes = self._passes(refused)
            self._keep(shard, "refused", state=State.PLANNED, note="" if passes else brief(refused), why=brief(refused))
            if not passes:
                payload.unlink()
                raise
            pause = max(self._submit_pause, asked(refused))
            yield Warn(f"shard {shard.number}: {refused}; trying again in {pause:.0f} s")
            now = yield Clock()
            self._not_before, self._told = now + self._submit_pause, now + asked(refused)
            self._submit_pause = min(2 * self._submit_pause, LONGEST_PAUSE)
            return
        if any(other.batch_id == batch.id for other in self.shards):
            self._hold(shard, f"the create was answered with {batch.id}, which is the batch of another shard")
            return
        self._submit_pause = SUBMIT_PAUSE
        self._keep(shard, "submitted", state=State.SUBMITTED, batch_id=batch.id, status=batch.status, note="")
        payload.unlink()
        shard.due, shard.pause = (yield Clock()), self.settings.poll
        yield from self._warn(batch.warnings)

    def _passes(self, refused: PolybatchError) -> bool:
        """Whether a refused create may be taken in a while: a limit, or a network that was there a moment ago."""
        if isinstance(refused, TooManyBatches | RateLimited):
            return True
        return isinstance(refused, TransportError) and any(shard.batch_id is not None for shard in self.shards)

    def _poll(self, shard: Shard) -> Flow[None]:
        try:
            batch = yield from self.vendor.get(shard.batch_id or "")
        except PolybatchError as trouble:
            yield from self._later(shard, trouble, forever=trouble.transient)
            return
        shard.tries = 0
        shard.succeeded = batch.counts.succeeded
        shard.expires_at = batch.expires_at
        if batch.status.terminal:
            self._not_before = shard.due = 0.0
            self._keep(shard, "ended", state=State.ENDED, status=batch.status)
        else:
            if batch.status is not shard.status:
                self._keep(shard, "status", status=batch.status)
            shard.pause = max(shard.pause or self.settings.poll, min(batch.retry_after or 0.0, LONGEST_ASKED))
            shard.due = (yield Clock()) + shard.pause
            shard.pause = min(shard.pause * POLL_FACTOR, max(LONGEST_POLL, self.settings.poll))
        yield from self._warn(batch.warnings)

    def _later(self, shard: Shard, trouble: PolybatchError, *, forever: bool = False) -> Flow[None]:
        """Try again after a while, ever later; raises the trouble where that does not help."""
        shard.tries += 1
        if not forever and hopeless(trouble, shard.tries):
            raise trouble
        pause = after(trouble, shard.tries, self.settings.poll)
        yield Warn(f"shard {shard.number}: {trouble}; trying again in {pause:.0f} s")
        shard.due = (yield Clock()) + pause

    def _fetch(self, shard: Shard) -> Flow[None]:
        file = sink.SafeFile(self.folder.results(shard.number))
        haul = Haul(self.vendor, shard, file)
        try:
            counted = yield from mapped(self.vendor.records(shard.batch_id or ""), haul.take)
            lacking = haul.lacking(counted)
        except NotReady:
            file.drop()
            self._keep(shard, "not_ready", state=State.SUBMITTED)
            shard.due = (yield Clock()) + self.settings.poll
        except PolybatchError as trouble:
            file.drop()
            if isinstance(trouble, NotFound) and shard.status is not BatchStatus.COMPLETED:
                # A batch that failed, expired or was cancelled may have no results at all.
                self._keep(shard, "fetched", state=State.FETCHED, bytes=0)
            else:
                yield from self._later(shard, trouble)
        except BaseException:
            file.drop()
            raise
        else:
            if lacking is not None and not haul.believed():
                file.drop()
                yield from self._later(shard, ContractError(lacking))
                return
            if lacking is not None:
                yield Warn(f"shard {shard.number}: {lacking}; that is all there is")
            file.commit()
            self._keep(shard, "fetched", state=State.FETCHED, sha256=haul.sha256, bytes=file.size)

    def _finish(self, shard: Shard) -> Flow[None]:
        tally = self.writer.write(shard)
        self.folder.payload(shard.number).unlink(missing_ok=True)
        if odd := tally.found():
            words = ", ".join(f"{count} {name}" for name, count in odd.items())
            yield Warn(f"shard {shard.number}: results that fit no request: {words}")

    def _cancel_open(self) -> Flow[None]:
        if not self.facts.get("cancelling"):
            return
        for shard in self.shards:
            if shard.state is State.PLANNED:
                status = BatchStatus.CANCELLED
                self._keep(shard, "never_sent", state=State.FETCHED, status=status, note=NEVER_SENT)
            elif shard.state is State.SUBMITTED and not shard.cancel_sent and shard.cancel_due <= (yield Clock()):
                yield from self._cancel(shard)

    def _cancel(self, shard: Shard) -> Flow[None]:
        try:
            batch = yield from self.vendor.cancel(shard.batch_id or "")
        except PolybatchError as refused:
            shard.cancel_sent = isinstance(refused, Unsupported | VendorError) and not refused.transient
            then = "it is watched to its end" if shard.cancel_sent else "trying again"
            yield Warn(f"batch {shard.batch_id} cannot be cancelled: {refused}; {then}")
        else:
            shard.cancel_sent = True
            self._keep(shard, "cancelled", status=batch.status)
        now = yield Clock()
        shard.due, shard.cancel_due = now, now + CANCEL_PAUSE

    def _warn(self, warnings: Sequence[str]) -> Flow[None]:
        for warning in warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                yield Warn(warning)

    # -- what the flow stands on

    def _keep(self, shard: Shard, kind: str, **changes: Any) -> None:
        data = {}
        for name, value in changes.items():
            if name in SHARD_FIELDS:
                setattr(shard, name, value)
            else:
                data[name] = value
        self.journal.record(shard, kind, batch_id=shard.batch_id, note=shard.note, **data)

    def _hold(self, shard: Shard, note: str) -> None:
        self._keep(shard, "unknown", state=State.UNKNOWN, note=note)

    def _recover(self) -> None:
        """A create that was under way when its flow, or the last process, stopped may have been accepted."""
        for shard in self.shards:
            if shard.state is State.SUBMITTING:
                self._hold(shard, "the process stopped while the create was under way")

    def _decide_unknown(self) -> None:
        for shard in self.shards:
            if shard.state is not State.UNKNOWN:
                continue
            if self.settings.on_unknown == "abandon":
                self._keep(shard, "abandoned", state=State.FETCHED, note=ABANDONED)
            elif self.settings.on_unknown == "resubmit" and not shard.resubmitted:
                # Once: where every reply is lost, each further create could be paid for.
                shard.resubmitted = True
                self._keep(shard, "resubmit", state=State.PLANNED, note="")


SHARD_FIELDS = frozenset(attribute.name for attribute in attrs.fields(Shard))


__all__ = ["Core", "status_of"]
