# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 1440adeb8464617d28ef8bea89dc1be0f26b8d094573eee7b7d0a3d8c6cdc975

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.content_block import ContentBlock
    from ..models.message_usage import MessageUsage


@_attrs_define
class MessageBody:
    id: str | Unset = UNSET
    type_: str | Unset = UNSET
    role: str | Unset = UNSET
    model: str | Unset = UNSET
    content: list[ContentBlock] | Unset = UNSET
    stop_reason: None | str | Unset = UNSET
    stop_sequence: None | str | Unset = UNSET
    usage: MessageUsage | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id
        type_ = self.type_
        role = self.role
        model = self.model
        content: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.content, Unset):
            content = []
            for content_item_data in self.content:
                content_item = content_item_data.to_dict()
                content.append(content_item)

        stop_reason: None | str | Unset
        if isinstance(self.stop_reason, Unset):
            stop_reason = UNSET
        else:
            stop_reason = self.stop_reason
        stop_sequence: None | str | Unset
        if isinstance(self.stop_sequence, Unset):
            stop_sequence = UNSET
        else:
            stop_sequence = self.stop_sequence
        usage: dict[str, Any] | Unset = UNSET
        if not isinstance(self.usage, Unset):
            usage = self.usage.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if id is not UNSET:
            _dict["id"] = id
        if type_ is not UNSET:
            _dict["type"] = type_
        if role is not UNSET:
            _dict["role"] = role
        if model is not UNSET:
            _dict["model"] = model
        if content is not UNSET:
            _dict["content"] = content
        if stop_reason is not UNSET:
            _dict["stop_reason"] = stop_reason
        if stop_sequence is not UNSET:
            _dict["stop_sequence"] = stop_sequence
        if usage is not UNSET:
            _dict["usage"] = usage
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.content_block import ContentBlock
        from ..models.message_usage import MessageUsage

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageBody: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id", UNSET)
        type_ = _src.pop("type", UNSET)
        role = _src.pop("role", UNSET)
        model = _src.pop("model", UNSET)
        _content = _src.pop("content", UNSET)
        content: list[ContentBlock] | Unset = UNSET
        if _content is not UNSET:
            content = []
            for content_item_data in _content:
                content_item = ContentBlock.from_dict(content_item_data)

                content.append(content_item)

        def _parse_stop_reason(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"stop_reason: no member of the union fits this {type(data).__name__}")

        stop_reason = _parse_stop_reason(_src.pop("stop_reason", UNSET))

        def _parse_stop_sequence(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"stop_sequence: no member of the union fits this {type(data).__name__}")

        stop_sequence = _parse_stop_sequence(_src.pop("stop_sequence", UNSET))

        _usage = _src.pop("usage", UNSET)
        usage: MessageUsage | Unset
        if isinstance(_usage, Unset):
            usage = UNSET
        else:
            usage = MessageUsage.from_dict(_usage)

        _obj = cls(
            id=id,
            type_=type_,
            role=role,
            model=model,
            content=content,
            stop_reason=stop_reason,
            stop_sequence=stop_sequence,
            usage=usage,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
