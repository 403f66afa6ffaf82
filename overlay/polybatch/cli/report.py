"""A run in words and as data: what `run` prints at its end, and `status`. Read from the journal, without its lock."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from polybatch.model import Outcome
from polybatch.reading import shorten
from polybatch.run import sink
from polybatch.run.drift import words as drift_words
from polybatch.run.journal import read
from polybatch.run.machine import Duplicate, RunStatus, Shard, State, status_of
from polybatch.run.offline import Beginning, Trouble, recall, troubles
from polybatch.run.opening import STDOUT
from polybatch.run.waiting import Gate, Wait, behind_canary, gate, waits
from polybatch.vendors import find_vendor

from . import decisions, shards, terminal
from .decisions import Decision
from .exits import Code, heaviest

FIRST = 5
"""Kinds of errors, and batches, in the summary for people; the data has them all."""
SENTENCE = 100
"""Characters of a vendor's message in the summary."""


SHOWN = (
    "number", "generation", "round", "parents", "items", "moved", "size", "group", "state", "since", "token",
    "batch_id", "provisional", "status", "intent_at", "created_at", "until", "watch_until", "outcomes", "usage", "note",
)  # fmt: skip
"""Members of a shard that programs are shown."""


@frozen(kw_only=True)
class Report:
    """A run as it stands on disk."""

    status: RunStatus
    begun: Beginning
    shards: Sequence[Shard]
    waits: Mapping[int, Sequence[Wait]]
    gate: Gate
    decisions: Sequence[Decision]
    resume: str
    """The command that goes on."""
    reach: str
    """Options that lead `polybatch batch` to the vendor."""
    written: Path
    """The file that holds the results."""
    errors: Sequence[Trouble]

    @property
    def to_stdout(self) -> bool:
        """Whether the results belong on standard output."""
        return self.written.name == STDOUT

    @property
    def watched(self) -> bool:
        """Whether the vendor's list is still to be watched for a late duplicate."""
        return any(shard.watched for shard in self.shards)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.status.finished and not self.watched

    @property
    def code(self) -> Code:
        """How a command that leaves the run like this ends."""
        codes = [Code.SUCCEEDED if self.status.all_succeeded else Code.SOME_FAILED]
        codes += [Code.STOPPED] * (not self.over)
        codes += [Code.DUPLICATE] * bool(self.status.duplicates)
        codes += [Code.UNDECIDED] * bool(self.status.held)
        return heaviest(codes)

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
            return f"look at the vendor, then {self.resume} --on-unknown resubmit (or abandon)"
        if self.gate is Gate.SHUT:
            return f"look at the results; this sends the others all the same: {self.resume}"
        if not self.over:
            return self.resume
        if self.status.all_succeeded:
            return ""
        failed = self.status.total - self.outcomes()[Outcome.SUCCEEDED]
        again = any(trouble.retryable for trouble in self.errors) and not self.status.repeated
        return (
            f"{failed:,} lines of the results have another outcome than succeeded: mend and run these requests anew"
            + ("; with --retries 1 a run does it by itself where that may help" if again else "")
        )  # fmt: skip


def look(run_dir: Path, results: Path | None = None, again: str = "") -> Report:
    """Read a run; `results`: a copy of its results to look at instead, `again`: options for the command that goes on.

    Raises InputError where there is none.
    """
    facts, found = read(run_dir)
    begun = recall(run_dir)
    vendor = find_vendor(begun.vendor)(begun.options, begun.base_url)
    status = status_of(facts, found, run_dir.absolute())
    canary = gate(facts, found)
    if canary is Gate.WAITING:
        # Without the option a resume would send everything at once.
        first = sum(shard.items for shard in found if shard.generation == 0 and not behind_canary(facts, shard))
        again = f"--canary {first} {again}".strip()

    def resume(more: str) -> str:
        return " ".join(filter(None, ("polybatch resume", shlex.quote(status.run_dir), again, more)))

    written = results or Path(begun.out)
    failed = status.finished and not status.all_succeeded and written.exists()
    return Report(
        status=status, begun=begun, shards=found, waits=waits(facts, found, vendor.profile.limits), gate=canary,
        decisions=list(decisions.decisions(vendor, facts, found, run_dir, resume)),
        resume=resume(""), reach=decisions.reach(facts, vendor), written=written,
        errors=troubles(written) if failed else [],
    )  # fmt: skip


