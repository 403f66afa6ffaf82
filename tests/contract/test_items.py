"""Requests at, inside and outside everything that a document says about them; made from the documents alone.

Items: what the judge says, the client's own check says too; what is inside leaves the client as it is.
Parameters: each at its limits; what is inside leaves the generated code as the judge wants it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
import pytest
from attrs import evolve

from polybatch import BatchClient, InputError, Request
from polybatch.check import ItemCheck
from polybatch.document import Document
from polybatch.vendor import Vendor
from polybatch.vendors import find_vendor
from tests.contract.asking import Asking
from tests.contract.bodies import Json, Schema, Validator
from tests.contract.examples import examples
from tests.contract.hooks import SAID
from tests.contract.judge import Judge, Operation, judge
from tests.contract.strict_samples import VENDORS
from tests.contract.strict_samples import operation as generated
from tests.contract.test_mutants import all_mutants, leaves
from tests.contract.test_variants import variants
from tests.contract.variants import UNKNOWN_WORD, changed, kinds, limits

Sent = tuple[str, str, list[tuple[str, str]], bytes]
MANY = 5


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_item_is_judged_alike_by_the_client_and_by_the_judge(vendor: str, request: pytest.FixtureRequest) -> None:
    asking, counted, wrong = Asking(vendor), Counter[str](), list[str]()
    for version in [*sorted(asking.judge.versions)] or [None]:
        check = ItemCheck(Document(vendor), version=version)
        valid = asking.judge.validator(asking.item, versions=version and frozenset({version}))
        found = [*variants(asking, asking.item, counted), *all_mutants(asking, asking.item)]
        for variant in (one for one in found if isinstance(one.value, dict)):
            refusals, warning = [*check.refusals(variant.value)], check.warning(variant.value)
            outside = not valid.is_valid(variant.value)
            if version is None and outside != leaves(asking.judge, asking.item, variant):
                wrong.append(f"{variant}: the judge errs, it says {'outside' if outside else 'inside'}")
            # Of a member for which an object is kept open the client warns all the same.
            named = bool(refusals) or (warning is not None and (outside or not warning.endswith("no such field")))
            if outside != named:
                word = "outside" if outside else "inside"
                wrong.append(f"{variant} {version or ''}: {word}, but the check says {refusals}, {warning}")
            counted.update(items=1, outside=outside, refused=bool(refusals))
    said = f"{counted['items']} items, {counted['outside']} outside: {counted['refused']} refused, the rest warned of"
    request.node.user_properties.append((SAID, f"{vendor} {said}"))
    assert not wrong, "\n".join(wrong[:40])


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_client_sends_what_is_inside_as_it_is(vendor: str) -> None:
    """All of it in one create, which the judge then sees whole."""
    asking, sent = Asking(vendor), list[httpx.Request]()
    own = asking.client.vendor
    valid = asking.judge.validator(asking.item, versions=own.version() and frozenset({str(own.version())}))
    items = [of_version(valid, one.value) for one in variants(asking, asking.item, Counter())]
    requests = list(together(own, [item for item in items if valid.is_valid(item)]))
    created = json.dumps(asking.instances(asking.schema("create_batch"))[0]).encode()

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        sent.append(request)
        return httpx.Response(200, content=created)

    with BatchClient(vendor, api_key="key", transport=httpx.MockTransport(answer)) as client:
        client.create(requests)
    (request,) = sent
    given = [(name.decode(), value.decode()) for name, value in request.headers.raw]
    assert asking.judge.request(request.method, request.url.raw_path.decode(), given, request.content) == []
    (items,) = (value for value in json.loads(request.content).values() if isinstance(value, list))
    assert items == [json.loads(json.dumps(own.item(request))) for request in requests]
    assert len(items) > MANY


def of_version(valid: Validator, item: Json) -> Json:
    """The item without the members that another version has."""
    for error in valid.iter_errors(item):
        if error.kind.name == "not" and len(error.instance_path) > 1:
            *path, name = error.instance_path
            holder = item
            for part in path:
                holder = holder[part]
            kept = {key: value for key, value in holder.items() if key != name}
            item = changed(item, tuple(path), kept)
    return item


def together(own: Vendor, items: list[Json]) -> Iterator[Request]:
    """The items as requests that can stand in one batch: ids that differ, one model, no two for the same agent."""
    for number, item in enumerate(items):
        request = evolve(own.request({"custom_id": "row", **item}), custom_id=f"row-{number}")
        if (agent := own.alone(request)) is not None:
            request = replaced(request, agent, f"{agent[:-6]}{number:06}")
        if own.profile.one_model and (model := own.model(request)):
            request = replaced(request, model, "one-model")
        yield request


def replaced(request: Request, value: str, new: str) -> Request:
    """With another value in the one member of the body that has this one."""
    return evolve(request, body={key: new if found == value else found for key, found in request.body.items()})


@pytest.mark.slow
@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if "maxItems" in Document(vendor).items])
def test_the_longest_create(vendor: str) -> None:
    """A list at its limit and one beyond it, where that is a hundred thousand items."""
    ruling, most = judge(vendor), Document(vendor).items["maxItems"]
    method, target, headers, body = written(ruling, ruling.named("create_batch"))
    for count, outside in ((most, False), (most + 1, True)):
        envelope = {key: value * count if isinstance(value, list) else value for key, value in json.loads(body).items()}
        left = ruling.request(method, target, headers, json.dumps(envelope).encode())
        assert bool(left) == outside, (count, left)


# -- parameters


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_parameter_at_its_limits(vendor: str, request: pytest.FixtureRequest) -> None:
    ruling, wrong, counted = judge(vendor), list[str](), Counter[str]()
    for operation in ruling.operations:
        for raw in parameters(ruling, operation):
            name = raw["name"]
            for value, outside in values(ruling, raw.get("schema", {})):
                counted["outside" if outside else "inside"] += 1
                place = f"{operation.name} {name} {value!r}"
                named = ruling.request(*written(ruling, operation, raw, value))
                if bool(named) != outside or not all(name in complaint for complaint in named):
                    wrong.append(f"{place}: {'outside' if outside else 'inside'}, the judge says {named}")
                if not outside and (left := ruling.request(*by_generated(vendor, operation, name, value))):
                    wrong.append(f"{place}: the generated request is outside: {left}")
    request.node.user_properties.append((SAID, f"{vendor} parameters: {dict(counted)}"))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("vendor", VENDORS)
def test_an_option_that_would_leave_the_document_is_refused(vendor: str) -> None:
    ruling, wrong = judge(vendor), list[str]()
    options = [one.name for one in msgspec.structs.fields(find_vendor(vendor).options_type)]
    headers = [raw for one in ruling.operations for raw in parameters(ruling, one) if raw["in"] == "header"]
    for raw in {raw["name"]: raw for raw in headers}.values():
        for option in (one for one in options if re.sub(r"\W", "_", raw["name"].lower()) in {one, f"x_{one}"}):
            for value, outside in values(ruling, raw["schema"]):
                try:
                    BatchClient(vendor, api_key="key", options={option: value})
                    refused = False
                except InputError:
                    refused = True
                if refused != outside:
                    wrong.append(f"{option}={value!r}: {'outside' if outside else 'inside'}, refused: {refused}")
    assert not wrong, "\n".join(wrong)


def parameters(ruling: Judge, operation: Operation) -> list[Schema]:
    """The declarations of an operation's parameters."""
    item = ruling.document["paths"][operation.path]
    return [ruling.follow(raw) for raw in (*item.get("parameters", []), *operation.raw.get("parameters", []))]


