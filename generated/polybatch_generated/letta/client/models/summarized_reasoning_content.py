# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.summarized_reasoning_content_part import SummarizedReasoningContentPart


@_attrs_define
class SummarizedReasoningContent:
    id: str
    summary: list[SummarizedReasoningContentPart]
    type_: Literal["summarized_reasoning"] | Unset = "summarized_reasoning"
    encrypted_content: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id
        summary = []
        for summary_item_data in self.summary:
            summary_item = summary_item_data.to_dict()
            summary.append(summary_item)

        type_ = self.type_
        encrypted_content = self.encrypted_content
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        _dict["summary"] = summary
        if type_ is not UNSET:
            _dict["type"] = type_
        if encrypted_content is not UNSET:
            _dict["encrypted_content"] = encrypted_content
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.summarized_reasoning_content_part import SummarizedReasoningContentPart

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"SummarizedReasoningContent: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
        summary = []
        _summary = _src.pop("summary")
        for summary_item_data in _summary:
            summary_item = SummarizedReasoningContentPart.from_dict(summary_item_data)

            summary.append(summary_item)

        type_ = cast(Literal["summarized_reasoning"] | Unset, _src.pop("type", UNSET))
        if type_ != "summarized_reasoning" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'summarized_reasoning', got '{type_}'")
        encrypted_content = _src.pop("encrypted_content", UNSET)
        _obj = cls(
            id=id,
            summary=summary,
            type_=type_,
            encrypted_content=encrypted_content,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
