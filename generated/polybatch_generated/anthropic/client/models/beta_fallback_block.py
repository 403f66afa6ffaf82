# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_fallback_info import BetaFallbackInfo
    from ..models.beta_fallback_refusal_trigger import BetaFallbackRefusalTrigger


@_attrs_define
class BetaFallbackBlock:
    type_: Literal["fallback"]
    from_: BetaFallbackInfo
    to: BetaFallbackInfo
    trigger: BetaFallbackRefusalTrigger
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        from_ = self.from_.to_dict()
        to = self.to.to_dict()
        trigger = self.trigger.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["from"] = from_
        _dict["to"] = to
        _dict["trigger"] = trigger
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_fallback_info import BetaFallbackInfo
        from ..models.beta_fallback_refusal_trigger import BetaFallbackRefusalTrigger

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaFallbackBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["fallback"], _src.pop("type"))
        if type_ != "fallback":
            raise ValueError(f"type must match const 'fallback', got '{type_}'")
        from_ = BetaFallbackInfo.from_dict(_src.pop("from"))

        to = BetaFallbackInfo.from_dict(_src.pop("to"))

        trigger = BetaFallbackRefusalTrigger.from_dict(_src.pop("trigger"))

        _obj = cls(
            type_=type_,
            from_=from_,
            to=to,
            trigger=trigger,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
