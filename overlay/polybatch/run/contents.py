"""What a shard holds: its requests, read again from the input, and its results, read from the file that was fetched.

input ─► requests ─► payload, under ids of ours
fetched file ─► results ─► one for each request, under the caller's ids
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import attrs
import msgspec
from attrs import define

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import ContractError, PolybatchError, RunError
from polybatch.intake import Intake
from polybatch.model import Request, Result
from polybatch.naming import LEADS, after_id, identified
from polybatch.vendor import Mark, Vendor

from . import sink
from .machine import Shard
from .plan import AS_IT_IS, ID_DIGITS, MARKS, PLAIN, place_in, wire_id, wire_prefix
from .reconcile import Matcher, Tally, renamed, stand_in

TOGETHER = 256
"""Requests that are written at a time."""


class Named(msgspec.Struct, gc=False):
    """What a line says of whose it is."""

    custom_id: str


name = msgspec.json.Decoder(Named).decode


def together(items: Iterator[bytes]) -> Iterator[bytes]:
    """Items, many of them at a time, with commas between them."""
    while chunk := b",".join(islice(items, TOGETHER)):
        yield chunk


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

    def texts(self, shard: Shard) -> Iterator[tuple[int, bytes, int]]:
        """Numbers and bytes of a shard's lines, and how they travel: `PLAIN`, `AS_IT_IS`, or 0 where encoded anew.

        Raises RunError where the input is not what it was.
        """
        offsets, numbers, marks = self.folder.members(shard.number, shard.items)
        path, mark_of = self.input, MARKS[self.facts.get("marks")]
        forms = PLAIN | AS_IT_IS if "marks" in self.facts else 0
        try:
            for line, number, mark in zip_longest(source.lines_at(path, offsets), numbers, marks):
                if mark is not None and mark_of(line) != mark & ~forms:
                    raise RunError(f"{path}, line {number}: it is not what it was when the run was planned",
                                   hint="restore it, then resume")  # fmt: skip
                yield number, line, 0 if mark is None else mark & forms
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror}", hint="restore it, then resume") from error

    def requests(self, shard: Shard) -> Iterator[Request]:
        """The requests of a shard, in their order. Raises as `texts` does."""
        path, intake = self.input, Intake(self.vendor, check=False)
        return (intake.read(line, f"{path}, line {number}") for number, line, _ in self.texts(shard))

    def stage(self, shard: Shard) -> str:
        """Write the body of a shard's create and give its sha256; the same journal always gives the same bytes."""
        file = sink.SafeFile(self.folder.payload(shard.number))
        try:
            for chunk in inline.body(self.vendor.envelope(shard.token), together(self.encoded(shard))):
                file.write(chunk)
        except BaseException:
            file.drop()
            raise
        file.commit()
        return file.digest.hexdigest()

    def encoded(self, shard: Shard) -> Iterator[bytes]:
        """The requests of a shard as they travel, under ids of ours."""
        intake = Intake(self.vendor, check=False, model=self.facts["model"])
        plain = LEADS[0] + self.own_ids(shard).encode() + f"%0{ID_DIGITS}d%b".encode()
        for place, (number, line, form) in enumerate(self.texts(shard)):
            if form == PLAIN:
                yield plain % (place, after_id(line)[1])
            elif form == AS_IT_IS:
                yield identified(line, self.own_id(shard, place))
            else:
                request = intake.read(line, f"{self.input}, line {number}")
                yield intake.encode(attrs.evolve(request, custom_id=self.own_id(shard, place)), request.custom_id)

    def placed(
        self, shard: Shard, tally: Tally | None = None, odd: Callable[[str, bytes], None] = lambda _reason, _raw: None
    ) -> Iterator[tuple[int, Result]]:
        """Place and result of each request of a fetched shard; `tally` and `odd` are told of what fits none."""
        ids, aliases = self._named(shard)
        own = self.own_ids(shard)

        def place_of(name: str) -> int | None:
            place = place_in(own, name)
            return aliases.get(name) if place is None else place

        matcher = Matcher(shard.items, place_of, Tally() if tally is None else tally, odd)
        for result in self._fetched(shard, matcher):
            if (found := matcher.match(result)) is not None:
                yield found, renamed(result, ids[found])
        for place in matcher.unanswered():
            name, batch_id = self.vendor.profile.name, shard.batch_id or ""
            yield place, stand_in(ids[place], name, batch_id, shard.status, shard.note)

    def _named(self, shard: Shard) -> tuple[list[str], dict[str, int]]:
        """The callers' ids of a shard's requests, by place, and the places by what else names them."""
        if self.vendor.profile.verbatim:
            return [
                after_id(line)[0].decode() if form == PLAIN else name(line).custom_id
                for _, line, form in self.texts(shard)
            ], {}
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
        for _, _, line in source.lines(path):
            try:
                yield self.vendor.decode(line, shard.batch_id or "")
            except ContractError:
                matcher.unreadable(line)
