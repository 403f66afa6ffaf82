"""Rules for what is in the repository, checked over the files that git tracks."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import polybatch

ROOT = Path(__file__).parents[2]
TOP = {"pyproject.toml", "specs", "generated", "overlay", "scripts", "tests", "README.md", "LICENSE", "CHANGELOG.md"}
# Written in two parts so that this file does not break its own rule.
FORBIDDEN = {
    "a package registry's host": re.compile(
        "py" + r"pi\.org|files\.python" + "hosted|registry\\." + r"npmjs|deb\." + "debian"
    ),
    "a path of a machine": re.compile(r"/(?:ro" + r"ot|ho" + r"me/[a-z]+|wo" + r"rk)/[\w.]+|/tm" + r"p/[\w.]+"),
    "a secret key": re.compile(r"sk-a" + r"nt-(?:api|admin)\d\d-"),
}

OPENING = re.compile(r'(?:\s*#.*\n)*\s*r?"""\S')
"""A docstring that stands first, after comments."""


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("no git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_nothing_else_stands_at_the_top() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} <= TOP


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}")
    assert found == []


def test_no_large_file_is_tracked() -> None:
    assert [path for path in tracked() if path.stat().st_size > 600_000] == []


def test_the_public_surface_is_sorted_and_whole() -> None:
    assert sorted(polybatch.__all__) == polybatch.__all__
    assert all(hasattr(polybatch, name) for name in polybatch.__all__)


@pytest.mark.parametrize("package", ["polybatch", "polybatch_sandbox", "polybatch_generated"])
def test_every_package_is_typed(package: str) -> None:
    module = importlib.import_module(package)
    assert (Path(next(iter(module.__path__))) / "py.typed").exists()


def test_the_version_has_its_entry_in_the_changelog() -> None:
    assert f"## [{polybatch.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_run_time_dependencies_are_few_and_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[]", entry)[0].replace("-", "_") for entry in project["dependencies"]}
    assert names == {"attrs", "httpx", "msgspec", "jsonschema_rs", "click", "rich"}
    imported: set[str] = set()
    for path in sorted((ROOT / "overlay" / "polybatch").rglob("*.py")):
        if names <= imported:
            break
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                imported.add(node.module.partition(".")[0])
    assert names <= imported


def test_no_module_opens_without_saying_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix == ".py" and "generated" not in path.parts and path.stat().st_size
        if not OPENING.match(path.read_text(encoding="utf-8"))
    ]
    assert silent == []
