# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class AnswerBlock:
    type_: str
    text: str | Unset = UNSET
    id: str | Unset = UNSET
    name: str | Unset = UNSET
    input_: Any | Unset = UNSET
    thinking: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        text = self.text
        id = self.id
        name = self.name
        input_ = self.input_
        thinking = self.thinking
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if text is not UNSET:
            _dict["text"] = text
        if id is not UNSET:
            _dict["id"] = id
        if name is not UNSET:
            _dict["name"] = name
        if input_ is not UNSET:
            _dict["input"] = input_
        if thinking is not UNSET:
            _dict["thinking"] = thinking
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"AnswerBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")
        text = _src.pop("text", UNSET)
        id = _src.pop("id", UNSET)
        name = _src.pop("name", UNSET)
        input_ = _src.pop("input", UNSET)
        thinking = _src.pop("thinking", UNSET)
        _obj = cls(
            type_=type_,
            text=text,
            id=id,
            name=name,
            input_=input_,
            thinking=thinking,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
