# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.chat_completion_tokens_details import ChatCompletionTokensDetails
    from ..models.chat_prompt_tokens_details import ChatPromptTokensDetails


@_attrs_define
class ChatUsage:
    prompt_tokens: int | Unset = UNSET
    completion_tokens: int | Unset = UNSET
    total_tokens: int | Unset = UNSET
    prompt_tokens_details: ChatPromptTokensDetails | None | Unset = UNSET
    completion_tokens_details: ChatCompletionTokensDetails | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.chat_completion_tokens_details import ChatCompletionTokensDetails
        from ..models.chat_prompt_tokens_details import ChatPromptTokensDetails

        prompt_tokens = self.prompt_tokens
        completion_tokens = self.completion_tokens
        total_tokens = self.total_tokens
        prompt_tokens_details: dict[str, Any] | None | Unset
        if isinstance(self.prompt_tokens_details, Unset):
            prompt_tokens_details = UNSET
        elif isinstance(self.prompt_tokens_details, ChatPromptTokensDetails):
            prompt_tokens_details = self.prompt_tokens_details.to_dict()
        else:
            prompt_tokens_details = self.prompt_tokens_details
        completion_tokens_details: dict[str, Any] | None | Unset
        if isinstance(self.completion_tokens_details, Unset):
            completion_tokens_details = UNSET
        elif isinstance(self.completion_tokens_details, ChatCompletionTokensDetails):
            completion_tokens_details = self.completion_tokens_details.to_dict()
        else:
            completion_tokens_details = self.completion_tokens_details
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if prompt_tokens is not UNSET:
            _dict["prompt_tokens"] = prompt_tokens
        if completion_tokens is not UNSET:
            _dict["completion_tokens"] = completion_tokens
        if total_tokens is not UNSET:
            _dict["total_tokens"] = total_tokens
        if prompt_tokens_details is not UNSET:
            _dict["prompt_tokens_details"] = prompt_tokens_details
        if completion_tokens_details is not UNSET:
            _dict["completion_tokens_details"] = completion_tokens_details
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.chat_completion_tokens_details import ChatCompletionTokensDetails
        from ..models.chat_prompt_tokens_details import ChatPromptTokensDetails

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ChatUsage: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        prompt_tokens = _src.pop("prompt_tokens", UNSET)
        completion_tokens = _src.pop("completion_tokens", UNSET)
        total_tokens = _src.pop("total_tokens", UNSET)

        def _parse_prompt_tokens_details(data: object) -> ChatPromptTokensDetails | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    prompt_tokens_details_option_1 = ChatPromptTokensDetails.from_dict(data)

                    return prompt_tokens_details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"prompt_tokens_details: no member of the union fits this {type(data).__name__}")

        prompt_tokens_details = _parse_prompt_tokens_details(_src.pop("prompt_tokens_details", UNSET))

        def _parse_completion_tokens_details(data: object) -> ChatCompletionTokensDetails | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    completion_tokens_details_option_1 = ChatCompletionTokensDetails.from_dict(data)

                    return completion_tokens_details_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"completion_tokens_details: no member of the union fits this {type(data).__name__}")

        completion_tokens_details = _parse_completion_tokens_details(_src.pop("completion_tokens_details", UNSET))

        _obj = cls(
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=total_tokens,
            prompt_tokens_details=prompt_tokens_details,
            completion_tokens_details=completion_tokens_details,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
