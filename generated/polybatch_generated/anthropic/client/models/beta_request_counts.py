# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field


@_attrs_define
class BetaRequestCounts:
    """The four outcome counts stay 0 until the whole batch has ended."""

    processing: int
    succeeded: int
    errored: int
    canceled: int
    expired: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        processing = self.processing
        succeeded = self.succeeded
        errored = self.errored
        canceled = self.canceled
        expired = self.expired
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["processing"] = processing
        _dict["succeeded"] = succeeded
        _dict["errored"] = errored
        _dict["canceled"] = canceled
        _dict["expired"] = expired
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaRequestCounts: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        processing = _src.pop("processing")
        succeeded = _src.pop("succeeded")
        errored = _src.pop("errored")
        canceled = _src.pop("canceled")
        expired = _src.pop("expired")
        _obj = cls(
            processing=processing,
            succeeded=succeeded,
            errored=errored,
            canceled=canceled,
            expired=expired,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
