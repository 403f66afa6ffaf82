# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_cache_creation import BetaCacheCreation


@_attrs_define
class BetaIterationUsage:
    """Usage of one pass of a multi-pass answer; the parts depend on the type."""

    type_: str
    model: str | Unset = UNSET
    input_tokens: int | Unset = UNSET
    output_tokens: int | Unset = UNSET
    cache_creation_input_tokens: int | None | Unset = UNSET
    cache_read_input_tokens: int | None | Unset = UNSET
    cache_creation: BetaCacheCreation | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_cache_creation import BetaCacheCreation

        type_ = self.type_
        model = self.model
        input_tokens = self.input_tokens
        output_tokens = self.output_tokens
        cache_creation_input_tokens: int | None | Unset
        if isinstance(self.cache_creation_input_tokens, Unset):
            cache_creation_input_tokens = UNSET
        else:
            cache_creation_input_tokens = self.cache_creation_input_tokens
        cache_read_input_tokens: int | None | Unset
        if isinstance(self.cache_read_input_tokens, Unset):
            cache_read_input_tokens = UNSET
        else:
            cache_read_input_tokens = self.cache_read_input_tokens
        cache_creation: dict[str, Any] | None | Unset
        if isinstance(self.cache_creation, Unset):
            cache_creation = UNSET
        elif isinstance(self.cache_creation, BetaCacheCreation):
            cache_creation = self.cache_creation.to_dict()
        else:
            cache_creation = self.cache_creation
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if model is not UNSET:
            _dict["model"] = model
        if input_tokens is not UNSET:
            _dict["input_tokens"] = input_tokens
        if output_tokens is not UNSET:
            _dict["output_tokens"] = output_tokens
        if cache_creation_input_tokens is not UNSET:
            _dict["cache_creation_input_tokens"] = cache_creation_input_tokens
        if cache_read_input_tokens is not UNSET:
            _dict["cache_read_input_tokens"] = cache_read_input_tokens
        if cache_creation is not UNSET:
            _dict["cache_creation"] = cache_creation
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_cache_creation import BetaCacheCreation

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaIterationUsage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")
        model = _src.pop("model", UNSET)
        input_tokens = _src.pop("input_tokens", UNSET)
        output_tokens = _src.pop("output_tokens", UNSET)

        def _parse_cache_creation_input_tokens(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cache_creation_input_tokens: no member of the union fits this {type(data).__name__}")

        cache_creation_input_tokens = _parse_cache_creation_input_tokens(_src.pop("cache_creation_input_tokens", UNSET))

        def _parse_cache_read_input_tokens(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cache_read_input_tokens: no member of the union fits this {type(data).__name__}")

        cache_read_input_tokens = _parse_cache_read_input_tokens(_src.pop("cache_read_input_tokens", UNSET))

        def _parse_cache_creation(data: object) -> BetaCacheCreation | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    cache_creation_option_1 = BetaCacheCreation.from_dict(data)

                    return cache_creation_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"cache_creation: no member of the union fits this {type(data).__name__}")

        cache_creation = _parse_cache_creation(_src.pop("cache_creation", UNSET))

        _obj = cls(
            type_=type_,
            model=model,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_creation_input_tokens=cache_creation_input_tokens,
            cache_read_input_tokens=cache_read_input_tokens,
            cache_creation=cache_creation,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
