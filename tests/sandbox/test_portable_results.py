"""Text, tools, refusals, cut answers, structure and thoughts of every vendor in the sandbox: results and lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from polybatch import Finish, OutputError, Result
from polybatch.run import offline
from polybatch_sandbox import imagined
from polybatch_sandbox.answers import REFUSED
from tests.sandbox.run_lab import Lab, row

TALKING = ("anthropic", "meshapi", "onerouter", "onerouter as anthropic")
"""Vendors whose models take tools and schemas, OneRouter with either provider behind it."""
CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
MOOD = {
    "type": "object",
    "properties": {"mood": {"enum": ["glad", "sad"]}, "sure": {"type": "number", "minimum": 0, "maximum": 1}},
    "required": ["mood", "sure"],
    "additionalProperties": False,
}


class City(msgspec.Struct):
    city: str
    days: int


talking = pytest.mark.parametrize("vendor", TALKING)


def words(vendor: str) -> bool:
    """Whether a vendor is asked in the words of a Messages request."""
    return vendor != "meshapi"


def asking(
    vendor: str, *, tools: tuple[str, ...] = (), choice: str | None = None, schema: Any = None
) -> dict[str, Any]:
    """The parameters that ask for tools or a schema, in the vendor's own words."""
    made: dict[str, Any] = {}
    if words(vendor):
        if tools:
            made["tools"] = [{"name": name, "description": "d", "input_schema": CITY} for name in tools]
        if choice:
            made["tool_choice"] = (
                {"type": choice} if choice in {"auto", "any", "none"} else {"type": "tool", "name": choice}
            )
        if schema is not None:
            made["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        return made
    if tools:
        made["tools"] = [{"type": "function", "function": {"name": name, "parameters": CITY}} for name in tools]
    if choice:
        named = {"type": "function", "function": {"name": choice}}
        made["tool_choice"] = {"any": "required", "auto": "auto", "none": "none"}.get(choice, named)
    if schema is not None:
        made["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}
    return made


def results(lab: Lab, vendor: str, *asked: tuple[str, dict[str, Any]], **modes: Any) -> list[Result]:
    """The results of texts with parameters, in the order of the texts; `modes`: the sandbox's, for this vendor."""
    name = vendor.partition(" ")[0]
    lab.sandbox.set_modes({name: modes | ({"lines": "anthropic"} if name != vendor else {})})
    lines = []
    for number, (text, more) in enumerate(asked):
        line = row(number, text=text, vendor=name)
        line.get("params", line.get("body", {})).update(more)
        lines.append(line)
    lab.write(lines)
    with lab.run(name) as run:
        run.wait()
        found = {result.custom_id: result for result in run.results()}
    assert all(result.outcome == "succeeded" for result in found.values())
    return [found[f"row-{number}"] for number in range(len(asked))]


# -- results


@talking
def test_tools(sync_lab: Lab, vendor: str) -> None:
    both = ("weather", "news")
    forced, named, chosen, twice, idle, barred = results(
        sync_lab, vendor,
        ("Zürich, 3 days", asking(vendor, tools=both, choice="any")),
        ("Zürich, 3 days", asking(vendor, tools=both, choice="news")),
        ('{"city": "Oslo", "days": 2} weather', asking(vendor, tools=both, choice="auto")),
        ("weather and news", asking(vendor, tools=both)),
        ("nothing of it", asking(vendor, tools=both)),
        ("weather", asking(vendor, tools=both, choice="none")),
    )  # fmt: skip
    for result in (forced, named, chosen, twice):
        assert result.finish is Finish.TOOL_CALLS
        for call in result.tool_calls:
            assert jsonschema_rs.is_valid(CITY, call.input)
            assert json.loads(call.arguments) == call.input
            assert call.id
    assert [call.name for call in forced.tool_calls] == ["weather"]
    assert forced.tool_calls[0].input == {"city": "Zürich, 3 days", "days": 3}
    assert forced.text == "Zürich, 3 days"
    assert [call.name for call in named.tool_calls] == ["news"]
    assert [call.name for call in chosen.tool_calls] == ["weather"]
    assert [call.name for call in twice.tool_calls] == ["weather", "news"]
    assert len({call.id for result in (forced, named, twice) for call in result.tool_calls}) == 4
    for result in (idle, barred):
        assert (result.tool_calls, result.finish) == ((), Finish.STOP)


@talking
def test_a_schema(sync_lab: Lab, vendor: str) -> None:
    echoed, filled, mood = results(
        sync_lab, vendor,
        ('{"city": "Oslo", "days": 2}', asking(vendor, schema=CITY)),
        ("Bern for 4 days", asking(vendor, schema=CITY)),
        ("I am so sad", asking(vendor, schema=MOOD)),
    )  # fmt: skip
    assert echoed.parse(City) == City("Oslo", 2)
    assert filled.parse(City) == City("Bern for 4 days", 4)
    assert mood.parse(MOOD) == {"mood": "sad", "sure": 0}
    with pytest.raises(OutputError, match=r"^request 'row-2': the answer does not fit City: Object missing required"):
        mood.parse(City)


@talking
def test_refused_and_cut(sync_lab: Lab, vendor: str) -> None:
    sync_lab.script("create", "refuse:1+truncate:1", vendor=vendor.partition(" ")[0])
    refused, cut, whole = results(sync_lab, vendor, *[('{"city": "Oslo", "days": 2}', {})] * 3)
    assert (refused.finish, refused.refusal, refused.text) == (Finish.REFUSAL, REFUSED, None)
    assert (cut.finish, cut.text, cut.refusal) == (Finish.LENGTH, '{"city": "Oslo', None)
    assert (whole.finish, whole.parse(City)) == (Finish.STOP, City("Oslo", 2))
    with pytest.raises(OutputError, match=r"^request 'row-0': the model refused: I cannot help with that\.$"):
        refused.parse(City)
    with pytest.raises(
        OutputError, match=r"^request 'row-1': the answer was cut at max_tokens, after 14 characters \("
    ):
        cut.parse(City)


@talking
def test_an_answer_in_pieces(sync_lab: Lab, vendor: str) -> None:
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048}
    more = thinking if words(vendor) else {"reasoning_effort": "low"}
    plain, thought = results(sync_lab, vendor, ("Why is the sky blue?", {}), ("And \u2028 the sea?", more), pieces=2)
    assert (plain.text, thought.text) == ("Why is the sky blue?", "And \u2028 the sea?")
    assert (plain.finish, thought.finish) == (Finish.STOP, Finish.STOP)
    assert (plain.model, plain.answer.id, plain.request_id) == (plain.body["model"], plain.body["id"], None)
    assert plain.model is not None
    inside = plain.body["content"] if "content" in plain.body else plain.body["choices"][0]["message"]["content"]
    assert [part["type"] for part in inside] == ["text", "text"]
    told = vendor == "anthropic" or not plain.body.get("type")
    assert thought.usage is not None
    assert (thought.usage.reasoning_tokens or 0) == (5 if told else 0)
    assert thought.answer.reasoning == (imagined.THOUGHT if thought.body.get("type") == "message" else None)


def test_the_request_ids_of_meshapi(sync_lab: Lab) -> None:
    (result,) = results(sync_lab, "meshapi", ("hello", {}), results="file")
    assert result.request_id == json.loads(result.raw)["response"]["request_id"]
    assert result.request_id is not None
    assert sync_lab.lines("meshapi")[0]["request_id"] == result.request_id


def test_the_request_id_of_an_error(sync_lab: Lab) -> None:
    sync_lab.script("create", "fail:1")
    sync_lab.write([row(0)])
    sync_lab.finish()
    (line,) = sync_lab.lines()
    assert line["request_id"].startswith("req_")
    assert (line["finish"], line["model"], line["tool_calls"]) == (None, None, None)


@pytest.mark.parametrize(("mode", "calls"), [("tool", []), ("text", []), ("steps", ["conversation_search"])])
def test_an_agent(sync_lab: Lab, mode: str, calls: list[str]) -> None:
    (result,) = results(sync_lab, "letta", ("hello", {}), answers=mode)
    assert (result.text, [call.name for call in result.tool_calls]) == ("hello", calls)
    assert all(call.input == {"query": "hello"} for call in result.tool_calls)
    assert (result.model, result.finish, result.usage) == ("claude-example", None, None)
    assert result.answer.reasoning == ("I look it up." if calls else None)
    assert result.answer.id is not None


# -- lines

FIRST = ["custom_id", "outcome", "text", "body", "usage", "error", "vendor", "batch_id"]
"""INTERFACE, input and output files."""
MORE = ["finish", "model", "tool_calls", "request_id"]


def test_the_members_of_a_line_and_their_order(sync_lab: Lab) -> None:
    asked = asking("meshapi", tools=("weather",), choice="any")
    (result,) = results(sync_lab, "meshapi", ("Bern", asked))
    (line,) = sync_lab.lines("meshapi")
    assert [*line] == FIRST + MORE
    assert (line["finish"], line["model"]) == ("tool_calls", "gpt-5-nano")
    (call,) = result.tool_calls
    assert line["tool_calls"] == [{"id": call.id, "name": "weather", "arguments": {"city": "Bern", "days": 1}}]


def shaped(lab: Lab, *texts: str, **settings: Any) -> dict[str, Any]:
    """A run whose answers are to fit a schema, out of rows; its last settings, so that it can be taken up again."""
    table = lab.directory / "rows.csv"
    table.write_text("text\n" + "".join(f'"{text}"\n' for text in texts))
    return {"requests": table, "prompt": "{text}", "model": "m", "schema": CITY, **settings}


def shaped_lines(lab: Lab) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (lab.directory / "rows.anthropic.results.jsonl").read_bytes().splitlines()]
    return sorted(lines, key=lambda line: str(line["text"]))


