"""Portable requests at random, and each vendor's body read back into one: the inverse of the translations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from polybatch.features import Feature

AGENT = "agent-00000000-0000-4000-8000-000000000001"
HELLO = [{"role": "user", "content": "hello"}]
TEXTS = st.text(min_size=1, max_size=12)
NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
SCHEMAS = st.dictionaries(NAMES, st.sampled_from([{"type": "string"}, {"type": "integer"}]), max_size=2).map(
    lambda properties: {"type": "object", "properties": properties}
)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def _mapping(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


TEXT_PARTS = st.builds(lambda text: {"type": "text", "text": text}, TEXTS)
IMAGES = st.sampled_from([f"data:image/png;base64,{PIXEL}", "https://example.org/a.png"]).map(
    lambda url: {"type": "image_url", "image_url": {"url": url}}
)
ONLY_TEXT = TEXTS | st.lists(TEXT_PARTS, min_size=1, max_size=2)
CONTENTS = TEXTS | st.lists(TEXT_PARTS | IMAGES, min_size=1, max_size=3)
CALLS = st.builds(
    lambda key, name, arguments: {
        "id": key,
        "type": "function",
        "function": {"name": name, "arguments": json.dumps(arguments)},
    },
    NAMES, NAMES, st.dictionaries(NAMES, st.integers(-9, 9) | TEXTS, max_size=2),
)  # fmt: skip
USERS = st.builds(lambda content: {"role": "user", "content": content}, CONTENTS)
SYSTEMS = st.builds(lambda content: {"role": "system", "content": content}, ONLY_TEXT)
ASSISTANTS = st.builds(lambda content: {"role": "assistant", "content": content}, ONLY_TEXT)
CALLING = st.builds(
    lambda content, calls: {"role": "assistant", "content": content, "tool_calls": calls},
    st.none() | TEXTS, st.lists(CALLS, min_size=1, max_size=2),
)  # fmt: skip
RESULTS = st.builds(
    lambda key, content: {"role": "tool", "tool_call_id": key, "content": content}, NAMES, CONTENTS | st.just("")
)
TOOLS = _mapping(
    {"name": NAMES, "parameters": SCHEMAS}, {"description": TEXTS, "strict": st.booleans()}
).map(lambda function: {"type": "function", "function": function})  # fmt: skip
CHOICES = st.sampled_from(["auto", "none", "required"]) | NAMES.map(
    lambda name: {"type": "function", "function": {"name": name}}
)
FORMATS = _mapping({"name": NAMES, "schema": SCHEMAS}, {"strict": st.booleans()}).map(
    lambda wanted: {"type": "json_schema", "json_schema": wanted}
)
SHARES = st.floats(0, 1, allow_nan=False)
PENALTIES = st.floats(-2, 2, allow_nan=False)
CHATS = _mapping(
    {
        "messages": st.builds(
            lambda head, user, rest: [*head, user, *rest],
            st.lists(SYSTEMS, max_size=2), USERS,
            st.lists(USERS | ASSISTANTS | CALLING | RESULTS | SYSTEMS, max_size=4),
        )
    },
    {
        "model": NAMES, "agent_id": st.just(AGENT), "system": TEXTS, "max_tokens": st.integers(8192, 9999),
        "temperature": SHARES, "top_p": SHARES, "top_k": st.integers(1, 99), "seed": st.integers(0, 99),
        "frequency_penalty": PENALTIES, "presence_penalty": PENALTIES,
        "stop": TEXTS | st.lists(TEXTS, min_size=1, max_size=2),
        "tools": st.lists(TOOLS, min_size=1, max_size=2), "tool_choice": CHOICES, "parallel_tool_calls": st.booleans(),
        "response_format": FORMATS, "reasoning_effort": st.sampled_from(["low", "medium", "high"]),
        "reasoning_budget": st.integers(1024, 4000),
        "metadata": st.dictionaries(st.just("user_id") | NAMES, TEXTS, min_size=1, max_size=2),
    },
)  # fmt: skip
"""The members of portable lines, of any kind."""


def plain(chat: Mapping[str, Any]) -> dict[str, Any]:
    """A portable request in the one spelling that all its equivalents share."""
    said = list(chat["messages"])
    opening = _texts(chat["system"]) if "system" in chat else []
    while said and said[0]["role"] == "system":
        opening += _texts(said.pop(0)["content"])
    rest = {name: value for name, value in chat.items() if name not in {"messages", "system", "agent_id"}}
    if isinstance(stop := rest.get("stop"), str):
        rest["stop"] = [stop]
    if "response_format" in rest:
        rest["response_format"] = _closed(rest["response_format"]["json_schema"]["schema"])
    if rest.get("tool_choice") == "none":
        rest.pop("parallel_tool_calls", None)  # it says nothing then
    elif "parallel_tool_calls" in rest:
        rest.setdefault("tool_choice", "auto")
    return {**rest, "opening": opening, "messages": [_message(one) for one in said]}


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """What Anthropic takes: no other members than those that are listed."""
    return {"additionalProperties": False, **schema} if "properties" in schema else schema


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    calls = message.get("tool_calls")
    if not calls:
        return {name: value for name, value in message.items() if name != "tool_calls"}
    text = "".join(_texts(message["content"])) if message.get("content") else ""
    found = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"] or "{}")) for call in calls
    ]
    return {"role": "assistant", "text": text, "calls": found}


def _texts(content: str | list[dict[str, Any]]) -> list[str]:
    return [content] if isinstance(content, str) else [part["text"] for part in content]


# -- a request for each feature

FULL: dict[Feature, dict[str, Any]] = {
    Feature.MODEL: {"model": "m"},
    Feature.SYSTEM: {"system": "Be brief."},
    Feature.LATER_SYSTEM: {"messages": [*HELLO, {"role": "system", "content": "Now louder."}]},
    Feature.TURNS: {"messages": [*HELLO, {"role": "assistant", "content": "Hi."}, *HELLO]},
    Feature.IMAGE_URL: {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}]},
    Feature.IMAGE_DATA: {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]}]},
    Feature.TOOLS: {"tools": [{"type": "function", "function": {"name": "f"}}]},
    Feature.STRICT_TOOLS: {"tools": [{"type": "function", "function": {"name": "f", "strict": True}}]},
    Feature.TOOL_CHOICE: {"tool_choice": "required"},
    Feature.PARALLEL: {"parallel_tool_calls": False},
    Feature.CALLS: {"messages": [
        *HELLO,
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}]},
        {"role": "tool", "tool_call_id": "1", "content": "2"}]},
    Feature.SCHEMA: {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": "object"}}}},
    Feature.LOOSE_SCHEMA: {"response_format": {"type": "json_schema", "json_schema": {
        "schema": {"type": "object"}, "strict": False}}},
    Feature.MAX_TOKENS: {"max_tokens": 9000},
    Feature.TEMPERATURE: {"temperature": 0.5},
    Feature.TOP_P: {"top_p": 0.5},
    Feature.TOP_K: {"top_k": 5},
    Feature.SEED: {"seed": 5},
    Feature.FREQUENCY: {"frequency_penalty": 0.5},
    Feature.PRESENCE: {"presence_penalty": 0.5},
    Feature.STOP: {"stop": ["."]},
    Feature.EFFORT: {"reasoning_effort": "low"},
    Feature.BUDGET: {"reasoning_budget": 1024},
    Feature.USER_ID: {"metadata": {"user_id": "u"}},
    Feature.METADATA: {"metadata": {"job": "j"}},
}  # fmt: skip
"""A request for each feature."""


# -- bodies, read back


def from_completion(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of a chat completion."""
    return plain(body)


