# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_role import MessageRole
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.approval_return import ApprovalReturn
    from ..models.chat_completion_message_function_tool_call import ChatCompletionMessageFunctionToolCall
    from ..models.image_content import ImageContent
    from ..models.message_tool_return import MessageToolReturn
    from ..models.omitted_reasoning_content import OmittedReasoningContent
    from ..models.reasoning_content import ReasoningContent
    from ..models.redacted_reasoning_content import RedactedReasoningContent
    from ..models.summarized_reasoning_content import SummarizedReasoningContent
    from ..models.text_content import TextContent
    from ..models.tool_call_content import ToolCallContent
    from ..models.tool_return_content import ToolReturnContent
    from ..models.unknown_letta_content_union import UnknownLettaContentUnion


@_attrs_define
class Message:
    role: MessageRole | str
    created_by_id: None | str | Unset = UNSET
    last_updated_by_id: None | str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | None | Unset = UNSET
    id: str | Unset = UNSET
    agent_id: None | str | Unset = UNSET
    model: None | str | Unset = UNSET
    content: (
        list[
            ImageContent
            | OmittedReasoningContent
            | ReasoningContent
            | RedactedReasoningContent
            | SummarizedReasoningContent
            | TextContent
            | ToolCallContent
            | ToolReturnContent
            | UnknownLettaContentUnion
        ]
        | None
        | Unset
    ) = UNSET
    name: None | str | Unset = UNSET
    tool_calls: list[ChatCompletionMessageFunctionToolCall] | None | Unset = UNSET
    tool_call_id: None | str | Unset = UNSET
    step_id: None | str | Unset = UNSET
    run_id: None | str | Unset = UNSET
    otid: None | str | Unset = UNSET
    tool_returns: list[MessageToolReturn] | None | Unset = UNSET
    group_id: None | str | Unset = UNSET
    sender_id: None | str | Unset = UNSET
    batch_item_id: None | str | Unset = UNSET
    conversation_id: None | str | Unset = UNSET
    is_err: bool | None | Unset = UNSET
    approval_request_id: None | str | Unset = UNSET
    approve: bool | None | Unset = UNSET
    denial_reason: None | str | Unset = UNSET
    approvals: list[ApprovalReturn | MessageToolReturn] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.approval_return import ApprovalReturn
        from ..models.image_content import ImageContent
        from ..models.omitted_reasoning_content import OmittedReasoningContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.summarized_reasoning_content import SummarizedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent

        role: str
        if isinstance(self.role, MessageRole):
            role = self.role.value
        else:
            role = self.role
        created_by_id: None | str | Unset
        if isinstance(self.created_by_id, Unset):
            created_by_id = UNSET
        else:
            created_by_id = self.created_by_id
        last_updated_by_id: None | str | Unset
        if isinstance(self.last_updated_by_id, Unset):
            last_updated_by_id = UNSET
        else:
            last_updated_by_id = self.last_updated_by_id
        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()
        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at
        id = self.id
        agent_id: None | str | Unset
        if isinstance(self.agent_id, Unset):
            agent_id = UNSET
        else:
            agent_id = self.agent_id
        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model
        content: list[dict[str, Any]] | None | Unset
        if isinstance(self.content, Unset):
            content = UNSET
        elif isinstance(self.content, list):
            content = []
            for content_option_1_item_data in self.content:
                content_option_1_item: dict[str, Any]
                if isinstance(content_option_1_item_data, TextContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, ImageContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, ToolCallContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, ToolReturnContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, ReasoningContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, RedactedReasoningContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, OmittedReasoningContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                elif isinstance(content_option_1_item_data, SummarizedReasoningContent):
                    content_option_1_item = content_option_1_item_data.to_dict()
                else:
                    content_option_1_item = content_option_1_item_data.to_dict()

                content.append(content_option_1_item)

        else:
            content = self.content
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name
        tool_calls: list[dict[str, Any]] | None | Unset
        if isinstance(self.tool_calls, Unset):
            tool_calls = UNSET
        elif isinstance(self.tool_calls, list):
            tool_calls = []
            for tool_calls_option_1_item_data in self.tool_calls:
                tool_calls_option_1_item = tool_calls_option_1_item_data.to_dict()
                tool_calls.append(tool_calls_option_1_item)

        else:
            tool_calls = self.tool_calls
        tool_call_id: None | str | Unset
        if isinstance(self.tool_call_id, Unset):
            tool_call_id = UNSET
        else:
            tool_call_id = self.tool_call_id
        step_id: None | str | Unset
        if isinstance(self.step_id, Unset):
            step_id = UNSET
        else:
            step_id = self.step_id
        run_id: None | str | Unset
        if isinstance(self.run_id, Unset):
            run_id = UNSET
        else:
            run_id = self.run_id
        otid: None | str | Unset
        if isinstance(self.otid, Unset):
            otid = UNSET
        else:
            otid = self.otid
        tool_returns: list[dict[str, Any]] | None | Unset
        if isinstance(self.tool_returns, Unset):
            tool_returns = UNSET
        elif isinstance(self.tool_returns, list):
            tool_returns = []
            for tool_returns_option_1_item_data in self.tool_returns:
                tool_returns_option_1_item = tool_returns_option_1_item_data.to_dict()
                tool_returns.append(tool_returns_option_1_item)

        else:
            tool_returns = self.tool_returns
        group_id: None | str | Unset
        if isinstance(self.group_id, Unset):
            group_id = UNSET
        else:
            group_id = self.group_id
        sender_id: None | str | Unset
        if isinstance(self.sender_id, Unset):
            sender_id = UNSET
        else:
            sender_id = self.sender_id
        batch_item_id: None | str | Unset
        if isinstance(self.batch_item_id, Unset):
            batch_item_id = UNSET
        else:
            batch_item_id = self.batch_item_id
        conversation_id: None | str | Unset
        if isinstance(self.conversation_id, Unset):
            conversation_id = UNSET
        else:
            conversation_id = self.conversation_id
        is_err: bool | None | Unset
        if isinstance(self.is_err, Unset):
            is_err = UNSET
        else:
            is_err = self.is_err
        approval_request_id: None | str | Unset
        if isinstance(self.approval_request_id, Unset):
            approval_request_id = UNSET
        else:
            approval_request_id = self.approval_request_id
        approve: bool | None | Unset
        if isinstance(self.approve, Unset):
            approve = UNSET
        else:
            approve = self.approve
        denial_reason: None | str | Unset
        if isinstance(self.denial_reason, Unset):
            denial_reason = UNSET
        else:
            denial_reason = self.denial_reason
        approvals: list[dict[str, Any]] | None | Unset
        if isinstance(self.approvals, Unset):
            approvals = UNSET
        elif isinstance(self.approvals, list):
            approvals = []
            for approvals_option_1_item_data in self.approvals:
                approvals_option_1_item: dict[str, Any]
                if isinstance(approvals_option_1_item_data, ApprovalReturn):
                    approvals_option_1_item = approvals_option_1_item_data.to_dict()
                else:
                    approvals_option_1_item = approvals_option_1_item_data.to_dict()

                approvals.append(approvals_option_1_item)

        else:
            approvals = self.approvals
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["role"] = role
        if created_by_id is not UNSET:
            _dict["created_by_id"] = created_by_id
        if last_updated_by_id is not UNSET:
            _dict["last_updated_by_id"] = last_updated_by_id
        if created_at is not UNSET:
            _dict["created_at"] = created_at
        if updated_at is not UNSET:
            _dict["updated_at"] = updated_at
        if id is not UNSET:
            _dict["id"] = id
        if agent_id is not UNSET:
            _dict["agent_id"] = agent_id
        if model is not UNSET:
            _dict["model"] = model
        if content is not UNSET:
            _dict["content"] = content
        if name is not UNSET:
            _dict["name"] = name
        if tool_calls is not UNSET:
            _dict["tool_calls"] = tool_calls
        if tool_call_id is not UNSET:
            _dict["tool_call_id"] = tool_call_id
        if step_id is not UNSET:
            _dict["step_id"] = step_id
        if run_id is not UNSET:
            _dict["run_id"] = run_id
        if otid is not UNSET:
            _dict["otid"] = otid
        if tool_returns is not UNSET:
            _dict["tool_returns"] = tool_returns
        if group_id is not UNSET:
            _dict["group_id"] = group_id
        if sender_id is not UNSET:
            _dict["sender_id"] = sender_id
        if batch_item_id is not UNSET:
            _dict["batch_item_id"] = batch_item_id
        if conversation_id is not UNSET:
            _dict["conversation_id"] = conversation_id
        if is_err is not UNSET:
            _dict["is_err"] = is_err
        if approval_request_id is not UNSET:
            _dict["approval_request_id"] = approval_request_id
        if approve is not UNSET:
            _dict["approve"] = approve
        if denial_reason is not UNSET:
            _dict["denial_reason"] = denial_reason
        if approvals is not UNSET:
            _dict["approvals"] = approvals
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.approval_return import ApprovalReturn
        from ..models.chat_completion_message_function_tool_call import ChatCompletionMessageFunctionToolCall
        from ..models.image_content import ImageContent
        from ..models.message_tool_return import MessageToolReturn
        from ..models.omitted_reasoning_content import OmittedReasoningContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.summarized_reasoning_content import SummarizedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent
        from ..models.unknown_letta_content_union import UnknownLettaContentUnion

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"Message: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_role(data: object) -> MessageRole | str:
            if isinstance(data, str):
                try:
                    role_option_1 = MessageRole(data)

                    return role_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"role: no member of the union fits this {type(data).__name__}")

        role = _parse_role(_src.pop("role"))

        def _parse_created_by_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"created_by_id: no member of the union fits this {type(data).__name__}")

        created_by_id = _parse_created_by_id(_src.pop("created_by_id", UNSET))

        def _parse_last_updated_by_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"last_updated_by_id: no member of the union fits this {type(data).__name__}")

        last_updated_by_id = _parse_last_updated_by_id(_src.pop("last_updated_by_id", UNSET))

        _created_at = _src.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    updated_at_option_1 = datetime.datetime.fromisoformat(data)

                    return updated_at_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"updated_at: no member of the union fits this {type(data).__name__}")

        updated_at = _parse_updated_at(_src.pop("updated_at", UNSET))

        id = _src.pop("id", UNSET)

        def _parse_agent_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"agent_id: no member of the union fits this {type(data).__name__}")

        agent_id = _parse_agent_id(_src.pop("agent_id", UNSET))

        def _parse_model(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"model: no member of the union fits this {type(data).__name__}")

        model = _parse_model(_src.pop("model", UNSET))

        def _parse_content(
            data: object,
        ) -> (
            list[
                ImageContent
                | OmittedReasoningContent
                | ReasoningContent
                | RedactedReasoningContent
                | SummarizedReasoningContent
                | TextContent
                | ToolCallContent
                | ToolReturnContent
                | UnknownLettaContentUnion
            ]
            | None
            | Unset
        ):
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    content_option_1 = []
                    _content_option_1 = data
                    for content_option_1_item_data in _content_option_1:

                        def _parse_content_option_1_item(
                            data: object,
                        ) -> (
                            ImageContent
                            | OmittedReasoningContent
                            | ReasoningContent
                            | RedactedReasoningContent
                            | SummarizedReasoningContent
                            | TextContent
                            | ToolCallContent
                            | ToolReturnContent
                            | UnknownLettaContentUnion
                        ):
                            if isinstance(data, dict) and data.get("type") == ("text"):
                                content_option_1_item_option_1 = TextContent.from_dict(data)

                                return content_option_1_item_option_1
                            if isinstance(data, dict) and data.get("type") == ("image"):
                                content_option_1_item_option_2 = ImageContent.from_dict(data)

                                return content_option_1_item_option_2
                            if isinstance(data, dict) and data.get("type") == ("tool_call"):
                                content_option_1_item_option_3 = ToolCallContent.from_dict(data)

                                return content_option_1_item_option_3
                            if isinstance(data, dict) and data.get("type") == ("tool_return"):
                                content_option_1_item_option_4 = ToolReturnContent.from_dict(data)

                                return content_option_1_item_option_4
                            if isinstance(data, dict) and data.get("type") == ("reasoning"):
                                content_option_1_item_option_5 = ReasoningContent.from_dict(data)

                                return content_option_1_item_option_5
                            if isinstance(data, dict) and data.get("type") == ("redacted_reasoning"):
                                content_option_1_item_option_6 = RedactedReasoningContent.from_dict(data)

                                return content_option_1_item_option_6
                            if isinstance(data, dict) and data.get("type") == "omitted_reasoning":
                                content_option_1_item_option_7 = OmittedReasoningContent.from_dict(data)

                                return content_option_1_item_option_7
                            if isinstance(data, dict) and data.get("type") == ("summarized_reasoning"):
                                content_option_1_item_option_8 = SummarizedReasoningContent.from_dict(data)

                                return content_option_1_item_option_8
                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_1 = TextContent.from_dict(data)

                                    return content_option_1_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_2 = ImageContent.from_dict(data)

                                    return content_option_1_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_3 = ToolCallContent.from_dict(data)

                                    return content_option_1_item_option_3
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_4 = ToolReturnContent.from_dict(data)

                                    return content_option_1_item_option_4
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_5 = ReasoningContent.from_dict(data)

                                    return content_option_1_item_option_5
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_6 = RedactedReasoningContent.from_dict(data)

                                    return content_option_1_item_option_6
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_8 = SummarizedReasoningContent.from_dict(data)

                                    return content_option_1_item_option_8
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    content_option_1_item_option_9 = UnknownLettaContentUnion.from_dict(data)

                                    return content_option_1_item_option_9
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"content_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        content_option_1_item = _parse_content_option_1_item(content_option_1_item_data)

                        content_option_1.append(content_option_1_item)

                    return content_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"name: no member of the union fits this {type(data).__name__}")

        name = _parse_name(_src.pop("name", UNSET))

        def _parse_tool_calls(data: object) -> list[ChatCompletionMessageFunctionToolCall] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    tool_calls_option_1 = []
                    _tool_calls_option_1 = data
                    for tool_calls_option_1_item_data in _tool_calls_option_1:
                        tool_calls_option_1_item = ChatCompletionMessageFunctionToolCall.from_dict(
                            tool_calls_option_1_item_data
                        )

                        tool_calls_option_1.append(tool_calls_option_1_item)

                    return tool_calls_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"tool_calls: no member of the union fits this {type(data).__name__}")

        tool_calls = _parse_tool_calls(_src.pop("tool_calls", UNSET))

        def _parse_tool_call_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"tool_call_id: no member of the union fits this {type(data).__name__}")

        tool_call_id = _parse_tool_call_id(_src.pop("tool_call_id", UNSET))

        def _parse_step_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"step_id: no member of the union fits this {type(data).__name__}")

        step_id = _parse_step_id(_src.pop("step_id", UNSET))

        def _parse_run_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"run_id: no member of the union fits this {type(data).__name__}")

        run_id = _parse_run_id(_src.pop("run_id", UNSET))

        def _parse_otid(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"otid: no member of the union fits this {type(data).__name__}")

        otid = _parse_otid(_src.pop("otid", UNSET))

        def _parse_tool_returns(data: object) -> list[MessageToolReturn] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    tool_returns_option_1 = []
                    _tool_returns_option_1 = data
                    for tool_returns_option_1_item_data in _tool_returns_option_1:
                        tool_returns_option_1_item = MessageToolReturn.from_dict(tool_returns_option_1_item_data)

                        tool_returns_option_1.append(tool_returns_option_1_item)

                    return tool_returns_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"tool_returns: no member of the union fits this {type(data).__name__}")

        tool_returns = _parse_tool_returns(_src.pop("tool_returns", UNSET))

        def _parse_group_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"group_id: no member of the union fits this {type(data).__name__}")

        group_id = _parse_group_id(_src.pop("group_id", UNSET))

        def _parse_sender_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"sender_id: no member of the union fits this {type(data).__name__}")

        sender_id = _parse_sender_id(_src.pop("sender_id", UNSET))

        def _parse_batch_item_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"batch_item_id: no member of the union fits this {type(data).__name__}")

        batch_item_id = _parse_batch_item_id(_src.pop("batch_item_id", UNSET))

        def _parse_conversation_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"conversation_id: no member of the union fits this {type(data).__name__}")

        conversation_id = _parse_conversation_id(_src.pop("conversation_id", UNSET))

        def _parse_is_err(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"is_err: no member of the union fits this {type(data).__name__}")

        is_err = _parse_is_err(_src.pop("is_err", UNSET))

        def _parse_approval_request_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"approval_request_id: no member of the union fits this {type(data).__name__}")

        approval_request_id = _parse_approval_request_id(_src.pop("approval_request_id", UNSET))

        def _parse_approve(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"approve: no member of the union fits this {type(data).__name__}")

        approve = _parse_approve(_src.pop("approve", UNSET))

        def _parse_denial_reason(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"denial_reason: no member of the union fits this {type(data).__name__}")

        denial_reason = _parse_denial_reason(_src.pop("denial_reason", UNSET))

        def _parse_approvals(data: object) -> list[ApprovalReturn | MessageToolReturn] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    approvals_option_1 = []
                    _approvals_option_1 = data
                    for approvals_option_1_item_data in _approvals_option_1:

                        def _parse_approvals_option_1_item(data: object) -> ApprovalReturn | MessageToolReturn:
                            if isinstance(data, dict) and data.get("type") == ("approval"):
                                approvals_option_1_item_option_1 = ApprovalReturn.from_dict(data)

                                return approvals_option_1_item_option_1
                            if isinstance(data, dict):
                                try:
                                    approvals_option_1_item_option_1 = ApprovalReturn.from_dict(data)

                                    return approvals_option_1_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    approvals_option_1_item_option_2 = MessageToolReturn.from_dict(data)

                                    return approvals_option_1_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"approvals_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        approvals_option_1_item = _parse_approvals_option_1_item(approvals_option_1_item_data)

                        approvals_option_1.append(approvals_option_1_item)

                    return approvals_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"approvals: no member of the union fits this {type(data).__name__}")

        approvals = _parse_approvals(_src.pop("approvals", UNSET))

        _obj = cls(
            role=role,
            created_by_id=created_by_id,
            last_updated_by_id=last_updated_by_id,
            created_at=created_at,
            updated_at=updated_at,
            id=id,
            agent_id=agent_id,
            model=model,
            content=content,
            name=name,
            tool_calls=tool_calls,
            tool_call_id=tool_call_id,
            step_id=step_id,
            run_id=run_id,
            otid=otid,
            tool_returns=tool_returns,
            group_id=group_id,
            sender_id=sender_id,
            batch_item_id=batch_item_id,
            conversation_id=conversation_id,
            is_err=is_err,
            approval_request_id=approval_request_id,
            approve=approve,
            denial_reason=denial_reason,
            approvals=approvals,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
