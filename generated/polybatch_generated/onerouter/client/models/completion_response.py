# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.completion_body import CompletionBody


@_attrs_define
class CompletionResponse:
    body: CompletionBody
    status_code: int | Unset = UNSET
    status: int | Unset = UNSET
    request_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        body = self.body.to_dict()
        status_code = self.status_code
        status = self.status
        request_id: None | str | Unset
        if isinstance(self.request_id, Unset):
            request_id = UNSET
        else:
            request_id = self.request_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["body"] = body
        if status_code is not UNSET:
            _dict["status_code"] = status_code
        if status is not UNSET:
            _dict["status"] = status
        if request_id is not UNSET:
            _dict["request_id"] = request_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.completion_body import CompletionBody

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CompletionResponse: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        body = CompletionBody.from_dict(_src.pop("body"))

        status_code = _src.pop("status_code", UNSET)
        status = _src.pop("status", UNSET)

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
            body=body,
            status_code=status_code,
            status=status,
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
