"""The answer of a Messages request, Anthropic's own or a gateway's copy of it.

Reads the attributes of whatever generated structs a vendor has for it; knows no vendor.
"""
# ruff: noqa: D102 - the members of these protocols are the vendors' fields

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from polybatch.model import Answer, Finish, Outcome, Usage
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


class Block(Protocol):
    """A part of what the model said."""

    @property
    def text(self) -> str | None: ...


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


def answer(message: Message, tokens: Tokens | None, *, reasoning: int | None = None) -> Answer:
    """Its text blocks, joined, its tokens, and why the model stopped.

    `reasoning`: how many tokens were thought, where the vendor says so.
    """
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
    return Answer(join_text([block.text for block in message.content or ()]), usage, finish)
