# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_request_body import BatchRequestBody


@_attrs_define
class BatchRequestItem:
    custom_id: str
    body: BatchRequestBody
    method: str | Unset = UNSET
    url: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        custom_id = self.custom_id
        body = self.body.to_dict()
        method = self.method
        url = self.url
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["custom_id"] = custom_id
        _dict["body"] = body
        if method is not UNSET:
            _dict["method"] = method
        if url is not UNSET:
            _dict["url"] = url
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_request_body import BatchRequestBody

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchRequestItem: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")
        body = BatchRequestBody.from_dict(_src.pop("body"))

        method = _src.pop("method", UNSET)
        url = _src.pop("url", UNSET)
        _obj = cls(
            custom_id=custom_id,
            body=body,
            method=method,
            url=url,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
