# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_server_tool_name import BetaServerToolName
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_caller import BetaCaller


@_attrs_define
class BetaServerToolUseBlock:
    type_: Literal["server_tool_use"]
    id: str
    name: BetaServerToolName | str
    input_: Any
    caller: BetaCaller | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_caller import BetaCaller

        type_ = self.type_
        id = self.id
        name: str
        if isinstance(self.name, BetaServerToolName):
            name = self.name.value
        else:
            name = self.name
        input_ = self.input_
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
        _dict["id"] = id
        _dict["name"] = name
        _dict["input"] = input_
        if caller is not UNSET:
            _dict["caller"] = caller
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_caller import BetaCaller

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaServerToolUseBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["server_tool_use"], _src.pop("type"))
        if type_ != "server_tool_use":
            raise ValueError(f"type must match const 'server_tool_use', got '{type_}'")
        id = _src.pop("id")

        def _parse_name(data: object) -> BetaServerToolName | str:
            if isinstance(data, str):
                try:
                    name_option_1 = BetaServerToolName(data)

                    return name_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"name: no member of the union fits this {type(data).__name__}")

        name = _parse_name(_src.pop("name"))

        input_ = _src.pop("input")

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
            id=id,
            name=name,
            input_=input_,
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
