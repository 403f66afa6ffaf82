"""Chat completions as OpenAI's batches hand them out, which gateways copy: one answer or error for each request.

Reads the attributes of whatever generated structs a vendor has for them; knows no vendor.
"""
# ruff: noqa: D102 - the members of these protocols are the vendors' fields

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from attrs import frozen

from polybatch import retry
from polybatch.model import Answer, BatchStatus, Counts, ErrorInfo, Finish, Outcome, ToolCall, Usage
from polybatch.reading import readable, shorten
from polybatch.vendor import join_text, unknown_variant

STATUSES: Mapping[str, BatchStatus] = {
    status.value: status for status in BatchStatus if status is not BatchStatus.UNKNOWN
}
"""OpenAI's own words, which are ours."""
CAPACITY = frozenset({"token_limit_exceeded"})
"""Why OpenAI and Azure fail a batch that they had no room for (facts/more-vendors.md: enqueued tokens)."""
FINISHES: Mapping[str, Finish] = {
    "stop": Finish.STOP,
    "length": Finish.LENGTH,
    "tool_calls": Finish.TOOL_CALLS,
    "function_call": Finish.TOOL_CALLS,
    "content_filter": Finish.REFUSAL,
}
UNDONE: Mapping[str, Outcome] = {
    "batch_expired": Outcome.EXPIRED,
    "batch_cancelled": Outcome.CANCELLED,
}
"""Codes of requests that were never carried out (facts/more-vendors.md: OpenAI's error lines)."""


class Complaint(Protocol):
    """An error beside an answer, or in its place."""

    @property
    def code(self) -> Any: ...
    @property
    def message(self) -> str | None: ...
    @property
    def type(self) -> str | None: ...


class Function(Protocol):
    """Which tool is called, and with what."""

    @property
    def name(self) -> str | None: ...
    @property
    def arguments(self) -> Any: ...


class Call(Protocol):
    """A call of a tool."""

    @property
    def id(self) -> str | None: ...
    @property
    def function(self) -> Function | None: ...


class Message(Protocol):
    """What the model said."""

    @property
    def content(self) -> Any: ...
    @property
    def refusal(self) -> str | None: ...
    @property
    def tool_calls(self) -> Sequence[Call] | None: ...


class Choice(Protocol):
    """One of the alternatives that were asked for."""

    @property
    def index(self) -> int | None: ...
    @property
    def message(self) -> Message | None: ...
    @property
    def finish_reason(self) -> str | None: ...


class Cached(Protocol):
    """Parts of the prompt's tokens."""

    @property
    def cached_tokens(self) -> int | None: ...


class Reasoned(Protocol):
    """Parts of the answer's tokens."""

    @property
    def reasoning_tokens(self) -> int | None: ...


class Tokens(Protocol):
    """Tokens of one request."""

    @property
    def prompt_tokens(self) -> int | None: ...
    @property
    def completion_tokens(self) -> int | None: ...
    @property
    def prompt_tokens_details(self) -> Cached | None: ...
    @property
    def completion_tokens_details(self) -> Reasoned | None: ...


class Completion(Protocol):
    """The body of an answer."""

    @property
    def choices(self) -> Sequence[Choice] | None: ...
    @property
    def usage(self) -> Tokens | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def id(self) -> str | None: ...


class Part(msgspec.Struct, gc=False):
    """A part of what the model said, where that comes in parts."""

    text: str | None = None


class Parts(msgspec.Struct, gc=False):
    """All of them."""

    parts: list[Part] | None = None


@frozen
class Reader:
    """Reads the body of an answer by a vendor's own struct, when somebody touches it."""

    kind: type[Completion]

    def __call__(self, body: bytes) -> Answer:
        """What the first alternative says, and the tokens of all."""
        completion = readable(body, self.kind)
        choices, tokens = completion.choices or (), completion.usage
        choice = choices[0] if len(choices) == 1 else min(choices, key=lambda each: each.index or 0, default=None)
        usage, model, name = None if tokens is None else _used(tokens), completion.model, completion.id
        if choice is None or (message := choice.message) is None:
            return Answer(None, usage, _finish(choice), (), model, None, None, name)
        text, calls, refusal = message.content, message.tool_calls, message.refusal or None
        if text is not None and not isinstance(text, str):
            found = readable(msgspec.json.encode({"parts": text}), Parts).parts
            text = join_text([part.text for part in found or ()])
        finish = Finish.REFUSAL if refusal else _finish(choice)
        return Answer(text, usage, finish, tuple(map(_call, calls)) if calls else (), model, refusal, None, name)


def _call(call: Call) -> ToolCall:
    """Arguments are a text; an object, as some providers send it, becomes one."""
    name, given = (call.function.name, call.function.arguments) if call.function else (None, None)
    return ToolCall(call.id, name, given if isinstance(given, str) else msgspec.json.encode(given).decode())


def _used(tokens: Tokens) -> Usage:
    cached, reasoned = tokens.prompt_tokens_details, tokens.completion_tokens_details
    return Usage(
        input_tokens=tokens.prompt_tokens,
        output_tokens=tokens.completion_tokens,
        cache_read_tokens=cached.cached_tokens if cached else None,
        reasoning_tokens=reasoned.reasoning_tokens if reasoned else None,
    )


def _finish(choice: Choice | None) -> Finish | None:
    word = choice.finish_reason if choice else None
    return FINISHES.get(word, Finish.UNKNOWN) if word else None


def judged(
    status: int | None, complaint: Complaint | None, said: bytes, retryable: Mapping[str, bool]
) -> tuple[Outcome, ErrorInfo | None]:
    """What became of a request, by the HTTP status of its answer and the error beside or inside it.

    `said`: the bytes that stand for the error; `retryable`: the vendor's own codes, else the status decides.
    """
    if complaint is None and status is None:
        return Outcome.ERRORED, unknown_variant(None)
    if complaint is None and status is not None and 200 <= status < 300:
        return Outcome.SUCCEEDED, None
    word = (complaint.code or complaint.type) if complaint else None
    code = str(word) if word else None
    outcome = UNDONE.get(code or "", Outcome.ERRORED)
    again = retryable.get(code or "", status is not None and retry.retryable(status))
    message = (complaint.message if complaint else None) or shorten(said)
    return outcome, ErrorInfo(
        code=code, message=message, status=status, retryable=again or outcome is not Outcome.ERRORED
    )


def reason(complaints: Iterable[Complaint]) -> str | None:
    """Why a batch failed: the word of the first complaint that has one, or its text."""
    words = (complaint.code or complaint.type or complaint.message for complaint in complaints)
    return next((shorten(str(word)) for word in words if word), None)


def counted(total: int | None, completed: int | None, failed: int | None, status: BatchStatus) -> Counts:
    """A batch's three counts; what is left over is being processed until the batch has ended."""
    processing = None
    if total is not None and completed is not None and failed is not None:
        processing = max(0, total - completed - failed)
    if status.terminal and (total, completed, failed) != (None, None, None):
        processing = 0
    return Counts(total=total, processing=processing, succeeded=completed, errored=failed)
