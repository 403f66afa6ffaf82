# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_type import MessageType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.approval_create import ApprovalCreate
    from ..models.client_skill_schema import ClientSkillSchema
    from ..models.client_tool_schema import ClientToolSchema
    from ..models.image_content import ImageContent
    from ..models.message_create import MessageCreate
    from ..models.omitted_reasoning_content import OmittedReasoningContent
    from ..models.reasoning_content import ReasoningContent
    from ..models.redacted_reasoning_content import RedactedReasoningContent
    from ..models.summarized_reasoning_content import SummarizedReasoningContent
    from ..models.text_content import TextContent
    from ..models.tool_call_content import ToolCallContent
    from ..models.tool_return_content import ToolReturnContent
    from ..models.tool_return_create import ToolReturnCreate
    from ..models.unknown_letta_content_union import UnknownLettaContentUnion


@_attrs_define
class LettaBatchRequest:
    """One agent run. Exactly one of messages and input."""

    agent_id: str
    messages: list[ApprovalCreate | MessageCreate | ToolReturnCreate] | None | Unset = UNSET
    input_: (
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
        | str
        | Unset
    ) = UNSET
    max_steps: int | Unset = UNSET
    use_assistant_message: bool | Unset = UNSET
    assistant_message_tool_name: str | Unset = UNSET
    assistant_message_tool_kwarg: str | Unset = UNSET
    include_return_message_types: list[MessageType] | None | Unset = UNSET
    enable_thinking: bool | str | Unset = UNSET
    client_tools: list[ClientToolSchema] | None | Unset = UNSET
    client_skills: list[ClientSkillSchema] | None | Unset = UNSET
    override_model: None | str | Unset = UNSET
    include_compaction_messages: bool | Unset = UNSET
    return_logprobs: bool | Unset = UNSET
    top_logprobs: int | None | Unset = UNSET
    return_token_ids: bool | Unset = UNSET
    override_system: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.approval_create import ApprovalCreate
        from ..models.image_content import ImageContent
        from ..models.message_create import MessageCreate
        from ..models.omitted_reasoning_content import OmittedReasoningContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.summarized_reasoning_content import SummarizedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent

        agent_id = self.agent_id
        messages: list[dict[str, Any]] | None | Unset
        if isinstance(self.messages, Unset):
            messages = UNSET
        elif isinstance(self.messages, list):
            messages = []
            for messages_option_1_item_data in self.messages:
                messages_option_1_item: dict[str, Any]
                if isinstance(messages_option_1_item_data, MessageCreate):
                    messages_option_1_item = messages_option_1_item_data.to_dict()
                elif isinstance(messages_option_1_item_data, ApprovalCreate):
                    messages_option_1_item = messages_option_1_item_data.to_dict()
                else:
                    messages_option_1_item = messages_option_1_item_data.to_dict()

                messages.append(messages_option_1_item)

        else:
            messages = self.messages
        input_: list[dict[str, Any]] | None | str | Unset
        if isinstance(self.input_, Unset):
            input_ = UNSET
        elif isinstance(self.input_, list):
            input_ = []
            for input_option_2_item_data in self.input_:
                input_option_2_item: dict[str, Any]
                if isinstance(input_option_2_item_data, TextContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, ImageContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, ToolCallContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, ToolReturnContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, ReasoningContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, RedactedReasoningContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, OmittedReasoningContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                elif isinstance(input_option_2_item_data, SummarizedReasoningContent):
                    input_option_2_item = input_option_2_item_data.to_dict()
                else:
                    input_option_2_item = input_option_2_item_data.to_dict()

                input_.append(input_option_2_item)

        else:
            input_ = self.input_
        max_steps = self.max_steps
        use_assistant_message = self.use_assistant_message
        assistant_message_tool_name = self.assistant_message_tool_name
        assistant_message_tool_kwarg = self.assistant_message_tool_kwarg
        include_return_message_types: list[str] | None | Unset
        if isinstance(self.include_return_message_types, Unset):
            include_return_message_types = UNSET
        elif isinstance(self.include_return_message_types, list):
            include_return_message_types = []
            for include_return_message_types_option_1_item_data in self.include_return_message_types:
                include_return_message_types_option_1_item = include_return_message_types_option_1_item_data.value
                include_return_message_types.append(include_return_message_types_option_1_item)

        else:
            include_return_message_types = self.include_return_message_types
        enable_thinking: bool | str | Unset
        if isinstance(self.enable_thinking, Unset):
            enable_thinking = UNSET
        else:
            enable_thinking = self.enable_thinking
        client_tools: list[dict[str, Any]] | None | Unset
        if isinstance(self.client_tools, Unset):
            client_tools = UNSET
        elif isinstance(self.client_tools, list):
            client_tools = []
            for client_tools_option_1_item_data in self.client_tools:
                client_tools_option_1_item = client_tools_option_1_item_data.to_dict()
                client_tools.append(client_tools_option_1_item)

        else:
            client_tools = self.client_tools
        client_skills: list[dict[str, Any]] | None | Unset
        if isinstance(self.client_skills, Unset):
            client_skills = UNSET
        elif isinstance(self.client_skills, list):
            client_skills = []
            for client_skills_option_1_item_data in self.client_skills:
                client_skills_option_1_item = client_skills_option_1_item_data.to_dict()
                client_skills.append(client_skills_option_1_item)

        else:
            client_skills = self.client_skills
        override_model: None | str | Unset
        if isinstance(self.override_model, Unset):
            override_model = UNSET
        else:
            override_model = self.override_model
        include_compaction_messages = self.include_compaction_messages
        return_logprobs = self.return_logprobs
        top_logprobs: int | None | Unset
        if isinstance(self.top_logprobs, Unset):
            top_logprobs = UNSET
        else:
            top_logprobs = self.top_logprobs
        return_token_ids = self.return_token_ids
        override_system: None | str | Unset
        if isinstance(self.override_system, Unset):
            override_system = UNSET
        else:
            override_system = self.override_system
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["agent_id"] = agent_id
        if messages is not UNSET:
            _dict["messages"] = messages
        if input_ is not UNSET:
            _dict["input"] = input_
        if max_steps is not UNSET:
            _dict["max_steps"] = max_steps
        if use_assistant_message is not UNSET:
            _dict["use_assistant_message"] = use_assistant_message
        if assistant_message_tool_name is not UNSET:
            _dict["assistant_message_tool_name"] = assistant_message_tool_name
        if assistant_message_tool_kwarg is not UNSET:
            _dict["assistant_message_tool_kwarg"] = assistant_message_tool_kwarg
        if include_return_message_types is not UNSET:
            _dict["include_return_message_types"] = include_return_message_types
        if enable_thinking is not UNSET:
            _dict["enable_thinking"] = enable_thinking
        if client_tools is not UNSET:
            _dict["client_tools"] = client_tools
        if client_skills is not UNSET:
            _dict["client_skills"] = client_skills
        if override_model is not UNSET:
            _dict["override_model"] = override_model
        if include_compaction_messages is not UNSET:
            _dict["include_compaction_messages"] = include_compaction_messages
        if return_logprobs is not UNSET:
            _dict["return_logprobs"] = return_logprobs
        if top_logprobs is not UNSET:
            _dict["top_logprobs"] = top_logprobs
        if return_token_ids is not UNSET:
            _dict["return_token_ids"] = return_token_ids
        if override_system is not UNSET:
            _dict["override_system"] = override_system
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.approval_create import ApprovalCreate
        from ..models.client_skill_schema import ClientSkillSchema
        from ..models.client_tool_schema import ClientToolSchema
        from ..models.image_content import ImageContent
        from ..models.message_create import MessageCreate
        from ..models.omitted_reasoning_content import OmittedReasoningContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.summarized_reasoning_content import SummarizedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent
        from ..models.tool_return_create import ToolReturnCreate
        from ..models.unknown_letta_content_union import UnknownLettaContentUnion

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"LettaBatchRequest: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        agent_id = _src.pop("agent_id")

        def _parse_messages(data: object) -> list[ApprovalCreate | MessageCreate | ToolReturnCreate] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    messages_option_1 = []
                    _messages_option_1 = data
                    for messages_option_1_item_data in _messages_option_1:

                        def _parse_messages_option_1_item(
                            data: object,
                        ) -> ApprovalCreate | MessageCreate | ToolReturnCreate:
                            if isinstance(data, dict) and data.get("type") == ("approval"):
                                messages_option_1_item_option_2 = ApprovalCreate.from_dict(data)

                                return messages_option_1_item_option_2
                            if isinstance(data, dict) and data.get("type") == ("tool_return"):
                                messages_option_1_item_option_3 = ToolReturnCreate.from_dict(data)

                                return messages_option_1_item_option_3
                            if isinstance(data, dict):
                                try:
                                    messages_option_1_item_option_1 = MessageCreate.from_dict(data)

                                    return messages_option_1_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    messages_option_1_item_option_2 = ApprovalCreate.from_dict(data)

                                    return messages_option_1_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    messages_option_1_item_option_3 = ToolReturnCreate.from_dict(data)

                                    return messages_option_1_item_option_3
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"messages_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        messages_option_1_item = _parse_messages_option_1_item(messages_option_1_item_data)

                        messages_option_1.append(messages_option_1_item)

                    return messages_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"messages: no member of the union fits this {type(data).__name__}")

        messages = _parse_messages(_src.pop("messages", UNSET))

        def _parse_input_(
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
            | str
            | Unset
        ):
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    input_option_2 = []
                    _input_option_2 = data
                    for input_option_2_item_data in _input_option_2:

                        def _parse_input_option_2_item(
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
                                input_option_2_item_option_1 = TextContent.from_dict(data)

                                return input_option_2_item_option_1
                            if isinstance(data, dict) and data.get("type") == ("image"):
                                input_option_2_item_option_2 = ImageContent.from_dict(data)

                                return input_option_2_item_option_2
                            if isinstance(data, dict) and data.get("type") == ("tool_call"):
                                input_option_2_item_option_3 = ToolCallContent.from_dict(data)

                                return input_option_2_item_option_3
                            if isinstance(data, dict) and data.get("type") == ("tool_return"):
                                input_option_2_item_option_4 = ToolReturnContent.from_dict(data)

                                return input_option_2_item_option_4
                            if isinstance(data, dict) and data.get("type") == ("reasoning"):
                                input_option_2_item_option_5 = ReasoningContent.from_dict(data)

                                return input_option_2_item_option_5
                            if isinstance(data, dict) and data.get("type") == ("redacted_reasoning"):
                                input_option_2_item_option_6 = RedactedReasoningContent.from_dict(data)

                                return input_option_2_item_option_6
                            if isinstance(data, dict) and data.get("type") == "omitted_reasoning":
                                input_option_2_item_option_7 = OmittedReasoningContent.from_dict(data)

                                return input_option_2_item_option_7
                            if isinstance(data, dict) and data.get("type") == ("summarized_reasoning"):
                                input_option_2_item_option_8 = SummarizedReasoningContent.from_dict(data)

                                return input_option_2_item_option_8
                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_1 = TextContent.from_dict(data)

                                    return input_option_2_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_2 = ImageContent.from_dict(data)

                                    return input_option_2_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_3 = ToolCallContent.from_dict(data)

                                    return input_option_2_item_option_3
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_4 = ToolReturnContent.from_dict(data)

                                    return input_option_2_item_option_4
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_5 = ReasoningContent.from_dict(data)

                                    return input_option_2_item_option_5
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_6 = RedactedReasoningContent.from_dict(data)

                                    return input_option_2_item_option_6
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_8 = SummarizedReasoningContent.from_dict(data)

                                    return input_option_2_item_option_8
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    input_option_2_item_option_9 = UnknownLettaContentUnion.from_dict(data)

                                    return input_option_2_item_option_9
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"input_option_2_item: no member of the union fits this {type(data).__name__}"
                            )

                        input_option_2_item = _parse_input_option_2_item(input_option_2_item_data)

                        input_option_2.append(input_option_2_item)

                    return input_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"input: no member of the union fits this {type(data).__name__}")

        input_ = _parse_input_(_src.pop("input", UNSET))

        max_steps = _src.pop("max_steps", UNSET)
        use_assistant_message = _src.pop("use_assistant_message", UNSET)
        assistant_message_tool_name = _src.pop("assistant_message_tool_name", UNSET)
        assistant_message_tool_kwarg = _src.pop("assistant_message_tool_kwarg", UNSET)

        def _parse_include_return_message_types(data: object) -> list[MessageType] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    include_return_message_types_option_1 = []
                    _include_return_message_types_option_1 = data
                    for include_return_message_types_option_1_item_data in _include_return_message_types_option_1:
                        include_return_message_types_option_1_item = MessageType(
                            include_return_message_types_option_1_item_data
                        )

                        include_return_message_types_option_1.append(include_return_message_types_option_1_item)

                    return include_return_message_types_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"include_return_message_types: no member of the union fits this {type(data).__name__}")

        include_return_message_types = _parse_include_return_message_types(
            _src.pop("include_return_message_types", UNSET)
        )

        def _parse_enable_thinking(data: object) -> bool | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if isinstance(data, str):
                return data
            raise TypeError(f"enable_thinking: no member of the union fits this {type(data).__name__}")

        enable_thinking = _parse_enable_thinking(_src.pop("enable_thinking", UNSET))

        def _parse_client_tools(data: object) -> list[ClientToolSchema] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    client_tools_option_1 = []
                    _client_tools_option_1 = data
                    for client_tools_option_1_item_data in _client_tools_option_1:
                        client_tools_option_1_item = ClientToolSchema.from_dict(client_tools_option_1_item_data)

                        client_tools_option_1.append(client_tools_option_1_item)

                    return client_tools_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"client_tools: no member of the union fits this {type(data).__name__}")

        client_tools = _parse_client_tools(_src.pop("client_tools", UNSET))

        def _parse_client_skills(data: object) -> list[ClientSkillSchema] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    client_skills_option_1 = []
                    _client_skills_option_1 = data
                    for client_skills_option_1_item_data in _client_skills_option_1:
                        client_skills_option_1_item = ClientSkillSchema.from_dict(client_skills_option_1_item_data)

                        client_skills_option_1.append(client_skills_option_1_item)

                    return client_skills_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"client_skills: no member of the union fits this {type(data).__name__}")

        client_skills = _parse_client_skills(_src.pop("client_skills", UNSET))

        def _parse_override_model(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"override_model: no member of the union fits this {type(data).__name__}")

        override_model = _parse_override_model(_src.pop("override_model", UNSET))

        include_compaction_messages = _src.pop("include_compaction_messages", UNSET)
        return_logprobs = _src.pop("return_logprobs", UNSET)

        def _parse_top_logprobs(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"top_logprobs: no member of the union fits this {type(data).__name__}")

        top_logprobs = _parse_top_logprobs(_src.pop("top_logprobs", UNSET))

        return_token_ids = _src.pop("return_token_ids", UNSET)

        def _parse_override_system(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"override_system: no member of the union fits this {type(data).__name__}")

        override_system = _parse_override_system(_src.pop("override_system", UNSET))

        _obj = cls(
            agent_id=agent_id,
            messages=messages,
            input_=input_,
            max_steps=max_steps,
            use_assistant_message=use_assistant_message,
            assistant_message_tool_name=assistant_message_tool_name,
            assistant_message_tool_kwarg=assistant_message_tool_kwarg,
            include_return_message_types=include_return_message_types,
            enable_thinking=enable_thinking,
            client_tools=client_tools,
            client_skills=client_skills,
            override_model=override_model,
            include_compaction_messages=include_compaction_messages,
            return_logprobs=return_logprobs,
            top_logprobs=top_logprobs,
            return_token_ids=return_token_ids,
            override_system=override_system,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
