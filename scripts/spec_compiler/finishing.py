"""Turns the generators' raw output into the files that are committed: package markers, one ruff run, headers."""

import subprocess
import sys
from pathlib import Path

from .errors import SpecError

PACKAGE = "polybatch_generated"
COMMAND = "scripts/regenerate"
_RUFF = ("--isolated", "--no-cache", "--quiet", "--target-version", "py311", "--line-length", "120")
_LINT = ("--select", "F401,I,UP", "--fix")


def mark_packages(top: Path) -> None:
    """`__init__.py` and `py.typed` in every directory that holds Python."""
    folders = sorted({path.parent for path in top.rglob("*.py")} | {top})
    for folder in folders:
        for name in ("__init__.py", "py.typed"):
            (folder / name).touch()


def tidy(root: Path) -> None:
    """One isolated run of ruff over everything: no configuration of this project can leak into the output."""
    for step in (("check", *_RUFF, *_LINT, "."), ("format", *_RUFF, ".")):
        command = (sys.executable, "-m", "ruff", *step)
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            msg = f"ruff {step[0]} on the generated code:\n{done.stdout}{done.stderr}"
            raise SpecError(msg)


def header(sha256: str) -> str:
    """The comment at the top of every generated file."""
    return f"# Machine-written by {COMMAND}: do not edit.\n# sha256 of the effective document: {sha256}\n"


def stamp(top: Path, sha256: str) -> None:
    """Puts the header on every text file below `top` that can carry a comment."""
    for path in sorted(top.rglob("*")):
        if path.suffix == ".py" or path.name == "py.typed":
            body = path.read_text(encoding="utf-8").strip()
            path.write_text(header(sha256) + (f"\n{body}\n" if body else ""), encoding="utf-8", newline="\n")
