# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_thinking_display import BetaThinkingDisplay
from ..models.beta_thinking_type import BetaThinkingType
from ..types import UNSET, Unset


@_attrs_define
class BetaThinkingConfigParam:
    """One object for the four kinds, so that a fifth one passes."""

    type_: BetaThinkingType
    budget_tokens: int | Unset = UNSET
    display: BetaThinkingDisplay | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_.value
        budget_tokens = self.budget_tokens
        display: None | str | Unset
        if isinstance(self.display, Unset):
            display = UNSET
        elif isinstance(self.display, BetaThinkingDisplay):
            display = self.display.value
        else:
            display = self.display
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if budget_tokens is not UNSET:
            _dict["budget_tokens"] = budget_tokens
        if display is not UNSET:
            _dict["display"] = display
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaThinkingConfigParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = BetaThinkingType(_src.pop("type"))

        budget_tokens = _src.pop("budget_tokens", UNSET)

        def _parse_display(data: object) -> BetaThinkingDisplay | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    display_option_1 = BetaThinkingDisplay(data)

                    return display_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"display: no member of the union fits this {type(data).__name__}")

        display = _parse_display(_src.pop("display", UNSET))

        _obj = cls(
            type_=type_,
            budget_tokens=budget_tokens,
            display=display,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
