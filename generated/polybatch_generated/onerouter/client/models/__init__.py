# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""The models of this client. Each module is imported when its class is first asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .answer_block import AnswerBlock as AnswerBlock
    from .batch_created import BatchCreated as BatchCreated
    from .batch_error import BatchError as BatchError
    from .batch_errors import BatchErrors as BatchErrors
    from .batch_request import BatchRequest as BatchRequest
    from .batch_result_line import BatchResultLine as BatchResultLine
    from .batch_status import BatchStatus as BatchStatus
    from .batch_task import BatchTask as BatchTask
    from .completion_body import CompletionBody as CompletionBody
    from .completion_choice import CompletionChoice as CompletionChoice
    from .completion_function import CompletionFunction as CompletionFunction
    from .completion_message import CompletionMessage as CompletionMessage
    from .completion_part import CompletionPart as CompletionPart
    from .completion_response import CompletionResponse as CompletionResponse
    from .completion_tokens_details import CompletionTokensDetails as CompletionTokensDetails
    from .completion_tool_call import CompletionToolCall as CompletionToolCall
    from .completion_usage import CompletionUsage as CompletionUsage
    from .content_block import ContentBlock as ContentBlock
    from .create_batch_request import CreateBatchRequest as CreateBatchRequest
    from .error_body import ErrorBody as ErrorBody
    from .error_reply import ErrorReply as ErrorReply
    from .message import Message as Message
    from .message_body import MessageBody as MessageBody
    from .message_error import MessageError as MessageError
    from .message_metadata import MessageMetadata as MessageMetadata
    from .message_params import MessageParams as MessageParams
    from .message_result import MessageResult as MessageResult
    from .message_result_type import MessageResultType as MessageResultType
    from .message_usage import MessageUsage as MessageUsage
    from .prompt_tokens_details import PromptTokensDetails as PromptTokensDetails
    from .request_counts import RequestCounts as RequestCounts
    from .result_error import ResultError as ResultError
    from .stop_details import StopDetails as StopDetails
    from .task_status import TaskStatus as TaskStatus
    from .thinking import Thinking as Thinking

    pass

_MODULES = {
    "AnswerBlock": "answer_block",
    "BatchCreated": "batch_created",
    "BatchError": "batch_error",
    "BatchErrors": "batch_errors",
    "BatchRequest": "batch_request",
    "BatchResultLine": "batch_result_line",
    "BatchStatus": "batch_status",
    "BatchTask": "batch_task",
    "CompletionBody": "completion_body",
    "CompletionChoice": "completion_choice",
    "CompletionFunction": "completion_function",
    "CompletionMessage": "completion_message",
    "CompletionPart": "completion_part",
    "CompletionResponse": "completion_response",
    "CompletionTokensDetails": "completion_tokens_details",
    "CompletionToolCall": "completion_tool_call",
    "CompletionUsage": "completion_usage",
    "ContentBlock": "content_block",
    "CreateBatchRequest": "create_batch_request",
    "ErrorBody": "error_body",
    "ErrorReply": "error_reply",
    "Message": "message",
    "MessageBody": "message_body",
    "MessageError": "message_error",
    "MessageMetadata": "message_metadata",
    "MessageParams": "message_params",
    "MessageResult": "message_result",
    "MessageResultType": "message_result_type",
    "MessageUsage": "message_usage",
    "PromptTokensDetails": "prompt_tokens_details",
    "RequestCounts": "request_counts",
    "ResultError": "result_error",
    "StopDetails": "stop_details",
    "TaskStatus": "task_status",
    "Thinking": "thinking",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_MODULES)
