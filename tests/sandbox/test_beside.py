"""Runs side by side: a line a request in the order of the input, whatever each run has; nothing but that in memory."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polybatch import InputError, Outcome, Result, RunError, RunLocked
from polybatch.run import beside, offline, withdrawing
from polybatch.run.beside import merge
from polybatch.run.form import Plain
from polybatch.tables.beside import PIECE
from tests.sandbox.run_lab import Lab


def portable(count: int) -> list[dict[str, Any]]:
    """Requests in an order that is not the alphabet's."""
    return [
        {"custom_id": f"r{n}", "messages": [{"role": "user", "content": f"say {n}"}]} for n in reversed(range(count))
    ]


def finish(lab: Lab, name: str, vendor: str = "anthropic", **settings: Any) -> Path:
    folder = lab.directory / name
    given = {"model": name, "run_dir": folder, "out": lab.directory / f"{name}.jsonl", **settings}
    with lab.run(vendor, **given) as run:
        try:
            run.wait()
        except RunError:
            assert settings.get("canary")
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_runs_of_several_vendors_in_the_order_of_the_input(sync_lab: Lab) -> None:
    lab = sync_lab
    made = portable(7)
    lab.write(made)
    lab.script("create", "fail:2:overloaded_error")
    lab.script("create", "ok", "missing_lines:1", vendor="meshapi")
    runs = {
        "a": finish(lab, "a", max_items_per_batch=3),
        "b": finish(lab, "b", "meshapi", max_items_per_batch=5),
        "c": finish(lab, "c", "onerouter"),
    }
    out = lab.directory / "all.jsonl"
    found = merge(runs, out)
    written = lines(out)
    assert [line["custom_id"] for line in written] == [one["custom_id"] for one in made]
    for one, line in zip(made, written, strict=True):
        said = {line[name]["text"] for name in "abc" if line[name]["outcome"] == "succeeded"}
        assert said == {one["messages"][0]["content"]}
    outcomes = {name: [line[name]["outcome"] for line in written] for name in "abc"}
    assert [outcomes["a"].count("errored"), outcomes["b"].count("missing"), outcomes["c"].count("succeeded")] == [
        2,
        1,
        7,
    ]
    answered = sum(all(line[name]["text"] is not None for name in "abc") for line in written)
    assert (found.requests, found.all_answered, found.all_same) == (7, answered, answered)
    assert [(pair.names, pair.both) for pair in found.pairs] == [
        (names, sum(all(line[name]["text"] is not None for name in names) for line in written))
        for names in itertools.combinations("abc", 2)
    ]
    with beside.lines(runs) as (again, made_again):
        assert b"".join(made_again) == out.read_bytes()
    assert again == found
    assert merge(runs, out) == found, "it is ours to write anew"


def test_what_a_run_has_not_yet_is_null_and_what_none_has_is_left_out(sync_lab: Lab) -> None:
    lab = sync_lab
    made = portable(6)
    lab.write(made)
    lab.script("create", "fail:1", "fail:1")
    a = finish(lab, "a", canary=2)
    b = finish(lab, "b", canary=4)
    out = lab.directory / "all.csv"
    found = merge({"a": a, "b": b}, out)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["custom_id"] for row in rows] == [one["custom_id"] for one in made[:4]]
    assert [row["a.outcome"] != "" for row in rows] == [True, True, False, False]
    assert all(row["b.outcome"] for row in rows)
    assert found.requests == 4


