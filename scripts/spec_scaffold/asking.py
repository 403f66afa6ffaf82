"""The questions that a scaffold leaves open: lines marked ASK in a vendor's files, each to be answered or confirmed."""

from collections.abc import Iterator
from pathlib import Path

MARK = "ASK" + ":"  # in two parts, so that this line is none
PLACES = (
    "specs/manifest.toml",
    "specs/*/*.yaml",
    "tests/cases/*.json",
    "overlay/polybatch/vendors/*.py",
    "overlay/polybatch_sandbox/behaviours/*.py",
)


def questions(root: Path) -> Iterator[str]:
    """File, line and question of each."""
    for path in sorted(path for place in PLACES for path in root.glob(place)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if MARK in line:
                asked = line.partition(MARK)[2].strip().rstrip('",')
                yield f"{path.relative_to(root).as_posix()}:{number}: {asked}"
