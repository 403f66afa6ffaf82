# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 00008d6346f9e762c3400b3e0039f0b1d4b65879906c87c16d522a93e854cc9b

"""POST /v1/messages/batches: Start a batch of agent runs"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...models.create_batch import CreateBatch
from ...types import UNSET, RawBody, Response, Unset

if TYPE_CHECKING:
    from ...client import AuthenticatedClient
    from ...models.batch_job import BatchJob
    from ...models.detail_error import DetailError
    from ...models.http_validation_error import HTTPValidationError
    from ...models.llm_error_response import LlmErrorResponse


def request_kwargs(
    *,
    body: CreateBatch | RawBody,
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
    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": "/v1/messages/batches",
        "params": params,
        "headers": headers,
    }
    if isinstance(body, RawBody):
        _kwargs["content"] = body.content
        if body.content_length is not None:
            headers["Content-Length"] = str(body.content_length)
    else:
        _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"
    return _kwargs


def _decode(status_code: int, content: bytes) -> BatchJob | DetailError | HTTPValidationError | LlmErrorResponse | None:
    from ...models.batch_job import BatchJob
    from ...models.detail_error import DetailError
    from ...models.http_validation_error import HTTPValidationError
    from ...models.llm_error_response import LlmErrorResponse

    if status_code == 400:

        def _parse_reply_400(data: object) -> DetailError | LlmErrorResponse:
            if isinstance(data, dict):
                try:
                    reply_400_option_1 = DetailError.from_dict(data)

                    return reply_400_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_400_option_2 = LlmErrorResponse.from_dict(data)

                    return reply_400_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_400: no member of the union fits this {type(data).__name__}")

        reply_400 = _parse_reply_400(json.loads(content))

        return reply_400
    if status_code == 401:

        def _parse_reply_401(data: object) -> DetailError | LlmErrorResponse:
            if isinstance(data, dict):
                try:
                    reply_401_option_1 = DetailError.from_dict(data)

                    return reply_401_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_401_option_2 = LlmErrorResponse.from_dict(data)

                    return reply_401_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_401: no member of the union fits this {type(data).__name__}")

        reply_401 = _parse_reply_401(json.loads(content))

        return reply_401
    if status_code == 402:
        reply_402 = LlmErrorResponse.from_dict(json.loads(content))

        return reply_402
    if status_code == 404:
        reply_404 = DetailError.from_dict(json.loads(content))

        return reply_404
    if status_code == 409:
        reply_409 = DetailError.from_dict(json.loads(content))

        return reply_409
    if status_code == 422:
        reply_422 = HTTPValidationError.from_dict(json.loads(content))

        return reply_422
    if status_code == 429:
        reply_429 = LlmErrorResponse.from_dict(json.loads(content))

        return reply_429
    if status_code == 500:

        def _parse_reply_500(data: object) -> DetailError | LlmErrorResponse:
            if isinstance(data, dict):
                try:
                    reply_500_option_1 = DetailError.from_dict(data)

                    return reply_500_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_500_option_2 = LlmErrorResponse.from_dict(data)

                    return reply_500_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_500: no member of the union fits this {type(data).__name__}")

        reply_500 = _parse_reply_500(json.loads(content))

        return reply_500
    if status_code == 503:
        reply_503 = DetailError.from_dict(json.loads(content))

        return reply_503
    if status_code == 504:
        reply_504 = LlmErrorResponse.from_dict(json.loads(content))

        return reply_504
    if 200 <= status_code <= 299:
        reply_200 = BatchJob.from_dict(json.loads(content))

        return reply_200
    return None


def parse_response(
    *, status_code: int, content: bytes, headers: Mapping[str, str]
) -> Response[BatchJob | DetailError | HTTPValidationError | LlmErrorResponse]:
    """Never raises: what cannot be decoded is kept as it came, with the reason in `decode_error`."""
    try:
        parsed = _decode(status_code, content)
    except Exception as error:
        return Response(status_code=status_code, content=content, headers=headers, decode_error=error)
    return Response(status_code=status_code, content=content, headers=headers, parsed=parsed)


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateBatch | RawBody,
    x_project: str | Unset = UNSET,
    x_project_id: str | Unset = UNSET,
    user_id: str | Unset = UNSET,
) -> Response[BatchJob | DetailError | HTTPValidationError | LlmErrorResponse]:
    reply = client.get_httpx_client().request(
        **request_kwargs(
            body=body,
            x_project=x_project,
            x_project_id=x_project_id,
            user_id=user_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: CreateBatch | RawBody,
    x_project: str | Unset = UNSET,
    x_project_id: str | Unset = UNSET,
    user_id: str | Unset = UNSET,
) -> Response[BatchJob | DetailError | HTTPValidationError | LlmErrorResponse]:
    reply = await client.get_async_httpx_client().request(
        **request_kwargs(
            body=body,
            x_project=x_project,
            x_project_id=x_project_id,
            user_id=user_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)