def from_messages(body: Mapping[str, Any]) -> dict[str, Any]:
    """A body of a Messages request."""
    chat: dict[str, Any] = {"messages": [one for turn in body["messages"] for one in _turns(turn)]}
    for same in ("model", "max_tokens", "temperature", "top_p", "top_k", "metadata"):
        if same in body:
            chat[same] = body[same]
    if "stop_sequences" in body:
        chat["stop"] = body["stop_sequences"]
    if "tools" in body:
        chat["tools"] = [_tool(tool) for tool in body["tools"]]
    if "tool_choice" in body:
        choice = body["tool_choice"]
        named = {"type": "function", "function": {"name": choice.get("name")}}
        chat["tool_choice"] = {"any": "required", "tool": named}.get(choice["type"], choice["type"])
        if "disable_parallel_tool_use" in choice:
            chat["parallel_tool_calls"] = not choice["disable_parallel_tool_use"]
    wanted = body.get("output_config", {})
    if "effort" in wanted:
        chat["reasoning_effort"] = wanted["effort"]
    if body.get("thinking", {}).get("type") == "enabled":
        chat["reasoning_budget"] = body["thinking"]["budget_tokens"]
    made = plain(chat)
    if "format" in wanted:
        made["response_format"] = _closed(wanted["format"]["schema"])
    # What opens a conversation stands in a place of its own there.
    return {**made, "opening": _texts(body.get("system", []))}


def from_agent(body: Mapping[str, Any]) -> dict[str, Any]:
    """What an agent of Letta's is told."""
    return plain({"messages": [{**turn, "content": _content(turn["content"])} for turn in body["messages"]]})


def _turns(turn: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = turn["content"]
    kinds = {block["type"] for block in content} if isinstance(content, list) else set()
    if "tool_result" in kinds:
        return [
            {"role": "tool", "tool_call_id": block["tool_use_id"], "content": _content(block["content"])}
            for block in content
        ]
    if "tool_use" in kinds:
        calls = [
            {"id": block["id"], "function": {"name": block["name"], "arguments": json.dumps(block["input"])}}
            for block in content if block["type"] == "tool_use"
        ]  # fmt: skip
        text = [block for block in content if block["type"] == "text"]
        return [{"role": "assistant", "content": text or None, "tool_calls": calls}]
    return [{"role": turn["role"], "content": _content(content)}]


def _content(content: str | list[dict[str, Any]]) -> Any:
    return content if isinstance(content, str) else [_part(block) for block in content]


def _part(block: Mapping[str, Any]) -> dict[str, Any]:
    if block["type"] == "text":
        return {"type": "text", "text": block["text"]}
    source = block["source"]
    url = source["url"] if source["type"] == "url" else f"data:{source['media_type']};base64,{source['data']}"
    return {"type": "image_url", "image_url": {"url": url}}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    function = {"name": tool["name"], "parameters": tool["input_schema"]}
    return {"type": "function", "function": function | {k: tool[k] for k in ("description", "strict") if k in tool}}
