"""Compares a freshly generated tree with the committed one, and puts the one in the place of the other."""

import shutil
from collections.abc import Iterator
from pathlib import Path


def files(top: Path) -> dict[str, Path]:
    """Relative name to path of every file below `top`; what Python leaves behind does not count."""
    found = (path for path in top.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(top).as_posix(): path for path in found}


def differences(fresh: Path, committed: Path) -> Iterator[tuple[str, str]]:
    """(missing, stale or differs; name) of each file that is not as it should be."""
    new, old = files(fresh), files(committed)
    for name in sorted(new.keys() | old.keys()):
        if name not in old:
            yield "missing", name
        elif name not in new:
            yield "stale", name
        elif new[name].read_bytes() != old[name].read_bytes():
            yield "differs", name


def replace(fresh: Path, committed: Path, aside: Path) -> None:
    """Puts `fresh` in the place of `committed`; the old tree goes to `aside` first: never half of one."""
    committed.parent.mkdir(parents=True, exist_ok=True)
    if committed.exists():
        committed.rename(aside)
    fresh.rename(committed)
    shutil.rmtree(aside, ignore_errors=True)
