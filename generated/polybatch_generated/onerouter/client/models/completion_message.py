# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 1440adeb8464617d28ef8bea89dc1be0f26b8d094573eee7b7d0a3d8c6cdc975

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class CompletionMessage:
    role: str | Unset = UNSET
    content: None | str | Unset = UNSET
    refusal: None | str | Unset = UNSET
    tool_calls: list[Any] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role = self.role
        content: None | str | Unset
        if isinstance(self.content, Unset):
            content = UNSET
        else:
            content = self.content
        refusal: None | str | Unset
        if isinstance(self.refusal, Unset):
            refusal = UNSET
        else:
            refusal = self.refusal
        tool_calls: list[Any] | Unset = UNSET
        if not isinstance(self.tool_calls, Unset):
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
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CompletionMessage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = _src.pop("role", UNSET)

        def _parse_content(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
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

        tool_calls = cast(list[Any], _src.pop("tool_calls", UNSET))

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
