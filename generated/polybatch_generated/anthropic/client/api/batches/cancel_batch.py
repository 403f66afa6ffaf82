# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""POST /v1/messages/batches/{message_batch_id}/cancel: Ask for cancellation; items under way may still finish"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...models.anthropic_version import AnthropicVersion
from ...types import UNSET, Response, Unset, path_segment

if TYPE_CHECKING:
    from ...client import AuthenticatedClient
    from ...models.beta_error_response import BetaErrorResponse
    from ...models.beta_message_batch import BetaMessageBatch


def request_kwargs(
    message_batch_id: str,
    *,
    beta: bool | Unset = UNSET,
    anthropic_version: AnthropicVersion | str = AnthropicVersion.V2026_10_21,
    anthropic_beta: str | Unset = UNSET,
    anthropic_workspace_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """What `httpx.Client.request` or `.stream` is called with; nothing is sent."""
    headers: dict[str, Any] = {}
    headers["anthropic-version"] = anthropic_version

    if not isinstance(anthropic_beta, Unset):
        headers["anthropic-beta"] = anthropic_beta

    if not isinstance(anthropic_workspace_id, Unset):
        headers["anthropic-workspace-id"] = anthropic_workspace_id

    params: dict[str, Any] = {}

    params["beta"] = beta

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": f"/v1/messages/batches/{path_segment(message_batch_id)}/cancel",
        "params": params,
        "headers": headers,
    }
    return _kwargs


def _decode(status_code: int, content: bytes) -> BetaErrorResponse | BetaMessageBatch | None:
    from ...models.beta_error_response import BetaErrorResponse
    from ...models.beta_message_batch import BetaMessageBatch

    if 200 <= status_code <= 299:
        reply_200 = BetaMessageBatch.from_dict(json.loads(content))

        return reply_200
    if 400 <= status_code <= 499:
        reply_4xx = BetaErrorResponse.from_dict(json.loads(content))

        return reply_4xx
    if 500 <= status_code <= 599:
        reply_5xx = BetaErrorResponse.from_dict(json.loads(content))

        return reply_5xx
    return None


def parse_response(
    *, status_code: int, content: bytes, headers: Mapping[str, str]
) -> Response[BetaErrorResponse | BetaMessageBatch]:
    """Never raises: what cannot be decoded is kept as it came, with the reason in `decode_error`."""
    try:
        parsed = _decode(status_code, content)
    except Exception as error:
        return Response(status_code=status_code, content=content, headers=headers, decode_error=error)
    return Response(status_code=status_code, content=content, headers=headers, parsed=parsed)


def sync_detailed(
    message_batch_id: str,
    *,
    client: AuthenticatedClient,
    beta: bool | Unset = UNSET,
    anthropic_version: AnthropicVersion | str = AnthropicVersion.V2026_10_21,
    anthropic_beta: str | Unset = UNSET,
    anthropic_workspace_id: str | Unset = UNSET,
) -> Response[BetaErrorResponse | BetaMessageBatch]:
    reply = client.get_httpx_client().request(
        **request_kwargs(
            message_batch_id=message_batch_id,
            beta=beta,
            anthropic_version=anthropic_version,
            anthropic_beta=anthropic_beta,
            anthropic_workspace_id=anthropic_workspace_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)


async def asyncio_detailed(
    message_batch_id: str,
    *,
    client: AuthenticatedClient,
    beta: bool | Unset = UNSET,
    anthropic_version: AnthropicVersion | str = AnthropicVersion.V2026_10_21,
    anthropic_beta: str | Unset = UNSET,
    anthropic_workspace_id: str | Unset = UNSET,
) -> Response[BetaErrorResponse | BetaMessageBatch]:
    reply = await client.get_async_httpx_client().request(
        **request_kwargs(
            message_batch_id=message_batch_id,
            beta=beta,
            anthropic_version=anthropic_version,
            anthropic_beta=anthropic_beta,
            anthropic_workspace_id=anthropic_workspace_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)
