# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class ClientToolSchema:
    name: str
    description: None | str | Unset = UNSET
    parameters: Any | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name
        description: None | str | Unset
        if isinstance(self.description, Unset):
            description = UNSET
        else:
            description = self.description
        parameters: Any | None | Unset
        if isinstance(self.parameters, Unset):
            parameters = UNSET
        else:
            parameters = self.parameters
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["name"] = name
        if description is not UNSET:
            _dict["description"] = description
        if parameters is not UNSET:
            _dict["parameters"] = parameters
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ClientToolSchema: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        name = _src.pop("name")

        def _parse_description(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"description: no member of the union fits this {type(data).__name__}")

        description = _parse_description(_src.pop("description", UNSET))

        def _parse_parameters(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"parameters: no member of the union fits this {type(data).__name__}")

        parameters = _parse_parameters(_src.pop("parameters", UNSET))

        _obj = cls(
            name=name,
            description=description,
            parameters=parameters,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
