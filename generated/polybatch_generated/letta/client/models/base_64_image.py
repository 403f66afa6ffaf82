# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class Base64Image:
    media_type: str
    data: str
    type_: Literal["base64"] | Unset = "base64"
    detail: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        media_type = self.media_type
        data = self.data
        type_ = self.type_
        detail: None | str | Unset
        if isinstance(self.detail, Unset):
            detail = UNSET
        else:
            detail = self.detail
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["media_type"] = media_type
        _dict["data"] = data
        if type_ is not UNSET:
            _dict["type"] = type_
        if detail is not UNSET:
            _dict["detail"] = detail
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"Base64Image: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        media_type = _src.pop("media_type")
        data = _src.pop("data")
        type_ = cast(Literal["base64"] | Unset, _src.pop("type", UNSET))
        if type_ != "base64" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'base64', got '{type_}'")

        def _parse_detail(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"detail: no member of the union fits this {type(data).__name__}")

        detail = _parse_detail(_src.pop("detail", UNSET))

        _obj = cls(
            media_type=media_type,
            data=data,
            type_=type_,
            detail=detail,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
