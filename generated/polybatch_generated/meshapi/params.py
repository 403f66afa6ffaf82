# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

"""What a request to MeshAPI batches may contain."""

from __future__ import annotations

from typing import Any, NotRequired, TypeAlias, TypedDict

BatchMetadata: TypeAlias = dict[str, Any]


BatchRequestBody: TypeAlias = dict[str, Any]


class BatchRequestItem(TypedDict):
    custom_id: str
    method: NotRequired[str]
    url: NotRequired[str]
    body: BatchRequestBody


class CreateBatchRequest(TypedDict):
    requests: list[BatchRequestItem]
    completion_window: NotRequired[str]
    metadata: NotRequired[BatchMetadata | None]
