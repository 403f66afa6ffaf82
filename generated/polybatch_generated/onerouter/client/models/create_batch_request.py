# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.batch_request import BatchRequest


@_attrs_define
class CreateBatchRequest:
    requests: list[BatchRequest]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["requests"] = requests
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_request import BatchRequest

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CreateBatchRequest: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        requests = []
        _requests = _src.pop("requests")
        for requests_item_data in _requests:
            requests_item = BatchRequest.from_dict(requests_item_data)

            requests.append(requests_item)

        _obj = cls(
            requests=requests,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
