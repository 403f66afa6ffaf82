"""The last `letta-client` whose batches are whole, against the sandbox.

Its own paging of messages cannot work (facts: seed-vendors §3.3), so they are asked for in one large page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.oracle.between import ALL, Between
from tests.oracle.judging import Caller, Check, Where, demand, red_without
from tests.oracle.sdks import Driver

if TYPE_CHECKING:
    from polybatch_sandbox import Server

pytestmark = pytest.mark.slow

AGENTS = [f"agent-{index}23e4567-e89b-42d3-8456-426614174000" for index in range(3)]
REQUESTS = [
    {
        "agent_id": agent,
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": f"Notiz {index} 🦆"}], "otid": f"r-{index}"}
        ],
    }
    for index, agent in enumerate(AGENTS)
]
JOB = (
    "id", "status", "created_at", "updated_at", "completed_at", "created_by_id", "last_updated_by_id", "job_type",
    "metadata", "background", "agent_id", "callback_url", "callback_sent_at", "callback_status_code",
    "callback_error", "stop_reason", "ttft_ns", "total_duration_ns", "user_id",
)  # fmt: skip
ALWAYS = {
    "BatchJob": JOB,  # as server 0.16.8 answers: it leaves nothing out (§3.7)
    "InternalMessage": ("id", "role", "agent_id", "content", "tool_calls", "batch_item_id", "otid", "created_at"),
    "ToolCall": ("id", "type", "function"),
    "ToolCallFunction": ("name", "arguments"),
    "ToolReturn": ("status", "tool_call_id", "func_response"),
}
ALSO = {"BatchJob": ("user_id",)}  # sent by 0.16.8, absent from the published schema (§3.2)
MANY = 10_000
NOBODY = "job-00000000-0000-4000-8000-000000000000"


@pytest.fixture
def batches(drivers: Callable[[str], Driver], server: Server) -> Caller:
    return Caller(drivers("letta-client-1.6.5"), {"base_url": server.base_url("letta"), "api_key": "oracle"})


def check_create(batches: Caller, box: Between) -> None:
    """A job that has just begun."""
    job = batches("create", requests=REQUESTS, callback_url="https://example.org/hook")
    demand(job, ALWAYS, also=ALSO)
    assert (job["status"], job["job_type"], job["callback_url"]) == ("running", "batch", "https://example.org/hook")
    assert job["id"].startswith("job-")


def check_retrieve(batches: Caller, box: Between) -> None:
    """A job, running and completed; its last time has no zone, and no callback is the word `None`."""
    job_id = batches("create", requests=REQUESTS)["id"]
    assert batches("retrieve", batch_id=job_id)["status"] == "running"
    box.advance(61)
    job = batches("retrieve", batch_id=job_id)
    demand(job, ALWAYS, also=ALSO)
    assert (job["id"], job["status"], job["callback_url"]) == (job_id, "completed", "None")
    assert datetime.fromisoformat(job["created_at"]).tzinfo is not None
    assert datetime.fromisoformat(job["completed_at"]).tzinfo is None
    assert job["callback_error"]


def check_list(batches: Caller, box: Between) -> None:
    """Running jobs only, oldest first when asked so; that way even the SDK's own paging works."""
    done = batches("create", requests=REQUESTS)["id"]
    box.advance(61)
    assert batches("retrieve", batch_id=done)["status"] == "completed"
    ids = []
    for _ in range(3):
        ids.append(batches("create", requests=REQUESTS)["id"])
        box.advance(1)
    page = batches("list", order="asc", limit=2)
    demand(page, ALWAYS, also=ALSO)
    assert [job["id"] for job in page["items"]] == ids[:2]
    everything = batches("list_all", order="asc", limit=2)
    demand(everything, ALWAYS, also=ALSO)
    assert [job["id"] for job in everything] == ids


def check_cancel(batches: Caller, box: Between) -> None:
    """The answer to a cancel is `null`."""
    job_id = batches("create", requests=REQUESTS)["id"]
    assert batches("cancel", batch_id=job_id) is None
    job = batches("retrieve", batch_id=job_id)
    demand(job, ALWAYS, also=ALSO)
    assert (job["id"], job["status"], job["completed_at"]) == (job_id, "cancelled", None)


