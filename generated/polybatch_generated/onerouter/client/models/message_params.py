# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.content_block import ContentBlock
    from ..models.message import Message
    from ..models.message_metadata import MessageMetadata
    from ..models.thinking import Thinking


@_attrs_define
class MessageParams:
    model: str
    max_tokens: int
    messages: list[Message]
    stop_sequences: list[str] | Unset = UNSET
    tools: list[Any] | Unset = UNSET
    top_k: int | Unset = UNSET
    metadata: MessageMetadata | Unset = UNSET
    system: list[ContentBlock] | str | Unset = UNSET
    temperature: float | Unset = UNSET
    tool_choice: Any | None | str | Unset = UNSET
    top_p: float | Unset = UNSET
    thinking: Thinking | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        model = self.model
        max_tokens = self.max_tokens
        messages = []
        for messages_item_data in self.messages:
            messages_item = messages_item_data.to_dict()
            messages.append(messages_item)

        stop_sequences: list[str] | Unset = UNSET
        if not isinstance(self.stop_sequences, Unset):
            stop_sequences = self.stop_sequences

        tools: list[Any] | Unset = UNSET
        if not isinstance(self.tools, Unset):
            tools = self.tools

        top_k = self.top_k
        metadata: dict[str, Any] | Unset = UNSET
        if not isinstance(self.metadata, Unset):
            metadata = self.metadata.to_dict()
        system: list[dict[str, Any]] | str | Unset
        if isinstance(self.system, Unset):
            system = UNSET
        elif isinstance(self.system, list):
            system = []
            for system_option_2_item_data in self.system:
                system_option_2_item = system_option_2_item_data.to_dict()
                system.append(system_option_2_item)

        else:
            system = self.system
        temperature = self.temperature
        tool_choice: Any | None | str | Unset
        if isinstance(self.tool_choice, Unset):
            tool_choice = UNSET
        else:
            tool_choice = self.tool_choice
        top_p = self.top_p
        thinking: dict[str, Any] | Unset = UNSET
        if not isinstance(self.thinking, Unset):
            thinking = self.thinking.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["model"] = model
        _dict["max_tokens"] = max_tokens
        _dict["messages"] = messages
        if stop_sequences is not UNSET:
            _dict["stop_sequences"] = stop_sequences
        if tools is not UNSET:
            _dict["tools"] = tools
        if top_k is not UNSET:
            _dict["top_k"] = top_k
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        if system is not UNSET:
            _dict["system"] = system
        if temperature is not UNSET:
            _dict["temperature"] = temperature
        if tool_choice is not UNSET:
            _dict["tool_choice"] = tool_choice
        if top_p is not UNSET:
            _dict["top_p"] = top_p
        if thinking is not UNSET:
            _dict["thinking"] = thinking
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.content_block import ContentBlock
        from ..models.message import Message
        from ..models.message_metadata import MessageMetadata
        from ..models.thinking import Thinking

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageParams: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        model = _src.pop("model")
        max_tokens = _src.pop("max_tokens")
        messages = []
        _messages = _src.pop("messages")
        for messages_item_data in _messages:
            messages_item = Message.from_dict(messages_item_data)

            messages.append(messages_item)

        stop_sequences = cast(list[str], _src.pop("stop_sequences", UNSET))

        tools = cast(list[Any], _src.pop("tools", UNSET))

        top_k = _src.pop("top_k", UNSET)
        _metadata = _src.pop("metadata", UNSET)
        metadata: MessageMetadata | Unset
        if isinstance(_metadata, Unset):
            metadata = UNSET
        else:
            metadata = MessageMetadata.from_dict(_metadata)

        def _parse_system(data: object) -> list[ContentBlock] | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    system_option_2 = []
                    _system_option_2 = data
                    for system_option_2_item_data in _system_option_2:
                        system_option_2_item = ContentBlock.from_dict(system_option_2_item_data)

                        system_option_2.append(system_option_2_item)

                    return system_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"system: no member of the union fits this {type(data).__name__}")

        system = _parse_system(_src.pop("system", UNSET))

        temperature = _src.pop("temperature", UNSET)

        def _parse_tool_choice(data: object) -> Any | None | str | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"tool_choice: no member of the union fits this {type(data).__name__}")

        tool_choice = _parse_tool_choice(_src.pop("tool_choice", UNSET))

        top_p = _src.pop("top_p", UNSET)
        _thinking = _src.pop("thinking", UNSET)
        thinking: Thinking | Unset
        if isinstance(_thinking, Unset):
            thinking = UNSET
        else:
            thinking = Thinking.from_dict(_thinking)

        _obj = cls(
            model=model,
            max_tokens=max_tokens,
            messages=messages,
            stop_sequences=stop_sequences,
            tools=tools,
            top_k=top_k,
            metadata=metadata,
            system=system,
            temperature=temperature,
            tool_choice=tool_choice,
            top_p=top_p,
            thinking=thinking,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
