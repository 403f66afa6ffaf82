"""The checker of seed rows on a small made-up document: right rows hold, planted wrong ones are reported by name."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.contract.seed_document import Document, NotThere, steps
from tests.contract.seed_rows import Row, check_document


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _tagged(word: str, **properties: Any) -> dict[str, Any]:
    tag = {"type": "string", "const": word}
    return {"type": "object", "properties": {"type": tag, **properties}, "required": [*properties]}


_BASKET = {
    "type": "object",
    "required": ["fruits"],
    "properties": {
        "fruits": {"type": "array", "items": _ref("AnyFruit")},
        "letter": {"anyOf": [_ref("Letter"), {"type": "null"}], "default": None},
        "stamp": {"type": "string", "default": "red", "maxLength": 9, "minLength": 1, "deprecated": True},
        "note": {"anyOf": [{"type": "string", "format": "uri", "maxLength": 4}, {"type": "null"}]},
        "words": {"type": "array", "items": {"anyOf": [{"enum": ["low", "high"]}, {"type": "string"}]}},
        "closed": {"type": "string", "enum": ["low", "high"]},
        "free": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
        "anything": {},
        "seller": {"allOf": [_ref("Person"), {"description": "who sells"}]},
        "weight": {"type": "number"},
    },
    # Not a choice of shapes but a rule: the resolver must not take it for two variants.
    "oneOf": [{"required": ["letter", "stamp"]}, {"required": ["note", "stamp"]}],
}
_SCHEMAS = {
    "Basket": _BASKET,
    "AnyFruit": {
        "oneOf": [_ref("Apple"), _ref("Pear"), _ref("Quince")],
        "discriminator": {
            "propertyName": "type",
            "mapping": {"apple": "#/components/schemas/Apple", "quince": "#/components/schemas/Quince"},
        },
    },
    "Apple": _tagged("apple", stem={"type": "integer"}),
    "Pear": _tagged("pear", stem={"type": ["integer", "null"]}, skin={"type": "boolean"}),
    "Quince": {"properties": {"type": {"type": "string"}, "wool": {"type": "string"}}, "required": ["wool"]},
    "Letter": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
    "Person": {"allOf": [_ref("Named"), {"type": "object", "properties": {"age": {"type": "integer"}}}]},
    "Named": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
    "Trouble": {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]},
}
_BODY = {"required": True, "x-max-bytes": 64, "content": {"application/json": {"schema": _ref("Basket")}}}
_HOOK = {"type": "object", "properties": {"done": {"type": "boolean"}}}
_DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "servers": [{"url": "https://fruit.example/"}],
    "security": [{"key": []}],
    "paths": {
        "/v1/baskets": {
            "parameters": [{"name": "X-Shop", "in": "header", "schema": {"type": "string"}}],
            "post": {
                "operationId": "create_batch",
                "x-open-batches": 3,
                "parameters": [
                    {"$ref": "#/components/parameters/Version"},
                    {"name": "beta", "in": "query", "deprecated": True, "schema": {"type": "boolean"}},
                ],
                "requestBody": {"$ref": "#/components/requestBodies/Create"},
                "responses": {
                    "200": {"content": {"application/json": {"schema": _ref("Basket")}}},
                    "4XX": {"$ref": "#/components/responses/Trouble"},
                },
                "callbacks": {
                    "ripe": {
                        "{$request.body#/note}": {
                            "post": {"requestBody": {"content": {"application/json": {"schema": _HOOK}}}}
                        }
                    }
                },
            },
        }
    },
    "components": {
        "schemas": _SCHEMAS,
        "parameters": {
            "Version": {
                "name": "x-version",
                "in": "header",
                "required": True,
                "schema": {"type": "string", "default": "2"},
            }
        },
        "requestBodies": {"Create": _BODY},
        "responses": {
            "Trouble": {"content": {"application/json": {"schema": {"anyOf": [_ref("Trouble"), _ref("Letter")]}}}}
        },
        "securitySchemes": {
            "key": {"type": "http", "scheme": "bearer", "description": "ours"},
            "old": {"type": "apiKey"},
        },
    },
}


def _row(place: str, path: str, fact: str, expected: Any) -> Row:
    return Row("009-0001", "fruit", place, path, fact, expected)


_REQ = "create_batch.request"
_RIGHT: list[tuple[str, str, str, Any]] = [
    ("vendor", "", "server", "https://fruit.example"),
    ("vendor", "", "security", {"type": "http", "scheme": "bearer"}),
    ("create_batch", "", "method", "POST"),
    ("create_batch", "", "path", "/v1/baskets"),
    ("create_batch", "", "content_type", "application/json"),
    ("create_batch", "", "deprecated", False),
    ("create_batch", "", "limit", {"max_bytes": 64}),
    ("create_batch", "", "limit", {"open_batches": 3}),
    ("create_batch.header.X-Version", "", "required", True),
    ("create_batch.header.X-Version", "", "default", "2"),
    ("create_batch.header.x-shop", "", "required", False),
    ("create_batch.header.x-shop", "", "type", ["string"]),
    ("create_batch.query.beta", "", "type", ["boolean"]),
    ("create_batch.query.beta", "", "deprecated", True),
    ("create_batch.header.Authorization", "", "type", "absent"),
    ("create_batch.response.200", "", "status", 200),
    ("create_batch.response.200", "", "content_type", "application/json"),
    ("create_batch.response.4XX", "", "status", "4XX"),
    ("create_batch.response.4XX", "<has:code>.code", "type", ["string"]),
    ("create_batch.response.4XX", "<has:text>", "name", "Letter"),
    ("create_batch.response.4XX", "<is:Letter>.text", "type", ["string"]),
    ("create_batch.callback", "", "method", "POST"),
    ("create_batch.callback", "done", "type", ["boolean"]),
    (_REQ, "", "required", True),
    (_REQ, "", "type", ["object"]),
    (_REQ, "", "name", "Basket"),
    (_REQ, "", "example", {"fruits": [{"type": "apple", "stem": 1}], "note": "n", "stamp": "s"}),
    (_REQ, "fruits", "required", True),
    (_REQ, "fruits[]", "type", ["object"]),
    (_REQ, "fruits[]", "variants", ["apple", "pear", "quince"]),
    (_REQ, "fruits[]", "has_variants", ["apple"]),
    (_REQ, "fruits[]<type=apple>", "name", "Apple"),
    (_REQ, "fruits[]<type=apple>.stem", "type", ["number"]),
    (_REQ, "fruits[]<type=apple>.stem", "required", True),
    (_REQ, "fruits[]<type=apple>.type", "const", "apple"),
    (_REQ, "fruits[]<type=apple>.type", "required", False),
    (_REQ, "fruits[]<type=pear>.stem", "type", ["integer", "null"]),
    (_REQ, "fruits[]<has:skin>.skin", "type", ["boolean"]),
    (_REQ, "fruits[]<type=quince>.wool", "type", ["string"]),
    (_REQ, "fruits[].skin", "type", ["boolean"]),
    (_REQ, "letter", "type", ["object", "null"]),
    (_REQ, "letter", "default", None),
    (_REQ, "letter.text", "required", True),
    (_REQ, "stamp", "required", True),
    (_REQ, "note", "required", False),
    (_REQ, "note", "default", None),
    (_REQ, "note", "format", "uri"),
    (_REQ, "note", "maxLength", 4),
    (_REQ, "stamp", "format", None),
    (_REQ, "stamp", "minLength", 1),
    (_REQ, "stamp", "default", "red"),
    (_REQ, "stamp", "deprecated", True),
    (_REQ, "words[]", "enum", ["low", "high"]),
    (_REQ, "words[]", "words", ["low", "auto"]),
    (_REQ, "closed", "words", ["low"]),
    (_REQ, "free.*", "type", ["integer", "null"]),
    (_REQ, "anything", "type", ["any"]),
    (_REQ, "anything", "accepts", ["string"]),
    (_REQ, "free", "accepts", ["object"]),
    (_REQ, "seller.name", "required", True),
    (_REQ, "seller.age", "required", False),
    (_REQ, "seller", "name", "Person"),
    (_REQ, "seller.nickname", "type", "absent"),
    (_REQ, "weight", "type", ["number"]),
]


@pytest.mark.parametrize("fact", _RIGHT, ids=str)
def test_a_right_row_holds(fact: tuple[str, str, str, Any]) -> None:
    assert check_document(_row(*fact), Document(_DOCUMENT)) == ""


_WRONG: list[tuple[str, str, str, Any, str]] = [
    ("vendor", "", "server", "https://other.example", "found 'https://fruit.example'"),
    ("vendor", "", "security", {"type": "apiKey"}, "no scheme in use"),
    ("create_batch", "", "method", "PUT", "found 'POST'"),
    ("create_batch", "", "path", "/v1/baskets?beta=true", "found '/v1/baskets'"),
    ("create_batch", "", "content_type", "text/plain", "application/json"),
    ("create_batch", "", "deprecated", True, "found False"),
    ("create_batch", "", "limit", {"max_bytes": 65}, "expected 65, found 64"),
    ("create_batch", "", "limit", {"max_items": 65}, "x-max-items is neither"),
    ("get_batch", "", "method", "GET", "no operation get_batch"),
    ("create_batch.header.x-version", "", "required", False, "expected False, found True"),
    ("create_batch.header.x-none", "", "type", ["string"], "no header parameter 'x-none'"),
    ("create_batch.header.x-version", "", "type", "absent", "is still there"),
    ("create_batch.query.beta", "", "deprecated", False, "found True"),
    ("create_batch.response.201", "", "status", 201, "no response 201; there are ['200', '4XX']"),
    ("create_batch.response.200", "", "content_type", "text/html", "application/json"),
    (
        "create_batch.response.4XX",
        "<has:detail>",
        "name",
        "Letter",
        "no variant with property 'detail' in Trouble | Letter",
    ),
    ("create_batch.response.4XX", "<is:Pear>", "type", ["object"], "no variant with name 'Pear' in Trouble | Letter"),
    (_REQ, "note", "format", None, "expected None, found 'uri'"),
    ("create_batch.callback", "", "method", "PUT", "methods missing ['PUT']"),
    (_REQ, "", "name", "Bag", "expected the schema Bag"),
    (_REQ, "", "example", {"note": "n", "stamp": "s"}, "refused"),
    (_REQ, "fruits", "required", False, "expected False, found True"),
    (_REQ, "fruits", "type", ["array", "null"], "expected ['array', 'null'], found ['array']"),
    (_REQ, "fruits[]", "variants", ["apple", "pear"], "too many ['quince']"),
    (_REQ, "fruits[]", "has_variants", ["plum"], "variants missing ['plum']"),
    (_REQ, "fruits[]<type=plum>", "type", ["object"], "no variant with type 'plum' in Apple | Pear | Quince"),
    (_REQ, "fruits[]<type=apple>.type", "const", "pear", "missing ['pear'], too many ['apple']"),
    (_REQ, "fruits[]<type=apple>.skin", "type", ["boolean"], "no property 'skin' in Apple; there are ['stem', 'type']"),
    (_REQ, "fruits[]<type=apple>.stem", "type", ["string"], "expected ['string'], found ['integer']"),
    (_REQ, "fruits[].stem", "type", ["integer"], "the path must choose one"),
    (_REQ, "letter", "type", ["object"], "found ['null', 'object']"),
    (_REQ, "note[]", "type", ["string"], "no array items"),
    (_REQ, "note.*", "type", ["string"], "no free keys"),
    (_REQ, "note", "default", "x", "expected 'x', found no default"),
    (_REQ, "fruits", "default", None, "expected None, found no default"),
    (_REQ, "stamp", "default", "blue", "expected 'blue', found 'red'"),
    (_REQ, "stamp", "maxLength", 10, "expected 10, found 9"),
    (_REQ, "stamp", "format", "uri", "expected 'uri', found none"),
    (_REQ, "note", "deprecated", True, "expected True, found False"),
    (_REQ, "words[]", "enum", ["low", "mid"], "missing ['mid'], too many ['high']"),
    (_REQ, "closed", "words", ["mid"], "words not admitted: ['mid']"),
    (_REQ, "free", "accepts", ["string"], "an example has ['string']"),
    (_REQ, "anything", "type", ["object"], "found ['any']"),
    (_REQ, "weight", "type", ["integer"], "found ['number']"),
    (_REQ, "weight", "type", "absent", "is still there"),
    (_REQ, "sender.nickname", "type", "absent", "no property 'sender'"),
    (_REQ, "anything", "name", "Thing", "an unnamed schema"),
]


@pytest.mark.parametrize("fact", _WRONG, ids=str)
def test_a_wrong_row_is_named(fact: tuple[str, str, str, Any, str]) -> None:
    place, path, name, expected, message = fact
    problem = check_document(_row(place, path, name, expected), Document(_DOCUMENT))
    assert problem.startswith(f"009-0001 fruit {place} {path or '(itself)'}: {name}: ")
    assert message in problem


def test_a_number_of_the_seed_is_not_an_integer_beside_another_type() -> None:
    document = copy.deepcopy(_DOCUMENT)
    document["components"]["schemas"]["Basket"]["properties"]["weight"] = {"type": ["integer", "string"]}
    assert "found ['number', 'string']" in check_document(_row(_REQ, "weight", "type", ["number"]), Document(document))


def test_a_discriminator_that_points_to_another_variant_is_reported() -> None:
    document = copy.deepcopy(_DOCUMENT)
    document["components"]["schemas"]["AnyFruit"]["discriminator"]["mapping"]["pear"] = "#/components/schemas/Apple"
    problem = check_document(_row(_REQ, "fruits[]", "has_variants", ["pear"]), Document(document))
    assert "maps ['pear'] to Apple, whose own words are ['apple']" in problem


def test_a_dangling_reference_is_reported() -> None:
    document = copy.deepcopy(_DOCUMENT)
    del document["components"]["schemas"]["Letter"]
    problem = check_document(_row(_REQ, "letter", "type", ["object", "null"]), Document(document))
    assert "dangling reference #/components/schemas/Letter" in problem


def test_a_parameter_without_a_body_place_is_not_there() -> None:
    with pytest.raises(NotThere, match="no request body"):
        Document({"paths": {"/": {"get": {"operationId": "create_batch"}}}}).node(_REQ)


def test_a_path_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"cannot be read from '<type>"):
        steps("fruits[]<type>.x")


def test_a_correction_replaces_the_value_even_when_it_is_null_or_false() -> None:
    row = {"id": "009-0001", "vendor": "fruit", "place": _REQ, "path": "note", "fact": "required", "value": True}
    assert Row.of(row).expected is True
    assert Row.of({**row, "corrected": False, "why": "§0"}).expected is False


# -- the schema of the rows

_GOOD = {
    "id": "001-0001",
    "vendor": "letta",
    "place": _REQ,
    "path": "a.b[]<type=c>.d.*",
    "fact": "type",
    "value": ["string"],
}


@pytest.mark.parametrize(
    "change",
    [
        {"id": "1"},
        {"vendor": "openai"},
        {"place": "create_batch.body"},
        {"path": "a..b"},
        {"path": "a[0]"},
        {"fact": "nullable"},
        {"value": "string"},
        {"value": ["int"]},
        {"value": []},
        {"fact": "required", "value": "yes"},
        {"fact": "enum", "value": [1]},
        {"fact": "status", "value": 200},
        {"fact": "server", "value": "https://x.example"},
        {"fact": "maxLength", "value": -1},
        {"corrected": ["null"]},
        {"why": "§3.2"},
        {"corrected": ["null"], "why": "because"},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_malformed_row_is_refused_by_the_schema(change: dict[str, Any]) -> None:
    path = Path(__file__).parents[1] / "cases" / "seed_facts.schema.json"
    validator = jsonschema_rs.Draft202012Validator(json.loads(path.read_text(encoding="utf-8")))
    assert validator.is_valid([_GOOD])
    assert validator.is_valid([{**_GOOD, "corrected": "absent", "why": "Not a field (§3.2)."}])
    assert not validator.is_valid([{**_GOOD, **change}])
