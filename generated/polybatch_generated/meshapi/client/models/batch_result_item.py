# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_item_error import BatchItemError
    from ..models.batch_item_response import BatchItemResponse


@_attrs_define
class BatchResultItem:
    custom_id: str
    id: str | Unset = UNSET
    response: BatchItemResponse | None | Unset = UNSET
    error: BatchItemError | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.batch_item_error import BatchItemError
        from ..models.batch_item_response import BatchItemResponse

        custom_id = self.custom_id
        id = self.id
        response: dict[str, Any] | None | Unset
        if isinstance(self.response, Unset):
            response = UNSET
        elif isinstance(self.response, BatchItemResponse):
            response = self.response.to_dict()
        else:
            response = self.response
        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, BatchItemError):
            error = self.error.to_dict()
        else:
            error = self.error
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["custom_id"] = custom_id
        if id is not UNSET:
            _dict["id"] = id
        if response is not UNSET:
            _dict["response"] = response
        if error is not UNSET:
            _dict["error"] = error
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_item_error import BatchItemError
        from ..models.batch_item_response import BatchItemResponse

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchResultItem: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")
        id = _src.pop("id", UNSET)

        def _parse_response(data: object) -> BatchItemResponse | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    response_option_1 = BatchItemResponse.from_dict(data)

                    return response_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"response: no member of the union fits this {type(data).__name__}")

        response = _parse_response(_src.pop("response", UNSET))

        def _parse_error(data: object) -> BatchItemError | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    error_option_1 = BatchItemError.from_dict(data)

                    return error_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"error: no member of the union fits this {type(data).__name__}")

        error = _parse_error(_src.pop("error", UNSET))

        _obj = cls(
            custom_id=custom_id,
            id=id,
            response=response,
            error=error,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
