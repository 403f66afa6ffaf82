"""The results file: a shard's lines are appended and the shard is recorded as done, both or neither.

The journal knows up to which byte the file is safe; what stands behind is written again.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field

from polybatch.model import Result

from . import sink
from .contents import Contents
from .journal import Journal
from .machine import Shard, State
from .reconcile import Tally

CHUNK = 1000
"""Results written at a time."""


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

    def write(self, shard: Shard) -> Tally:
        """Append a fetched shard's lines; says what fitted no request."""
        try:
            outcomes, tally, committed = self._append(self._opened(), shard)
            done = attrs.evolve(shard, state=State.DONE, outcomes=outcomes)
            self.journal.record(done, "done", {"committed": committed}, outcomes=outcomes, **tally.found())
        except BaseException:
            self.close()  # what was not recorded is cut off when the file is opened again
            raise
        self.facts["committed"] = committed
        shard.state, shard.outcomes = done.state, done.outcomes
        return tally

    def _append(self, output: sink.Output, shard: Shard) -> tuple[dict[str, int], Tally, int]:
        counts, tally = Counter[str](), Tally()
        chunk: list[Result] = []
        for result in self.contents.results(shard, tally):
            counts[result.outcome.value] += 1
            chunk.append(result)
            if len(chunk) >= CHUNK:
                output.write(chunk)
                chunk.clear()
        output.write(chunk)
        return dict(counts), tally, output.commit()

    def close(self) -> None:
        """Close the file."""
        if self._output is not None:
            self._output.close()
            self._output = None

    def _opened(self) -> sink.Output:
        if self._output is None:
            self.check()
            self._output = sink.Output(self.path, int(self.facts["committed"]))
        if not self.facts["begun"]:
            # Before the first byte: from here on the file is ours to cut.
            self.journal.event("output_begun", {"begun": True})
            self.facts["begun"] = True
        return self._output
