"""The `meshapi` SDK against the sandbox: inline requests, inline results."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.oracle.between import ALL, Between
from tests.oracle.judging import Caller, Check, Where, demand, red_without
from tests.oracle.sdks import Driver

if TYPE_CHECKING:
    from polybatch_sandbox import Server

pytestmark = pytest.mark.slow

TEXTS = ("Reply with one word.", "Antworte auf Deutsch, größer.", "こんにちは", "🦆")
REQUESTS = [
    {
        "custom_id": f"doc-{index}",
        "body": {"model": "openai/gpt-5-nano", "messages": [{"role": "user", "content": text}], "max_tokens": 16},
    }
    for index, text in enumerate(TEXTS)
]
BATCH = (
    "id", "object", "endpoint", "status", "model", "provider", "input_file_id", "output_file_id", "error_file_id",
    "created_at", "completed_at", "request_counts", "metadata", "errors_detail",
)  # fmt: skip
ROW = ("id", "status", "model", "provider", "created_at", "completed_at", "usage_synced")
PAGE = ("object", "data", "has_more", "first_id", "last_id")
ALSO = {"BatchObject": ("expires_at", "completion_window")}  # in the Go and Java SDKs (§4.2)


@pytest.fixture
def batches(drivers: Callable[[str], Driver], server: Server) -> Caller:
    return Caller(drivers("meshapi-0.1.11"), {"base_url": server.base_url("meshapi"), "api_key": "rsk_oracle"})


def check_create(batches: Caller, box: Between) -> None:
    """A batch that has just begun."""
    batch = batches("create", requests=REQUESTS, completion_window="24h", metadata={"job": "nightly", "n": 3})
    demand(batch, {"BatchObject": BATCH}, also=ALSO)
    assert (batch["object"], batch["status"], batch["endpoint"]) == ("batch", "validating", "/v1/chat/completions")
    assert batch["metadata"] == {"job": "nightly", "n": 3}
    assert batch["request_counts"]["total"] == len(REQUESTS)


def check_get(batches: Caller, box: Between) -> None:
    """A batch, running and completed."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    box.advance(30)
    assert batches("get", batch_id=batch_id)["status"] == "in_progress"
    box.advance(31)
    batch = batches("get", batch_id=batch_id)
    demand(batch, {"BatchObject": BATCH}, also=ALSO)
    assert (batch["id"], batch["status"]) == (batch_id, "completed")
    assert batch["request_counts"] == {"total": 4, "completed": 4, "failed": 0}
    assert batch["completed_at"] - batch["created_at"] == 60
    assert batch["output_file_id"]


def check_list(batches: Caller, box: Between) -> None:
    """Newest first, page by page; a row is MeshAPI's own record."""
    ids = [batches("create", requests=REQUESTS[:1])["id"] for _ in range(3)][::-1]
    page = batches("list", limit=2)
    demand(page, {"BatchListResponse": PAGE, "BatchObject": ROW})
    assert page["object"] == "list"
    assert [row["id"] for row in page["data"]] == [page["first_id"], page["last_id"]] == ids[:2]
    assert page["has_more"] is True
    rest = batches("list", after=page["last_id"], limit=2)
    demand(rest, {"BatchListResponse": PAGE, "BatchObject": ROW})
    assert ([row["id"] for row in rest["data"]], rest["has_more"]) == (ids[2:], False)


