# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_fallback_credit_status import BetaFallbackCreditStatus


@_attrs_define
class BetaFallbackCreditUsage:
    status: BetaFallbackCreditStatus
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["status"] = status
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_fallback_credit_status import BetaFallbackCreditStatus

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaFallbackCreditUsage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        status = BetaFallbackCreditStatus.from_dict(_src.pop("status"))

        _obj = cls(
            status=status,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
