# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.job_status import JobStatus
from ..types import UNSET, Unset


@_attrs_define
class LettaBatchCallback:
    """Posted once, unsigned, when a batch has completed or failed."""

    job_id: str
    status: JobStatus | str
    completed_at: str
    metadata: Any | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        job_id = self.job_id
        status: str
        if isinstance(self.status, JobStatus):
            status = self.status.value
        else:
            status = self.status
        completed_at = self.completed_at
        metadata: Any | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["job_id"] = job_id
        _dict["status"] = status
        _dict["completed_at"] = completed_at
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"LettaBatchCallback: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        job_id = _src.pop("job_id")

        def _parse_status(data: object) -> JobStatus | str:
            if isinstance(data, str):
                try:
                    status_option_1 = JobStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status"))

        completed_at = _src.pop("completed_at")

        def _parse_metadata(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"metadata: no member of the union fits this {type(data).__name__}")

        metadata = _parse_metadata(_src.pop("metadata", UNSET))

        _obj = cls(
            job_id=job_id,
            status=status,
            completed_at=completed_at,
            metadata=metadata,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
