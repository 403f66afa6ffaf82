# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class ToolReturnContent:
    tool_call_id: str
    content: str
    is_error: bool
    type_: Literal["tool_return"] | Unset = "tool_return"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_call_id = self.tool_call_id
        content = self.content
        is_error = self.is_error
        type_ = self.type_
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["tool_call_id"] = tool_call_id
        _dict["content"] = content
        _dict["is_error"] = is_error
        if type_ is not UNSET:
            _dict["type"] = type_
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ToolReturnContent: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        tool_call_id = _src.pop("tool_call_id")
        content = _src.pop("content")
        is_error = _src.pop("is_error")
        type_ = cast(Literal["tool_return"] | Unset, _src.pop("type", UNSET))
        if type_ != "tool_return" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'tool_return', got '{type_}'")
        _obj = cls(
            tool_call_id=tool_call_id,
            content=content,
            is_error=is_error,
            type_=type_,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
