# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaToolUnionParam:
    """A client or server tool; a custom tool has name and input_schema."""

    type_: None | str | Unset = UNSET
    name: str | Unset = UNSET
    description: str | Unset = UNSET
    input_schema: Any | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_
        name = self.name
        description = self.description
        input_schema = self.input_schema
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if type_ is not UNSET:
            _dict["type"] = type_
        if name is not UNSET:
            _dict["name"] = name
        if description is not UNSET:
            _dict["description"] = description
        if input_schema is not UNSET:
            _dict["input_schema"] = input_schema
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaToolUnionParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_type_(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"type: no member of the union fits this {type(data).__name__}")

        type_ = _parse_type_(_src.pop("type", UNSET))

        name = _src.pop("name", UNSET)
        description = _src.pop("description", UNSET)
        input_schema = _src.pop("input_schema", UNSET)
        _obj = cls(
            type_=type_,
            name=name,
            description=description,
            input_schema=input_schema,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
