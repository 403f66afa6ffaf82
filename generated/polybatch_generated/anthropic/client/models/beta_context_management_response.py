# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_applied_edit import BetaAppliedEdit


@_attrs_define
class BetaContextManagementResponse:
    applied_edits: list[BetaAppliedEdit]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        applied_edits = []
        for applied_edits_item_data in self.applied_edits:
            applied_edits_item = applied_edits_item_data.to_dict()
            applied_edits.append(applied_edits_item)

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["applied_edits"] = applied_edits
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_applied_edit import BetaAppliedEdit

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaContextManagementResponse: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        applied_edits = []
        _applied_edits = _src.pop("applied_edits")
        for applied_edits_item_data in _applied_edits:
            applied_edits_item = BetaAppliedEdit.from_dict(applied_edits_item_data)

            applied_edits.append(applied_edits_item)

        _obj = cls(
            applied_edits=applied_edits,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
