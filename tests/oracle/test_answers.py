"""What our results say of an answer is what the official SDKs' own objects say of the same bytes.

Letta's SDK hands out stored messages, of which it makes no answer; OneRouter has none.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from polybatch import BatchClient, Finish, Outcome, Result
from tests.oracle.between import Between
from tests.oracle.judging import Caller
from tests.oracle.sdks import SDKS, Driver

if TYPE_CHECKING:
    from polybatch_sandbox import Server

pytestmark = pytest.mark.slow

KEY = "key-of-the-oracle"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
SCRIPT = "fail:1+refuse:1+truncate:1"
"""Of the requests below the first fails, the next is refused, the next is cut."""
TEXTS = (
    "fails",
    "is refused",
    "is cut in two halves",
    "Why is the sky blue?",
    "weather \u2028 and news",
    "thinks",
    "{}",
)
FINISHES = {
    "end_turn": Finish.STOP, "max_tokens": Finish.LENGTH, "tool_use": Finish.TOOL_CALLS, "refusal": Finish.REFUSAL,
    "stop": Finish.STOP, "length": Finish.LENGTH, "tool_calls": Finish.TOOL_CALLS,
}  # fmt: skip


def ours(vendor: str, server: Server, batch_id: str) -> dict[str, Result]:
    with BatchClient(vendor, api_key=KEY, base_url=server.base_url(vendor)) as client:
        return {result.custom_id: result for result in client.results(batch_id)}


# -- Anthropic

ANTHROPIC = [
    (name, resource)
    for name, sdk in SDKS.items()
    if sdk.package == "anthropic"
    for resource in ("messages", "beta.messages")
]


def messages_asked() -> list[dict[str, Any]]:
    tools = [{"name": name, "input_schema": SCHEMA} for name in ("weather", "news")]
    more: dict[int, dict[str, Any]] = {
        4: {"tools": tools},
        5: {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2048},
    }
    return [
        {"custom_id": f"row-{number}", "params": {
            "model": "claude-opus-5-5", "max_tokens": 64, "messages": [{"role": "user", "content": text}],
            **more.get(number, {}),
        }}
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "resource"), ANTHROPIC)
@pytest.mark.parametrize("pieces", [1, 2])
def test_a_message(
    name: str, resource: str, pieces: int, drivers: Callable[[str], Driver], server: Server, box: Between
) -> None:
    box.inner.set_modes({"anthropic": {"pieces": pieces}})
    box.script("anthropic", "create", SCRIPT)
    url = server.base_url("anthropic")
    batches = Caller(drivers(name), {"base_url": url, "api_key": KEY, "resource": resource})
    batch_id = batches("create", requests=messages_asked())["id"]
    box.advance(61)
    theirs = {line["custom_id"]: line["result"] for line in batches("results", message_batch_id=batch_id)}
    found = ours("anthropic", server, batch_id)
    assert found.keys() == theirs.keys()
    finishes = set()
    for custom_id, told in theirs.items():
        result = found[custom_id]
        assert result.outcome == told["type"]
        if result.outcome is not Outcome.SUCCEEDED:
            assert result.request_id == told["error"]["request_id"]
            continue
        message, usage = told["message"], told["message"]["usage"]
        blocks = message["content"]
        texts = [block["text"] for block in blocks if block["type"] == "text"]
        thoughts = [block["thinking"] for block in blocks if block["type"] == "thinking"]
        calls = [block for block in blocks if block["type"] == "tool_use"]
        assert result.text == ("".join(texts) if texts else None)
        assert result.answer.reasoning == ("".join(thoughts) if thoughts else None)
        assert [(call.id, call.name, call.input) for call in result.tool_calls] == [
            (call["id"], call["name"], call["input"]) for call in calls
        ]
        assert result.finish is FINISHES[message["stop_reason"]]
        assert (result.model, result.answer.id) == (message["model"], message["id"])
        assert result.usage is not None
        assert (result.usage.input_tokens, result.usage.output_tokens) == (
            usage["input_tokens"],
            usage["output_tokens"],
        )
        assert result.usage.cache_read_tokens == usage["cache_read_input_tokens"]
        assert result.usage.cache_write_tokens == usage["cache_creation_input_tokens"]
        finishes.add(result.finish)
    assert finishes == {Finish.STOP, Finish.LENGTH, Finish.TOOL_CALLS, Finish.REFUSAL}
    assert len(theirs["row-3"]["message"]["content"]) == pieces
    assert len(found["row-4"].tool_calls) == 2
    assert found["row-5"].answer.reasoning


# -- MeshAPI


def completions_asked() -> list[dict[str, Any]]:
    tools = [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in ("weather", "news")]
    more: dict[int, dict[str, Any]] = {4: {"tools": tools}, 5: {"reasoning_effort": "low"}}
    return [
        {"custom_id": f"row-{number}", "body": {
            "model": "openai/gpt-5-nano", "messages": [{"role": "user", "content": text}], **more.get(number, {}),
        }}
        for number, text in enumerate(TEXTS)
    ]  # fmt: skip


def test_a_completion(drivers: Callable[[str], Driver], server: Server, box: Between) -> None:
    box.script("meshapi", "create", SCRIPT)
    batches = Caller(drivers("meshapi-0.1.11"), {"base_url": server.base_url("meshapi"), "api_key": KEY})
    batch_id = batches("create", requests=completions_asked())["id"]
    box.advance(61)
    theirs = {line["custom_id"]: line["response"] for line in batches("get", batch_id=batch_id)["results"]}
    found = ours("meshapi", server, batch_id)
    assert found.keys() == theirs.keys()
    finishes = set()
    for custom_id, response in theirs.items():
        result, body = found[custom_id], response["body"]
        assert (result.outcome is Outcome.SUCCEEDED) is (response["status_code"] == 200)
        if result.outcome is not Outcome.SUCCEEDED:
            continue
        (choice,), usage = body["choices"], body["usage"]
        message = choice["message"]
        assert (result.text, result.refusal) == (message["content"], message["refusal"])
        assert [(call.id, call.name, call.input) for call in result.tool_calls] == [
            (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
            for call in message.get("tool_calls", [])
        ]
        refused = message["refusal"] is not None
        assert result.finish is (Finish.REFUSAL if refused else FINISHES[choice["finish_reason"]])
        assert (result.model, result.answer.id) == (body["model"], body["id"])
        assert result.usage is not None
        assert (result.usage.input_tokens, result.usage.output_tokens) == (
            usage["prompt_tokens"], usage["completion_tokens"],
        )  # fmt: skip
        thought = usage.get("completion_tokens_details", {}).get("reasoning_tokens")
        assert result.usage.reasoning_tokens == thought
        finishes.add(result.finish)
    assert finishes == {Finish.STOP, Finish.LENGTH, Finish.TOOL_CALLS, Finish.REFUSAL}
    assert found["row-5"].usage is not None
    assert found["row-5"].usage.reasoning_tokens
