# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaTextCitation:
    """Where a text came from; the parts depend on the type."""

    type_: str
    cited_text: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        cited_text = self.cited_text
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if cited_text is not UNSET:
            _dict["cited_text"] = cited_text
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaTextCitation: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")
        cited_text = _src.pop("cited_text", UNSET)
        _obj = cls(
            type_=type_,
            cited_text=cited_text,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
