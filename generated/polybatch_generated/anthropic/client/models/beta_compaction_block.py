# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_tool_change import BetaToolChange


@_attrs_define
class BetaCompactionBlock:
    type_: Literal["compaction"]
    content: None | str | Unset = UNSET
    encrypted_content: None | str | Unset = UNSET
    signature: None | str | Unset = UNSET
    tool_changes: list[BetaToolChange] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        content: None | str | Unset
        if isinstance(self.content, Unset):
            content = UNSET
        else:
            content = self.content
        encrypted_content: None | str | Unset
        if isinstance(self.encrypted_content, Unset):
            encrypted_content = UNSET
        else:
            encrypted_content = self.encrypted_content
        signature: None | str | Unset
        if isinstance(self.signature, Unset):
            signature = UNSET
        else:
            signature = self.signature
        tool_changes: list[dict[str, Any]] | None | Unset
        if isinstance(self.tool_changes, Unset):
            tool_changes = UNSET
        elif isinstance(self.tool_changes, list):
            tool_changes = []
            for tool_changes_option_1_item_data in self.tool_changes:
                tool_changes_option_1_item = tool_changes_option_1_item_data.to_dict()
                tool_changes.append(tool_changes_option_1_item)

        else:
            tool_changes = self.tool_changes
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if content is not UNSET:
            _dict["content"] = content
        if encrypted_content is not UNSET:
            _dict["encrypted_content"] = encrypted_content
        if signature is not UNSET:
            _dict["signature"] = signature
        if tool_changes is not UNSET:
            _dict["tool_changes"] = tool_changes
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_tool_change import BetaToolChange

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaCompactionBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["compaction"], _src.pop("type"))
        if type_ != "compaction":
            raise ValueError(f"type must match const 'compaction', got '{type_}'")

        def _parse_content(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content", UNSET))

        def _parse_encrypted_content(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"encrypted_content: no member of the union fits this {type(data).__name__}")

        encrypted_content = _parse_encrypted_content(_src.pop("encrypted_content", UNSET))

        def _parse_signature(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"signature: no member of the union fits this {type(data).__name__}")

        signature = _parse_signature(_src.pop("signature", UNSET))

        def _parse_tool_changes(data: object) -> list[BetaToolChange] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    tool_changes_option_1 = []
                    _tool_changes_option_1 = data
                    for tool_changes_option_1_item_data in _tool_changes_option_1:
                        tool_changes_option_1_item = BetaToolChange.from_dict(tool_changes_option_1_item_data)

                        tool_changes_option_1.append(tool_changes_option_1_item)

                    return tool_changes_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"tool_changes: no member of the union fits this {type(data).__name__}")

        tool_changes = _parse_tool_changes(_src.pop("tool_changes", UNSET))

        _obj = cls(
            type_=type_,
            content=content,
            encrypted_content=encrypted_content,
            signature=signature,
            tool_changes=tool_changes,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
