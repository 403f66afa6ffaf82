# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_message import ChatMessage


@_attrs_define
class BatchRequestBody:
    """A chat-completions request; further fields pass."""

    model: str
    messages: list[ChatMessage] | Unset = UNSET
    temperature: float | None | Unset = UNSET
    max_tokens: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model = self.model
        messages: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.messages, Unset):
            messages = []
            for messages_item_data in self.messages:
                messages_item = messages_item_data.to_dict()
                messages.append(messages_item)

        temperature: float | None | Unset
        if isinstance(self.temperature, Unset):
            temperature = UNSET
        else:
            temperature = self.temperature
        max_tokens: int | None | Unset
        if isinstance(self.max_tokens, Unset):
            max_tokens = UNSET
        else:
            max_tokens = self.max_tokens
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["model"] = model
        if messages is not UNSET:
            _dict["messages"] = messages
        if temperature is not UNSET:
            _dict["temperature"] = temperature
        if max_tokens is not UNSET:
            _dict["max_tokens"] = max_tokens
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_message import ChatMessage

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchRequestBody: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        model = _src.pop("model")
        _messages = _src.pop("messages", UNSET)
        messages: list[ChatMessage] | Unset = UNSET
        if _messages is not UNSET:
            messages = []
            for messages_item_data in _messages:
                messages_item = ChatMessage.from_dict(messages_item_data)

                messages.append(messages_item)

        def _parse_temperature(data: object) -> float | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, (int, float)):
                return data
            if data is None:
                return data
            raise TypeError(f"temperature: no member of the union fits this {type(data).__name__}")

        temperature = _parse_temperature(_src.pop("temperature", UNSET))

        def _parse_max_tokens(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"max_tokens: no member of the union fits this {type(data).__name__}")

        max_tokens = _parse_max_tokens(_src.pop("max_tokens", UNSET))

        _obj = cls(
            model=model,
            messages=messages,
            temperature=temperature,
            max_tokens=max_tokens,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
