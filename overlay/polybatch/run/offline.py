"""A run from disk alone: its results written anew, its outputs judged. No key, no network.

What was fetched, and the input, are the truth; the results file is only derived from them.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import msgspec
from attrs import define, field, fields, frozen

from polybatch import source
from polybatch.errors import InputError
from polybatch.model import Outcome
from polybatch.tables.writing import is_table, refuse_unwritable
from polybatch.vendors import find_vendor

from . import exporting, sink
from .core import Core
from .desk import Desk
from .form import Form
from .journal import Journal, SeenIds, read
from .machine import Shard, State
from .settings import ARRIVED, Settings

MOST_PROBLEMS = 100
"""Problems that are kept in words; further ones are only counted."""


@frozen
class Beginning:
    """What a run was begun with, as its journal has it."""

    vendor: str
    base_url: str
    """Or `sandbox`."""
    options: dict[str, Any]
    model: str | None
    input: str
    out: str
    in_order: bool | None
    """Whether the output is written at the end, of all results."""
    cancelling: bool | None


def recall(run_dir: Path) -> Beginning:
    """Read what a run was begun with. Raises InputError where there is none."""
    facts, _ = read(run_dir)
    kept: dict[str, Any] = {attribute.name: facts.get(attribute.name) for attribute in fields(Beginning)}
    return Beginning(**kept)


@contextmanager
def opened(run_dir: Path) -> Iterator[Core]:
    """A run that is owned but cannot be driven. Raises InputError where there is none, RunLocked."""
    begun = recall(run_dir)
    vendor = find_vendor(begun.vendor)(begun.options, begun.base_url)
    settings = Settings(out=Path(begun.out), run_dir=run_dir, model=begun.model, in_order=bool(begun.in_order))
    journal = Journal(run_dir)
    core = Core(Desk(vendor, settings, sink.Folder(run_dir), journal, journal.facts(), journal.shards()))
    try:
        yield core
    finally:
        core.close()


# -- results, written anew


def lines_of(run_dir: Path, begun: Beginning, written: Path) -> Path:
    """The lines of which a file of results was made; they may be those of the file itself."""
    if is_table(written) or str(written) == begun.out:
        return run_dir / ARRIVED if begun.in_order else Path(begun.out)
    return written


def lines(core: Core, *, in_order: bool = False) -> Iterator[bytes]:
    """The results of all finished shards, as lines of the output, in the order in which they were first written.

    `in_order`: in that of the input.
    """
    if in_order:
        yield from chain.from_iterable(exporting.lines(core.desk))
        return
    shards, form = {shard.number: shard for shard in core.desk.shards}, Form.of(core.desk.facts)
    for number in core.desk.journal.written():
        yield from map(form.line, core.results_of(shards[number]))


def rewrite(core: Core, out: Path, *, in_order: bool = False) -> None:
    """Write the results anew, whole or not at all. Raises InputError for a file that is not this run's."""
    refuse_unwritable(out)
    desk = core.desk
    own = out.absolute() == desk.settings.out
    if own and in_order and not desk.settings.exported:
        what = f"{out} holds the results in the order in which they came"
        raise InputError(what, hint="name another file with --out for the order of the input")
    if own or not (in_order or is_table(out)):
        _rewrite(core, desk.settings.arrived if own else out)
    if in_order or is_table(out) or (own and desk.settings.exported):
        for _ in exporting.steps(desk, out):
            pass


def _rewrite(core: Core, out: Path) -> None:
    """Write the results as they came."""
    own = out.absolute() == core.desk.settings.arrived and core.desk.facts["begun"]
    if not own:
        exporting.refuse_foreign(out, core.desk.settings, core.desk.facts)
    with sink.SafeFile(out, whose=core.desk.facts["run_id"]) as file:
        for line in lines(core):
            file.write(line)
        if out.absolute() != core.desk.settings.arrived:
            exporting.remember_copy(core.desk, out, file)
    if own:
        core.desk.journal.event("rewritten", {"committed": file.size})


# -- whether everything agrees


class _Line(msgspec.Struct):
    custom_id: str
    outcome: str


@define
class Verdict:
    """What `verify` found."""

    total: int
    """Requests of the run."""
    lines: int = 0
    """Lines of the results file."""
    count: int = 0
    """Problems."""
    problems: list[str] = field(factory=list)
    """The first of them, in words."""

    def complain(self, problem: str) -> None:
        """Note a problem; only so many are kept."""
        self.count += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)


def verify(core: Core) -> Verdict:
    """Compare input, journal, fetched files and results; every request must stand in the results exactly once.

    Raises InputError where the input or the results file is gone.
    """
    verdict = Verdict(core.status().total)
    out = core.desk.settings.arrived
    _input(core, verdict)
    _states(core, verdict)
    _files(core, verdict)
    _exported(core, verdict)
    with tempfile.TemporaryDirectory(prefix="polybatch-") as folder, source.open_input(out) as file:
        seen = SeenIds(Path(folder) / "lines.sqlite")
        try:
            strangers = _output(core, out, seen, verdict)
            for shard in core.desk.shards:
                if shard.state is State.DONE:
                    strangers -= _shard(core, shard, seen, file, verdict)
        finally:
            seen.close()
    if strangers:
        verdict.complain(f"{strangers:,} lines of the results belong to no finished request")
    return verdict