def waiting(run_dir: Path) -> Iterator[str]:
    """What a run waits for beside its batches: lost creates, and late duplicates."""
    facts, found = read(run_dir)
    lost = [shard for shard in found if shard.state is State.UNKNOWN or shard.watched]
    yield from shards.under_way(lost, waits(facts, found, find_vendor(facts["vendor"]).profile.limits))


def present(report: Report, *, as_json: bool, table: bool = False, messages: bool = False) -> Code:
    """Print a run; `table` shows every shard that waits for something, `messages` keeps stdout free. Gives its code."""
    if as_json:
        terminal.emit(_data(report), messages=messages)
        return report.code
    terminal.tell("\n".join(_words(report, table=table)), messages=messages)
    return report.code


def _data(report: Report) -> dict[str, Any]:
    status, waits = report.status, report.waits
    batches = [
        {**{name: getattr(shard, name) for name in SHOWN}, "waits_for": list(map(asdict, waits.get(shard.number, ())))}
        for shard in report.shards
    ]
    data: dict[str, Any] = {
        **asdict(report.begun), **asdict(status), "outcomes": report.outcomes(), "open": status.total - status.settled,
        "finished": status.finished, "watched": report.watched, "all_succeeded": status.all_succeeded,
        "out": "-" if report.to_stdout else str(report.written.absolute()),
        "errors": report.errors, "decisions": list(map(asdict, report.decisions)), "next": report.next_step(),
        "batches": batches,
    }  # fmt: skip
    return data


def _words(report: Report, *, table: bool) -> Iterator[str]:
    status = report.status
    counts = [f"{count:,} {word}" for word, count in report.outcomes().items() if count]
    counts += [f"{status.total - status.settled:,} open"] * (not status.finished)
    yield f"requests  {status.total:,}: {', '.join(counts)}"
    yield from _errors(report.errors)
    gone = f"gone; polybatch results {report.place} writes it anew" if status.settled else "none yet"
    beside = "" if report.written.exists() else f" ({gone})"
    yield f"results   {'standard output' if report.to_stdout else f'{report.written}{beside}'}"
    yield f"run       {status.run_dir}"
    yield from _besides(status)
    for duplicate in status.duplicates:
        yield from _duplicate(report, duplicate)
    if table:
        yield from shards.table(report.shards, report.waits)
    else:
        yield from (terminal.paragraph("waiting", one) for one in shards.under_way(report.shards, report.waits))
    for decision in report.decisions:
        yield from decisions.words(decision)
    if (step := report.next_step()) and not report.decisions:
        yield f"next      {step}"


def _besides(status: RunStatus) -> Iterator[str]:
    """What came about beside the outcomes."""
    if used := [f"{count:,} {name.replace('_', ' ')}" for name, count in status.usage.items() if count]:
        yield terminal.paragraph("usage", ", ".join(used) + (", of all attempts" if status.repeated else ""))
    if status.repeated:
        yield f"repeated  {status.repeated:,} requests sent again"
    if status.odd:
        odd = ", ".join(f"{count:,} {name}" for name, count in status.odd.items())
        yield terminal.paragraph("odd", f"results that fit no request: {odd}")
        if status.odd.keys() != {"duplicates"}:  # the same twice says nothing new, and is not kept
            yield f"{'':10}{sink.Folder(Path(status.run_dir)).quarantine(0).parent}"
    if status.drift:
        yield terminal.paragraph("drift", drift_words(status.drift, more=status.more_drift))


def _errors(errors: Sequence[Trouble]) -> Iterator[str]:
    for place, trouble in enumerate(errors[:FIRST]):
        again = f" ({trouble.retryable:,} may succeed when repeated)" if trouble.retryable else ""
        line = f"{trouble.requests:,} {trouble.code}: {shorten(trouble.example, SENTENCE)}{again}"
        yield f"          {line}" if place else f"errors    {line}"
    if (more := len(errors) - FIRST) > 0:
        yield f"{'':10}and {more:,} more kinds"


def _duplicate(report: Report, duplicate: Duplicate) -> Iterator[str]:
    """A batch that may be charged besides, and what can be done about it."""
    yield terminal.paragraph("duplicate", str(duplicate))
    if duplicate.ended or duplicate.cancelled:
        yield f"{'':10}ask the vendor about the charge, naming the batch"
    else:
        yield f"{'':10}stop it: polybatch batch cancel {shlex.quote(duplicate.batch_id)} {report.reach}"
