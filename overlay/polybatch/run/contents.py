"""What a shard holds: its requests, read again from the input, and its results, read from the file that was fetched.

input ─► requests ─► payload, under ids of ours
fetched file ─► results ─► one for each request, under the caller's ids
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import attrs
from attrs import define

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import ContractError, PolybatchError, RunError
from polybatch.intake import Intake
from polybatch.model import Request, Result
from polybatch.vendor import Mark, Vendor

from . import sink
from .machine import Shard
from .plan import mark_of, wire_id
from .reconcile import Matcher, Tally, renamed, stand_in


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
        if shard.items and self.vendor.alone(next(self.requests(shard))) is not None:
            aliases = {self.vendor.alone(request) or "" for request in self.requests(shard)}
        return Mark(shard.token, self.own_id(shard, 0).rpartition("-")[0] + "-", shard.items, frozenset(aliases))

    def requests(self, shard: Shard) -> Iterator[Request]:
        """The requests of a shard, in their order. Raises RunError where the input is not what it was."""
        offsets, numbers, marks = self.folder.members(shard.number, shard.items)
        intake = Intake(self.vendor, check=False)
        try:
            lines = zip_longest(source.lines_at(self.input, offsets), numbers, marks)
            for line, number, mark in lines:
                if mark is not None and mark_of(line) != mark:
                    raise RunError(f"{self.input}, line {number}: it is not what it was when the run was planned",
                                   hint="restore it, then resume")  # fmt: skip
                yield intake.read(line, f"{self.input}, line {number}")
        except OSError as error:
            raise RunError(f"{self.input} cannot be read: {error.strerror}", hint="restore it, then resume") from error

    def stage(self, shard: Shard) -> str:
        """Write the body of a shard's create and give its sha256; the same journal always gives the same bytes."""
        intake = Intake(self.vendor, check=False, model=self.facts["model"])

        def items() -> Iterator[bytes]:
            for place, request in enumerate(self.requests(shard)):
                yield intake.encode(attrs.evolve(request, custom_id=self.own_id(shard, place)), request.custom_id)

        file = sink.SafeFile(self.folder.payload(shard.number))
        try:
            for chunk in inline.body(self.vendor.envelope(shard.token), items()):
                file.write(chunk)
        except BaseException:
            file.drop()
            raise
        file.commit()
        return file.digest.hexdigest()

    def placed(
        self, shard: Shard, tally: Tally | None = None, odd: Callable[[str, bytes], None] = lambda _reason, _raw: None
    ) -> Iterator[tuple[int, Result]]:
        """Place and result of each request of a fetched shard; `tally` and `odd` are told of what fits none."""
        ids: list[str] = []
        places: dict[str, int] = {}
        for place, request in enumerate(self.requests(shard)):
            ids.append(request.custom_id)
            places[self.own_id(shard, place)] = place
            if (alone := self.vendor.alone(request)) is not None:
                places[alone] = place
        matcher = Matcher(shard.items, places.get, Tally() if tally is None else tally, odd)
        for result in self._fetched(shard, matcher):
            if (found := matcher.match(result)) is not None:
                yield found, renamed(result, ids[found])
        for place in matcher.unanswered():
            name, batch_id = self.vendor.profile.name, shard.batch_id or ""
            yield place, stand_in(ids[place], name, batch_id, shard.status, shard.note)

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

    def _fetched(self, shard: Shard, matcher: Matcher) -> Iterator[Result]:
        path = self.folder.results(shard.number)
        if not path.exists():
            return
        for _, _, line in source.lines(path):
            try:
                yield self.vendor.decode(line, shard.batch_id or "")
            except ContractError:
                matcher.unreadable(line)
