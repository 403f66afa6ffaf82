"""The generated clients: no reply is ever lost, whatever a vendor sends, and what is sent is what the document says."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.contract.strict_samples import (
    MANIFEST,
    VENDORS,
    Json,
    at,
    changed,
    document,
    json_schema,
    operation,
    parameters,
    places,
    responses,
    sample,
    verb_and_path,
)
from tests.vendor_facts import told

# MeshAPI and OneRouter document no variants that a word tells apart.
UNIONS = {
    "anthropic": {"BetaErrorResponse", "BetaMessage", "BetaMessageBatchIndividualResponse"},
    "letta": {"ImageContent", "Message"},
}
STATUS = {"anthropic": "processing_status", **told("status")}
OPERATIONS = [(vendor, name) for vendor in VENDORS for name in MANIFEST[vendor]["operations"]]
JSON_OPERATIONS = [pair for pair in OPERATIONS if json_schema(*pair) is not None]
OBJECTS = [pair for pair in JSON_OPERATIONS if sample(pair[0], json_schema(*pair)) is not None]
every_operation = pytest.mark.parametrize(("vendor", "name"), OPERATIONS)
every_json = pytest.mark.parametrize(("vendor", "name"), OBJECTS)


def read(vendor: str, name: str, content: bytes | Json, status: int = 200) -> Any:
    """Reads a reply, and checks what holds for every reply: nothing of it is lost."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"retry-after": "7"}
    reply = operation(vendor, name).parse_response(status_code=status, content=body, headers=headers)
    assert (reply.status_code, type(reply.status_code)) == (status, int)
    assert reply.content == body
    assert reply.headers["retry-after"] == "7"
    assert reply.parsed is None or reply.decode_error is None
    return reply


# 1.3e: nothing that a vendor may send loses the reply


@every_json
@pytest.mark.parametrize("full", [False, True])
def test_a_declared_reply_round_trips(vendor: str, name: str, full: bool) -> None:  # noqa: FBT001
    value = sample(vendor, json_schema(vendor, name), full=full)
    reply = read(vendor, name, value)
    assert reply.decode_error is None
    parsed = reply.parsed if isinstance(reply.parsed, list) else [reply.parsed]
    found = [entry.to_dict() for entry in parsed]
    normal = json.dumps(value, sort_keys=True).replace('Z"', '+00:00"')
    assert json.dumps(found if isinstance(value, list) else found[0], sort_keys=True) == normal


@every_json
def test_an_unknown_word_is_data(vendor: str, name: str) -> None:
    schema = json_schema(vendor, name)
    value = sample(vendor, schema, full=True)
    words = [path for path, below in places(vendor, schema, value) if len(below.get("enum", [])) > 1]
    for path in words:
        reply = read(vendor, name, changed(value, path, "brand_new"))
        assert reply.decode_error is None, path
        again = [entry.to_dict() for entry in reply.parsed] if isinstance(value, list) else reply.parsed.to_dict()
        assert at(again, path) == "brand_new"


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("name", ["create_batch", "get_batch"])
def test_an_unknown_status_is_a_string(vendor: str, name: str) -> None:
    field = STATUS.get(vendor, "status")
    value = {**sample(vendor, json_schema(vendor, name)), field: "paused"}
    assert getattr(read(vendor, name, value).parsed, field) == "paused"


def unions(vendor: str) -> Iterator[tuple[str, str]]:
    """(model, property) of every union in the models that has an Unknown member."""
    models = importlib.import_module(f"polybatch_generated.{vendor}.client.models")
    for name in dir(models):
        for key, note in getattr(getattr(models, name), "__annotations__", {}).items():
            found = re.search(r"\bUnknown\w+", note) if isinstance(note, str) else None
            if found:
                yield name, key.removesuffix("_")


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_unknown_variant_is_data(vendor: str) -> None:
    models = importlib.import_module(f"polybatch_generated.{vendor}.client.models")
    schemas = document(vendor)["components"]["schemas"]
    variant = {"type": "brand_new", "role": "brand_new", "more": [1, {"a": None}]}
    tried = set()
    for model, key in unions(vendor):
        if key not in schemas[model].get("properties", {}):
            continue
        value = sample(vendor, {"$ref": f"#/components/schemas/{model}"})
        notes = getattr(models, model).__annotations__
        new = [variant] if re.search(r"list\[[^\]]*Unknown", notes.get(key) or notes[f"{key}_"]) else variant
        assert getattr(models, model).from_dict({**value, key: new}).to_dict()[key] == new
        tried.add(model)
    assert tried >= UNIONS.get(vendor, set())


@every_json
def test_an_extra_field_is_kept(vendor: str, name: str) -> None:
    value = sample(vendor, json_schema(vendor, name))
    first = value[0] if isinstance(value, list) else value
    more = {**first, "brand_new": {"a": [1, None]}}
    reply = read(vendor, name, [more] if isinstance(value, list) else more)
    assert reply.decode_error is None
    parsed = reply.parsed[0] if isinstance(value, list) else reply.parsed
    assert parsed.additional_properties["brand_new"] == {"a": [1, None]}


@every_operation
def test_no_status_and_no_body_raises(vendor: str, name: str) -> None:
    for status in (520, 529, 500, 418, 302, 199, 200):
        for content in (b"<html>busy</html>", b"", b'{"error":', b'"x"', b"[]", b"\xff\xfe\x00", b"{}", b"[" * 100_000):
            read(vendor, name, content, status)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("status", [520, 529])
