# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""Result lines and replies of Anthropic Message Batches, read tolerantly."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType, field


class BetaAppliedEdit(Struct, frozen=True, gc=False):
    type: str | None = None


class BetaCacheCreation(Struct, frozen=True, gc=False):
    ephemeral_1h_input_tokens: int | None = None
    ephemeral_5m_input_tokens: int | None = None


class BetaCacheMissReason(Struct, frozen=True, gc=False):
    type: str | None = None


class BetaCaller(Struct, frozen=True, gc=False):
    """Who called the tool."""

    type: str | None = None
    tool_id: str | None = None


class BetaContainer(Struct, frozen=True, gc=False):
    id: str | None = None
    expires_at: Any | None = None
    skills: list[BetaContainerSkill] | None = None


class BetaContainerSkill(Struct, frozen=True, gc=False):
    skill_id: str | None = None
    type: str | None = None
    version: str | None = None


class BetaContentBlock(Struct, frozen=True, gc=False):
    type: str | None = None
    text: str | None = None
    citations: list[BetaTextCitation] | None = None
    thinking: str | None = None
    signature: str | None = None
    data: str | None = None
    id: str | None = None
    name: str | None = None
    input: dict[str, Any] | None = None
    caller: BetaCaller | None = None
    toolset_name: str | None = None
    tool_use_id: str | None = None
    content: Any | None = None
    server_name: str | None = None
    is_error: bool | None = None
    file_id: str | None = None
    encrypted_content: str | None = None
    tool_changes: list[BetaToolChange] | None = None
    from_: BetaFallbackInfo | None = field(name="from", default=None)
    to: BetaFallbackInfo | None = None
    trigger: BetaFallbackRefusalTrigger | None = None
    mcp_server_name: str | None = None
    tools: list[BetaMCPTool] | None = None


class BetaContextManagementResponse(Struct, frozen=True, gc=False):
    applied_edits: list[BetaAppliedEdit] | None = None


class BetaCreateMessageParams(Struct, frozen=True, gc=False):
    model: str | None = None


class BetaDeletedMessageBatch(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None


class BetaDiagnostics(Struct, frozen=True, gc=False):
    cache_miss_reason: BetaCacheMissReason | None = None


class BetaError(Struct, frozen=True, gc=False):
    type: str | None = None
    message: str | None = None
    details: BetaErrorDetails | None = None


class BetaErrorDetails(Struct, frozen=True, gc=False):
    """Further members depend on the code."""

    error_code: str | None = None
    appeal_url: str | None = None


class BetaErrorResponse(Struct, frozen=True, gc=False):
    """Error envelope; the same one stands inside an errored result."""

    type: str | None = None
    error: BetaError | None = None
    request_id: str | None = None


class BetaFallbackCreditStatus(Struct, frozen=True, gc=False):
    type: str | None = None


class BetaFallbackCreditUsage(Struct, frozen=True, gc=False):
    status: BetaFallbackCreditStatus | None = None


class BetaFallbackInfo(Struct, frozen=True, gc=False):
    model: str | None = None


class BetaFallbackRefusalTrigger(Struct, frozen=True, gc=False):
    type: str | None = None
    category: str | None = None


class BetaInputTransformation(Struct, frozen=True, gc=False):
    type: str | None = None


class BetaIterationUsage(Struct, frozen=True, gc=False):
    """Usage of one pass of a multi-pass answer; the parts depend on the type."""

    type: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: BetaCacheCreation | None = None


class BetaListResponseMessageBatch(Struct, frozen=True, gc=False):
    data: list[Raw] | None = None
    has_more: bool | None = None
    first_id: str | None = None
    last_id: str | None = None


class BetaMCPTool(Struct, frozen=True, gc=False):
    name: str | None = None
    description: str | None = None
    input_schema: dict[str, Any] | None = None


class BetaMessage(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None
    role: str | None = None
    model: str | None = None
    content: list[BetaContentBlock] | None = None
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: BetaRefusalStopDetails | None = None
    container: BetaContainer | None = None
    context_management: BetaContextManagementResponse | None = None
    diagnostics: BetaDiagnostics | None = None
    input_transformations: list[BetaInputTransformation] | None = None
    usage: BetaUsage | None = None


class BetaMessageBatch(Struct, frozen=True, gc=False):
    id: str | None = None
    type: str | None = None
    processing_status: str | None = None
    request_counts: BetaRequestCounts | None = None
    created_at: Any | None = None
    expires_at: Any | None = None
    ended_at: Any | None = None
    archived_at: Any | None = None
    cancel_initiated_at: Any | None = None
    results_url: str | None = None


class BetaMessageBatchIndividualRequestParams(Struct, frozen=True, gc=False):
    custom_id: str | None = None
    params: Any | None = None


class BetaMessageBatchIndividualResponse(Struct, frozen=True, gc=False):
    """One result line."""

    custom_id: str | None = None
    result: BetaMessageBatchResult | None = None


class BetaMessageBatchResult(Struct, frozen=True, gc=False):
    type: str | None = None
    message: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET


class BetaOutputTokensDetails(Struct, frozen=True, gc=False):
    thinking_tokens: int | None = None


class BetaRefusalStopDetails(Struct, frozen=True, gc=False):
    type: str | None = None
    category: str | None = None
    explanation: str | None = None
    fallback_credit_token: str | None = None
    fallback_has_prefill_claim: bool | None = None
    recommended_model: str | None = None


class BetaRequestCounts(Struct, frozen=True, gc=False):
    """The four outcome counts stay 0 until the whole batch has ended."""

    processing: int | None = None
    succeeded: int | None = None
    errored: int | None = None
    canceled: int | None = None
    expired: int | None = None


class BetaServerToolUsage(Struct, frozen=True, gc=False):
    web_fetch_requests: int | None = None
    web_search_requests: int | None = None


class BetaTextCitation(Struct, frozen=True, gc=False):
    """Where a text came from; the parts depend on the type."""

    type: str | None = None
    cited_text: str | None = None


class BetaToolChange(Struct, frozen=True, gc=False):
    type: str | None = None


class BetaToolResultContent(Struct, frozen=True, gc=False):
    """What a server tool gave back, or why it failed; the parts depend on the type."""

    type: str | None = None
    error_code: str | None = None


class BetaUsage(Struct, frozen=True, gc=False):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    cache_creation: BetaCacheCreation | None = None
    output_tokens_details: BetaOutputTokensDetails | None = None
    server_tool_use: BetaServerToolUsage | None = None
    fallback_credit: BetaFallbackCreditUsage | None = None
    iterations: list[BetaIterationUsage] | None = None
    inference_geo: str | None = None
    service_tier: str | None = None
    speed: str | None = None
