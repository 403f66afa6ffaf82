# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.approval_return import ApprovalReturn
    from ..models.tool_return import ToolReturn


@_attrs_define
class ApprovalCreate:
    """Answered 400 in a batch."""

    type_: Literal["approval"] | Unset = "approval"
    otid: None | str | Unset = UNSET
    group_id: None | str | Unset = UNSET
    approvals: list[ApprovalReturn | ToolReturn] | None | Unset = UNSET
    approve: bool | None | Unset = UNSET
    approval_request_id: None | str | Unset = UNSET
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.approval_return import ApprovalReturn

        type_ = self.type_
        otid: None | str | Unset
        if isinstance(self.otid, Unset):
            otid = UNSET
        else:
            otid = self.otid
        group_id: None | str | Unset
        if isinstance(self.group_id, Unset):
            group_id = UNSET
        else:
            group_id = self.group_id
        approvals: list[dict[str, Any]] | None | Unset
        if isinstance(self.approvals, Unset):
            approvals = UNSET
        elif isinstance(self.approvals, list):
            approvals = []
            for approvals_option_1_item_data in self.approvals:
                approvals_option_1_item: dict[str, Any]
                if isinstance(approvals_option_1_item_data, ApprovalReturn):
                    approvals_option_1_item = approvals_option_1_item_data.to_dict()
                else:
                    approvals_option_1_item = approvals_option_1_item_data.to_dict()

                approvals.append(approvals_option_1_item)

        else:
            approvals = self.approvals
        approve: bool | None | Unset
        if isinstance(self.approve, Unset):
            approve = UNSET
        else:
            approve = self.approve
        approval_request_id: None | str | Unset
        if isinstance(self.approval_request_id, Unset):
            approval_request_id = UNSET
        else:
            approval_request_id = self.approval_request_id
        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        if type_ is not UNSET:
            _dict["type"] = type_
        if otid is not UNSET:
            _dict["otid"] = otid
        if group_id is not UNSET:
            _dict["group_id"] = group_id
        if approvals is not UNSET:
            _dict["approvals"] = approvals
        if approve is not UNSET:
            _dict["approve"] = approve
        if approval_request_id is not UNSET:
            _dict["approval_request_id"] = approval_request_id
        if reason is not UNSET:
            _dict["reason"] = reason
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.approval_return import ApprovalReturn
        from ..models.tool_return import ToolReturn

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"ApprovalCreate: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        type_ = cast(Literal["approval"] | Unset, _src.pop("type", UNSET))
        if type_ != "approval" and not isinstance(type_, Unset):
            raise ValueError(f"type must match const 'approval', got '{type_}'")

        def _parse_otid(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"otid: no member of the union fits this {type(data).__name__}")

        otid = _parse_otid(_src.pop("otid", UNSET))

        def _parse_group_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"group_id: no member of the union fits this {type(data).__name__}")

        group_id = _parse_group_id(_src.pop("group_id", UNSET))

        def _parse_approvals(data: object) -> list[ApprovalReturn | ToolReturn] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    approvals_option_1 = []
                    _approvals_option_1 = data
                    for approvals_option_1_item_data in _approvals_option_1:

                        def _parse_approvals_option_1_item(data: object) -> ApprovalReturn | ToolReturn:
                            if isinstance(data, dict) and data.get("type") == ("approval"):
                                approvals_option_1_item_option_1 = ApprovalReturn.from_dict(data)

                                return approvals_option_1_item_option_1
                            if isinstance(data, dict) and data.get("type") == ("tool"):
                                approvals_option_1_item_option_2 = ToolReturn.from_dict(data)

                                return approvals_option_1_item_option_2
                            if isinstance(data, dict):
                                try:
                                    approvals_option_1_item_option_1 = ApprovalReturn.from_dict(data)

                                    return approvals_option_1_item_option_1
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            if isinstance(data, dict):
                                try:
                                    approvals_option_1_item_option_2 = ToolReturn.from_dict(data)

                                    return approvals_option_1_item_option_2
                                except (TypeError, ValueError, AttributeError, KeyError):
                                    pass

                            raise TypeError(
                                f"approvals_option_1_item: no member of the union fits this {type(data).__name__}"
                            )

                        approvals_option_1_item = _parse_approvals_option_1_item(approvals_option_1_item_data)

                        approvals_option_1.append(approvals_option_1_item)

                    return approvals_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"approvals: no member of the union fits this {type(data).__name__}")

        approvals = _parse_approvals(_src.pop("approvals", UNSET))

        def _parse_approve(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"approve: no member of the union fits this {type(data).__name__}")

        approve = _parse_approve(_src.pop("approve", UNSET))

        def _parse_approval_request_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"approval_request_id: no member of the union fits this {type(data).__name__}")

        approval_request_id = _parse_approval_request_id(_src.pop("approval_request_id", UNSET))

        def _parse_reason(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"reason: no member of the union fits this {type(data).__name__}")

        reason = _parse_reason(_src.pop("reason", UNSET))

        _obj = cls(
            type_=type_,
            otid=otid,
            group_id=group_id,
            approvals=approvals,
            approve=approve,
            approval_request_id=approval_request_id,
            reason=reason,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
