"""What a shard holds: its requests, read again from the input, and its results, read from the file that was fetched.

input ─► requests ─► payload, under ids of ours
fetched file ─► results ─► one for each request, under the caller's ids
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import ContractError, RunError
from polybatch.intake import Intake
from polybatch.model import Request, Result
from polybatch.vendor import Vendor

from . import sink
from .machine import Shard
from .plan import wire_id
from .reconcile import Matcher, Tally, renamed, stand_in


@define
class Contents:
    """Reads and stages the shards of one run; remembers nothing but how the input looked when the run was opened."""

    vendor: Vendor
    folder: sink.Folder
    facts: Mapping[str, Any]
    _pinned: tuple[int, int] | None = field(default=None, init=False)

    @property
    def input(self) -> Path:
        """Where the requests stand."""
        return Path(self.facts["input"])

    def pin(self) -> None:
        """From now on the input must not change: results would come under the ids of other requests."""
        self._pinned = self._looks()

    def requests(self, shard: Shard) -> Iterator[Request]:
        """The requests of a shard, in their order. Raises RunError where the input is not what it was."""
        offsets, numbers = self.folder.members(shard.number, shard.items)
        intake = Intake(self.vendor, check=False)
        if self._pinned is not None and self._looks() != self._pinned:
            raise RunError(f"{self.input} was changed while the run was going on", hint="restore it, then resume")
        for line, number in zip(source.lines_at(self.input, offsets), numbers, strict=True):
            yield intake.read(line, f"{self.input}, line {number}")

    def stage(self, shard: Shard) -> str:
        """Write the body of a shard's create and give its sha256; the same journal always gives the same bytes."""
        intake = Intake(self.vendor, check=False, model=self.facts["model"])

        def items() -> Iterator[bytes]:
            for place, request in enumerate(self.requests(shard)):
                yield intake.encode(attrs.evolve(request, custom_id=self._own(shard, place)), request.custom_id)

        file = sink.SafeFile(self.folder.payload(shard.number))
        try:
            for chunk in inline.body(self.vendor.envelope(), items()):
                file.write(chunk)
        except BaseException:
            file.drop()
            raise
        file.commit()
        return file.digest.hexdigest()

    def results(self, shard: Shard, tally: Tally | None = None) -> Iterator[Result]:
        """The results of a fetched shard, one for each request; `tally` is told of what fits none."""
        tally = Tally() if tally is None else tally
        ids: list[str] = []
        places: dict[str, int] = {}
        for place, request in enumerate(self.requests(shard)):
            ids.append(request.custom_id)
            places[self._own(shard, place)] = place
            if (alone := self.vendor.alone(request)) is not None:
                places[alone] = place
        matcher = Matcher(shard.items, places.get, tally)
        for result in self._fetched(shard, tally):
            if (found := matcher.match(result)) is not None:
                yield renamed(result, ids[found])
        for place in matcher.unanswered():
            yield stand_in(ids[place], self.vendor.profile.name, shard.batch_id or "", shard.status, shard.note)

    def lines(self, shard: Shard) -> str:
        """Where in the input the requests of a shard stand, in words."""
        _, numbers = self.folder.members(shard.number, shard.items)
        first, last = numbers[0], numbers[-1]
        if first == last:
            return f"line {first}"
        return f"lines {first} to {last}" + ("" if last - first < shard.items else f", {shard.items} of them")

    def _fetched(self, shard: Shard, tally: Tally) -> Iterator[Result]:
        path = self.folder.results(shard.number)
        if not path.exists():
            return
        for _, _, line in source.lines(path):
            try:
                yield self.vendor.decode(line, shard.batch_id or "")
            except ContractError:
                tally.unreadable += 1

    def _own(self, shard: Shard, place: int) -> str:
        return wire_id(str(self.facts["run_id"]), shard.number, shard.generation, place)

    def _looks(self) -> tuple[int, int]:
        try:
            found = self.input.stat()
        except OSError as error:
            raise RunError(f"{self.input} cannot be read: {error.strerror}", hint="restore it, then resume") from error
        return found.st_size, found.st_mtime_ns