def check_cancel(batches: Caller, box: Between) -> None:
    """`cancelling`, then `cancelled`."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    batch = batches("cancel", batch_id=batch_id)
    demand(batch, {"BatchObject": BATCH}, also=ALSO)
    assert (batch["id"], batch["status"]) == (batch_id, "cancelling")
    box.advance(6)
    assert batches("get", batch_id=batch_id)["status"] == "cancelled"


def check_results(batches: Caller, box: Between) -> None:
    """Results come inline, good ones and bad ones."""
    box.script("meshapi", "create", "fail:1")
    batch_id = batches("create", requests=REQUESTS)["id"]
    box.advance(61)
    batch = batches("get", batch_id=batch_id)
    demand(batch, {"BatchObject": (*BATCH, "results")}, also=ALSO)
    assert batch["request_counts"] == {"total": 4, "completed": 3, "failed": 1}
    lines = {line["custom_id"]: line for line in batch["results"]}
    assert sorted(lines) == [item["custom_id"] for item in REQUESTS]
    assert lines["doc-0"]["response"]["status_code"] >= 400
    assert lines["doc-0"]["response"]["body"]["error"]["message"]
    for index in (1, 2, 3):
        line = lines[f"doc-{index}"]
        assert (line["error"], line["response"]["status_code"]) == (None, 200)
        (choice,) = line["response"]["body"]["choices"]
        assert (choice["message"]["content"], choice["finish_reason"]) == (TEXTS[index], "stop")
        assert line["response"]["body"]["usage"]["total_tokens"] > 0


def check_errors(batches: Caller, box: Between) -> None:
    """Every refusal is a MeshAPIError with the vendor's code and the request's id."""
    other = {**REQUESTS[1], "body": {**REQUESTS[1]["body"], "model": "openai/another"}}  # type: ignore[dict-item]
    nobatch = {**REQUESTS[0], "body": {**REQUESTS[0]["body"], "model": "nobatch/model"}}  # type: ignore[dict-item]
    modelless = {"custom_id": "a", "body": {"messages": []}}
    errors = [
        (batches.refused("get", batch_id="batch_nobody"), 404, "not_found"),
        (batches.refused("list", settings={"api_key": "invalid"}), 401, "unauthorized"),
        (batches.refused("create", requests=[REQUESTS[0], other]), 400, "mixed_models"),
        (batches.refused("create", requests=[nobatch]), 501, "not_implemented"),
        (batches.refused("create", requests=[modelless]), 422, "validation_error"),
    ]
    for _ in range(10):
        batches("create", requests=REQUESTS[:1])
    errors.append((batches.refused("create", requests=REQUESTS[:1]), 429, "batch_limit_exceeded"))
    for error, status, code in errors:
        assert (error.type, error.told["status"]) == ("MeshAPIError", status)
        assert error.told["error_code"] == code, f"the code is {error.told['error_code']}"
        assert error.told["request_id"].startswith("req_")
        assert not str(error).endswith(f"HTTP {status}"), "the SDK found no message"
    assert errors[4][0].told["details"][0]["loc"][0] == "body"


CHECKS = [check_create, check_get, check_list, check_cancel, check_results, check_errors]
ON_BATCH: list[Where] = [(field,) for field in BATCH]
FIELDS: dict[Check, list[Where]] = {
    check_create: [*ON_BATCH, ("request_counts", "total")],
    check_get: [*ON_BATCH, *[("request_counts", field) for field in ("total", "completed", "failed")]],
    check_list: [*[(field,) for field in PAGE], *[("data", ALL, field) for field in ROW]],
    check_cancel: ON_BATCH,
    check_results: [
        ("results",),
        *[("results", ALL, field) for field in ("custom_id", "response", "error")],
        *[("results", ALL, "response", field) for field in ("status_code", "body")],
        *[("results", ALL, "response", "body", field) for field in ("choices", "usage")],
    ],
    check_errors: [("error", "code"), ("error", "message")],  # a missing request_id it takes from the header
}
"""What is dropped to see that the check notices."""


@pytest.mark.parametrize("check", CHECKS)
def test_sdk(check: Check, batches: Caller, box: Between) -> None:
    check(batches, box)


@pytest.mark.parametrize("check", CHECKS)
def test_a_dropped_field_turns_it_red(check: Check, batches: Caller, box: Between) -> None:
    red_without(FIELDS[check], check, batches, box)


@pytest.mark.parametrize("field", [("id",), ("object",), ("data",), ("has_more",)])
def test_it_is_the_sdk_that_refuses(field: Where, batches: Caller, box: Between) -> None:
    """Not only these tests: of what its models require, nothing may be missing."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    operation, arguments = ("get", {"batch_id": batch_id}) if field == ("id",) else ("list", {})
    with box.dropping(*field):
        assert batches.refused(operation, **arguments).type == "ValidationError"
