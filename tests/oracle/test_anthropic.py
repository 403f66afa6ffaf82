"""Three versions of the `anthropic` SDK, both of its batch resources, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.oracle.between import ALL, Between
from tests.oracle.judging import Caller, Check, Where, demand, red_without
from tests.oracle.sdks import SDKS, Driver

if TYPE_CHECKING:
    from polybatch_sandbox import Server

pytestmark = pytest.mark.slow

NAMES = [name for name, sdk in SDKS.items() if sdk.package == "anthropic"]
RESOURCES = ("messages", "beta.messages")
TEXTS = ("Why is the sky blue?", "Zähle drei Primzahlen auf.", "空はなぜ青い\u2028のか？", "Say 🦆.")  # noqa: RUF001
REQUESTS = [
    {
        "custom_id": f"row-{index}",
        "params": {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}]},
    }
    for index, text in enumerate(TEXTS)
]
BATCH = (
    "id", "type", "processing_status", "request_counts", "created_at",
    "expires_at", "ended_at", "archived_at", "cancel_initiated_at", "results_url",
)  # fmt: skip
COUNTS = ("processing", "succeeded", "errored", "canceled", "expired")
PAGE = ("data", "has_more", "first_id", "last_id")
MESSAGE = ("id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage")
ALWAYS = {
    "MessageBatch": BATCH,
    "MessageBatchRequestCounts": COUNTS,
    "SyncPage[MessageBatch]": PAGE,
    "SyncPage[BetaMessageBatch]": PAGE,
    "DeletedMessageBatch": ("id", "type"),
    "MessageBatchIndividualResponse": ("custom_id", "result"),
    "MessageBatchSucceededResult": ("type", "message"),
    "MessageBatchErroredResult": ("type", "error"),
    "MessageBatchCanceledResult": ("type",),
    "MessageBatchExpiredResult": ("type",),
    "ErrorResponse": ("type", "error", "request_id"),
    "Message": MESSAGE,
    "TextBlock": ("type", "text"),
    "Usage": ("input_tokens", "output_tokens"),
}
"""Fields that a reply of the vendor always has (facts: seed-vendors §2.2), null or not."""


@pytest.fixture(params=[f"{name} {resource}" for name in NAMES for resource in RESOURCES])
def batches(request: pytest.FixtureRequest, drivers: Callable[[str], Driver], server: Server) -> Caller:
    """One resource of one version."""
    name, resource = request.param.split()
    settings = {"base_url": server.base_url("anthropic"), "api_key": "sk-ant-oracle", "resource": resource}
    return Caller(drivers(name), settings)


def check_create(batches: Caller, box: Between) -> None:
    """A batch that has just begun."""
    batch = batches("create", requests=REQUESTS)
    demand(batch, ALWAYS)
    assert batch["processing_status"] == "in_progress"
    assert [batch["request_counts"][name] for name in COUNTS] == [4, 0, 0, 0, 0]
    assert batch["ended_at"] is batch["archived_at"] is batch["cancel_initiated_at"] is batch["results_url"] is None


def check_retrieve(batches: Caller, box: Between) -> None:
    """A batch, running and ended."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    assert batches("retrieve", message_batch_id=batch_id)["processing_status"] == "in_progress"
    box.advance(61)
    batch = batches("retrieve", message_batch_id=batch_id)
    demand(batch, ALWAYS)
    assert batch["id"] == batch_id
    assert batch["processing_status"] == "ended"
    assert [batch["request_counts"][name] for name in COUNTS] == [0, 4, 0, 0, 0]
    assert batch["ended_at"] > batch["created_at"]
    assert batch["results_url"].endswith(f"/v1/messages/batches/{batch_id}/results")


def check_list(batches: Caller, box: Between) -> None:
    """Newest first: the first page, all pages, the page before a cursor."""
    ids = [batches("create", requests=REQUESTS[:1])["id"] for _ in range(5)][::-1]
    page = batches("list", limit=2)
    demand(page, ALWAYS)
    assert [batch["id"] for batch in page["data"]] == [page["first_id"], page["last_id"]] == ids[:2]
    assert page["has_more"] is True
    everything = batches("list_all", limit=2)
    demand(everything, ALWAYS)
    assert [batch["id"] for batch in everything] == ids
    before = batches("list", before_id=ids[3], limit=2)
    demand(before, ALWAYS)
    assert [batch["id"] for batch in before["data"]] == ids[1:3]
    last = batches("list", after_id=ids[2], limit=2)
    assert ([batch["id"] for batch in last["data"]], last["has_more"]) == (ids[3:], False)


def check_cancel(batches: Caller, box: Between) -> None:
    """A cancelled batch goes through `canceling` to `ended`, and what was not answered is canceled."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    batch = batches("cancel", message_batch_id=batch_id)
    demand(batch, ALWAYS)
    assert (batch["id"], batch["processing_status"]) == (batch_id, "canceling")
    assert batch["cancel_initiated_at"] >= batch["created_at"]
    box.advance(6)
    assert batches("retrieve", message_batch_id=batch_id)["processing_status"] == "ended"
    lines = batches("results", message_batch_id=batch_id)
    assert sorted((line["custom_id"], line["result"]["type"]) for line in lines) == [
        (item["custom_id"], "canceled") for item in REQUESTS
    ]


def check_delete(batches: Caller, box: Between) -> None:
    """A deleted batch is gone."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    box.advance(61)
    gone = batches("delete", message_batch_id=batch_id)
    demand(gone, ALWAYS)
    assert (gone["id"], gone["type"]) == (batch_id, "message_batch_deleted")
    assert batches.refused("retrieve", message_batch_id=batch_id).type == "NotFoundError"


