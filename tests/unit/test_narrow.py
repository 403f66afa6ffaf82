"""What decodes into a narrowed type is valid by its schema; a usual request of each vendor does."""

from __future__ import annotations

import json
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch.check import ItemCheck
from polybatch.document import Document
from polybatch.narrow import matcher, narrowed
from polybatch.schemas import closed
from tests.unit.test_check import SCHEMAS, VALUES

CONDITIONAL = {
    "type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"],
    "if": {"properties": {"a": {"const": "x"}}}, "else": {"required": ["b"]},
}  # fmt: skip


def taken(schema: dict[str, Any], text: bytes) -> bool | None:
    """Whether the narrowed type takes a text; nothing where there is no such type."""
    kind = narrowed(schema, lambda node: node)
    if kind is None:
        return None
    try:
        msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError:
        return False
    return True


@given(SCHEMAS, st.lists(VALUES, min_size=1, max_size=8))
@example({"type": "integer"}, [1, 1.0, 1.5, 2**70, True])
@example({"type": "number", "minimum": 0, "exclusiveMaximum": 1}, [0, 1, 0.5, -1, True])
@example({"type": ["string", "null"], "maxLength": 1}, ["a", "ab", None])
@example({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}, ["a", ["a"], [1], {}])
@example({"type": "string", "pattern": "^[ab]{1,2}$"}, ["a", "ab\n", "c", ""])
@example({"type": "object", "properties": {"class": {"type": "null"}, "a-b": {}}}, [{"class": None, "a-b": 1}])
@example(CONDITIONAL, [{"a": "x"}, {"a": "y"}, {"a": "y", "b": 1}])
def test_what_it_takes_is_valid_and_known(schema: dict[str, Any], values: list[Any]) -> None:
    valid = jsonschema_rs.Draft202012Validator(closed(schema))
    for value in values:
        if taken(schema, json.dumps(value).encode()):
            assert valid.is_valid(value), value


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "maxLength": 2, "minLength": 1}, "ab"),
        ({"type": "string", "enum": ["a", "b"]}, "b"),
        ({"type": "string", "const": "a"}, "a"),
        ({"type": "string", "pattern": "^[a-z_-]{1,4}$"}, "a_-z"),
        ({"type": "integer", "minimum": 1}, 1),
        ({"type": "number", "maximum": 1}, 0.5),
        ({"type": ["integer", "null"]}, None),
        ({"type": "array", "items": {"type": "boolean"}, "maxItems": 2}, [True, False]),
        ({"type": "object"}, {"any": [1]}),
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": ""}),
        ({"type": "object", "properties": {"from": {"type": "null"}}}, {"from": None}),
        ({"type": "object", "properties": {"a": {"type": "null"}, "b": {"not": {}}}}, {"a": None}),
        (CONDITIONAL, {"a": "y", "b": 1}),
        ({}, [None]),
    ],
)
def test_what_it_takes(schema: dict[str, Any], value: Any) -> None:
    assert taken(schema, json.dumps(value).encode())


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{"type": "string"}]},
        {"not": {"type": "string"}},
        {"type": "string", "pattern": r"^\w+$"},
        {"type": "string", "const": 1},
        {"type": "boolean", "const": False},
        {"type": "array", "uniqueItems": True},
        {"type": "object", "properties": {"a": {"not": {}}}, "required": ["a"]},
        {"type": "object", "required": ["a"]},
        {"type": "object", "properties": {"a": {}}, "maxProperties": 1},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {}}, "if": {}, "then": {"properties": {}}},
        {"type": "array", "items": True},
    ],
)
def test_what_no_type_expresses(schema: dict[str, Any]) -> None:
    assert narrowed(schema, lambda node: node) is None


def test_what_holds_itself_is_left_out() -> None:
    tree = {"type": "object", "properties": {"a": {"type": "string"}, "inner": {"$ref": "#/tree"}}, "required": ["a"]}
    kind = narrowed(tree, lambda node: tree if "$ref" in node else node)
    assert msgspec.json.decode(b'{"a":"x","inner":{"a":"y"}}', type=kind).inner.a == "y"
    with pytest.raises(msgspec.ValidationError, match="unknown field `inner`"):
        msgspec.json.decode(b'{"a":"x","inner":{"a":"y","inner":{"a":"z"}}}', type=kind)


def test_a_member_that_is_not_listed_is_not_taken_for_it_would_not_be_read() -> None:
    assert taken({"type": "object", "properties": {"a": {}}, "additionalProperties": {}}, b'{"b":"\\ud800"}') is False


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
def test_a_usual_request_is_decoded_in_one_step(vendor: str) -> None:
    """Without this nothing is wrong, only slow."""
    check = ItemCheck(Document(vendor), version="2026-10-21")
    decoder, passes = check.decoder(), check.naming()
    turns = [{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "ho"}]}]
    body = {"model": "m", "max_tokens": 8, "system": "s", "messages": turns}
    assert decoder is not None
    assert passes is not None
    assert decoder.decode(json.dumps({"custom_id": "a b", "params": body})).custom_id == "a b"
    assert passes("a-b")
    assert not passes("")
    for wrong in ({**body, "max_tokens": 0}, {**body, "colour": "red"}, {"model": "m"}):
        with pytest.raises(msgspec.ValidationError):
            decoder.decode(json.dumps({"custom_id": "a", "params": wrong}))


ID = {"type": "string", "description": "a name", "minLength": 2, "maxLength": 3, "pattern": "^[ab_-]{1,64}$"}


@given(st.text("ab_-\ncé", max_size=5))
@example("ab\n")
@example("")
def test_a_matcher_takes_what_the_schema_takes(name: str) -> None:
    for schema in (ID, {**ID, "pattern": "^[ab]+$"}, {"type": "string"}, {"type": "string", "maxLength": 2}):
        matches = matcher(schema)
        assert matches is not None
        assert bool(matches(name)) is (bool(name) and jsonschema_rs.Draft202012Validator(schema).is_valid(name)), schema


@pytest.mark.parametrize("schema", [{"type": "integer"}, {**ID, "enum": ["ab"]}, {**ID, "pattern": r"^\w+$"}, {}])
def test_what_no_pattern_can_tell(schema: dict[str, Any]) -> None:
    assert matcher(schema) is None
