"""The requests of one create: all checked, and none that may not stand together, before anything is sent.

A file is read in blocks; a line that is the vendor's own item becomes part of the body without becoming an object.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import IO

from attrs import define, field, frozen

from . import source
from .dialects import inline
from .errors import InputError
from .intake import Intake
from .model import Request
from .naming import identified, led, named_once
from .repeats import Repeats
from .tables.rows import Kind, kind_of
from .vendor import Payload, Vendor

SPOOL = 1024 * 1024
"""Bytes of a create's body that stay in memory before it goes to a temporary file."""


@contextmanager
def staged(
    vendor: Vendor, requests: Iterable[Request] | str | Path, *, check: bool, lossy: bool = False
) -> Iterator[Payload]:
    """Check all requests and encode them into one body; raises InputError before anything is sent.

    What stands in a plain file as it will travel is not copied, but read again while it is sent. If it has changed by
    then, InputError comes before the end of the body: a create that is not whole makes no batch.
    """
    path = Path(requests) if isinstance(requests, str | Path) else None
    if path is not None and kind_of(path) is not Kind.JSONL:
        raise InputError(f"{path}: create() takes a file of requests, as JSON lines", hint=TABLES)
    company = Company(vendor, Intake(vendor, check=check, lossy=lossy, model_hint=MODEL))
    pieces = company.of_file(path) if path is not None else company.of_requests(requests)  # type: ignore[arg-type]
    head, tail = inline.frame(vendor.envelope())
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool, _again(path) as plain:
        body = Body(head, tail, spool, plain)
        for piece in pieces:
            body.add(piece)
            _within(vendor, body.length)
        if path is not None and plain is not None and not (path.exists() and body.unchanged(path.stat())):
            raise InputError(f"{path} was changed while it was read", hint=AGAIN)
        yield Payload(body.length, partial(iter, body))


@frozen
class Stretch:
    """Whole lines of an input that travel as they are, without the end of the last."""

    start: int
    text: bytes


class Body:
    """A create's body: what was encoded waits in a file, the rest where it is."""

    def __init__(self, head: bytes, tail: bytes, spool: IO[bytes], plain: IO[bytes] | None) -> None:
        self._head, self._tail, self._spool, self._plain = head, tail, spool, plain
        self._before = None if plain is None else _look(os.fstat(plain.fileno()))
        self._pieces: list[tuple[bool, int, int]] = []
        """Whether they are in the spool, where they begin, and where they end."""
        self.length = len(head) + len(tail)

    def add(self, piece: bytes | Stretch) -> None:
        """Requests with commas, or line ends, between them."""
        last = self._pieces[-1] if self._pieces else None
        if isinstance(piece, Stretch) and self._plain is not None:
            spooled, start, stop = False, piece.start, piece.start + len(piece.text)
        else:
            text = piece.text.replace(b"\n", b",") if isinstance(piece, Stretch) else piece
            spooled, start = True, self._spool.tell()
            stop = start + self._spool.write(text)
        self.length += stop - start + bool(self._pieces)
        if not spooled and last is not None and last[2] + 1 == start and not last[0]:
            self._pieces[-1] = (False, last[1], stop)  # the end of the line between them becomes the comma
        else:
            self._pieces.append((spooled, start, stop))

    def unchanged(self, found: os.stat_result) -> bool:
        """Whether a plain file is what it was."""
        return _look(found) == self._before

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        for index, (spooled, start, stop) in enumerate(self._pieces):
            file, left = self._spool if spooled or self._plain is None else self._plain, stop - start
            if index:
                yield b","
            file.seek(start)
            while left and (text := file.read(min(source.BLOCK, left))):
                left -= len(text)
                yield text if spooled else text.replace(b"\n", b",")
        if self._plain is not None and not self.unchanged(os.fstat(self._plain.fileno())):
            raise InputError(f"{self._plain.name} was changed while it was sent; no batch was made of it", hint=AGAIN)
        yield self._tail


MODEL = 'name it in each request: Request.chat(…, model="M")'
OWN_ID = "every request needs one of its own"
TABLES = "rows and tables go in by run(…, prompt='Classify: {text}')"
AGAIN = "try again, with a file that nobody writes to"


