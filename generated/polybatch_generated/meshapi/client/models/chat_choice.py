# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_answer import ChatAnswer


@_attrs_define
class ChatChoice:
    index: int | Unset = UNSET
    message: ChatAnswer | Unset = UNSET
    finish_reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        index = self.index
        message: dict[str, Any] | Unset = UNSET
        if not isinstance(self.message, Unset):
            message = self.message.to_dict()
        finish_reason: None | str | Unset
        if isinstance(self.finish_reason, Unset):
            finish_reason = UNSET
        else:
            finish_reason = self.finish_reason
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if index is not UNSET:
            _dict["index"] = index
        if message is not UNSET:
            _dict["message"] = message
        if finish_reason is not UNSET:
            _dict["finish_reason"] = finish_reason
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_answer import ChatAnswer

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatChoice: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        index = _src.pop("index", UNSET)
        _message = _src.pop("message", UNSET)
        message: ChatAnswer | Unset
        if isinstance(_message, Unset):
            message = UNSET
        else:
            message = ChatAnswer.from_dict(_message)

        def _parse_finish_reason(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"finish_reason: no member of the union fits this {type(data).__name__}")

        finish_reason = _parse_finish_reason(_src.pop("finish_reason", UNSET))

        _obj = cls(
            index=index,
            message=message,
            finish_reason=finish_reason,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
