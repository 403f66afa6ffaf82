# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class ApprovalReturn:
    tool_call_id: str
    approve: bool
    type_: Literal["approval"] | Unset = "approval"
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_call_id = self.tool_call_id
        approve = self.approve
        type_ = self.type_
        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["tool_call_id"] = tool_call_id
        _dict["approve"] = approve
        if type_ is not UNSET:
            _dict["type"] = type_
        if reason is not UNSET:
            _dict["reason"] = reason
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ApprovalReturn: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        tool_call_id = _src.pop("tool_call_id")
        approve = _src.pop("approve")
        type_ = cast(Literal["approval"] | Unset, _src.pop("type", UNSET))
        if type_ != "approval" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'approval', got '{type_}'")

        def _parse_reason(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"reason: no member of the union fits this {type(data).__name__}")

        reason = _parse_reason(_src.pop("reason", UNSET))

        _obj = cls(
            tool_call_id=tool_call_id,
            approve=approve,
            type_=type_,
            reason=reason,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
