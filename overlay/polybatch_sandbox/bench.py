"""What a vendor's behaviour works with: the call, the refusal, and a bench of tools that all vendors share.

A behaviour knows the vendor's words and rules; the bench knows batches, time and the modes.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from polybatch_sandbox import life, malice
from polybatch_sandbox.answers import Dice
from polybatch_sandbox.faults import NOTHING, Effect
from polybatch_sandbox.life import Batch, Marks
from polybatch_sandbox.message import encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from polybatch_sandbox.body import Series
    from polybatch_sandbox.contract import Violation
    from polybatch_sandbox.message import Headers, Request, Response
    from polybatch_sandbox.store import Item, Store

Row = TypeVar("Row")
Modes = dict[str, tuple[Any, ...]]
"""Every mode of a vendor with the values it can take, the default first; `(0, int)` is any count."""
GARBAGE = (b'{"custom_id":"half a li', b"\xff\xfe no text", b"<p>no result</p>")


class Refusal(Exception):
    """An error reply, before it has the vendor's shape."""

    def __init__(
        self, status: int, message: str, *, code: str | None = None, details: object = None, headers: Headers = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        """The vendor's word, where its table by status is not enough."""
        self.message = message
        self.details = details
        self.headers = headers


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation, checked against the document."""

    request: Request
    id: str
    """The id of this request, as the vendor writes it."""
    mount: str
    """The base URL by which the caller reached the vendor."""
    now: float
    operation: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    effect: Effect = NOTHING


class Behaviour(Protocol):
    """One vendor."""

    MODES: ClassVar[Modes]
    FILES: ClassVar[bool]
    """Whether results lie on the second host; the behaviour is a `FileHost` then."""
    SIZED_BY_HEADER: ClassVar[bool]
    """Whether the size of a body is taken from its Content-Length alone."""

    @property
    def operations(self) -> Mapping[str, Callable[[Call], Response]]:
        """By the names of the document's operations."""

    def request_id(self, dice: Dice) -> str:
        """An id for a request."""

    def admit(self, request: Request, keys: Sequence[str] | None) -> None:
        """Refuses what is refused before the request is read: versions, credentials."""

    def too_large(self) -> Refusal:
        """The answer to a body beyond the limit."""

    def invalid(self, found: Sequence[Violation]) -> Refusal:
        """The answer to a request that the document forbids."""

    def error(self, refusal: Refusal, call: Call) -> Response:
        """A refusal in the vendor's shape."""

    def headers(self, call: Call) -> Headers:
        """Headers of every reply."""

    def billed(self, batch: Batch, now: float) -> int:
        """Items billed so far."""


class FileHost(Behaviour, Protocol):
    """A vendor whose results lie on the second host."""

    def file(self, request: Request, now: float) -> Response | None:
        """A file of the second host, if it is one of this vendor's."""


class Bench:
    """The tools of one vendor."""

    def __init__(
        self, *, vendor: str, store: Store, seed: int, origin: str, lenient: bool, hosts: Mapping[str, str]
    ) -> None:
        self.vendor = vendor
        self.store = store
        self.seed = seed
        self.lenient = lenient
        self.modes: dict[str, Any] = {}
        self._origin = origin
        self._hosts = hosts

    @property
    def results_host(self) -> str:
        """The base URL of the second host."""
        return self._hosts["results"]

    @property
    def hostile_ids(self) -> bool:
        """Whether ids are made to hurt."""
        return bool(self.modes["malice"] == "ids")

    def new_dice(self, use: str) -> Dice:
        """Dice for the ids of a batch: other sandboxes with this seed draw other ids, a restarted one goes on."""
        return Dice(f"{self._origin}/{self.vendor}/{use}")

    def book(
        self,
        call: Call,
        make_id: Callable[[Dice], str],
        items: Series[Item],
        *,
        facts: dict[str, Any],
        marks: Marks | None = None,
        order: Sequence[int] | None = None,
    ) -> Batch:
        """Accepts a batch; its results come in the order of the numbers given, one an item, else shuffled.

        A refusal while the items are made leaves nothing of it.
        """
        number = self.store.next_number()
        batch = Batch(
            number=number,
            vendor=self.vendor,
            id=malice.hostile_id(number) if self.hostile_ids else make_id(self.new_dice(str(number))),
            items=len(items),
            created_at=call.now + (call.effect.late or 0.0),
            marks=call.effect.marks if marks is None else marks,
            facts=facts,
        )
        self.store.add(batch, items, places=self._shuffled(items) if order is None else _ranks(order))
        return batch

    def _shuffled(self, items: Series[Item]) -> list[int]:
        """A seeded permutation that is never the identity where there is another one."""
        places = list(range(len(items)))
        first = next(iter(items), None)
        seed = f"{self.seed}/{len(items)}/{first.digest if first else ''}"
        random.Random(seed).shuffle(places)  # noqa: S311 - wanted repeatable
        if len(items) > 1 and places == sorted(places):
            places.append(places.pop(0))
        return places

    def find(self, batch_id: str, now: float, example: Callable[[], tuple[Item, dict[str, Any]]]) -> Batch | None:
        """The batch of an id; with lenient ids any id has one, and it has ended."""
        batch = self.store.get(self.vendor, batch_id, now=now)
        if not self.lenient:
            return batch if batch is not None and batch.deleted_at is None else None
        hidden = f"{self.vendor}*"  # neither listed nor in the ledger
        batch = batch or self.store.get(hidden, batch_id, now=now)
        if batch is None:
            item, facts = example()
            batch = Batch(self.store.next_number(), hidden, batch_id, items=1, created_at=now, facts=facts)
            self.store.add(batch, [item], places=[0])
        marks = replace(batch.marks, stuck=False)
        return replace(batch, created_at=now - 2 * life.LIFETIME, cancelled_at=None, deleted_at=None, marks=marks)

    def listed(self, now: float) -> list[Batch]:
        """The vendor's batches, newest first; a deleted one still serves as a cursor."""
        return self.store.batches(self.vendor, now=now)[::-1]

    def cursor(self, batches: Sequence[Batch], batch_id: str | None) -> int | None:
        """Where a cursor stands; None if there is none, or if lenient ids let an unknown one pass."""
        if batch_id is None:
            return None
        found = next((index for index, batch in enumerate(batches) if batch.id == batch_id), None)
        if found is None and not self.lenient:
            raise LookupError(batch_id)
        return found

    def lines(
        self, batch: Batch, render: Callable[[Item, life.Outcome], dict[str, Any] | None], *, between: bytes = b""
    ) -> Iterator[bytes]:
        """The results of an ended batch, one JSON object a line, in the order of the results; None leaves an item out.

        `between` goes between two lines, not after the last.
        """
        rendered = (render(item, outcome) for item, outcome in self.answered(batch))
        rows = (encode(line) for line in rendered if line is not None)
        spoilt = (encode(text.decode("latin-1")) if between else text for text in garbage(batch))
        for index, chunk in enumerate(chunks(itertools.chain(rows, spoilt), 128)):
            yield (between if index else b"") + (between or b"\n").join(chunk) + (b"" if between else b"\n")

    def answered(self, batch: Batch, *, descending: bool = False) -> Iterator[tuple[Item, life.Outcome]]:
        """Items with their outcomes in the order of the results, after what the batch's marks do to lines."""
        marks: Marks = batch.marks
        kept = max(0, batch.items - marks.missing_lines)
        for item in self.store.by_place(batch, descending=descending):
            if item.index < kept:
                yield stopped(batch, item), life.outcome(batch, item.index, refused=item.refusal is not None)
        for item in self.store.by_index(batch, kept - marks.duplicate_lines, kept):
            yield stopped(batch, item), life.outcome(batch, item.index, refused=item.refusal is not None)
        for item in self.store.by_index(batch, kept - marks.conflict_lines, kept):
            text = item.brief["text"] + ", on second thoughts"
            yield replace(item, digest=item.digest + "/2", brief=item.brief | {"text": text}), "succeeded"
        strangers = [*malice.IDS] if self.hostile_ids else []
        strangers += [""] * marks.foreign_lines
        for number, (key, item) in enumerate(zip(strangers, self._endless(batch), strict=False)):
            yield replace(item, key=key or self._foreign_key(item.key, number)), "succeeded"

    def _endless(self, batch: Batch) -> Iterator[Item]:
        while True:
            yield from self.store.by_index(batch, 0, batch.items)

    def _foreign_key(self, key: str, number: int) -> str:
        stranger = Dice(f"{self.seed}/{key}/{number}")
        return (
            f"agent-{stranger.uuid('foreign')}"
            if key.startswith("agent-")
            else "foreign-" + stranger.word("foreign", 12)
        )


def stopped(batch: Batch, item: Item) -> Item:
    """The item with why the model stopped, where that is scripted."""
    why = life.stop(batch, item.index)
    return item if why is None else replace(item, brief=item.brief | {"stop": why})


def garbage(batch: Batch) -> Iterator[bytes]:
    """What stands at the end of the results without being one."""
    return itertools.islice(itertools.cycle(GARBAGE), batch.marks.garbage_lines)


def chunks(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    """Lists of up to `size` rows."""
    rows = iter(rows)
    while chunk := list(itertools.islice(rows, size)):
        yield chunk


def _ranks(values: Sequence[int]) -> list[int]:
    places = [0] * len(values)
    for place, index in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        places[index] = place
    return places


def check_modes(vendor: str, declared: Modes, given: Mapping[str, Any]) -> dict[str, Any]:
    """A vendor's modes, the given ones over the defaults; ValueError names what is wrong."""
    declared = {**declared, "malice": malice.KINDS}
    modes = {name: values[0] for name, values in declared.items()}
    for name, value in given.items():
        if name not in declared:
            raise ValueError(f"{vendor} has no mode {name!r}; it has {', '.join(declared)}")
        if declared[name][1:] == (int,):
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                raise ValueError(f"{vendor}.{name} is a count, not {value!r}")
        elif not any(value == known and type(value) is type(known) for known in declared[name]):
            raise ValueError(f"{vendor}.{name} is one of {', '.join(map(repr, declared[name]))}, not {value!r}")
        modes[name] = value
    return modes
