"""The strict documents as data: judged by the JSON itself."""

from __future__ import annotations

import json
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest

from polybatch.document import Document, Scheme
from polybatch.limits import Limits

VENDORS = ["anthropic", "letta", "meshapi", "onerouter"]
OPERATIONS = {"create_batch", "get_batch", "list_batches", "cancel_batch", "delete_batch", "batch_results"}


def raw(vendor: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("polybatch_generated").joinpath(vendor, "openapi.json").read_bytes())
    return found


def made(document: dict[str, Any]) -> Document:
    """A document that stands in no package."""
    found = Document("probe")
    found.__dict__["data"] = document
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_document_is_read_as_it_stands(vendor: str) -> None:
    document, strict = Document(vendor), raw(vendor)
    assert document.data == strict
    assert document.server == strict["servers"][0]["url"].rstrip("/")
    named = [operation["operationId"] for item in strict["paths"].values() for operation in item.values()
             if isinstance(operation, dict) and "operationId" in operation]  # fmt: skip
    assert sorted(document.operations) == sorted(named)
    assert set(named) <= OPERATIONS
    assert document.items["items"]


def test_how_keys_are_presented() -> None:
    assert Document("anthropic").schemes == {
        "x-api-key": Scheme("x-api-key", "x-api-key"),
        "bearer": Scheme("bearer", "Authorization", "Bearer "),
    }
    assert Document("anthropic").schemes["bearer"].headers("k") == {"Authorization": "Bearer k"}
    assert Document("anthropic").schemes["x-api-key"].headers("k") == {"x-api-key": "k"}
    for vendor in VENDORS[1:]:
        assert Document(vendor).schemes["bearer"].headers("k") == {"Authorization": "Bearer k"}


def test_limits_come_from_the_document_and_the_rest_from_the_profile() -> None:
    limits = Document("anthropic").limits(retention=timedelta(days=29))
    assert limits == Limits(
        max_items=100_000, max_bytes=256_000_000, window=timedelta(hours=24), retention=timedelta(days=29)
    )
    assert Document("anthropic").limits(max_items=5).max_items == 5


def create(**changes: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["requests"],
        "properties": {"requests": {"$ref": "#/components/schemas/a~1b~0c"}, "name": {"type": "string"}},
        **changes,
    }
    operation = {
        "operationId": "create_batch",
        "requestBody": {"$ref": "#/components/requestBodies/Create"},
    }
    return {
        "paths": {"/b": {"summary": "Batches.", "parameters": [], "post": operation}},
        "components": {
            "schemas": {"a/b~c": {"type": "array", "items": {"type": "object"}}},
            "requestBodies": {"Create": {"content": {"application/json": {"schema": schema}}}},
        },
    }


def test_references_are_followed() -> None:
    document = made(create())
    assert document.items == {"type": "array", "items": {"type": "object"}}
    assert list(document.operations) == ["create_batch"]
    assert document.limits() == Limits()


def test_a_create_without_one_list_of_requests_is_a_mistake_of_the_document() -> None:
    with pytest.raises(LookupError, match="probe: the create body has 0 required arrays"):
        _ = made(create(required=["name"])).items


@pytest.mark.parametrize(("vendor", "most"), [("anthropic", 1000), ("letta", None), ("meshapi", 100)])
def test_a_list_has_pages_as_large_as_its_number_may_be(vendor: str, most: int | None) -> None:
    assert Document(vendor).largest_page == most
