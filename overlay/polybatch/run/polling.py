"""Looking at the batches of a run until each has ended, and asking the vendor to stop them."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import define, field

from polybatch.errors import NotFound, NotReady, PolybatchError, TransportError, Unsupported, VendorError
from polybatch.flow import Clock, Flow, Now, Warn
from polybatch.model import Batch, BatchStatus

from .creating import Creating
from .desk import Desk
from .listing import Listing
from .machine import Shard, State
from .reconcile import NEVER_SENT
from .trouble import LONGEST_ASKED, SMALLER

POLL_FACTOR, LONGEST_POLL = 1.5, 60.0
"""The pause between two looks grows by this, to this many seconds."""
CANCEL_PAUSE = 30.0
"""Seconds before a cancel that failed is tried again."""
DAY = timedelta(hours=24)
"""How long a batch may take where the vendor names no window."""
ALONE = 3
"""How often a batch that is alone at the vendor may fail for want of room before it is cut in two."""
CUT_OFF = 40
"""How often in a row the answer to a look may break off, which takes hours: results may come with it."""
OVERDUE = 2
"""Windows after which nobody waits for the end of a batch any more; the next drive looks again."""
ALARMS = (0.8, 0.5)
"""Parts of the time in which results can be fetched, after which that is said."""


@define
class Polling:
    """Follows the batches of a run."""

    desk: Desk
    creating: Creating
    _listing: Listing = field(init=False)
    _alone: set[int] = field(factory=set, init=False)
    """Shards that the list did not answer for."""

    def __attrs_post_init__(self) -> None:
        self._listing = Listing(self.desk)

    def poll(self, shard: Shard) -> Flow[None]:
        """Look at a batch, and where there is a list for it at all the others with the same request."""
        if shard.number in self._alone or not self._listing.serves(clock := (yield Clock())):
            self._alone.discard(shard.number)
            yield from self._ask(shard)
            return
        shown, now = (yield from self._listing.read(clock)), (yield Now())
        for each in self._listing.waiting():
            batch = shown.get(each.batch_id or "")
            if batch is not None and not self._delicate(each, batch, now):
                yield from self._seen(each, batch, now)
            elif batch is not None or each.due <= clock:
                each.due = min(each.due, clock)
                self._alone.add(each.number)

    def _delicate(self, shard: Shard, batch: Batch, now: datetime | None) -> bool:
        """Whether so much hangs on what the list shows that the batch is asked for itself.

        An end is not among it: results are fetched only after the batch has been asked for once more.
        """
        taken_for_ours = shard.provisional and batch.status.terminal
        return taken_for_ours or batch.status is BatchStatus.FAILED or self._windows(shard, batch, now) >= OVERDUE

    def _ask(self, shard: Shard) -> Flow[None]:
        """Look at one batch."""
        desk = self.desk
        try:
            batch = yield from desk.vendor.get(shard.batch_id or "")
            now = yield Now()
            unproved = shard.provisional and batch.status.terminal
            if unproved and not (yield from desk.vendor.recognise(batch, desk.contents.mark(shard))):
                # Somebody else's, or nobody can tell: the search decides what that calls for.
                yield Warn(f"shard {shard.number}: batch {batch.id} does not prove to be its own; looking on")
                desk.lose(shard, "the create was sent and its reply was lost")
                return
        except NotFound as gone:
            gone.hint = f"was it deleted, or made with another key than the one marked {desk.facts.get('key')}?"
            raise
        except PolybatchError as trouble:
            cut_off = isinstance(trouble, TransportError) and trouble.sent
            if cut_off and shard.tries >= CUT_OFF:
                trouble.hint = SMALLER
            yield from desk.later(
                shard, trouble, forever=trouble.transient and not (cut_off and shard.tries >= CUT_OFF)
            )
            return
        yield from self._seen(shard, batch, now)

    def _seen(self, shard: Shard, batch: Batch, now: datetime | None) -> Flow[None]:
        """Take note of what a batch has come to."""
        desk = self.desk
        shard.tries = 0
        shard.succeeded, shard.created_at = batch.counts.succeeded, batch.created_at or shard.created_at
        shard.until = batch.expires_at
        if not desk.facts.get("echo") and desk.vendor.carries(batch, shard.token):
            desk.remember("echo", echo=True)
        yield from self._retention(shard, now)
        if batch.status.terminal:
            yield from self._ended(shard, batch)
        else:
            if batch.status is not shard.status:
                desk.keep(shard, "status", status=batch.status)
            shard.pause = max(shard.pause or desk.settings.poll, min(batch.retry_after or 0.0, LONGEST_ASKED))
            shard.due = (yield Clock()) + shard.pause
            shard.pause = min(shard.pause * POLL_FACTOR, max(LONGEST_POLL, desk.settings.poll))
            yield from self._patience(shard, batch, now)
        yield from desk.warn(batch.warnings)

    def _ended(self, shard: Shard, batch: Batch) -> Flow[None]:
        self.creating.ended()
        crowded = batch.status is BatchStatus.FAILED and batch.failure in self.desk.profile.capacity
        shard.crowded += crowded and not any(
            each.state is State.SUBMITTED for each in self.desk.shards if each is not shard
        )
        if crowded and not batch.counts.succeeded and (shard.crowded < ALONE or shard.items > 1):
            self.desk.folder.unsend(shard.number)
            if shard.crowded >= ALONE:
                yield Warn(f"shard {shard.number}: batch {batch.id} failed with {batch.failure} too; it is cut in two")
                self.creating.repairs.split(shard)
                return
            pause = yield from self.creating.wait()
            yield Warn(f"shard {shard.number}: batch {batch.id} failed with {batch.failure}, which says that there was"
                       f" too much at once; its requests are sent again in {pause:.0f} s")  # fmt: skip
            self.desk.keep(shard, "crowded_out", state=State.PLANNED, batch_id=None, provisional=False)
            return
        if shard.provisional:
            self.desk.known.add(batch.id)
            self.desk.keep(shard, "adopted", provisional=False)
        self.desk.keep(shard, "ended", state=State.ENDED, status=batch.status, fees=batch.fees)

    def _patience(self, shard: Shard, batch: Batch, now: datetime | None) -> Flow[None]:
        """Say when a batch is late, and wait no longer once it is hopeless."""
        windows = self._windows(shard, batch, now)
        if windows < 1:
            return
        allowed, title = self._window / timedelta(hours=1), self.desk.profile.title
        late = f"batch {batch.id} has been {batch.status} for {windows * allowed:.0f} h"
        if windows >= OVERDUE:
            raise NotReady(f"{late}; nobody waits for it any longer", hint=f"ask {title}; a resume looks at it again")
        words = f"shard {shard.number}: batch {batch.id} is late: {title} allows itself {allowed:.0f} h"
        yield from self.desk.warn([words])

    @property
    def _window(self) -> timedelta:
        return self.desk.profile.limits.window or DAY

    def _windows(self, shard: Shard, batch: Batch, now: datetime | None) -> float:
        """How many of the vendor's windows have passed since a batch began, as far as that is known."""
        began = batch.created_at or shard.intent_at
        return 0.0 if now is None or began is None else (now - began) / self._window

    def _retention(self, shard: Shard, now: datetime | None) -> Flow[None]:
        """Say when the time is running out in which results can be fetched."""
        keeps = self.desk.profile.limits.retention
        if keeps is None or now is None or shard.created_at is None:
            return
        spent = (now - shard.created_at) / keeps
        passed = next((alarm for alarm in ALARMS if spent >= alarm), None)
        if passed is not None:
            end = shard.created_at + keeps
            words = f"the results of batch {shard.batch_id} can be fetched until {end:%Y-%m-%d %H:%M} UTC"
            yield from self.desk.warn([f"shard {shard.number}: {words}; {passed:.0%} of the time is over"])

    def cancel_open(self) -> Flow[None]:
        """Where the run is to be cancelled: send nothing more, and ask the vendor to stop what is open."""
        desk = self.desk
        if not desk.facts.get("cancelling"):
            return
        for shard in desk.shards:
            if shard.state is State.PLANNED:
                status = BatchStatus.CANCELLED
                desk.keep(shard, "never_sent", state=State.FETCHED, status=status, note=NEVER_SENT)
            elif (
                shard.state is State.SUBMITTED and not (shard.provisional or shard.cancel_sent)
                and shard.cancel_due <= (yield Clock())
            ):  # fmt: skip
                yield from self._cancel(shard)

    def _cancel(self, shard: Shard) -> Flow[None]:
        try:
            batch = yield from self.desk.vendor.cancel(shard.batch_id or "")
        except PolybatchError as refused:
            shard.cancel_sent = isinstance(refused, Unsupported | VendorError) and not refused.transient
            then = "it is watched to its end" if shard.cancel_sent else "trying again"
            yield Warn(f"batch {shard.batch_id} cannot be cancelled: {refused}; {then}")
        else:
            shard.cancel_sent = True
            self.desk.keep(shard, "cancelled", status=batch.status)
        now = yield Clock()
        shard.due, shard.cancel_due = now, now + CANCEL_PAUSE
