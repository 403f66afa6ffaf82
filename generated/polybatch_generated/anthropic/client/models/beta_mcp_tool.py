# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaMCPTool:
    name: str
    input_schema: Any
    description: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name
        input_schema = self.input_schema
        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["name"] = name
        _dict["input_schema"] = input_schema
        if description is not UNSET:
            _dict["description"] = description
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMCPTool: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        name = _src.pop("name")
        input_schema = _src.pop("input_schema")

        def _parse_description(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"description: no member of the union fits this {type(data).__name__}")

        description = _parse_description(_src.pop("description", UNSET))

        _obj = cls(
            name=name,
            input_schema=input_schema,
            description=description,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
