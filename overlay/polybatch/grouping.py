"""Records that belong together, put together: in memory while they are few, else by way of a temporary file.

    put ─► held ─► (too many) a file of blocks, each of one pile ─► one pile after the other ─► its groups

A record's pile follows from its key, so that memory holds one pile at a time, however many records there are. Groups
come in the order of their first records, pile by pile, which is always the same for the same records.
"""

from __future__ import annotations

import tempfile
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from typing import IO, TypeVar
from zlib import crc32

from .errors import RunError
from .flow import Emit, Flow, mapped

T = TypeVar("T")

MOST = 8 * 1024 * 1024
"""Bytes that are held before they are laid down."""
PILES = 256
"""At two gigabytes a pile has 8 MiB, and a block of it 32 KiB."""


TOGETHER = 100
"""Groups that are handed on at a time."""


def grouped(flow: Flow[T], key: Callable[[bytes], bytes]) -> Flow[T]:
    """The same flow, which emits groups of the records with the same key in place of these, once it has them all."""
    with closing(Grouping()) as own:

        def put(records: Sequence[bytes]) -> Sequence[bytes]:
            own.put([key(record) for record in records], records)
            return ()

        value = yield from mapped(flow, put)
        for pile in own.piles():
            for start in range(0, len(pile), TOGETHER):
                yield Emit(pile[start : start + TOGETHER])
    return value


class Grouping:
    """Groups records by a key; closed, its file is gone."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._held: list[bytes] = []
        """Keys and records in turn, as everywhere below."""
        self._size = 0
        self._file: IO[bytes] | None = None
        self._blocks = [array("Q") for _ in range(PILES)]
        """Of each pile, where a block begins, of how many parts it is, and so on."""

    def close(self) -> None:
        """Forget everything."""
        self._held.clear()
        if self._file is not None:
            self._file.close()

    def put(self, keys: Sequence[bytes], records: Sequence[bytes]) -> None:
        """Take records and the key of each. Raises RunError where the disk does not."""
        for pair in zip(keys, records, strict=True):
            self._held += pair
        self._size += sum(map(len, keys)) + sum(map(len, records))
        if self._size > self._most:
            try:
                self._lay()
            except OSError as error:
                raise RunError(
                    f"records cannot be put aside: {error}", hint="TMPDIR names the folder for it"
                ) from error

    def piles(self) -> Iterator[list[list[bytes]]]:
        """Pile by pile the records of each key, in the order they came; one pile if all are held.

        Raises RunError where the disk has lost them.
        """
        if self._file is None:
            yield _groups(self._held)
            return
        held = _piled(self._held)
        for number, blocks in enumerate(self._blocks):
            parts: list[bytes] = []
            try:
                for start, count in zip(blocks[::2], blocks[1::2], strict=True):
                    parts += _read(self._file, start, count)
            except (OSError, ValueError) as error:
                raise RunError(f"records that were put aside cannot be read: {error}") from error
            yield _groups(parts + held[number])

    def _lay(self) -> None:
        """A block of each pile: the lengths of its parts, then these themselves."""
        self._file = self._file or tempfile.TemporaryFile()  # noqa: SIM115 - closed in `close`
        for number, parts in _piled(self._held).items():
            self._blocks[number].extend((self._file.tell(), len(parts)))
            self._file.write(array("Q", map(len, parts)).tobytes() + b"".join(parts))
        self._held.clear()
        self._size = 0


def _piled(parts: Sequence[bytes]) -> defaultdict[int, list[bytes]]:
    piles = defaultdict[int, list[bytes]](list)
    for pair in zip(parts[::2], parts[1::2], strict=True):
        piles[crc32(pair[0]) % PILES] += pair
    return piles


def _read(file: IO[bytes], start: int, count: int) -> Iterator[bytes]:
    """The parts of one block. Raises ValueError for one that ends early."""
    file.seek(start)
    sizes = array("Q")
    sizes.frombytes(file.read(sizes.itemsize * count))
    data, ends = file.read(sum(sizes)), list(accumulate(sizes))
    if len(ends) < count or len(data) < ends[-1]:
        raise ValueError("the file is too short")
    return (data[end - size : end] for size, end in zip(sizes, ends, strict=True))


def _groups(parts: Sequence[bytes]) -> list[list[bytes]]:
    groups = defaultdict[bytes, list[bytes]](list)
    for key, record in zip(parts[::2], parts[1::2], strict=True):
        groups[key].append(record)
    return list(groups.values())
