"""A run that was planned and is not wanted after all, because another that belongs with it was refused."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from polybatch.errors import InputError, RunError

from . import registry, sink
from .journal import read
from .machine import State


def is_planned(run_dir: Path) -> bool:
    """Whether a run was planned there; one that cannot be read was."""
    try:
        read(run_dir)
    except InputError:
        return False
    except RunError:
        pass
    return True


def withdraw(run_dir: Path, *, whole: bool) -> None:
    """Leave no trace of a run that nothing was sent of, nor of its directory, if that was made for it (`whole`).

    Raises RunError where something may have been sent.
    """
    folder = sink.Folder(run_dir)
    _, shards = read(run_dir)
    if any(shard.state is not State.PLANNED for shard in shards) or folder.orphans():
        raise RunError(f"{run_dir} is a run that was begun", hint="go on with it: polybatch resume")
    folder.clear(whole=whole)
    with suppress(OSError):  # where the list cannot be read, the run does not stand in it
        for entry in registry.entries():
            if entry.run_dir == run_dir.absolute():
                entry.forget()
