"""Finds ids that come twice, among any number of them, in flat memory.

Eight bytes an id, in parts by their hash; what is more than a little waits in a temporary file. At the end each part is
looked through by itself, and where two ids look alike the ids themselves decide.
"""

from __future__ import annotations

import tempfile
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import IO

from .errors import InputError

PARTS, AT_ONCE = 256, 1 << 18
"""In how many parts ids are looked at, and how many are kept in memory: 2 MiB."""


ELSEWHERE = "nothing was sent; is there space on the disk? The variable TMPDIR names another place"


class Repeats:
    """Ids, as far as it takes to see whether one may have come twice."""

    def __init__(self) -> None:
        self._parts = [array("q") for _ in range(PARTS)]
        self._takers = [part.append for part in self._parts]
        self._held = 0
        self._file: IO[bytes] | None = None
        self._written: list[array[int]] = []
        """Of each time that all parts were written, how many ids each had."""

    def add(self, ids: Iterable[str]) -> None:
        """Take some more."""
        values, takers = [*map(hash, ids)], self._takers
        for value in values:
            takers[value % PARTS](value)
        self._held += len(values)
        if self._held >= AT_ONCE:
            self._spill()

    def found(self, again: Callable[[], Iterable[tuple[str, int]]]) -> Iterator[tuple[str, int, int]]:
        """Ids that came before, in order, with their place and that of the first; `again` gives all ids and places.

        Nothing can be added any more.
        """
        alike = set[int]()
        for number in range(PARTS):
            part = self._whole(number)
            if len(set(part)) < len(part):
                alike.update(value for value, count in Counter(part).items() if count > 1)
        first = dict[str, int]()
        for custom_id, place in again() if alike else ():
            if hash(custom_id) in alike and (before := first.setdefault(custom_id, place)) != place:
                yield custom_id, place, before

    def close(self) -> None:
        """Forget everything."""
        if self._file is not None:
            self._file.close()

    def _spill(self) -> None:
        try:
            self._file = self._file or tempfile.TemporaryFile()  # noqa: SIM115 - it is gone when this is
            for part in self._parts:
                part.tofile(self._file)
        except OSError as error:
            raise InputError(f"a temporary file cannot be written: {error.strerror}", hint=ELSEWHERE) from error
        self._written.append(array("q", map(len, self._parts)))
        for part in self._parts:
            del part[:]
        self._held = 0

    def _whole(self, number: int) -> array[int]:
        part, start = self._parts[number], 0
        for counts in self._written if self._file is not None else ():
            if self._file is not None:
                self._file.seek(8 * (start + sum(counts[:number])))
                part.fromfile(self._file, counts[number])
            start += sum(counts)
        return part
