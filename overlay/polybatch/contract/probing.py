"""The conversation of a contract check: what a server is asked, so that the operations of its document are judged.

    create ─► list ─► get ─► cancel ─► get until it has ended ─► results ─► delete ─► get of no batch
    and, without a key: list, or get of no batch

What changes something (create, cancel, delete) is asked only where a create's body is given. A vendor's own flows are
overheard, so that paths, headers and the order of calls are those of the client. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from attrs import Factory, define, frozen

from polybatch.errors import (
    AuthError,
    ContractError,
    NotReady,
    PolybatchError,
    TransportError,
    UnknownOutcome,
    VendorError,
)
from polybatch.flow import Emit, Exchange, Flow, Open, Pause, Step, mapped, overheard, until
from polybatch.model import Batch
from polybatch.vendor import Payload, Vendor

from .judging import ROOT, Departure, Judge, Kind

T = TypeVar("T")
CREATE, LIST, GET, CANCEL, RESULTS, DELETE = (
    "create_batch", "list_batches", "get_batch", "cancel_batch", "batch_results", "delete_batch",
)  # fmt: skip
"""The operationIds of every document, as far as the vendor has the operation (specs/README.md)."""
PAGE = 20
"""Batches of the list that are asked for; its second page is not."""
LOOKS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each look at the cancelled batch; its end may take longer, and is then somebody else's to see."""
NOBODY = "polybatch-0"
"""The id of a batch that does not exist, where no other shows how ids look."""

NO_BATCH = "there is no batch to look at"
NO_END = "there is no batch that has ended"
NOT_MADE = "no batch came of the create"
CHANGES = "it changes something"
INSIDE = "the results were found inside the batch"
OPEN_DOOR = "the server answers without a key as well"


@frozen
class Finding:
    """What came of one question."""

    operation: str
    subject: str
    departures: tuple[Departure, ...] = ()
    unchecked: str = ""
    """Why there was nothing to judge, or not all of it; empty where there was."""
    hindered: bool = False
    """Whether that is the server's doing: it was not reached, or refused."""
    over: bool = False
    """Whether nothing more can be asked."""


@define
class _Ear:
    """Judges what it overhears."""

    judge: Judge
    operation: str = ""
    """What was called last."""
    departures: dict[Departure, None] = Factory(dict)
    _lines: bool = False

    def hear(self, step: Step, answer: Any) -> None:
        """A step of a flow, and what it brought."""
        if isinstance(step, Exchange | Open):
            exchange = step.exchange if isinstance(step, Open) else step
            begun = exchange.begun(answer)
            self._lines = begun or isinstance(step, Open)
            if begun:  # of so long a reply the results are judged, one by one
                self.operation = RESULTS
            elif not exchange.foreign:  # else the address, and what is found there, belong to the reply before
                self.operation = exchange.operation
                self._note(self.judge.reply(exchange.operation, answer.status, answer.headers, answer.content))
        elif isinstance(step, Emit) and self._lines:
            for record in step.items:
                self._note(self.judge.line(self.operation, record))

    def _note(self, found: tuple[Departure, ...]) -> None:
        self.departures.update(dict.fromkeys(found))


class _NotAsked(PolybatchError):
    """Something could not be judged, and nobody is to blame."""


@define
class _Talk:
    """A conversation, as far as it has come."""

    ear: _Ear
    over: str = ""
    """Why nothing more is asked; empty while it goes on."""
    told: set[str] = Factory(set)
    """The operations of which something was said."""

    def ask(self, operation: str, subject: str, flow: Flow[T], *, whatever: bool = False) -> Flow[T | None]:
        """Carry out a flow, emit what came of it, and return its value; `whatever`: also when it is over."""
        value, unchecked, hindered = None, "", False
        try:
            if self.over and not whatever:
                raise TransportError(self.over)
            value = yield from mapped(overheard(flow, self.ear.hear), lambda _: ())
        except (NotReady, _NotAsked) as error:
            unchecked = str(error)
        except ContractError as error:
            hindered = not self.ear.departures  # which say it better
            unchecked = str(error) if hindered else ""
        except PolybatchError as error:
            unchecked, hindered = str(error), True
            if isinstance(error, AuthError | TransportError) and not isinstance(error, UnknownOutcome):
                self.over = unchecked
        # Results are where the vendor has them: inside a batch, at an address in it, or somewhere of their own.
        place = self.ear.operation if operation == RESULTS and not unchecked else operation
        found = tuple(self.ear.departures)
        yield from self.tell(Finding(place, subject, found, unchecked, hindered, over=bool(self.over)))
        self.ear.departures.clear()
        return value

    def tell(self, finding: Finding) -> Flow[None]:
        """Emit what came of something."""
        self.told.add(finding.operation)
        yield Emit([finding])


