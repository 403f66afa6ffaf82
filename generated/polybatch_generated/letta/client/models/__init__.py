# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""The models of this client. Each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .approval_create import ApprovalCreate as ApprovalCreate
    from .approval_return import ApprovalReturn as ApprovalReturn
    from .base_64_image import Base64Image as Base64Image
    from .batch_job import BatchJob as BatchJob
    from .chat_completion_message_function_tool_call import (
        ChatCompletionMessageFunctionToolCall as ChatCompletionMessageFunctionToolCall,
    )
    from .client_skill_schema import ClientSkillSchema as ClientSkillSchema
    from .client_tool_schema import ClientToolSchema as ClientToolSchema
    from .create_batch import CreateBatch as CreateBatch
    from .detail_error import DetailError as DetailError
    from .function import Function as Function
    from .http_validation_error import HTTPValidationError as HTTPValidationError
    from .image_content import ImageContent as ImageContent
    from .job_status import JobStatus as JobStatus
    from .job_type import JobType as JobType
    from .letta_batch_callback import LettaBatchCallback as LettaBatchCallback
    from .letta_batch_messages import LettaBatchMessages as LettaBatchMessages
    from .letta_batch_request import LettaBatchRequest as LettaBatchRequest
    from .letta_image import LettaImage as LettaImage
    from .llm_error import LlmError as LlmError
    from .llm_error_response import LlmErrorResponse as LlmErrorResponse
    from .llm_error_type import LlmErrorType as LlmErrorType
    from .message import Message as Message
    from .message_create import MessageCreate as MessageCreate
    from .message_create_role import MessageCreateRole as MessageCreateRole
    from .message_role import MessageRole as MessageRole
    from .message_tool_return import MessageToolReturn as MessageToolReturn
    from .message_type import MessageType as MessageType
    from .omitted_reasoning_content import OmittedReasoningContent as OmittedReasoningContent
    from .reasoning_content import ReasoningContent as ReasoningContent
    from .redacted_reasoning_content import RedactedReasoningContent as RedactedReasoningContent
    from .sort_order import SortOrder as SortOrder
    from .stop_reason_type import StopReasonType as StopReasonType
    from .summarized_reasoning_content import SummarizedReasoningContent as SummarizedReasoningContent
    from .summarized_reasoning_content_part import SummarizedReasoningContentPart as SummarizedReasoningContentPart
    from .text_content import TextContent as TextContent
    from .tool_call_content import ToolCallContent as ToolCallContent
    from .tool_return import ToolReturn as ToolReturn
    from .tool_return_content import ToolReturnContent as ToolReturnContent
    from .tool_return_create import ToolReturnCreate as ToolReturnCreate
    from .tool_return_status import ToolReturnStatus as ToolReturnStatus
    from .unknown_image_source_union import UnknownImageSourceUnion as UnknownImageSourceUnion
    from .unknown_letta_content_union import UnknownLettaContentUnion as UnknownLettaContentUnion
    from .unknown_letta_tool_return_content_union import (
        UnknownLettaToolReturnContentUnion as UnknownLettaToolReturnContentUnion,
    )
    from .url_image import UrlImage as UrlImage
    from .validation_error import ValidationError as ValidationError

    pass

_MODULES = {
    "ApprovalCreate": "approval_create",
    "ApprovalReturn": "approval_return",
    "Base64Image": "base_64_image",
    "BatchJob": "batch_job",
    "ChatCompletionMessageFunctionToolCall": "chat_completion_message_function_tool_call",
    "ClientSkillSchema": "client_skill_schema",
    "ClientToolSchema": "client_tool_schema",
    "CreateBatch": "create_batch",
    "DetailError": "detail_error",
    "Function": "function",
    "HTTPValidationError": "http_validation_error",
    "ImageContent": "image_content",
    "JobStatus": "job_status",
    "JobType": "job_type",
    "LettaBatchCallback": "letta_batch_callback",
    "LettaBatchMessages": "letta_batch_messages",
    "LettaBatchRequest": "letta_batch_request",
    "LettaImage": "letta_image",
    "LlmError": "llm_error",
    "LlmErrorResponse": "llm_error_response",
    "LlmErrorType": "llm_error_type",
    "Message": "message",
    "MessageCreate": "message_create",
    "MessageCreateRole": "message_create_role",
    "MessageRole": "message_role",
    "MessageToolReturn": "message_tool_return",
    "MessageType": "message_type",
    "OmittedReasoningContent": "omitted_reasoning_content",
    "ReasoningContent": "reasoning_content",
    "RedactedReasoningContent": "redacted_reasoning_content",
    "SortOrder": "sort_order",
    "StopReasonType": "stop_reason_type",
    "SummarizedReasoningContent": "summarized_reasoning_content",
    "SummarizedReasoningContentPart": "summarized_reasoning_content_part",
    "TextContent": "text_content",
    "ToolCallContent": "tool_call_content",
    "ToolReturn": "tool_return",
    "ToolReturnContent": "tool_return_content",
    "ToolReturnCreate": "tool_return_create",
    "ToolReturnStatus": "tool_return_status",
    "UnknownImageSourceUnion": "unknown_image_source_union",
    "UnknownLettaContentUnion": "unknown_letta_content_union",
    "UnknownLettaToolReturnContentUnion": "unknown_letta_tool_return_content_union",
    "UrlImage": "url_image",
    "ValidationError": "validation_error",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
