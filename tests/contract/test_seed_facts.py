"""What the seeds state holds in each vendor's strict document and in the code generated from it, row by row."""

from __future__ import annotations

import functools
import importlib.resources
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.contract.seed_code import Code, check_code, in_code
from tests.contract.seed_document import Document, steps
from tests.contract.seed_rows import ABSENT, Row, check_document

_CASES = Path(__file__).parents[1] / "cases"
_RAW: list[dict[str, Any]] = json.loads((_CASES / "seed_facts.json").read_text(encoding="utf-8"))
_ROWS = [Row.of(row) for row in _RAW]
_SEEDS = {"000": "letta", "001": "letta", "002": "anthropic", "003": "meshapi", "004": "onerouter"}


def _id(row: Row) -> str:
    return f"{row.id} {row.place} {row.path} {row.fact}"


@functools.cache
def _document(vendor: str) -> Document:
    text = (importlib.resources.files("polybatch_generated") / vendor / "openapi.json").read_text(encoding="utf-8")
    return Document(json.loads(text))


_code = functools.cache(Code.of)


@pytest.mark.parametrize("row", _ROWS, ids=_id)
def test_document_says_what_the_seed_says(row: Row) -> None:
    problem = check_document(row, _document(row.vendor))
    assert not problem, problem


@pytest.mark.parametrize("row", [row for row in _ROWS if in_code(row)], ids=_id)
def test_generated_code_has_what_the_seed_says(row: Row) -> None:
    problem = check_code(row, _document(row.vendor), _code(row.vendor))
    assert not problem, problem


def _contrary(fact: str, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if fact == "type":
        return (
            [word for word in value if word != "null"]
            if len(value) > 1 and "null" in value
            else [*value, "null", "array"]
        )
    if fact == "example":
        return [value]
    if isinstance(value, dict):
        return dict.fromkeys(value, "no such")
    return [*value, "no_such"] if isinstance(value, list) else "no such"


def test_the_contrary_of_every_row_is_reported() -> None:
    # An open string admits every word and an absent field has no contrary; all other checks must be able to fail.
    rows = [row for row in _ROWS if row.fact not in {"words", "accepts"} and row.expected != ABSENT]
    right = [row for row in rows if not check_document(row, _document(row.vendor))]
    wrong = [replace(row, expected=_contrary(row.fact, row.expected)) for row in right]
    assert len(right) > len(rows) // 2
    assert [_id(row) for row in wrong if not check_document(row, _document(row.vendor))] == []


def test_rows_match_their_schema() -> None:
    schema = json.loads((_CASES / "seed_facts.schema.json").read_text(encoding="utf-8"))
    jsonschema_rs.meta.validate(schema)
    errors = [f"{e.instance_path}: {e.message}" for e in jsonschema_rs.Draft202012Validator(schema).iter_errors(_RAW)]
    assert errors == []


def test_row_ids_are_unique_and_count_up_within_each_seed() -> None:
    for seed in _SEEDS:
        numbers = [int(row.id.partition("-")[2]) for row in _ROWS if row.id.startswith(seed)]
        assert numbers == list(range(1, len(numbers) + 1))
        assert numbers


def test_rows_are_sorted_by_seed_and_place() -> None:
    keys = [(row.id[:3], row.place) for row in _ROWS]
    assert keys == sorted(keys)


def test_every_row_belongs_to_the_vendor_of_its_seed() -> None:
    assert [row.id for row in _ROWS if row.vendor != _SEEDS[row.id[:3]]] == []


def test_no_fact_is_stated_twice_by_one_seed() -> None:
    # Several examples may stand on one page; every other fact has one value.
    keys = [(row.id[:3], row.place, row.path, row.fact) for row in _ROWS if row.fact != "example"]
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_every_path_can_be_read() -> None:
    for row in _ROWS:
        assert "".join(step[0] for step in steps(row.path)) == row.path


def test_one_row_of_the_file_is_one_line() -> None:
    lines = (_CASES / "seed_facts.json").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(_ROWS) + 2
