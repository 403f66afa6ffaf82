# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaRequestMCPServerURLDefinitionParam:
    name: str
    type_: str
    url: str
    authorization_token: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name
        type_ = self.type_
        url = self.url
        authorization_token: None | str | Unset
        if isinstance(self.authorization_token, Unset):
            authorization_token = UNSET
        else:
            authorization_token = self.authorization_token
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["name"] = name
        _dict["type"] = type_
        _dict["url"] = url
        if authorization_token is not UNSET:
            _dict["authorization_token"] = authorization_token
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(
                f"BetaRequestMCPServerURLDefinitionParam: expected an object, got a {type(src_dict).__name__}"
            )
        _src = dict(src_dict)
        name = _src.pop("name")
        type_ = _src.pop("type")
        url = _src.pop("url")

        def _parse_authorization_token(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"authorization_token: no member of the union fits this {type(data).__name__}")

        authorization_token = _parse_authorization_token(_src.pop("authorization_token", UNSET))

        _obj = cls(
            name=name,
            type_=type_,
            url=url,
            authorization_token=authorization_token,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
