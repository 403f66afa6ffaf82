# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_tool_result_content import BetaToolResultContent


@_attrs_define
class BetaCodeExecutionToolResultBlock:
    type_: Literal["code_execution_tool_result"]
    tool_use_id: str
    content: BetaToolResultContent
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        tool_use_id = self.tool_use_id
        content = self.content.to_dict()
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["tool_use_id"] = tool_use_id
        _dict["content"] = content
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_tool_result_content import BetaToolResultContent

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaCodeExecutionToolResultBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["code_execution_tool_result"], _src.pop("type"))
        if type_ != "code_execution_tool_result":
            raise ValueError(f"type must match const 'code_execution_tool_result', got '{type_}'")
        tool_use_id = _src.pop("tool_use_id")
        content = BetaToolResultContent.from_dict(_src.pop("content"))

        _obj = cls(
            type_=type_,
            tool_use_id=tool_use_id,
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