def check(vendor: Vendor, judge: Judge, known: str | None = None, payload: Payload | None = None) -> Flow[None]:
    """Emit a finding for each question.

    `known`: the batch to look at, else the newest; `payload`: the body of a create, for a batch that is cancelled.
    """
    talk, offered = _Talk(_Ear(judge)), vendor.document.operations
    made: Batch | None = None
    if payload is not None:
        made = yield from talk.ask(CREATE, "one batch", vendor.create(payload))
    listed: list[Batch] = []
    if LIST in offered:
        yield from talk.ask(LIST, "its first page", _page(vendor, listed))
    listed.sort(key=lambda batch: batch.created_at.timestamp() if batch.created_at else 0, reverse=True)
    if wanted := known or _first(made, *listed):
        yield from talk.ask(GET, f"batch {wanted}", vendor.get(wanted))
    else:
        yield from talk.tell(Finding(GET, "a batch", unchecked=talk.over or NO_BATCH))
    if made is not None:
        made = yield from _cancelled(talk, vendor, made)
    if ended := known or _first(*(batch for batch in (*listed, made) if batch and batch.status.terminal)):
        yield from talk.ask(RESULTS, f"results of {ended}", vendor.records(ended))
    else:
        place = RESULTS if RESULTS in offered else GET
        yield from talk.tell(Finding(place, "some results", unchecked=talk.over or NO_END))
    if made is not None and made.status.terminal and DELETE in offered:
        yield from talk.ask(DELETE, f"batch {made.id}", vendor.delete(made.id))
    yield from talk.ask(GET, "no such batch", _refused(vendor.get(lookalike(wanted or NOBODY)), talk.ear))
    why = {CREATE: CHANGES, CANCEL: CHANGES, DELETE: CHANGES, RESULTS: INSIDE}
    if payload is not None:
        why |= {CANCEL: NOT_MADE, DELETE: NO_END if made else NOT_MADE}
    for operation in sorted(offered.keys() - talk.told):
        yield from talk.tell(Finding(operation, "-", unchecked=why[operation]))


def check_refusal(vendor: Vendor, judge: Judge) -> Flow[None]:
    """The same of a call without a key, for a wire that has none."""
    listing = LIST in vendor.document.operations
    flow = _page(vendor, []) if listing else vendor.get(NOBODY)
    yield from _Talk(_Ear(judge)).ask(LIST if listing else GET, "without a key", _turned_away(flow))


def _first(*batches: Batch | None) -> str | None:
    return next((batch.id for batch in batches if batch), None)


def lookalike(known: str) -> str:
    """An id that looks like a known one and is nobody's."""
    head = re.match(r"[A-Za-z]*[-_]?", known)
    start = head.end() if head and head.end() < len(known) else 0
    return known[:start] + re.sub("[0-9A-Za-z]", "0", known[start:])


def _page(vendor: Vendor, listed: list[Batch]) -> Flow[Any]:
    def enough(batches: Sequence[Batch]) -> bool:
        listed.extend(batches)
        return True

    return until(vendor.list(PAGE), enough)


def _cancelled(talk: _Talk, vendor: Vendor, made: Batch) -> Flow[Batch]:
    """Cancel a batch whatever else happened, and look until it has ended; the batch as it was seen last."""

    def looking() -> Flow[Batch]:
        for pause in LOOKS:
            yield Pause(pause)
            batch = yield from vendor.get(made.id)
            if batch.status.terminal:
                return batch
        raise NotReady(f"batch {made.id} has not ended yet", hint="look at it later")

    after = yield from talk.ask(CANCEL, f"batch {made.id}", vendor.cancel(made.id), whatever=True)
    if after is not None and after.status.terminal:
        return after
    return (yield from talk.ask(GET, "the new one, cancelled", looking())) or made


def _refused(flow: Flow[Batch], ear: _Ear) -> Flow[None]:
    """What has to be refused; a success is a departure."""
    try:
        yield from flow
    except VendorError as refusal:
        if refusal.status >= 500 or isinstance(refusal, AuthError):
            raise
    else:
        ear.departures[Departure(GET, ROOT, Kind.STATUS, "a batch, where there is none")] = None


def _turned_away(flow: Flow[Any]) -> Flow[None]:
    """What has to be refused for want of a key."""
    try:
        yield from flow
    except AuthError:
        return
    raise _NotAsked(OPEN_DOOR)
