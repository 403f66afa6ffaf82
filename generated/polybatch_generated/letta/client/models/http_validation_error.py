# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.validation_error import ValidationError


@_attrs_define
class HTTPValidationError:
    detail: list[ValidationError] | str | Unset = UNSET
    trace_id: str | Unset = UNSET
    examples: list[Any] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        detail: list[dict[str, Any]] | str | Unset
        if isinstance(self.detail, Unset):
            detail = UNSET
        elif isinstance(self.detail, list):
            detail = []
            for detail_option_1_item_data in self.detail:
                detail_option_1_item = detail_option_1_item_data.to_dict()
                detail.append(detail_option_1_item)

        else:
            detail = self.detail
        trace_id = self.trace_id
        examples: list[Any] | Unset = UNSET
        if not isinstance(self.examples, Unset):
            examples = self.examples

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if detail is not UNSET:
            _dict["detail"] = detail
        if trace_id is not UNSET:
            _dict["trace_id"] = trace_id
        if examples is not UNSET:
            _dict["examples"] = examples
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.validation_error import ValidationError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"HTTPValidationError: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_detail(data: object) -> list[ValidationError] | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    detail_option_1 = []
                    _detail_option_1 = data
                    for detail_option_1_item_data in _detail_option_1:
                        detail_option_1_item = ValidationError.from_dict(detail_option_1_item_data)

                        detail_option_1.append(detail_option_1_item)

                    return detail_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"detail: no member of the union fits this {type(data).__name__}")

        detail = _parse_detail(_src.pop("detail", UNSET))

        trace_id = _src.pop("trace_id", UNSET)
        examples = cast(list[Any], _src.pop("examples", UNSET))

        _obj = cls(
            detail=detail,
            trace_id=trace_id,
            examples=examples,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
