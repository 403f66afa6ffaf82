# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BatchError:
    code: int | None | str | Unset = UNSET
    message: None | str | Unset = UNSET
    type_: None | str | Unset = UNSET
    param: None | str | Unset = UNSET
    line: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code: int | None | str | Unset
        if isinstance(self.code, Unset):
            code = UNSET
        else:
            code = self.code
        message: None | str | Unset
        if isinstance(self.message, Unset):
            message = UNSET
        else:
            message = self.message
        type_: None | str | Unset
        if isinstance(self.type_, Unset):
            type_ = UNSET
        else:
            type_ = self.type_
        param: None | str | Unset
        if isinstance(self.param, Unset):
            param = UNSET
        else:
            param = self.param
        line: int | None | Unset
        if isinstance(self.line, Unset):
            line = UNSET
        else:
            line = self.line
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if code is not UNSET:
            _dict["code"] = code
        if message is not UNSET:
            _dict["message"] = message
        if type_ is not UNSET:
            _dict["type"] = type_
        if param is not UNSET:
            _dict["param"] = param
        if line is not UNSET:
            _dict["line"] = line
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_code(data: object) -> int | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"code: no member of the union fits this {type(data).__name__}")

        code = _parse_code(_src.pop("code", UNSET))

        def _parse_message(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"message: no member of the union fits this {type(data).__name__}")

        message = _parse_message(_src.pop("message", UNSET))

        def _parse_type_(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"type: no member of the union fits this {type(data).__name__}")

        type_ = _parse_type_(_src.pop("type", UNSET))

        def _parse_param(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"param: no member of the union fits this {type(data).__name__}")

        param = _parse_param(_src.pop("param", UNSET))

        def _parse_line(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"line: no member of the union fits this {type(data).__name__}")

        line = _parse_line(_src.pop("line", UNSET))

        _obj = cls(
            code=code,
            message=message,
            type_=type_,
            param=param,
            line=line,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
