# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_request_item import BatchRequestItem


@_attrs_define
class CreateBatchRequest:
    requests: list[BatchRequestItem]
    completion_window: str | Unset = UNSET
    metadata: Any | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        completion_window = self.completion_window
        metadata: Any | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["requests"] = requests
        if completion_window is not UNSET:
            _dict["completion_window"] = completion_window
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_request_item import BatchRequestItem

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CreateBatchRequest: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        requests = []
        _requests = _src.pop("requests")
        for requests_item_data in _requests:
            requests_item = BatchRequestItem.from_dict(requests_item_data)

            requests.append(requests_item)

        completion_window = _src.pop("completion_window", UNSET)

        def _parse_metadata(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"metadata: no member of the union fits this {type(data).__name__}")

        metadata = _parse_metadata(_src.pop("metadata", UNSET))

        _obj = cls(
            requests=requests,
            completion_window=completion_window,
            metadata=metadata,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
