"""A run: one input, many batches, one outcome for each request. Starting is resuming an empty journal.

Everything that happens is decided by `machine` and kept by `journal`; this module carries it out as one flow, so that
the sync and the async driver do the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import (
    ContractError,
    InputError,
    NotFound,
    NotReady,
    PolybatchError,
    RateLimited,
    RunHeld,
    TooManyBatches,
    TransportError,
    UnknownOutcome,
    Unsupported,
    VendorError,
)
from polybatch.flow import Clock, Emit, Flow, Pause, Warn, mapped
from polybatch.intake import Intake
from polybatch.model import BatchStatus, Request, Result
from polybatch.vendor import Vendor

from . import sink
from .journal import Journal
from .machine import Deed, RunStatus, Shard, State, Window, due, next_due, summed
from .opening import Settings, begin, refuse_other
from .plan import wire_id
from .reconcile import Matcher, renamed, stand_in

POLL_FACTOR, LONGEST_POLL = 1.5, 60.0
"""The pause between two looks grows by this, to this many seconds."""
SUBMIT_PAUSE, LONGEST_SUBMIT_PAUSE = 10.0, 300.0
"""Seconds before a create that a limit refused is tried again; doubled each time."""
TROUBLE_PAUSE, LONGEST_TROUBLE_PAUSE = 10.0, 300.0
"""Seconds before a look or a download that failed is tried again; doubled each time."""
DOWNLOADS = 5
"""How often a download that breaks is begun anew before the run stops; it can be resumed."""
CHUNK = 1000
"""Results written at a time."""


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
    _output: sink.Output | None = field(default=None, init=False)
    _not_before: float = field(default=0.0, init=False)
    _submit_pause: float = field(default=SUBMIT_PAUSE, init=False)

    @classmethod
    def open(cls, vendor: Vendor, requests: Path, settings: Settings, identity: Mapping[str, Any]) -> Core:
        """Open or resume. Raises InputError (nothing was sent, nothing is left behind), RunLocked."""
        folder = sink.Folder(settings.run_dir)
        fresh = not folder.path.exists()
        folder.make()
        try:
            journal = Journal(folder.path)
            try:
                facts = journal.facts()
                known = "run_id" in facts
                if known:
                    refuse_other(facts, identity, requests, folder)
                else:
                    sink.Output(settings.out, None).close()
                    facts = begin(vendor, requests, settings, folder, journal, identity)
                core = cls(vendor, settings, folder, journal, facts, journal.shards())
                core._recover()
            except BaseException:
                journal.close()
                raise
        except InputError:
            if fresh:
                shutil.rmtree(folder.path)
            raise
        return core

    def close(self) -> None:
        """Give the run up for others; it can be resumed."""
        if self._output is not None:
            self._output.close()
            self._output = None
        self.journal.close()

    def status(self) -> RunStatus:
        """How far the run is."""
        return status_of(self.facts, self.shards, self.settings.run_dir)

    def request_cancel(self) -> None:
        """From now on nothing is submitted, and what is open is cancelled when the run is driven."""
        self.facts["cancelling"] = True
        self.journal.event("cancel_requested", {"cancelling": True})

    # -- the flow

    def work(self) -> Flow[None]:
        """Do what is due until every request has its outcome; emits each shard that is done."""
        while True:
            now = yield Clock()
            self._decide_unknown()
            yield from self._cancel_open()
            window = Window(self._admitted(), self._not_before)
            found = due(self.shards, now, window)
            if found is None:
                wake = next_due(self.shards, window)
                if wake is None:
                    break
                yield Pause(max(0.0, wake - now))
                continue
            deed, shard = found
            yield from {
                Deed.FINISH: self._finish,
                Deed.FETCH: self._fetch,
                Deed.SUBMIT: self._submit,
                Deed.POLL: self._poll,
            }[deed](shard)
            self.listener(self.status())
        if held := self.status().held:
            raise RunHeld("; ".join(held), hint="look at the vendor, then resume with --on-unknown resubmit or abandon")

    def _admitted(self) -> int | None:
        """How many batches may be open; none more while the fate of one is unknown."""
        if any(shard.state is State.UNKNOWN for shard in self.shards):
            return 0
        return self.vendor.profile.limits.open_batches

    def _submit(self, shard: Shard) -> Flow[None]:
        path = self.folder.payload(shard.number)
        self._stage(shard, path)
        self._keep(shard, "submitting", state=State.SUBMITTING)
        try:
            batch = yield from self.vendor.create(sink.payload_of(path))
        except UnknownOutcome as lost:
            self._keep(shard, "unknown", state=State.UNKNOWN, note=str(lost))
            yield Warn(f"shard {shard.number}: {lost}")
            return
        except (TooManyBatches, RateLimited) as full:
            self._keep(shard, "refused", state=State.PLANNED, note=str(full))
            self._not_before = (yield Clock()) + (full.retry_after or self._submit_pause)
            self._submit_pause = min(2 * self._submit_pause, LONGEST_SUBMIT_PAUSE)
            return
        except PolybatchError as refused:
            # Whatever else came back proves that no batch was made (dialects.inline.create).
            self._keep(shard, "refused", state=State.PLANNED, note=str(refused))
            raise
        self._submit_pause = SUBMIT_PAUSE
        self._keep(shard, "submitted", state=State.SUBMITTED, batch_id=batch.id, status=batch.status, note="")
        path.unlink()
        shard.due, shard.pause = (yield Clock()), self.settings.poll
        yield from self._warn(batch.warnings)

    def _poll(self, shard: Shard) -> Flow[None]:
        now = yield Clock()
        try:
            batch = yield from self.vendor.get(shard.batch_id or "")
        except PolybatchError as trouble:
            if not trouble.transient:
                raise
            yield Warn(f"shard {shard.number}: {trouble}; looking again in {shard.pause or TROUBLE_PAUSE:.0f} s")
            shard.pause = min(2 * (shard.pause or TROUBLE_PAUSE), LONGEST_TROUBLE_PAUSE)
            shard.due = now + shard.pause
            return
        yield from self._warn(batch.warnings)
        shard.succeeded = batch.counts.succeeded
        shard.expires_at = batch.expires_at
        if batch.status.terminal:
            self._not_before = 0.0
            self._keep(shard, "ended", state=State.ENDED, status=batch.status)
            return
        if batch.status is not shard.status:
            self._keep(shard, "status", status=batch.status)
        shard.pause = max(shard.pause or self.settings.poll, batch.retry_after or 0.0)
        shard.due = now + shard.pause
        shard.pause = min(shard.pause * POLL_FACTOR, max(LONGEST_POLL, self.settings.poll))

    def _fetch(self, shard: Shard) -> Flow[None]:
        pause = TROUBLE_PAUSE
        for attempt in range(1, DOWNLOADS + 1):
            file = sink.SafeFile(self.folder.results(shard.number))
            try:
                yield from mapped(self.vendor.records(shard.batch_id or ""), _into(file))
            except NotReady:
                file.drop()
                shard.due = (yield Clock()) + self.settings.poll
                self._keep(shard, "not_ready", state=State.SUBMITTED)
                return
            except (TransportError, VendorError) as trouble:
                file.drop()
                if isinstance(trouble, NotFound) and shard.status is not BatchStatus.COMPLETED:
                    # A batch that failed, expired or was cancelled may have no results at all.
                    break
                if not trouble.transient or attempt == DOWNLOADS:
                    raise
                yield Warn(f"shard {shard.number}: {trouble}; fetching again in {pause:.0f} s")
                yield Pause(pause)
                pause = min(2 * pause, LONGEST_TROUBLE_PAUSE)
            except BaseException:
                file.drop()
                raise
            else:
                file.commit()
                self._keep(shard, "fetched", state=State.FETCHED, sha256=file.digest.hexdigest(), bytes=file.size)
                return
        self._keep(shard, "fetched", state=State.FETCHED, bytes=0)

    def _finish(self, shard: Shard) -> Flow[None]:
        self._write(shard)
        yield Emit([shard])

    def _cancel_open(self) -> Flow[None]:
        if not self.facts.get("cancelling"):
            return
        for shard in self.shards:
            if shard.state is State.PLANNED:
                self._keep(shard, "never_sent", state=State.FETCHED, status=BatchStatus.CANCELLED)
            elif shard.state is State.SUBMITTED and not shard.cancel_sent:
                shard.cancel_sent = True
                try:
                    batch = yield from self.vendor.cancel(shard.batch_id or "")
                except (Unsupported, VendorError) as refused:
                    yield Warn(f"batch {shard.batch_id} cannot be cancelled: {refused}; it is watched to its end")
                else:
                    self._keep(shard, "cancelled", status=batch.status)
                shard.due = yield Clock()

    def _warn(self, warnings: Sequence[str]) -> Flow[None]:
        for warning in warnings:
            if warning not in self.facts.setdefault("warned", []):
                self.facts["warned"].append(warning)
                self.journal.event("schema_drift", {"warned": self.facts["warned"]}, warning=warning)
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

    def _recover(self) -> None:
        """A create that was under way when the last process stopped may have been accepted."""
        for shard in self.shards:
            if shard.state is State.SUBMITTING:
                self._keep(
                    shard, "unknown", state=State.UNKNOWN, note="the process stopped while the create was under way"
                )

    def _decide_unknown(self) -> None:
        for shard in self.shards:
            if shard.state is not State.UNKNOWN:
                continue
            if self.settings.on_unknown == "resubmit":
                self._keep(shard, "resubmit", state=State.PLANNED)
            elif self.settings.on_unknown == "abandon":
                self._keep(shard, "abandoned", state=State.FETCHED, note=ABANDONED)

    def _stage(self, shard: Shard, path: Path) -> None:
        """Write the create's body; the same journal always gives the same bytes."""
        intake = Intake(self.vendor, check=False, model=self.settings.model)
        run_id = str(self.facts["run_id"])

        def items() -> Iterator[bytes]:
            for index, request in enumerate(self._requests(shard, intake)):
                own = wire_id(run_id, shard.number, shard.generation, index)
                yield intake.encode(attrs.evolve(request, custom_id=own), f"request {request.custom_id}")

        file = sink.SafeFile(path)
        try:
            for chunk in inline.body(self.vendor.envelope(), items()):
                file.write(chunk)
        except BaseException:
            file.drop()
            raise
        file.commit()

    def _requests(self, shard: Shard, intake: Intake) -> Iterator[Request]:
        offsets, numbers = self.folder.members(shard.number, shard.items)
        with self._input().open("rb") as file:
            for offset, number in zip(offsets, numbers, strict=True):
                file.seek(offset)
                yield intake.read(source.clean(file.readline()), f"{self._input()}, line {number}")

    def _input(self) -> Path:
        return Path(self.facts["input"])

    def _write(self, shard: Shard) -> None:
        """Append a shard's lines to the output and record it as done, both or neither."""
        if self._output is None:
            self._output = sink.Output(self.settings.out, int(self.facts["committed"]))
        counts: dict[str, int] = {}
        chunk: list[Result] = []
        for result in self.results_of(shard):
            counts[result.outcome.value] = counts.get(result.outcome.value, 0) + 1
            chunk.append(result)
            if len(chunk) >= CHUNK:
                self._output.write(chunk)
                chunk.clear()
        self._output.write(chunk)
        self.facts["committed"] = self._output.commit()
        shard.state, shard.outcomes = State.DONE, counts
        self.journal.record(shard, "done", {"committed": self.facts["committed"]}, outcomes=counts)

    def results_of(self, shard: Shard) -> Iterator[Result]:
        """The results of a fetched shard under the callers' ids, one for each request, read from its file."""
        intake = Intake(self.vendor, check=False)
        ids: list[str] = []
        places: dict[str, int] = {}
        for place, request in enumerate(self._requests(shard, intake)):
            ids.append(request.custom_id)
            places[wire_id(str(self.facts["run_id"]), shard.number, shard.generation, place)] = place
            if (alone := self.vendor.alone(request)) is not None:
                places[alone] = place
        matcher = Matcher(shard.items, places.get)
        for result in self._fetched(shard):
            if (found := matcher.match(result)) is not None:
                yield renamed(result, ids[found])
        code = "abandoned_create" if shard.note == ABANDONED else ""
        for place in matcher.unanswered():
            yield stand_in(ids[place], self.vendor.profile.name, shard.batch_id or "", shard.status, code)
        if matcher.foreign or matcher.duplicates:
            self.journal.event(
                "odd_results", shard=shard.number, foreign=matcher.foreign, duplicates=matcher.duplicates
            )

    def _fetched(self, shard: Shard) -> Iterator[Result]:
        path = self.folder.results(shard.number)
        if not path.exists():
            return
        for _, number, line in source.lines(path):
            try:
                yield self.vendor.decode(line, shard.batch_id or "")
            except ContractError as error:
                self.journal.event("unreadable_result", shard=shard.number, line=number, error=str(error))


SHARD_FIELDS = frozenset(attribute.name for attribute in attrs.fields(Shard))
ABANDONED = "abandoned: nobody knows whether the create was accepted"


def status_of(facts: Mapping[str, Any], shards: Sequence[Shard], run_dir: Path) -> RunStatus:
    """The state of a run, from its journal alone."""
    states, outcomes, answered = summed(shards)
    held = tuple(f"shard {s.number} ({s.items} requests): {s.note}" for s in shards if s.state is State.UNKNOWN)
    return RunStatus(
        run_dir=str(run_dir), vendor=facts["vendor"], total=sum(shard.items for shard in shards),
        shards=dict(states), outcomes=dict(outcomes), answered=answered, held=held,
    )  # fmt: skip


def _into(file: sink.SafeFile) -> Callable[[Sequence[bytes]], Sequence[bytes]]:
    def keep(records: Sequence[bytes]) -> Sequence[bytes]:
        file.write(b"".join(map(sink.one_line, records)))
        return ()

    return keep


__all__ = ["Core", "status_of"]
