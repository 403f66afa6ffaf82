"""A JSON Schema for answers, from a file, a schema or a type; objects are closed where that changes nothing else."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import attrs
import jsonschema_rs
import msgspec
import pytest

from polybatch import InputError
from polybatch.schema_of import closed, json_schema_of

TEXT = {"type": "string"}
CLOSED = {"title": "Label", "type": "object", "properties": {"name": TEXT}, "required": ["name"],
          "additionalProperties": False}  # fmt: skip


class Struct(msgspec.Struct):
    name: str


@dataclass
class Data:
    name: str


@attrs.define
class Attrs:
    name: str


class Dict(TypedDict):
    name: str


class Tree(msgspec.Struct):
    name: str
    below: "list[Tree]" = []  # noqa: UP037 - the class refers to itself


def without_title(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in schema.items() if name != "title"}


@pytest.mark.parametrize("kind", [Struct, Data, Attrs, Dict])
def test_a_type_is_a_schema_that_stands_for_itself(kind: type) -> None:
    found = json_schema_of(kind)
    assert found.pop("title") == kind.__name__
    assert found == without_title(CLOSED)


def test_a_pydantic_model_is_known_by_its_methods() -> None:
    class Model:
        @staticmethod
        def model_json_schema() -> dict[str, Any]:
            return {"title": "Label", "type": "object", "properties": {"name": TEXT}, "required": ["name"]}

    assert json_schema_of(Model) == CLOSED


def test_a_pydantic_model_itself() -> None:
    pydantic = pytest.importorskip("pydantic", reason="pydantic is not installed; the extra `test` has it")
    model = pydantic.create_model("Label", name=(str, ...))
    found = json_schema_of(model)
    assert found["properties"] == {"name": {"title": "Name", "type": "string"}}
    assert found["additionalProperties"] is False


def test_a_type_that_holds_itself_keeps_its_definition() -> None:
    found = json_schema_of(Tree)
    assert found["$defs"]["Tree"]["additionalProperties"] is False
    judge = jsonschema_rs.validator_for(found)
    assert judge.is_valid({"name": "a", "below": [{"name": "b"}]})
    assert not judge.is_valid({"name": "a", "below": [{"name": "b", "more": 1}]})


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "label.json"
    path.write_text(json.dumps(without_title(CLOSED)))
    assert json_schema_of(path) == json_schema_of(str(path)) == without_title(CLOSED)


OBJECT = {"type": "object", "properties": {"a": TEXT}}
SHUT = {**OBJECT, "additionalProperties": False}
CLOSINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a list of objects": ({"type": "array", "items": OBJECT}, {"type": "array", "items": SHUT}),
    "either": ({"anyOf": [OBJECT, {"type": "null"}]}, {"anyOf": [SHUT, {"type": "null"}]}),
    "a definition": ({"$defs": {"x": OBJECT}, "$ref": "#/$defs/x"}, {"$defs": {"x": SHUT}, "$ref": "#/$defs/x"}),
    "one of all": ({"allOf": [OBJECT]}, {"allOf": [SHUT]}),
    "what is data": ({"const": OBJECT, "default": OBJECT}, {"const": OBJECT, "default": OBJECT}),
    "a map": ({"type": "object", "additionalProperties": TEXT}, {"type": "object", "additionalProperties": TEXT}),
    "anything": ({"type": "object"}, {"type": "object"}),
}
LEFT: dict[str, dict[str, Any]] = {
    "open by its own word": {**OBJECT, "additionalProperties": True},
    "parts that add up": {"allOf": [OBJECT, {"properties": {"b": TEXT}}]},
    "more beside": {**OBJECT, "anyOf": [{"properties": {"b": TEXT}}]},
    "conditions": {**OBJECT, "if": {}, "then": {"properties": {"b": TEXT}}},
    "words of another draft": {"$defs": [], "prefixItems": 3, "allOf": "x", "properties": 1, "items": [OBJECT]},
    "names by pattern": {**OBJECT, "patternProperties": {"^x": TEXT}},
}


@pytest.mark.parametrize(("schema", "expected"), CLOSINGS.values(), ids=CLOSINGS)
def test_an_object_that_lists_its_properties_is_closed(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    before = json.dumps(schema)
    assert closed(schema) == expected
    assert json.dumps(schema) == before, "the caller's own is left alone"


@pytest.mark.parametrize("schema", LEFT.values(), ids=LEFT)
def test_what_is_open_on_purpose_stays_open(schema: dict[str, Any]) -> None:
    assert closed(schema) == schema


REFUSED: dict[str, tuple[Any, str]] = {
    "a wrong word": ({"type": "strin"}, r'the schema is no JSON Schema: type: "strin"'),
    "deep inside": ({"properties": {"a": {"type": 3}}}, r"no JSON Schema: properties\.a\.type: 3"),
    "another machine": ({"$ref": "http://127.0.0.1:1/x"}, "http://127.0.0.1:1/x is not fetched"),
    "nothing there": ({"$ref": "#/$defs/x"}, "does not exist"),
    "no JSON": ({"const": {1, 2}.__iter__}, "no JSON Schema"),
    "nested without end": (functools.reduce(lambda inner, _: {"items": inner}, range(10**5), {}), "nested too deeply"),
    "a number": (5, r"no JSON Schema can be made of 5.*pydantic type"),
    "no file": ("nowhere.json", r"cannot read nowhere\.json: No such file"),
}


@pytest.mark.parametrize(("kind", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_is_none_is_refused(kind: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        json_schema_of(kind)


@pytest.mark.parametrize(("text", "complaint"), [("{", "not JSON"), ("[]", "a JSON Schema is an object")])
def test_a_file_that_holds_none_is_refused_by_name(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(InputError, match=rf"x\.json: {complaint}"):
        json_schema_of(tmp_path / "x.json")
