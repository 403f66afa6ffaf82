# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""What a request to Anthropic Message Batches may contain."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict

BetaBillTo: TypeAlias = Literal["self", "user_profile"]


class BetaBillingPolicyParam(TypedDict):
    type: Literal["billing_policy"]
    bill_to: NotRequired[BetaBillTo]


class BetaCacheControlEphemeralParam(TypedDict):
    type: Literal["ephemeral"]
    ttl: NotRequired[BetaCacheTtl]


BetaCacheTtl: TypeAlias = Literal["5m", "1h"]


class BetaCompactionConfigParam(TypedDict):
    type: str
    instructions: NotRequired[str | None]


class BetaContainerParams(TypedDict):
    id: NotRequired[str | None]
    skills: NotRequired[list[BetaSkillParams] | None]


BetaContentBlockParam: TypeAlias = dict[str, Any]


class BetaContextEditParam(TypedDict):
    type: str


class BetaContextManagementConfigParam(TypedDict):
    edits: NotRequired[list[BetaContextEditParam]]


class BetaCreateMessageBatchParams(TypedDict):
    requests: list[BetaMessageBatchIndividualRequestParams]


class BetaCreateMessageParams(TypedDict):
    """One Messages request. Common fields are typed, blocks and tools are free objects."""

    model: str
    max_tokens: int
    messages: list[BetaMessageParam]
    billing_policy: NotRequired[BetaBillingPolicyParam | None]
    cache_control: NotRequired[BetaCacheControlEphemeralParam | None]
    compaction: NotRequired[BetaCompactionConfigParam | None]
    container: NotRequired[BetaContainerParams | str | None]
    context_management: NotRequired[BetaContextManagementConfigParam | None]
    diagnostics: NotRequired[BetaDiagnosticsParam | None]
    fallback_credit_token: NotRequired[BetaFallbackCreditTokenParam | str | None]
    fallbacks: NotRequired[list[BetaFallbackParam] | str | None]
    inference_geo: NotRequired[str | None]
    mcp_servers: NotRequired[list[BetaRequestMCPServerURLDefinitionParam]]
    metadata: NotRequired[BetaMetadataParam]
    output_config: NotRequired[BetaOutputConfigParam]
    service_tier: NotRequired[BetaServiceTierParam]
    speed: NotRequired[None]
    stop_sequences: NotRequired[list[str]]
    stream: NotRequired[Literal[False]]
    system: NotRequired[str | list[BetaTextBlockParam]]
    temperature: NotRequired[float]
    thinking: NotRequired[BetaThinkingConfigParam]
    thread: NotRequired[BetaMessageThreadParam | None]
    tool_choice: NotRequired[BetaToolChoiceParam]
    tools: NotRequired[list[BetaToolUnionParam]]
    top_k: NotRequired[int]
    top_p: NotRequired[float]
    user_profile_id: NotRequired[str]


class BetaDiagnosticsParam(TypedDict):
    previous_message_id: NotRequired[str | None]


BetaEffort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]


class BetaFallbackCreditTokenParam(TypedDict):
    token: str
    mode: NotRequired[str]


class BetaFallbackParam(TypedDict):
    model: str


class BetaJSONOutputFormatParam(TypedDict):
    type: Literal["json_schema"]
    schema: dict[str, Any]


class BetaMessageBatchIndividualRequestParams(TypedDict):
    custom_id: str
    params: BetaCreateMessageParams


class BetaMessageParam(TypedDict):
    role: BetaMessageRoleParam
    content: NotRequired[str | list[BetaContentBlockParam]]


BetaMessageRoleParam: TypeAlias = Literal["user", "assistant", "system"]


class BetaMessageThreadParam(TypedDict):
    type: str


class BetaMetadataParam(TypedDict):
    user_id: NotRequired[str | None]


class BetaOutputConfigParam(TypedDict):
    effort: NotRequired[BetaEffort | None]
    format: NotRequired[BetaJSONOutputFormatParam | None]
    task_budget: NotRequired[BetaTokenTaskBudgetParam | None]


class BetaRequestMCPServerURLDefinitionParam(TypedDict):
    name: str
    type: str
    url: str
    authorization_token: NotRequired[str | None]


BetaServiceTierParam: TypeAlias = Literal["auto", "standard_only"]


class BetaSkillParams(TypedDict):
    skill_id: str
    type: str
    version: NotRequired[str]


class BetaTextBlockParam(TypedDict):
    type: Literal["text"]
    text: str
    cache_control: NotRequired[BetaCacheControlEphemeralParam | None]


class BetaThinkingConfigParam(TypedDict):
    """One object for the four kinds, so that a fifth one passes."""

    type: BetaThinkingType
    budget_tokens: NotRequired[int]
    display: NotRequired[BetaThinkingDisplay | None]


BetaThinkingDisplay: TypeAlias = Literal["summarized", "omitted", "updates"]


BetaThinkingType: TypeAlias = Literal["enabled", "disabled", "adaptive", "between_tools"]


class BetaTokenTaskBudgetParam(TypedDict):
    type: str
    total: int
    remaining: NotRequired[int | None]


class BetaToolChoiceParam(TypedDict):
    """One object for the four kinds, so that a fifth one passes."""

    type: BetaToolChoiceType
    name: NotRequired[str]
    disable_parallel_tool_use: NotRequired[bool]


BetaToolChoiceType: TypeAlias = Literal["auto", "any", "tool", "none"]


BetaToolUnionParam: TypeAlias = dict[str, Any]
