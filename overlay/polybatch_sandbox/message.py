"""HTTP requests and responses as plain values.

The sandbox takes a `Request` and gives a `Response`; whether a socket stands before it is for `server` alone to know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from polybatch_sandbox.body import Body

Headers = tuple[tuple[str, str], ...]
JSON_TYPE = "application/json"
# json.dumps would make an encoder for each line.
COMPACT, COMPACT_ASCII = (json.JSONEncoder(ensure_ascii=escaped, separators=(",", ":")) for escaped in (False, True))
CREDENTIALS = ("authorization", "x-api-key", "api-key", "x-bare-password", "cookie")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; `target` is path and query, undecoded."""

    method: str
    target: str
    headers: Headers = ()
    body: Body = b""

    @property
    def path(self) -> str:
        """The path as sent: `%2F` in it is not a slash."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The decoded pairs of the query string."""
        return parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def values(self, name: str) -> list[str]:
        """Every value of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        """A header's value; repeated headers are one list with commas (RFC 9110 §5.3)."""
        values = self.values(name)
        return ", ".join(values) if values else None


@dataclass(frozen=True, slots=True)
class Response:
    """One reply; `delay` and what follows is trouble, most of which only a socket can show."""

    status: int
    headers: Headers = ()
    body: bytes | Iterator[bytes] = b""
    delay: float = 0.0
    """Real seconds to wait before the first byte."""
    cut: int | None = None
    """Bytes of the body after which the connection closes."""
    dropped: bool = False
    """Nothing is sent at all."""
    undelimited: bool = False
    """The body ends where the connection does; nothing else tells its length."""
    fault: str = ""
    """The fault words that touched it."""

    def read(self) -> bytes:
        """The whole body (a streamed body can be read once)."""
        return self.body if isinstance(self.body, bytes) else b"".join(self.body)

    def json(self) -> Any:
        """The whole body, decoded."""
        return json.loads(self.read())

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def adding(self, headers: Iterable[tuple[str, str]]) -> Response:
        """The same reply with more headers."""
        return replace(self, headers=(*self.headers, *headers))


def encode(document: object) -> bytes:
    """Compact JSON in UTF-8; a lone surrogate, which UTF-8 cannot carry, makes it ASCII with escapes."""
    try:
        return COMPACT.encode(document).encode()
    except UnicodeEncodeError:
        return COMPACT_ASCII.encode(document).encode()


def json_reply(document: object, *, status: int = 200, headers: Headers = ()) -> Response:
    """A JSON reply."""
    return Response(status, (("Content-Type", JSON_TYPE), *headers), encode(document))


def stream_reply(body: Iterator[bytes], *, media_type: str) -> Response:
    """A reply whose body is made while it is sent."""
    return Response(200, (("Content-Type", media_type),), body)


def segment(value: str) -> str:
    """One decoded path segment."""
    return unquote(value)
