# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_object import BatchObject


@_attrs_define
class BatchList:
    object_: str
    data: list[BatchObject]
    has_more: bool
    first_id: None | str | Unset = UNSET
    last_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        object_ = self.object_
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        has_more = self.has_more
        first_id: None | str | Unset
        if isinstance(self.first_id, Unset):
            first_id = UNSET
        else:
            first_id = self.first_id
        last_id: None | str | Unset
        if isinstance(self.last_id, Unset):
            last_id = UNSET
        else:
            last_id = self.last_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["object"] = object_
        _dict["data"] = data
        _dict["has_more"] = has_more
        if first_id is not UNSET:
            _dict["first_id"] = first_id
        if last_id is not UNSET:
            _dict["last_id"] = last_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_object import BatchObject

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchList: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        object_ = _src.pop("object")
        data = []
        _data = _src.pop("data")
        for data_item_data in _data:
            data_item = BatchObject.from_dict(data_item_data)

            data.append(data_item)

        has_more = _src.pop("has_more")

        def _parse_first_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"first_id: no member of the union fits this {type(data).__name__}")

        first_id = _parse_first_id(_src.pop("first_id", UNSET))

        def _parse_last_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"last_id: no member of the union fits this {type(data).__name__}")

        last_id = _parse_last_id(_src.pop("last_id", UNSET))

        _obj = cls(
            object_=object_,
            data=data,
            has_more=has_more,
            first_id=first_id,
            last_id=last_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
