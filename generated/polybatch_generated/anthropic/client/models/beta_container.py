# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_container_skill import BetaContainerSkill


@_attrs_define
class BetaContainer:
    id: str
    expires_at: datetime.datetime
    skills: list[BetaContainerSkill] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id
        expires_at = self.expires_at.isoformat()
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
        _dict["id"] = id
        _dict["expires_at"] = expires_at
        if skills is not UNSET:
            _dict["skills"] = skills
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_container_skill import BetaContainerSkill

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaContainer: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
        expires_at = datetime.datetime.fromisoformat(_src.pop("expires_at"))

        def _parse_skills(data: object) -> list[BetaContainerSkill] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    skills_option_1 = []
                    _skills_option_1 = data
                    for skills_option_1_item_data in _skills_option_1:
                        skills_option_1_item = BetaContainerSkill.from_dict(skills_option_1_item_data)

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
            expires_at=expires_at,
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
