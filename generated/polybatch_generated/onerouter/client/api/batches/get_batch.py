# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: f2b7fb555d4900f29844d7ba55b63ab0623a94ab93cf309489d5cdef97ca23d8

"""GET /v1/batches/{batch_id}: How far a batch is, and where its results are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...types import Response, path_segment

if TYPE_CHECKING:
    from ...client import AuthenticatedClient
    from ...models.batch_created import BatchCreated
    from ...models.batch_task import BatchTask
    from ...models.error_reply import ErrorReply


def request_kwargs(
    batch_id: str,
) -> dict[str, Any]:
    """What `httpx.Client.request` or `.stream` is called with; nothing is sent."""
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}
    _kwargs: dict[str, Any] = {
        "method": "GET",
        "url": f"/v1/batches/{path_segment(batch_id)}",
        "params": params,
        "headers": headers,
    }
    return _kwargs


def _decode(status_code: int, content: bytes) -> BatchCreated | BatchTask | ErrorReply | None:
    from ...models.batch_created import BatchCreated
    from ...models.batch_task import BatchTask
    from ...models.error_reply import ErrorReply

    if status_code == 400:
        reply_400 = ErrorReply.from_dict(json.loads(content))

        return reply_400
    if status_code == 401:
        reply_401 = ErrorReply.from_dict(json.loads(content))

        return reply_401
    if status_code == 402:
        reply_402 = ErrorReply.from_dict(json.loads(content))

        return reply_402
    if status_code == 403:
        reply_403 = ErrorReply.from_dict(json.loads(content))

        return reply_403
    if status_code == 404:
        reply_404 = ErrorReply.from_dict(json.loads(content))

        return reply_404
    if status_code == 408:
        reply_408 = ErrorReply.from_dict(json.loads(content))

        return reply_408
    if status_code == 429:
        reply_429 = ErrorReply.from_dict(json.loads(content))

        return reply_429
    if status_code == 502:
        reply_502 = ErrorReply.from_dict(json.loads(content))

        return reply_502
    if status_code == 503:
        reply_503 = ErrorReply.from_dict(json.loads(content))

        return reply_503
    if 200 <= status_code <= 299:

        def _parse_reply_200(data: object) -> BatchCreated | BatchTask | ErrorReply:
            if isinstance(data, dict):
                try:
                    reply_200_option_1 = BatchCreated.from_dict(data)

                    return reply_200_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_200_option_2 = BatchTask.from_dict(data)

                    return reply_200_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_200_option_3 = ErrorReply.from_dict(data)

                    return reply_200_option_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_200: no member of the union fits this {type(data).__name__}")

        reply_200 = _parse_reply_200(json.loads(content))

        return reply_200
    if 400 <= status_code <= 499:
        reply_4xx = ErrorReply.from_dict(json.loads(content))

        return reply_4xx
    if 500 <= status_code <= 599:
        reply_5xx = ErrorReply.from_dict(json.loads(content))

        return reply_5xx
    return None


def parse_response(
    *, status_code: int, content: bytes, headers: Mapping[str, str]
) -> Response[BatchCreated | BatchTask | ErrorReply]:
    """Never raises: what cannot be decoded is kept as it came, with the reason in `decode_error`."""
    try:
        parsed = _decode(status_code, content)
    except Exception as error:
        return Response(status_code=status_code, content=content, headers=headers, decode_error=error)
    return Response(status_code=status_code, content=content, headers=headers, parsed=parsed)


def sync_detailed(
    batch_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[BatchCreated | BatchTask | ErrorReply]:
    reply = client.get_httpx_client().request(
        **request_kwargs(
            batch_id=batch_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)


async def asyncio_detailed(
    batch_id: str,
    *,
    client: AuthenticatedClient,
) -> Response[BatchCreated | BatchTask | ErrorReply]:
    reply = await client.get_async_httpx_client().request(
        **request_kwargs(
            batch_id=batch_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)
