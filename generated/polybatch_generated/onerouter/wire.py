# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""Result lines and replies of OneRouter (Infron) batches, read tolerantly."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType


class AnswerBlock(Struct, frozen=True, gc=False):
    type: str | None = None
    text: str | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, Any] | None = None
    thinking: str | None = None


class BatchCreated(Struct, frozen=True, gc=False):
    id: str | None = None
    batch_id: str | None = None
    created_at: Any | None = None
    request_counts: RequestCounts | None = None
    object: str | None = None
    status: str | None = None
    endpoint: str | None = None
    input_file_id: str | None = None
    completion_window: str | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    in_progress_at: Any | None = None
    expires_at: Any | None = None
    finalizing_at: Any | None = None
    completed_at: Any | None = None
    failed_at: Any | None = None
    expired_at: Any | None = None
    cancelling_at: Any | None = None
    cancelled_at: Any | None = None
    errors: Any | None = None
    metadata: dict[str, Any] | None = None


class BatchError(Struct, frozen=True, gc=False):
    code: Any | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None
    line: int | None = None


class BatchErrors(Struct, frozen=True, gc=False):
    object: str | None = None
    data: list[BatchError] | None = None


class BatchRequest(Struct, frozen=True, gc=False):
    custom_id: str | None = None
    params: Any | None = None


class BatchResultLine(Struct, frozen=True, gc=False):
    id: str | None = None
    custom_id: str | None = None
    result: MessageResult | None = None
    response: CompletionResponse | None = None
    error: Raw | UnsetType = UNSET


class BatchTask(Struct, frozen=True, gc=False):
    batch_id: str | None = None
    task_id: Any | None = None
    status: str | None = None
    progress: Any | None = None
    model: str | None = None
    total_requests: int | None = None
    completed_count: int | None = None
    failed_count: int | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    fees: str | None = None
    submit_time: Any | None = None
    start_time: Any | None = None
    finish_time: Any | None = None
    result_url: str | None = None
    error: str | None = None
    fail_reason: str | None = None


class CompletionBody(Struct, frozen=True, gc=False):
    id: str | None = None
    object: str | None = None
    created: int | None = None
    model: str | None = None
    choices: list[CompletionChoice] | None = None
    usage: CompletionUsage | None = None
    error: Raw | UnsetType = UNSET


class CompletionChoice(Struct, frozen=True, gc=False):
    index: int | None = None
    message: CompletionMessage | None = None
    finish_reason: str | None = None


class CompletionFunction(Struct, frozen=True, gc=False):
    name: str | None = None
    arguments: Any | None = None


class CompletionMessage(Struct, frozen=True, gc=False):
    role: str | None = None
    content: Any | None = None
    refusal: str | None = None
    tool_calls: list[CompletionToolCall] | None = None


class CompletionResponse(Struct, frozen=True, gc=False):
    status_code: int | None = None
    status: int | None = None
    request_id: str | None = None
    body: Raw | UnsetType = UNSET


class CompletionTokensDetails(Struct, frozen=True, gc=False):
    reasoning_tokens: int | None = None


class CompletionToolCall(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None
    function: CompletionFunction | None = None


class CompletionUsage(Struct, frozen=True, gc=False):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    prompt_tokens_details: PromptTokensDetails | None = None
    completion_tokens_details: CompletionTokensDetails | None = None


class ErrorBody(Struct, frozen=True, gc=False):
    code: Any | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None


class ErrorReply(Struct, frozen=True, gc=False):
    error: ErrorBody | None = None


class MessageBody(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None
    role: str | None = None
    model: str | None = None
    content: list[AnswerBlock] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: StopDetails | None = None
    usage: MessageUsage | None = None


class MessageError(Struct, frozen=True, gc=False):
    type: str | None = None
    error: Raw | UnsetType = UNSET
    request_id: str | None = None


class MessageParams(Struct, frozen=True, gc=False):
    model: str | None = None


class MessageResult(Struct, frozen=True, gc=False):
    type: str | None = None
    message: Raw | UnsetType = UNSET
    error: MessageError | None = None


class MessageUsage(Struct, frozen=True, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None


class PromptTokensDetails(Struct, frozen=True, gc=False):
    cached_tokens: int | None = None


class RequestCounts(Struct, frozen=True, gc=False):
    total: int | None = None
    completed: int | None = None
    failed: int | None = None


class ResultError(Struct, frozen=True, gc=False):
    code: Any | None = None
    message: str | None = None
    type: str | None = None
    param: str | None = None


class StopDetails(Struct, frozen=True, gc=False):
    type: str | None = None
    category: str | None = None
    explanation: str | None = None
