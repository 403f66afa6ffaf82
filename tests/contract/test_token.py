"""The bodies that a run creates batches with, its token beside the requests, judged by each strict document."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from polybatch.dialects import inline
from polybatch.vendor import FindBy
from polybatch.vendors import find_vendor

from .test_replies import judge
from .test_requests import READY, REQUESTS, resolve

TOKEN = "0123456789abcdef0123-3-0"


def created(name: str, token: str | None, **options: Any) -> tuple[dict[str, Any], list[str]]:
    """A create's body, and where it leaves the document."""
    kind = find_vendor(name)
    vendor = kind(options, kind.document.server)
    items = [msgspec.json.encode(vendor.item(request)) for request in REQUESTS[name]]
    body: dict[str, Any] = json.loads(b"".join(inline.body(vendor.envelope(token), items)))
    schema = resolve(name, kind.document.operations["create_batch"]["requestBody"])["content"]["application/json"][
        "schema"
    ]
    return body, [error.message for error in judge(name, schema).iter_errors(body)]


@pytest.mark.parametrize("name", READY)
def test_a_body_with_a_token_keeps_to_the_document(name: str) -> None:
    body, errors = created(name, TOKEN)
    assert errors == []
    (items,) = (value for value in body.values() if isinstance(value, list))
    assert len(items) == len(REQUESTS[name])
    assert (TOKEN in json.dumps(body)) is (find_vendor(name).profile.find is FindBy.METADATA)


@pytest.mark.parametrize("name", READY)
def test_a_body_without_a_token_is_as_it_always_was(name: str) -> None:
    body, errors = created(name, None)
    assert errors == []
    assert set(body) == set(find_vendor(name).document.create_body["required"])


def test_a_token_leaves_the_users_metadata_alone() -> None:
    body, errors = created("meshapi", TOKEN, metadata={"job": "nightly", "parts": [1, None]}, completion_window="24h")
    assert errors == []
    assert body["metadata"] == {"job": "nightly", "parts": [1, None], "polybatch": TOKEN}


def test_the_judge_refuses_a_token_in_the_wrong_place() -> None:
    kind = find_vendor("anthropic")
    schema = resolve("anthropic", kind.document.operations["create_batch"]["requestBody"])
    body = {"requests": [], "metadata": {"polybatch": TOKEN}}
    judged = judge("anthropic", schema["content"]["application/json"]["schema"])
    assert list(judged.iter_errors(body)) != []
