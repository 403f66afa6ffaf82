# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BatchRequestCounts:
    total: int | Unset = UNSET
    completed: int | Unset = UNSET
    failed: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        total = self.total
        completed = self.completed
        failed = self.failed
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if total is not UNSET:
            _dict["total"] = total
        if completed is not UNSET:
            _dict["completed"] = completed
        if failed is not UNSET:
            _dict["failed"] = failed
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchRequestCounts: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        total = _src.pop("total", UNSET)
        completed = _src.pop("completed", UNSET)
        failed = _src.pop("failed", UNSET)
        _obj = cls(
            total=total,
            completed=completed,
            failed=failed,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
