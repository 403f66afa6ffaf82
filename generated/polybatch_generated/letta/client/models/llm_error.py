# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.llm_error_type import LlmErrorType
from ..types import UNSET, Unset


@_attrs_define
class LlmError:
    type_: LlmErrorType | str
    message: str
    detail: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str
        if isinstance(self.type_, LlmErrorType):
            type_ = self.type_.value
        else:
            type_ = self.type_
        message = self.message
        detail: None | str | Unset
        if isinstance(self.detail, Unset):
            detail = UNSET
        else:
            detail = self.detail
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["message"] = message
        if detail is not UNSET:
            _dict["detail"] = detail
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"LlmError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_type_(data: object) -> LlmErrorType | str:
            if isinstance(data, str):
                try:
                    type_option_1 = LlmErrorType(data)

                    return type_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"type: no member of the union fits this {type(data).__name__}")

        type_ = _parse_type_(_src.pop("type"))

        message = _src.pop("message")

        def _parse_detail(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"detail: no member of the union fits this {type(data).__name__}")

        detail = _parse_detail(_src.pop("detail", UNSET))

        _obj = cls(
            type_=type_,
            message=message,
            detail=detail,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
