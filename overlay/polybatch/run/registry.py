"""The runs of this user on this machine: a small file for each, which holds the path of its directory and nothing else.

They stand beside the locks of accounts, under `$XDG_STATE_HOME` (`~/.local/state`)`/polybatch/runs`; in `outputs` is
one for each output, so that whose it is takes one look, however many there are.
"""

from __future__ import annotations

import hashlib
import importlib
import logging
import os
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from attrs import frozen

from polybatch.errors import InputError, RunError

from . import exporting, sink
from .here import me, state_folder
from .journal import TAKEN, read
from .machine import status_of

logger = logging.getLogger("polybatch")
SOMEBODY = "an unknown process"


@frozen
class Entry:
    """A run that was begun here."""

    run_dir: Path
    begun_at: datetime
    """When it was planned, or first heard of."""
    file: Path

    def forget(self) -> None:
        """Leave it out from now on; the run itself is not touched."""
        self.file.unlink(missing_ok=True)


def register(run_dir: Path, out: Path | None = None) -> None:
    """Remember a run that was planned, and the file that its results go to, where that is not in its directory.

    A place that cannot be written is a warning and hinders nobody.
    """
    path = os.fsencode(run_dir.absolute())
    try:
        file = _file("runs", run_dir)
        if not file.exists():
            sink.keep(file, path)
        if out is None or out.is_relative_to(run_dir) or writer(out, run_dir) is not None:
            return
        file = _file("outputs", out.resolve())
        if not file.exists() or file.read_bytes() != path:
            sink.keep(file, path)
    except OSError as error:
        logger.warning("the run goes on, but `polybatch runs` will not show it: %s", error)


def _file(folder: str, path: Path) -> Path:
    return state_folder(folder) / hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]


def writer(out: Path, run_dir: Path) -> Path | None:
    """The directory of another run that is not over and writes the same file, if one is known."""
    try:
        other = Path(os.fsdecode(_file("outputs", out.resolve()).read_bytes()))
        facts, shards = read(other)
    except (OSError, InputError, RunError):  # no run has it, or one that is gone
        return None
    status = status_of(facts, shards, other)
    over = status.finished and not exporting.unwritten(facts, status.total)
    same = Path(facts["out"]).resolve() == out.resolve() and other.resolve() != run_dir.resolve()
    return other if same and not over else None


def refuse_taken(out: Path, run_dir: Path) -> None:
    """Raises InputError for an output that another run will write."""
    if (other := writer(out, run_dir)) is not None:
        raise InputError(
            f"{out} is the output of another run that is not over: {other}",
            hint=f"name another file with --out, or go on with that run: polybatch resume {shlex.quote(str(other))}",
        )


def entries() -> list[Entry]:
    """All that are remembered, the newest first. Raises OSError where they cannot be read."""
    return sorted(_entries(), key=lambda entry: entry.begun_at, reverse=True)


def _entries() -> Iterator[Entry]:
    for file in state_folder("runs").iterdir():
        if not file.suffix:  # else it is half written
            begun = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            yield Entry(Path(os.fsdecode(file.read_bytes())), begun, file)


def owner(run_dir: Path) -> str:
    """Which other process drives a run; empty where none does. The lock is looked at, and left to who wants it."""
    try:
        with (run_dir / "lock").open("rb") as file:
            name = file.read().decode(errors="replace").strip()
            # A name may be that of an owner who died; where none stands there is nothing to find out.
            return name if name not in {"", me()} and _held(file) else ""
    except FileNotFoundError:
        return ""
    except PermissionError:  # Windows lets nobody read what is locked
        return SOMEBODY


def _held(file: IO[bytes]) -> bool:
    if os.name == "nt":  # it could be read, then
        return False
    fcntl: Any = importlib.import_module("fcntl")
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in TAKEN
    return False
