"""The results file: a shard's lines are appended and the shard is recorded as done, both or neither.

The journal knows up to which byte the file is safe; what stands behind is written again.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field
from msgspec.structs import astuple

from polybatch.model import Outcome, Result, Usage

from . import sink
from .contents import Contents
from .form import Form, encoder
from .journal import Exception_, Journal
from .machine import Shard, State
from .reconcile import Tally, bits

TOKENS = Usage.__struct_fields__
INVALID = "invalid"
"""The fact that says how many answers do not fit the run's schema."""
CHUNK = 100
"""Results written at a time: so few that they are still in the processor's cache."""


@define
class Writer:
    """Writes the results of one run."""

    path: Path
    contents: Contents
    journal: Journal
    facts: dict[str, Any]
    _output: sink.Output | None = field(default=None, init=False)

    def check(self) -> None:
        """Raises InputError where the file is somebody else's, or no longer what this run has written."""
        if self.facts["begun"]:
            sink.refuse_shortened(self.path, int(self.facts["committed"]))
        else:
            sink.refuse_foreign(self.path)

    def write(self, shard: Shard, again: Callable[[Result], bool]) -> Tally:
        """Append a fetched shard's lines, but for those that are sent `again`; says what fitted no request."""
        page = Page(shard.items, again)
        quarantine = Quarantine(self.contents.folder.quarantine(shard.number))
        tally = Tally()
        try:
            output = self._opened()
            invalid = sum(map(output.write, batched(page.read(self.contents.placed(shard, tally, quarantine.add)))))
            kept = {"committed": output.commit(), INVALID: int(self.facts.get(INVALID, 0)) + invalid}
            quarantine.close()
            done = attrs.evolve(
                shard, state=State.DONE, outcomes=page.counted(), moved=len(page.moved), odd=tally.found(),
                usage=dict(page.usage),
            )  # fmt: skip
            succeeded, moved = bits(page.succeeded, shard.items), bits(page.moved, shard.items)
            self.journal.finish(done, kept, succeeded, moved, page.exceptions)
        except BaseException:
            self.close()  # what was not recorded is cut off when the file is opened again
            quarantine.drop()
            raise
        self.facts.update(kept)
        for name in ("state", "outcomes", "moved", "odd", "usage"):
            setattr(shard, name, getattr(done, name))
        return tally

    def close(self) -> None:
        """Close the file."""
        if self._output is not None:
            self._output.close()
            self._output = None

    def _opened(self) -> sink.Output:
        if self._output is None:
            self.check()
            self._output = sink.Output(self.path, int(self.facts["committed"]), Form.of(self.facts))
        if not self.facts["begun"]:
            # Before the first byte: from here on the file is ours to cut.
            self.journal.event("output_begun", {"begun": True})
            self.facts["begun"] = True
        return self._output


@define
class Page:
    """What became of the requests of one shard, counted while they are written."""

    items: int
    again: Callable[[Result], bool]
    outcomes: Counter[Outcome] = field(factory=Counter)
    usage: Counter[str] = field(factory=Counter)
    succeeded: array[int] = field(factory=lambda: array("L"))
    moved: array[int] = field(factory=lambda: array("L"))
    exceptions: list[Exception_] = field(factory=list)

    def counted(self) -> dict[str, int]:
        """How many have which outcome."""
        return {outcome.value: count for outcome, count in self.outcomes.items()}

    def read(self, results: Iterable[tuple[int, Result]]) -> Iterator[Result]:
        """Count each result, and give those that are the last word."""
        tokens = self.usage
        for place, result in results:
            if (usage := result.usage) is not None:
                for name, count in zip(TOKENS, astuple(usage), strict=True):
                    if count is not None:
                        tokens[name] += count
            outcome = result.outcome
            if outcome is Outcome.SUCCEEDED:
                self.succeeded.append(place)
            else:
                moves = self.again(result)
                code = result.error["code"] if result.error else None
                self.exceptions.append((place, outcome.value, code, moves))
                if moves:
                    self.moved.append(place)
                    continue
            self.outcomes[outcome] += 1
            yield result


def batched(results: Iterator[Result]) -> Iterator[list[Result]]:
    """Results in pieces."""
    while chunk := list(islice(results, CHUNK)):
        yield chunk


@define
class Quarantine:
    """The answers of one shard that fit no request; no file where there are none."""

    path: Path
    _file: sink.SafeFile | None = field(default=None, init=False)

    def add(self, reason: str, raw: bytes) -> None:
        """Keep one."""
        if self._file is None:
            self._file = sink.SafeFile(self.path)
        self._file.write(encoder.encode({"reason": reason, "raw": raw.decode("utf-8", "replace")}) + b"\n")

    def close(self) -> None:
        """Make them durable."""
        if self._file is not None:
            self._file.commit()
            self._file = None

    def drop(self) -> None:
        """Leave no half of a file."""
        if self._file is not None:
            self._file.drop()
