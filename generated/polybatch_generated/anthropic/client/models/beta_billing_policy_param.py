# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_bill_to import BetaBillTo
from ..types import UNSET, Unset


@_attrs_define
class BetaBillingPolicyParam:
    type_: Literal["billing_policy"]
    bill_to: BetaBillTo | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        bill_to: str | Unset = UNSET
        if not isinstance(self.bill_to, Unset):
            bill_to = self.bill_to.value

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if bill_to is not UNSET:
            _dict["bill_to"] = bill_to
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaBillingPolicyParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["billing_policy"], _src.pop("type"))
        if type_ != "billing_policy":
            raise ValueError(f"type must match const 'billing_policy', got '{type_}'")
        _bill_to = _src.pop("bill_to", UNSET)
        bill_to: BetaBillTo | Unset
        if isinstance(_bill_to, Unset):
            bill_to = UNSET
        else:
            bill_to = BetaBillTo(_bill_to)

        _obj = cls(
            type_=type_,
            bill_to=bill_to,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
