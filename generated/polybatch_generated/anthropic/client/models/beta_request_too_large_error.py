# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_error_details import BetaErrorDetails


@_attrs_define
class BetaRequestTooLargeError:
    type_: Literal["request_too_large"]
    message: str
    details: BetaErrorDetails | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_error_details import BetaErrorDetails

        type_ = self.type_
        message = self.message
        details: dict[str, Any] | None | Unset
        if isinstance(self.details, Unset):
            details = UNSET
        elif isinstance(self.details, BetaErrorDetails):
            details = self.details.to_dict()
        else:
            details = self.details
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["message"] = message
        if details is not UNSET:
            _dict["details"] = details
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_error_details import BetaErrorDetails

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaRequestTooLargeError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["request_too_large"], _src.pop("type"))
        if type_ != "request_too_large":
            raise ValueError(f"type must match const 'request_too_large', got '{type_}'")
        message = _src.pop("message")

        def _parse_details(data: object) -> BetaErrorDetails | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    details_option_1 = BetaErrorDetails.from_dict(data)

                    return details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"details: no member of the union fits this {type(data).__name__}")

        details = _parse_details(_src.pop("details", UNSET))

        _obj = cls(
            type_=type_,
            message=message,
            details=details,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
