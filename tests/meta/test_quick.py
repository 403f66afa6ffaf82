"""What a plain `pytest` leaves to scripts/test --all: its files are there, and nobody is left out altogether."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.quick import HALF, VENDORS, WHOLE, half, leave_to_all

TESTS = Path(__file__).parents[1]


def item(file: str, test: str, words: str = "") -> Any:
    """What pytest collects, as far as it is looked at."""
    name = f"{test}[{words}]" if words else test
    marks: dict[str, pytest.MarkDecorator] = {}
    return SimpleNamespace(
        path=Path(file), name=name, nodeid=f"tests/{file}::{name}", marks=marks, get_closest_marker=marks.get,
        add_marker=lambda mark: marks.update({mark.name: mark}),
    )  # fmt: skip


def left(items: list[Any]) -> list[str]:
    """The names of those that are left to --all."""
    leave_to_all(items)
    return [one.name for one in items if one.marks]


def test_each_file_is_there() -> None:
    assert {path.name for path in TESTS.rglob("test_*.py")} >= HALF


@pytest.mark.parametrize("test", sorted(WHOLE))
def test_what_is_tried_at_all_vendors_is_left_nowhere(test: str) -> None:
    assert any(
        f"def {test}(" in path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py") if path.name in HALF
    )
    assert left([item("test_faults_results.py", test, vendor) for vendor in VENDORS]) == []


@pytest.mark.parametrize("file", sorted(HALF))
def test_all_vendors_have_a_turn_in_each_file(file: str) -> None:
    (path,) = TESTS.rglob(file)
    names = [
        line.split("(")[0].split()[-1] for line in path.read_text(encoding="utf-8").splitlines() if "def test_" in line
    ]
    tried = [half(name, VENDORS) for name in names]
    assert [len(vendors) for vendors in tried] == [2] * len(names)
    assert len(names) < 4 or set().union(*tried) == set(VENDORS)


@pytest.mark.parametrize("test", ["test_f01_a", "test_f02_b", "test_f03_c"])
def test_half_of_the_vendors_are_left_with_all_that_they_try(test: str) -> None:
    words = [f"{side}-{vendor}" for side in ("one", "two") for vendor in VENDORS]
    found = left([item("test_faults_lost.py", test, one) for one in words])
    kept = half(f"tests/test_faults_lost.py::{test}", VENDORS)
    assert found == [f"{test}[{side}-{vendor}]" for side in ("one", "two") for vendor in VENDORS if vendor not in kept]


def test_one_vendor_alone_is_not_left_out_nor_who_names_none_or_two() -> None:
    words = ["letta", "letta-more", "", "anthropic-onerouter"]
    assert left([item("test_faults_lost.py", f"test_{number}", one) for number, one in enumerate(words)]) == []


def test_what_is_slow_anyway_does_not_count() -> None:
    words = ["letta", "meshapi"]
    for test in ("test_a", "test_b", "test_c", "test_d"):
        slow, quick = (item("test_faults_lost.py", test, one) for one in words)
        slow.add_marker(pytest.mark.slow)
        assert left([slow, quick]) == [slow.name]
