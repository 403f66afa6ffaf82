# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class MessageUsage:
    input_tokens: int | Unset = UNSET
    output_tokens: int | Unset = UNSET
    cache_creation_input_tokens: int | None | Unset = UNSET
    cache_read_input_tokens: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
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
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if input_tokens is not UNSET:
            _dict["input_tokens"] = input_tokens
        if output_tokens is not UNSET:
            _dict["output_tokens"] = output_tokens
        if cache_creation_input_tokens is not UNSET:
            _dict["cache_creation_input_tokens"] = cache_creation_input_tokens
        if cache_read_input_tokens is not UNSET:
            _dict["cache_read_input_tokens"] = cache_read_input_tokens
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageUsage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
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

        _obj = cls(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_creation_input_tokens=cache_creation_input_tokens,
            cache_read_input_tokens=cache_read_input_tokens,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
