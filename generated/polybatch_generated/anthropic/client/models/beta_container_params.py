# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_skill_params import BetaSkillParams


@_attrs_define
class BetaContainerParams:
    id: None | str | Unset = UNSET
    skills: list[BetaSkillParams] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id: None | str | Unset
        if isinstance(self.id, Unset):
            id = UNSET
        else:
            id = self.id
        skills: list[dict[str, Any]] | None | Unset
        if isinstance(self.skills, Unset):
            skills = UNSET
        elif isinstance(self.skills, list):
            skills = []
            for skills_option_1_item_data in self.skills:
                skills_option_1_item = skills_option_1_item_data.to_dict()
                skills.append(skills_option_1_item)

        else:
            skills = self.skills
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if id is not UNSET:
            _dict["id"] = id
        if skills is not UNSET:
            _dict["skills"] = skills
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_skill_params import BetaSkillParams

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaContainerParams: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"id: no member of the union fits this {type(data).__name__}")

        id = _parse_id(_src.pop("id", UNSET))

        def _parse_skills(data: object) -> list[BetaSkillParams] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    skills_option_1 = []
                    _skills_option_1 = data
                    for skills_option_1_item_data in _skills_option_1:
                        skills_option_1_item = BetaSkillParams.from_dict(skills_option_1_item_data)

                        skills_option_1.append(skills_option_1_item)

                    return skills_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"skills: no member of the union fits this {type(data).__name__}")

        skills = _parse_skills(_src.pop("skills", UNSET))

        _obj = cls(
            id=id,
            skills=skills,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
