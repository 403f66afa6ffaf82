"""The comparison of seed rows with generated code, on made-up classes: right rows hold, wrong ones are named."""

from __future__ import annotations

import copy
from typing import Any, NotRequired, TypedDict

import attrs
import pytest

from tests.contract.seed_code import Code, check_code, in_code
from tests.contract.seed_document import Document
from tests.contract.seed_rows import Row


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


_TEXT: dict[str, Any] = {"type": "string"}
_SCHEMAS = {
    "Basket": _object(
        ["fruits", "stamp"],
        fruits={"type": "array", "items": _ref("AnyFruit")},
        letter=_ref("Letter"),
        stamp=_TEXT,
        note={"type": ["string", "null"]},
        closed=_TEXT,
        free={"type": "object", "additionalProperties": True},
        seller=_ref("Person"),
        weight={"type": "number"},
    ),
    "AnyFruit": {"oneOf": [_ref("Apple"), _ref("Pear")]},
    "Apple": _object(["stem"], type={"const": "apple"}, stem={"type": "integer"}),
    "Pear": _object([], type={"const": "pear"}, skin={"type": "boolean"}),
    "Letter": _object(["text"], text=_TEXT),
    "Person": {"allOf": [_ref("Named"), _object([], age={"type": "integer"})]},
    "Named": _object(["name"], name=_TEXT),
    "Trouble": _object(["code"], code=_TEXT),
}
_PARAMETERS = [
    {"name": "X-Version", "in": "header", "required": True, "schema": {"type": "string", "default": "2"}},
    {"name": "X-Shop", "in": "header", "schema": _TEXT},
    {"name": "beta", "in": "query", "schema": {"type": "boolean"}},
]
_DOCUMENT: dict[str, Any] = {
    "paths": {
        "/v1/baskets": {
            "post": {
                "operationId": "create_batch",
                "parameters": _PARAMETERS,
                "requestBody": _json(_ref("Basket")),
                "responses": {"200": _json(_ref("Basket")), "4XX": _json({"anyOf": [_ref("Trouble"), _ref("Letter")]})},
            },
        }
    },
    "components": {"schemas": _SCHEMAS},
}
_REQ, _200 = "create_batch.request", "create_batch.response.200"


def _row(place: str, path: str, fact: str, expected: Any) -> Row:
    return Row("009-0001", "fruit", place, path, fact, expected)


class _BasketKeys(TypedDict):
    fruits: list[Any]
    stamp: str
    note: NotRequired[str | None]
    weight: float


class _Optional(TypedDict, total=False):
    age: int


class _PersonKeys(_Optional):
    name: str


@attrs.define
class _Basket:
    fruits: list[Any]
    note: str | None = None


@attrs.define
class _Apple:
    stem: int
    type_: str = "apple"


@attrs.define
class _Trouble:
    code: str


def _create(*, body: Any, x_version: str = "2", x_shop: str | None = None, beta: bool = False) -> dict[str, Any]:
    return {"method": "post", "url": "/v1/baskets", "json": body.to_dict()}


_CODE = Code(
    models={"basket": _Basket, "apple": _Apple, "trouble": _Trouble},
    params={"basket": _BasketKeys, "person": _PersonKeys},
    create=_create,
)


@pytest.mark.parametrize(
    "fact",
    [
        ("create_batch", "", "method", "POST"),
        ("create_batch", "", "path", "/v1/baskets"),
        ("create_batch.header.X-Version", "", "required", True),
        ("create_batch.header.X-Shop", "", "required", False),
        ("create_batch.header.Authorization", "", "required", "absent"),
        ("create_batch.query.beta", "", "type", ["boolean"]),
        (_REQ, "", "type", ["object"]),
        (_REQ, "fruits", "required", True),
        (_REQ, "fruits[]", "type", ["object"]),
        (_REQ, "stamp", "required", True),
        (_REQ, "note", "required", False),
        (_REQ, "seller.name", "required", True),
        (_REQ, "seller.age", "required", False),
        (_REQ, "seller.nickname", "type", "absent"),
        (_REQ, "free.any", "type", "absent"),
        (_200, "note", "type", ["string", "null"]),
        (_200, "fruits[]<type=apple>.type", "const", "apple"),
        (_200, "fruits[]<type=apple>", "name", "Apple"),
        ("create_batch.response.4XX", "", "status", "4XX"),
        ("create_batch.response.4XX", "<has:code>.code", "type", ["string"]),
    ],
    ids=str,
)
def test_code_that_has_what_the_row_says_passes(fact: tuple[str, str, str, Any]) -> None:
    assert check_code(_row(*fact), Document(_DOCUMENT), _CODE) == ""


@pytest.mark.parametrize(
    "fact",
    [
        ("create_batch", "", "method", "PUT", "the operation calls 'post'"),
        ("create_batch", "", "path", "/v2", "the operation calls '/v1/baskets'"),
        ("create_batch.header.X-None", "", "type", ["string"], "takes ['beta', 'body', 'x_shop', 'x_version']"),
        ("create_batch.header.X-Shop", "", "required", "absent", "takes ['beta'"),
        ("create_batch.header.X-Shop", "", "required", True, "parameter x_shop is optional"),
        (_REQ, "closed", "type", ["string"], "_BasketKeys has ['fruits', 'note', 'stamp', 'weight']"),
        (_REQ, "weight", "required", False, "_BasketKeys.weight is required"),
        (_REQ, "note", "required", True, "_BasketKeys.note is not required"),
        (_REQ, "seller.age", "required", True, "_PersonKeys.age is not required"),
        (_REQ, "seller.name", "type", "absent", "_PersonKeys has"),
        (_REQ, "letter.text", "type", ["string"], "no class for Letter"),
        (_200, "stamp", "type", ["string"], "_Basket has ['fruits', 'note']"),
        (_200, "fruits[]<type=pear>.skin", "type", ["boolean"], "no class for AnyFruit or Pear"),
        ("create_batch.response.4XX", "<has:text>.text", "type", ["string"], "no class for Letter"),
    ],
    ids=str,
)
def test_code_that_differs_is_named(fact: tuple[str, str, str, Any, str]) -> None:
    place, path, name, expected, message = fact
    problem = check_code(_row(place, path, name, expected), Document(_DOCUMENT), _CODE)
    assert problem.startswith(f"009-0001 fruit {place} {path or '(itself)'}: {name}: generated code: ")
    assert message in problem


def test_a_class_is_found_by_the_title_of_its_component() -> None:
    document = copy.deepcopy(_DOCUMENT)
    document["components"]["schemas"]["Basket"]["title"] = "HTTP-basket"
    code = Code(models={"httpbasket": _Basket}, params={}, create=_create)
    assert check_code(_row(_200, "note", "type", ["string", "null"]), Document(document), code) == ""


def test_an_inline_schema_has_no_class() -> None:
    document = copy.deepcopy(_DOCUMENT)
    document["components"]["schemas"]["Basket"]["properties"]["letter"] = {"properties": {"text": {"type": "string"}}}
    problem = check_code(_row(_200, "letter.text", "type", ["string"]), Document(document), _CODE)
    assert "object has no name, so no class" in problem


@pytest.mark.parametrize("place", ["vendor", "create_batch.callback"])
def test_what_code_does_not_know_is_not_asked_of_it(place: str) -> None:
    assert not in_code(_row(place, "", "server", "x"))
    assert not in_code(_row("create_batch", "", "limit", {}))
    assert in_code(_row("create_batch", "", "path", "/"))
