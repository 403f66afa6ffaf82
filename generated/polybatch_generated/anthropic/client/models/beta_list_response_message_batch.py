# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_message_batch import BetaMessageBatch


@_attrs_define
class BetaListResponseMessageBatch:
    data: list[BetaMessageBatch]
    has_more: bool
    first_id: None | str
    last_id: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        has_more = self.has_more
        first_id: None | str
        first_id = self.first_id
        last_id: None | str
        last_id = self.last_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["data"] = data
        _dict["has_more"] = has_more
        _dict["first_id"] = first_id
        _dict["last_id"] = last_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_message_batch import BetaMessageBatch

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaListResponseMessageBatch: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        data = []
        _data = _src.pop("data")
        for data_item_data in _data:
            data_item = BetaMessageBatch.from_dict(data_item_data)

            data.append(data_item)

        has_more = _src.pop("has_more")

        def _parse_first_id(data: object) -> None | str:
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"first_id: no member of the union fits this {type(data).__name__}")

        first_id = _parse_first_id(_src.pop("first_id"))

        def _parse_last_id(data: object) -> None | str:
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"last_id: no member of the union fits this {type(data).__name__}")

        last_id = _parse_last_id(_src.pop("last_id"))

        _obj = cls(
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
