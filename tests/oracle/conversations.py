"""The same requests twice: what our client is told and what the vendor's SDK is told, for every operation of the SDK.

OneRouter has no SDK to compare with; the contract tests alone judge what we send there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from polybatch import BatchClient, Request
from tests.oracle.judging import Caller
from tests.oracle.sdks import SDKS

ODD_ID = "a/b?c=d#é %2F"
"""An id of which every character must be escaped in its own way."""
BETA = "message-batches-2024-09-24"


@dataclass(frozen=True)
class Case:
    """One conversation."""

    name: str
    exchanges: tuple[str, ...]
    """What each of its requests is for."""
    ours: Callable[[BatchClient], object]
    theirs: Callable[[Caller], object]
    operations: tuple[str, ...]
    """Of the SDK."""
    options: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Caller], object] | None = None
    """What is done first, in a sandbox that knows only what was created in it; else every id stands for a batch."""


@dataclass(frozen=True)
class Pair:
    """A case with one SDK and one of its resources."""

    sdk: str
    resource: str
    case: Case

    @property
    def vendor(self) -> str:
        """As polybatch calls it."""
        return SDKS[self.sdk].package.partition("-")[0]

    @property
    def names(self) -> list[str]:
        """Of the exchanges, as the table of differences calls them."""
        head = f"{self.sdk} {self.resource} {self.case.name}"
        return [f"{head}/{exchange}" for exchange in self.case.exchanges]


# Anthropic

CALL: dict[str, Any] = {"größe": 1.5, "where": None, "days": []}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"größe": {"type": "number", "maximum": 1e21}}}
TEXT = 'Grüße, 世界 🦆\u2028\n\t"\\/'
PARAMS: list[dict[str, Any]] = [
    {"model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": TEXT}]},
    {
        "model": "claude-opus-5-5",
        "max_tokens": 4096,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "What is the weather?"}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "weather", "input": CALL}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "18 °C"}]},
        ],
        "tools": [{"name": "weather", "description": "Weather of a place", "input_schema": SCHEMA}],
        "tool_choice": {"type": "auto"},
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "stop_sequences": ["</end>", ""],
        "metadata": {"user_id": None},
        "service_tier": "auto",
        "stream": False,
    },
]


def anthropic(sdk: str, resource: str) -> list[Case]:
    """Our options say what this SDK says without being asked; what they cannot say is a listed difference."""
    version, beta = SDKS[sdk].version, resource == "beta.messages"
    old, told = not version.startswith("2."), {"betas": (BETA,), "beta": True} if beta else {}
    options: dict[str, Any] = {"version": "2023-06-01", **told} if old else {"version": "2026-10-21", "auth": "bearer"}
    workspace = {} if version.startswith("0.") else {"workspace_id": "wrkspc_01"}
    more = {"betas": ["output-300k-2026-03-24", "mcp-client-2025-11-20"]} if beta else {}
    all_betas = {"betas": (*more["betas"], *options.get("betas", ()))} if beta else {}
    params = [{**one, "temperature": 0.25, "top_k": 40} for one in PARAMS[:1]] + PARAMS[1:] if old else PARAMS
    requests = [Request(f"row_{index}-A", one) for index, one in enumerate(params)]
    items = [{"custom_id": request.custom_id, "params": request.body} for request in requests]
    one, both = ("get_batch",), ("get_batch", "batch_results")
    return [
        Case(
            "create", ("create_batch",), lambda us: us.create(requests),
            lambda them: them("create", requests=items), ("create",), options,
        ),
        Case(
            "create with options", ("create_batch",), lambda us: us.create(requests),
            lambda them: them("create", requests=items, user_profile_id="uprof_01", **workspace, **more), ("create",),
            {**options, **all_betas, **workspace, "user_profile_id": "uprof_01"},
        ),
        Case(
            "retrieve", one, lambda us: us.get("msgbatch_01"),
            lambda them: them("retrieve", message_batch_id="msgbatch_01"), ("retrieve",), options,
        ),
        Case(
            "retrieve, odd id", one, lambda us: us.get(ODD_ID),
            lambda them: them("retrieve", message_batch_id=ODD_ID), ("retrieve",), options,
        ),
        Case(
            "retrieve, our defaults", one, lambda us: us.get("msgbatch_01"),
            lambda them: them("retrieve", message_batch_id="msgbatch_01"), ("retrieve",),
        ),
        Case(
            "list", ("list_batches", "list_batches 2"), lambda us: list(us.list(limit=2)),
            lambda them: them("list_all", limit=2), ("list",), options,
            before=lambda them: [them("create", requests=items[:1]) for _ in range(3)],
        ),
        Case(
            "cancel", ("cancel_batch",), lambda us: us.cancel("msgbatch_01"),
            lambda them: them("cancel", message_batch_id="msgbatch_01"), ("cancel",), options,
        ),
        Case(
            "delete", ("delete_batch",), lambda us: us.delete("msgbatch_01"),
            lambda them: them("delete", message_batch_id="msgbatch_01"), ("delete",), options,
        ),
        Case(
            "results", both, lambda us: list(us.results("msgbatch_01")),
            lambda them: them("results", message_batch_id="msgbatch_01"), ("results",), options,
        ),
    ]  # fmt: skip


# Letta

AGENTS = ("agent-123e4567-e89b-42d3-8456-426614174000", "agent-223e4567-e89b-42d3-8456-426614174001")
JOB = "job-8f14e45f-ceea-467f-a0d8-3f1f2b9d7a10"
EVERYTHING = 2**31 - 1
"""The limit with which our client asks for all messages."""


def letta() -> list[Case]:
    """`otid` is what our `custom_id` travels as; where a message has one it is left alone."""
    said = {"role": "user", "content": [{"type": "text", "text": "Grüße 🦆"}], "otid": "row-1"}
    shown = "tool_call_message"
    bodies: list[dict[str, Any]] = [
        {"agent_id": AGENTS[0], "messages": [{"role": "system", "content": "Be brief."}, said], "max_steps": 3},
        {"agent_id": AGENTS[1], "messages": [{**said, "otid": "row-2"}], "include_return_message_types": [shown]},
    ]
    requests = [Request(f"row-{index}", body) for index, body in enumerate(bodies, 1)]
    spoken = {"agent_id": AGENTS[0], "input": "What changed?"}

    def pages(them: Caller) -> None:
        first = them("list", limit=2, order="asc")
        them("list", limit=2, order="asc", after=first["items"][-1]["id"])

    return [
        Case(
            "create", ("create_batch",), lambda us: us.create(requests),
            lambda them: them("create", requests=bodies), ("create",),
        ),
        Case(
            "create with options", ("create_batch",), lambda us: us.create(requests),
            lambda them: them("create", requests=bodies, callback_url="https://example.org/hook?a=b"), ("create",),
            {"callback_url": "https://example.org/hook?a=b", "project": "notes"}, {"project": "notes"},
        ),
        Case(
            "create, input", ("create_batch",), lambda us: us.create([Request("row-1", spoken)]),
            lambda them: them("create", requests=[spoken]), ("create",),
        ),
        Case(
            "retrieve", ("get_batch",), lambda us: us.get(JOB),
            lambda them: them("retrieve", batch_id=JOB), ("retrieve",),
        ),
        Case(
            "retrieve, odd id", ("get_batch",), lambda us: us.get(ODD_ID),
            lambda them: them.refused("retrieve", batch_id=ODD_ID), ("retrieve",),
        ),
        Case(
            "list", ("list_batches", "list_batches 2"), lambda us: list(us.list(limit=2)), pages, ("list",),
            before=lambda them: [them("create", requests=bodies) for _ in range(3)],
        ),
        Case(
            "cancel", ("cancel_batch", "get_batch"), lambda us: us.cancel(JOB),
            lambda them: (them("cancel", batch_id=JOB), them("retrieve", batch_id=JOB)), ("cancel", "retrieve"),
        ),
        Case(
            "results", ("get_batch", "batch_results"), lambda us: list(us.results(JOB)),
            lambda them: (
                them("retrieve", batch_id=JOB),
                them("messages.list", batch_id=JOB, limit=EVERYTHING, order="desc"),
            ), ("messages.list",),
        ),
    ]  # fmt: skip


# MeshAPI


def meshapi() -> list[Case]:
    """Requests and results inline."""
    said = [{"role": "user", "content": "Grüße 🦆"}]
    bodies: list[dict[str, Any]] = [
        {"model": "openai/gpt-5-nano", "messages": said, "max_tokens": 16, "temperature": 0.5, "extra": {"a": [None]}},
        {"model": "openai/gpt-5-nano", "messages": [{"role": "user", "content": [{"type": "text", "text": "Hallo"}]}]},
    ]
    requests = [Request(f"doc {index} ü", body) for index, body in enumerate(bodies)]
    items = [{"custom_id": request.custom_id, "body": request.body} for request in requests]
    full = {"method": "POST", "url": "/v1/chat/completions"}
    whole = [Request(request.custom_id, request.body, item=full) for request in requests]
    options = {"completion_window": "24h", "metadata": {"job": "nächtlich", "n": 1.5}}

    def pages(them: Caller) -> None:
        first = them("list", limit=2)
        them("list", limit=2, after=first["last_id"])

    return [
        Case(
            "create", ("create_batch",), lambda us: us.create(requests),
            lambda them: them("create", requests=items), ("create",),
        ),
        Case(
            "create with options", ("create_batch",), lambda us: us.create(whole),
            lambda them: them("create", requests=items, **options), ("create",), options,
        ),
        Case(
            "get", ("get_batch",), lambda us: us.get("batch_01"),
            lambda them: them("get", batch_id="batch_01"), ("get",),
        ),
        Case(
            "get, odd id", ("get_batch",), lambda us: us.get(ODD_ID),
            lambda them: them("get", batch_id=ODD_ID), ("get",),
        ),
        Case(
            "list", ("list_batches", "list_batches 2"), lambda us: list(us.list(limit=2)), pages, ("list",),
            before=lambda them: [them("create", requests=items) for _ in range(3)],
        ),
        Case(
            "cancel", ("cancel_batch",), lambda us: us.cancel("batch_01"),
            lambda them: them("cancel", batch_id="batch_01"), ("cancel",),
        ),
        Case(
            "results", ("get_batch",), lambda us: list(us.results("batch_01")),
            lambda them: them("get", batch_id="batch_01"), ("get",),
        ),
    ]  # fmt: skip


PAIRS = [
    *[
        Pair(name, resource, case)
        for name, sdk in SDKS.items()
        if sdk.package == "anthropic"
        for resource in ("messages", "beta.messages")
        for case in anthropic(name, resource)
    ],
    *[Pair("letta-client-1.6.5", "batches", case) for case in letta()],
    *[Pair("meshapi-0.1.11", "batches", case) for case in meshapi()],
]
