# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.message_params import MessageParams


@_attrs_define
class BatchRequest:
    custom_id: str
    params: MessageParams
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        custom_id = self.custom_id
        params = self.params.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["custom_id"] = custom_id
        _dict["params"] = params
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.message_params import MessageParams

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchRequest: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")
        params = MessageParams.from_dict(_src.pop("params"))

        _obj = cls(
            custom_id=custom_id,
            params=params,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
