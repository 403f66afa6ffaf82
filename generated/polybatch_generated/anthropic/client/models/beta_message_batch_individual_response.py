# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.beta_message_batch_canceled_result import BetaMessageBatchCanceledResult
    from ..models.beta_message_batch_errored_result import BetaMessageBatchErroredResult
    from ..models.beta_message_batch_expired_result import BetaMessageBatchExpiredResult
    from ..models.beta_message_batch_succeeded_result import BetaMessageBatchSucceededResult
    from ..models.unknown_beta_message_batch_result import UnknownBetaMessageBatchResult


@_attrs_define
class BetaMessageBatchIndividualResponse:
    """One result line."""

    custom_id: str
    result: (
        BetaMessageBatchCanceledResult
        | BetaMessageBatchErroredResult
        | BetaMessageBatchExpiredResult
        | BetaMessageBatchSucceededResult
        | UnknownBetaMessageBatchResult
    )
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.beta_message_batch_canceled_result import BetaMessageBatchCanceledResult
        from ..models.beta_message_batch_errored_result import BetaMessageBatchErroredResult
        from ..models.beta_message_batch_expired_result import BetaMessageBatchExpiredResult
        from ..models.beta_message_batch_succeeded_result import BetaMessageBatchSucceededResult

        custom_id = self.custom_id
        result: dict[str, Any]
        if isinstance(self.result, BetaMessageBatchSucceededResult):
            result = self.result.to_dict()
        elif isinstance(self.result, BetaMessageBatchErroredResult):
            result = self.result.to_dict()
        elif isinstance(self.result, BetaMessageBatchCanceledResult):
            result = self.result.to_dict()
        elif isinstance(self.result, BetaMessageBatchExpiredResult):
            result = self.result.to_dict()
        else:
            result = self.result.to_dict()

        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["custom_id"] = custom_id
        _dict["result"] = result
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_message_batch_canceled_result import BetaMessageBatchCanceledResult
        from ..models.beta_message_batch_errored_result import BetaMessageBatchErroredResult
        from ..models.beta_message_batch_expired_result import BetaMessageBatchExpiredResult
        from ..models.beta_message_batch_succeeded_result import BetaMessageBatchSucceededResult
        from ..models.unknown_beta_message_batch_result import UnknownBetaMessageBatchResult

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMessageBatchIndividualResponse: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")

        def _parse_result(
            data: object,
        ) -> (
            BetaMessageBatchCanceledResult
            | BetaMessageBatchErroredResult
            | BetaMessageBatchExpiredResult
            | BetaMessageBatchSucceededResult
            | UnknownBetaMessageBatchResult
        ):
            if isinstance(data, dict) and data.get("type") == "succeeded":
                result_option_1 = BetaMessageBatchSucceededResult.from_dict(data)

                return result_option_1
            if isinstance(data, dict) and data.get("type") == "errored":
                result_option_2 = BetaMessageBatchErroredResult.from_dict(data)

                return result_option_2
            if isinstance(data, dict) and data.get("type") == "canceled":
                result_option_3 = BetaMessageBatchCanceledResult.from_dict(data)

                return result_option_3
            if isinstance(data, dict) and data.get("type") == "expired":
                result_option_4 = BetaMessageBatchExpiredResult.from_dict(data)

                return result_option_4
            if isinstance(data, dict):
                try:
                    result_option_5 = UnknownBetaMessageBatchResult.from_dict(data)

                    return result_option_5
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"result: no member of the union fits this {type(data).__name__}")

        result = _parse_result(_src.pop("result"))

        _obj = cls(
            custom_id=custom_id,
            result=result,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
