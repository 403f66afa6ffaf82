# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""Result lines and replies of Letta batches, read tolerantly."""

from __future__ import annotations

from typing import Any

from msgspec import Raw, Struct


class BatchJob(Struct, frozen=True, gc=False):
    created_by_id: str | None = None
    last_updated_by_id: str | None = None
    created_at: Any | None = None
    updated_at: Any | None = None
    status: str | None = None
    completed_at: Any | None = None
    stop_reason: str | None = None
    metadata: dict[str, Any] | None = None
    job_type: str | None = None
    background: bool | None = None
    agent_id: str | None = None
    callback_url: str | None = None
    callback_sent_at: Any | None = None
    callback_status_code: int | None = None
    callback_error: str | None = None
    ttft_ns: int | None = None
    total_duration_ns: int | None = None
    id: str | None = None
    user_id: str | None = None


class ChatCompletionMessageFunctionToolCall(Struct, frozen=True, gc=False):
    id: str | None = None
    function: Function | None = None
    type: str | None = None


class DetailError(Struct, frozen=True, gc=False):
    detail: str | None = None


class Function(Struct, frozen=True, gc=False):
    arguments: str | None = None
    name: str | None = None


class HTTPValidationError(Struct, frozen=True, gc=False):
    detail: Any | None = None
    trace_id: str | None = None
    examples: list[Any] | None = None


class ImageSourceUnion(Struct, frozen=True, gc=False):
    """Where an image comes from."""

    type: str | None = None
    url: str | None = None
    media_type: str | None = None
    data: str | None = None
    detail: str | None = None
    file_id: str | None = None


class LettaBatchCallback(Struct, frozen=True, gc=False):
    """Posted once, unsigned, when a batch has completed or failed."""

    job_id: str | None = None
    status: str | None = None
    completed_at: Any | None = None
    metadata: dict[str, Any] | None = None


class LettaBatchMessages(Struct, frozen=True, gc=False):
    messages: list[Raw] | None = None


class LettaBatchRequest(Struct, frozen=True, gc=False):
    agent_id: str | None = None
    messages: Any | None = None
    input: Any | None = None


class LettaContentUnion(Struct, frozen=True, gc=False):
    """Every kind of content part."""

    type: str | None = None
    text: str | None = None
    signature: str | None = None
    source: ImageSourceUnion | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, Any] | None = None
    tool_call_id: str | None = None
    content: str | None = None
    is_error: bool | None = None
    is_native: bool | None = None
    reasoning: str | None = None
    data: str | None = None
    summary: list[SummarizedReasoningContentPart] | None = None
    encrypted_content: str | None = None


class LlmError(Struct, frozen=True, gc=False):
    type: str | None = None
    message: str | None = None
    detail: str | None = None


class LlmErrorResponse(Struct, frozen=True, gc=False):
    """The provider refused while the batch was being created."""

    error: LlmError | None = None


class Message(Struct, frozen=True, gc=False):
    created_by_id: str | None = None
    last_updated_by_id: str | None = None
    created_at: Any | None = None
    updated_at: Any | None = None
    id: str | None = None
    agent_id: str | None = None
    model: str | None = None
    role: str | None = None
    content: list[LettaContentUnion] | None = None
    name: str | None = None
    tool_calls: list[ChatCompletionMessageFunctionToolCall] | None = None
    tool_call_id: str | None = None
    step_id: str | None = None
    run_id: str | None = None
    otid: str | None = None
    tool_returns: list[MessageToolReturn] | None = None
    group_id: str | None = None
    sender_id: str | None = None
    batch_item_id: str | None = None
    conversation_id: str | None = None
    is_err: bool | None = None
    approval_request_id: str | None = None
    approve: bool | None = None
    denial_reason: str | None = None
    approvals: list[MessageApprovalUnion] | None = None


class MessageApprovalUnion(Struct, frozen=True, gc=False):
    """An answer to a request for approval, as stored."""

    type: str | None = None
    tool_call_id: Any | None = None
    approve: bool | None = None
    reason: str | None = None
    status: str | None = None
    stdout: list[str] | None = None
    stderr: list[str] | None = None
    func_response: Any | None = None


class MessageCreate(Struct, frozen=True, gc=False):
    role: str | None = None
    content: Any | None = None
    otid: str | None = None


class MessageToolReturn(Struct, frozen=True, gc=False):
    tool_call_id: Any | None = None
    status: str | None = None
    stdout: list[str] | None = None
    stderr: list[str] | None = None
    func_response: Any | None = None


class SummarizedReasoningContentPart(Struct, frozen=True, gc=False):
    index: int | None = None
    text: str | None = None
