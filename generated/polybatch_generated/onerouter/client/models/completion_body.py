# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.completion_choice import CompletionChoice
    from ..models.completion_usage import CompletionUsage
    from ..models.result_error import ResultError


@_attrs_define
class CompletionBody:
    id: str | Unset = UNSET
    object_: str | Unset = UNSET
    created: int | Unset = UNSET
    model: str | Unset = UNSET
    choices: list[CompletionChoice] | Unset = UNSET
    usage: CompletionUsage | None | Unset = UNSET
    error: None | ResultError | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.completion_usage import CompletionUsage
        from ..models.result_error import ResultError

        id = self.id
        object_ = self.object_
        created = self.created
        model = self.model
        choices: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.choices, Unset):
            choices = []
            for choices_item_data in self.choices:
                choices_item = choices_item_data.to_dict()
                choices.append(choices_item)

        usage: dict[str, Any] | None | Unset
        if isinstance(self.usage, Unset):
            usage = UNSET
        elif isinstance(self.usage, CompletionUsage):
            usage = self.usage.to_dict()
        else:
            usage = self.usage
        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, ResultError):
            error = self.error.to_dict()
        else:
            error = self.error
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if id is not UNSET:
            _dict["id"] = id
        if object_ is not UNSET:
            _dict["object"] = object_
        if created is not UNSET:
            _dict["created"] = created
        if model is not UNSET:
            _dict["model"] = model
        if choices is not UNSET:
            _dict["choices"] = choices
        if usage is not UNSET:
            _dict["usage"] = usage
        if error is not UNSET:
            _dict["error"] = error
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.completion_choice import CompletionChoice
        from ..models.completion_usage import CompletionUsage
        from ..models.result_error import ResultError

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"CompletionBody: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id", UNSET)
        object_ = _src.pop("object", UNSET)
        created = _src.pop("created", UNSET)
        model = _src.pop("model", UNSET)
        _choices = _src.pop("choices", UNSET)
        choices: list[CompletionChoice] | Unset = UNSET
        if _choices is not UNSET:
            choices = []
            for choices_item_data in _choices:
                choices_item = CompletionChoice.from_dict(choices_item_data)

                choices.append(choices_item)

        def _parse_usage(data: object) -> CompletionUsage | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    usage_option_1 = CompletionUsage.from_dict(data)

                    return usage_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"usage: no member of the union fits this {type(data).__name__}")

        usage = _parse_usage(_src.pop("usage", UNSET))

        def _parse_error(data: object) -> None | ResultError | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    error_option_1 = ResultError.from_dict(data)

                    return error_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"error: no member of the union fits this {type(data).__name__}")

        error = _parse_error(_src.pop("error", UNSET))

        _obj = cls(
            id=id,
            object_=object_,
            created=created,
            model=model,
            choices=choices,
            usage=usage,
            error=error,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
