"""Every declared reply of every operation: judged by two judges, decoded by the generated code, nothing lost.

The replies are made from the strict documents, so that a new operation, status or union variant is covered by itself.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from attrs import frozen
from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from polybatch.model import Outcome
from polybatch.vendors import find_vendor

from .examples import examples

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
METHODS = {"get", "put", "post", "delete", "patch"}
RANGE = {"2XX": 201, "4XX": 418, "5XX": 529}
"""The status that stands for a range: one that is not declared by itself."""


@frozen
class Declared:
    """One declared reply."""

    vendor: str
    operation: str
    method: str
    path: str
    status: str
    media: str | None
    schema: Any

    def __str__(self) -> str:
        return f"{self.vendor}-{self.operation}-{self.status}-{self.media}"


LINES: dict[str, Any] = {"extra_media_type_deserializers": {"application/x-jsonl": bytes.decode}}


def document(vendor: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("polybatch_generated").joinpath(vendor, "openapi.json").read_bytes())
    return found


DOCUMENTS = {vendor: document(vendor) for vendor in VENDORS}


def follow(vendor: str, node: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node:
        target: Any = DOCUMENTS[vendor]
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/")]
        node = target
    return node


def declared() -> Iterator[Declared]:
    for vendor, found in DOCUMENTS.items():
        for path, item in found["paths"].items():
            for method in METHODS & item.keys():
                operation = item[method]
                for status, reply in operation["responses"].items():
                    content = follow(vendor, reply).get("content") or {None: {}}
                    for media, value in content.items():
                        yield Declared(vendor, operation["operationId"], method, path, status, media, value)


DECLARED = sorted(declared(), key=str)


def judge(vendor: str, schema: Any) -> jsonschema_rs.Draft202012Validator:
    components = DOCUMENTS[vendor].get("components", {})
    return jsonschema_rs.Draft202012Validator({**schema, "components": components}, validate_formats=True)


def instances(reply: Declared) -> list[Any]:
    """Valid instances of a JSON reply; rules that the maker cannot read (if, not) may refuse some, never all."""
    schema = reply.schema.get("schema", {})
    validator = judge(reply.vendor, schema)
    return [made for made in examples(DOCUMENTS[reply.vendor], schema) if validator.is_valid(made)]


def operation(reply: Declared) -> Any:
    return importlib.import_module(f"polybatch_generated.{reply.vendor}.client.api.batches.{reply.operation}")


def status_code(reply: Declared) -> int:
    return RANGE.get(reply.status) or int(reply.status)


def core_response(reply: Declared, body: bytes) -> tuple[MockRequest, MockResponse]:
    server = DOCUMENTS[reply.vendor]["servers"][0]["url"]
    path = reply.path.replace("{", "").replace("}", "")
    request = MockRequest(server, reply.method, path)
    return request, MockResponse(body, status_code=status_code(reply), content_type=reply.media or "")


FEW = 4
"""Instances of a reply that are judged every day: openapi-core needs milliseconds for each."""
# openapi-core hands over a body of an unknown media type as bytes.
CORES = {
    vendor: OpenAPI.from_dict(found, config=Config(spec_validator_cls=None, **LINES))
    for vendor, found in DOCUMENTS.items()
}


@pytest.mark.parametrize("most", [FEW, pytest.param(None, marks=pytest.mark.slow)], ids=["few", "all"])
@pytest.mark.parametrize("reply", [r for r in DECLARED if r.media == "application/json"], ids=str)
def test_every_declared_json_reply_is_judged_alike_and_decoded_whole(reply: Declared, most: int | None) -> None:
    made = instances(reply)[:most]
    assert made, "the maker found no valid instance"
    parse = operation(reply).parse_response
    for instance in made:
        body = json.dumps(instance).encode()
        CORES[reply.vendor].validate_response(*core_response(reply, body))
        response = parse(status_code=status_code(reply), content=body, headers={})
        assert response.decode_error is None, (instance, response.decode_error)
        assert whole(response.parsed) == instance
        assert response.content == body


@pytest.mark.parametrize("reply", [r for r in DECLARED if r.media == "application/x-jsonl"], ids=str)
def test_every_declared_line_is_judged_and_becomes_a_result(reply: Declared) -> None:
    schema = reply.schema["x-item-schema"]
    validator = judge(reply.vendor, schema)
    made = [line for line in examples(DOCUMENTS[reply.vendor], schema) if validator.is_valid(line)]
    assert made
    vendor = find_vendor(reply.vendor)({}, "https://example.org")
    for line in made:
        record = json.dumps(line).encode()
        result = vendor.decode(record, "batch")
        assert result.raw == record
        assert (result.error is not None) == (result.outcome is Outcome.ERRORED)
    body = b"\n".join(json.dumps(line).encode() for line in made)
    CORES[reply.vendor].validate_response(*core_response(reply, body))
    parsed = operation(reply).parse_response(status_code=200, content=body, headers={})
    assert parsed.decode_error is None
    assert parsed.content == body


def whole(parsed: Any) -> Any:
    """What a generated model holds, as JSON again."""
    if isinstance(parsed, list):
        return [whole(item) for item in parsed]
    return json.loads(json.dumps(parsed.to_dict())) if hasattr(parsed, "to_dict") else parsed


def test_no_declared_reply_is_left_out() -> None:
    counted = {(r.vendor, r.operation, r.status) for r in DECLARED}
    wanted = {
        (vendor, operation["operationId"], status)
        for vendor, found in DOCUMENTS.items()
        for item in found["paths"].values()
        for method, operation in item.items()
        if method in METHODS
        for status in operation["responses"]
    }
    assert counted == wanted
    assert {r.media for r in DECLARED} <= {"application/json", "application/x-jsonl", None}
