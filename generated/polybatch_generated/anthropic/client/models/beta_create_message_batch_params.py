# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.beta_message_batch_individual_request_params import BetaMessageBatchIndividualRequestParams


@_attrs_define
class BetaCreateMessageBatchParams:
    requests: list[BetaMessageBatchIndividualRequestParams]

    def to_dict(self) -> dict[str, Any]:
        requests = []
        for requests_item_data in self.requests:
            requests_item = requests_item_data.to_dict()
            requests.append(requests_item)

        _dict: dict[str, Any] = {}
        _dict["requests"] = requests
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_message_batch_individual_request_params import BetaMessageBatchIndividualRequestParams

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaCreateMessageBatchParams: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        requests = []
        _requests = _src.pop("requests")
        for requests_item_data in _requests:
            requests_item = BetaMessageBatchIndividualRequestParams.from_dict(requests_item_data)

            requests.append(requests_item)

        _obj = cls(
            requests=requests,
        )
        return _obj
