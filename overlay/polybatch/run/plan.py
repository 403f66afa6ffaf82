"""How an input is cut: a stream of requests becomes shards, each small enough for one batch; pure.

A shard holds requests of one group (one model, where the vendor wants that), in input order, and never two
that must not stand together (Letta: one agent).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

from attrs import define, field, frozen

ID_DIGITS = 6
"""Digits of an index in an id that travels; no vendor takes more than a million requests in one batch."""


@frozen
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


@define
class Cut:
    """A shard in the making: where its requests stand in the input, and how large it is."""

    group: str | None = None
    size: int = 0
    """Encoded bytes of the requests, the commas between them included."""
    offsets: array[int] = field(factory=lambda: array("Q"))
    numbers: array[int] = field(factory=lambda: array("Q"))
    loners: set[str] = field(factory=set)

    def __len__(self) -> int:
        return len(self.offsets)

    def add(self, member: Member) -> None:
        """Take one more request."""
        self.offsets.append(member.offset)
        self.numbers.append(member.line)
        self.size += member.size + 1
        if member.alone is not None:
            self.loners.add(member.alone)


@define
class Cutter:
    """Cuts a stream; a shard comes out as soon as it is full.

    `max_bytes` counts the items and their commas, without the envelope around them.
    """

    max_items: int
    max_bytes: int | None = None
    _open: dict[str | None, list[Cut]] = field(factory=dict)

    def add(self, member: Member) -> Iterator[Cut]:
        """Take one request; give the shards it has filled."""
        cuts = self._open.setdefault(member.group, [])
        for cut in list(cuts):
            if self._full(cut, member):
                cuts.remove(cut)
                yield cut
            elif member.alone is None or member.alone not in cut.loners:
                cut.add(member)
                return
        cuts.append(Cut(member.group))
        cuts[-1].add(member)

    def finish(self) -> Iterator[Cut]:
        """Give what is left."""
        for cuts in self._open.values():
            yield from cuts
        self._open.clear()

    def _full(self, cut: Cut, member: Member) -> bool:
        too_large = self.max_bytes is not None and cut.size + member.size + 1 > self.max_bytes
        return len(cut) >= self.max_items or too_large


def wire_id(run_id: str, shard: int, generation: int, index: int) -> str:
    """The id that travels instead of the user's: it tells the run, the shard and the place in it."""
    return f"{run_id[:8]}-{shard:06d}-{generation}-{index:0{ID_DIGITS}d}"
