"""The official SDKs' own types say what our strict documents say; `type_differences.json` lists what they do not.

OneRouter has no SDK, so nobody judges its document here. Letta's callback has no type in its SDK, only a sentence.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.sdks import Driver
from tests.oracle.shapes import Comparison, Document, Found, Schema

pytestmark = pytest.mark.slow

TABLE = json.loads((Path(__file__).parent / "type_differences.json").read_text("utf-8"))
METHODS = ("post", "delete", "get", "put", "patch")
Row = tuple[list[str], list[str], str]


@dataclass(frozen=True)
class Judge:
    """An SDK and its names for what we call otherwise."""

    sdk: str
    operations: Mapping[str, str]
    resource: str = ""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The SDK's arguments by the names of our parameters."""
    unfolded: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Where the SDK wraps `input` or `output` of an operation in an object of its own: the member that is meant."""
    fields: int = 0
    """At least so many fields must have been compared: a walk that stops at the door finds no difference either."""


BATCHES = {"create_batch": "create", "list_batches": "list", "cancel_batch": "cancel"}
JUDGES = {
    "anthropic": Judge(
        "anthropic-2.12.0",
        {**BATCHES, "get_batch": "retrieve", "delete_batch": "delete", "batch_results": "results"},
        resource="beta.messages",
        renamed={
            "anthropic-beta": "betas",
            "anthropic-workspace-id": "workspace_id",
            "anthropic-user-profile-id": "user_profile_id",
        },
        fields=280,
    ),
    "letta": Judge(
        "letta-client-1.6.5",
        {**BATCHES, "get_batch": "retrieve", "batch_results": "messages.list"},
        unfolded={"list_batches": ("output", "items")},
        fields=150,
    ),
    "meshapi": Judge(
        "meshapi-0.1.11",
        {**BATCHES, "get_batch": "get"},
        unfolded={"create_batch": ("input", "params")},
        fields=30,
    ),
}
UNJUDGED = {("meshapi", "batch_results")}
"""Operations without a method: this SDK reads results out of the batch."""


def strict(vendor: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((files("polybatch_generated") / vendor / "openapi.json").read_bytes())
    return document


def operations(document: Document) -> Iterator[tuple[str, dict[str, Schema]]]:
    """What each operation of ours takes, be it in path, query, header or body, and what it returns."""
    for item in document.root["paths"].values():
        for raw in (item[method] for method in METHODS if method in item):
            given = [document.resolve(one)[0] for one in [*item.get("parameters", []), *raw.get("parameters", [])]]
            properties = {one["name"]: one["schema"] for one in given}
            required = [one["name"] for one in given if one.get("required")]
            if "requestBody" in raw:
                media = document.resolve(raw["requestBody"])[0]["content"]["application/json"]
                body, _ = document.resolve(media["schema"])
                properties |= body["properties"]
                required += body["required"]
            (answer,) = document.resolve(raw["responses"]["200"])[0]["content"].values()
            taken = {"type": "object", "properties": properties, "required": required}
            yield raw["operationId"], {"input": taken, "output": answer.get("x-item-schema", answer["schema"])}


def compared(vendor: str, document: dict[str, Any], types: dict[str, Any]) -> Comparison:
    judge, ours, theirs = JUDGES[vendor], Document(document), Document(types)
    comparison = Comparison(ours, theirs)
    for name, sides in operations(ours):
        if (vendor, name) in UNJUDGED:
            continue
        other = dict(types["operations"][judge.operations[name]])
        if name in judge.unfolded:
            side, member = judge.unfolded[name]
            other[side] = theirs.resolve(other[side])[0]["properties"][member]
        properties = sides["input"]["properties"].items()
        taken = {**sides["input"], "properties": {judge.renamed.get(key, key): one for key, one in properties}}
        comparison.compare(name, [taken], [other["input"]])
        comparison.compare(f"{name} reply", [sides["output"]], [other["output"]])
    return comparison


def listed(vendor: str) -> dict[tuple[str, str], Row]:
    """The table's rows by place and by what they are about."""
    rows: dict[tuple[str, str], Row] = {}
    for row in TABLE[vendor]:
        for where in row["where"]:
            assert (where, row["what"]) not in rows, f"{where}: {row['what']}: listed twice"
            rows[where, row["what"]] = (row["ours"], row["theirs"], row["reason"])
    return rows


def unexplained(found: Found, rows: Mapping[tuple[str, str], Row]) -> list[str]:
    """Differences that the table does not have like that, and rows whose difference is gone."""
    complaints = []
    for (where, what), (ours, theirs) in found.items():
        if (where, what) not in rows:
            complaints.append(f"{where}: {what}: only ours {ours}, only theirs {theirs}: not listed")
        elif rows[where, what][:2] != (ours, theirs):
            complaints.append(f"{where}: {what}: only ours {ours}, only theirs {theirs}: listed otherwise")
    idle = [f"{where}: {what}: listed, but it does not occur" for where, what in rows if (where, what) not in found]
    return complaints + idle


