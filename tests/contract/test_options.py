"""Options carry everything that a vendor's operations take besides requests and a key, and arrive on the wire.

Both ways: a parameter of the document without an option fails by name, and so does an option that leads nowhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import pytest
from attrs import frozen

from polybatch import BatchClient, InputError, PolybatchError, Request
from polybatch.document import METHODS, Document
from polybatch.vendors import find_vendor, names
from tests.vendor_facts import FILES, given, reply, told


@frozen
class Place:
    """Where an option stands on the wire, with a value to set and what must be found there."""

    where: str
    name: str
    value: Any
    found: Any


def same(where: str, name: str, value: Any) -> Place:
    return Place(where, name, value, value)


OPTIONS: dict[str, dict[str, Place]] = {
    "anthropic": {
        "version": same("header", "anthropic-version", "2023-06-01"),
        "betas": Place("header", "anthropic-beta", ["one-2026", "two-2026"], "one-2026,two-2026"),
        "beta": Place("query", "beta", True, "true"),
        "user_profile_id": same("header", "anthropic-user-profile-id", "uprof_1"),
        "workspace_id": same("header", "anthropic-workspace-id", "wrkspc_1"),
    },
    "letta": {
        "callback_url": same("body", "callback_url", "https://example.org/done"),
        "project": same("header", "X-Project", "my-project"),
        "project_id": same("header", "X-Project-Id", "project-1"),
        "user_id": same("header", "user_id", "user-00000000-0000-4000-8000-000000000000"),
    },
    "meshapi": {
        "completion_window": same("body", "completion_window", "24h"),
        "metadata": same("body", "metadata", {"job": "nightly", "parts": [1, None]}),
        "mesh_version": same("header", "X-Mesh-Version", "2026-09"),
        "request_id": same("header", "X-Request-Id", "mine:1"),
    },
    "onerouter": {},
    **{
        vendor: {option: Place(at["in"], at["name"], at["value"], at["found"]) for option, at in options.items()}
        for vendor, options in told("options").items()
    },
}
"""By vendor and option: the parameter or body property that it is."""
OURS: dict[str, dict[str, str]] = {
    "anthropic": {"auth": "which header carries the key"},
    "letta": {"auth": "which header carries the key"},
    "meshapi": {},
    "onerouter": {"cancel_path": "the path of cancel is inferred"},
    **{vendor: {} for vendor in FILES},
}
"""Options that are no parameter of the document, and what they are for."""
ARGUMENTS: dict[str, set[str]] = {
    "anthropic": {"limit", "after_id", "before_id"},
    "letta": {"limit", "after", "before", "order", "order_by", "agent_id"},
    "meshapi": {"limit", "after"},
    "onerouter": set(),
    **{vendor: set(parameters) for vendor, parameters in told("paging").items()},
}
"""Query parameters of reading operations: the page size is an argument of `list`, the rest is how pages are walked."""
REQUESTS: dict[str, Request] = {
    "anthropic": Request("a", {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}),
    "letta": Request("a", {"agent_id": "agent-123e4567-e89b-42d3-8456-426614174000", "input": "x"}),
    "meshapi": Request("a", {"model": "m"}),
    "onerouter": Request("a", {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}),
    **{vendor: Request(**given(vendor, "create")["requests"][0]) for vendor in FILES},
}
ENDED: dict[str, dict[str, Any]] = {
    "anthropic": {"id": "b1", "processing_status": "ended"},
    "letta": {"id": "b1", "status": "completed"},
    "meshapi": {"id": "b1", "status": "completed", "output_file_id": "f1"},
    "onerouter": {"batch_id": "b1", "status": "SUCCESS"},
    **{vendor: reply(vendor, "results") for vendor in FILES},
}
"""What a get answers, so that results are asked for."""
EVERY = [(vendor, option) for vendor, options in OPTIONS.items() for option in options]


def parameters(document: Document, operation: str) -> Iterator[tuple[str, str]]:
    """Header and query parameters of an operation."""
    for raw in document.operations[operation].get("parameters", ()):
        parameter = document.follow(raw)
        if parameter["in"] in {"header", "query"}:
            yield parameter["in"], parameter["name"]


def places_of(document: Document) -> Iterator[tuple[str, str]]:
    """Header and query parameters of all operations, and what a create's body has beside its requests."""
    for operation in document.operations:
        yield from parameters(document, operation)
    for name, schema in document.create_body["properties"].items():
        if document.follow(schema).get("type") != "array":
            yield "body", name


