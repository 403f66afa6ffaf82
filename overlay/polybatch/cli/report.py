"""A run in words and as data: what `run` prints at its end, and `status`. Read from the journal, without its lock."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from polybatch.model import Outcome
from polybatch.origin import origin, same_origin
from polybatch.run import exporting, registry, sink
from polybatch.run.drift import words as drift_words
from polybatch.run.journal import read
from polybatch.run.machine import Duplicate, RunStatus, Shard, State, status_of
from polybatch.run.offline import Beginning, lines_of, recall
from polybatch.run.settings import IMITATED, STDOUT
from polybatch.run.waiting import Gate, Wait, behind_canary, gate, waits
from polybatch.vendors import find_vendor

from . import causes, decisions, shards, terminal
from .causes import Causes
from .decisions import Decision
from .exits import Code, heaviest

SHOWN = (
    "number", "generation", "round", "parents", "items", "moved", "size", "group", "state", "since", "token",
    "batch_id", "provisional", "status", "intent_at", "created_at", "until", "watch_until", "outcomes", "usage", "note",
)  # fmt: skip
"""Members of a shard that programs are shown."""


@frozen(kw_only=True)
class Report:
    """A run as it stands on disk."""

    status: RunStatus
    title: str
    """The vendor's name, for people."""
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
    causes: Causes
    unwritten: bool = False
    """Whether a file that is made of all results at the end does not hold them yet."""
    driver: str = ""
    """The process that drives it; empty where none does, or this one."""

    @property
    def vendor(self) -> str:
        """The vendor's word, and where else than at the vendor's own address the run is."""
        base = self.begun.base_url
        if same_origin(base, find_vendor(self.begun.vendor).document.server):
            return self.begun.vendor
        where = base if base == IMITATED else "local" if origin(base).loopback else "elsewhere"
        return f"{self.begun.vendor} ({where})"

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
        return self.status.finished and not self.watched and not self.unwritten

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

    def lost(self) -> Iterator[str]:
        """What it waits for beside its batches, in words: lost creates, and late duplicates."""
        lost = [shard for shard in self.shards if shard.state is State.UNKNOWN or shard.watched]
        yield from shards.under_way(lost, self.waits)

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
        again = any(cause.retryable for cause in self.causes.errors) and not self.status.repeated
        return (
            f"{failed:,} lines of the results have another outcome than succeeded: mend and run these requests anew"
            + ("; with --retries 1 a run does it by itself where that may help" if again else "")
        )  # fmt: skip


def look(run_dir: Path, results: Path | None = None, again: str = "", *, brief: bool = False) -> Report:
    """Read a run; `results`: a copy of its results to look at instead, `again`: options for the command that goes on.

    `brief` leaves the results unread, which may be many. Raises InputError where there is no run.
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
    told = lines_of(run_dir, begun, written)
    readable = status.finished and not brief and told.exists()
    return Report(
        status=status, title=vendor.profile.title, begun=begun, shards=found,
        waits=waits(facts, found, vendor.profile.limits), gate=canary,
        decisions=list(decisions.decisions(vendor, facts, found, run_dir, resume)),
        resume=resume("-o FILE" if exporting.blocked(facts, status) else ""), reach=decisions.reach(facts, vendor),
        written=written,
        causes=causes.causes(told, vendor.profile, repeated=bool(status.repeated)) if readable else Causes(),
        unwritten=exporting.unwritten(facts, status.total), driver=registry.owner(run_dir),
    )  # fmt: skip


def present(report: Report, *, as_json: bool, table: bool = False, messages: bool = False, said: bool = False) -> Code:
    """Print a run; `table` shows every shard that waits for something, `messages` keeps stdout free, `said`: how to go
    on was said already. Gives its code."""
    if as_json:
        terminal.emit(data(report), messages=messages)
        return report.code
    terminal.tell("\n".join(words(report, table=table, said=said)), messages=messages)
    return report.code


def data(report: Report) -> dict[str, Any]:
    """A run for programs."""
    status, waits = report.status, report.waits
    batches = [
        {**{name: getattr(shard, name) for name in SHOWN}, "waits_for": list(map(asdict, waits.get(shard.number, ())))}
        for shard in report.shards
    ]
    return {
        **asdict(report.begun), **asdict(status), "outcomes": report.outcomes(), "open": status.total - status.settled,
        "finished": status.finished, "watched": report.watched, "all_succeeded": status.all_succeeded,
        "out": "-" if report.to_stdout else str(report.written.absolute()),
        "errors": report.causes.errors, "warnings": report.causes.warnings,
        "decisions": list(map(asdict, report.decisions)), "next": report.next_step(),
        "driver": report.driver or None, "batches": batches,
    }  # fmt: skip


def words(report: Report, *, table: bool, said: bool = False) -> Iterator[str]:
    """A run for people."""
    status = report.status
    counts = [f"{count:,} {word}" for word, count in report.outcomes().items() if count]
    counts += [f"{status.total - status.settled:,} open"] * (not status.finished)
    yield f"requests  {status.total:,}: {', '.join(counts)}"
    yield from causes.words(report.causes)
    gone = f"gone; polybatch results {report.place} writes it anew" if status.settled else "none yet"
    gone = "written at the end" if report.unwritten else gone
    beside = "" if report.written.exists() else f" ({gone})"
    yield f"results   {'standard output' if report.to_stdout else f'{report.written}{beside}'}"
    yield f"run       {status.run_dir}"
    if table and report.vendor != status.vendor:
        yield f"vendor    {report.vendor}"
    yield from _besides(report)
    for duplicate in status.duplicates:
        yield from _duplicate(report, duplicate)
    if table:
        yield from shards.table(report.shards, report.waits)
    else:
        yield from (terminal.paragraph("waiting", one) for one in shards.under_way(report.shards, report.waits))
    for decision in report.decisions:
        yield from decisions.words(decision)
    if report.driver and not report.over:
        yield f"driver    {report.driver}"
    elif (step := report.next_step()) and not report.decisions and not (said and not report.over):
        # A command is one line, however long, so that it can be copied.
        yield terminal.paragraph("next", step) if report.over else f"next      {step}"


def _besides(report: Report) -> Iterator[str]:
    """What came about beside the outcomes."""
    status = report.status
    used = [f"{count:,} {name.replace('_', ' ')}" for name, count in status.usage.items() if count]
    if used:
        yield terminal.paragraph("usage", ", ".join(used) + (", of all attempts" if status.repeated else ""))
    elif status.outcomes.get(Outcome.SUCCEEDED):
        yield f"usage     not given by {report.title}"
    if status.repeated:
        yield f"repeated  {status.repeated:,} requests sent again"
    if status.odd:
        odd = ", ".join(f"{count:,} {name}" for name, count in status.odd.items())
        yield terminal.paragraph("odd", f"results that fit no request: {odd}")
        if status.odd.keys() != {"duplicates"}:  # the same twice says nothing new, and is not kept
            yield f"{'':10}{sink.Folder(Path(status.run_dir)).quarantine(0).parent}"
    if status.drift:
        yield terminal.paragraph("drift", drift_words(status.drift, more=status.more_drift))


def _duplicate(report: Report, duplicate: Duplicate) -> Iterator[str]:
    """A batch that may be charged besides, and what can be done about it."""
    yield terminal.paragraph("duplicate", str(duplicate))
    if duplicate.ended or duplicate.cancelled:
        yield f"{'':10}ask the vendor about the charge, naming the batch"
    else:
        yield f"{'':10}stop it: polybatch batch cancel {shlex.quote(duplicate.batch_id)} {report.reach}"
