"""Bringing results home: a download is kept as it comes, and believed only if it is what the vendor counted.

A gateway's page, an empty body or a body that ends early must not make requests missing that were answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from attrs import define

from polybatch.errors import AuthError, ContractError, NotFound, NotReady, PolybatchError, VendorError
from polybatch.flow import Clock, Flow, Now, Step, Warn, mapped, overheard
from polybatch.model import BatchStatus, Outcome
from polybatch.vendor import Vendor

from . import sink
from .desk import Desk
from .drift import Notes, judged_by
from .machine import Shard, State
from .reconcile import GONE
from .trouble import SMALLER, TRIES

EMPTY = 3
"""How many downloads in a row must be without any result before that is believed."""


@define
class Haul:
    """One download of a shard's results, on its way into a file."""

    vendor: Vendor
    shard: Shard
    file: sink.SafeFile
    drift: Notes
    read: int = 0
    answers: int = 0
    """Of these, those that are not said to be missing."""
    unreadable: int = 0
    judged_by: str | None = None
    """The operation by which its results are judged."""

    def hear(self, step: Step, answer: Any) -> None:
        """Take note of where the results come from: several downloads go on at once."""
        self.judged_by = judged_by(step, answer, self.judged_by)

    def take(self, records: Sequence[bytes]) -> Sequence[bytes]:
        """Keep records as they came, and see whether they are results."""
        decode, batch_id, missing = self.vendor.decode, self.shard.batch_id or "", Outcome.MISSING
        for record in records:
            try:
                result = decode(record, batch_id)
            except ContractError:
                self.unreadable += 1
            else:
                self.read += 1
                self.answers += result.outcome is not missing
        self.file.write(sink.lines_of(records))
        self.drift.results(self.judged_by, records)
        return ()

    @property
    def sha256(self) -> str:
        """What tells this download from another."""
        return self.file.digest.hexdigest()

    def lacking(self, counted: int | None) -> str | None:
        """What is wrong with the download, if anything. Raises ContractError where it holds no results at all."""
        if self.unreadable and not self.read:
            raise ContractError("what was fetched holds no results", hint="is something between here and the vendor?")
        if self.unreadable:
            return f"{self.unreadable} of {self.read + self.unreadable} results cannot be read"
        if counted and self.read < counted:
            return f"{self.read} of {counted} results came"
        if self.shard.status is BatchStatus.COMPLETED and not self.answers:
            return f"0 of {self.shard.items} results came"
        return None

    def believed(self) -> bool:
        """Whether the same has come before, and often enough."""
        again, self.shard.last_fetched = self.shard.last_fetched == self.sha256, self.sha256
        return again and (self.answers > 0 or self.shard.tries + 1 >= EMPTY)


@define
class Fetching:
    """Brings the results of ended batches home."""

    desk: Desk

    def fetch(self, shard: Shard) -> Flow[None]:
        """Download a batch's results into a file, whole or not at all."""
        desk = self.desk
        file = sink.SafeFile(desk.folder.results(shard.number))
        haul = Haul(desk.vendor, shard, file, desk.drift)
        try:
            records = overheard(desk.vendor.records(shard.batch_id or ""), haul.hear)
            counted = yield from mapped(records, haul.take)
            lacking = haul.lacking(counted)
        except NotReady:
            file.drop()
            desk.keep(shard, "not_ready", state=State.SUBMITTED)
            shard.due = (yield Clock()) + desk.settings.poll
        except PolybatchError as trouble:
            file.drop()
            yield from self._failed(shard, trouble)
        except BaseException:
            file.drop()
            raise
        else:
            if lacking is not None and not haul.believed():
                file.drop()
                yield from desk.later(shard, ContractError(lacking, hint=SMALLER))
                return
            if lacking is not None:
                yield Warn(f"shard {shard.number}: {lacking}; that is all there is")
            file.commit()
            desk.fetched[shard.number] = sink.look(desk.folder.results(shard.number))
            desk.keep(shard, "fetched", state=State.FETCHED, sha256=haul.sha256, bytes=file.size)

    def _failed(self, shard: Shard, trouble: PolybatchError) -> Flow[None]:
        if isinstance(trouble, NotFound) and shard.status is not BatchStatus.COMPLETED:
            # A batch that failed, expired or was cancelled may have no results at all.
            self.desk.keep(shard, "fetched", state=State.FETCHED, bytes=0)
            return
        keeps, now = self.desk.profile.limits.retention, (yield Now())
        late = keeps is not None and now and shard.created_at is not None and now - shard.created_at >= keeps
        if late and not trouble.transient and not isinstance(trouble, AuthError):
            yield Warn(f"shard {shard.number}: {trouble}; the vendor keeps results for {keeps}, they are lost")
            self.desk.keep(shard, "results_gone", state=State.FETCHED, note=GONE, bytes=0)
            return
        trouble.hint = trouble.hint if isinstance(trouble, VendorError) else SMALLER
        # An ended batch has results somewhere: a vendor's hosts may disagree for a while.
        absent = isinstance(trouble, NotFound) and shard.tries + 1 < TRIES
        yield from self.desk.later(shard, trouble, forever=absent)
