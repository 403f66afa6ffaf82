# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: ff7107ad9a4525eb9059474f654197959defda01848f55b22c4ec16aae40f19b

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
