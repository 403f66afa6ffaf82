"""Mutants of every declared member of every reply: the judge names each that leaves the document, the client lives.

A member is dropped, null, of another type, a word that nobody knows; an object has one member more. Whether a mutant
leaves the document is read off the schema by `variants`; where a union or a condition decides, python-jsonschema says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

import jsonschema
import pytest

from tests.contract.asking import LINES, Asking
from tests.contract.bodies import Schema, closed
from tests.contract.hooks import SAID
from tests.contract.judge import Judge, judge
from tests.contract.strict_samples import VENDORS
from tests.contract.variants import Variant, mutants, places

RANGE = {"2XX": 201, "4XX": 418, "5XX": 529}
"""The status that stands for a range: one that no document declares by itself."""
EACH = 4
"""Of the mutants the client is shown one in so many every day, and all by scripts/test --all."""
SILENT = {"delete_batch", "list_batches", "batch_results"}
"""Operations of which the client may have nothing to say."""


def replies(vendor: str, operation: str) -> Iterator[tuple[str, str, Schema]]:
    """Status, media type and schema of every declared reply, each schema once."""
    ruling, seen = judge(vendor), set()
    if operation == "file":
        yield "200", LINES, Asking(vendor).schema("file")
        return
    raw = ruling.named(operation).raw
    for status, declared in raw["responses"].items():
        for media, said in ruling.follow(declared).get("content", {}).items():
            schema = said.get("x-item-schema") or said["schema"]
            if (key := json.dumps(schema)) not in seen:
                seen.add(key)
                yield status, media, schema


def all_mutants(asking: Asking, schema: Schema) -> Iterator[Variant]:
    """Each mutation of each member once."""
    seen: set[tuple[str, str, str]] = set()
    for instance in asking.instances(schema):
        for place in places(asking.judge, schema, instance):
            for mutant in mutants(asking.judge, schema, instance, place):
                key = (place.ident, mutant.where, mutant.kind)
                if key not in seen:
                    seen.add(key)
                    yield mutant


def leaves(ruling: Judge, schema: Schema, mutant: Variant) -> bool:
    """Whether a mutant leaves the document, by the schema or by another engine."""
    if mutant.leaves is not None:
        return mutant.leaves
    shut = mutant.kind == "extra"
    schemas = ruling.document["components"]["schemas"]
    if shut:  # JSON Schema is open by itself
        schema, schemas = closed(schema), {name: closed(one) for name, one in schemas.items()}
    root = {**schema, "components": {"schemas": schemas}}
    return not jsonschema.Draft202012Validator(root).is_valid(mutant.value)


def cases() -> list[tuple[str, str]]:
    found = [(vendor, one.name) for vendor in VENDORS for one in judge(vendor).operations]
    filed = [(vendor, "file") for vendor in VENDORS if judge(vendor).points_at_files]
    return sorted([*found, *filed])


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Thousands of replies would warn thousands of times."""
    caplog.set_level("CRITICAL", logger="polybatch")


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["daily", "every"])
@pytest.mark.parametrize(("vendor", "operation"), cases())
def test_every_mutant_is_named_and_survived(
    vendor: str, operation: str, request: pytest.FixtureRequest, *, every: bool
) -> None:
    """Every day the client is shown one mutant in so many, and errors, whose schemas are shared, at one operation."""
    asking = Asking(vendor)
    counted: Counter[str] = Counter()
    missed: list[str] = []
    for status, media, schema in replies(vendor, operation):
        if not (every or status.startswith("2") or operation == "create_batch"):
            continue
        for number, mutant in enumerate(all_mutants(asking, schema)):
            named = not asking.judge.validator(schema).is_valid(mutant.value)
            outside = leaves(asking.judge, schema, mutant)
            counted.update(all=1, outside=outside, named=outside and named)
            if outside != named:
                missed.append(f"{status} {mutant}: {'outside' if outside else 'inside'}, the judge says otherwise")
            if every or number % EACH == 0:
                code = RANGE.get(status) or int(status)
                wrong = survived(asking, operation, code, mutant, media)
                counted.update(asked=1, survived=not wrong)
                missed += [f"{status} {mutant}: {wrong}"] * bool(wrong)
    said = f"{counted['all']} mutants, judge {counted['named']}/{counted['outside']}"
    said += f", client {counted['survived']}/{counted['asked']}"
    request.node.user_properties.append((SAID, f"{vendor} {operation}: {said}"))
    assert not missed, "\n".join(missed)
    # A success without a body (a cancel that answers nothing) has no mutants.
    assert counted["outside"] or not counted["all"], "no mutant leaves the document"


def survived(asking: Asking, operation: str, status: int, mutant: Variant, media: str) -> str:
    """What the client did wrong; nothing if it read the reply or raised a typed error that keeps the bytes."""
    body = json.dumps(mutant.value, separators=(",", ":")).encode()
    try:
        heard = asking.ask(operation, status, body, media)
    except Exception as crash:  # noqa: BLE001 - this is what is looked for
        return f"the client crashed: {crash!r}"
    if not (heard.error or heard.batches or heard.results):
        return "" if operation in SILENT else "nothing came of it"
    kept = heard.kept if heard.error is None else [raw for raw in heard.kept if raw and raw in body]
    return "" if kept and all(kept) else f"the bytes are lost: {type(heard.error).__name__}: {heard.error}"
