# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_message_role_param import BetaMessageRoleParam
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_content_block_param import BetaContentBlockParam


@_attrs_define
class BetaMessageParam:
    role: BetaMessageRoleParam
    content: list[BetaContentBlockParam] | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        role = self.role.value
        content: list[dict[str, Any]] | str | Unset
        if isinstance(self.content, Unset):
            content = UNSET
        elif isinstance(self.content, list):
            content = []
            for content_option_2_item_data in self.content:
                content_option_2_item = content_option_2_item_data.to_dict()
                content.append(content_option_2_item)

        else:
            content = self.content
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["role"] = role
        if content is not UNSET:
            _dict["content"] = content
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_content_block_param import BetaContentBlockParam

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMessageParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        role = BetaMessageRoleParam(_src.pop("role"))

        def _parse_content(data: object) -> list[BetaContentBlockParam] | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, list):
                try:
                    content_option_2 = []
                    _content_option_2 = data
                    for content_option_2_item_data in _content_option_2:
                        content_option_2_item = BetaContentBlockParam.from_dict(content_option_2_item_data)

                        content_option_2.append(content_option_2_item)

                    return content_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"content: no member of the union fits this {type(data).__name__}")

        content = _parse_content(_src.pop("content", UNSET))

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
