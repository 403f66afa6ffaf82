# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define

if TYPE_CHECKING:
    from ..models.beta_create_message_params import BetaCreateMessageParams


@_attrs_define
class BetaMessageBatchIndividualRequestParams:
    custom_id: str
    params: BetaCreateMessageParams

    def to_dict(self) -> dict[str, Any]:
        custom_id = self.custom_id
        params = self.params.to_dict()
        _dict: dict[str, Any] = {}
        _dict["custom_id"] = custom_id
        _dict["params"] = params
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_create_message_params import BetaCreateMessageParams

        if not isinstance(src_dict, Mapping):
            raise TypeError(
                f"BetaMessageBatchIndividualRequestParams: expected an object, got a {type(src_dict).__name__}"
            )
        _src = dict(src_dict)
        custom_id = _src.pop("custom_id")
        params = BetaCreateMessageParams.from_dict(_src.pop("params"))

        _obj = cls(
            custom_id=custom_id,
            params=params,
        )
        return _obj
