"""What a patch or the manifest says already does not count, and the report names the patch."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_compiler.patching import apply_patches
from scripts.spec_refresh.explaining import Refresh
from tests.contract.refresh_lab import ROOT, VENDORS, lines, load_yaml, published, read_once, refresh, talkative


def patches(vendor: str) -> dict:
    return read_once(ROOT / "specs" / vendor / "patches.yaml")


def written(folder: Path, document: dict) -> str:
    path = folder / "document.json"
    path.write_text(json.dumps(talkative(document)), encoding="utf-8")
    return str(path)


LONG = [pytest.param(vendor, marks=pytest.mark.slow) for vendor in ("anthropic", "letta")]


@pytest.mark.parametrize("vendor", ["meshapi", "onerouter", *LONG])
def test_a_vendor_who_publishes_what_our_patches_say_changes_nothing_for_us(vendor: str) -> None:
    document = published(vendor)
    found = Refresh(document, patches(vendor), talkative(apply_patches(document, patches(vendor)))).changes
    assert len(found) > 30
    assert [(change.where, change.text) for change in found if not change.explained] == []


def test_the_patch_that_the_vendor_mended_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = published("meshapi")
    create = document["paths"]["/v1/batches"]["post"]
    create["requestBody"]["required"] = True
    create["security"] = [{"HTTPBearer": []}]
    create["parameters"] = []
    code, out, _ = refresh(capsys, "meshapi", "--from", written(tmp_path, document))
    found = {line.partition(" [")[0]: number(line) for line in lines(out)}
    assert code == 0
    assert found.keys() == {
        "explained create_batch: key: none -> http bearer",
        "explained header parameter authorization of create_batch: parameter is gone",
        "explained request of create_batch: required now",
    }
    # Without the patch that is named, the difference counts.
    for line, patch in found.items():
        others = [action for index, action in enumerate(patches("meshapi")["actions"], start=1) if index != patch]
        without = {**patches("meshapi"), "actions": others}
        changes = Refresh(published("meshapi"), without, document).changes
        (counted,) = [change.text for change in changes if not change.explained]
        assert line.endswith(counted)


def number(line: str) -> int:
    found = re.search(r"patch (\d+)", line)
    assert found, line
    return int(found[1])


def test_what_a_patch_takes_away_may_change_as_it_likes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = published("onerouter")
    document["paths"]["/v1/batches"]["post"]["parameters"][0]["schema"]["maxLength"] = 9
    code, out, _ = refresh(capsys, "onerouter", "--from", written(tmp_path, document))
    (line,) = lines(out)
    assert code == 0
    assert line.startswith("explained header parameter authorization of create_batch: limit maxLength none -> 9 [patch")
    assert line.endswith("takes the place away]")


def fields(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where each field of a document is declared."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        if key == "properties" and path[-1:] != ("properties",):
            yield from ((*path, key, name) for name in value)
        yield from fields(value, (*path, key))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("vendor", "taken"), [("meshapi", set()), ("onerouter", {"ANY_ADDITIONAL_PROPERTY"})], ids=["meshapi", "onerouter"]
)
def test_no_field_can_change_unseen(vendor: str, taken: set[str]) -> None:
    """Only what a patch takes away on purpose may."""
    paths = list(fields(published(vendor)))
    assert len(paths) > 10
    unseen = set()
    for *above, name in paths:
        document = published(vendor)
        place = document
        for step in above:
            place = place[step]
        place[name] = {"type": "array", "items": {"type": "boolean"}, "minItems": 77}
        changes = Refresh(published(vendor), patches(vendor), document).changes
        if all(change.explained for change in changes):
            unseen.add(name)
    assert unseen == taken


def test_an_operation_that_a_patch_brought_is_compared_once_it_is_published(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = apply_patches(published("meshapi"), patches("meshapi"))
    document = published("meshapi")
    document["components"] = whole["components"]
    get = whole["paths"]["/v1/batches/{batch_id}"]["get"]
    document["paths"]["/v1/batches/{batch_id}"] = {"get": get}
    code, out, _ = refresh(capsys, "meshapi", "--from", written(tmp_path, document))
    assert code == 0, out
    assert any(
        line.startswith("explained get_batch: new operation GET /v1/batches/{batch_id} [patch") for line in lines(out)
    )
    get["parameters"].append({"name": "account", "in": "query", "required": True, "schema": {"type": "string"}})
    code, out, _ = refresh(capsys, "meshapi", "--from", written(tmp_path, document))
    counted = [line for line in lines(out) if not line.startswith("explained")]
    assert (code, counted) == (4, ["breaking query parameter account of get_batch: new parameter, required"])


def test_a_limit_is_judged_by_what_we_rely_on() -> None:
    """Published as 100 and known to be 1000: 500 is more than was published and less than we send."""
    document = published("anthropic")
    parameters = document["paths"]["/v1/messages/batches"]["get"]["parameters"]
    next(parameter for parameter in parameters if parameter.get("name") == "limit")["schema"]["maximum"] = 500
    (change,) = Refresh(published("anthropic"), patches("anthropic"), document).changes
    assert (change.text, change.breaking, change.explained) == ("limit maximum 1000 -> 500", True, "")


def test_an_operation_that_the_manifest_passes_over_is_no_news() -> None:
    document = published("letta")
    document["paths"]["/v1/messages/batches/{id}/costs"] = {"get": {"responses": {"200": {"description": "Costs."}}}}
    label = "GET /v1/messages/batches/{id}/costs"
    (counted,) = Refresh(published("letta"), patches("letta"), document).changes
    (explained,) = Refresh(published("letta"), patches("letta"), document, (label,)).changes
    assert (counted.text, counted.explained) == (f"new operation {label}", "")
    assert explained.explained == "the manifest passes it over"


TWO_WAYS = {
    "null in a list of types": ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
    "nullable of 3.0": ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
    "an enum with null": ({"type": "string", "enum": ["a", None]}, {"oneOf": [{"const": "a"}, {"type": "null"}]}),
    "an enum of one": ({"const": "a"}, {"type": "string", "enum": ["a"]}),
    "words in several branches": ({"enum": ["a", "b"]}, {"anyOf": [{"const": "b"}, {"const": "a"}]}),
    "a reference with words beside it": ({"allOf": [{"$ref": "#/components/schemas/S"}]}, {"type": "string"}),
    "a reference": ({"$ref": "#/components/schemas/S", "description": "x"}, {"type": "string"}),
    "an open map": ({"type": "object"}, {"type": "object", "additionalProperties": {"description": "Any."}}),
    "a default of null": ({"type": ["string", "null"], "default": None}, {"type": ["string", "null"]}),
    "an exclusive bound of 3.0": (
        {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        {"type": "integer", "exclusiveMinimum": 0},
    ),
    "a size of nought": ({"type": "array", "minItems": 0}, {"type": "array"}),
    "parts put together": (
        {"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"type": "object"}]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    ),
    "a cycle": ({"$ref": "#/components/schemas/Node"}, {"$ref": "#/components/schemas/Copy"}),
}


def small(schema: dict, path: str = "/v1/batches?beta=true", **said: object) -> dict:
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    content = {"schema": schema}
    operation = {
        "requestBody": {"content": {"Application/JSON; charset=utf-8": content}},
        "responses": {"4xx": {"description": "No.", "content": {"application/json": content}}},
        **said,
    }
    return {
        "openapi": "3.1.0",
        "paths": {path: {"post": operation}},
        "components": {"schemas": {"S": {"type": "string", "title": "S"}, "Node": node, "Copy": dict(node)}},
    }


@pytest.mark.parametrize("name", TWO_WAYS)
def test_two_ways_of_writing_a_schema_are_one(name: str) -> None:
    none = {"overlay": "1.1.0", "actions": []}
    one, other = TWO_WAYS[name]
    beta = {"name": "beta", "in": "query", "required": True, "schema": {"type": "boolean", "enum": [True]}}
    told = small(other, "/v1/batches", parameters=[beta], security=[], deprecated=False)
    told["paths"]["/v1/batches"]["post"]["requestBody"] = {
        "required": False,
        "content": {"application/json": {"schema": other}},
    }
    told["paths"]["/v1/batches"]["post"]["responses"] = {"4XX": {"content": {"application/json": {"schema": other}}}}
    assert [(change.where, change.text) for change in Refresh(small(one), none, told).changes] == []
    changed = {"type": "number"}
    assert len(Refresh(small(one), none, small(changed)).changes) >= 2


def test_a_path_parameter_has_a_place_and_no_name() -> None:
    text = json.dumps(published("letta")).replace("{batch_id}", "{id}").replace('"name": "batch_id"', '"name": "id"')
    assert Refresh(published("letta"), patches("letta"), json.loads(text)).changes == []


def test_the_committed_documents_are_what_they_were_read_from() -> None:
    """No difference with itself: what the reader makes of a document does not depend on its place."""
    for vendor in VENDORS:
        document = load_yaml(ROOT / "specs" / vendor / "openapi.yaml")
        assert Refresh(published(vendor), patches(vendor), document).changes == []
