# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.answer_block import AnswerBlock
    from ..models.message_usage import MessageUsage
    from ..models.stop_details import StopDetails


@_attrs_define
class MessageBody:
    id: str | Unset = UNSET
    type_: str | Unset = UNSET
    role: str | Unset = UNSET
    model: str | Unset = UNSET
    content: list[AnswerBlock] | Unset = UNSET
    stop_reason: None | str | Unset = UNSET
    stop_sequence: None | str | Unset = UNSET
    stop_details: None | StopDetails | Unset = UNSET
    usage: MessageUsage | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.stop_details import StopDetails

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
        stop_details: dict[str, Any] | None | Unset
        if isinstance(self.stop_details, Unset):
            stop_details = UNSET
        elif isinstance(self.stop_details, StopDetails):
            stop_details = self.stop_details.to_dict()
        else:
            stop_details = self.stop_details
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
        if stop_details is not UNSET:
            _dict["stop_details"] = stop_details
        if usage is not UNSET:
            _dict["usage"] = usage
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.answer_block import AnswerBlock
        from ..models.message_usage import MessageUsage
        from ..models.stop_details import StopDetails

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"MessageBody: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id", UNSET)
        type_ = _src.pop("type", UNSET)
        role = _src.pop("role", UNSET)
        model = _src.pop("model", UNSET)
        _content = _src.pop("content", UNSET)
        content: list[AnswerBlock] | Unset = UNSET
        if _content is not UNSET:
            content = []
            for content_item_data in _content:
                content_item = AnswerBlock.from_dict(content_item_data)

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

        def _parse_stop_details(data: object) -> None | StopDetails | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    stop_details_option_1 = StopDetails.from_dict(data)

                    return stop_details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"stop_details: no member of the union fits this {type(data).__name__}")

        stop_details = _parse_stop_details(_src.pop("stop_details", UNSET))

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
            stop_details=stop_details,
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
