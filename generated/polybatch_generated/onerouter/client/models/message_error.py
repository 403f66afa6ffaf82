# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.result_error import ResultError


@_attrs_define
class MessageError:
    type_: str | Unset = UNSET
    error: ResultError | Unset = UNSET
    request_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()
        request_id: None | str | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if type_ is not UNSET:
            _dict["type"] = type_
        if error is not UNSET:
            _dict["error"] = error
        if request_id is not UNSET:
            _dict["request_id"] = request_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.result_error import ResultError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type", UNSET)
        _error = _src.pop("error", UNSET)
        error: ResultError | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = ResultError.from_dict(_error)

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
            type_=type_,
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