def asked(vendor: str, options: Mapping[str, Any]) -> list[httpx.Request]:
    """Every request that goes out when each operation is called once; nobody answers but a get."""
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        seen.append(request)
        if request.method == "GET" and request.url.path.endswith("/b1"):
            return httpx.Response(200, json=ENDED[vendor])
        return httpx.Response(400, json={})

    client = BatchClient(vendor, api_key="KEY", transport=httpx.MockTransport(answer), options=options)
    calls: list[Callable[[], Any]] = [
        lambda: client.create([REQUESTS[vendor]]),
        lambda: client.get("b1"),
        lambda: list(client.list()),
        lambda: client.cancel("b1"),
        lambda: client.delete("b1"),
        lambda: list(client.results("b1")),
    ]
    with client:
        for call in calls:
            try:
                call()
            except InputError:
                raise
            except PolybatchError:
                continue
    return seen


def requests_of(document: Document, operation: str, seen: list[httpx.Request]) -> list[httpx.Request]:
    """Those that are requests of an operation."""
    found = []
    for path, item in document.data["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        for method in METHODS & set(item):
            if item[method]["operationId"] == operation:
                found += [r for r in seen if r.method == method.upper() and pattern.fullmatch(r.url.path)]
    return found


def at(request: httpx.Request, where: str, name: str) -> Any:
    """What stands there; `None` for nothing."""
    if where == "header":
        return request.headers.get(name)
    if where == "query":
        return request.url.params.get(name)
    return json.loads(request.content).get(name) if request.content else None


def all_of(vendor: str) -> dict[str, Any]:
    return {option: place.value for option, place in OPTIONS[vendor].items()}


@pytest.mark.parametrize("vendor", names())
def test_every_parameter_is_an_option(vendor: str) -> None:
    kind = find_vendor(vendor)
    in_document = {
        (where, name) for where, name in places_of(kind.document) if where != "query" or name not in ARGUMENTS[vendor]
    }
    assert {(place.where, place.name) for place in OPTIONS[vendor].values()} == in_document
    assert sorted(kind.options_type.__struct_fields__) == sorted([*OPTIONS[vendor], *OURS[vendor]])


@pytest.mark.parametrize("vendor", names())
def test_every_operation_carries_every_option_it_declares(vendor: str) -> None:
    document = find_vendor(vendor).document
    seen = asked(vendor, all_of(vendor))
    missing = []
    for operation in document.operations:
        requests = requests_of(document, operation, seen)
        declared = set(parameters(document, operation))
        if not requests:
            missing.append(operation)
        for option, place in OPTIONS[vendor].items():
            if (place.where, place.name) in declared or (place.where == "body" and operation == "create_batch"):
                found = [at(request, place.where, place.name) for request in requests]
                missing += [f"{operation}: {option} is {one!r}" for one in found if one != place.found]
    assert missing == []


@pytest.mark.parametrize(("vendor", "option"), EVERY, ids=str)
def test_an_option_that_is_not_set_is_not_sent(vendor: str, option: str) -> None:
    place = OPTIONS[vendor][option]
    document = find_vendor(vendor).document
    rest = {name: value for name, value in all_of(vendor).items() if name != option}
    (create,) = requests_of(document, "create_batch", asked(vendor, rest))
    default = find_vendor(vendor).options_type.__struct_defaults__
    own = dict(zip(find_vendor(vendor).options_type.__struct_fields__, default, strict=True))[option]
    assert at(create, place.where, place.name) == (own or None)


@pytest.mark.parametrize("vendor", names())
def test_an_unknown_option_is_answered_with_the_known(vendor: str) -> None:
    with pytest.raises(InputError) as caught:
        BatchClient(vendor, api_key="KEY", options={"no_such_option": 1})
    assert all(option in str(caught.value) for option in [*OPTIONS[vendor], *OURS[vendor], "no_such_option"])


@pytest.mark.parametrize("vendor", [vendor for vendor in names() if OPTIONS[vendor]])
def test_an_option_of_the_wrong_type_is_named(vendor: str) -> None:
    option = next(iter(OPTIONS[vendor]))
    with pytest.raises(InputError, match=re.escape(option)):
        BatchClient(vendor, api_key="KEY", options={option: 3.5})


@pytest.mark.parametrize("vendor", [vendor for vendor in names() if "auth" in OURS[vendor]])
def test_auth_chooses_the_header_of_the_key(vendor: str) -> None:
    schemes = find_vendor(vendor).document.schemes
    assert len(schemes) > 1
    for label, scheme in schemes.items():
        for request in asked(vendor, {"auth": label}):
            held = {name: value for name, value in request.headers.items() if "KEY" in value}
            assert held == {scheme.header.lower(): f"{scheme.prefix}KEY"}


def test_cancel_path_is_where_the_cancel_goes() -> None:
    def path(options: Mapping[str, Any]) -> list[str]:
        return [request.url.path for request in asked("onerouter", options) if request.url.path.find("cancel") > 0]

    assert path({"cancel_path": "/v2/cancel/{batch_id}/now"}) == ["/v2/cancel/b1/now"]
    assert path({}) == ["/v1/batches/b1/cancel"]
