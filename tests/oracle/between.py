"""A sandbox server with a witness inside: it keeps what was sent, and can drop a field from the replies."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from polybatch_sandbox import Request, Response, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ALL = "*"
"""Stands for every element of an array."""


@dataclass(frozen=True)
class Sent:
    """One request as it came in, below the vendor's mount."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    body: bytes


class Between(Sandbox):
    """Hands everything to a sandbox that each test begins anew, while the ports stay."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Sandbox()
        self.sent: list[Sent] = []
        self._dropped: tuple[str, ...] | None = None
        self._hits = 0

    def renew(self, **options: Any) -> None:
        """Another sandbox, with nothing in it."""
        self.inner.close()
        self.inner = Sandbox(**options)
        self.sent = []

    def close(self) -> None:
        """Lets go of both."""
        self.inner.close()
        super().close()

    def handle(self, request: Request) -> Response:
        """The inner sandbox's reply, without the field that is to be missing."""
        reply = self.inner.handle(request)
        path = "/" + request.path.removeprefix("/").partition("/")[2]
        self.sent.append(Sent(request.method, path, request.query, list(request.headers), bytes(request.body)))
        return reply if self._dropped is None or reply.dropped else self._without(self._dropped, reply)

    @contextmanager
    def dropping(self, *where: str) -> Iterator[None]:
        """While this lasts, replies lack that field; at the end it must have been missed at least once."""
        self._dropped, self._hits = where, 0
        try:
            yield
        finally:
            self._dropped = None
        if not self._hits:
            raise LookupError(f"no reply had the field {where}")

    def _without(self, where: tuple[str, ...], reply: Response) -> Response:
        body, media = reply.read(), reply.header("Content-Type") or ""
        lines = body.splitlines() if media.endswith("jsonl") else [body]
        documents = [json.loads(line) for line in lines]
        for document in documents:
            self._hits += _drop(document, where)
        written = [json.dumps(document, ensure_ascii=False).encode() for document in documents]
        return Response(reply.status, reply.headers, b"\n".join(written))

    # /_sandbox

    def advance(self, seconds: float) -> None:
        """Moves the clock."""
        self._control("clock", {"advance": seconds})

    def script(self, vendor: str, operation: str, *words: str) -> None:
        """Scripts trouble for the next calls."""
        self._control("faults", {"vendor": vendor, "operation": operation, "script": words})

    def _control(self, what: str, document: dict[str, Any]) -> None:
        reply = self.inner.handle(Request("POST", f"/_sandbox/{what}", (), json.dumps(document).encode()))
        if reply.status != 200:
            raise ValueError(reply.read().decode())


def _drop(document: Any, where: tuple[str, ...]) -> int:
    """Drops the field from the document and says how often it was there."""
    first, rest = where[0], where[1:]
    if isinstance(document, list):
        return sum(_drop(one, rest) for one in document) if first == ALL else 0
    if not isinstance(document, dict) or first not in document:
        return 0
    if rest:
        return _drop(document[first], rest)
    del document[first]
    return 1
