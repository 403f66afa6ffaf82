# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""GET /v1/messages/batches: List jobs"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...models.sort_order import SortOrder
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ...client import AuthenticatedClient
    from ...models.batch_job import BatchJob
    from ...models.detail_error import DetailError
    from ...models.http_validation_error import HTTPValidationError


def request_kwargs(
    *,
    before: str | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | str | Unset = UNSET,
    order_by: str | Unset = UNSET,
    x_project: str | Unset = UNSET,
    x_project_id: str | Unset = UNSET,
    user_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """What `httpx.Client.request` or `.stream` is called with; nothing is sent."""
    headers: dict[str, Any] = {}
    if not isinstance(x_project, Unset):
        headers["X-Project"] = x_project

    if not isinstance(x_project_id, Unset):
        headers["X-Project-Id"] = x_project_id

    if not isinstance(user_id, Unset):
        headers["user_id"] = user_id

    params: dict[str, Any] = {}

    json_before: str | Unset
    if isinstance(before, Unset):
        json_before = UNSET
    else:
        json_before = before
    params["before"] = json_before

    json_after: str | Unset
    if isinstance(after, Unset):
        json_after = UNSET
    else:
        json_after = after
    params["after"] = json_after

    json_limit: int | Unset
    if isinstance(limit, Unset):
        json_limit = UNSET
    else:
        json_limit = limit
    params["limit"] = json_limit

    json_order: str | Unset
    if isinstance(order, Unset):
        json_order = UNSET
    elif isinstance(order, SortOrder):
        json_order = order.value
    else:
        json_order = order
    params["order"] = json_order

    params["order_by"] = order_by

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": "/v1/messages/batches",
        "params": params,
        "headers": headers,
    }
    return _kwargs


def _decode(status_code: int, content: bytes) -> DetailError | HTTPValidationError | list[BatchJob] | None:
    from ...models.batch_job import BatchJob
    from ...models.detail_error import DetailError
    from ...models.http_validation_error import HTTPValidationError

    if status_code == 400:
        reply_400 = DetailError.from_dict(json.loads(content))

        return reply_400
    if status_code == 401:
        reply_401 = DetailError.from_dict(json.loads(content))

        return reply_401
    if status_code == 404:
        reply_404 = DetailError.from_dict(json.loads(content))

        return reply_404
    if status_code == 409:
        reply_409 = DetailError.from_dict(json.loads(content))

        return reply_409
    if status_code == 422:
        reply_422 = HTTPValidationError.from_dict(json.loads(content))

        return reply_422
    if status_code == 500:
        reply_500 = DetailError.from_dict(json.loads(content))

        return reply_500
    if status_code == 503:
        reply_503 = DetailError.from_dict(json.loads(content))

        return reply_503
    if 200 <= status_code <= 299:
        _items = json.loads(content)
        if not isinstance(_items, list):
            raise TypeError(f"expected an array, got a {type(_items).__name__}")
        reply_200 = []
        _reply_200 = _items
        for reply_200_item_data in _reply_200:
            reply_200_item = BatchJob.from_dict(reply_200_item_data)

            reply_200.append(reply_200_item)

        return reply_200
    return None


def parse_response(
    *, status_code: int, content: bytes, headers: Mapping[str, str]
) -> Response[DetailError | HTTPValidationError | list[BatchJob]]:
    """Never raises: what cannot be decoded is kept as it came, with the reason in `decode_error`."""
    try:
        parsed = _decode(status_code, content)
    except Exception as error:
        return Response(status_code=status_code, content=content, headers=headers, decode_error=error)
    return Response(status_code=status_code, content=content, headers=headers, parsed=parsed)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | str | Unset = UNSET,
    order_by: str | Unset = UNSET,
    x_project: str | Unset = UNSET,
    x_project_id: str | Unset = UNSET,
    user_id: str | Unset = UNSET,
) -> Response[DetailError | HTTPValidationError | list[BatchJob]]:
    reply = client.get_httpx_client().request(
        **request_kwargs(
            before=before,
            after=after,
            limit=limit,
            order=order,
            order_by=order_by,
            x_project=x_project,
            x_project_id=x_project_id,
            user_id=user_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    before: str | Unset = UNSET,
    after: str | Unset = UNSET,
    limit: int | Unset = UNSET,
    order: SortOrder | str | Unset = UNSET,
    order_by: str | Unset = UNSET,
    x_project: str | Unset = UNSET,
    x_project_id: str | Unset = UNSET,
    user_id: str | Unset = UNSET,
) -> Response[DetailError | HTTPValidationError | list[BatchJob]]:
    reply = await client.get_async_httpx_client().request(
        **request_kwargs(
            before=before,
            after=after,
            limit=limit,
            order=order,
            order_by=order_by,
            x_project=x_project,
            x_project_id=x_project_id,
            user_id=user_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)
