"""A request's body that is too long to be held: its bytes are kept in a file, its one long array is read item by item.

`decoded` gives what `json.loads` gives, with `Items` in the place of that array. What cannot be read piece by piece is
read whole: `json.loads` alone says what is no JSON, and how.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import math
import re
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SHORT = 1 << 20
"""Bytes of a body that is kept as it is."""
BLOCK = 1 << 17
NUMBER_GOES_ON = 2
"""Characters that may follow a number without being part of one as yet: `1e+` is the number 1 until a digit comes."""
NOT_BLANK = re.compile(r"[^ \t\n\r]")

Given = TypeVar("Given")
Row = TypeVar("Row")
Row_co = TypeVar("Row_co", covariant=True)


class Series(Protocol[Row_co]):
    """What has a length and can be run through again and again, as a list can."""

    def __len__(self) -> int:
        """How many there are."""

    def __iter__(self) -> Iterator[Row_co]:
        """One after the other."""


@dataclass(frozen=True, slots=True)
class Made(Generic[Given, Row]):
    """A series made of another one, anew each time it is run through."""

    rows: Series[Given]
    make: Callable[[Iterable[Given]], Iterator[Row]]
    """As many rows as it is given."""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return self.make(self.rows)


class Spool:
    """Bytes in a file without a name."""

    def __init__(self, file: SpooledTemporaryFile[bytes], length: int) -> None:
        self._file = file
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __bytes__(self) -> bytes:
        return b"".join(self.blocks())

    def blocks(self) -> Iterator[bytes]:
        """All bytes in their order; several may read at a time."""
        for at in range(0, self._length, BLOCK):
            self._file.seek(at)
            yield self._file.read(BLOCK)

    def close(self) -> None:
        """Lets go of the file."""
        self._file.close()


Body = bytes | Spool


@contextlib.contextmanager
def collected(blocks: Iterable[bytes]) -> Iterator[Body]:
    """A body out of what arrives."""
    with SpooledTemporaryFile(SHORT) as file:
        length = sum(map(file.write, blocks))
        spool = Spool(file, length)
        yield bytes(spool) if length <= SHORT else spool


class Items:
    """The items of a long array in a body, decoded anew each time they are run through."""

    def __init__(self, body: Body, name: str, member: int, length: int) -> None:
        self._body, self._name, self._member = body, name, member
        self._length = length

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Any]:
        _, items = next(islice(_members(self._body, self._name), self._member, None))
        yield from items


def decoded(body: Body, long: str | None) -> Any:
    """The JSON in a body; the member `long` of an object as `Items`, if it is an array.

    Raises ValueError or RecursionError for what is no JSON.
    """
    if long is not None:
        with contextlib.suppress(ValueError, RecursionError):  # said by what follows, in its words
            return _in_pieces(body, long)
    return json.loads(bytes(body), parse_constant=_no_constant, parse_float=_finite)


def _in_pieces(body: Body, long: str) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for index, (name, value) in enumerate(_members(body, long)):
        long_one = isinstance(value, _Run)
        document[name] = Items(body, long, index, sum(1 for _ in value)) if long_one else value  # the last of a name
    return document


def _members(body: Body, long: str) -> Iterator[tuple[str, Any]]:
    """The members of the object in a body, the array as a run of its items."""
    reader = _Reader(_text(body))
    for name in reader.members():
        if name == long and reader.sign() == "[":
            run = _Run(reader.items())
            yield name, run
            for _ in run:
                pass  # those that were not taken
        else:
            yield name, reader.value()
    if reader.sign():
        raise ValueError("something follows the object")


class _Run:
    """Items on their way; a type of its own, because no value of JSON has it."""

    def __init__(self, items: Iterator[Any]) -> None:
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        return self._items


def _text(body: Body) -> Iterator[str]:
    blocks = body.blocks() if isinstance(body, Spool) else (body[at : at + BLOCK] for at in range(0, len(body), BLOCK))
    return codecs.iterdecode(blocks, "utf-8")


class _Reader:
    """JSON values out of text that comes in blocks. ValueError means no more than: not to be read in this way."""

    def __init__(self, blocks: Iterator[str]) -> None:
        self._blocks = blocks
        self._decode = json.JSONDecoder(parse_constant=_no_constant, parse_float=_finite).raw_decode
        self._text, self._at = "", 0

    def _more(self) -> bool:
        """Reads on; at least as much as is waiting, so that a long value is not tried too often."""
        rest = self._text[self._at :]
        parts, wanted = [rest], max(BLOCK, len(rest))
        for block in self._blocks:
            parts.append(block)
            wanted -= len(block)
            if wanted <= 0:
                break
        if len(parts) > 1:
            self._text, self._at = "".join(parts), 0
        return len(parts) > 1

    def sign(self) -> str:
        """The next character that is not blank; none at the end."""
        while True:
            found = NOT_BLANK.search(self._text, self._at)
            if found:
                self._at = found.start()
                return found[0]
            self._at = len(self._text)
            if not self._more():
                return ""

    def skip(self, *signs: str) -> str:
        """One of these characters."""
        sign = self.sign()
        if sign not in signs:
            raise ValueError(f"{' or '.join(signs)} is missing")
        self._at += 1
        return sign

    def value(self) -> Any:
        """A whole value."""
        self.sign()
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:  # half of it, or none
                if not self._more():
                    raise
                continue
            if len(self._text) - end > NUMBER_GOES_ON or not self._more():
                self._at = end
                return value

    def members(self) -> Iterator[str]:
        """The names of an object's members; whoever asks reads the value of each."""
        for _ in self._parts("{", "}"):
            if self.sign() != '"':
                raise ValueError("a name is missing")
            name: str = self.value()
            self.skip(":")
            yield name

    def items(self) -> Iterator[Any]:
        """The items of an array."""
        for _ in self._parts("[", "]"):
            yield self.value()

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self.skip(opening)
        if self.sign() == closing:
            self.skip(closing)
            return
        yield
        while self.skip(",", closing) == ",":
            yield


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is out of range")
    return number
