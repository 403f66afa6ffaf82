"""A row becomes a portable line: every text goes through whole; a mistake in the template is named before any row."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch import InputError, portable
from polybatch.tables.cells import plain, text
from polybatch.tables.rows import Kind, Rows, opened
from polybatch.tables.template import Maker, Template

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="{}"), min_size=1)


def made(template: Template, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of some rows, each read as the run will read it."""
    maker = Maker(template, opened(list(rows)))
    found = [json.loads(maker.line(number, row)) for number, row in enumerate(maker.rows, 1)]
    for line in found:
        portable.read({name: value for name, value in line.items() if name != "custom_id"})
    return found


def of_table(template: Template, *rows: dict[str, Any], kind: Kind = Kind.CSV) -> list[dict[str, Any]]:
    """The same for a table, of whose columns only some are taken."""
    table = Rows(tuple(rows[0]), kind, "t.csv", lambda _: iter(rows))
    maker = Maker(template, table)
    return [json.loads(maker.line(number, row)) for number, row in enumerate(table, 1)]


def said(line: dict[str, Any]) -> str:
    [message] = line["messages"]
    assert message.keys() == {"role", "content"}
    assert message["role"] == "user"
    return str(message["content"])


# -- the prompt


@given(cell=TEXTS, before=TEXTS, behind=TEXTS, name=NAMES, system=TEXTS)
def test_every_text_goes_through_as_it_is(cell: str, before: str, behind: str, name: str, system: str) -> None:
    doubled = [part.replace("{", "{{").replace("}", "}}") for part in (before, behind, system)]
    template = Template(f"{doubled[0]}{{{name}}}{doubled[1]}", doubled[2])
    maker = Maker(template, opened([{name: cell, "x" + name: 1}]))
    if not before + cell + behind:
        with pytest.raises(InputError, match=r"row 1: the column .* is empty, and so is the prompt"):
            maker.line(1, {name: cell})
        return
    line = maker.line(1, {name: cell, "x" + name: 1})
    assert b"\n" not in line
    assert line.startswith(b'{"custom_id":"')
    found = msgspec.json.decode(line)
    assert said(found) == before + cell + behind
    assert found.get("system", "") == system


