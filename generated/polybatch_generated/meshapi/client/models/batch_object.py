# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.batch_status import BatchStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.batch_request_counts import BatchRequestCounts
    from ..models.batch_result_item import BatchResultItem


@_attrs_define
class BatchObject:
    id: str
    object_: str | Unset = UNSET
    endpoint: None | str | Unset = UNSET
    status: BatchStatus | str | Unset = UNSET
    completion_window: None | str | Unset = UNSET
    input_file_id: None | str | Unset = UNSET
    output_file_id: None | str | Unset = UNSET
    error_file_id: None | str | Unset = UNSET
    model: None | str | Unset = UNSET
    provider: None | str | Unset = UNSET
    usage_synced: bool | None | Unset = UNSET
    created_at: int | None | Unset = UNSET
    completed_at: int | None | Unset = UNSET
    expires_at: int | None | Unset = UNSET
    request_counts: BatchRequestCounts | None | Unset = UNSET
    metadata: Any | None | Unset = UNSET
    results: list[BatchResultItem] | None | Unset = UNSET
    errors_detail: list[Any] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.batch_request_counts import BatchRequestCounts

        id = self.id
        object_ = self.object_
        endpoint: None | str | Unset
        if isinstance(self.endpoint, Unset):
            endpoint = UNSET
        else:
            endpoint = self.endpoint
        status: str | Unset
        if isinstance(self.status, Unset):
            status = UNSET
        elif isinstance(self.status, BatchStatus):
            status = self.status.value
        else:
            status = self.status
        completion_window: None | str | Unset
        if isinstance(self.completion_window, Unset):
            completion_window = UNSET
        else:
            completion_window = self.completion_window
        input_file_id: None | str | Unset
        if isinstance(self.input_file_id, Unset):
            input_file_id = UNSET
        else:
            input_file_id = self.input_file_id
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
        model: None | str | Unset
        if isinstance(self.model, Unset):
            model = UNSET
        else:
            model = self.model
        provider: None | str | Unset
        if isinstance(self.provider, Unset):
            provider = UNSET
        else:
            provider = self.provider
        usage_synced: bool | None | Unset
        if isinstance(self.usage_synced, Unset):
            usage_synced = UNSET
        else:
            usage_synced = self.usage_synced
        created_at: int | None | Unset
        if isinstance(self.created_at, Unset):
            created_at = UNSET
        else:
            created_at = self.created_at
        completed_at: int | None | Unset
        if isinstance(self.completed_at, Unset):
            completed_at = UNSET
        else:
            completed_at = self.completed_at
        expires_at: int | None | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = self.expires_at
        request_counts: dict[str, Any] | None | Unset
        if isinstance(self.request_counts, Unset):
            request_counts = UNSET
        elif isinstance(self.request_counts, BatchRequestCounts):
            request_counts = self.request_counts.to_dict()
        else:
            request_counts = self.request_counts
        metadata: Any | None | Unset
        if isinstance(self.metadata, Unset):
            metadata = UNSET
        else:
            metadata = self.metadata
        results: list[dict[str, Any]] | None | Unset
        if isinstance(self.results, Unset):
            results = UNSET
        elif isinstance(self.results, list):
            results = []
            for results_option_1_item_data in self.results:
                results_option_1_item = results_option_1_item_data.to_dict()
                results.append(results_option_1_item)

        else:
            results = self.results
        errors_detail: list[Any] | None | Unset
        if isinstance(self.errors_detail, Unset):
            errors_detail = UNSET
        elif isinstance(self.errors_detail, list):
            errors_detail = self.errors_detail

        else:
            errors_detail = self.errors_detail
        _dict: dict[str, Any] = {}
        _dict.update(self.additional_properties)
        _dict["id"] = id
        if object_ is not UNSET:
            _dict["object"] = object_
        if endpoint is not UNSET:
            _dict["endpoint"] = endpoint
        if status is not UNSET:
            _dict["status"] = status
        if completion_window is not UNSET:
            _dict["completion_window"] = completion_window
        if input_file_id is not UNSET:
            _dict["input_file_id"] = input_file_id
        if output_file_id is not UNSET:
            _dict["output_file_id"] = output_file_id
        if error_file_id is not UNSET:
            _dict["error_file_id"] = error_file_id
        if model is not UNSET:
            _dict["model"] = model
        if provider is not UNSET:
            _dict["provider"] = provider
        if usage_synced is not UNSET:
            _dict["usage_synced"] = usage_synced
        if created_at is not UNSET:
            _dict["created_at"] = created_at
        if completed_at is not UNSET:
            _dict["completed_at"] = completed_at
        if expires_at is not UNSET:
            _dict["expires_at"] = expires_at
        if request_counts is not UNSET:
            _dict["request_counts"] = request_counts
        if metadata is not UNSET:
            _dict["metadata"] = metadata
        if results is not UNSET:
            _dict["results"] = results
        if errors_detail is not UNSET:
            _dict["errors_detail"] = errors_detail
        return _dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.batch_request_counts import BatchRequestCounts
        from ..models.batch_result_item import BatchResultItem

        if not isinstance(src_dict, Mapping):
            raise TypeError(f"BatchObject: expected an object, got a {type(src_dict).__name__}")
        _src = dict(src_dict)
        id = _src.pop("id")
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

        def _parse_status(data: object) -> BatchStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                try:
                    status_option_1 = BatchStatus(data)

                    return status_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, str):
                return data
            raise TypeError(f"status: no member of the union fits this {type(data).__name__}")

        status = _parse_status(_src.pop("status", UNSET))

        def _parse_completion_window(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"completion_window: no member of the union fits this {type(data).__name__}")

        completion_window = _parse_completion_window(_src.pop("completion_window", UNSET))

        def _parse_input_file_id(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"input_file_id: no member of the union fits this {type(data).__name__}")

        input_file_id = _parse_input_file_id(_src.pop("input_file_id", UNSET))

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

        def _parse_model(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"model: no member of the union fits this {type(data).__name__}")

        model = _parse_model(_src.pop("model", UNSET))

        def _parse_provider(data: object) -> None | str | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                return data
            if data is None:
                return data
            raise TypeError(f"provider: no member of the union fits this {type(data).__name__}")

        provider = _parse_provider(_src.pop("provider", UNSET))

        def _parse_usage_synced(data: object) -> bool | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, bool):
                return data
            if data is None:
                return data
            raise TypeError(f"usage_synced: no member of the union fits this {type(data).__name__}")

        usage_synced = _parse_usage_synced(_src.pop("usage_synced", UNSET))

        def _parse_created_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"created_at: no member of the union fits this {type(data).__name__}")

        created_at = _parse_created_at(_src.pop("created_at", UNSET))

        def _parse_completed_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"completed_at: no member of the union fits this {type(data).__name__}")

        completed_at = _parse_completed_at(_src.pop("completed_at", UNSET))

        def _parse_expires_at(data: object) -> int | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, int):
                return data
            if data is None:
                return data
            raise TypeError(f"expires_at: no member of the union fits this {type(data).__name__}")

        expires_at = _parse_expires_at(_src.pop("expires_at", UNSET))

        def _parse_request_counts(data: object) -> BatchRequestCounts | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                try:
                    request_counts_option_1 = BatchRequestCounts.from_dict(data)

                    return request_counts_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"request_counts: no member of the union fits this {type(data).__name__}")

        request_counts = _parse_request_counts(_src.pop("request_counts", UNSET))

        def _parse_metadata(data: object) -> Any | None | Unset:
            if isinstance(data, Unset):
                return data
            return data
            if data is None:
                return data
            raise TypeError(f"metadata: no member of the union fits this {type(data).__name__}")

        metadata = _parse_metadata(_src.pop("metadata", UNSET))

        def _parse_results(data: object) -> list[BatchResultItem] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                try:
                    results_option_1 = []
                    _results_option_1 = data
                    for results_option_1_item_data in _results_option_1:
                        results_option_1_item = BatchResultItem.from_dict(results_option_1_item_data)

                        results_option_1.append(results_option_1_item)

                    return results_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if data is None:
                return data
            raise TypeError(f"results: no member of the union fits this {type(data).__name__}")

        results = _parse_results(_src.pop("results", UNSET))

        def _parse_errors_detail(data: object) -> list[Any] | None | Unset:
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                return data
            if data is None:
                return data
            raise TypeError(f"errors_detail: no member of the union fits this {type(data).__name__}")

        errors_detail = _parse_errors_detail(_src.pop("errors_detail", UNSET))

        _obj = cls(
            id=id,
            object_=object_,
            endpoint=endpoint,
            status=status,
            completion_window=completion_window,
            input_file_id=input_file_id,
            output_file_id=output_file_id,
            error_file_id=error_file_id,
            model=model,
            provider=provider,
            usage_synced=usage_synced,
            created_at=created_at,
            completed_at=completed_at,
            expires_at=expires_at,
            request_counts=request_counts,
            metadata=metadata,
            results=results,
            errors_detail=errors_detail,
        )
        _obj.additional_properties = _src
        return _obj

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
