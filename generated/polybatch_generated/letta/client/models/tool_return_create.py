# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.tool_return import ToolReturn


@_attrs_define
class ToolReturnCreate:
    """Answered 400 in a batch."""

    tool_returns: list[ToolReturn]
    type_: Literal["tool_return"] | Unset = "tool_return"
    otid: None | str | Unset = UNSET
    group_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        tool_returns = []
        for tool_returns_item_data in self.tool_returns:
            tool_returns_item = tool_returns_item_data.to_dict()
            tool_returns.append(tool_returns_item)

        type_ = self.type_
        otid: None | str | Unset
        if isinstance(self.otid, Unset):
            otid = UNSET
        else:
            otid = self.otid
        group_id: None | str | Unset
        if isinstance(self.group_id, Unset):
            group_id = UNSET
        else:
            group_id = self.group_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["tool_returns"] = tool_returns
        if type_ is not UNSET:
            _dict["type"] = type_
        if otid is not UNSET:
            _dict["otid"] = otid
        if group_id is not UNSET:
            _dict["group_id"] = group_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.tool_return import ToolReturn

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ToolReturnCreate: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        tool_returns = []
        _tool_returns = _src.pop("tool_returns")
        for tool_returns_item_data in _tool_returns:
            tool_returns_item = ToolReturn.from_dict(tool_returns_item_data)

            tool_returns.append(tool_returns_item)

        type_ = cast(Literal["tool_return"] | Unset, _src.pop("type", UNSET))
        if type_ != "tool_return" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'tool_return', got '{type_}'")

        def _parse_otid(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"otid: no member of the union fits this {type(data).__name__}")

        otid = _parse_otid(_src.pop("otid", UNSET))

        def _parse_group_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"group_id: no member of the union fits this {type(data).__name__}")

        group_id = _parse_group_id(_src.pop("group_id", UNSET))

        _obj = cls(
            tool_returns=tool_returns,
            type_=type_,
            otid=otid,
            group_id=group_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
