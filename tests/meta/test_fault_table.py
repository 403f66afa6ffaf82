"""The table of faults is whole and true: every fault has a test named after it, or a reason why it has none."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
TABLE: dict[str, dict[str, Any]] = tomllib.loads((ROOT / "tests/faults/table.toml").read_text(encoding="utf-8"))
FAULTS = [f"F{number:02d}" for number in range(1, 65)]
NAMED = re.compile(r"_f(\d\d)_")
"""A fault's id in a test's name."""
NEVER = re.compile(r"\bpytest\.(?:mark\.(?:skip|xfail)\b|(?:skip|xfail)\()")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Found(NamedTuple):
    """A test as it stands in its file."""

    id: str
    faults: frozenset[str]
    skipped: bool
    """Whether it never runs, or may fail."""


def in_file(path: Path, root: Path = ROOT) -> Iterator[Found]:
    module = ast.parse(path.read_text(encoding="utf-8"))
    marks = [node.value for node in module.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)]
    marks += [node.value for node in module.body if isinstance(node, ast.Expr)]
    yield from in_body(module.body, path.relative_to(root).as_posix(), any(map(never, marks)))


def in_body(body: list[ast.stmt], place: str, skipped: bool) -> Iterator[Found]:  # noqa: FBT001
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from in_body(node.body, f"{place}::{node.name}", skipped or any(map(never, node.decorator_list)))
        elif isinstance(node, Function) and node.name.startswith("test"):
            found = frozenset(f"F{digits}" for digits in NAMED.findall(node.name))
            off = any(map(never, node.decorator_list)) or any(never(first) for first in beginning(node))
            yield Found(f"{place}::{node.name}", found, skipped or off)


def beginning(function: Function) -> list[ast.expr]:
    """What a test does first, its docstring aside."""
    return [node.value for node in function.body[:2] if isinstance(node, ast.Expr)]


def never(node: ast.expr) -> bool:
    """Whether a mark or a call skips what it stands at, without asking for anything."""
    return NEVER.search(ast.unparse(node)) is not None


@cache
def known() -> tuple[Found, ...]:
    return tuple(test for path in sorted((ROOT / "tests").rglob("test_*.py")) for test in in_file(path))


def matched(fault: str) -> list[Found]:
    patterns = TABLE[fault].get("tests", ())
    return [test for test in known() if any(fnmatchcase(test.id, pattern) for pattern in patterns)]


def test_every_fault_stands_in_the_table_and_nothing_else() -> None:
    assert list(TABLE) == FAULTS


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_told_in_words(fault: str) -> None:
    row = TABLE[fault]
    if "not_applicable" in row:
        assert set(row) == {"not_applicable"}
        assert len(row["not_applicable"].split()) > 7, "a reason, not a word"
        return
    assert {"inject", "see", "tests"} <= set(row) <= {"inject", "see", "tests", "note"}
    assert all(len(row[name].split()) > 3 for name in ("inject", "see"))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_that_applies_has_a_test_named_after_it(fault: str) -> None:
    named = {test.id for test in known() if fault in test.faults}
    if "not_applicable" in TABLE[fault]:
        assert named == set(), "what has a test applies"
    else:
        assert named
        assert named <= {test.id for test in matched(fault)}, "a test that the table does not know"


@pytest.mark.parametrize("fault", FAULTS)
def test_every_test_in_the_table_exists(fault: str) -> None:
    for pattern in TABLE[fault].get("tests", ()):
        assert any(fnmatchcase(test.id, pattern) for test in known()), pattern


def test_no_test_is_named_after_a_fault_that_there_is_not() -> None:
    assert {fault for test in known() for fault in test.faults} <= set(FAULTS)


def test_no_test_of_a_fault_is_switched_off() -> None:
    assert [test.id for fault in FAULTS for test in matched(fault) if test.skipped] == []


@pytest.mark.parametrize(
    "source",
    [
        "@pytest.mark.skip\ndef test_f01_x(): pass",
        "@pytest.mark.xfail(reason='later')\ndef test_f01_x(): pass",
        "def test_f01_x():\n    'words'\n    pytest.skip('later')",
        "pytestmark = pytest.mark.skip('later')\ndef test_f01_x(): pass",
        "pytestmark = [pytest.mark.slow, pytest.mark.skip]\ndef test_f01_x(): pass",
        "pytest.skip('later', allow_module_level=True)\ndef test_f01_x(): pass",
        "@pytest.mark.skip('later')\nclass TestIt:\n    def test_f01_x(self): pass",
    ],
)
def test_a_test_that_is_switched_off_is_noticed(source: str, tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(f"import pytest\n{source}\n", encoding="utf-8")
    (found,) = in_file(path, tmp_path)
    assert found.faults == {"F01"}
    assert found.skipped


def test_a_test_that_skips_only_where_the_means_are_missing_is_not() -> None:
    path = ROOT / "tests/faults/test_disk.py"
    assert not any(test.skipped for test in in_file(path))
    assert {"F53", "F54"} <= {fault for test in in_file(path) for fault in test.faults}