CELLS: dict[str, tuple[Any, str]] = {
    "nothing": (None, ""),
    "a number": (7, "7"),
    "a large one": (2**80, str(2**80)),
    "a half": (0.5, "0.5"),
    "truth": (True, "true"),
    "a Decimal": (Decimal("1.50"), "1.50"),
    "a time": (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
    "a day": (dt.date(2026, 1, 2), "2026-01-02"),
    "a span": (dt.timedelta(hours=1), "PT3600S"),
    "a UUID": (uuid.UUID(int=0), "00000000-0000-0000-0000-000000000000"),
    "a list": (["ä", None, 1, {"a": (2,)}], '["ä",null,1,{"a":[2]}]'),
    "a word": (enum.StrEnum("Word", ["yes"])("yes"), "yes"),  # type: ignore[call-overload]
}


@pytest.mark.parametrize(("cell", "expected"), CELLS.values(), ids=CELLS)
def test_a_cell_as_text(cell: Any, expected: str) -> None:
    assert said(made(Template("<{a}>"), {"a": cell})[0]) == f"<{expected}>"


UNFIT: dict[str, tuple[Any, str]] = {
    "bytes": (b"x", "bytes, which JSON cannot carry; make them text, for instance base64"),
    "bytes inside": ([{"a": bytearray(b"x")}], "bytes, which"),
    "NaN": (math.nan, "nan, which JSON cannot carry; make it null"),
    "infinity": (-math.inf, "-inf, which JSON cannot carry"),
    "a large number inside": ([2**80], "an integer of more than 64 bits"),
    "anything else": (object(), "object, which JSON cannot carry"),
}


@pytest.mark.parametrize(("cell", "complaint"), UNFIT.values(), ids=UNFIT)
def test_what_json_cannot_carry_is_refused_by_row_and_column(cell: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=f"row 2, column 'a': {complaint}"):
        made(Template("{a}"), {"a": 1}, {"a": cell})


def test_half_a_surrogate_pair_is_refused_by_row() -> None:
    with pytest.raises(InputError, match="row 1: half a surrogate pair"):
        made(Template("{a}"), {"a": "\ud800"})


def test_numpy_values_are_pythons() -> None:
    numpy = pytest.importorskip("numpy", reason="numpy is not installed; pandas brings it")
    assert (plain(numpy.int64(3)), text(numpy.float64(0.5)), text(numpy.bool_(1))) == (3, "0.5", "true")
    assert text(numpy.array([[1], [2]])) == "[[1],[2]]"
    row = {"custom_id": "a", "messages": [{"role": "user", "content": "x"}], "temperature": 0.5, "system": "y"}
    assert made(Template(), {**row, "temperature": numpy.float64(0.5), "system": numpy.str_("y")}) == [row]
    with pytest.raises(ValueError, match="nan"):
        text(numpy.float32("nan"))


ALIKE = r"^--prompt names no column, so that every row would ask the same; write \{text\} \(the columns are: id, text\)"


@pytest.mark.parametrize("kind", [Kind.CSV, Kind.JSONL, Kind.ITERABLE])
def test_a_prompt_that_asks_the_same_of_every_row_is_refused(kind: Kind) -> None:
    row = {"id": 1, "text": "one"}
    for template in (Template("Good or bad?"), Template("{{text}}", "Be brief."), Template("Good?", id_column="id")):
        with pytest.raises(InputError, match=ALIKE):
            of_table(template, row, kind=kind)
    assert of_table(Template("Good or bad?", "Of {text}:"), row, kind=kind)[0]["system"] == "Of one:"


def test_a_prompt_may_be_the_same_for_every_agent() -> None:
    lines = made(Template("How are you?"), {"agent_id": "agent-1"}, {"agent_id": "agent-2"})
    assert [(line["agent_id"], said(line)) for line in lines] == [(f"agent-{n}", "How are you?") for n in (1, 2)]


EMPTY = {
    "{a}": r"^t\.csv, row 2: the column 'a' is empty, and so is the prompt \(fill it, or leave the row out\)$",
    "{a}{b}{a}": r"^t\.csv, row 2: the columns 'a', 'b' are empty, and so is the prompt \(fill",
}


@pytest.mark.parametrize("prompt", EMPTY)
@pytest.mark.parametrize("empty", ["", None])
def test_a_prompt_that_is_empty_names_the_columns(prompt: str, empty: str | None) -> None:
    with pytest.raises(InputError, match=EMPTY[prompt]):
        of_table(Template(prompt), {"a": "x", "b": "y"}, {"a": empty, "b": empty})


LISTED = r"is no column of the rows \(the columns are: text, user id"
BAD_TEMPLATES: dict[str, tuple[dict[str, Any], str]] = {
    "no such column": ({"prompt": "{txet}"}, rf"--prompt: \{{txet\}} {LISTED}; did you mean text\?\)"),
    "not at all like one": ({"prompt": '{"a": 1}'}, rf"{LISTED}; a brace that stands for itself is written twice"),
    "in the system text": ({"prompt": "x", "system": "{nope}"}, r"--system: \{nope\} is no column"),
    "no name": ({"prompt": "{}"}, r"--prompt: \{\} is no column"),
    "an attribute": ({"prompt": "{text.upper}"}, r"--prompt: \{text\.upper\}: nothing but .*\(write \{text\}\)"),
    "an index": ({"prompt": "{text[0]}"}, "no attribute, index or format"),
    "a format": ({"prompt": "{text:>10}"}, "no attribute, index or format"),
    "a conversion": ({"prompt": "{text!r}"}, "no attribute, index or format"),
    "left open": ({"prompt": "a {text"}, r"--prompt: a single \{ at character 3 \(a brace that stands for itself is"),
    "closed alone": ({"prompt": "a }", "system": None}, r"--prompt: a single \} at character 3"),
    "inside another": ({"prompt": "{a{text}}"}, r"--prompt: a single \{ at character 1"),
    "empty": ({"prompt": ""}, r"--prompt is empty \(for example --prompt 'Classify: \{text\}'\)"),
    "no UTF-8": ({"prompt": "\udcff"}, "--prompt is no UTF-8"),
    "the id's column": ({"prompt": "x", "id_column": "id"}, r"--id-column: id is no column of the rows"),
}  # fmt: skip


@pytest.mark.parametrize(("options", "complaint"), BAD_TEMPLATES.values(), ids=BAD_TEMPLATES)
def test_a_mistake_in_a_template_is_named_before_any_row(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        Maker(Template(**options), opened([{"text": b"never read", "user id": 1}]))


def test_the_name_of_a_column_may_have_anything_but_braces() -> None:
    row = {"a.b": 1, "c[0]": 2, "d e!": 3, "f:g": 4}
    assert said(made(Template("{a.b} {c[0]} {d e!} {f:g}"), row)[0]) == "1 2 3 4"


def test_a_row_without_a_column_is_refused() -> None:
    with pytest.raises(InputError, match=r"row 2 has no 'a' \(each row needs it; null is an empty text\)"):
        made(Template("{a}"), {"a": 1}, {"b": 1})


# -- ids and the rest


def ids(template: Template, *rows: dict[str, Any]) -> list[str]:
    return [line["custom_id"] for line in made(template, *rows)]


def test_rows_are_named_by_a_column_or_counted() -> None:
    rows = {"a": 1, "custom_id": "x"}, {"a": 2, "custom_id": 7}
    assert ids(Template("{a}"), *rows) == ["x", "7"]
    assert ids(Template("{a}", id_column="a"), *rows) == ["1", "2"]
    assert ids(Template("{a}"), {"a": 1}, {"a": 2}) == ["row-1", "row-2"]


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_id_is_refused(empty: str | None) -> None:
    with pytest.raises(InputError, match=r"row 2: its id, in the column 'key', is empty \(each row needs one"):
        ids(Template("{key}", id_column="key"), {"key": "a"}, {"key": empty})


def test_what_goes_with_the_prompt(tmp_path: Path) -> None:
    schema = {"title": "A label!", "type": "object", "properties": {}, "additionalProperties": False}
    template = Template("{a}", "Speak {b}", max_tokens=5, schema=schema)
    asked = {"type": "json_schema", "json_schema": {"name": "A_label_", "schema": schema}}
    [line] = made(template, {"a": "x", "b": "French", "model": "Golf", "agent_id": "agent-1"})
    assert line == {
        "custom_id": "row-1", "agent_id": "agent-1", "system": "Speak French", "max_tokens": 5,
        "messages": [{"role": "user", "content": "x"}], "response_format": asked,
    }  # fmt: skip
    assert template.given() == {"prompt": "{a}", "system": "Speak {b}", "max_tokens": 5, "schema": schema}


def test_an_empty_instruction_is_none() -> None:
    assert "system" not in made(Template("{a}", "{b}"), {"a": 1, "b": None})[0]


# -- without a prompt

MESSAGES = [{"role": "user", "content": "hi"}]


def test_of_a_table_the_members_of_a_request_are_taken() -> None:
    row = {
        "messages": json.dumps(MESSAGES), "max_tokens": "9", "temperature": "0.5", "stop": ".", "tool_choice": "auto",
        "system": "[Be kind]", "model": "", "metadata": '{"user_id": "u"}', "price": "12", "custom_id": "a",
        "parallel_tool_calls": "true",
    }  # fmt: skip
    assert of_table(Template(), row) == [{
        "custom_id": "a", "messages": MESSAGES, "max_tokens": 9, "temperature": 0.5, "stop": ".", "tool_choice": "auto",
        "system": "[Be kind]", "metadata": {"user_id": "u"}, "parallel_tool_calls": True,
    }]  # fmt: skip


def test_nulls_inside_arrow_data_are_left_out() -> None:
    messages = [{"role": "user", "content": "hi", "tool_calls": None}]
    assert of_table(Template(), {"messages": messages, "stop": ["."]}, kind=Kind.ARROW) == [
        {"custom_id": "row-1", "messages": MESSAGES, "stop": ["."]}
    ]


def test_options_are_for_requests_that_do_not_say() -> None:
    rows = (
        {"messages": MESSAGES, "max_tokens": 1, "system": None, "who": "A"},
        {"messages": MESSAGES, "max_tokens": None, "system": "own", "who": "B"},
    )
    found = of_table(Template(system="I am {who}", max_tokens=5, id_column="who"), *rows, kind=Kind.ARROW)
    assert [(line["custom_id"], line.get("system"), line["max_tokens"]) for line in found] == [
        ("A", "I am A", 1), ("B", "own", 5),
    ]  # fmt: skip


def test_dicts_without_a_prompt_are_lines_as_they_stand() -> None:
    own = {"params": {"model": "m", "at": dt.date(2026, 1, 2)}}
    maker = Maker(Template(), opened([own]))
    assert json.loads(maker.line(1, own)) == {"custom_id": "row-1", "params": {"model": "m", "at": "2026-01-02"}}
    keyed = {"key": "k", "messages": MESSAGES}
    assert made(Template(id_column="key"), keyed) == [{"custom_id": "k", "messages": MESSAGES}]


def test_what_a_table_lacks_is_said_with_a_way_out() -> None:
    complaint = (
        r"t\.csv has neither a column messages nor is there a --prompt; the columns are: id, review "
        r"\(say what to ask of each row, for example --prompt 'Classify: \{review\}'\)"
    )
    with pytest.raises(InputError, match=complaint):
        of_table(Template(max_tokens=3), {"id": "1", "review": "x"})


@pytest.mark.parametrize("options", [{}, {"prompt": "x"}])
def test_a_table_without_columns_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"t\.csv has no columns"):
        of_table(Template(**options), {})


def test_rows_that_hold_themselves_are_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InputError, match="row 1, column 'messages': maximum recursion depth"):
        made(Template(), {"messages": endless})


def test_of_many_columns_some_are_listed() -> None:
    with pytest.raises(InputError, match=r"columns are: c0, c1, .*c29 and 70 more"):
        of_table(Template(), {f"c{number}": 1 for number in range(100)})


@pytest.mark.parametrize("cell", ["hello", "{'role': 'user'}"])
def test_messages_that_are_no_json_are_refused_by_row(cell: str) -> None:
    with pytest.raises(InputError, match=r"t\.csv, row 1, column 'messages': not JSON"):
        of_table(Template(), {"messages": cell})


def test_options_have_nothing_to_do_with_a_vendors_own_items() -> None:
    with pytest.raises(InputError, match="row 1 has no messages that --max-tokens could be added to"):
        made(Template(max_tokens=3), {"params": {}})
