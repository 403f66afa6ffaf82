# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""What a request to OneRouter (Infron) batches may contain."""

from __future__ import annotations

from typing import Any, NotRequired, TypeAlias, TypedDict


class BatchRequest(TypedDict):
    custom_id: str
    params: MessageParams


ContentBlock: TypeAlias = dict[str, Any]


class CreateBatchRequest(TypedDict):
    requests: list[BatchRequest]


class Message(TypedDict):
    role: str
    content: str | list[ContentBlock]


MessageMetadata: TypeAlias = dict[str, str]


class MessageParams(TypedDict):
    model: str
    max_tokens: int
    messages: list[Message]
    stop_sequences: NotRequired[list[str]]
    tools: NotRequired[list[Tool]]
    top_k: NotRequired[int]
    metadata: NotRequired[MessageMetadata]
    system: NotRequired[str | list[ContentBlock]]
    temperature: NotRequired[float]
    tool_choice: NotRequired[ToolChoice | str | None]
    top_p: NotRequired[float]
    thinking: NotRequired[Thinking]


class Thinking(TypedDict):
    budget_tokens: NotRequired[int]
    type: str


Tool: TypeAlias = dict[str, Any]


ToolChoice: TypeAlias = dict[str, Any]
