# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_part import ChatPart
    from ..models.chat_tool_call import ChatToolCall


@_attrs_define
class ChatAnswer:
    role: str | Unset = UNSET
    content: list[ChatPart] | None | str | Unset = UNSET
    refusal: None | str | Unset = UNSET
    tool_calls: list[ChatToolCall] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role = self.role
        content: list[dict[str, Any]] | None | str | Unset
        if isinstance(self.content, Unset):
            content = UNSET
        elif isinstance(self.content, list):
            content = []
            for content_option_2_item_data in self.content:
                content_option_2_item = content_option_2_item_data.to_dict()
                content.append(content_option_2_item)

        else:
            content = self.content
        refusal: None | str | Unset
        if isinstance(self.refusal, Unset):
            refusal = UNSET
        else:
            refusal = self.refusal
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
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if role is not UNSET:
            _dict["role"] = role
        if content is not UNSET:
            _dict["content"] = content
        if refusal is not UNSET:
            _dict["refusal"] = refusal
        if tool_calls is not UNSET:
            _dict["tool_calls"] = tool_calls
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_part import ChatPart
        from ..models.chat_tool_call import ChatToolCall

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatAnswer: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = _src.pop("role", UNSET)

        def _parse_content(data: object) -> list[ChatPart] | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = ChatPart.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content", UNSET))

        def _parse_refusal(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"refusal: no member of the union fits this {type(data).__name__}")

        refusal = _parse_refusal(_src.pop("refusal", UNSET))

        def _parse_tool_calls(data: object) -> list[ChatToolCall] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    tool_calls_option_1 = []
                    _tool_calls_option_1 = data
                    for tool_calls_option_1_item_data in _tool_calls_option_1:
                        tool_calls_option_1_item = ChatToolCall.from_dict(tool_calls_option_1_item_data)

                        tool_calls_option_1.append(tool_calls_option_1_item)

                    return tool_calls_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"tool_calls: no member of the union fits this {type(data).__name__}")

        tool_calls = _parse_tool_calls(_src.pop("tool_calls", UNSET))

        _obj = cls(
            role=role,
            content=content,
            refusal=refusal,
            tool_calls=tool_calls,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
