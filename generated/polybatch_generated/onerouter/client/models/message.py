# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.content_block import ContentBlock


@_attrs_define
class Message:
    role: str
    content: list[ContentBlock] | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role = self.role
        content: list[dict[str, Any]] | str
        if isinstance(self.content, list):
            content = []
            for content_option_2_item_data in self.content:
                content_option_2_item = content_option_2_item_data.to_dict()
                content.append(content_option_2_item)

        else:
            content = self.content
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["role"] = role
        _dict["content"] = content
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.content_block import ContentBlock

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"Message: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = _src.pop("role")

        def _parse_content(data: object) -> list[ContentBlock] | str:
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = ContentBlock.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content"))

        _obj = cls(
            role=role,
            content=content,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
