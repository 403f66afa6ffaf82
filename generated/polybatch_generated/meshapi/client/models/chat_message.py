# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_content_part import ChatContentPart


@_attrs_define
class ChatMessage:
    role: str
    content: list[ChatContentPart] | None | str | Unset = UNSET
    name: None | str | Unset = UNSET
    tool_call_id: None | str | Unset = UNSET
    tool_calls: list[Any] | None | Unset = UNSET
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
        name: None | str | Unset
        if isinstance(self.name, Unset):
            name = UNSET
        else:
            name = self.name
        tool_call_id: None | str | Unset
        if isinstance(self.tool_call_id, Unset):
            tool_call_id = UNSET
        else:
            tool_call_id = self.tool_call_id
        tool_calls: list[Any] | None | Unset
        if isinstance(self.tool_calls, Unset):
            tool_calls = UNSET
        elif isinstance(self.tool_calls, list):
            tool_calls = self.tool_calls

        else:
            tool_calls = self.tool_calls
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["role"] = role
        if content is not UNSET:
            _dict["content"] = content
        if name is not UNSET:
            _dict["name"] = name
        if tool_call_id is not UNSET:
            _dict["tool_call_id"] = tool_call_id
        if tool_calls is not UNSET:
            _dict["tool_calls"] = tool_calls
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_content_part import ChatContentPart

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatMessage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = _src.pop("role")

        def _parse_content(data: object) -> list[ChatContentPart] | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = ChatContentPart.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
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

        def _parse_tool_call_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"tool_call_id: no member of the union fits this {type(data).__name__}")

        tool_call_id = _parse_tool_call_id(_src.pop("tool_call_id", UNSET))

        def _parse_tool_calls(data: object) -> list[Any] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                return data
            if data is None:
                return data
            raise TypeError(f"tool_calls: no member of the union fits this {type(data).__name__}")

        tool_calls = _parse_tool_calls(_src.pop("tool_calls", UNSET))

        _obj = cls(
            role=role,
            content=content,
            name=name,
            tool_call_id=tool_call_id,
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
