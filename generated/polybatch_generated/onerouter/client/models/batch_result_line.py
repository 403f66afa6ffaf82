# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.completion_response import CompletionResponse
    from ..models.message_result import MessageResult
    from ..models.result_error import ResultError


@_attrs_define
class BatchResultLine:
    custom_id: str
    id: str | Unset = UNSET
    result: MessageResult | Unset = UNSET
    response: CompletionResponse | None | Unset = UNSET
    error: None | ResultError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.completion_response import CompletionResponse
        from ..models.result_error import ResultError

        custom_id = self.custom_id
        id = self.id
        result: dict[str, Any] | Unset = UNSET
        if not isinstance(self.result, Unset):
            result = self.result.to_dict()
        response: dict[str, Any] | None | Unset
        if isinstance(self.response, Unset):
            response = UNSET
        elif isinstance(self.response, CompletionResponse):
            response = self.response.to_dict()
        else:
            response = self.response
        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, ResultError):
            error = self.error.to_dict()
        else:
            error = self.error
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["custom_id"] = custom_id
        if id is not UNSET:
            _dict["id"] = id
        if result is not UNSET:
            _dict["result"] = result
        if response is not UNSET:
            _dict["response"] = response
        if error is not UNSET:
            _dict["error"] = error
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.completion_response import CompletionResponse
        from ..models.message_result import MessageResult
        from ..models.result_error import ResultError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchResultLine: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")
        id = _src.pop("id", UNSET)
        _result = _src.pop("result", UNSET)
        result: MessageResult | Unset
        if isinstance(_result, Unset):
            result = UNSET
        else:
            result = MessageResult.from_dict(_result)

        def _parse_response(data: object) -> CompletionResponse | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    response_option_1 = CompletionResponse.from_dict(data)

                    return response_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"response: no member of the union fits this {type(data).__name__}")

        response = _parse_response(_src.pop("response", UNSET))

        def _parse_error(data: object) -> None | ResultError | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    error_option_1 = ResultError.from_dict(data)

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
            result=result,
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
