# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaRefusalStopDetails:
    type_: str
    category: None | str | Unset = UNSET
    explanation: None | str | Unset = UNSET
    fallback_credit_token: None | str | Unset = UNSET
    fallback_has_prefill_claim: bool | None | Unset = UNSET
    recommended_model: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        category: None | str | Unset
        if isinstance(self.category, Unset):
            category = UNSET
        else:
            category = self.category
        explanation: None | str | Unset
        if isinstance(self.explanation, Unset):
            explanation = UNSET
        else:
            explanation = self.explanation
        fallback_credit_token: None | str | Unset
        if isinstance(self.fallback_credit_token, Unset):
            fallback_credit_token = UNSET
        else:
            fallback_credit_token = self.fallback_credit_token
        fallback_has_prefill_claim: bool | None | Unset
        if isinstance(self.fallback_has_prefill_claim, Unset):
            fallback_has_prefill_claim = UNSET
        else:
            fallback_has_prefill_claim = self.fallback_has_prefill_claim
        recommended_model: None | str | Unset
        if isinstance(self.recommended_model, Unset):
            recommended_model = UNSET
        else:
            recommended_model = self.recommended_model
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if category is not UNSET:
            _dict["category"] = category
        if explanation is not UNSET:
            _dict["explanation"] = explanation
        if fallback_credit_token is not UNSET:
            _dict["fallback_credit_token"] = fallback_credit_token
        if fallback_has_prefill_claim is not UNSET:
            _dict["fallback_has_prefill_claim"] = fallback_has_prefill_claim
        if recommended_model is not UNSET:
            _dict["recommended_model"] = recommended_model
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaRefusalStopDetails: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")

        def _parse_category(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"category: no member of the union fits this {type(data).__name__}")

        category = _parse_category(_src.pop("category", UNSET))

        def _parse_explanation(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"explanation: no member of the union fits this {type(data).__name__}")

        explanation = _parse_explanation(_src.pop("explanation", UNSET))

        def _parse_fallback_credit_token(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"fallback_credit_token: no member of the union fits this {type(data).__name__}")

        fallback_credit_token = _parse_fallback_credit_token(_src.pop("fallback_credit_token", UNSET))

        def _parse_fallback_has_prefill_claim(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"fallback_has_prefill_claim: no member of the union fits this {type(data).__name__}")

        fallback_has_prefill_claim = _parse_fallback_has_prefill_claim(_src.pop("fallback_has_prefill_claim", UNSET))

        def _parse_recommended_model(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"recommended_model: no member of the union fits this {type(data).__name__}")

        recommended_model = _parse_recommended_model(_src.pop("recommended_model", UNSET))

        _obj = cls(
            type_=type_,
            category=category,
            explanation=explanation,
            fallback_credit_token=fallback_credit_token,
            fallback_has_prefill_claim=fallback_has_prefill_claim,
            recommended_model=recommended_model,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