def check_results(batches: Caller, box: Between) -> None:
    """All four outcomes, as the SDK's own classes."""
    box.script("anthropic", "create", "fail:1:overloaded_error+expire:1+cancelled:1")
    batch_id = batches("create", requests=REQUESTS)["id"]
    box.advance(61)
    counts = batches("retrieve", message_batch_id=batch_id)["request_counts"]
    assert [counts[name] for name in COUNTS] == [0, 1, 1, 1, 1]
    lines = batches("results", message_batch_id=batch_id)
    demand(lines, ALWAYS)
    assert sorted(line["custom_id"] for line in lines) == [item["custom_id"] for item in REQUESTS]
    results = {line["result"]["type"]: line for line in lines}
    assert {kind: line["result"]["_type"].removeprefix("Beta") for kind, line in results.items()} == {
        kind: f"MessageBatch{kind.title()}Result" for kind in ("succeeded", "errored", "expired", "canceled")
    }
    error = results["errored"]["result"]["error"]
    assert (error["type"], error["error"]["type"]) == ("error", "overloaded_error")
    assert error["error"]["message"]
    index = int(results["succeeded"]["custom_id"].removeprefix("row-"))
    message = results["succeeded"]["result"]["message"]
    assert (message["role"], message["model"], message["stop_reason"]) == ("assistant", "claude-opus-5-5", "end_turn")
    assert [(block["type"], block["text"]) for block in message["content"]] == [("text", TEXTS[index])]


def check_errors(batches: Caller, box: Between) -> None:
    """Refusals become the SDK's own exceptions, with the vendor's envelope inside."""
    unknown = batches.refused("retrieve", message_batch_id="msgbatch_nobody")
    stranger = batches.refused("list", settings={"api_key": "invalid"})
    bad = batches.refused("create", requests=[{**REQUESTS[0], "custom_id": "not allowed"}])
    for error, kind, status, word in (
        (unknown, "NotFoundError", 404, "not_found_error"),
        (stranger, "AuthenticationError", 401, "authentication_error"),
        (bad, "BadRequestError", 400, "invalid_request_error"),
    ):
        assert (error.type, error.told["status"]) == (kind, status)
        envelope = error.told["body"]
        assert (envelope["type"], envelope["error"]["type"]) == ("error", word)
        assert envelope["request_id"] == error.told["request_id"]
        assert envelope["error"]["message"] in str(error)
    assert "requests.0.custom_id" in str(bad)


CHECKS = [check_create, check_retrieve, check_list, check_cancel, check_delete, check_results, check_errors]
ON_BATCH: list[Where] = [*[(field,) for field in BATCH], *[("request_counts", field) for field in COUNTS]]
ENVELOPE: list[Where] = [("type",), ("error",), ("request_id",), ("error", "type"), ("error", "message")]
FIELDS: dict[Check, list[Where]] = {
    check_create: ON_BATCH,
    check_retrieve: ON_BATCH,
    check_list: [*[(field,) for field in PAGE], *[("data", ALL, *field) for field in ON_BATCH]],
    check_cancel: ON_BATCH,
    check_delete: [("id",), ("type",)],
    check_results: [
        ("results_url",),
        ("custom_id",),
        ("result",),
        ("result", "type"),
        ("result", "message"),
        ("result", "error"),
        *[("result", "error", *field) for field in ENVELOPE],
        *[("result", "message", field) for field in MESSAGE],
        *[("result", "message", "content", ALL, field) for field in ("type", "text")],
        *[("result", "message", "usage", field) for field in ("input_tokens", "output_tokens")],
    ],
    check_errors: ENVELOPE,
}
"""What is dropped to see that the check notices."""


@pytest.mark.parametrize("check", CHECKS)
def test_sdk(check: Check, batches: Caller, box: Between) -> None:
    check(batches, box)


@pytest.mark.parametrize("check", CHECKS)
def test_a_dropped_field_turns_it_red(check: Check, batches: Caller, box: Between) -> None:
    red_without(FIELDS[check], check, batches, box)


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (400, "BadRequestError", "invalid_request_error"),
        (401, "AuthenticationError", "authentication_error"),
        (403, "PermissionDeniedError", "permission_error"),
        (404, "NotFoundError", "not_found_error"),
        (409, "ConflictError", "conflict_error"),
        (429, "RateLimitError", "rate_limit_error"),
        (500, "InternalServerError", "api_error"),
        (529, "OverloadedError", "overloaded_error"),
    ],
)
def test_every_error_status_has_its_class(status: int, kind: str, word: str, batches: Caller, box: Between) -> None:
    box.script("anthropic", "get", f"status:{status}")
    error = batches.refused("retrieve", message_batch_id="msgbatch_any")
    assert (error.type, error.told["body"]["error"]["type"]) == (kind, word)


def test_a_word_of_tomorrow_is_refused_by_the_strict_sdk(batches: Caller, box: Between) -> None:
    """That it is the SDK which checks the replies, not only these tests."""
    batch_id = batches("create", requests=REQUESTS)["id"]
    box.script("anthropic", "get", "unknown_status")
    assert batches.refused("retrieve", message_batch_id=batch_id).type == "APIResponseValidationError"
