"""The answer of a Messages request, Anthropic's own or a gateway's copy of it.

Reads the attributes of whatever generated structs a vendor has for it; knows no vendor.
"""
# ruff: noqa: D102 - the members of these protocols are the vendors' fields

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from polybatch.model import Answer, Finish, Outcome, ToolCall, Usage
from polybatch.vendor import join_text

OUTCOMES: Mapping[str, Outcome] = {
    "succeeded": Outcome.SUCCEEDED,
    "errored": Outcome.ERRORED,
    "canceled": Outcome.CANCELLED,
    "expired": Outcome.EXPIRED,
}
"""Types of a batch's results (facts/seed-vendors.md §2.2)."""
FINISHES: Mapping[str, Finish] = {
    "end_turn": Finish.STOP,
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "tool_use": Finish.TOOL_CALLS,
    "pause_turn": Finish.PAUSED,
    "compaction": Finish.PAUSED,
    "refusal": Finish.REFUSAL,
}
RETRYABLE: Mapping[str, bool] = {
    "invalid_request_error": False,
    "authentication_error": False,
    "billing_error": False,
    "permission_error": False,
    "not_found_error": False,
    "conflict_error": True,
    "request_too_large": False,
    "rate_limit_error": True,
    "timeout_error": True,
    "api_error": True,
    "overloaded_error": True,
}
"""Types of errors (facts/seed-vendors.md §2.3)."""


CALL = "tool_use"
"""The type of a block that calls a tool of the caller's; the vendor's own tools have been called (facts §2.2)."""


class Block(Protocol):
    """A part of what the model said."""

    @property
    def type(self) -> str | None: ...
    @property
    def text(self) -> str | None: ...
    @property
    def thinking(self) -> str | None: ...
    @property
    def id(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def input(self) -> Any: ...


class Details(Protocol):
    """What there is to say of a refusal."""

    @property
    def explanation(self) -> str | None: ...


class Tokens(Protocol):
    """Tokens of one request."""

    @property
    def input_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...
    @property
    def cache_read_input_tokens(self) -> int | None: ...
    @property
    def cache_creation_input_tokens(self) -> int | None: ...


class Message(Protocol):
    """The body of an answer."""

    @property
    def content(self) -> Sequence[Block] | None: ...
    @property
    def stop_reason(self) -> str | None: ...
    @property
    def stop_details(self) -> Details | None: ...
    @property
    def model(self) -> str | None: ...
    @property
    def id(self) -> str | None: ...


def answer(message: Message, tokens: Tokens | None, *, reasoning: int | None = None) -> Answer:
    """Its text blocks, joined, its tokens, why the model stopped, and whatever else it said.

    `reasoning`: how many tokens were thought, where the vendor says so.
    """
    blocks, calls, thoughts = message.content or (), tuple[ToolCall, ...](), None
    text = blocks[0].text if len(blocks) == 1 else None  # as it is in nearly every answer
    if text is None:
        text = join_text([block.text for block in blocks])
        thoughts = join_text([block.thinking for block in blocks])
        calls = tuple([_call(block) for block in blocks if block.type == CALL])
    refusal = message.stop_details.explanation if message.stop_details else None
    usage = (
        None
        if tokens is None
        else Usage(
            tokens.input_tokens,
            tokens.output_tokens,
            tokens.cache_read_input_tokens,
            tokens.cache_creation_input_tokens,
            reasoning,
        )
    )
    finish = FINISHES.get(message.stop_reason, Finish.UNKNOWN) if message.stop_reason else None
    return Answer(text, usage, finish, calls, message.model, refusal, thoughts, message.id)


def _call(block: Block) -> ToolCall:
    return ToolCall(block.id, block.name, msgspec.json.encode(block.input).decode())
