"""`judging`: an answer that keeps to its document has no departure, and each lie is one, with its place and kind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from polybatch.contract.judging import Departure, Judge, Kind
from polybatch.document import Document
from polybatch.vendors import names
from tests.conftest import batch_document, lines_of, message, succeeded
from tests.contract.examples import examples

VENDORS = names()
JSON = {"Content-Type": "application/json; charset=utf-8"}
LINES = {"content-type": "application/x-jsonl"}
STATUS = {"2XX": 202, "4XX": 418, "5XX": 529}
"""The status that stands for a range."""


@cache
def judge(vendor: str) -> Judge:
    return Judge(Document(vendor))


def told(departures: tuple[Departure, ...]) -> list[tuple[str, str, str]]:
    return [(departure.place, departure.kind, departure.said) for departure in departures]


def declared(vendor: str) -> Iterator[tuple[str, int, str, Any]]:
    """Operation, status, media type and schema of every declared body."""
    document = Document(vendor)
    for name, operation in document.operations.items():
        for status, response in operation["responses"].items():
            for media, value in document.follow(response).get("content", {}).items():
                yield name, STATUS.get(status) or int(status), media, value.get("x-item-schema", value["schema"])


def valid(vendor: str, schema: Any, most: int | None) -> Iterator[Any]:
    """Instances of a schema, judged by the document as it stands."""
    data = Document(vendor).data
    validator = jsonschema_rs.Draft202012Validator({**schema, "components": data["components"]}, validate_formats=True)
    return (made for made in list(examples(dict(data), schema))[:most] if validator.is_valid(made))


@pytest.mark.parametrize("most", [3, pytest.param(None, marks=pytest.mark.slow)], ids=["few", "all"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_what_a_document_describes_has_no_departure(vendor: str, most: int | None) -> None:
    judged = 0
    for operation, status, media, schema in declared(vendor):
        for made in valid(vendor, schema, most):
            judged += 1
            found = judge(vendor).reply(operation, status, {"content-type": media}, json.dumps(made).encode())
            # The maker fills an object that is kept open with a field of this name, and only that one is unexpected.
            strange = [each for each in found if each.kind != Kind.FIELD or not each.place.endswith(".extra")]
            assert strange == [], (operation, status, made)
    assert judged > 0


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_field_more_and_another_type_are_named_in_every_reply(vendor: str) -> None:
    seen = set()
    for operation, status, media, schema in declared(vendor):
        made = next(valid(vendor, schema, None))
        headers = {"content-type": media}
        if isinstance(made, dict):
            found = judge(vendor).reply(operation, status, headers, json.dumps({**made, "novelty": 1}).encode())
            assert ("$.novelty", "field", "integer") in told(found), (operation, status)
        found = judge(vendor).reply(operation, status, headers, b"3.5")
        assert [(each.place, each.kind) for each in found] == [("$", "type")], (operation, status)
        seen.add(operation)
    assert seen == set(Document(vendor).operations)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_tag_of_a_union_leads_to_one_of_its_branches(vendor: str) -> None:
    def unions(node: Any) -> Iterator[Mapping[str, Any]]:
        if isinstance(node, Mapping):
            if "discriminator" in node:
                yield node
            for inner in node.values():
                yield from unions(inner)
        elif isinstance(node, list):
            for inner in node:
                yield from unions(inner)

    for union in unions(Document(vendor).data["components"]["schemas"]):
        branches = {branch["$ref"] for branch in union.get("oneOf", union.get("anyOf"))}
        assert set(union["discriminator"]["mapping"].values()) == branches


BLOCK = "$.result.message.content[]"
CHANGES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "a variant": ({"result": {"type": "parked", "until": 3}}, [("$.result", "variant", "parked")]),
    "a variant without its tag": ({"result": {"until": 3}}, [("$.result.type", "missing", "nothing")]),
    "a tag of another type": ({"result": {"type": 4}}, [("$.result.type", "type", "integer, not string")]),
    "no variant at all": ({"result": "fine"}, [("$.result", "type", "string, not object")]),
    "a null": ({"result": None}, [("$.result", "type", "null, not object")]),
    "a field": ({"cost": {"usd": 1}}, [("$.cost", "field", "object")]),
    "an escape in a field's name": ({"a\x1b[31m": 1}, [("$.a\\x1b[31m", "field", "integer")]),
}
BLOCKS: dict[str, tuple[Any, list[tuple[str, str, str]]]] = {
    "a kind of block": ([{"type": "song", "notes": []}], [(BLOCK, "variant", "song")]),
    "a field of a block": ([{"type": "text", "text": "x", "mood": "gay"}], [(f"{BLOCK}.mood", "field", "string")]),
    "a block without its text": ([{"type": "text"}], [(f"{BLOCK}.text", "missing", "nothing")]),
    "no block": (["x"], [(BLOCK, "type", "string, not object")]),
    "the same in two entries": (
        [{"type": "text", "text": 1}, {"type": "text", "text": 2}],
        [(f"{BLOCK}.text", "type", "integer, not string")],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_line_that_leaves_the_document(name: str) -> None:
    change, expected = CHANGES[name]
    record = json.dumps({**succeeded("a"), **change}).encode()
    assert told(judge("anthropic").line("batch_results", record)) == expected


@pytest.mark.parametrize("name", BLOCKS)
def test_a_departure_at_any_depth(name: str) -> None:
    content, expected = BLOCKS[name]
    result = {"type": "succeeded", "message": message(content=content)}
    record = json.dumps({"custom_id": "a", "result": result}).encode()
    assert told(judge("anthropic").line("batch_results", record)) == expected


def get(content: bytes | None = None, status: int = 200, headers: Mapping[str, str] = JSON, **changes: Any) -> Any:
    body = json.dumps(batch_document(**changes)).encode() if content is None else content
    return told(judge("anthropic").reply("get_batch", status, headers, body))


def test_a_reply_that_leaves_the_document() -> None:
    assert get() == []
    assert get(processing_status="napping") == [("$.processing_status", "word", "napping")]
    assert get(processing_status=5) == [("$.processing_status", "type", "integer, not string")]
    assert get(created_at="yesterday") == [("$.created_at", "type", "string, not date-time")]
    assert sorted(get(ended_at=5, request_counts=None)) == [
        ("$.ended_at", "type", "integer, not null or string"), ("$.request_counts", "type", "null, not object"),
    ]  # fmt: skip
    assert get(b'{"id": "x"}')[0] == ("$.type", "missing", "nothing")


def test_a_limit_is_named_without_the_value_that_breaks_it() -> None:
    [(place, kind, said)] = told(judge("letta").reply("get_batch", 200, JSON, b'{"id": "secret"}'))
    assert (place, kind) == ("$.id", "limit")
    assert said.startswith('the value does not match "^(job|run)-')


def test_status_and_media_type_are_part_of_the_document() -> None:
    assert get(status=201) == [("$", "status", "201")]
    assert get(headers={}) == [("$", "media", "nothing")]
    assert get(b"<html>", headers={"content-type": "text/html\x1b"}) == [("$", "media", "text/html\\x1b")]
    # What came as something else is looked at all the same.
    assert get(headers={"content-type": "text/plain"}, id=7) == [
        ("$", "media", "text/plain"), ("$.id", "type", "integer, not string"),
    ]  # fmt: skip
    refusal = {"type": "error", "error": {"type": "odd_error", "message": "no"}, "request_id": None}
    assert get(json.dumps(refusal).encode(), status=418) == [("$.error", "variant", "odd_error")]


def test_what_is_no_json_says_how_and_quotes_nothing() -> None:
    assert get(b"") == [("$", "not JSON", "nothing")]
    assert get(b" <html>secret") == [("$", "not JSON", "a web page")]
    assert get(b'{"id": "secr') == [("$", "not JSON", "Input data was truncated")]
    assert get(b"\xff") == [("$", "not JSON", "JSON is malformed: invalid character")]


def test_half_a_surrogate_pair_is_json() -> None:
    half = json.dumps(succeeded("a", "\ud83d")).encode()
    assert judge("anthropic").line("batch_results", half) == ()


def test_a_body_of_lines_is_judged_line_by_line() -> None:
    body = lines_of(succeeded("a"), succeeded("b"), {"custom_id": "c"}, {"custom_id": "d"}) + b'{"custom'
    found = judge("anthropic").reply("batch_results", 200, LINES, body)
    assert told(found) == [("$.result", "missing", "nothing"), ("$", "not JSON", "Input data was truncated")]
    assert judge("anthropic").reply("batch_results", 200, LINES, b"") == ()


def test_a_declared_header_is_judged() -> None:
    headers = {**JSON, "x-mesh-version": "latest"}
    found = judge("meshapi").reply("get_batch", 200, headers, b'{"id": "batch_1"}')
    [(place, kind, said)] = told(found)
    assert (place, kind) == ("header X-Mesh-Version", "limit")
    assert said.startswith("the value does not match")


def test_of_a_union_without_tags_the_variant_that_fits_best_is_meant() -> None:
    task = {"batch_id": "b", "status": "SUCCESS", "progress": "100%", "model": 3}
    found = judge("onerouter").reply("get_batch", 200, JSON, json.dumps(task).encode())
    assert told(found) == [("$.model", "type", "integer, not string")]
    both = {**task, "model": "m", "id": "b"}
    assert judge("onerouter").reply("get_batch", 200, JSON, json.dumps(both).encode())


def test_results_inside_a_batch_are_part_of_the_reply() -> None:
    results = [{"custom_id": "a", "response": {"status_code": "200", "body": {}}}, {"custom_id": "b", "rank": 1}]
    body = json.dumps({"id": "batch_1", "status": "completed", "results": results}).encode()
    assert told(judge("meshapi").reply("get_batch", 200, JSON, body)) == [
        ("$.results[].response.status_code", "type", "string, not integer"),
        ("$.results[].rank", "field", "integer"),
    ]


RECORDS: dict[str, tuple[dict[str, Any], str]] = {
    "anthropic": (succeeded("a"), "$.novelty"),
    "letta": ({"messages": [{"role": "user"}]}, "$.novelty"),
    "meshapi": ({"custom_id": "a", "response": {"status_code": 200, "body": {}}}, "$.novelty"),
    "onerouter": ({"custom_id": "a", "result": {"type": "succeeded", "message": {}}}, "$.novelty"),
}


@pytest.mark.parametrize("vendor", RECORDS)
def test_a_result_is_judged_in_the_form_that_each_vendor_emits(vendor: str) -> None:
    record, place = RECORDS[vendor]
    for operation in ("batch_results", "get_batch") if vendor == "onerouter" else ("batch_results",):
        assert judge(vendor).line(operation, json.dumps(record).encode()) == ()
        [found] = judge(vendor).line(operation, json.dumps({**record, "novelty": []}).encode())
        assert found == Departure(operation, place, Kind.FIELD, "array")


def test_an_operation_of_nobodys_is_not_judged() -> None:
    assert judge("letta").reply("download", 200, {}, b"?") == ()
    with pytest.raises(LookupError, match="letta: the document has no lines for download"):
        judge("letta").line("download", b"{}")


# -- what no vendor's document has today


def made_up(schema: Any, **schemas: Any) -> Judge:
    """A judge of `get_batch` by a document with this schema for its success."""
    content = {"application/json": {"schema": schema}}
    responses = {
        "200": {"content": content, "headers": {"X-Mark": {"required": True, "schema": {"type": "string"}}}},
        "204": {"description": "Nothing."},
        "default": {"content": content},
    }
    document = Document("made-up")
    paths = {"/b": {"get": {"operationId": "get_batch", "responses": responses}}}
    vars(document)["data"] = {"paths": paths, "components": {"schemas": schemas}}
    return Judge(document)


def test_a_header_that_must_be_there_and_a_body_that_need_not() -> None:
    judge = made_up({})
    assert told(judge.reply("get_batch", 200, JSON, b"1")) == [("header X-Mark", "missing", "nothing")]
    assert judge.reply("get_batch", 204, {}, b"") == ()
    assert told(judge.reply("get_batch", 599, {}, b"1")) == [("$", "media", "nothing")]


OBJECTS = {
    "Named": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
    "Aged": {"type": "object", "properties": {"age": {"type": "integer"}}, "additionalProperties": True},
}


def test_the_parts_of_an_object_list_its_fields_together() -> None:
    def found(schema: Any, value: Any) -> list[tuple[str, str, str]]:
        return told(made_up(schema, **OBJECTS).reply("get_batch", 418, JSON, json.dumps(value).encode()))

    named, aged = ({"$ref": f"#/components/schemas/{name}"} for name in OBJECTS)
    both = {"allOf": [named, aged]}
    beside = {"properties": {"id": {"type": "string"}}, "anyOf": [named, aged]}
    assert found(both, {"name": "n", "age": 3}) == []
    assert found(both, {"name": "n", "age": 3, "id": "x"}) == [("$.id", "field", "string")]
    assert found(both, {"age": "3"}) != []
    assert found(beside, {"id": "x", "name": "n"}) == []
    assert found(beside, {"id": "x", "name": "n", "rank": 1}) == [("$.rank", "field", "integer")]
    # Alone, each is closed.
    assert found(aged, {"age": 3, "name": "n"}) == [("$.name", "field", "string")]


@pytest.mark.parametrize("mapping", [True, False], ids=["mapped", "unmapped"])
@pytest.mark.parametrize("inside", [True, False], ids=["part", "whole"])
def test_a_union_is_read_by_its_tag_wherever_it_stands(*, inside: bool, mapping: bool) -> None:
    def kind(name: str, *fields: str) -> dict[str, Any]:
        listed = {field: {"type": "integer"} for field in fields}
        return {"type": "object", "required": ["kind", *fields], "properties": {"kind": {"const": name}, **listed}}

    refs = {"a": "#/components/schemas/A", "b": "#/components/schemas/B"}
    tagged = {"propertyName": "kind", **({"mapping": refs} if mapping else {})}
    union = {"oneOf": [{"$ref": ref} for ref in refs.values()], "discriminator": tagged}
    judge = made_up({"allOf": [union]} if inside else union, A=kind("a", "x", "y"), B=kind("b", "z"))
    assert judge.reply("get_batch", 418, JSON, b'{"kind": "a", "x": 1, "y": 2}') == ()
    found = told(judge.reply("get_batch", 418, JSON, b'{"kind": "a", "x": 1, "y": "2"}'))
    assert ("$.y", "type", "string, not integer") in found
    assert ("$.z", "missing", "nothing") not in found


def test_what_fits_two_variants_or_a_forbidden_one_is_no_variant() -> None:
    overlapping = {"oneOf": [{"type": "integer"}, {"type": "number"}]}
    assert told(made_up(overlapping).reply("get_batch", 418, JSON, b"1")) == [("$", "variant", "integer")]
    assert told(made_up({"not": {"type": "null"}}).reply("get_batch", 418, JSON, b"null")) == [("$", "variant", "null")]
