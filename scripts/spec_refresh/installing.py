"""Puts a new openapi.yaml in force: in a copy of the tree first, and in the tree only if all of it goes well.

The copy is regenerated, its vendor file is type-checked, its contract tests run. Whatever fails is named, and the tree
is byte for byte as it was.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.spec_compiler import building
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.finishing import PACKAGE
from scripts.spec_compiler.trees import replace

_IGNORED = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info", "node_modules")
_LINES = 25
"""Lines of a tool's output that are passed on."""


def install(root: Path, vendor: str, document: str, today: str, tools: dict[str, str]) -> None:
    """Takes `document` over as the vendor's openapi.yaml, with everything that follows from it."""
    # Beside the target, so that moving into place is a rename.
    with tempfile.TemporaryDirectory(prefix=".regenerate-", dir=root) as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(root, copy, ignore=_IGNORED)
        manifest = copy / "specs" / "manifest.toml"
        (copy / "specs" / vendor / "openapi.yaml").write_text(document, encoding="utf-8", newline="\n")
        text = dated(manifest.read_text(encoding="utf-8"), vendor, today)
        manifest.write_text(text, encoding="utf-8", newline="\n")
        building.write(copy, [vendor], tools)
        check_all(copy, vendor)
        _swap(copy, root, vendor, Path(folder))


def dated(text: str, vendor: str, today: str) -> str:
    """The manifest with the vendor's day of retrieval."""
    pattern = rf"(?m)(^\[{re.escape(vendor)}\]$(?:(?!^\[).*\n)*?^retrieved\s*=\s*)\S+"
    found, count = re.subn(pattern, rf"\g<1>{today}", text)
    if count != 1:
        msg = f"specs/manifest.toml: [{vendor}] has no line `retrieved = …` to set"
        raise SpecError(msg)
    return found


def _swap(copy: Path, root: Path, vendor: str, folder: Path) -> None:
    """Moves what is new into the tree; if one move fails, those before it are undone."""
    names = [f"specs/{vendor}/openapi.yaml", "specs/manifest.toml", "specs/manifest.lock"]
    before = {name: (root / name).read_bytes() for name in names}
    generated = Path("generated") / PACKAGE / vendor
    try:
        for name in names:
            (copy / name).replace(root / name)
        replace(copy / generated, root / generated, folder / "old")
    except OSError:
        for name, content in before.items():
            (root / name).write_bytes(content)
        if (folder / "old").exists() and not (root / generated).exists():
            (folder / "old").rename(root / generated)
        raise


def check_all(copy: Path, vendor: str) -> None:
    """Types of the vendor file, then the contract tests, with the copy's packages instead of the installed ones."""
    file = f"overlay/polybatch/vendors/{vendor}.py"
    if (copy / file).exists() and importlib.util.find_spec("mypy"):
        _run(copy, f"{file} relies on what is gone", "mypy", "--no-incremental", file)
    # Without the tests of this command: they would run it, and with it themselves.
    tests = ["-q", "--no-header", "-p", "no:cacheprovider", "--ignore-glob=*test_refresh*", "tests/contract"]
    # Its own folder: other runs of pytest clear the common one.
    _run(copy, "a contract test fails", "pytest", *tests, f"--basetemp={copy.parent / 'tmp'}")


def _run(copy: Path, what: str, *arguments: str) -> None:
    if not importlib.util.find_spec(arguments[0]):
        msg = f"needs {arguments[0]} to test what it writes: pip install -e '.[test,codegen]'"
        raise SpecError(msg)
    paths = os.pathsep.join([str(copy / "overlay"), str(copy / "generated")])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(  # noqa: S603 - our own tools
        (sys.executable, "-m", *arguments), cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        told = [line for line in lines if re.match(r"(FAILED|ERROR)\b|.*: error:", line)] or lines
        raise SpecError("\n".join([f"{what}:", *told[-_LINES:]]))
