# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_cache_miss_reason import BetaCacheMissReason


@_attrs_define
class BetaDiagnostics:
    cache_miss_reason: BetaCacheMissReason | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_cache_miss_reason import BetaCacheMissReason

        cache_miss_reason: dict[str, Any] | None | Unset
        if isinstance(self.cache_miss_reason, Unset):
            cache_miss_reason = UNSET
        elif isinstance(self.cache_miss_reason, BetaCacheMissReason):
            cache_miss_reason = self.cache_miss_reason.to_dict()
        else:
            cache_miss_reason = self.cache_miss_reason
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if cache_miss_reason is not UNSET:
            _dict["cache_miss_reason"] = cache_miss_reason
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_cache_miss_reason import BetaCacheMissReason

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaDiagnostics: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_cache_miss_reason(data: object) -> BetaCacheMissReason | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    cache_miss_reason_option_1 = BetaCacheMissReason.from_dict(data)

                    return cache_miss_reason_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"cache_miss_reason: no member of the union fits this {type(data).__name__}")

        cache_miss_reason = _parse_cache_miss_reason(_src.pop("cache_miss_reason", UNSET))

        _obj = cls(
            cache_miss_reason=cache_miss_reason,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
