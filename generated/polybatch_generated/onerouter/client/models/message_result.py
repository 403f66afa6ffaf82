# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.message_result_type import MessageResultType
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.message_body import MessageBody
    from ..models.message_error import MessageError


@_attrs_define
class MessageResult:
    type_: MessageResultType | str
    message: MessageBody | Unset = UNSET
    error: MessageError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_: str
        if isinstance(self.type_, MessageResultType):
            type_ = self.type_.value
        else:
            type_ = self.type_
        message: dict[str, Any] | Unset = UNSET
        if not isinstance(self.message, Unset):
            message = self.message.to_dict()
        error: dict[str, Any] | Unset = UNSET
        if not isinstance(self.error, Unset):
            error = self.error.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if message is not UNSET:
            _dict["message"] = message
        if error is not UNSET:
            _dict["error"] = error
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.message_body import MessageBody
        from ..models.message_error import MessageError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageResult: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_type_(data: object) -> MessageResultType | str:
            if isinstance(data, str):
                try:
                    type_option_1 = MessageResultType(data)

                    return type_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"type: no member of the union fits this {type(data).__name__}")

        type_ = _parse_type_(_src.pop("type"))

        _message = _src.pop("message", UNSET)
        message: MessageBody | Unset
        if isinstance(_message, Unset):
            message = UNSET
        else:
            message = MessageBody.from_dict(_message)

        _error = _src.pop("error", UNSET)
        error: MessageError | Unset
        if isinstance(_error, Unset):
            error = UNSET
        else:
            error = MessageError.from_dict(_error)

        _obj = cls(
            type_=type_,
            message=message,
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
