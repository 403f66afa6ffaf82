# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_text_citation import BetaTextCitation


@_attrs_define
class BetaTextBlock:
    type_: Literal["text"]
    text: str
    citations: list[BetaTextCitation] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        type_ = self.type_
        text = self.text
        citations: list[dict[str, Any]] | None | Unset
        if isinstance(self.citations, Unset):
            citations = UNSET
        elif isinstance(self.citations, list):
            citations = []
            for citations_option_1_item_data in self.citations:
                citations_option_1_item = citations_option_1_item_data.to_dict()
                citations.append(citations_option_1_item)

        else:
            citations = self.citations
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["type"] = type_
        _dict["text"] = text
        if citations is not UNSET:
            _dict["citations"] = citations
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_text_citation import BetaTextCitation

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaTextBlock: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["text"], _src.pop("type"))
        if type_ != "text":
            raise ValueError(f"type must match const 'text', got '{type_}'")
        text = _src.pop("text")

        def _parse_citations(data: object) -> list[BetaTextCitation] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    citations_option_1 = []
                    _citations_option_1 = data
                    for citations_option_1_item_data in _citations_option_1:
                        citations_option_1_item = BetaTextCitation.from_dict(citations_option_1_item_data)

                        citations_option_1.append(citations_option_1_item)

                    return citations_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"citations: no member of the union fits this {type(data).__name__}")

        citations = _parse_citations(_src.pop("citations", UNSET))

        _obj = cls(
            type_=type_,
            text=text,
            citations=citations,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
