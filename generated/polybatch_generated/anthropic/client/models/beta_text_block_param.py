# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam


@_attrs_define
class BetaTextBlockParam:
    type_: Literal["text"]
    text: str
    cache_control: BetaCacheControlEphemeralParam | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam

        type_ = self.type_
        text = self.text
        cache_control: dict[str, Any] | None | Unset
        if isinstance(self.cache_control, Unset):
            cache_control = UNSET
        elif isinstance(self.cache_control, BetaCacheControlEphemeralParam):
            cache_control = self.cache_control.to_dict()
        else:
            cache_control = self.cache_control
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["text"] = text
        if cache_control is not UNSET:
            _dict["cache_control"] = cache_control
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_cache_control_ephemeral_param import BetaCacheControlEphemeralParam

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaTextBlockParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["text"], _src.pop("type"))
        if type_ != "text":
            raise ValueError(f"type must match const 'text', got '{type_}'")
        text = _src.pop("text")

        def _parse_cache_control(data: object) -> BetaCacheControlEphemeralParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict) and data.get("type") == "ephemeral":
                cache_control_option_1 = BetaCacheControlEphemeralParam.from_dict(data)

                return cache_control_option_1
            if data is None:
                return data
            raise TypeError(f"cache_control: no member of the union fits this {type(data).__name__}")

        cache_control = _parse_cache_control(_src.pop("cache_control", UNSET))

        _obj = cls(
            type_=type_,
            text=text,
            cache_control=cache_control,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
