# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaErrorDetails:
    """Further members depend on the code."""

    error_code: str
    appeal_url: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        error_code = self.error_code
        appeal_url: None | str | Unset
        if isinstance(self.appeal_url, Unset):
            appeal_url = UNSET
        else:
            appeal_url = self.appeal_url
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["error_code"] = error_code
        if appeal_url is not UNSET:
            _dict["appeal_url"] = appeal_url
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaErrorDetails: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        error_code = _src.pop("error_code")

        def _parse_appeal_url(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"appeal_url: no member of the union fits this {type(data).__name__}")

        appeal_url = _parse_appeal_url(_src.pop("appeal_url", UNSET))

        _obj = cls(
            error_code=error_code,
            appeal_url=appeal_url,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
