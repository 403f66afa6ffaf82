"""A second judge of replies, openapi-core, for tests that take their time: it agrees with the strict one.

Every declared JSON reply in its variants and mutants, every line. test_variants.py and test_mutants.py are about the
client and the generated code; a count proves that no declared reply is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from attrs import frozen
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

from polybatch.model import Outcome
from polybatch.vendors import find_vendor, names
from tests.contract.asking import Asking
from tests.contract.bodies import Validator, nodes
from tests.contract.judge import judge as strict
from tests.contract.test_mutants import RANGE, all_mutants
from tests.contract.variants import Variant

VENDORS = names()
METHODS = {"get", "put", "post", "delete", "patch"}
DOCUMENTS = {vendor: strict(vendor).document for vendor in VENDORS}


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


def declared() -> Iterator[Declared]:
    for vendor in VENDORS:
        for one in strict(vendor).operations:
            for status, raw in one.raw["responses"].items():
                content = strict(vendor).follow(raw).get("content") or {None: {}}
                for media, value in content.items():
                    yield Declared(vendor, one.name, one.method.lower(), one.path, status, media, value)


DECLARED = sorted(declared(), key=str)


def judge(vendor: str, schema: Any) -> Validator:
    """A judge of values by the document as it stands, its objects open."""
    return strict(vendor).validator(schema, shut=False)


@cache
def core(vendor: str) -> OpenAPI:
    """openapi-core hands over a body of an unknown media type as bytes."""
    lines: dict[str, Any] = {"extra_media_type_deserializers": {"application/x-jsonl": bytes.decode}}
    return OpenAPI.from_dict(DOCUMENTS[vendor], config=Config(spec_validator_cls=None, **lines))


def refused(reply: Declared, body: bytes) -> bool:
    """What openapi-core says of a reply."""
    server = DOCUMENTS[reply.vendor]["servers"][0]["url"]
    request = MockRequest(server, reply.method, reply.path.replace("{", "").replace("}", ""))
    status = RANGE.get(reply.status) or int(reply.status)
    response = MockResponse(body, status_code=status, content_type=reply.media or "")
    try:
        core(reply.vendor).validate_response(request, response)
    except OpenAPIError:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_two_judges_agree_on_every_json_reply(vendor: str) -> None:
    """But for two things: openapi-core leaves all objects open, and wants a union's tag also where it is optional."""
    asking, differ, counted = Asking(vendor), list[str](), 0
    seen: set[str] = set()
    unions = (node["discriminator"] for node in nodes(asking.judge.document) if "discriminator" in node)
    tags = {union["propertyName"] for union in unions}
    for reply in (one for one in DECLARED if one.vendor == vendor and one.media == "application/json"):
        schema = reply.schema["schema"]
        judged = asking.judge.validator(schema).is_valid
        found = [*asking.instances(schema)]
        if (key := json.dumps(schema)) not in seen:
            seen.add(key)
            mutated = (one for one in all_mutants(asking, schema) if one.kind != "extra")
            found += [one.value for one in mutated if one.leaves or not (one.kind == "dropped" and tagged(one, tags))]
        for value in found:
            counted += 1
            if refused(reply, json.dumps(value).encode()) == judged(value):
                differ.append(f"{reply}: the strict judge says {judged(value)} to {value}")
    assert not differ, "\n".join(differ[:20])
    assert counted > len(seen)


def tagged(mutant: Variant, tags: set[str]) -> bool:
    """Whether what was changed is the tag of a union."""
    return mutant.where.rpartition(".")[2] in tags


@pytest.mark.parametrize("reply", [r for r in DECLARED if r.media == "application/x-jsonl"], ids=str)
def test_every_declared_line_becomes_a_result(reply: Declared) -> None:
    made = Asking(reply.vendor).instances(reply.schema["x-item-schema"])
    assert made
    vendor = find_vendor(reply.vendor)({}, "https://example.org")
    for line in made:
        record = json.dumps(line).encode()
        result = vendor.decode(record, "batch")
        assert result.raw == record
        assert (result.error is not None) == (result.outcome is Outcome.ERRORED)


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