@pytest.fixture(scope="module")
def types(drivers: Callable[[str], Driver]) -> Callable[[str], dict[str, Any]]:
    """The types of a vendor's SDK, asked once."""
    told: dict[str, dict[str, Any]] = {}

    def ask(vendor: str) -> dict[str, Any]:
        if vendor not in told:
            judge = JUDGES[vendor]
            settings = {"base_url": "http://127.0.0.1:9", "api_key": "k", "resource": judge.resource}
            told[vendor] = drivers(judge.sdk).call("types", settings, {})
        return told[vendor]

    return ask


@pytest.mark.parametrize("vendor", JUDGES)
def test_the_sdk_says_what_the_document_says(vendor: str, types: Callable[[str], dict[str, Any]]) -> None:
    comparison = compared(vendor, strict(vendor), types(vendor))
    complaints = unexplained(comparison.found, listed(vendor))
    assert not complaints, "\n" + "\n".join(complaints)
    assert len(comparison.places) >= JUDGES[vendor].fields


@pytest.mark.parametrize("vendor", JUDGES)
def test_a_difference_that_is_taken_off_the_list_is_found(vendor: str, types: Callable[[str], dict[str, Any]]) -> None:
    found, rows = compared(vendor, strict(vendor), types(vendor)).found, listed(vendor)
    for key in rows:
        fewer = {one: row for one, row in rows.items() if one != key}
        (complaint,) = unexplained(found, fewer)
        assert complaint.startswith(f"{key[0]}: {key[1]}: ")
        assert complaint.endswith(": not listed")
    (idle,) = unexplained(found, rows | {("Nothing.at_all", "words"): ([], [], "Made up.")})
    assert idle == "Nothing.at_all: words: listed, but it does not occur"


@pytest.mark.parametrize("vendor", JUDGES)
def test_whatever_is_dropped_from_the_document_is_found(vendor: str, types: Callable[[str], dict[str, Any]]) -> None:
    """Every field of a named schema that was compared."""
    document, theirs = strict(vendor), types(vendor)
    known = compared(vendor, document, theirs)
    schemas = document["components"]["schemas"]
    missed, dropped = [], 0
    for place in sorted(known.places):
        name, _, property_ = place.partition(".")
        if property_ in schemas.get(name, {}).get("properties", {}):
            kept, dropped = schemas[name]["properties"].pop(property_), dropped + 1
            if compared(vendor, document, theirs).found == known.found:
                missed.append(place)
            schemas[name]["properties"][property_] = kept
    assert not missed
    assert dropped >= JUDGES[vendor].fields * 0.8


Schemas = dict[str, Any]
FAULTS: dict[str, tuple[str, str, Callable[[Schemas], object]]] = {
    "field": (
        "anthropic", "BetaUsage: fields", lambda of: of["BetaUsage"]["properties"].pop("output_tokens"),
    ),
    "required": (
        "anthropic", "BetaMessageBatch.id: presence", lambda of: of["BetaMessageBatch"]["required"].remove("id"),
    ),
    "variant": (
        "anthropic", "BetaMessageBatchResult: variants", lambda of: of["BetaMessageBatchResult"]["oneOf"].pop(),
    ),
    "optional": (
        "letta", "LettaBatchRequest.max_steps: presence",
        lambda of: of["LettaBatchRequest"]["required"].append("max_steps"),
    ),
    "null": (
        "letta", "Message.role: presence",
        lambda of: of["Message"]["properties"].update(role={"type": ["string", "null"]}),
    ),
    "word": (
        "letta", "JobStatus: words", lambda of: of["JobStatus"]["enum"].remove("expired"),
    ),
    "type": (
        "meshapi", "BatchObject.created_at: type",
        lambda of: of["BatchObject"]["properties"].update(created_at={"type": "string"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_document_that_says_otherwise_is_found(fault: str, types: Callable[[str], dict[str, Any]]) -> None:
    vendor, named, plant = FAULTS[fault]
    document = copy.deepcopy(strict(vendor))
    plant(document["components"]["schemas"])
    complaints = unexplained(compared(vendor, document, types(vendor)).found, listed(vendor))
    assert any(complaint.startswith(f"{named}: ") for complaint in complaints), complaints


def test_every_row_gives_a_reason() -> None:
    for row in (row for rows in TABLE.values() for row in rows):
        assert re.search(r"\S \(.+\)\.$", row["reason"]), f"{row['where']}: a reason with its evidence in brackets"
