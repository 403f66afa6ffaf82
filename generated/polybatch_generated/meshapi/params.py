# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: efbd751a1ab6cea3efef71b24c38c7ea275edcfc8021d3b311cec71746399af4

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
