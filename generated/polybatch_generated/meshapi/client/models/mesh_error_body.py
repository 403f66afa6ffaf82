# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.mesh_error_code import MeshErrorCode
from ..types import UNSET, Unset


@_attrs_define
class MeshErrorBody:
    code: MeshErrorCode | str
    message: str
    details: list[Any] | Unset = UNSET
    provider_code: str | Unset = UNSET
    provider_error: Any | Unset = UNSET
    retry_after_seconds: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code: str
        if isinstance(self.code, MeshErrorCode):
            code = self.code.value
        else:
            code = self.code
        message = self.message
        details: list[Any] | Unset = UNSET
        if not isinstance(self.details, Unset):
            details = self.details

        provider_code = self.provider_code
        provider_error = self.provider_error
        retry_after_seconds = self.retry_after_seconds
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["code"] = code
        _dict["message"] = message
        if details is not UNSET:
            _dict["details"] = details
        if provider_code is not UNSET:
            _dict["provider_code"] = provider_code
        if provider_error is not UNSET:
            _dict["provider_error"] = provider_error
        if retry_after_seconds is not UNSET:
            _dict["retry_after_seconds"] = retry_after_seconds
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MeshErrorBody: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_code(data: object) -> MeshErrorCode | str:
            if isinstance(data, str):
                try:
                    code_option_1 = MeshErrorCode(data)

                    return code_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"code: no member of the union fits this {type(data).__name__}")

        code = _parse_code(_src.pop("code"))

        message = _src.pop("message")
        details = cast(list[Any], _src.pop("details", UNSET))

        provider_code = _src.pop("provider_code", UNSET)
        provider_error = _src.pop("provider_error", UNSET)
        retry_after_seconds = _src.pop("retry_after_seconds", UNSET)
        _obj = cls(
            code=code,
            message=message,
            details=details,
            provider_code=provider_code,
            provider_error=provider_error,
            retry_after_seconds=retry_after_seconds,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
