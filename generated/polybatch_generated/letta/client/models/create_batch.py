# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.letta_batch_request import LettaBatchRequest


@_attrs_define
class CreateBatch:
    requests: list[LettaBatchRequest]
    callback_url: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        callback_url: None | str | Unset
        if isinstance(self.callback_url, Unset):
            callback_url = UNSET
        else:
            callback_url = self.callback_url
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["requests"] = requests
        if callback_url is not UNSET:
            _dict["callback_url"] = callback_url
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.letta_batch_request import LettaBatchRequest

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CreateBatch: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        requests = []
        _requests = _src.pop("requests")
        for requests_item_data in _requests:
            requests_item = LettaBatchRequest.from_dict(requests_item_data)

            requests.append(requests_item)

        def _parse_callback_url(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"callback_url: no member of the union fits this {type(data).__name__}")

        callback_url = _parse_callback_url(_src.pop("callback_url", UNSET))

        _obj = cls(
            requests=requests,
            callback_url=callback_url,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
