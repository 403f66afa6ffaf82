# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaDiagnosticsParam:
    previous_message_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        previous_message_id: None | str | Unset
        if isinstance(self.previous_message_id, Unset):
            previous_message_id = UNSET
        else:
            previous_message_id = self.previous_message_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if previous_message_id is not UNSET:
            _dict["previous_message_id"] = previous_message_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaDiagnosticsParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_previous_message_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"previous_message_id: no member of the union fits this {type(data).__name__}")

        previous_message_id = _parse_previous_message_id(_src.pop("previous_message_id", UNSET))

        _obj = cls(
            previous_message_id=previous_message_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
