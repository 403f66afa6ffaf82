"""A run in words and as data: what `status` prints, and `run` at its end. Read from the journal, without its lock."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from attrs import asdict, fields, frozen

from polybatch.model import Outcome
from polybatch.reading import shorten
from polybatch.run.journal import read
from polybatch.run.machine import RunStatus, Shard, State, status_of
from polybatch.run.offline import Beginning, Trouble, recall, troubles
from polybatch.run.opening import STDOUT

from . import terminal
from .exits import Code

FIRST_ERRORS = 5
"""Kinds of errors in the summary for people; the data has them all."""
SENTENCE = 100
"""Characters of a vendor's message in the summary."""


@frozen
class Attempt:
    """What is shown of a shard; the names are a shard's."""

    number: int
    generation: int
    items: int
    size: int
    group: str | None
    state: str
    batch_id: str | None
    status: str
    outcomes: dict[str, int]
    note: str


@frozen
class Report:
    """A run as it stands on disk."""

    status: RunStatus
    begun: Beginning
    shards: list[Shard]
    written: Path
    """The file that holds the results."""
    errors: list[Trouble]

    @property
    def to_stdout(self) -> bool:
        """Whether the results belong on standard output."""
        return self.written.name == STDOUT

    @property
    def code(self) -> Code:
        """How a command that leaves the run like this ends."""
        if self.status.held:
            return Code.UNDECIDED
        if not self.status.finished:
            return Code.STOPPED
        return Code.SUCCEEDED if self.status.all_succeeded else Code.SOME_FAILED

    def outcomes(self) -> dict[str, int]:
        """Requests by outcome, all five of them."""
        return {outcome.value: self.status.outcomes.get(outcome, 0) for outcome in Outcome}

    @property
    def place(self) -> str:
        """The run directory, as a shell takes it."""
        return shlex.quote(self.status.run_dir)

    def next_step(self) -> str:
        """What to do, where something is left to do."""
        if self.status.held:
            return f"look at the vendor, then polybatch resume {self.place} --on-unknown resubmit (or abandon)"
        if not self.status.finished:
            return f"polybatch resume {self.place}"
        if self.status.all_succeeded:
            return ""
        failed = self.status.total - self.outcomes()[Outcome.SUCCEEDED]
        return f"{failed:,} lines of the results have another outcome than succeeded: mend and run these requests anew"


def look(run_dir: Path, results: Path | None = None) -> Report:
    """Read a run; `results`: a copy of its results to look at instead. Raises InputError where there is none."""
    facts, shards = read(run_dir)
    begun = recall(run_dir)
    status = status_of(facts, shards, run_dir.absolute())
    written = results or Path(begun.out)
    failed = status.finished and not status.all_succeeded and written.exists()
    return Report(status, begun, shards, written, troubles(written) if failed else [])


def present(report: Report, *, as_json: bool, batches: bool = False, messages: bool = False) -> Code:
    """Print a run; `batches` adds a table of those that are not done, `messages` keeps stdout free. Gives its code."""
    if as_json:
        terminal.emit(_data(report), messages=messages)
        return report.code
    terminal.tell("\n".join(_words(report)), messages=messages)
    rows = [
        (shard.number, f"{shard.items:,}", shard.state, shard.batch_id or "", shard.status, shard.note)
        for shard in report.shards
        if shard.state is not State.DONE
    ]
    if batches and rows:
        headings = ("Shard", "Requests", "State", "Batch", "Status", "Note")
        terminal.tell("\n" + terminal.table(headings, rows, numbers=frozenset({0, 1})), messages=messages)
    return report.code


def _data(report: Report) -> dict[str, Any]:
    status, names = report.status, [attribute.name for attribute in fields(Attempt)]
    attempts = [Attempt(*(getattr(shard, name) for name in names)) for shard in report.shards]
    data: dict[str, Any] = {
        **asdict(report.begun), **asdict(status), "outcomes": report.outcomes(), "open": status.total - status.settled,
        "finished": status.finished, "all_succeeded": status.all_succeeded,
        "out": "-" if report.to_stdout else str(report.written.absolute()),
        "errors": report.errors, "batches": attempts,
    }  # fmt: skip
    return data


def _words(report: Report) -> Iterator[str]:
    status = report.status
    counts = [f"{count:,} {word}" for word, count in report.outcomes().items() if count]
    counts += [f"{status.total - status.settled:,} open"] * (not status.finished)
    yield f"requests  {status.total:,}: {', '.join(counts)}"
    for place, trouble in enumerate(report.errors[:FIRST_ERRORS]):
        again = f" ({trouble.retryable:,} may succeed when repeated)" if trouble.retryable else ""
        line = f"{trouble.requests:,} {trouble.code}: {shorten(trouble.example, SENTENCE)}{again}"
        yield f"          {line}" if place else f"errors    {line}"
    if (more := len(report.errors) - FIRST_ERRORS) > 0:
        yield f"{'':10}and {more:,} more kinds"
    gone = "" if report.written.exists() else f" (gone; polybatch results {report.place} writes it anew)"
    yield f"results   {'standard output' if report.to_stdout else f'{report.written}{gone}'}"
    yield f"run       {status.run_dir}"
    yield from (f"held      {held}" for held in status.held)
    if step := report.next_step():
        yield f"next      {step}"
