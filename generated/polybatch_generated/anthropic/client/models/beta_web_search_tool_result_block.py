# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_caller import BetaCaller
    from ..models.beta_tool_result_content import BetaToolResultContent
    from ..models.beta_web_search_result_block import BetaWebSearchResultBlock


@_attrs_define
class BetaWebSearchToolResultBlock:
    type_: Literal["web_search_tool_result"]
    tool_use_id: str
    content: BetaToolResultContent | list[BetaWebSearchResultBlock]
    caller: BetaCaller | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_caller import BetaCaller
        from ..models.beta_tool_result_content import BetaToolResultContent

        type_ = self.type_
        tool_use_id = self.tool_use_id
        content: dict[str, Any] | list[dict[str, Any]]
        if isinstance(self.content, BetaToolResultContent):
            content = self.content.to_dict()
        else:
            content = []
            for content_option_2_item_data in self.content:
                content_option_2_item = content_option_2_item_data.to_dict()
                content.append(content_option_2_item)

        caller: dict[str, Any] | None | Unset
        if isinstance(self.caller, Unset):
            caller = UNSET
        elif isinstance(self.caller, BetaCaller):
            caller = self.caller.to_dict()
        else:
            caller = self.caller
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["tool_use_id"] = tool_use_id
        _dict["content"] = content
        if caller is not UNSET:
            _dict["caller"] = caller
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_caller import BetaCaller
        from ..models.beta_tool_result_content import BetaToolResultContent
        from ..models.beta_web_search_result_block import BetaWebSearchResultBlock

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaWebSearchToolResultBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["web_search_tool_result"], _src.pop("type"))
        if type_ != "web_search_tool_result":
            raise ValueError(f"type must match const 'web_search_tool_result', got '{type_}'")
        tool_use_id = _src.pop("tool_use_id")

        def _parse_content(data: object) -> BetaToolResultContent | list[BetaWebSearchResultBlock]:
            if isinstance(data, dict):
                try:
                    content_option_1 = BetaToolResultContent.from_dict(data)

                    return content_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = BetaWebSearchResultBlock.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content"))

        def _parse_caller(data: object) -> BetaCaller | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    caller_option_1 = BetaCaller.from_dict(data)

                    return caller_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"caller: no member of the union fits this {type(data).__name__}")

        caller = _parse_caller(_src.pop("caller", UNSET))

        _obj = cls(
            type_=type_,
            tool_use_id=tool_use_id,
            content=content,
            caller=caller,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
