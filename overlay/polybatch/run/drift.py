"""What the vendor's replies held that its document does not name: noted once a run, and said at the end of a drive.

Every reply of a run passes by here, and so does every line of results; what is judged cannot stop or fail the run.
Only JSON counts as the vendor's word: a gateway's page, or half a line, is trouble that is told where it happens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from attrs import asdict, define, field

from polybatch.contract.judging import Departure, Judge, Kind
from polybatch.document import Document
from polybatch.errors import RunError
from polybatch.flow import Exchange, Flow, Open, Reply, Step, Warn

from .journal import Journal
from .machine import Drift

MOST, MOST_AT_A_PLACE = 100, 10
"""Notes of a run, and at one place of a reply: a vendor that puts texts where its words were must not fill them all."""
WHOLE = 1024 * 1024
"""Bytes of a reply that is judged as a whole; of a longer one the results are, one by one, for the memory's sake."""
RESULTS = "batch_results"
"""The operation by whose document the results of such a reply are judged."""
FIRST = 5
"""Notes in the words for people; the data has them all."""
UNKNOWN = (Kind.FIELD, Kind.WORD, Kind.VARIANT)
QUOTED = re.compile(r"[\w.:/+@-]{1,64}")
"""A word of a protocol; anything else in its place may be somebody's text, which is not for the journal."""
NAMED = re.compile(r"(header )?[\w$:/+@-]{0,64}(\[\])*")


@cache
def judge_of(document: Document) -> Judge:
    """The judge of a vendor; what it has compiled serves all runs."""
    return Judge(document)


@define
class Notes:
    """What one run has noted."""

    document: Document
    journal: Journal
    facts: dict[str, Any]
    _known: set[Drift] = field(init=False)
    _places: Counter[tuple[str, str, str]] = field(init=False)
    _more: bool = field(init=False)
    _news: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        kept = self.facts.get("drift", {})
        self._known = {Drift(**each) for each in kept.get("noted", ())}
        self._places = Counter((each.operation, each.place, each.kind) for each in self._known)
        self._more = kept.get("more", False)

    def hear(self, step: Step, answer: Any) -> None:
        """A step of the run's flow and what it brought. A create's reply comes by `reply`, once it is safe."""
        if isinstance(step, Open):
            if not 200 <= answer.status < 300:
                self.reply(step.exchange.operation, answer)
        elif isinstance(step, Exchange) and step.safe:
            self.reply(step.operation, answer)

    def reply(self, operation: str, reply: Reply) -> None:
        """A whole reply."""
        if len(reply.content) <= WHOLE and reply.content.lstrip()[:1] in {b"{", b"["}:
            self._judge(operation, [reply])

    def results(self, operation: str | None, records: Sequence[bytes]) -> None:
        """Results as they came, and the operation by which they are judged; see `judged_by`."""
        if operation is not None:
            self._judge(operation, records)

    def tell(self) -> Flow[None]:
        """Say it, if this drive has brought something new."""
        if self._news:
            self._news = False
            kept = self.facts["drift"]
            yield Warn(words([Drift(**each) for each in kept["noted"]], more=kept["more"]))

    def _judge(self, operation: str, things: Iterable[Reply | bytes]) -> None:
        if self._more and len(self._known) >= MOST:
            return
        judge = judge_of(self.document)
        try:
            for thing in things:
                if isinstance(thing, bytes):
                    found = judge.line(operation, thing)
                else:
                    found = judge.reply(operation, thing.status, thing.headers, thing.content)
                if found:
                    self._note(found)
        except Exception as error:  # noqa: BLE001 - a judge that fails must not take the run with it
            self._keep(Drift(operation=operation, place="$", kind="not judged", said=type(error).__name__))

    def _note(self, found: Iterable[Departure]) -> None:
        for departure in found:
            if departure.kind is not Kind.NOT_JSON:
                self._keep(_drift(departure))

    def _keep(self, drift: Drift) -> None:
        if drift in self._known:
            return
        place = (drift.operation, drift.place, drift.kind)
        full = len(self._known) >= MOST or self._places[place] >= MOST_AT_A_PLACE
        if full and self._more:
            return
        noted = self.facts.get("drift", {}).get("noted", [])
        data = {"more": True} if full else asdict(drift)
        if full:
            self._more = True
        else:
            self._known.add(drift)
            self._places[place] += 1
            noted = [*noted, data]
        self._news = True
        self.facts["drift"] = {"noted": noted, "more": self._more}
        with suppress(RunError):  # the disk: the next event that matters says so, the next note brings this one along
            self.journal.event("schema_drift", {"drift": self.facts["drift"]}, drift=data)


def judged_by(step: Step, answer: Any, before: str | None) -> str | None:
    """The operation by which results after a step are judged one by one; none where the reply itself was judged."""
    if isinstance(step, Open):
        return step.exchange.operation if 200 <= answer.status < 300 else None
    if isinstance(step, Exchange) and step.safe:
        return RESULTS if len(answer.content) > WHOLE else None
    return before


def words(drift: Sequence[Drift], *, more: bool) -> str:
    """Notes in a sentence."""
    unknown = [each for each in drift if each.kind in UNKNOWN]
    lead = "hold what its document does not name" if unknown else "are not what its document says"
    shown = [*unknown, *(each for each in drift if each.kind not in UNKNOWN)]
    left = len(shown) - FIRST
    rest = f"; and {left} more" if left > 0 else ""
    if more:
        rest += "; and others that are not noted any more"
    return (
        f"the vendor's replies {lead}: {'; '.join(map(str, shown[:FIRST]))}{rest}; nothing was lost;"
        " update: a newer polybatch, or scripts/refresh_specs"
    )


def _drift(departure: Departure) -> Drift:
    """A departure for the journal: places and words, but no text."""
    place = ".".join(part if NAMED.fullmatch(part) else "…" for part in departure.place.split("."))
    quoted = departure.kind not in {Kind.WORD, Kind.VARIANT} or QUOTED.fullmatch(departure.said)
    said = departure.said if quoted else "a text"
    return Drift(operation=departure.operation, place=place, kind=departure.kind.value, said=said)
