"""A driver of flows without a socket: replies come from a script, requests are noted as they would travel.

It knows a flow's steps and nothing of any vendor.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

import httpx
from attrs import define, field

from polybatch.errors import PolybatchError, TransportError
from polybatch.flow import Clock, Emit, Exchange, Flow, Open, Pause, Read, Reply, Warn
from polybatch.wire import Line

T = TypeVar("T")

BLOCK = 61
"""Bytes of a body handed on at a time; small and odd, so that lines are cut anywhere."""
OUR_OWN = frozenset({"host", "user-agent", "accept", "content-length"})
"""Headers that say nothing about a vendor."""


def reply(given: Mapping[str, Any]) -> Reply | None:
    """A reply as a case writes it; `None` where none came."""
    if given.get("lost"):
        return None
    lines = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in given.get("lines", ()))
    body = json.dumps(given["json"], ensure_ascii=False) if "json" in given else given.get("text", lines)
    return Reply(given["status"], httpx.Headers(given.get("headers", {})), body.encode())


@define
class FakeDriver:
    """Plays one flow."""

    line: Line
    replies: list[Reply | None]
    """What comes back, in order; `None` is a lost reply."""
    sent: list[Mapping[str, Any]] = field(factory=list)
    """The requests as a case writes them."""
    emitted: list[Any] = field(factory=list)
    warned: list[str] = field(factory=list)
    pauses: list[float] = field(factory=list)
    _body: Iterator[bytes] = field(factory=lambda: iter(()))

    def play(self, flow: Flow[T]) -> T:
        """Carry out a flow to its end."""
        answer: Any = None
        error: PolybatchError | None = None
        while True:
            try:
                step = flow.throw(error) if error else flow.send(answer)
            except StopIteration as stop:
                return cast("T", stop.value)
            answer, error = None, None
            try:
                answer = self._perform(step)
            except PolybatchError as raised:
                error = raised

    def _perform(self, step: Any) -> Any:
        match step:
            case Exchange():
                return self._exchange(step)
            case Open(exchange):
                found = self._exchange(exchange)
                if not 200 <= found.status < 300:
                    return found
                blocks = range(0, len(found.content), BLOCK)
                self._body = iter([found.content[start : start + BLOCK] for start in blocks])
                return Reply(found.status, found.headers)
            case Read():
                return next(self._body, b"")
            case Emit(items):
                self.emitted.extend(items)
            case Pause(seconds):
                self.pauses.append(seconds)
            case Clock():
                return sum(self.pauses)
            case Warn(message):
                self.warned.append(message)
            case _:
                raise TypeError(f"a flow yielded {step!r}")
        return None

    def _exchange(self, exchange: Exchange) -> Reply:
        self.sent.append(_written(self.line.request(exchange), self.line.base_url))
        if not self.replies:
            raise AssertionError(f"a request too many: {self.sent[-1]}")
        found = self.replies.pop(0)
        if found is None:
            raise TransportError("the reply was lost")
        return found


def _written(request: httpx.Request, base_url: str) -> Mapping[str, Any]:
    url = f"{request.url.scheme}://{request.url.netloc.decode()}{request.url.raw_path.decode()}"
    headers = {name: value for name, value in request.headers.items() if name not in OUR_OWN}
    written = {"method": request.method, "url": url.removeprefix(base_url), "headers": headers}
    body = b"".join(cast("httpx.SyncByteStream", request.stream))
    return {**written, "json": json.loads(body)} if body else written
