# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.beta_message_batch_processing_status import BetaMessageBatchProcessingStatus

if TYPE_CHECKING:
    from ..models.beta_request_counts import BetaRequestCounts


@_attrs_define
class BetaMessageBatch:
    id: str
    type_: str
    processing_status: BetaMessageBatchProcessingStatus | str
    request_counts: BetaRequestCounts
    created_at: datetime.datetime
    expires_at: datetime.datetime
    ended_at: datetime.datetime | None
    archived_at: datetime.datetime | None
    cancel_initiated_at: datetime.datetime | None
    results_url: None | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id
        type_ = self.type_
        processing_status: str
        if isinstance(self.processing_status, BetaMessageBatchProcessingStatus):
            processing_status = self.processing_status.value
        else:
            processing_status = self.processing_status
        request_counts = self.request_counts.to_dict()
        created_at = self.created_at.isoformat()
        expires_at = self.expires_at.isoformat()
        ended_at: None | str
        if isinstance(self.ended_at, datetime.datetime):
            ended_at = self.ended_at.isoformat()
        else:
            ended_at = self.ended_at
        archived_at: None | str
        if isinstance(self.archived_at, datetime.datetime):
            archived_at = self.archived_at.isoformat()
        else:
            archived_at = self.archived_at
        cancel_initiated_at: None | str
        if isinstance(self.cancel_initiated_at, datetime.datetime):
            cancel_initiated_at = self.cancel_initiated_at.isoformat()
        else:
            cancel_initiated_at = self.cancel_initiated_at
        results_url: None | str
        results_url = self.results_url
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        _dict["type"] = type_
        _dict["processing_status"] = processing_status
        _dict["request_counts"] = request_counts
        _dict["created_at"] = created_at
        _dict["expires_at"] = expires_at
        _dict["ended_at"] = ended_at
        _dict["archived_at"] = archived_at
        _dict["cancel_initiated_at"] = cancel_initiated_at
        _dict["results_url"] = results_url
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.beta_request_counts import BetaRequestCounts

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BetaMessageBatch: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
        type_ = _src.pop("type")

        def _parse_processing_status(data: object) -> BetaMessageBatchProcessingStatus | str:
            if isinstance(data, str):
                try:
                    processing_status_option_1 = BetaMessageBatchProcessingStatus(data)

                    return processing_status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"processing_status: no member of the union fits this {type(data).__name__}")

        processing_status = _parse_processing_status(_src.pop("processing_status"))

        request_counts = BetaRequestCounts.from_dict(_src.pop("request_counts"))

        created_at = datetime.datetime.fromisoformat(_src.pop("created_at"))

        expires_at = datetime.datetime.fromisoformat(_src.pop("expires_at"))

        def _parse_ended_at(data: object) -> datetime.datetime | None:
            if isinstance(data, str):
                try:
                    ended_at_option_1 = datetime.datetime.fromisoformat(data)

                    return ended_at_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"ended_at: no member of the union fits this {type(data).__name__}")

        ended_at = _parse_ended_at(_src.pop("ended_at"))

        def _parse_archived_at(data: object) -> datetime.datetime | None:
            if isinstance(data, str):
                try:
                    archived_at_option_1 = datetime.datetime.fromisoformat(data)

                    return archived_at_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"archived_at: no member of the union fits this {type(data).__name__}")

        archived_at = _parse_archived_at(_src.pop("archived_at"))

        def _parse_cancel_initiated_at(data: object) -> datetime.datetime | None:
            if isinstance(data, str):
                try:
                    cancel_initiated_at_option_1 = datetime.datetime.fromisoformat(data)

                    return cancel_initiated_at_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"cancel_initiated_at: no member of the union fits this {type(data).__name__}")

        cancel_initiated_at = _parse_cancel_initiated_at(_src.pop("cancel_initiated_at"))

        def _parse_results_url(data: object) -> None | str:
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"results_url: no member of the union fits this {type(data).__name__}")

        results_url = _parse_results_url(_src.pop("results_url"))

        _obj = cls(
            id=id,
            type_=type_,
            processing_status=processing_status,
            request_counts=request_counts,
            created_at=created_at,
            expires_at=expires_at,
            ended_at=ended_at,
            archived_at=archived_at,
            cancel_initiated_at=cancel_initiated_at,
            results_url=results_url,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
