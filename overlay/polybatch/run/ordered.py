"""The results of a run in the order of its input, each request once, in bounded memory.

Each answer stays where it was fetched to. Where that is goes into an index without a name in the run directory, eight
bytes a line of the input; then the input is read once more, and each of its lines finds its answer.
"""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from typing import IO, Any, TypeAlias

import msgspec
from attrs import define, field

from polybatch import source
from polybatch.errors import RunError
from polybatch.model import Result
from polybatch.reading import UNREADABLE, mended

from .contents import name
from .desk import Desk
from .form import Form
from .machine import Shard, State
from .reconcile import bit, renamed, stand_in

TOGETHER = 1 << 13
"""Entries of the index that are read at a time."""
MOST_OPEN = 64
"""Files of answers that are open at a time; of a run with many models each has shards of its own."""
WIDTH = array("Q").itemsize
Numbered: TypeAlias = Generator[tuple[int, Result], None, None]
"""Line of the input, from 1, and result."""


def in_order(run_dir: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line of the input (from 1) and members of the output line of each request that has its outcome.

    The last step raises RunError where the input is no longer what it was. Raises RunLocked while another process has
    the run, InputError where there is none.
    """
    from .offline import opened  # noqa: PLC0415 - a core that is opened exports, and so knows this module

    with opened(run_dir) as core:
        form = Form.of(core.desk.facts)
        for number, result in results(core.desk):
            yield number, decoded(form.line(result))


def decoded(line: bytes) -> dict[str, Any]:
    """A line of the output; half a surrogate pair in an answer is no reason to lose it."""
    try:
        found: dict[str, Any] = msgspec.json.decode(line)
    except UNREADABLE:
        found = msgspec.json.decode(mended(line))
    return found


def results(desk: Desk) -> Numbered:
    """Line of the input and result of each request that has its outcome; raises as `in_order` does."""
    # A shard that sends requests again stands behind those that gave them up, and has the last word.
    done = [shard for shard in desk.shards if shard.state is State.DONE and shard.sent]
    path, digest = desk.contents.input, hashlib.sha256()
    with tempfile.TemporaryFile(dir=desk.folder.path) as index, closing(Answers(desk, done)) as answers:
        for place, shard in enumerate(done):
            desk.refuse_damaged(shard)
            _note(index, desk.folder.members(shard.number, shard.items)[1], answers.entries(place))
        entries, first = array("Q"), 0
        for _, number, line in source.lines(path, digest):
            if number - first >= len(entries):
                first = number
                index.seek(first * WIDTH)
                entries = array("Q", index.read(TOGETHER * WIDTH) or bytes(WIDTH))
            if entry := entries[number - first]:
                try:
                    custom_id = name(line).custom_id
                except UNREADABLE as error:
                    raise _changed(f"{path}, line {number}") from error
                yield number, answers.result(entry, custom_id)
    if digest.hexdigest() != desk.facts["input_sha256"]:
        raise _changed(str(path))


def _changed(what: str) -> RunError:
    return RunError(f"{what}: it is not what it was when the run was planned", hint="restore it")


def _note(index: IO[bytes], numbers: Sequence[int], entries: array[int]) -> None:
    """Write entries where their lines' are; those of neighbouring lines at once."""
    start, last = 0, len(numbers)
    for end in range(1, last + 1):
        if end == last or numbers[end] != numbers[end - 1] + 1:
            index.seek(numbers[start] * WIDTH)
            index.write(entries[start:end].tobytes())
            start = end


@define
class Answers:
    """The answers of finished shards as one long text: an entry is a place in it, from 1, and 0 is no answer.

    Behind the file of each shard is a place more: for the requests that the vendor left without an answer.
    """

    desk: Desk
    shards: Sequence[Shard]
    _sizes: array[int] = field(init=False)
    _starts: array[int] = field(init=False)
    _open: dict[int, IO[bytes]] = field(factory=dict, init=False)
    """The files that are open, the one that was used last at the end."""

    def __attrs_post_init__(self) -> None:
        paths = (self.desk.folder.results(shard.number) for shard in self.shards)
        self._sizes = array("Q", (path.stat().st_size if path.exists() else 0 for path in paths))
        self._starts = array("Q", accumulate(self._sizes, lambda start, size: start + size + 1, initial=1))

    def entries(self, place: int) -> array[int]:
        """The entries of a shard's requests; 0 for those that are sent again."""
        shard, start = self.shards[place], self._starts[place]
        found = array("Q", [start + self._sizes[place]]) * shard.items
        for request, offset in self.desk.contents.standing(shard):
            found[request] = start + offset
        if moved := self.desk.journal.maps(shard)[1]:
            for request in range(shard.items):
                if bit(moved, request):
                    found[request] = 0
        return found

    def result(self, entry: int, custom_id: str) -> Result:
        """The result that an entry stands for, under the caller's own id."""
        place = bisect_right(self._starts, entry) - 1
        shard, offset = self.shards[place], entry - self._starts[place]
        batch_id, vendor = shard.batch_id or "", self.desk.vendor
        if offset == self._sizes[place]:
            return stand_in(custom_id, vendor.profile.name, batch_id, shard.status, shard.note)
        return renamed(vendor.decode(source.line_at(self._file(place), offset), batch_id), custom_id)

    def _file(self, place: int) -> IO[bytes]:
        file = self._open.pop(place, None)
        if file is None:
            if len(self._open) == MOST_OPEN:
                self._open.pop(next(iter(self._open))).close()
            file = self.desk.folder.results(self.shards[place].number).open("rb")
        self._open[place] = file
        return file

    def close(self) -> None:
        """Close all files."""
        for file in self._open.values():
            file.close()
        self._open.clear()
