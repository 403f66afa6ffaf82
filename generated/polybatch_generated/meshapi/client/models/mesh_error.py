# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.mesh_error_body import MeshErrorBody


@_attrs_define
class MeshError:
    error: MeshErrorBody
    request_id: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        error = self.error.to_dict()
        request_id = self.request_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["error"] = error
        _dict["request_id"] = request_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.mesh_error_body import MeshErrorBody

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MeshError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        error = MeshErrorBody.from_dict(_src.pop("error"))

        request_id = _src.pop("request_id")
        _obj = cls(
            error=error,
            request_id=request_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
