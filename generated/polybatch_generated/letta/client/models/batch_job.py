# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_status import JobStatus
from ..models.job_type import JobType
from ..models.stop_reason_type import StopReasonType
from ..types import UNSET, Unset


@_attrs_define
class BatchJob:
    id: str
    created_by_id: None | str | Unset = UNSET
    last_updated_by_id: None | str | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    updated_at: datetime.datetime | None | Unset = UNSET
    status: JobStatus | str | Unset = UNSET
    completed_at: None | str | Unset = UNSET
    stop_reason: None | StopReasonType | str | Unset = UNSET
    metadata: Any | None | Unset = UNSET
    job_type: JobType | str | Unset = UNSET
    background: bool | None | Unset = UNSET
    agent_id: None | str | Unset = UNSET
    callback_url: None | str | Unset = UNSET
    callback_sent_at: None | str | Unset = UNSET
    callback_status_code: int | None | Unset = UNSET
    callback_error: None | str | Unset = UNSET
    ttft_ns: int | None | Unset = UNSET
    total_duration_ns: int | None | Unset = UNSET
    user_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id
        created_by_id: None | str | Unset
        if isinstance(self.created_by_id, Unset):
            created_by_id = UNSET
        else:
            created_by_id = self.created_by_id
        last_updated_by_id: None | str | Unset
        if isinstance(self.last_updated_by_id, Unset):
            last_updated_by_id = UNSET
        else:
            last_updated_by_id = self.last_updated_by_id
        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()
        updated_at: None | str | Unset
        if isinstance(self.updated_at, Unset):
            updated_at = UNSET
        elif isinstance(self.updated_at, datetime.datetime):
            updated_at = self.updated_at.isoformat()
        else:
            updated_at = self.updated_at
        status: str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, JobStatus):
            status = self.status.value
        else:
            status = self.status
        completed_at: None | str | Unset
        if isinstance(self.completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = self.completed_at
        stop_reason: None | str | Unset
        if isinstance(self.stop_reason, Unset):
            stop_reason = UNSET
        elif isinstance(self.stop_reason, StopReasonType):
            stop_reason = self.stop_reason.value
        else:
            stop_reason = self.stop_reason
        metadata: Any | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata
        job_type: str | Unset
        if isinstance(self.job_type, Unset):
            job_type = UNSET
        elif isinstance(self.job_type, JobType):
            job_type = self.job_type.value
        else:
            job_type = self.job_type
        background: bool | None | Unset
        if isinstance(self.background, Unset):
            background = UNSET
        else:
            background = self.background
        agent_id: None | str | Unset
        if isinstance(self.agent_id, Unset):
            agent_id = UNSET
        else:
            agent_id = self.agent_id
        callback_url: None | str | Unset
        if isinstance(self.callback_url, Unset):
            callback_url = UNSET
        else:
            callback_url = self.callback_url
        callback_sent_at: None | str | Unset
        if isinstance(self.callback_sent_at, Unset):
            callback_sent_at = UNSET
        else:
            callback_sent_at = self.callback_sent_at
        callback_status_code: int | None | Unset
        if isinstance(self.callback_status_code, Unset):
            callback_status_code = UNSET
        else:
            callback_status_code = self.callback_status_code
        callback_error: None | str | Unset
        if isinstance(self.callback_error, Unset):
            callback_error = UNSET
        else:
            callback_error = self.callback_error
        ttft_ns: int | None | Unset
        if isinstance(self.ttft_ns, Unset):
            ttft_ns = UNSET
        else:
            ttft_ns = self.ttft_ns
        total_duration_ns: int | None | Unset
        if isinstance(self.total_duration_ns, Unset):
            total_duration_ns = UNSET
        else:
            total_duration_ns = self.total_duration_ns
        user_id: None | str | Unset
        if isinstance(self.user_id, Unset):
            user_id = UNSET
        else:
            user_id = self.user_id
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        if created_by_id is not UNSET:
            _dict["created_by_id"] = created_by_id
        if last_updated_by_id is not UNSET:
            _dict["last_updated_by_id"] = last_updated_by_id
        if created_at is not UNSET:
            _dict["created_at"] = created_at
        if updated_at is not UNSET:
            _dict["updated_at"] = updated_at
        if status is not UNSET:
            _dict["status"] = status
        if completed_at is not UNSET:
            _dict["completed_at"] = completed_at
        if stop_reason is not UNSET:
            _dict["stop_reason"] = stop_reason
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        if job_type is not UNSET:
            _dict["job_type"] = job_type
        if background is not UNSET:
            _dict["background"] = background
        if agent_id is not UNSET:
            _dict["agent_id"] = agent_id
        if callback_url is not UNSET:
            _dict["callback_url"] = callback_url
        if callback_sent_at is not UNSET:
            _dict["callback_sent_at"] = callback_sent_at
        if callback_status_code is not UNSET:
            _dict["callback_status_code"] = callback_status_code
        if callback_error is not UNSET:
            _dict["callback_error"] = callback_error
        if ttft_ns is not UNSET:
            _dict["ttft_ns"] = ttft_ns
        if total_duration_ns is not UNSET:
            _dict["total_duration_ns"] = total_duration_ns
        if user_id is not UNSET:
            _dict["user_id"] = user_id
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchJob: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")

        def _parse_created_by_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"created_by_id: no member of the union fits this {type(data).__name__}")

        created_by_id = _parse_created_by_id(_src.pop("created_by_id", UNSET))

        def _parse_last_updated_by_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"last_updated_by_id: no member of the union fits this {type(data).__name__}")

        last_updated_by_id = _parse_last_updated_by_id(_src.pop("last_updated_by_id", UNSET))

        _created_at = _src.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset):
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        def _parse_updated_at(data: object) -> datetime.datetime | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    updated_at_option_1 = datetime.datetime.fromisoformat(data)

                    return updated_at_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"updated_at: no member of the union fits this {type(data).__name__}")

        updated_at = _parse_updated_at(_src.pop("updated_at", UNSET))

        def _parse_status(data: object) -> JobStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    status_option_1 = JobStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status", UNSET))

        def _parse_completed_at(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"completed_at: no member of the union fits this {type(data).__name__}")

        completed_at = _parse_completed_at(_src.pop("completed_at", UNSET))

        def _parse_stop_reason(data: object) -> None | StopReasonType | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    stop_reason_option_1 = StopReasonType(data)

                    return stop_reason_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"stop_reason: no member of the union fits this {type(data).__name__}")

        stop_reason = _parse_stop_reason(_src.pop("stop_reason", UNSET))

        def _parse_metadata(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"metadata: no member of the union fits this {type(data).__name__}")

        metadata = _parse_metadata(_src.pop("metadata", UNSET))

        def _parse_job_type(data: object) -> JobType | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    job_type_option_1 = JobType(data)

                    return job_type_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"job_type: no member of the union fits this {type(data).__name__}")

        job_type = _parse_job_type(_src.pop("job_type", UNSET))

        def _parse_background(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"background: no member of the union fits this {type(data).__name__}")

        background = _parse_background(_src.pop("background", UNSET))

        def _parse_agent_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"agent_id: no member of the union fits this {type(data).__name__}")

        agent_id = _parse_agent_id(_src.pop("agent_id", UNSET))

        def _parse_callback_url(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"callback_url: no member of the union fits this {type(data).__name__}")

        callback_url = _parse_callback_url(_src.pop("callback_url", UNSET))

        def _parse_callback_sent_at(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"callback_sent_at: no member of the union fits this {type(data).__name__}")

        callback_sent_at = _parse_callback_sent_at(_src.pop("callback_sent_at", UNSET))

        def _parse_callback_status_code(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"callback_status_code: no member of the union fits this {type(data).__name__}")

        callback_status_code = _parse_callback_status_code(_src.pop("callback_status_code", UNSET))

        def _parse_callback_error(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"callback_error: no member of the union fits this {type(data).__name__}")

        callback_error = _parse_callback_error(_src.pop("callback_error", UNSET))

        def _parse_ttft_ns(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"ttft_ns: no member of the union fits this {type(data).__name__}")

        ttft_ns = _parse_ttft_ns(_src.pop("ttft_ns", UNSET))

        def _parse_total_duration_ns(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"total_duration_ns: no member of the union fits this {type(data).__name__}")

        total_duration_ns = _parse_total_duration_ns(_src.pop("total_duration_ns", UNSET))

        def _parse_user_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"user_id: no member of the union fits this {type(data).__name__}")

        user_id = _parse_user_id(_src.pop("user_id", UNSET))

        _obj = cls(
            id=id,
            created_by_id=created_by_id,
            last_updated_by_id=last_updated_by_id,
            created_at=created_at,
            updated_at=updated_at,
            status=status,
            completed_at=completed_at,
            stop_reason=stop_reason,
            metadata=metadata,
            job_type=job_type,
            background=background,
            agent_id=agent_id,
            callback_url=callback_url,
            callback_sent_at=callback_sent_at,
            callback_status_code=callback_status_code,
            callback_error=callback_error,
            ttft_ns=ttft_ns,
            total_duration_ns=total_duration_ns,
            user_id=user_id,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
