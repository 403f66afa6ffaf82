"""How an input is cut: a stream of requests becomes shards, each small enough for one batch; pure.

A shard holds requests of one group (one model, where the vendor wants that), in input order, and never two
that must not stand together (Letta: one agent).
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from zlib import crc32

from attrs import define, field

ID_DIGITS = 6
"""Digits of an index in an id that travels; no vendor takes more than a million requests in one batch."""


@define
class Member:
    """One request of the input, as far as the cut depends on it."""

    offset: int
    """Bytes from the start of the input to the request's line."""
    line: int
    size: int
    """Encoded bytes of the vendor's item."""
    group: str | None = None
    """What all requests of a batch must share."""
    alone: str | None = None
    """What no two requests of a batch may share."""
    mark: int = 0
    """Tells the line from what may stand there later."""


@define
class Stretch:
    """Requests of the usual form that stand one behind the other, of no group and not alone."""

    offsets: list[int]
    numbers: range
    sizes: list[int]
    marks: list[int]

    def part(self, start: int, stop: int | None) -> Stretch:
        """Some of them."""
        some = slice(start, stop)
        return Stretch(self.offsets[some], self.numbers[some], self.sizes[some], self.marks[some])


@define
class Cut:
    """A shard in the making: where its requests stand in the input, and how large it is."""

    group: str | None = None
    size: int = 0
    """Encoded bytes of the requests, the commas between them included."""
    offsets: array[int] = field(factory=lambda: array("Q"))
    numbers: array[int] = field(factory=lambda: array("Q"))
    marks: array[int] = field(factory=lambda: array("Q"))
    sizes: array[int] = field(factory=lambda: array("I"))
    loners: set[str] = field(factory=set)
    canary: bool = False
    """Whether it is sent before all others, to see whether they are worth it."""

    def __len__(self) -> int:
        return len(self.offsets)

    def add(self, member: Member) -> None:
        """Take one more request."""
        self.size += member.size + 1 if self.offsets else member.size
        self.offsets.append(member.offset)
        self.numbers.append(member.line)
        self.marks.append(member.mark)
        self.sizes.append(member.size)
        if member.alone is not None:
            self.loners.add(member.alone)

    def extend(self, stretch: Stretch) -> None:
        """Take many more requests."""
        self.size += sum(stretch.sizes) + len(stretch.sizes) - (not self.offsets)
        self.offsets.extend(stretch.offsets)
        self.numbers.extend(stretch.numbers)
        self.marks.extend(stretch.marks)
        self.sizes.extend(stretch.sizes)

    def split(self, length: int) -> Cut:
        """Keep so many requests and give the others."""
        rest = Cut(self.group)
        for name in ("offsets", "numbers", "marks", "sizes"):
            values = getattr(self, name)
            setattr(rest, name, values[length:])
            setattr(self, name, values[:length])
        for cut in (self, rest):
            cut.size = sum(cut.sizes) + max(0, len(cut) - 1)
        return rest


@define
class Queue:
    """The open cuts of one group, by number; those before `first` are closed."""

    cuts: dict[int, Cut] = field(factory=dict)
    first: int = 0
    following: int = 0
    floors: dict[str, int] = field(factory=dict)
    """By what must not share a cut: the first cut that may have it. Searching instead would cost the square of them."""
    closed: dict[int, set[str]] = field(factory=dict)
    """What stood alone in cuts behind `first` that are closed already."""

    def close(self, number: int) -> Cut:
        """Take a cut out, and forget what only those before `first` had."""
        cut = self.cuts.pop(number)
        self.closed[number] = cut.loners
        while self.first in self.closed:
            for loner in self.closed.pop(self.first):
                if self.floors[loner] == self.first + 1:
                    del self.floors[loner]
            self.first += 1
        return cut

    def put(self, number: int, member: Member) -> None:
        """Add a request to a cut, or to a new one."""
        if number == self.following:
            self.cuts[number] = Cut(member.group)
            self.following += 1
        self.cuts[number].add(member)
        if member.alone is not None:
            self.floors[member.alone] = number + 1