def _look(found: os.stat_result) -> tuple[int, ...]:
    """What is another when somebody has written to a file, or replaced it."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


@contextmanager
def _again(path: Path | None) -> Iterator[IO[bytes] | None]:
    """A file that can be read twice, opened; nothing for any other input."""
    with ExitStack() as stack:
        file = None
        if path is not None and str(path) != "-" and path.suffix not in source.PACKED:
            with suppress(OSError):  # whoever reads it says why it cannot be read
                file = stack.enter_context(path.open("rb")) if path.is_file() else None
        yield file


@define
class Company:
    """The requests of one batch on their way into its body."""

    vendor: Vendor
    intake: Intake
    _count: int = field(default=0, init=False)
    _loners: dict[str, str] = field(factory=dict, init=False)
    """Where the first stands of those that must stand alone."""
    _model: tuple[str | None] | None = field(default=None, init=False)

    def of_file(self, path: Path) -> Iterator[bytes | Stretch]:
        """The requests of a file, some of them at a time: where they stand if they travel so, else encoded."""
        known = dict[str, int]() if str(path) == "-" else None
        with closing(Repeats()) as seen:
            for block in source.blocks(path):
                numbers: Iterable[int] = count(block.number)
                ids = self.intake.usual(block.lines)
                # A line that begins with the id that was read has no other that counts.
                if ids is not None and (led(block.lines, ids) or named_once(block.text, len(ids))):
                    yield Stretch(block.offset, block.text)
                else:
                    found = [self._item(path, number, raw) for number, raw in enumerate(block.lines, block.number)]
                    ids = [item[0] for item in found if item is not None]
                    numbers = [number for number, item in enumerate(found, block.number) if item is not None]
                    if ids:
                        yield joined([item[1] for item in found if item is not None])
                if known is not None:  # it cannot be read again at the end
                    for custom_id, number in zip(ids, numbers, strict=False):
                        if (first := known.setdefault(custom_id, number)) != number:
                            raise _twice(path, custom_id, number, first)
                seen.add(ids)
                self._more(len(ids))
            if self._count == 0:
                raise InputError(f"there are no requests in {path}", hint="a batch needs at least one")
            for custom_id, number, first in seen.found(partial(self._named, path)):
                raise _twice(path, custom_id, number, first)

    def _item(self, path: Path, number: int, raw: bytes) -> tuple[str, bytes] | None:
        """Id and encoded request of a line; nothing for a blank one."""
        if (admitted := self.intake.admitted(raw)) is not None:
            custom_id, item = admitted
            if self.vendor.profile.one_model:
                self._joined(self.vendor.request(item), f"{path}, line {number}")
            return custom_id, raw
        if not (line := source.clean(raw)):
            return None
        where = f"{path}, line {number}"
        request = self.intake.read(line, where)
        encoded = self.intake.encode(request, where)
        self._joined(request, where)
        return request.custom_id, encoded

    def of_requests(self, requests: Iterable[Request]) -> Iterator[bytes]:
        """The encoded requests of an iterable, one by one."""
        if not isinstance(requests, Iterable):
            raise InputError(f"expected an iterable of Request or a path, got {type(requests).__name__}", hint=TABLES)
        seen = dict[str, str]()
        for index, request in enumerate(requests):
            if not isinstance(request, Request):
                what = f"request {index}: expected a polybatch.Request, got {type(request).__name__}"
                raise InputError(what, hint=TABLES)
            where = f"request {index} ({request.custom_id})"
            request = self.intake.own(request, where)  # noqa: PLW2901 - the same, as the vendor has it
            encoded = self.intake.encode(request, where)
            if (first := seen.setdefault(request.custom_id, where)) != where:
                what = f"{where}: custom_id {request.custom_id!r} was used before, at {first}"
                raise InputError(what, hint=OWN_ID)
            self._joined(request, where)
            self._more(1)
            yield encoded
        if self._count == 0:
            raise InputError("there are no requests", hint="a batch needs at least one")

    def _joined(self, request: Request, where: str) -> None:
        """One more that is in order by itself. Raises InputError where it may not stand with the others."""
        vendor = self.vendor
        if (key := vendor.alone(request)) is not None and (first := self._loners.setdefault(key, where)) != where:
            raise InputError(f"{where}: {key} is in this batch already, at {first}", hint="use run(), which splits")
        if not vendor.profile.one_model:
            return
        model = vendor.model(request)
        if self._model is None:
            self._model = (model,)
        elif self._model[0] != model:
            raise InputError(
                f"{where}: model {model!r}, but the batch began with {self._model[0]!r}",
                hint=f"a {vendor.profile.title} batch has one model; use run(), which splits",
            )

    def _more(self, count: int) -> None:
        self._count += count
        _within(self.vendor, 0, items=self._count)

    def _named(self, path: Path) -> Iterator[tuple[str, int]]:
        """The ids of a file that was checked, and on which lines they stand."""
        for _, number, line in source.lines(path):
            yield self.intake.read(line, f"{path}, line {number}").custom_id, number


def _twice(path: Path, custom_id: str, number: int, first: int) -> InputError:
    what = f"{path}, line {number}: custom_id {custom_id!r} was used before, at {path}, line {first}"
    return InputError(what, hint=OWN_ID)


def joined(items: list[bytes]) -> bytes:
    """Items with commas between them, each with its id once."""
    text = b",".join(items)
    return text if named_once(text, len(items)) else b",".join(map(identified, items))


def _within(vendor: Vendor, size: int, *, items: int = 0) -> None:
    limits, title = vendor.profile.limits, vendor.profile.title
    if limits.max_items is not None and items > limits.max_items:
        raise InputError(
            f"{title}: one batch holds {limits.max_items:,} requests at most", hint="use run(), which splits"
        )
    if limits.max_bytes is not None and size > limits.max_bytes:
        raise InputError(f"{title}: one batch has {limits.max_bytes:,} bytes at most", hint="use run(), which splits")
