# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 8bf3e20aeed1456558f592cb637c708f2666b9d1784cbf50a0ea1dc73a95deae

"""POST /v1/batches/{batch_id}/cancel: Cancel a batch; what has finished may remain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...types import UNSET, Response, Unset, path_segment

if TYPE_CHECKING:
    from ...client import AuthenticatedClient
    from ...models.batch_object import BatchObject
    from ...models.http_validation_error import HTTPValidationError
    from ...models.mesh_error import MeshError
    from ...models.plain_error import PlainError


def request_kwargs(
    batch_id: str,
    *,
    x_mesh_version: str | Unset = UNSET,
    x_request_id: str | Unset = UNSET,
) -> dict[str, Any]:
    """What `httpx.Client.request` or `.stream` is called with; nothing is sent."""
    headers: dict[str, Any] = {}
    if not isinstance(x_mesh_version, Unset):
        headers["X-Mesh-Version"] = x_mesh_version

    if not isinstance(x_request_id, Unset):
        headers["X-Request-Id"] = x_request_id

    params: dict[str, Any] = {}
    _kwargs: dict[str, Any] = {
        "method": "POST",
        "url": f"/v1/batches/{path_segment(batch_id)}/cancel",
        "params": params,
        "headers": headers,
    }
    return _kwargs


def _decode(status_code: int, content: bytes) -> BatchObject | HTTPValidationError | MeshError | PlainError | None:
    from ...models.batch_object import BatchObject
    from ...models.http_validation_error import HTTPValidationError
    from ...models.mesh_error import MeshError
    from ...models.plain_error import PlainError

    if status_code == 400:

        def _parse_reply_400(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_400_option_1 = MeshError.from_dict(data)

                    return reply_400_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_400_option_2 = PlainError.from_dict(data)

                    return reply_400_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_400: no member of the union fits this {type(data).__name__}")

        reply_400 = _parse_reply_400(json.loads(content))

        return reply_400
    if status_code == 401:

        def _parse_reply_401(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_401_option_1 = MeshError.from_dict(data)

                    return reply_401_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_401_option_2 = PlainError.from_dict(data)

                    return reply_401_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_401: no member of the union fits this {type(data).__name__}")

        reply_401 = _parse_reply_401(json.loads(content))

        return reply_401
    if status_code == 402:

        def _parse_reply_402(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_402_option_1 = MeshError.from_dict(data)

                    return reply_402_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_402_option_2 = PlainError.from_dict(data)

                    return reply_402_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_402: no member of the union fits this {type(data).__name__}")

        reply_402 = _parse_reply_402(json.loads(content))

        return reply_402
    if status_code == 403:

        def _parse_reply_403(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_403_option_1 = MeshError.from_dict(data)

                    return reply_403_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_403_option_2 = PlainError.from_dict(data)

                    return reply_403_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_403: no member of the union fits this {type(data).__name__}")

        reply_403 = _parse_reply_403(json.loads(content))

        return reply_403
    if status_code == 404:

        def _parse_reply_404(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_404_option_1 = MeshError.from_dict(data)

                    return reply_404_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_404_option_2 = PlainError.from_dict(data)

                    return reply_404_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_404: no member of the union fits this {type(data).__name__}")

        reply_404 = _parse_reply_404(json.loads(content))

        return reply_404
    if status_code == 409:

        def _parse_reply_409(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_409_option_1 = MeshError.from_dict(data)

                    return reply_409_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_409_option_2 = PlainError.from_dict(data)

                    return reply_409_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_409: no member of the union fits this {type(data).__name__}")

        reply_409 = _parse_reply_409(json.loads(content))

        return reply_409
    if status_code == 422:

        def _parse_reply_422(data: object) -> HTTPValidationError | MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_422_option_1 = MeshError.from_dict(data)

                    return reply_422_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_422_option_2 = HTTPValidationError.from_dict(data)

                    return reply_422_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_422_option_3 = PlainError.from_dict(data)

                    return reply_422_option_3
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_422: no member of the union fits this {type(data).__name__}")

        reply_422 = _parse_reply_422(json.loads(content))

        return reply_422
    if status_code == 429:

        def _parse_reply_429(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_429_option_1 = MeshError.from_dict(data)

                    return reply_429_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_429_option_2 = PlainError.from_dict(data)

                    return reply_429_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_429: no member of the union fits this {type(data).__name__}")

        reply_429 = _parse_reply_429(json.loads(content))

        return reply_429
    if status_code == 500:

        def _parse_reply_500(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_500_option_1 = MeshError.from_dict(data)

                    return reply_500_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_500_option_2 = PlainError.from_dict(data)

                    return reply_500_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_500: no member of the union fits this {type(data).__name__}")

        reply_500 = _parse_reply_500(json.loads(content))

        return reply_500
    if status_code == 501:

        def _parse_reply_501(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_501_option_1 = MeshError.from_dict(data)

                    return reply_501_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_501_option_2 = PlainError.from_dict(data)

                    return reply_501_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_501: no member of the union fits this {type(data).__name__}")

        reply_501 = _parse_reply_501(json.loads(content))

        return reply_501
    if status_code == 502:

        def _parse_reply_502(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_502_option_1 = MeshError.from_dict(data)

                    return reply_502_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_502_option_2 = PlainError.from_dict(data)

                    return reply_502_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_502: no member of the union fits this {type(data).__name__}")

        reply_502 = _parse_reply_502(json.loads(content))

        return reply_502
    if status_code == 503:

        def _parse_reply_503(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_503_option_1 = MeshError.from_dict(data)

                    return reply_503_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_503_option_2 = PlainError.from_dict(data)

                    return reply_503_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_503: no member of the union fits this {type(data).__name__}")

        reply_503 = _parse_reply_503(json.loads(content))

        return reply_503
    if status_code == 504:

        def _parse_reply_504(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_504_option_1 = MeshError.from_dict(data)

                    return reply_504_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_504_option_2 = PlainError.from_dict(data)

                    return reply_504_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_504: no member of the union fits this {type(data).__name__}")

        reply_504 = _parse_reply_504(json.loads(content))

        return reply_504
    if 200 <= status_code <= 299:
        reply_200 = BatchObject.from_dict(json.loads(content))

        return reply_200
    if 400 <= status_code <= 499:

        def _parse_reply_4xx(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_4xx_option_1 = MeshError.from_dict(data)

                    return reply_4xx_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_4xx_option_2 = PlainError.from_dict(data)

                    return reply_4xx_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_4xx: no member of the union fits this {type(data).__name__}")

        reply_4xx = _parse_reply_4xx(json.loads(content))

        return reply_4xx
    if 500 <= status_code <= 599:

        def _parse_reply_5xx(data: object) -> MeshError | PlainError:
            if isinstance(data, dict):
                try:
                    reply_5xx_option_1 = MeshError.from_dict(data)

                    return reply_5xx_option_1
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            if isinstance(data, dict):
                try:
                    reply_5xx_option_2 = PlainError.from_dict(data)

                    return reply_5xx_option_2
                except (TypeError, ValueError, AttributeError, KeyError):
                    pass

            raise TypeError(f"reply_5xx: no member of the union fits this {type(data).__name__}")

        reply_5xx = _parse_reply_5xx(json.loads(content))

        return reply_5xx
    return None


def parse_response(
    *, status_code: int, content: bytes, headers: Mapping[str, str]
) -> Response[BatchObject | HTTPValidationError | MeshError | PlainError]:
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
    x_mesh_version: str | Unset = UNSET,
    x_request_id: str | Unset = UNSET,
) -> Response[BatchObject | HTTPValidationError | MeshError | PlainError]:
    reply = client.get_httpx_client().request(
        **request_kwargs(
            batch_id=batch_id,
            x_mesh_version=x_mesh_version,
            x_request_id=x_request_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)


async def asyncio_detailed(
    batch_id: str,
    *,
    client: AuthenticatedClient,
    x_mesh_version: str | Unset = UNSET,
    x_request_id: str | Unset = UNSET,
) -> Response[BatchObject | HTTPValidationError | MeshError | PlainError]:
    reply = await client.get_async_httpx_client().request(
        **request_kwargs(
            batch_id=batch_id,
            x_mesh_version=x_mesh_version,
            x_request_id=x_request_id,
        )
    )
    return parse_response(status_code=reply.status_code, content=reply.content, headers=reply.headers)