@define
class Cutter:
    """Cuts a stream; a shard comes out as soon as it is full.

    `max_bytes` counts the items and the commas between them, without the envelope around them.
    """

    max_items: int
    max_bytes: int | None = None
    distinct: set[int] | None = None
    """Lengths that were given away, where no two shards shall be as long; `None` where that does not matter.

    A cut gives up less than half of its requests for that; where all such lengths are taken, one is given again.
    """
    _queues: dict[str | None, Queue] = field(factory=dict)

    def add(self, member: Member) -> Sequence[Cut]:
        """Take one request; give the shards it has filled."""
        if (queue := self._queues.get(member.group)) is None:
            queue = self._queues[member.group] = Queue()
        if member.alone is None and (cut := queue.cuts.get(queue.first)) is not None and not self._full(cut, member):
            cut.add(member)
            return ()
        number = queue.first if member.alone is None else max(queue.first, queue.floors.get(member.alone, 0))
        filled = list[Cut]()
        while number < queue.following:
            cut = queue.cuts.get(number)
            if cut is not None and not self._full(cut, member):
                break
            if cut is not None:
                filled.append(self._closed(queue, number))
            number += 1
        queue.put(number, member)
        return filled

    def extend(self, stretch: Stretch) -> list[Cut]:
        """Take many requests at once; give the shards they have filled, as if they had come one by one."""
        if (queue := self._queues.get(None)) is None:
            queue = self._queues[None] = Queue()
        filled = list[Cut]()
        while stretch.sizes:
            if queue.first == queue.following:
                queue.cuts[queue.following] = Cut()
                queue.following += 1
            cut = queue.cuts[queue.first]
            fitting = self._fitting(cut, stretch.sizes)
            if fitting:
                cut.extend(stretch if fitting == len(stretch.sizes) else stretch.part(0, fitting))
            stretch = stretch.part(fitting, None)
            if stretch.sizes:
                filled.append(self._closed(queue, queue.first))
        return filled

    def _fitting(self, cut: Cut, sizes: Sequence[int]) -> int:
        """How many of these requests, one after the other, still fit into a cut; an empty one takes one at least."""
        room = min(self.max_items - len(cut), len(sizes))
        left = math.inf if self.max_bytes is None else self.max_bytes - cut.size + (not cut.offsets)
        if sum(sizes[:room]) + room <= left:
            return room
        fitting = bisect_right([*accumulate(size + 1 for size in sizes[:room])], left)
        return fitting if cut.offsets else max(1, fitting)

    def finish(self) -> Iterator[Cut]:
        """Give what is left."""
        for queue in self._queues.values():
            while queue.cuts:
                yield self._closed(queue, next(iter(queue.cuts)))
        self._queues.clear()

    def _closed(self, queue: Queue, number: int) -> Cut:
        """Close a cut; where its length was given away it ends earlier, and the rest begins the next one."""
        cut = queue.close(number)
        if self.distinct is None or cut.loners:
            return cut
        length = next(
            (length for length in range(len(cut), len(cut) // 2, -1) if length not in self.distinct), len(cut)
        )
        self.distinct.add(length)
        if length < len(cut):
            queue.cuts[queue.following] = cut.split(length)
            queue.following += 1
        return cut

    def _full(self, cut: Cut, member: Member) -> bool:
        if len(cut.offsets) >= self.max_items:
            return True
        return self.max_bytes is not None and cut.size + 1 + member.size > self.max_bytes


def wire_id(run_id: str, shard: int, generation: int, index: int) -> str:
    """The id that travels instead of the user's: it tells the run, the shard and the place in it."""
    return f"{wire_prefix(run_id, shard, generation)}{index:0{ID_DIGITS}d}"


def wire_prefix(run_id: str, shard: int, generation: int) -> str:
    """With what the ids of a shard's requests begin."""
    return f"{run_id[:8]}-{shard:06d}-{generation}-"


def place_in(prefix: str, custom_id: str) -> int | None:
    """The place of a request in its shard; `None` for an id of something else."""
    digits = custom_id.removeprefix(prefix)
    if len(digits) != ID_DIGITS or len(digits) == len(custom_id) or not (digits.isdigit() and digits.isascii()):
        return None
    return int(digits)


def token_of(run_id: str, shard: int, generation: int) -> str:
    """What finds the create of a shard again."""
    return f"{run_id}-{shard}-{generation}"


def mark_of(line: bytes) -> int:
    """What tells a line from what may stand in its place later: its checksum (CRC-32) and its length, in eight bytes.

    Against accidents; whoever resumes a run has the sha256 of the whole input compared.
    """
    return crc32(line) | len(line) << 32


AS_IT_IS, PLAIN = 1 << 62, 1 << 63
"""Set in the mark of a line that travels as it is, but for its id, and of one that begins with its id besides."""


def plain_marks(lines: Sequence[bytes]) -> list[int]:
    """The marks of lines that are all `PLAIN`."""
    return [crc32(line) + (len(line) << 32) + PLAIN for line in lines]


def first_mark_of(line: bytes) -> int:
    """The same, as runs had it whose facts do not name their marks."""
    return int.from_bytes(blake2b(line, digest_size=8).digest(), "big")


MARKS: Mapping[str | None, Callable[[bytes], int]] = {None: first_mark_of, "crc32": mark_of}