def test_a_status_without_a_name_is_a_number(vendor: str, status: int) -> None:
    errors = [response for code, response in responses(vendor, "get_batch").items() if not code.startswith("2")]
    schema = errors[-1]["content"]["application/json"]["schema"]
    reply = read(vendor, "get_batch", sample(vendor, schema), status)
    assert reply.decode_error is None


@every_json
@pytest.mark.parametrize("content", [b"<html>hello</html>", b'{"id": "x', b"[", b"\xff\xfe\x00", b"7"])
def test_what_is_no_json_is_kept_with_the_reason(vendor: str, name: str, content: bytes) -> None:
    assert isinstance(read(vendor, name, content).decode_error, Exception)


@every_json
def test_an_empty_body_is_kept_with_the_reason(vendor: str, name: str) -> None:
    assert isinstance(read(vendor, name, b"").decode_error, Exception)


@every_json
def test_an_undeclared_2xx_is_read_like_the_declared_one(vendor: str, name: str) -> None:
    value = sample(vendor, json_schema(vendor, name))
    declared = {int(code) for code in responses(vendor, name) if code.startswith("2") and code.isdecimal()}
    other = next(status for status in range(200, 299) if status not in declared)
    assert read(vendor, name, value, other).parsed == read(vendor, name, value, min(declared)).parsed is not None


@every_json
def test_a_missing_required_field_is_a_decode_error(vendor: str, name: str) -> None:
    value = sample(vendor, json_schema(vendor, name))
    first = value[0] if isinstance(value, list) else value
    assert first, "the sample needs a required field"
    for key in first:
        less = {other: kept for other, kept in first.items() if other != key}
        reply = read(vendor, name, [less] if isinstance(value, list) else less)
        assert isinstance(reply.decode_error, Exception), key


def test_a_number_where_a_date_was_promised_is_a_decode_error() -> None:
    seen = set()
    for vendor, name in OBJECTS:
        schema = json_schema(vendor, name)
        value = sample(vendor, schema, full=True)
        for path, below in places(vendor, schema, value):
            if below.get("format") == "date-time":
                seen.add(vendor)
                assert isinstance(read(vendor, name, changed(value, path, 1795305600)).decode_error, TypeError)
    # MeshAPI and OneRouter promise numbers.
    assert seen >= {"anthropic", "letta"}


@pytest.mark.parametrize("content", [b"null", b"", b"\n"])
def test_letta_cancel_answers_nothing(content: bytes) -> None:
    reply = read("letta", "cancel_batch", content)
    assert (reply.parsed, reply.decode_error) == (None, None)


@pytest.mark.parametrize(("vendor", "name"), [pair for pair in OPERATIONS if pair not in JSON_OPERATIONS])
def test_bytes_are_left_to_the_caller(vendor: str, name: str) -> None:
    reply = read(vendor, name, b'{"custom_id":"a"}\n')
    assert (reply.parsed, reply.decode_error) == (None, None)


@given(
    st.sampled_from(OPERATIONS),
    st.integers(100, 599),
    st.binary(max_size=40) | st.text(alphabet='{}[]":,0a').map(str.encode),
)
@settings(max_examples=200, deadline=None)
def test_reading_never_raises(pair: tuple[str, str], status: int, content: bytes) -> None:
    read(*pair, content, status)


@pytest.mark.parametrize("vendor", VENDORS)
def test_wire_structs_take_absent_null_and_new(vendor: str) -> None:
    wire = importlib.import_module(f"polybatch_generated.{vendor}.wire")
    for name, struct in inspect.getmembers(
        wire, lambda item: isinstance(item, type) and issubclass(item, msgspec.Struct)
    ):
        if name == "Struct":
            continue
        for content in (b"{}", b'{"brand_new": [1]}'):
            value = msgspec.json.decode(content, type=struct)
            assert {getattr(value, field) for field in struct.__struct_fields__} <= {None, msgspec.UNSET}
        nulls = {field.encode_name: None for field in msgspec.structs.fields(struct)}
        msgspec.json.decode(msgspec.json.encode(nulls), type=struct)


# What is sent


@every_operation
def test_request_kwargs_are_those_of_the_document(vendor: str, name: str) -> None:
    module = operation(vendor, name)
    types = importlib.import_module(f"polybatch_generated.{vendor}.client.types")
    wanted = inspect.signature(module.request_kwargs).parameters.values()
    given_ = {
        parameter.name: types.RawBody(b"{}") if parameter.name == "body" else "a/b?c%2F"
        for parameter in wanted
        if parameter.default is inspect.Parameter.empty
    }
    kwargs = module.request_kwargs(**given_)
    assert {"method", "url", "params", "headers"} <= set(kwargs)
    verb, path = verb_and_path(vendor, name)
    assert (kwargs["method"], kwargs["url"]) == (verb, re.sub(r"{\w+}", "a%2Fb%3Fc%252F", path))
    required = {
        parameter["name"]
        for parameter in parameters(vendor, name)
        if parameter.get("required") and parameter["in"] == "header"
    }
    assert set(kwargs["headers"]) - {"Content-Type"} == required
    assert kwargs["params"] == {}
