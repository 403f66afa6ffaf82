# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_mcp_tool import BetaMCPTool


@_attrs_define
class BetaMCPToolListingBlock:
    type_: Literal["mcp_tool_listing"]
    mcp_server_name: str
    tools: list[BetaMCPTool]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        mcp_server_name = self.mcp_server_name
        tools = []
        for tools_item_data in self.tools:
            tools_item = tools_item_data.to_dict()
            tools.append(tools_item)

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["mcp_server_name"] = mcp_server_name
        _dict["tools"] = tools
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_mcp_tool import BetaMCPTool

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMCPToolListingBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["mcp_tool_listing"], _src.pop("type"))
        if type_ != "mcp_tool_listing":
            raise ValueError(f"type must match const 'mcp_tool_listing', got '{type_}'")
        mcp_server_name = _src.pop("mcp_server_name")
        tools = []
        _tools = _src.pop("tools")
        for tools_item_data in _tools:
            tools_item = BetaMCPTool.from_dict(tools_item_data)

            tools.append(tools_item)

        _obj = cls(
            type_=type_,
            mcp_server_name=mcp_server_name,
            tools=tools,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
