# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_text_block import BetaTextBlock


@_attrs_define
class BetaMCPToolResultBlock:
    type_: Literal["mcp_tool_result"]
    tool_use_id: str
    is_error: bool
    content: list[BetaTextBlock] | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        tool_use_id = self.tool_use_id
        is_error = self.is_error
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
        _dict["type"] = type_
        _dict["tool_use_id"] = tool_use_id
        _dict["is_error"] = is_error
        _dict["content"] = content
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_text_block import BetaTextBlock

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMCPToolResultBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["mcp_tool_result"], _src.pop("type"))
        if type_ != "mcp_tool_result":
            raise ValueError(f"type must match const 'mcp_tool_result', got '{type_}'")
        tool_use_id = _src.pop("tool_use_id")
        is_error = _src.pop("is_error")

        def _parse_content(data: object) -> list[BetaTextBlock] | str:
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = BetaTextBlock.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content"))

        _obj = cls(
            type_=type_,
            tool_use_id=tool_use_id,
            is_error=is_error,
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
