"""Sending a shard: the intent is journaled before the create, its reply before anybody reads it, then the batch's id.

Whether another create may be sent at all is decided here too.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from attrs import define, field

from polybatch.errors import (
    InputError,
    PolybatchError,
    RateLimited,
    RunError,
    RunLocked,
    TooManyBatches,
    TransportError,
    UnknownOutcome,
    VendorError,
)
from polybatch.flow import Clock, Flow, Now, Reply, Warn, replayed, tapped, until
from polybatch.model import Batch
from polybatch.vendor import FindBy, Payload

from . import sink
from .desk import Desk
from .journal import Lock, account_lock
from .machine import LOST, Shard, State, Window
from .repairing import Repairs
from .trouble import LONGEST_PAUSE, asked, brief

SUBMIT_PAUSE = 10.0
"""Seconds before a create that a limit refused is tried again; doubled each time."""
LONGEST_REPLY = 256 * 1024
"""Bytes of a create's reply that are kept; a batch has a few hundred, a longer one is taken to be lost."""
HOUR = 3600.0
CREATE = "create_batch"
"""The operation of a create, in every document."""


@define
class Creating:
    """Creates batches, one at a time: no two may be lost at once.

    Where a token tells them apart, at MeshAPI, that would be safe, but at most ten batches are open there, and their
    creates take seconds of the hours that they run.
    """

    desk: Desk
    repairs: Repairs
    account: str | None = None
    """Names the account where only one create of it may be under way, or lost, on this machine."""
    shut: bool = False
    """Whether a create was refused for good: no more are sent in this drive."""
    _not_before: float = 0.0
    """When a create that a limit refused may be tried again; at once when a batch of ours ends."""
    _told: float = 0.0
    """Until when the vendor asked for no more creates."""
    _pause: float = SUBMIT_PAUSE
    _refused_since: float | None = field(default=None, init=False)
    _lock: Lock | None = field(default=None, init=False)

    def window(self) -> Window:
        """How many batches may be open; none more while the fate of one is unknown."""
        lost = any(shard.state in LOST for shard in self.desk.shards)
        if not lost:
            self.release()
        admitted = 0 if self.shut or lost else self.desk.profile.limits.open_batches
        return Window(admitted, max(self._not_before, self._told))

    def ended(self) -> None:
        """A batch has ended: there is room for another."""
        self._not_before = 0.0

    def release(self) -> None:
        """Let other runs of the account send their creates."""
        if self._lock is not None:
            self._lock.release()

    def submit(self, shard: Shard) -> Flow[None]:
        """Create a shard's batch."""
        if not (yield from self._alone()):
            self._not_before = (yield Clock()) + self.desk.settings.poll
            return
        desk, payload = self.desk, self.desk.folder.payload(shard.number)
        if not shard.staged or not payload.exists():
            shard.staged = desk.contents.stage(shard)
        now, shard.posted = (yield from self._date()), (yield Clock())
        desk.keep(shard, "submitting", state=State.SUBMITTING, intent_at=now, sha256=shard.staged)
        # The name outlives a journal that is set back: what bears it is never sent unasked.
        sent = sink.renamed(payload, desk.folder.sent(shard.number))
        create = desk.vendor.create(sink.payload_of(sent))
        yield from self._concluded(shard, tapped(create, partial(self._heard, shard)))

    def _alone(self) -> Flow[bool]:
        """Whether no other run here has a create of the account under way: it could be taken for one of ours."""
        if self.account is None:
            return True
        try:
            self._lock = self._lock or account_lock(self.account)
            self._lock.take()
        except RunLocked as taken:
            owner = taken.message.partition(" belongs to ")[2]
            yield from self.desk.warn([f"a create of {owner} is under way for the same account; waiting for it"])
            return False
        except (InputError, OSError) as error:
            yield from self.desk.warn([f"other runs of the account cannot be kept apart: {error}"])
        return True

    def _date(self) -> Flow[datetime | None]:
        """The vendor's time; asked for before the first create, so that what is older need not be looked at later."""
        now: datetime | None = yield Now()
        if now is None and self.desk.profile.find is not FindBy.NOTHING:
            with suppress(PolybatchError):  # any reply has a date; if there is none, the create will say why
                yield from until(self.desk.vendor.list(1), lambda _: True)
            now = yield Now()
        return now

    def recover(self) -> Flow[None]:
        """A create that was under way when its flow, or the last process, stopped may have been accepted."""
        for shard in self.desk.shards:
            if shard.state is not State.SUBMITTING:
                continue
            if (kept := self.desk.journal.reply(shard)) is None:
                self.desk.lose(shard, "the process stopped while the create was under way")
                continue
            content = sink.kept(self.desk.folder.reply(shard.number), kept["sha256"])
            create = self.desk.vendor.create(Payload(0, lambda: iter(())))
            yield from self._concluded(shard, replayed(create, Reply(kept["http"], {}, content)))

    def accept(self, shard: Shard, batch: Batch, kind: str, *, provisional: bool = False) -> Flow[None]:
        """From now on the batch is the shard's."""
        if batch.id in self.desk.known:
            note = f"the create was answered with {batch.id}, which this run has had before"
            self.desk.keep(shard, "known_batch", state=State.HELD, note=note)
            yield Warn(f"shard {shard.number}: {note}")
            return
        if not provisional:
            self.desk.known.add(batch.id)
        self.desk.keep(
            shard, kind, state=State.SUBMITTED, batch_id=batch.id, status=batch.status, note="",
            created_at=batch.created_at, until=batch.expires_at, provisional=provisional,
        )  # fmt: skip
        self.desk.folder.accepted(shard.number)
        self._pause, self._refused_since = SUBMIT_PAUSE, None
        shard.due, shard.pause, shard.tries = (yield Clock()), self.desk.settings.poll, 0
        yield from self.desk.warn(batch.warnings)

    def wait(self, pause: float = 0.0) -> Flow[float]:
        """Send no create for a while, ever longer; gives the seconds. `pause`: at least, as the vendor asks."""
        now = yield Clock()
        self._not_before, self._told = now + self._pause, now + pause
        waited = max(self._pause, pause)
        self._pause = min(2 * self._pause, LONGEST_PAUSE)
        return waited

    def _heard(self, shard: Shard, reply: Reply) -> None:
        """Keep the reply as it came, beside the journal: it may quote a prompt. A refusal's status says all."""
        content = reply.content if 200 <= reply.status < 300 and len(reply.content) <= LONGEST_REPLY else b""
        sha256 = sink.keep(self.desk.folder.reply(shard.number), content)
        self.desk.keep(shard, "replied", http=reply.status, bytes=len(reply.content), sha256=sha256)
        self.desk.drift.reply(CREATE, reply)

    def _concluded(self, shard: Shard, create: Flow[Batch]) -> Flow[None]:
        """Do what the answer to a create calls for."""
        try:
            batch = yield from create
        except UnknownOutcome as lost:
            self.desk.lose(shard, lost.message.partition(":")[0])
            yield Warn(f"shard {shard.number}: {lost}")
        except RunError:
            raise  # the journal took no reply: nothing is known of the vendor's answer
        except PolybatchError as refused:
            # Whatever else came back proves that no batch was made (dialects.inline.create).
            yield from self._refused(shard, refused)
        else:
            yield from self.accept(shard, batch, "submitted")

    def _refused(self, shard: Shard, refused: PolybatchError) -> Flow[None]:
        desk = self.desk
        if isinstance(refused, VendorError) and refused.code in desk.profile.traces:
            note = f"the create was refused with {brief(refused)} and has left its traces"
            desk.keep(shard, "traces", state=State.HELD, note=note)
            yield Warn(f"shard {shard.number}: {refused}")
            return
        if _too_large(refused) and shard.items > 1:
            yield Warn(f"shard {shard.number}: {refused}; it is cut in two")
            desk.folder.unsend(shard.number)
            self.repairs.split(shard)
            return
        passes = self._passes(refused)
        desk.folder.recall(shard.number)  # first: what bears the other name is taken to be lost
        desk.keep(shard, "refused", state=State.PLANNED, note="" if passes else brief(refused), why=brief(refused))
        if not passes:
            desk.folder.unsend(shard.number)
            raise refused
        now: Any = yield Clock()
        self._refused_since = now if self._refused_since is None else self._refused_since
        pause = yield from self.wait(asked(refused))
        yield Warn(f"shard {shard.number}: {refused}; trying again in {pause:.0f} s{self._for_how_long(now)}")

    def _for_how_long(self, now: float) -> str:
        """How long creates have been refused, once that is long: the vendor may admit less than it says."""
        hours = (now - (self._refused_since or now)) / HOUR
        running = sum(shard.state is State.SUBMITTED for shard in self.desk.shards)
        return f"; refused for {hours:.1f} h, batches of this run in progress: {running}" if hours >= 1 else ""

    def _passes(self, refused: PolybatchError) -> bool:
        """Whether a refused create may be taken in a while: a limit, or a network that was there a moment ago."""
        if isinstance(refused, TooManyBatches | RateLimited):
            return True
        return isinstance(refused, TransportError) and any(shard.batch_id is not None for shard in self.desk.shards)


def _too_large(refused: PolybatchError) -> bool:
    """Whether a smaller batch may be taken (HTTP 413, whatever the vendor's word for it)."""
    return isinstance(refused, VendorError) and refused.status == 413
