# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_status import BatchStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_errors import BatchErrors
    from ..models.request_counts import RequestCounts


@_attrs_define
class BatchCreated:
    id: str
    created_at: int
    status: BatchStatus | str
    batch_id: str | Unset = UNSET
    request_counts: RequestCounts | Unset = UNSET
    object_: str | Unset = UNSET
    endpoint: None | str | Unset = UNSET
    input_file_id: None | str | Unset = UNSET
    completion_window: None | str | Unset = UNSET
    output_file_id: None | str | Unset = UNSET
    error_file_id: None | str | Unset = UNSET
    in_progress_at: int | None | Unset = UNSET
    expires_at: int | None | Unset = UNSET
    finalizing_at: int | None | Unset = UNSET
    completed_at: int | None | Unset = UNSET
    failed_at: int | None | Unset = UNSET
    expired_at: int | None | Unset = UNSET
    cancelling_at: int | None | Unset = UNSET
    cancelled_at: int | None | Unset = UNSET
    errors: BatchErrors | list[Any] | None | str | Unset = UNSET
    metadata: Any | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.batch_errors import BatchErrors

        id = self.id
        created_at = self.created_at
        status: str
        if isinstance(self.status, BatchStatus):
            status = self.status.value
        else:
            status = self.status
        batch_id = self.batch_id
        request_counts: dict[str, Any] | Unset = UNSET
        if not isinstance(self.request_counts, Unset):
            request_counts = self.request_counts.to_dict()
        object_ = self.object_
        endpoint: None | str | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        else:
            endpoint = self.endpoint
        input_file_id: None | str | Unset
        if isinstance(self.input_file_id, Unset):
            input_file_id = UNSET
        else:
            input_file_id = self.input_file_id
        completion_window: None | str | Unset
        if isinstance(self.completion_window, Unset):
            completion_window = UNSET
        else:
            completion_window = self.completion_window
        output_file_id: None | str | Unset
        if isinstance(self.output_file_id, Unset):
            output_file_id = UNSET
        else:
            output_file_id = self.output_file_id
        error_file_id: None | str | Unset
        if isinstance(self.error_file_id, Unset):
            error_file_id = UNSET
        else:
            error_file_id = self.error_file_id
        in_progress_at: int | None | Unset
        if isinstance(self.in_progress_at, Unset):
            in_progress_at = UNSET
        else:
            in_progress_at = self.in_progress_at
        expires_at: int | None | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at
        finalizing_at: int | None | Unset
        if isinstance(self.finalizing_at, Unset):
            finalizing_at = UNSET
        else:
            finalizing_at = self.finalizing_at
        completed_at: int | None | Unset
        if isinstance(self.completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = self.completed_at
        failed_at: int | None | Unset
        if isinstance(self.failed_at, Unset):
            failed_at = UNSET
        else:
            failed_at = self.failed_at
        expired_at: int | None | Unset
        if isinstance(self.expired_at, Unset):
            expired_at = UNSET
        else:
            expired_at = self.expired_at
        cancelling_at: int | None | Unset
        if isinstance(self.cancelling_at, Unset):
            cancelling_at = UNSET
        else:
            cancelling_at = self.cancelling_at
        cancelled_at: int | None | Unset
        if isinstance(self.cancelled_at, Unset):
            cancelled_at = UNSET
        else:
            cancelled_at = self.cancelled_at
        errors: dict[str, Any] | list[Any] | None | str | Unset
        if isinstance(self.errors, Unset):
            errors = UNSET
        elif isinstance(self.errors, BatchErrors):
            errors = self.errors.to_dict()
        elif isinstance(self.errors, list):
            errors = self.errors

        else:
            errors = self.errors
        metadata: Any | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        _dict["created_at"] = created_at
        _dict["status"] = status
        if batch_id is not UNSET:
            _dict["batch_id"] = batch_id
        if request_counts is not UNSET:
            _dict["request_counts"] = request_counts
        if object_ is not UNSET:
            _dict["object"] = object_
        if endpoint is not UNSET:
            _dict["endpoint"] = endpoint
        if input_file_id is not UNSET:
            _dict["input_file_id"] = input_file_id
        if completion_window is not UNSET:
            _dict["completion_window"] = completion_window
        if output_file_id is not UNSET:
            _dict["output_file_id"] = output_file_id
        if error_file_id is not UNSET:
            _dict["error_file_id"] = error_file_id
        if in_progress_at is not UNSET:
            _dict["in_progress_at"] = in_progress_at
        if expires_at is not UNSET:
            _dict["expires_at"] = expires_at
        if finalizing_at is not UNSET:
            _dict["finalizing_at"] = finalizing_at
        if completed_at is not UNSET:
            _dict["completed_at"] = completed_at
        if failed_at is not UNSET:
            _dict["failed_at"] = failed_at
        if expired_at is not UNSET:
            _dict["expired_at"] = expired_at
        if cancelling_at is not UNSET:
            _dict["cancelling_at"] = cancelling_at
        if cancelled_at is not UNSET:
            _dict["cancelled_at"] = cancelled_at
        if errors is not UNSET:
            _dict["errors"] = errors
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_errors import BatchErrors
        from ..models.request_counts import RequestCounts

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchCreated: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
        created_at = _src.pop("created_at")

        def _parse_status(data: object) -> BatchStatus | str:
            if isinstance(data, str):
                try:
                    status_option_1 = BatchStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status"))

        batch_id = _src.pop("batch_id", UNSET)
        _request_counts = _src.pop("request_counts", UNSET)
        request_counts: RequestCounts | Unset
        if isinstance(_request_counts, Unset):
            request_counts = UNSET
        else:
            request_counts = RequestCounts.from_dict(_request_counts)

        object_ = _src.pop("object", UNSET)

        def _parse_endpoint(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"endpoint: no member of the union fits this {type(data).__name__}")

        endpoint = _parse_endpoint(_src.pop("endpoint", UNSET))

        def _parse_input_file_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"input_file_id: no member of the union fits this {type(data).__name__}")

        input_file_id = _parse_input_file_id(_src.pop("input_file_id", UNSET))

        def _parse_completion_window(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"completion_window: no member of the union fits this {type(data).__name__}")

        completion_window = _parse_completion_window(_src.pop("completion_window", UNSET))

        def _parse_output_file_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"output_file_id: no member of the union fits this {type(data).__name__}")

        output_file_id = _parse_output_file_id(_src.pop("output_file_id", UNSET))

        def _parse_error_file_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"error_file_id: no member of the union fits this {type(data).__name__}")

        error_file_id = _parse_error_file_id(_src.pop("error_file_id", UNSET))

        def _parse_in_progress_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"in_progress_at: no member of the union fits this {type(data).__name__}")

        in_progress_at = _parse_in_progress_at(_src.pop("in_progress_at", UNSET))

        def _parse_expires_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"expires_at: no member of the union fits this {type(data).__name__}")

        expires_at = _parse_expires_at(_src.pop("expires_at", UNSET))

        def _parse_finalizing_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"finalizing_at: no member of the union fits this {type(data).__name__}")

        finalizing_at = _parse_finalizing_at(_src.pop("finalizing_at", UNSET))

        def _parse_completed_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"completed_at: no member of the union fits this {type(data).__name__}")

        completed_at = _parse_completed_at(_src.pop("completed_at", UNSET))

        def _parse_failed_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"failed_at: no member of the union fits this {type(data).__name__}")

        failed_at = _parse_failed_at(_src.pop("failed_at", UNSET))

        def _parse_expired_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"expired_at: no member of the union fits this {type(data).__name__}")

        expired_at = _parse_expired_at(_src.pop("expired_at", UNSET))

        def _parse_cancelling_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cancelling_at: no member of the union fits this {type(data).__name__}")

        cancelling_at = _parse_cancelling_at(_src.pop("cancelling_at", UNSET))

        def _parse_cancelled_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"cancelled_at: no member of the union fits this {type(data).__name__}")

        cancelled_at = _parse_cancelled_at(_src.pop("cancelled_at", UNSET))

        def _parse_errors(data: object) -> BatchErrors | list[Any] | None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    errors_option_1 = BatchErrors.from_dict(data)

                    return errors_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, list):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"errors: no member of the union fits this {type(data).__name__}")

        errors = _parse_errors(_src.pop("errors", UNSET))

        def _parse_metadata(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"metadata: no member of the union fits this {type(data).__name__}")

        metadata = _parse_metadata(_src.pop("metadata", UNSET))

        _obj = cls(
            id=id,
            created_at=created_at,
            status=status,
            batch_id=batch_id,
            request_counts=request_counts,
            object_=object_,
            endpoint=endpoint,
            input_file_id=input_file_id,
            completion_window=completion_window,
            output_file_id=output_file_id,
            error_file_id=error_file_id,
            in_progress_at=in_progress_at,
            expires_at=expires_at,
            finalizing_at=finalizing_at,
            completed_at=completed_at,
            failed_at=failed_at,
            expired_at=expired_at,
            cancelling_at=cancelling_at,
            cancelled_at=cancelled_at,
            errors=errors,
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
