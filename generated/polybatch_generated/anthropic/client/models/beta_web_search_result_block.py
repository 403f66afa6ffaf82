# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset


@_attrs_define
class BetaWebSearchResultBlock:
    type_: str
    title: str | Unset = UNSET
    url: str | Unset = UNSET
    encrypted_content: str | Unset = UNSET
    page_age: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        title = self.title
        url = self.url
        encrypted_content = self.encrypted_content
        page_age: None | str | Unset
        if isinstance(self.page_age, Unset):
            page_age = UNSET
        else:
            page_age = self.page_age
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        if title is not UNSET:
            _dict["title"] = title
        if url is not UNSET:
            _dict["url"] = url
        if encrypted_content is not UNSET:
            _dict["encrypted_content"] = encrypted_content
        if page_age is not UNSET:
            _dict["page_age"] = page_age
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaWebSearchResultBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = _src.pop("type")
        title = _src.pop("title", UNSET)
        url = _src.pop("url", UNSET)
        encrypted_content = _src.pop("encrypted_content", UNSET)

        def _parse_page_age(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"page_age: no member of the union fits this {type(data).__name__}")

        page_age = _parse_page_age(_src.pop("page_age", UNSET))

        _obj = cls(
            type_=type_,
            title=title,
            url=url,
            encrypted_content=encrypted_content,
            page_age=page_age,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
