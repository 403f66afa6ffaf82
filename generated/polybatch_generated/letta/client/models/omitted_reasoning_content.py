# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class OmittedReasoningContent:
    type_: Literal["omitted_reasoning"] = "omitted_reasoning"
    signature: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        signature: None | str | Unset
        if isinstance(self.signature, Unset):
            signature = UNSET
        else:
            signature = self.signature
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if signature is not UNSET:
            _dict["signature"] = signature
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"OmittedReasoningContent: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["omitted_reasoning"], _src.pop("type"))
        if type_ != "omitted_reasoning":
            raise ValueError(f"type must match const 'omitted_reasoning', got '{type_}'")

        def _parse_signature(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"signature: no member of the union fits this {type(data).__name__}")

        signature = _parse_signature(_src.pop("signature", UNSET))

        _obj = cls(
            type_=type_,
            signature=signature,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