def test_runs_over_different_inputs_are_refused(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write(portable(2))
    a = finish(lab, "a")
    lab.write(portable(3))
    b = finish(lab, "b")
    out = lab.directory / "all.jsonl"
    with pytest.raises(InputError, match=r"b is a run over another input than .*a"):
        merge({"a": a, "b": b}, out)
    with pytest.raises(InputError, match="names of theirs, which are not custom_id or input"):
        merge({"custom_id": a}, out)
    with pytest.raises(InputError, match="names of theirs"):
        merge({}, out)
    with pytest.raises(InputError, match="is no run directory"):
        merge({"a": lab.directory}, out)
    with pytest.raises(InputError, match="not written compressed"):
        merge({"a": a}, lab.directory / "all.jsonl.gz")
    with offline.opened(a), pytest.raises(RunLocked):
        merge({"a": a}, out)
    assert not out.exists()
    out.write_text("precious")
    with pytest.raises(InputError, match="was not written by this run"):
        merge({"a": a}, out)
    assert out.read_text() == "precious"


def test_where_it_breaks_off_nothing_is_left(sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = sync_lab
    lab.write(portable(2))
    a, out = finish(lab, "a"), lab.directory / "all.jsonl"
    monkeypatch.setattr(beside, "_line", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge({"a": a}, out)
    monkeypatch.undo()
    before = {path.name for path in lab.directory.iterdir()}
    assert not [name for name in before if name.startswith("all")]
    merge({"a": a}, out)
    text = out.read_bytes()
    monkeypatch.setattr(beside, "_line", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        merge({"a": a}, out)
    assert out.read_bytes() == text, "what was whole stays"


def test_no_more_answers_are_taken_than_a_piece_has(sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = sync_lab
    lab.write(portable(1))
    runs, taken = {name: finish(lab, name) for name in "ab"}, [0]

    def endless(_: object) -> Iterator[tuple[int, Result]]:
        for number in itertools.count(1):
            taken[0] += 1
            yield number, Result(f"r{number}", Outcome.SUCCEEDED, "v", "b")

    monkeypatch.setattr(beside.ordered, "results", endless)
    with beside.lines(runs) as (_, made):
        some = [json.loads(line)["custom_id"] for line in itertools.islice(made, 3 * PIECE + 1)]
    assert some == [f"r{number}" for number in range(1, 3 * PIECE + 2)]
    assert taken[0] <= 2 * (4 * PIECE + 1)


def test_a_run_that_was_begun_is_not_withdrawn(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write(portable(1))
    assert not withdrawing.is_planned(lab.directory / "a")
    folder = finish(lab, "a")
    assert withdrawing.is_planned(folder)
    with pytest.raises(RunError, match="a is a run that was begun"):
        withdrawing.withdraw(folder, whole=True)
    assert (folder / "journal.sqlite").exists()


def test_a_run_that_was_only_planned_is(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write(portable(1))
    for whole in (True, False):
        folder = lab.directory / f"place-{whole}"
        if not whole:
            folder.mkdir()
        with lab.run(run_dir=folder, model="m") as run:
            assert run.status().shards == {"planned": 1}
        withdrawing.withdraw(folder, whole=whole)
        assert folder.exists() != whole
        assert whole or not [*folder.iterdir()]


def test_where_a_schema_was_given_its_columns_are_there(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write([{"text": "one"}, {"text": "=2"}])
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    runs = {name: finish(lab, name, prompt="{text}", schema=schema) for name in "ab"}
    merge(runs, lab.directory / "all.csv")
    merge(runs, lab.directory / "all.jsonl")
    with (lab.directory / "all.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = lines(lab.directory / "all.jsonl")
    assert [*rows[0]][:6] == ["text", "custom_id", "a.outcome", "a.text", "a.parsed", "a.invalid"]
    assert [(row["text"], row["custom_id"]) for row in rows] == [("one", "row-1"), ("'=2", "row-2")]
    assert [line["input"] for line in found] == [{"text": "one"}, {"text": "=2"}]
    for row, line in zip(rows, found, strict=True):
        assert line["a"].keys() >= {"parsed", "invalid"}
        assert (row["a.invalid"] != "") == (line["a"]["parsed"] is None)
        assert row["b.parsed_n"] == ("" if line["b"]["parsed"] is None else str(line["b"]["parsed"]["n"]))


def test_what_is_left_out_is_there() -> None:
    assert set(Plain.__struct_fields__) > beside.LEFT_OUT