def run_dir(lab: Lab) -> Path:
    return lab.directory / "rows.csv.anthropic.polybatch"


def test_a_run_with_a_schema_says_what_fits(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.script("create", "fail:1+refuse:1+truncate:1")
    given = shaped(lab, "a 1", "b 2", "c 3", "d 4", "e 5")
    status = lab.finish(**given)
    assert (status.outcomes, status.invalid) == ({"succeeded": 4, "errored": 1}, 2)
    lines = shaped_lines(lab)
    assert all([*line] == [*FIRST, *MORE, "parsed", "invalid"] for line in lines)
    fits = [line for line in lines if line["parsed"] is not None]
    assert [line["parsed"] for line in fits] == [{"city": "d 4", "days": 4}, {"city": "e 5", "days": 5}]
    assert [line["invalid"] for line in fits] == [None, None]
    assert {line["invalid"] for line in lines if line["parsed"] is None} == {
        None, f"the model refused: {REFUSED}", "the answer was cut at max_tokens, after 13 characters",
    }  # fmt: skip
    assert [line["outcome"] for line in lines if (line["parsed"], line["invalid"]) == (None, None)] == ["errored"]
    assert lab.finish(**given).invalid == 2  # taken up again, from its journal
    with offline.opened(run_dir(lab)) as core:
        assert offline.verify(core).problems == []
        assert sorted(offline.lines(core)) == sorted(
            (lab.directory / "rows.anthropic.results.jsonl").read_bytes().splitlines(keepends=True)
        )
        assert core.status().invalid == 2


def test_what_does_not_fit_is_counted_once_for_each_request(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.script("create", "truncate:2", "ok", "truncate:1")
    status = lab.finish(**shaped(lab, *"abcdefgh", max_items_per_batch=3))
    assert (status.outcomes, status.invalid) == ({"succeeded": 8}, 3)
    lab.script("create", "fail:2:overloaded_error", "truncate:2")
    (lab.directory / "rows.csv").unlink()
    lab.directory.joinpath("rows.anthropic.results.jsonl").unlink()
    run_dir(lab).rename(lab.directory / "before")
    status = lab.finish(**shaped(lab, *"abcd", retries=1))
    assert (status.outcomes, status.repeated, status.invalid) == ({"succeeded": 4}, 2, 2)


def test_a_run_of_an_earlier_version_keeps_to_its_eight_members(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write([row(number) for number in range(4)])
    with lab.run(max_items_per_batch=2) as run:
        core = run.run._core
        core.desk.facts.pop("form")
        core.desk.journal._db.execute("DELETE FROM meta WHERE key = 'form'")
    lab.finish(max_items_per_batch=2)
    assert [[*line] for line in lab.lines()] == [FIRST] * 4
    with offline.opened(lab.run_dir()) as core:
        assert offline.verify(core).problems == []
        assert b"".join(offline.lines(core)) == lab.out().read_bytes()


# -- what the sandbox makes of a schema

SCHEMAS: list[Any] = [
    True, {}, {"type": "object"}, CITY, MOOD, {"const": 5}, {"enum": [1, "two"]}, {"type": ["null", "string"]},
    {"type": "array", "items": {"type": "integer", "exclusiveMinimum": 7}, "minItems": 3},
    {"type": "array", "maxItems": 0}, {"type": "boolean"}, {"type": "null"}, {"type": "number", "maximum": -2.5},
    {"type": "integer", "exclusiveMaximum": -4}, {"type": "string", "minLength": 40, "maxLength": 50},
    {"anyOf": [{"type": "integer", "minimum": 3}, {"type": "null"}]}, {"oneOf": [{"type": "string"}]},
    {"$ref": "#/$defs/city", "$defs": {"city": CITY}},
    {"type": "object", "properties": {"next": {"$ref": "#"}, "name": {"type": "string"}}, "required": ["name"]},
    {"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
               {"properties": {"b": {"$ref": "#/$defs/b"}}, "required": ["b"]}], "$defs": {"b": {"type": "null"}}},
]  # fmt: skip


@pytest.mark.parametrize("said", ["hello", "", "12.5 or 3", '{"city": "x", "days": 2}', "[]"])
def test_what_is_imagined_fits(said: str) -> None:
    for schema in SCHEMAS:
        assert jsonschema_rs.is_valid(schema, imagined.fitting(schema, said)), schema


def test_what_is_said_counts_where_it_fits() -> None:
    assert imagined.fitting(CITY, '{"days": 9, "city": "Rom"}') == {"days": 9, "city": "Rom"}
    assert imagined.fitting({"enum": ["glad", "sad"]}, "how sad") == "sad"
    assert imagined.fitting({"type": "strin"}, '"x"') is None
    assert imagined.fitting({"$ref": "#"}, "round and round") == "round and round"


@pytest.mark.parametrize(
    "params",
    [
        {"tools": 5}, {"tools": [5, {"function": 5}, {"type": "web_search", "name": "web_search"}]},
        {"tool_choice": 5, "tools": [{"function": {"name": "weather"}}]}, {"response_format": "json"}, {"thinking": 5},
        {"response_format": {"type": "json_schema"}}, {"output_config": {"format": None}}, {"messages": 5},
    ],
    ids=str,
)  # fmt: skip
def test_parameters_that_no_document_forbids_do_no_harm(params: dict[str, Any]) -> None:
    assert imagined.brief({"model": "m", **params}, "hi") == {"model": "m", "text": "hi"}


def test_after_the_result_of_a_tool_no_tool_is_called() -> None:
    tools = [{"type": "function", "function": {"name": "weather", "parameters": CITY}}]
    asked = {"role": "user", "content": "weather"}
    told: list[dict[str, Any]] = [
        {"role": "tool", "tool_call_id": "c", "content": "rain"},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c", "content": "rain"}]},
    ]
    assert "calls" in imagined.brief({"model": "m", "tools": tools, "messages": [asked]}, "weather")
    for answer in told:
        assert "calls" not in imagined.brief({"model": "m", "tools": tools, "messages": [asked, answer]}, "weather")


def test_json_without_a_schema() -> None:
    asked = {"model": "m", "response_format": {"type": "json_object"}}
    assert imagined.brief(asked, "hi")["text"] == "{}"
    assert imagined.brief(asked, '{"a": 1}')["text"] == '{"a": 1}'
