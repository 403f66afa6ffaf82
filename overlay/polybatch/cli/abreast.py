"""Several runs over one input, and how far they agree, in words and as data: what `run --to` prints at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import asdict, define

from polybatch.model import Outcome, Usage
from polybatch.run.beside import Comparison

from . import report, terminal
from .report import Report

HEADS = ("Target", "Requests", "Succeeded", "Others", "Tokens in", "Tokens out")
COUNTED = Usage.__struct_fields__[:2]
"""What comes in and goes out; the others are parts of these."""
UNREAD = "cannot be read"


@define
class Fan:
    """The targets of one command."""

    runs: Mapping[str, Report | None]
    """By target; nothing where the run cannot be read."""
    troubles: Mapping[str, str]
    """By target, why it could not go on; empty where it could."""
    compared: Comparison | None = None
    out: Path | None = None
    """Where they stand side by side."""


def present(fan: Fan, *, as_json: bool, messages: bool) -> None:
    """Print it; `messages` keeps standard output free."""
    if as_json:
        terminal.emit(data(fan), messages=messages)
    else:
        terminal.tell("\n".join(words(fan)), messages=messages)


def data(fan: Fan) -> dict[str, Any]:
    """For programs."""
    found: dict[str, Any] = {
        name: {**({} if run is None else report.data(run)), "trouble": fan.troubles[name] or None}
        for name, run in fan.runs.items()
    }
    compared = None if fan.compared is None else {"out": str(fan.out), **asdict(fan.compared)}
    return {"targets": found, "compared": compared}


def words(fan: Fan) -> Iterator[str]:
    """For people."""
    yield terminal.table(HEADS, map(_row, fan.runs.items()), numbers=frozenset({1, 2, 4, 5}))
    yield ""
    label = "results   "
    for name, run in fan.runs.items():
        if run is not None and run.written.exists():
            yield f"{label}{name}: {run.written}"
            label = " " * terminal.LABEL
    yield from _compared(fan)
    for name, run in fan.runs.items():
        if run is not None and not (run.over and run.status.all_succeeded and not run.status.duplicates):
            yield f"\n{name}"
            yield from report.words(run, table=False, said=run.next_step() == run.resume)  # the same command does it
        elif run is None:
            yield f"\n{name}\n{terminal.paragraph('trouble', fan.troubles[name])}"


def _row(target: tuple[str, Report | None]) -> list[object]:
    name, run = target
    if run is None:
        return [name, "-", "-", UNREAD, "-", "-"]
    status, outcomes = run.status, run.outcomes()
    others = [f"{count:,} {word}" for word, count in outcomes.items() if count and word != Outcome.SUCCEEDED]
    others += [f"{status.total - status.settled:,} open"] * (not status.finished)
    used = (f"{status.usage[each]:,}" if status.usage.get(each) else "-" for each in COUNTED)
    return [name, f"{status.total:,}", f"{outcomes[Outcome.SUCCEEDED]:,}", others, *used]


def _compared(fan: Fan) -> Iterator[str]:
    """Where the comparison is, and how often the texts are the same."""
    found = fan.compared
    if found is None:
        reason = "yet: that is done once a target is finished and none goes on" if fan.out is None else "written"
        yield f"compared  not {reason}"
        return
    yield f"compared  {'standard output' if str(fan.out) == '-' else fan.out}"
    if found.pairs:
        said = f"{found.all_same:,} of {found.all_answered:,} requests: exactly the same text from all targets"
        yield f"agreement {said}"
    if len(found.pairs) > 1:
        for pair in found.pairs:
            yield terminal.paragraph("", f"{pair.same:,} of {pair.both:,}: {' and '.join(pair.names)}")
