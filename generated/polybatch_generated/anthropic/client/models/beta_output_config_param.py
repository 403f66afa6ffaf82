# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_effort import BetaEffort
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.beta_json_output_format_param import BetaJSONOutputFormatParam
    from ..models.beta_token_task_budget_param import BetaTokenTaskBudgetParam


@_attrs_define
class BetaOutputConfigParam:
    effort: BetaEffort | None | Unset = UNSET
    format_: BetaJSONOutputFormatParam | None | Unset = UNSET
    task_budget: BetaTokenTaskBudgetParam | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_json_output_format_param import BetaJSONOutputFormatParam
        from ..models.beta_token_task_budget_param import BetaTokenTaskBudgetParam

        effort: None | str | Unset
        if isinstance(self.effort, Unset):
            effort = UNSET
        elif isinstance(self.effort, BetaEffort):
            effort = self.effort.value
        else:
            effort = self.effort
        format_: dict[str, Any] | None | Unset
        if isinstance(self.format_, Unset):
            format_ = UNSET
        elif isinstance(self.format_, BetaJSONOutputFormatParam):
            format_ = self.format_.to_dict()
        else:
            format_ = self.format_
        task_budget: dict[str, Any] | None | Unset
        if isinstance(self.task_budget, Unset):
            task_budget = UNSET
        elif isinstance(self.task_budget, BetaTokenTaskBudgetParam):
            task_budget = self.task_budget.to_dict()
        else:
            task_budget = self.task_budget
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if effort is not UNSET:
            _dict["effort"] = effort
        if format_ is not UNSET:
            _dict["format"] = format_
        if task_budget is not UNSET:
            _dict["task_budget"] = task_budget
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_json_output_format_param import BetaJSONOutputFormatParam
        from ..models.beta_token_task_budget_param import BetaTokenTaskBudgetParam

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaOutputConfigParam: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)

        def _parse_effort(data: object) -> BetaEffort | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    effort_option_1 = BetaEffort(data)

                    return effort_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"effort: no member of the union fits this {type(data).__name__}")

        effort = _parse_effort(_src.pop("effort", UNSET))

        def _parse_format_(data: object) -> BetaJSONOutputFormatParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict) and data.get("type") == "json_schema":
                format_option_1 = BetaJSONOutputFormatParam.from_dict(data)

                return format_option_1
            if data is None:
                return data
            raise TypeError(f"format: no member of the union fits this {type(data).__name__}")

        format_ = _parse_format_(_src.pop("format", UNSET))

        def _parse_task_budget(data: object) -> BetaTokenTaskBudgetParam | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    task_budget_option_1 = BetaTokenTaskBudgetParam.from_dict(data)

                    return task_budget_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"task_budget: no member of the union fits this {type(data).__name__}")

        task_budget = _parse_task_budget(_src.pop("task_budget", UNSET))

        _obj = cls(
            effort=effort,
            format_=format_,
            task_budget=task_budget,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
