# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class ChatFunction:
    name: str
    arguments: Any | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name
        arguments: Any | str | Unset
        if isinstance(self.arguments, Unset):
            arguments = UNSET
        else:
            arguments = self.arguments
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["name"] = name
        if arguments is not UNSET:
            _dict["arguments"] = arguments
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatFunction: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        name = _src.pop("name")

        def _parse_arguments(data: object) -> Any | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            return data
            raise TypeError(f"arguments: no member of the union fits this {type(data).__name__}")

        arguments = _parse_arguments(_src.pop("arguments", UNSET))

        _obj = cls(
            name=name,
            arguments=arguments,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
