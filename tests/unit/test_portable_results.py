"""What every vendor's answers have alike: text, tool calls, finish, usage, model, refusal, reasoning, ids."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polybatch import Answer, Finish, Outcome, OutputError, Result, ToolCall, Usage
from polybatch.vendors import find_vendor

HOST = "http://127.0.0.1:1"


def read(vendor: str, line: object) -> Result:
    return find_vendor(vendor)({}, HOST).decode(json.dumps(line).encode(), "b")


def message(vendor: str, **members: Any) -> Result:
    """A message as Anthropic answers it, itself or behind OneRouter."""
    return read(vendor, {"custom_id": "a", "result": {"type": "succeeded", "message": members}})


def completion(vendor: str, said: object, finish: str | None = "stop", **members: Any) -> Result:
    """A chat completion, at MeshAPI or behind OneRouter."""
    choices = [{"index": 0, "message": said, "finish_reason": finish}]
    body = {"id": "chatcmpl-1", "model": "m-1", "choices": choices, **members}
    response = {"status_code": 200, "request_id": "req_7", "body": body}
    return read(vendor, {"custom_id": "a", "response": response, "error": None})


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


messages = pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
completions = pytest.mark.parametrize("vendor", ["meshapi", "onerouter"])


# -- messages


@messages
def test_the_blocks_of_a_message(vendor: str) -> None:
    result = message(
        vendor, id="msg_1", model="claude-x", stop_reason="tool_use",
        content=[
            {"type": "thinking", "thinking": "First, ", "signature": "s"},
            text("It "),
            {"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {"query": "q"}},
            {"type": "thinking", "thinking": "then.", "signature": "s"},
            {"type": "tool_use", "id": "t_1", "name": "weather", "input": {"city": "Zürich", "days": [1, 2.5, None]}},
            text("rains."),
            {"type": "tool_use", "id": "t_2", "name": "now", "input": {}},
        ],
        usage={"input_tokens": 3, "output_tokens": 4, "cache_read_input_tokens": 1, "cache_creation_input_tokens": 2},
    )  # fmt: skip
    assert result.text == "It rains."
    assert [(call.id, call.name, call.input) for call in result.tool_calls] == [
        ("t_1", "weather", {"city": "Zürich", "days": [1, 2.5, None]}),
        ("t_2", "now", {}),
    ]
    assert result.tool_calls[0].arguments == '{"city":"Zürich","days":[1,2.5,null]}'
    assert (result.finish, result.model, result.refusal) == (Finish.TOOL_CALLS, "claude-x", None)
    assert (result.answer.reasoning, result.answer.id, result.request_id) == ("First, then.", "msg_1", None)
    assert result.usage == Usage(3, 4, 1, 2)


@messages
def test_one_block_that_calls_a_tool(vendor: str) -> None:
    result = message(vendor, content=[{"type": "tool_use", "id": "t", "name": "n", "input": {"a": 1}}])
    assert (result.text, result.tool_calls) == (None, (ToolCall("t", "n", '{"a":1}'),))


@messages
def test_a_refused_message(vendor: str) -> None:
    details = {"type": "refusal", "category": "cyber", "explanation": "Not this."}
    result = message(vendor, content=[], stop_reason="refusal", stop_details=details)
    assert (result.outcome, result.finish, result.refusal) == (Outcome.SUCCEEDED, Finish.REFUSAL, "Not this.")
    assert (result.text, result.tool_calls) == (None, ())
    silent = message(vendor, content=[text("No")], stop_reason="refusal", stop_details=None)
    assert (silent.finish, silent.refusal, silent.text) == (Finish.REFUSAL, None, "No")


@messages
@pytest.mark.parametrize(
    ("word", "finish"),
    [("end_turn", Finish.STOP), ("stop_sequence", Finish.STOP), ("max_tokens", Finish.LENGTH),
     ("model_context_window_exceeded", Finish.LENGTH), ("pause_turn", Finish.PAUSED), ("novel", Finish.UNKNOWN),
     (None, None)],
)  # fmt: skip
def test_why_a_message_ended(vendor: str, word: str | None, finish: Finish | None) -> None:
    assert message(vendor, content=[text("x")], stop_reason=word).finish is finish


@messages
def test_the_request_of_an_error_has_an_id(vendor: str) -> None:
    error = {"type": "error", "error": {"type": "api_error", "message": "m"}, "request_id": "req_9"}
    result = read(vendor, {"custom_id": "a", "result": {"type": "errored", "error": error}})
    assert (result.outcome, result.request_id, result.answer) == (Outcome.ERRORED, "req_9", Answer())


# -- chat completions


@completions
def test_a_completion(vendor: str) -> None:
    usage = {
        "prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11,
        "prompt_tokens_details": {"cached_tokens": 2}, "completion_tokens_details": {"reasoning_tokens": 3},
    }  # fmt: skip
    result = completion(vendor, {"role": "assistant", "content": "hello", "refusal": None}, usage=usage)
    expected = Answer("hello", Usage(5, 6, 2, None, 3), Finish.STOP, (), "m-1", None, None, "chatcmpl-1")
    assert result.answer == expected
    assert (result.model, result.request_id) == ("m-1", "req_7")


@completions
def test_the_tools_that_a_completion_calls(vendor: str) -> None:
    calls = [
        {"id": "c_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}},
        {"id": "c_2", "type": "function", "function": {"name": "now", "arguments": ""}},
        {"id": "c_3", "type": "function", "function": {"name": "object", "arguments": {"a": [1]}}},
        {"id": "c_4", "type": "function"},
    ]
    result = completion(vendor, {"content": None, "tool_calls": calls}, "tool_calls")
    assert (result.text, result.finish) == (None, Finish.TOOL_CALLS)
    assert result.tool_calls == (
        ToolCall("c_1", "weather", '{"city": "Oslo"}'), ToolCall("c_2", "now", ""),
        ToolCall("c_3", "object", '{"a":[1]}'), ToolCall("c_4", None, "null"),
    )  # fmt: skip
    assert [call.input for call in result.tool_calls] == [{"city": "Oslo"}, {}, {"a": [1]}, None]
    assert completion(vendor, {"content": "x", "tool_calls": None}).tool_calls == ()


@completions
def test_half_of_what_a_tool_is_called_with(vendor: str) -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Os'}}]
    (call,) = completion(vendor, {"content": None, "tool_calls": calls}, "length").tool_calls
    assert call.arguments == '{"city": "Os'
    with pytest.raises(OutputError, match="what the tool 'weather' is called with is no JSON: Input data was truncat"):
        _ = call.input


@completions
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([text("one "), {"type": "image_url", "image_url": {"url": "u"}}, text("two")], "one two"),
        ([{"type": "thinking", "thinking": [text("hm")]}, text("done")], "done"),
        ([], None),
        ([{"type": "text", "text": 5}], None),
        ({"text": "no list"}, None),
        (5, None),
        (None, None),
        ("", ""),
    ],
    ids=str,
)
def test_content_in_parts(vendor: str, content: object, expected: str | None) -> None:
    assert completion(vendor, {"content": content}).text == expected


@completions
def test_a_refused_completion(vendor: str) -> None:
    result = completion(vendor, {"content": None, "refusal": "I will not."})
    assert (result.finish, result.refusal, result.text) == (Finish.REFUSAL, "I will not.", None)
    filtered = completion(vendor, {"content": "half", "refusal": None}, "content_filter")
    assert (filtered.finish, filtered.refusal, filtered.text) == (Finish.REFUSAL, None, "half")


@completions
def test_a_completion_that_says_nothing(vendor: str) -> None:
    result = completion(vendor, None, "length")
    assert result.answer == Answer(finish=Finish.LENGTH, model="m-1", id="chatcmpl-1")
    empty = completion(vendor, None, choices=[])
    assert (empty.text, empty.finish, empty.model) == (None, None, "m-1")


@completions
def test_of_several_alternatives_the_first_counts(vendor: str) -> None:
    choices = [
        {"index": 1, "message": {"content": "second"}, "finish_reason": "length"},
        {"index": 0, "message": {"content": "first"}, "finish_reason": "stop"},
    ]
    result = completion(vendor, None, choices=choices)
    assert (result.text, result.finish) == ("first", Finish.STOP)


# -- messages of an agent

AGENT = "agent-123e4567-e89b-42d3-8456-426614174000"


def agent(*said: dict[str, Any]) -> Result:
    """What an agent stored, told oldest first; the vendor gives the newest first."""
    asked = {"role": "user", "otid": "row-1", "content": [text("why?")]}
    return read("letta", {"messages": [{"agent_id": AGENT, **row} for row in (asked, *said)][::-1]})


def called(name: str, arguments: str, **more: Any) -> dict[str, Any]:
    call = {"id": f"call_{name}", "type": "function", "function": {"name": name, "arguments": arguments}}
    return {"role": "assistant", "tool_calls": [call], **more}


def test_an_agent_that_looked_something_up() -> None:
    thought = [{"type": "reasoning", "is_native": True, "reasoning": "Look it up."}]
    result = agent(
        called("search", '{"q": "sky"}', content=thought, model="claude-x"),
        {"role": "tool", "tool_call_id": "call_search", "content": [text("found")]},
        called("send_message", '{"message": "It scatters."}', id="message-2"),
        {"role": "tool", "tool_call_id": "call_send_message", "content": [text("OK")]},
    )
    assert (result.custom_id, result.text, result.model) == ("row-1", "It scatters.", "claude-x")
    assert result.tool_calls == (ToolCall("call_search", "search", '{"q": "sky"}'),)
    assert (result.answer.reasoning, result.answer.id) == ("Look it up.", "message-2")
    assert (result.finish, result.usage, result.refusal, result.request_id) == (None, None, None, None)


def test_what_an_agent_wrote_without_sending_it() -> None:
    result = agent(
        called("search", "{}", content=[text("Let me see.")]), {"role": "assistant", "content": [text("So.")]}
    )
    assert (result.text, [call.name for call in result.tool_calls]) == ("Let me see.\nSo.", ["search"])


# -- whatever comes

NAMES = st.sampled_from(
    ["content", "text", "type", "choices", "message", "tool_calls", "function", "name", "arguments", "input", "usage",
     "stop_details", "explanation", "refusal", "finish_reason", "index", "thinking", "id", "model", "messages", "role",
     "agent_id", "reasoning", "stop_reason", "prompt_tokens", "output_tokens_details"]
)  # fmt: skip
WORDS = st.sampled_from(["tool_use", "text", "assistant", "tool", "send_message", '{"message": "hi"}', "{", "length"])
BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | WORDS | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
READERS = {vendor: message(vendor).read for vendor in ("anthropic", "onerouter")} | {
    "completions": completion("meshapi", None).read,
    "letta": agent({"role": "assistant", "content": [text("x")]}).read,
}


def sound(answer: Answer) -> None:
    """Each part has the type that it is said to have."""
    for part in (answer.text, answer.model, answer.refusal, answer.reasoning, answer.id):
        assert part is None or isinstance(part, str)
    assert answer.finish is None or isinstance(answer.finish, Finish)
    assert answer.usage is None or isinstance(answer.usage, Usage)
    for call in answer.tool_calls:
        assert isinstance(call.arguments, str)
        assert {type(call.id), type(call.name)} <= {str, type(None)}


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=30)
@given(body=BODIES)
@example(body={"content": [{"type": "tool_use", "input": 5}, {"type": "tool_use", "name": 3, "id": []}]})
@example(body={"choices": [{"message": {"tool_calls": [None, 5, {"function": {"arguments": 7}}], "content": [1]}}]})
@example(body={"choices": [{"message": {"content": {"a": []}}, "index": "x"}, {"message": 1}]})
@example(body={"messages": [{"agent_id": AGENT, "role": "assistant", "tool_calls": [{"function": {"name": "x"}}]}]})
def test_no_body_is_too_strange(reader: str, body: object) -> None:
    sound(READERS[reader](json.dumps({"messages": body} if reader == "letta" else body).encode()))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 5000, b'{"content":[', b'{"choices":[{"message":{"content":"\\ud83d']
)
def test_what_is_no_json_says_nothing(reader: str, body: bytes) -> None:
    if reader != "letta":  # its bodies are of our own making
        assert READERS[reader](body) == Answer()


@pytest.mark.parametrize("depth", [100, 900, 990, 1000])
def test_what_is_nested_deeply_does_no_harm(depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    sound(READERS["anthropic"](b'{"content":[{"type":"tool_use","input":{"a":' + nested + b"}}]}"))
    sound(READERS["completions"](b'{"choices":[{"message":{"content":' + nested + b"}}]}"))
    call = b'{"function":{"name":"n","arguments":{"a":' + nested + b"}}}"
    sound(READERS["completions"](b'{"choices":[{"message":{"tool_calls":[' + call + b"]}}]}"))


def test_an_answer_is_read_once() -> None:
    reads: list[bytes] = []

    def reading(body: bytes) -> Answer:
        reads.append(body)
        return Answer("x", model="m")

    result = Result("a", Outcome.SUCCEEDED, "v", "b", body_raw=b"{}", read=reading)
    assert (result.text, result.model, result.tool_calls, result.refusal, result.finish, result.usage) == (
        "x", "m", (), None, None, None,
    )  # fmt: skip
    assert reads == [b"{}"]
