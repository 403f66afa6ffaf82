"""The runs on this machine, as a table and as data."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from polybatch.errors import InputError, RunError
from polybatch.model import Outcome
from polybatch.run import registry

from . import report, shards
from .report import Report

GONE, UNREADABLE = "gone", "unreadable"


@frozen
class Known:
    """A run that was begun here, and what its journal says of it."""

    entry: registry.Entry
    found: Report | None
    state: str
    """`running` (a process drives it), `stopped`, `held`, `finished`, `gone` or `unreadable`."""


def known(entries: Iterable[registry.Entry]) -> Iterator[Known]:
    """What is known of them."""
    for entry in entries:
        try:
            found = report.look(entry.run_dir, brief=True)
        except InputError:  # there is no journal, or nothing in it
            yield Known(entry, None, GONE)
        except (RunError, OSError, sqlite3.Error):
            yield Known(entry, None, UNREADABLE)
        else:
            yield Known(entry, found, _state(found))


def _state(found: Report) -> str:
    if found.driver:
        return "running"
    if found.status.held:
        return "held"
    return "finished" if found.over else "stopped"


def data(run: Known) -> dict[str, Any]:
    """A run for programs."""
    about: dict[str, Any] = {
        "run_dir": str(run.entry.run_dir), "begun_at": run.entry.begun_at, "state": run.state, "vendor": None,
        "base_url": None, "total": None, "outcomes": None, "open": None, "out": None, "driver": None,
    }  # fmt: skip
    if run.found is None:
        return about
    return {**about, **{name: value for name, value in report.data(run.found).items() if name in about}}


NEWEST = 20
"""Runs that are shown unless all are wanted."""
HEADS = ("Begun", "State", "Vendor", "Requests", "Outcomes")


def words(runs: list[Known]) -> Iterator[str]:
    """A line for each run and its directory below it, as a shell takes it: it is there to be copied."""
    now = datetime.now(UTC)
    begun = [f"{shards.age(run.entry.begun_at.isoformat(), now)} ago" for run in runs]
    rows = [HEADS, *((when, run.state, *_counts(run.found)) for when, run in zip(begun, runs, strict=True))]
    age, state, vendor, requests, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    lines = [f"{row[0]:{age}}  {row[1]:{state}}  {row[2]:{vendor}}  {row[3]:>{requests}}  {row[4]}" for row in rows]
    yield lines[0]
    for line, run in zip(lines[1:], runs, strict=True):
        yield line
        yield f"  {short(run.entry.run_dir)}"


def _counts(found: Report | None) -> tuple[str, str, str]:
    """Vendor, requests, and what became of them in a few words."""
    if found is None:
        return "-", "-", "-"
    status = found.status
    failed = status.settled - status.outcomes.get(Outcome.SUCCEEDED, 0)
    parts = [f"{status.total - status.settled:,} open"] * (not status.finished) + [f"{failed:,} failed"] * bool(failed)
    return found.vendor, f"{status.total:,}", ", ".join(parts) or "all succeeded"


def short(path: Path, *, quoted: bool = True) -> str:
    """A directory as shortly as a shell takes it: from here, from home, or whole."""
    quote = shlex.quote if quoted else str
    if path.is_relative_to(Path.cwd()) and path != Path.cwd():
        return quote(str(path.relative_to(Path.cwd())))
    try:
        home = Path.home()
    except RuntimeError:  # a user without one
        return quote(str(path))
    if path.is_relative_to(home) and path != home:
        return f"~/{quote(str(path.relative_to(home)))}"
    return quote(str(path))
