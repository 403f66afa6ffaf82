"""The documents themselves: valid OpenAPI 3.1, facts without prose, every patch with its reason and source."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from .test_replies import DOCUMENTS, METHODS, VENDORS

SPECS = Path(__file__).parents[2] / "specs"
OPERATIONS = {"create_batch", "get_batch", "list_batches", "cancel_batch", "delete_batch", "batch_results"}
EVIDENCE = {"published", "sdk", "server-source", "inferred"}
LONGEST = 200
"""Characters of a description: a fact fits, a vendor's paragraph does not."""


def operations(vendor: str) -> Iterator[dict[str, Any]]:
    for item in DOCUMENTS[vendor]["paths"].values():
        yield from (item[method] for method in METHODS & item.keys())


def descriptions(node: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every description and summary that is one, and not a field of that name."""
    if isinstance(node, list):
        for index, inner in enumerate(node):
            yield from descriptions(inner, f"{path}/{index}")
    elif isinstance(node, dict):
        for key, inner in node.items():
            if key in {"description", "summary"} and isinstance(inner, str):
                yield path, inner
            yield from descriptions(inner, f"{path}/{key}")


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_strict_document_is_valid_openapi_3_1(vendor: str) -> None:
    assert DOCUMENTS[vendor]["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENTS[vendor]).iter_errors()] == []


def test_the_validator_bites() -> None:
    broken = {**DOCUMENTS["anthropic"], "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {}}}}}}
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


@pytest.mark.parametrize("vendor", VENDORS)
def test_operations_have_one_tag_a_common_name_and_their_evidence(vendor: str) -> None:
    assert not any("?" in path for path in DOCUMENTS[vendor]["paths"])
    found = list(operations(vendor))
    assert {operation["operationId"] for operation in found} <= OPERATIONS
    assert all(operation["tags"] == ["batches"] for operation in found)
    assert {operation["x-evidence"] for operation in found} <= EVIDENCE


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_published_path_keys_hold_no_query(vendor: str) -> None:
    published = yaml.safe_load((SPECS / vendor / "openapi.yaml").read_text(encoding="utf-8"))
    assert not any("?" in path for path in published["paths"])


@pytest.mark.parametrize("vendor", VENDORS)
def test_descriptions_are_short(vendor: str) -> None:
    published = yaml.safe_load((SPECS / vendor / "openapi.yaml").read_text(encoding="utf-8"))
    for document in (published, DOCUMENTS[vendor]):
        assert [(path, text) for path, text in descriptions(document) if len(text) > LONGEST] == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_patches_are_an_overlay_whose_actions_have_reason_and_source(vendor: str) -> None:
    overlay = yaml.safe_load((SPECS / vendor / "patches.yaml").read_text(encoding="utf-8"))
    assert overlay["overlay"] == "1.1.0"
    assert set(overlay["info"]) >= {"title", "version"}
    for action in overlay["actions"]:
        assert isinstance(action["target"], str)
        assert len(action["description"]) > 10, action["target"]
        assert len(action["x-source"]) > 3, action["target"]
        assert {"update", "remove", "copy"} & action.keys(), action["target"]
        assert action.keys() <= {"target", "description", "x-source", "update", "remove", "copy"}
