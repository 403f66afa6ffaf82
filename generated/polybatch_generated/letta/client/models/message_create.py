# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_create_role import MessageCreateRole
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.image_content import ImageContent
    from ..models.omitted_reasoning_content import OmittedReasoningContent
    from ..models.reasoning_content import ReasoningContent
    from ..models.redacted_reasoning_content import RedactedReasoningContent
    from ..models.text_content import TextContent
    from ..models.tool_call_content import ToolCallContent
    from ..models.tool_return_content import ToolReturnContent


@_attrs_define
class MessageCreate:
    role: MessageCreateRole
    content: (
        list[
            ImageContent
            | OmittedReasoningContent
            | ReasoningContent
            | RedactedReasoningContent
            | TextContent
            | ToolCallContent
            | ToolReturnContent
        ]
        | str
    )
    type_: Literal["message"] | None | Unset = UNSET
    otid: None | str | Unset = UNSET
    group_id: None | str | Unset = UNSET
    name: None | str | Unset = UNSET
    sender_id: None | str | Unset = UNSET
    batch_item_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.image_content import ImageContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent

        role = self.role.value
        content: list[dict[str, Any]] | str
        if isinstance(self.content, list):
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
                else:
                    content_option_1_item = content_option_1_item_data.to_dict()

                content.append(content_option_1_item)

        else:
            content = self.content
        type_: Literal["message"] | None | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_
        otid: None | str | Unset
        if isinstance(self.otid, Unset):
            otid = UNSET
        else:
            otid = self.otid
        group_id: None | str | Unset
        if isinstance(self.group_id, Unset):
            group_id = UNSET
        else:
            group_id = self.group_id
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name
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
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["role"] = role
        _dict["content"] = content
        if type_ is not UNSET:
            _dict["type"] = type_
        if otid is not UNSET:
            _dict["otid"] = otid
        if group_id is not UNSET:
            _dict["group_id"] = group_id
        if name is not UNSET:
            _dict["name"] = name
        if sender_id is not UNSET:
            _dict["sender_id"] = sender_id
        if batch_item_id is not UNSET:
            _dict["batch_item_id"] = batch_item_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.image_content import ImageContent
        from ..models.omitted_reasoning_content import OmittedReasoningContent
        from ..models.reasoning_content import ReasoningContent
        from ..models.redacted_reasoning_content import RedactedReasoningContent
        from ..models.text_content import TextContent
        from ..models.tool_call_content import ToolCallContent
        from ..models.tool_return_content import ToolReturnContent

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageCreate: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = MessageCreateRole(_src.pop("role"))

        def _parse_content(
            data: object,
        ) -> (
            list[
                ImageContent
                | OmittedReasoningContent
                | ReasoningContent
                | RedactedReasoningContent
                | TextContent
                | ToolCallContent
                | ToolReturnContent
            ]
            | str
        ):
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
                            | TextContent
                            | ToolCallContent
                            | ToolReturnContent
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

                            raise TypeError(
                                f"content_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        content_option_1_item = _parse_content_option_1_item(content_option_1_item_data)

                        content_option_1.append(content_option_1_item)

                    return content_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content"))

        def _parse_type_(data: object) -> Literal["message"] | None | Unset:
            if isinstance(data, Unset):
                return data
            try:
                type_option_1 = cast(Literal["message"], data)
                if type_option_1 != "message":
                    raise ValueError(f"type__option_1 must match const 'message', got '{type_option_1}'")
                return type_option_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass

            if data is None:
                return data
            raise TypeError(f"type: no member of the union fits this {type(data).__name__}")

        type_ = _parse_type_(_src.pop("type", UNSET))

        def _parse_otid(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"otid: no member of the union fits this {type(data).__name__}")

        otid = _parse_otid(_src.pop("otid", UNSET))

        def _parse_group_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"group_id: no member of the union fits this {type(data).__name__}")

        group_id = _parse_group_id(_src.pop("group_id", UNSET))

        def _parse_name(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"name: no member of the union fits this {type(data).__name__}")

        name = _parse_name(_src.pop("name", UNSET))

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

        _obj = cls(
            role=role,
            content=content,
            type_=type_,
            otid=otid,
            group_id=group_id,
            name=name,
            sender_id=sender_id,
            batch_item_id=batch_item_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
