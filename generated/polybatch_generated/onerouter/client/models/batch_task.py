# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.task_status import TaskStatus
from ..types import UNSET, Unset


@_attrs_define
class BatchTask:
    batch_id: str
    status: str | TaskStatus
    task_id: int | str | Unset = UNSET
    progress: float | str | Unset = UNSET
    model: str | Unset = UNSET
    total_requests: int | Unset = UNSET
    completed_count: int | Unset = UNSET
    failed_count: int | Unset = UNSET
    prompt_tokens: int | Unset = UNSET
    completion_tokens: int | Unset = UNSET
    total_tokens: int | Unset = UNSET
    fees: str | Unset = UNSET
    submit_time: int | Unset = UNSET
    start_time: int | Unset = UNSET
    finish_time: int | Unset = UNSET
    result_url: None | str | Unset = UNSET
    error: str | Unset = UNSET
    fail_reason: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        batch_id = self.batch_id
        status: str
        if isinstance(self.status, TaskStatus):
            status = self.status.value
        else:
            status = self.status
        task_id: int | str | Unset
        if isinstance(self.task_id, Unset):
            task_id = UNSET
        else:
            task_id = self.task_id
        progress: float | str | Unset
        if isinstance(self.progress, Unset):
            progress = UNSET
        else:
            progress = self.progress
        model = self.model
        total_requests = self.total_requests
        completed_count = self.completed_count
        failed_count = self.failed_count
        prompt_tokens = self.prompt_tokens
        completion_tokens = self.completion_tokens
        total_tokens = self.total_tokens
        fees = self.fees
        submit_time = self.submit_time
        start_time = self.start_time
        finish_time = self.finish_time
        result_url: None | str | Unset
        if isinstance(self.result_url, Unset):
            result_url = UNSET
        else:
            result_url = self.result_url
        error = self.error
        fail_reason = self.fail_reason
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["batch_id"] = batch_id
        _dict["status"] = status
        if task_id is not UNSET:
            _dict["task_id"] = task_id
        if progress is not UNSET:
            _dict["progress"] = progress
        if model is not UNSET:
            _dict["model"] = model
        if total_requests is not UNSET:
            _dict["total_requests"] = total_requests
        if completed_count is not UNSET:
            _dict["completed_count"] = completed_count
        if failed_count is not UNSET:
            _dict["failed_count"] = failed_count
        if prompt_tokens is not UNSET:
            _dict["prompt_tokens"] = prompt_tokens
        if completion_tokens is not UNSET:
            _dict["completion_tokens"] = completion_tokens
        if total_tokens is not UNSET:
            _dict["total_tokens"] = total_tokens
        if fees is not UNSET:
            _dict["fees"] = fees
        if submit_time is not UNSET:
            _dict["submit_time"] = submit_time
        if start_time is not UNSET:
            _dict["start_time"] = start_time
        if finish_time is not UNSET:
            _dict["finish_time"] = finish_time
        if result_url is not UNSET:
            _dict["result_url"] = result_url
        if error is not UNSET:
            _dict["error"] = error
        if fail_reason is not UNSET:
            _dict["fail_reason"] = fail_reason
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchTask: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        batch_id = _src.pop("batch_id")

        def _parse_status(data: object) -> str | TaskStatus:
            if isinstance(data, str):
                try:
                    status_option_1 = TaskStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status"))

        def _parse_task_id(data: object) -> int | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if isinstance(data, str):
                return data
            raise TypeError(f"task_id: no member of the union fits this {type(data).__name__}")

        task_id = _parse_task_id(_src.pop("task_id", UNSET))

        def _parse_progress(data: object) -> float | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if isinstance(data, (int, float)):
                return data
            raise TypeError(f"progress: no member of the union fits this {type(data).__name__}")

        progress = _parse_progress(_src.pop("progress", UNSET))

        model = _src.pop("model", UNSET)
        total_requests = _src.pop("total_requests", UNSET)
        completed_count = _src.pop("completed_count", UNSET)
        failed_count = _src.pop("failed_count", UNSET)
        prompt_tokens = _src.pop("prompt_tokens", UNSET)
        completion_tokens = _src.pop("completion_tokens", UNSET)
        total_tokens = _src.pop("total_tokens", UNSET)
        fees = _src.pop("fees", UNSET)
        submit_time = _src.pop("submit_time", UNSET)
        start_time = _src.pop("start_time", UNSET)
        finish_time = _src.pop("finish_time", UNSET)

        def _parse_result_url(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"result_url: no member of the union fits this {type(data).__name__}")

        result_url = _parse_result_url(_src.pop("result_url", UNSET))

        error = _src.pop("error", UNSET)
        fail_reason = _src.pop("fail_reason", UNSET)
        _obj = cls(
            batch_id=batch_id,
            status=status,
            task_id=task_id,
            progress=progress,
            model=model,
            total_requests=total_requests,
            completed_count=completed_count,
            failed_count=failed_count,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            total_tokens=total_tokens,
            fees=fees,
            submit_time=submit_time,
            start_time=start_time,
            finish_time=finish_time,
            result_url=result_url,
            error=error,
            fail_reason=fail_reason,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
