# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_function import ChatFunction


@_attrs_define
class ChatToolCall:
    function: ChatFunction
    id: str | Unset = UNSET
    type_: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        function = self.function.to_dict()
        id = self.id
        type_ = self.type_
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["function"] = function
        if id is not UNSET:
            _dict["id"] = id
        if type_ is not UNSET:
            _dict["type"] = type_
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_function import ChatFunction

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatToolCall: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        function = ChatFunction.from_dict(_src.pop("function"))

        id = _src.pop("id", UNSET)
        type_ = _src.pop("type", UNSET)
        _obj = cls(
            function=function,
            id=id,
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
