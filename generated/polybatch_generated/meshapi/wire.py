# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

"""Result lines and replies of MeshAPI batches, read tolerantly."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType


class BatchItemBody(Struct, frozen=True, gc=False):
    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    choices: list[ChatChoice] | None = None
    usage: ChatUsage | None = None
    error: BatchItemError | None = None


class BatchItemError(Struct, frozen=True, gc=False):
    code: Any | None = None
    message: str | None = None
    type: str | None = None


class BatchItemResponse(Struct, frozen=True, gc=False):
    status_code: int | None = None
    request_id: str | None = None
    body: Raw | UnsetType = UNSET


class BatchList(Struct, frozen=True, gc=False):
    object: str | None = None
    data: list[Raw] | None = None
    has_more: bool | None = None
    first_id: str | None = None
    last_id: str | None = None


class BatchObject(Struct, frozen=True, gc=False):
    id: str | None = None
    object: str | None = None
    endpoint: str | None = None
    status: str | None = None
    completion_window: str | None = None
    input_file_id: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    model: str | None = None
    provider: str | None = None
    usage_synced: bool | None = None
    created_at: Any | None = None
    completed_at: Any | None = None
    expires_at: Any | None = None
    request_counts: BatchRequestCounts | None = None
    metadata: dict[str, Any] | None = None
    results: list[Raw] | None = None
    errors_detail: list[Raw] | None = None


class BatchRequestBody(Struct, frozen=True, gc=False):
    model: str | None = None


class BatchRequestCounts(Struct, frozen=True, gc=False):
    total: int | None = None
    completed: int | None = None
    failed: int | None = None


class BatchRequestItem(Struct, frozen=True, gc=False):
    custom_id: str | None = None
    method: str | None = None
    url: str | None = None
    body: Any | None = None


class BatchResultItem(Struct, frozen=True, gc=False):
    id: str | None = None
    custom_id: str | None = None
    response: BatchItemResponse | None = None
    error: BatchItemError | None = None


class ChatAnswer(Struct, frozen=True, gc=False):
    role: str | None = None
    content: Any | None = None
    refusal: str | None = None
    tool_calls: list[ChatToolCall] | None = None


class ChatChoice(Struct, frozen=True, gc=False):
    index: int | None = None
    message: ChatAnswer | None = None
    finish_reason: str | None = None


class ChatCompletionTokensDetails(Struct, frozen=True, gc=False):
    reasoning_tokens: int | None = None


class ChatFunction(Struct, frozen=True, gc=False):
    name: str | None = None
    arguments: Any | None = None


class ChatPromptTokensDetails(Struct, frozen=True, gc=False):
    cached_tokens: int | None = None


class ChatToolCall(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None
    function: ChatFunction | None = None


class ChatUsage(Struct, frozen=True, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: ChatPromptTokensDetails | None = None
    completion_tokens_details: ChatCompletionTokensDetails | None = None


class HTTPValidationError(Struct, frozen=True, gc=False):
    detail: list[ValidationError] | None = None


class InvalidReply(Struct, frozen=True, gc=False):
    error: MeshErrorBody | None = None
    request_id: str | None = None
    detail: Any | None = None


class MeshErrorBody(Struct, frozen=True, gc=False):
    code: str | None = None
    message: str | None = None
    details: list[Any] | None = None
    provider_code: str | None = None
    provider_error: dict[str, Any] | None = None
    retry_after_seconds: int | None = None


class ValidationError(Struct, frozen=True, gc=False):
    loc: list[Any] | None = None
    msg: str | None = None
    type: str | None = None
    input: Any | None = None
    ctx: Any | None = None