def values(ruling: Judge, schema: Schema) -> Iterator[tuple[Json, bool]]:
    """Values of a parameter inside (False) and outside (True) its schema."""
    made, shapes = [one for one in examples(ruling.document, schema) if one is not None], kinds(ruling, schema)
    texts = shapes["string"]
    # Any text will do where one of the alternatives says nothing about it.
    bound = all(BINDS & shape.keys() for shape in texts)
    for one in made:
        yield one, False
        for shape in texts if isinstance(one, str) and bound else shapes["integer"]:
            # An empty text has no place in a path, a line's end none in a header.
            yield from (limit for limit in limits(shape, one) if str(limit[0]).isprintable() and limit[0] != "")
    if all({"enum", "const"} & shape.keys() for shape in texts):
        yield UNKNOWN_WORD, True


BINDS = frozenset({"enum", "const", "pattern", "minLength", "maxLength"})


def written(ruling: Judge, operation: Operation, raw: Schema | None = None, value: Json = None) -> Sent:
    """A request by hand: the least that the document wants, and one parameter."""
    given = {
        (one["in"], one["name"]): next(examples(ruling.document, one.get("schema", {})))
        for one in parameters(ruling, operation)
        if one.get("required")
    }
    if raw is not None:
        given[raw["in"], raw["name"]] = value
    said = {place: text if isinstance(text, str) else json.dumps(text) for place, text in given.items()}
    path = re.sub(r"\{([^}]+)\}", lambda name: quote(said["path", name[1]], safe=""), operation.path)
    query = urlencode({name: text for (place, name), text in said.items() if place == "query"})
    headers = [(name, text) for (place, name), text in said.items() if place == "header"]
    body, media = b"", []
    if operation.body is not None:
        ((kind, content),) = operation.body["content"].items()
        valid = filter(ruling.validator(content["schema"]).is_valid, examples(ruling.document, content["schema"]))
        body, media = json.dumps(next(valid)).encode(), [("content-type", kind)]
    return operation.method, f"{path}?{query}" if query else path, [*headers, *media, key(operation)], body


def key(operation: Operation) -> tuple[str, str]:
    """The first way to present a key."""
    ((scheme, *_), *_) = operation.security
    return ("authorization", "Bearer key") if scheme["type"] == "http" else (scheme["name"], "key")


def by_generated(vendor: str, operation: Operation, name: str, value: Json) -> Sent:
    """The same by the generated code."""
    module = generated(vendor, operation.name)
    given: dict[str, Any] = dict.fromkeys(operation.pattern.groupindex, "an-id")
    given[re.sub(r"[^a-z0-9]+", "_", name.lower())] = value
    _, _, _, body = written(judge(vendor), operation)
    if operation.body is not None:
        given["body"] = generated(vendor, operation.name).RawBody(body)
    asked = httpx.Request(**module.request_kwargs(**given))
    headers = [(one.decode(), text.decode()) for one, text in asked.headers.raw]
    return asked.method, asked.url.raw_path.decode(), [*headers, key(operation)], asked.read()
