"""What a document allows, in all its variants: the judge is silent, the generated code and the client take it.

Replies: every declared status; every word, type and variant; members there, left out and null in all combinations
(`variants.MOST` for one object, a sample of an object that has more); values at and inside every limit.
All of it is made from the documents: a new operation or vendor is covered by itself. Requests: test_items.py.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from polybatch import ContractError, UnknownOutcome
from tests.contract.asking import LINES, Asking, Heard
from tests.contract.bodies import Json, Schema
from tests.contract.hooks import SAID
from tests.contract.strict_samples import VENDORS
from tests.contract.strict_samples import operation as generated
from tests.contract.test_mutants import EACH, RANGE, cases, leaves, replies
from tests.contract.variants import Variant, boundaries, combinations, places


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of replies would warn thousands of times."""
    caplog.set_level("CRITICAL", logger="polybatch")


def variants(asking: Asking, schema: Schema, counted: Counter[str]) -> Iterator[Variant]:
    """Every instance, combination and boundary value once; how many combinations there were is counted."""
    seen: set[tuple[str, str]] = set()
    for instance in asking.instances(schema):
        yield Variant("itself", "example", instance, leaves=False)
        for place in places(asking.judge, schema, instance):
            if (key := (place.at, place.ident)) in seen or not (place.value or place.value == 0):
                continue
            seen.add(key)
            if isinstance(place.value, dict):
                made, total = combinations(asking.judge, instance, place)
                found = list(made)
                counted["objects"] += 1
                counted["sampled"] += total > len(found)
                counted["combinations"] += len(found)
                yield from found
            limited = list(boundaries(asking.judge, instance, place))
            counted["boundaries"] += len(limited)
            yield from limited


# -- replies


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["daily", "every"])
@pytest.mark.parametrize(("vendor", "operation"), cases())
def test_every_reply_inside_the_document_is_taken(
    vendor: str, operation: str, request: pytest.FixtureRequest, *, every: bool
) -> None:
    asking, counted, wrong = Asking(vendor), Counter[str](), list[str]()
    for status, media, schema in replies(vendor, operation):
        if not (every or status.startswith("2") or operation == "create_batch"):
            continue
        valid, code = asking.judge.validator(schema), RANGE.get(status) or int(status)
        for number, variant in enumerate(variants(asking, schema, counted)):
            named, outside = not valid.is_valid(variant.value), leaves(asking.judge, schema, variant)
            counted["replies"] += 1
            if named != outside:
                wrong.append(f"{status} {variant}: {'outside' if outside else 'inside'}, the judge says otherwise")
            if not outside and media != LINES:
                wrong += decoded(vendor, operation, code, variant)
            if not outside and (every or number % EACH == 0 or variant.kind == "example"):
                counted["asked"] += 1
                wrong += taken(asking, operation, code, variant, media)
    request.node.user_properties.append((SAID, f"{vendor} {operation}: {told(counted)}"))
    assert not wrong, "\n".join(wrong)


def told(counted: Counter[str]) -> str:
    objects = f"{counted['objects']} objects, {counted['combinations']} combinations ({counted['sampled']} sampled)"
    return (
        f"{counted['replies']} replies: {objects}, {counted['boundaries']} boundary values; client {counted['asked']}"
    )


def decoded(vendor: str, operation: str, status: int, variant: Variant) -> Iterator[str]:
    """What the generated decoder did wrong."""
    body = json.dumps(variant.value).encode()
    reply = generated(vendor, operation).parse_response(status_code=status, content=body, headers={})
    if reply.decode_error is not None:
        yield f"{status} {variant}: {reply.decode_error!r}"
    elif whole(reply.parsed) != variant.value:
        yield f"{status} {variant}: became {whole(reply.parsed)}, was {variant.value}"


def whole(parsed: Any) -> Json:
    """What a generated model holds, as JSON again."""
    if isinstance(parsed, list):
        return [whole(item) for item in parsed]
    return json.loads(json.dumps(parsed.to_dict())) if hasattr(parsed, "to_dict") else parsed


def taken(asking: Asking, operation: str, status: int, variant: Variant, media: str) -> Iterator[str]:
    """What the client did wrong."""
    body = json.dumps(variant.value, separators=(",", ":")).encode()
    heard = asking.ask(operation, status, body, media)
    if isinstance(heard.error, ContractError | UnknownOutcome) and not honest(heard):
        yield f"{status} {variant}: {type(heard.error).__name__}: {heard.error}"
    elif status >= 400 and not honest(heard) and (heard.error is None or heard.error.raw != body):
        yield f"{status} {variant}: {heard.error!r} without the bytes"
    for batch in heard.batches:
        yield from (f"{status} {variant}: {warning}" for warning in batch.warnings if "does not fit" in warning)


def honest(heard: Heard) -> bool:
    """Whether the reply is inside the document and of no use all the same."""
    return any(re.search(one, str(heard.error)) for one in HONEST)


HONEST = (
    r"\d+ of \d+ results came",  # the batch counts others than there are in the one line, or the file is gone
    r"which does not say whether",  # 5xx to a create
    r"says that there is more, but does not go on",  # no cursor, although there is more
    r"messages that name no agent",  # Letta's agent_id may be null; then nobody knows whose the messages are
    r"but the batch cannot be read: text ",  # OneRouter's error in a 200, with a code that says nothing of the batch
    r"an address that is no http or https URL: text$",  # OneRouter's result_url may be any text
)


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_declared_status_is_taken(vendor: str) -> None:
    asking, wrong = Asking(vendor), list[str]()
    for operation in asking.judge.operations:
        for status in operation.raw["responses"]:
            for media, said in asking.judge.follow(operation.raw["responses"][status]).get("content", {}).items():
                schema = said.get("x-item-schema") or said["schema"]
                code = RANGE.get(status) or int(status)
                for instance in asking.instances(schema)[:2]:
                    variant = Variant("itself", "example", instance, leaves=False)
                    wrong += taken(asking, operation.name, code, variant, media)
    assert not wrong, "\n".join(wrong)
