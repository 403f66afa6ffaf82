# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_context_edit_param import BetaContextEditParam


@_attrs_define
class BetaContextManagementConfigParam:
    edits: list[BetaContextEditParam] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        edits: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.edits, Unset):
            edits = []
            for edits_item_data in self.edits:
                edits_item = edits_item_data.to_dict()
                edits.append(edits_item)

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if edits is not UNSET:
            _dict["edits"] = edits
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_context_edit_param import BetaContextEditParam

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaContextManagementConfigParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        _edits = _src.pop("edits", UNSET)
        edits: list[BetaContextEditParam] | Unset = UNSET
        if _edits is not UNSET:
            edits = []
            for edits_item_data in _edits:
                edits_item = BetaContextEditParam.from_dict(edits_item_data)

                edits.append(edits_item)

        _obj = cls(
            edits=edits,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
