# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

"""The models of this client. Each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .batch_item_body import BatchItemBody as BatchItemBody
    from .batch_item_error import BatchItemError as BatchItemError
    from .batch_item_response import BatchItemResponse as BatchItemResponse
    from .batch_list import BatchList as BatchList
    from .batch_object import BatchObject as BatchObject
    from .batch_request_body import BatchRequestBody as BatchRequestBody
    from .batch_request_counts import BatchRequestCounts as BatchRequestCounts
    from .batch_request_item import BatchRequestItem as BatchRequestItem
    from .batch_result_item import BatchResultItem as BatchResultItem
    from .batch_status import BatchStatus as BatchStatus
    from .chat_answer import ChatAnswer as ChatAnswer
    from .chat_choice import ChatChoice as ChatChoice
    from .chat_completion_tokens_details import ChatCompletionTokensDetails as ChatCompletionTokensDetails
    from .chat_content_part import ChatContentPart as ChatContentPart
    from .chat_function import ChatFunction as ChatFunction
    from .chat_message import ChatMessage as ChatMessage
    from .chat_part import ChatPart as ChatPart
    from .chat_prompt_tokens_details import ChatPromptTokensDetails as ChatPromptTokensDetails
    from .chat_tool_call import ChatToolCall as ChatToolCall
    from .chat_usage import ChatUsage as ChatUsage
    from .create_batch_request import CreateBatchRequest as CreateBatchRequest
    from .http_validation_error import HTTPValidationError as HTTPValidationError
    from .mesh_error import MeshError as MeshError
    from .mesh_error_body import MeshErrorBody as MeshErrorBody
    from .mesh_error_code import MeshErrorCode as MeshErrorCode
    from .plain_error import PlainError as PlainError
    from .validation_error import ValidationError as ValidationError
    from .validation_error_ctx import ValidationErrorCtx as ValidationErrorCtx

    pass

_MODULES = {
    "BatchItemBody": "batch_item_body",
    "BatchItemError": "batch_item_error",
    "BatchItemResponse": "batch_item_response",
    "BatchList": "batch_list",
    "BatchObject": "batch_object",
    "BatchRequestBody": "batch_request_body",
    "BatchRequestCounts": "batch_request_counts",
    "BatchRequestItem": "batch_request_item",
    "BatchResultItem": "batch_result_item",
    "BatchStatus": "batch_status",
    "ChatAnswer": "chat_answer",
    "ChatChoice": "chat_choice",
    "ChatCompletionTokensDetails": "chat_completion_tokens_details",
    "ChatContentPart": "chat_content_part",
    "ChatFunction": "chat_function",
    "ChatMessage": "chat_message",
    "ChatPart": "chat_part",
    "ChatPromptTokensDetails": "chat_prompt_tokens_details",
    "ChatToolCall": "chat_tool_call",
    "ChatUsage": "chat_usage",
    "CreateBatchRequest": "create_batch_request",
    "HTTPValidationError": "http_validation_error",
    "MeshError": "mesh_error",
    "MeshErrorBody": "mesh_error_body",
    "MeshErrorCode": "mesh_error_code",
    "PlainError": "plain_error",
    "ValidationError": "validation_error",
    "ValidationErrorCtx": "validation_error_ctx",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