def _input(core: Core, verdict: Verdict) -> None:
    path, digest, count = Path(core.desk.facts["input"]), hashlib.sha256(), 0
    for _ in source.lines(path, digest):
        count += 1
    if digest.hexdigest() != core.desk.facts["input_sha256"]:
        raise InputError(f"{path} is not what it was when the run was planned", hint="restore it")
    if count != verdict.total:
        verdict.complain(f"the input holds {count:,} requests, the journal {verdict.total:,}")


def _states(core: Core, verdict: Verdict) -> None:
    for shard in core.desk.shards:
        if shard.state is not State.DONE:
            verdict.complain(f"shard {shard.number} ({shard.items:,} requests) is not finished: {shard.state}")
        elif sum(shard.outcomes.values()) + shard.moved != shard.items:
            sent_again = f", and {shard.moved:,} are sent again" if shard.moved else ""
            verdict.complain(f"shard {shard.number} holds {shard.items:,} requests, but its outcomes are"
                             f" {_words(shard.outcomes)}{sent_again}")  # fmt: skip
        else:
            _maps(core, shard, verdict)


def _maps(core: Core, shard: Shard, verdict: Verdict) -> None:
    """The journal's bits for each request, against its own counts; runs of older versions have none."""
    if not shard.sent:
        return
    succeeded, moved = (
        map_ if not map_ else int.from_bytes(map_).bit_count() for map_ in core.desk.journal.maps(shard)
    )
    if succeeded != b"" and succeeded != shard.outcomes.get(Outcome.SUCCEEDED, 0):
        verdict.complain(f"shard {shard.number}: {succeeded:,} bits say succeeded, its outcomes are"
                         f" {_words(shard.outcomes)}")  # fmt: skip
    if (moved or 0) != shard.moved:
        verdict.complain(f"shard {shard.number}: {moved or 0:,} bits say sent again, its count is {shard.moved:,}")


def _files(core: Core, verdict: Verdict) -> None:
    for number, expected in core.desk.journal.fetched().items():
        path = core.desk.folder.results(number)
        if not path.exists():
            verdict.complain(f"{path} is gone")
            continue
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                verdict.complain(f"{path} is not what was fetched")


def _exported(core: Core, verdict: Verdict) -> None:
    """The output, where it is made of all results, is what was written."""
    settings, written = core.desk.settings, core.desk.facts.get(exporting.EXPORTED)
    if settings.exported and written is not None:
        found = sink.sha256_of(settings.out)
        if found != written["sha256"]:
            verdict.complain(f"{settings.out} is {'gone' if found is None else 'not what this run has written'};"
                             " `polybatch results` writes it anew")  # fmt: skip
    elif settings.exported and core.status().finished:
        verdict.complain(f"{settings.out} is not written yet; `polybatch resume` writes it")


def _output(core: Core, out: Path, seen: SeenIds, verdict: Verdict) -> int:
    """Read the results, keeping where each id stands; gives how many ids there are."""
    outcomes, ids = Counter[str](), 0
    for offset, number, line in source.lines(out):
        verdict.lines += 1
        try:
            result = msgspec.json.decode(line, type=_Line)
        except msgspec.DecodeError as error:
            verdict.complain(f"line {number} of the results is no result: {error}")
            continue
        outcomes[result.outcome] += 1
        if seen.add(result.custom_id, offset) is None:
            ids += 1
        else:
            verdict.complain(f"line {number} of the results is a second one for {result.custom_id!r}")
    journaled = Counter[str]()
    for shard in core.desk.shards:
        journaled.update(shard.outcomes)
    if outcomes != journaled:
        verdict.complain(f"outcomes in the results are {_words(outcomes)}; in the journal {_words(journaled)}")
    return ids


def _shard(core: Core, shard: Shard, seen: SeenIds, file: IO[bytes], verdict: Verdict) -> int:
    """Compare a shard's results with what was fetched; gives how many of its requests have a line."""
    found, form = 0, Form.of(core.desk.facts)
    for result in core.results_of(shard, trusted=True):
        offset = seen.find(result.custom_id)
        if offset is None:
            verdict.complain(f"the results have no line for {result.custom_id!r}")
            continue
        found += 1
        file.seek(offset)
        if source.clean(file.readline()) + b"\n" != form.line(result):
            verdict.complain(f"the line of {result.custom_id!r} is not what was fetched")
    return found


def _words(outcomes: Any) -> str:
    return ", ".join(f"{count:,} {outcome}" for outcome, count in sorted(outcomes.items()) if count) or "none"
