# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 4f62bd21d501ef5dd76aca1a235edcd97686759c501f33ec4de2dc7018c51207

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
