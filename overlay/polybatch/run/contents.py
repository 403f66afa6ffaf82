"""What a shard holds: its requests, read again from the input, and its results, read from the file that was fetched.

input ─► requests ─► payload, under ids of ours
fetched file ─► results ─► one for each request, under the caller's ids
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import attrs
import msgspec
from attrs import define, frozen

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import ContractError, PolybatchError, RunError
from polybatch.intake import Intake
from polybatch.model import Request, Result
from polybatch.naming import LEADS, after_id, id_of, identified
from polybatch.vendor import Mark, Vendor

from . import sink
from .machine import Shard
from .plan import AS_IT_IS, ID_DIGITS, MARKS, PLAIN, place_in, plain_marks, wire_id, wire_prefix
from .reconcile import Matcher, Tally, renamed, stand_in

TOGETHER = 256
"""Requests that are read and written at a time."""


class Named(msgspec.Struct, gc=False):
    """What a line says of whose it is."""

    custom_id: str


name = msgspec.json.Decoder(Named).decode


@frozen
class Piece:
    """Lines of a shard that travel in the same form: several that are `PLAIN`, or one."""

    place: int
    """Of the first, in the shard."""
    number: int
    """Of the first, in the input."""
    lines: list[bytes]
    form: int
    """`PLAIN`, `AS_IT_IS`, or 0 where it is encoded anew."""


def plain_lines(file: IO[bytes], offsets: array[int], marks: array[int]) -> list[bytes] | None:
    """Lines that stand one behind the other, all `PLAIN`, read at once; `None` where they are not, or have changed."""
    if len(marks) == 0 or min(marks) < PLAIN:
        return None
    lengths = [(mark - PLAIN) >> 32 for mark in marks]
    size = sum(lengths) + len(lengths) - 1
    if offsets[-1] + lengths[-1] - offsets[0] != size:
        return None
    file.seek(offsets[0])
    lines = file.read(size).split(b"\n")
    return lines if plain_marks(lines) == marks.tolist() else None


@define
class Contents:
    """Reads and stages the shards of one run; keeps nothing."""

    vendor: Vendor
    folder: sink.Folder
    facts: Mapping[str, Any]

    @property
    def input(self) -> Path:
        """Where the requests stand."""
        return Path(self.facts["input"])

    def mark(self, shard: Shard) -> Mark:
        """By what a batch of a shard is known."""
        aliases: set[str] = set()
        if not self.vendor.profile.verbatim:
            aliases = {self.vendor.alone(request) or "" for request in self.requests(shard)}
        return Mark(shard.token, self.own_ids(shard), shard.items, frozenset(aliases))

    def pieces(self, shard: Shard) -> Iterator[Piece]:
        """The lines of a shard, some at a time. Raises RunError where the input is not what it was."""
        offsets, numbers, marks = self.folder.members(shard.number, shard.items)
        path, mark_of = self.input, MARKS[self.facts.get("marks")]
        forms = PLAIN | AS_IT_IS if "marks" in self.facts else 0
        try:
            with path.open("rb", buffering=source.BLOCK) as file:
                for start in range(0, len(offsets), TOGETHER):
                    several = slice(start, start + TOGETHER)
                    lines = plain_lines(file, offsets[several], marks[several]) if forms else None
                    if lines is not None:
                        yield Piece(start, numbers[start], lines, PLAIN)
                        continue
                    for place, offset in enumerate(offsets[several], start):
                        line, mark = source.line_at(file, offset), marks[place] if marks else None
                        if mark is not None and mark_of(line) != mark & ~forms:
                            what = f"{path}, line {numbers[place]}: it is not what it was when the run was planned"
                            raise RunError(what, hint="restore it, then resume")
                        yield Piece(place, numbers[place], [line], 0 if mark is None else mark & forms)
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}", hint="restore it, then resume") from error

    def requests(self, shard: Shard) -> Iterator[Request]:
        """The requests of a shard, in their order. Raises as `pieces` does."""
        intake = self._intake()
        for piece in self.pieces(shard):
            for number, line in enumerate(piece.lines, piece.number):
                yield intake.read(line, f"{self.input}, line {number}")

    def _intake(self) -> Intake:
        """What reads lines as they were read when the run was planned; all there was to say was said then."""
        lossy, instead = self.facts.get("lossy", False), self.facts.get("instead", False)
        return Intake(self.vendor, check=False, model=self.facts["model"], lossy=lossy, instead=instead, quiet=True)

    def stage(self, shard: Shard) -> str:
        """Write the body of a shard's create and give its sha256; the same journal always gives the same bytes."""
        some = (b",".join(items) for items in self.encoded(shard))
        with sink.SafeFile(self.folder.payload(shard.number)) as file:
            for chunk in inline.body(self.vendor.envelope(shard.token), some):
                file.write(chunk)
        return file.digest.hexdigest()

    def encoded(self, shard: Shard) -> Iterator[list[bytes]]:
        """The requests of a shard as they travel, under ids of ours, some at a time."""
        intake = self._intake()
        lead = LEADS[0] + self.own_ids(shard).encode() + f"%0{ID_DIGITS}d".encode()
        for piece in self.pieces(shard):
            if piece.form == PLAIN:  # one line, or several
                yield [lead % place + after_id(line) for place, line in enumerate(piece.lines, piece.place)]
                continue
            (line,), own = piece.lines, self.own_id(shard, piece.place)
            if piece.form == AS_IT_IS:
                yield [identified(line, own)]
            else:
                request = intake.read(line, f"{self.input}, line {piece.number}")
                yield [intake.encode(attrs.evolve(request, custom_id=own), request.custom_id)]

    def placed(
        self, shard: Shard, tally: Tally | None = None, odd: Callable[[str, bytes], None] = lambda _reason, _raw: None
    ) -> Iterator[tuple[int, Result]]:
        """Place and result of each request of a fetched shard; `tally` and `odd` are told of what fits none."""
        ids, aliases = self._named(shard)
        place_of = partial(place_in, self.own_ids(shard))
        matcher = Matcher(shard.items, place_of, Tally() if tally is None else tally, odd, aliases)
        for result in self._fetched(shard, matcher):
            if (found := matcher.match(result)) is not None:
                yield found, renamed(result, ids[found])
        for place in matcher.unanswered():
            name, batch_id = self.vendor.profile.name, shard.batch_id or ""
            yield place, stand_in(ids[place], name, batch_id, shard.status, shard.note)

    def standing(self, shard: Shard) -> Iterator[tuple[int, int]]:
        """Place of each request of a fetched shard that has a result, and where in the file that begins."""
        aliases = {} if self.vendor.profile.verbatim else self._named(shard)[1]
        matcher = Matcher(shard.items, partial(place_in, self.own_ids(shard)), aliases=aliases)
        path, decode, batch_id = self.folder.results(shard.number), self.vendor.decode, shard.batch_id or ""
        for offset, _, line in source.lines(path) if path.exists() else ():
            with suppress(ContractError):  # it was counted, and put aside, when the results were first read
                if (found := matcher.match(decode(line, batch_id))) is not None:
                    yield found, offset

    def _named(self, shard: Shard) -> tuple[list[str], dict[str, int]]:
        """The callers' ids of a shard's requests, by place, and the places by what else names them."""
        if self.vendor.profile.verbatim:
            ids = list[str]()
            for piece in self.pieces(shard):
                plain = piece.form == PLAIN
                ids += [id_of(line) if plain else name(line).custom_id for line in piece.lines]
            return ids, {}
        requests = [(request.custom_id, self.vendor.alone(request)) for request in self.requests(shard)]
        return [name for name, _ in requests], {
            alone: place for place, (_, alone) in enumerate(requests) if alone is not None
        }

    def lines(self, shard: Shard) -> str:
        """Where in the input the requests of a shard stand, in words."""
        _, numbers, _ = self.folder.members(shard.number, shard.items)
        first, last = min(numbers), max(numbers)
        if first == last:
            return f"line {first}"
        return f"lines {first} to {last}" + ("" if last - first < shard.items else f", {shard.items} of them")

    def changed(self, shards: Iterable[Shard]) -> str:
        """Where the input first differs from what was planned, in words; empty where it is nowhere to be found."""
        for shard in shards:
            try:
                for _ in self.requests(shard):
                    pass
            except PolybatchError as changed:
                return f"shard {shard.number} ({self.lines(shard)}) is the first that differs: {changed.message}"
        return ""

    def own_id(self, shard: Shard, place: int) -> str:
        """The id under which a request travels."""
        return wire_id(str(self.facts["run_id"]), shard.number, shard.generation, place)

    def own_ids(self, shard: Shard) -> str:
        """With what the ids of a shard's requests begin."""
        return wire_prefix(str(self.facts["run_id"]), shard.number, shard.generation)

    def _fetched(self, shard: Shard, matcher: Matcher) -> Iterator[Result]:
        path = self.folder.results(shard.number)
        if not path.exists():
            return
        decode, batch_id = self.vendor.decode, shard.batch_id or ""
        for block in source.blocks(path):
            for line in filter(None, block.lines):
                try:
                    yield decode(line, batch_id)
                except ContractError:
                    matcher.unreadable(line)
