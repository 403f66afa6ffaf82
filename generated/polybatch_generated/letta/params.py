# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""What a request to Letta batches may contain."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class ApprovalCreate(TypedDict):
    """Answered 400 in a batch."""

    type: NotRequired[Literal["approval"]]
    otid: NotRequired[str | None]
    group_id: NotRequired[str | None]
    approvals: NotRequired[list[ApprovalUnion] | None]
    approve: NotRequired[bool | None]
    approval_request_id: NotRequired[str | None]
    reason: NotRequired[str | None]


class ApprovalReturn(TypedDict):
    type: NotRequired[Literal["approval"]]
    tool_call_id: str
    approve: bool
    reason: NotRequired[str | None]


class Base64Image(TypedDict):
    type: NotRequired[Literal["base64"]]
    media_type: str
    data: str
    detail: NotRequired[str | None]


class ClientSkillSchema(TypedDict):
    name: str
    description: str
    location: str


ClientToolParameters: TypeAlias = dict[str, Any]


class ClientToolSchema(TypedDict):
    name: str
    description: NotRequired[str | None]
    parameters: NotRequired[ClientToolParameters | None]


class CreateBatch(TypedDict):
    requests: list[LettaBatchRequest]
    callback_url: NotRequired[str | None]


class ImageContent(TypedDict):
    type: NotRequired[Literal["image"]]
    source: ImageSourceUnion


class LettaBatchRequest(TypedDict):
    """One agent run. Exactly one of messages and input."""

    messages: NotRequired[list[MessageCreateUnion] | None]
    input: NotRequired[str | list[LettaContentUnion] | None]
    max_steps: NotRequired[int]
    use_assistant_message: NotRequired[bool]
    assistant_message_tool_name: NotRequired[str]
    assistant_message_tool_kwarg: NotRequired[str]
    include_return_message_types: NotRequired[list[MessageType] | None]
    enable_thinking: NotRequired[bool | str]
    client_tools: NotRequired[list[ClientToolSchema] | None]
    client_skills: NotRequired[list[ClientSkillSchema] | None]
    override_model: NotRequired[str | None]
    include_compaction_messages: NotRequired[bool]
    return_logprobs: NotRequired[bool]
    top_logprobs: NotRequired[int | None]
    return_token_ids: NotRequired[bool]
    override_system: NotRequired[str | None]
    agent_id: str


class LettaImage(TypedDict):
    type: NotRequired[Literal["letta"]]
    file_id: str
    media_type: NotRequired[str | None]
    data: NotRequired[str | None]
    detail: NotRequired[str | None]


class MessageCreate(TypedDict):
    type: NotRequired[Literal["message"] | None]
    otid: NotRequired[str | None]
    group_id: NotRequired[str | None]
    role: Literal["user", "system", "assistant"]
    content: list[LettaMessageContentUnion] | str
    name: NotRequired[str | None]
    sender_id: NotRequired[str | None]
    batch_item_id: NotRequired[str | None]


MessageType: TypeAlias = Literal[
    "system_message",
    "user_message",
    "assistant_message",
    "reasoning_message",
    "hidden_reasoning_message",
    "tool_call_message",
    "tool_return_message",
    "approval_request_message",
    "approval_response_message",
    "summary_message",
    "event_message",
]


class OmittedReasoningContent(TypedDict):
    type: Literal["omitted_reasoning"]
    signature: NotRequired[str | None]


class ReasoningContent(TypedDict):
    type: NotRequired[Literal["reasoning"]]
    is_native: bool
    reasoning: str
    signature: NotRequired[str | None]


class RedactedReasoningContent(TypedDict):
    type: NotRequired[Literal["redacted_reasoning"]]
    data: str


class SummarizedReasoningContent(TypedDict):
    type: NotRequired[Literal["summarized_reasoning"]]
    id: str
    summary: list[SummarizedReasoningContentPart]
    encrypted_content: NotRequired[str]


class SummarizedReasoningContentPart(TypedDict):
    index: int
    text: str


class TextContent(TypedDict):
    type: NotRequired[Literal["text"]]
    text: str
    signature: NotRequired[str | None]


LettaToolReturnContentUnion: TypeAlias = TextContent | ImageContent


class ToolCallContent(TypedDict):
    type: NotRequired[Literal["tool_call"]]
    id: str
    name: str
    input: dict[str, Any]
    signature: NotRequired[str | None]


class ToolReturn(TypedDict):
    type: NotRequired[Literal["tool"]]
    tool_return: list[LettaToolReturnContentUnion] | str
    status: ToolReturnStatus
    tool_call_id: str
    stdout: NotRequired[list[str] | None]
    stderr: NotRequired[list[str] | None]


ApprovalUnion: TypeAlias = ApprovalReturn | ToolReturn


class ToolReturnContent(TypedDict):
    type: NotRequired[Literal["tool_return"]]
    tool_call_id: str
    content: str
    is_error: bool


LettaContentUnion: TypeAlias = (
    TextContent
    | ImageContent
    | ToolCallContent
    | ToolReturnContent
    | ReasoningContent
    | RedactedReasoningContent
    | OmittedReasoningContent
    | SummarizedReasoningContent
)


LettaMessageContentUnion: TypeAlias = (
    TextContent
    | ImageContent
    | ToolCallContent
    | ToolReturnContent
    | ReasoningContent
    | RedactedReasoningContent
    | OmittedReasoningContent
)


class ToolReturnCreate(TypedDict):
    """Answered 400 in a batch."""

    type: NotRequired[Literal["tool_return"]]
    otid: NotRequired[str | None]
    group_id: NotRequired[str | None]
    tool_returns: list[ToolReturn]


MessageCreateUnion: TypeAlias = MessageCreate | ApprovalCreate | ToolReturnCreate


ToolReturnStatus: TypeAlias = Literal["success", "error"]


class UrlImage(TypedDict):
    type: NotRequired[Literal["url"]]
    url: str


ImageSourceUnion: TypeAlias = UrlImage | Base64Image | LettaImage