def check_messages(batches: Caller, box: Between) -> None:
    """For each agent what was asked, the tool call that answers it, and what the tool returned."""
    job_id = batches("create", requests=REQUESTS)["id"]
    box.advance(61)
    page = batches("messages.list", batch_id=job_id, limit=MANY)
    demand(page, ALWAYS)
    assert len(page["messages"]) == 3 * len(AGENTS)
    for index, agent in enumerate(AGENTS):
        rows = {row["role"]: row for row in page["messages"] if row["agent_id"] == agent}
        assert sorted(rows) == ["assistant", "tool", "user"]
        assert len({row["batch_item_id"] for row in rows.values()}) == 1
        assert rows["user"]["otid"] == f"r-{index}"
        assert rows["user"]["content"][0]["text"] == f"Notiz {index} 🦆"
        (call,) = rows["assistant"]["tool_calls"]
        assert (call["type"], call["function"]["name"]) == ("function", "send_message")
        assert json.loads(call["function"]["arguments"]) == {"message": f"Notiz {index} 🦆"}
        (returned,) = rows["tool"]["tool_returns"]
        assert (returned["status"], returned["tool_call_id"]) == ("success", call["id"])
        assert rows["tool"]["tool_call_id"] == call["id"]
    alone = batches("messages.list", batch_id=job_id, limit=MANY, agent_id=AGENTS[1], order="asc")
    assert [row["role"] for row in alone["messages"]] == ["user", "assistant", "tool"]


def check_errors(batches: Caller, box: Between) -> None:
    """Refusals become the SDK's own exceptions; what was wrong is in `detail`."""
    agentless = [{"messages": REQUESTS[0]["messages"]}]
    for error, kind, status in (
        (batches.refused("retrieve", batch_id=NOBODY), "NotFoundError", 404),
        (batches.refused("retrieve", batch_id="nobody"), "BadRequestError", 400),
        (batches.refused("create", requests=[]), "BadRequestError", 400),
        (batches.refused("create", requests=agentless), "UnprocessableEntityError", 422),
        (batches.refused("create", requests=[{"agent_id": AGENTS[0]}]), "UnprocessableEntityError", 422),
        (batches.refused("list", settings={"api_key": "invalid"}), "AuthenticationError", 401),
        (batches.refused("messages.list", batch_id=NOBODY), "NotFoundError", 404),
    ):
        assert (error.type, error.told["status"]) == (kind, status)
        assert isinstance(error.told["body"]["detail"], str)


CHECKS = [check_create, check_retrieve, check_list, check_cancel, check_messages, check_errors]
ON_JOB: list[Where] = [(field,) for field in JOB]
CALL: Where = ("messages", ALL, "tool_calls", ALL)
FIELDS: dict[Check, list[Where]] = {
    check_create: ON_JOB,
    check_retrieve: ON_JOB,
    check_list: [(ALL, *field) for field in ON_JOB],
    check_cancel: ON_JOB,
    check_messages: [
        ("messages",),
        *[("messages", ALL, field) for field in ALWAYS["InternalMessage"]],
        *[(*CALL, field) for field in ALWAYS["ToolCall"]],
        *[(*CALL, "function", field) for field in ALWAYS["ToolCallFunction"]],
        *[("messages", ALL, "tool_returns", ALL, field) for field in ALWAYS["ToolReturn"]],
        ("messages", ALL, "content", ALL, "text"),
    ],
    check_errors: [("detail",)],
}
"""What is dropped to see that the check notices."""


@pytest.mark.parametrize("check", CHECKS)
def test_sdk(check: Check, batches: Caller, box: Between) -> None:
    check(batches, box)


@pytest.mark.parametrize("check", CHECKS)
def test_a_dropped_field_turns_it_red(check: Check, batches: Caller, box: Between) -> None:
    red_without(FIELDS[check], check, batches, box)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, "AuthenticationError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (501, "InternalServerError"),
        (503, "InternalServerError"),
    ],
)
def test_every_error_status_has_its_class(status: int, kind: str, batches: Caller, box: Between) -> None:
    box.script("letta", "cancel", f"status:{status}")
    error = batches.refused("cancel", batch_id=NOBODY)
    assert (error.type, error.told["status"]) == (kind, status)


def test_a_word_of_tomorrow_is_refused_by_the_strict_sdk(batches: Caller, box: Between) -> None:
    job_id = batches("create", requests=REQUESTS)["id"]
    box.script("letta", "get", "unknown_status")
    assert batches.refused("retrieve", batch_id=job_id).type == "APIResponseValidationError"
