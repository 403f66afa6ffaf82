# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_api_error import BetaAPIError
    from ..models.beta_authentication_error import BetaAuthenticationError
    from ..models.beta_billing_error import BetaBillingError
    from ..models.beta_conflict_error import BetaConflictError
    from ..models.beta_gateway_timeout_error import BetaGatewayTimeoutError
    from ..models.beta_invalid_request_error import BetaInvalidRequestError
    from ..models.beta_not_found_error import BetaNotFoundError
    from ..models.beta_overloaded_error import BetaOverloadedError
    from ..models.beta_permission_error import BetaPermissionError
    from ..models.beta_rate_limit_error import BetaRateLimitError
    from ..models.beta_request_too_large_error import BetaRequestTooLargeError
    from ..models.unknown_beta_error import UnknownBetaError


@_attrs_define
class BetaErrorResponse:
    """Error envelope; the same one stands inside an errored result."""

    type_: str
    error: (
        BetaAPIError
        | BetaAuthenticationError
        | BetaBillingError
        | BetaConflictError
        | BetaGatewayTimeoutError
        | BetaInvalidRequestError
        | BetaNotFoundError
        | BetaOverloadedError
        | BetaPermissionError
        | BetaRateLimitError
        | BetaRequestTooLargeError
        | UnknownBetaError
    )
    request_id: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_api_error import BetaAPIError
        from ..models.beta_authentication_error import BetaAuthenticationError
        from ..models.beta_billing_error import BetaBillingError
        from ..models.beta_conflict_error import BetaConflictError
        from ..models.beta_gateway_timeout_error import BetaGatewayTimeoutError
        from ..models.beta_invalid_request_error import BetaInvalidRequestError
        from ..models.beta_not_found_error import BetaNotFoundError
        from ..models.beta_overloaded_error import BetaOverloadedError
        from ..models.beta_permission_error import BetaPermissionError
        from ..models.beta_rate_limit_error import BetaRateLimitError
        from ..models.beta_request_too_large_error import BetaRequestTooLargeError

        type_ = self.type_
        error: dict[str, Any]
        if isinstance(self.error, BetaInvalidRequestError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaAuthenticationError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaBillingError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaPermissionError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaNotFoundError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaRateLimitError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaGatewayTimeoutError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaAPIError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaOverloadedError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaConflictError):
            error = self.error.to_dict()
        elif isinstance(self.error, BetaRequestTooLargeError):
            error = self.error.to_dict()
        else:
            error = self.error.to_dict()

        request_id: None | str
        request_id = self.request_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["error"] = error
        _dict["request_id"] = request_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_api_error import BetaAPIError
        from ..models.beta_authentication_error import BetaAuthenticationError
        from ..models.beta_billing_error import BetaBillingError
        from ..models.beta_conflict_error import BetaConflictError
        from ..models.beta_gateway_timeout_error import BetaGatewayTimeoutError
        from ..models.beta_invalid_request_error import BetaInvalidRequestError
        from ..models.beta_not_found_error import BetaNotFoundError
        from ..models.beta_overloaded_error import BetaOverloadedError
        from ..models.beta_permission_error import BetaPermissionError
        from ..models.beta_rate_limit_error import BetaRateLimitError
        from ..models.beta_request_too_large_error import BetaRequestTooLargeError
        from ..models.unknown_beta_error import UnknownBetaError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaErrorResponse: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")

        def _parse_error(
            data: object,
        ) -> (
            BetaAPIError
            | BetaAuthenticationError
            | BetaBillingError
            | BetaConflictError
            | BetaGatewayTimeoutError
            | BetaInvalidRequestError
            | BetaNotFoundError
            | BetaOverloadedError
            | BetaPermissionError
            | BetaRateLimitError
            | BetaRequestTooLargeError
            | UnknownBetaError
        ):
            if isinstance(data, dict) and data.get("type") == "invalid_request_error":
                error_option_1 = BetaInvalidRequestError.from_dict(data)

                return error_option_1
            if isinstance(data, dict) and data.get("type") == "authentication_error":
                error_option_2 = BetaAuthenticationError.from_dict(data)

                return error_option_2
            if isinstance(data, dict) and data.get("type") == "billing_error":
                error_option_3 = BetaBillingError.from_dict(data)

                return error_option_3
            if isinstance(data, dict) and data.get("type") == "permission_error":
                error_option_4 = BetaPermissionError.from_dict(data)

                return error_option_4
            if isinstance(data, dict) and data.get("type") == "not_found_error":
                error_option_5 = BetaNotFoundError.from_dict(data)

                return error_option_5
            if isinstance(data, dict) and data.get("type") == "rate_limit_error":
                error_option_6 = BetaRateLimitError.from_dict(data)

                return error_option_6
            if isinstance(data, dict) and data.get("type") == "timeout_error":
                error_option_7 = BetaGatewayTimeoutError.from_dict(data)

                return error_option_7
            if isinstance(data, dict) and data.get("type") == "api_error":
                error_option_8 = BetaAPIError.from_dict(data)

                return error_option_8
            if isinstance(data, dict) and data.get("type") == "overloaded_error":
                error_option_9 = BetaOverloadedError.from_dict(data)

                return error_option_9
            if isinstance(data, dict) and data.get("type") == "conflict_error":
                error_option_10 = BetaConflictError.from_dict(data)

                return error_option_10
            if isinstance(data, dict) and data.get("type") == "request_too_large":
                error_option_11 = BetaRequestTooLargeError.from_dict(data)

                return error_option_11
            if isinstance(data, dict):
                try:
                    error_option_12 = UnknownBetaError.from_dict(data)

                    return error_option_12
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"error: no member of the union fits this {type(data).__name__}")

        error = _parse_error(_src.pop("error"))

        def _parse_request_id(data: object) -> None | str:
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"request_id: no member of the union fits this {type(data).__name__}")

        request_id = _parse_request_id(_src.pop("request_id"))

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
