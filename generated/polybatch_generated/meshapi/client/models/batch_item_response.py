# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_item_body import BatchItemBody


@_attrs_define
class BatchItemResponse:
    status_code: int
    body: BatchItemBody
    request_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status_code = self.status_code
        body = self.body.to_dict()
        request_id: None | str | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["status_code"] = status_code
        _dict["body"] = body
        if request_id is not UNSET:
            _dict["request_id"] = request_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_item_body import BatchItemBody

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchItemResponse: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        status_code = _src.pop("status_code")
        body = BatchItemBody.from_dict(_src.pop("body"))

        def _parse_request_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"request_id: no member of the union fits this {type(data).__name__}")

        request_id = _parse_request_id(_src.pop("request_id", UNSET))

        _obj = cls(
            status_code=status_code,
            body=body,
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
