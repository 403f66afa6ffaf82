"""The two drivers of a flow, sync and async: the only file that knows httpx, a socket, a clock or sleep.

The key is added here, for the base URL's own origin only, and redirects are never followed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

import httpx
from attrs import field, frozen

from .errors import InputError, PolybatchError, TransportError
from .flow import Clock, Emit, Exchange, Flow, Open, Pause, Read, Reply, Step, Warn
from .origin import check_foreign, origin
from .version import __version__

T = TypeVar("T")
logger = logging.getLogger("polybatch")

AGENT = f"polybatch/{__version__}"
CONNECT_TIMEOUT = 10.0
"""Seconds to reach a host."""
JITTER = 0.2
"""Fraction by which a pause is stretched at random, so that many clients do not come back together."""
BLOCK = 64 * 1024
"""Bytes of a body that are handed on at a time."""


@frozen
class Timer:
    """Where time comes from; a test gives its own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


@frozen
class Line:
    """How to reach one vendor."""

    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    timeout: float = 60.0
    """Seconds without a byte after which a call is given up."""
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None
    timer: Timer = Timer()

    def settings(self) -> dict[str, Any]:
        """What both httpx clients are made with."""
        return {
            "timeout": httpx.Timeout(self.timeout, connect=min(CONNECT_TIMEOUT, self.timeout)),
            "transport": self.transport,
            "follow_redirects": False,
        }

    def request(self, exchange: Exchange) -> httpx.Request:
        """The HTTP request of an exchange, with the key if it goes to the vendor itself."""
        given = dict(exchange.request)
        url = str(given.pop("url"))
        if exchange.foreign:
            check_foreign(url, self.base_url)
        else:
            url = self.base_url + url
        headers = {"user-agent": AGENT, "accept": "*/*", **given.pop("headers", {})}
        if origin(url) == origin(self.base_url):
            headers.update(self.credentials)
        body = given.pop("content", None)
        if body is not None:
            # With a stream httpx writes no Host of its own; without one it would think the body empty.
            given["stream"] = Body((body,) if isinstance(body, bytes) else body)
            headers["host"] = httpx.URL(url).netloc.decode()
        params = {name: value for name, value in given.pop("params", {}).items() if value is not None}
        timeout = self.settings()["timeout"].as_dict()
        try:
            return httpx.Request(
                given.pop("method"),
                url,
                params=params or None,
                headers=headers,
                extensions={"timeout": timeout},
                **given,
            )
        except httpx.InvalidURL as error:
            raise InputError(f"{url!r} is not a URL that can be called: {error}") from error


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request body read anew from its source for each sending, by either client."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


class Wire:
    """Drives flows with blocking calls."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._http = httpx.Client(**line.settings())

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def run(self, flow: Flow[T]) -> T:
        """Carry out a flow and return its value; what it emits is dropped."""
        steps = self.iterate(flow)
        while True:
            try:
                next(steps)
            except StopIteration as stop:
                return cast("T", stop.value)

    def iterate(self, flow: Flow[T]) -> Generator[Any, None, T]:
        """Carry out a flow, yielding what it emits."""
        body = _Body()
        answer: Any = None
        error: PolybatchError | None = None
        try:
            while True:
                try:
                    step = flow.throw(error) if error else flow.send(answer)
                except StopIteration as stop:
                    return cast("T", stop.value)
                answer, error = None, None
                if isinstance(step, Emit):
                    yield from step.items
                    continue
                try:
                    answer = self._perform(step, body)
                except PolybatchError as raised:
                    error = raised
        finally:
            flow.close()
            if body.response is not None:
                body.response.close()

    def _perform(self, step: Step, body: _Body) -> Any:
        if isinstance(step, Pause):
            return self._line.timer.sleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer)
        try:
            if isinstance(step, Read):
                return next(body.chunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            request = self._line.request(exchange)
            response = self._http.send(request, stream=True)
            if isinstance(step, Open) and response.is_success:
                body.open(response, response.iter_bytes(BLOCK))
            else:
                try:
                    response.read()
                finally:
                    response.close()
            return _reply(exchange, request, response)
        except httpx.HTTPError as lost:
            raise _lost(lost, self._line.base_url) from lost


class AsyncWire:
    """Drives flows on an event loop."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._http = httpx.AsyncClient(**line.settings())

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def run(self, flow: Flow[T]) -> T:
        """Carry out a flow and return its value; what it emits is dropped."""
        found: list[T] = []
        async for _ in self.iterate(flow, found.append):
            pass
        return found[0]

    async def iterate(self, flow: Flow[T], returned: Callable[[T], None] | None = None) -> AsyncGenerator[Any, None]:
        """Carry out a flow, yielding what it emits; `returned` is told its value."""
        body = _Body()
        answer: Any = None
        error: PolybatchError | None = None
        try:
            while True:
                try:
                    step = flow.throw(error) if error else flow.send(answer)
                except StopIteration as stop:
                    if returned is not None:
                        returned(stop.value)
                    return
                answer, error = None, None
                if isinstance(step, Emit):
                    for item in step.items:
                        yield item
                    continue
                try:
                    answer = await self._perform(step, body)
                except PolybatchError as raised:
                    error = raised
        finally:
            flow.close()
            if body.response is not None:
                await body.response.aclose()

    async def _perform(self, step: Step, body: _Body) -> Any:
        if isinstance(step, Pause):
            return await self._line.timer.asleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer)
        try:
            if isinstance(step, Read):
                return await anext(body.achunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            request = self._line.request(exchange)
            response = await self._http.send(request, stream=True)
            if isinstance(step, Open) and response.is_success:
                body.aopen(response, response.aiter_bytes(BLOCK))
            else:
                try:
                    await response.aread()
                finally:
                    await response.aclose()
            return _reply(exchange, request, response)
        except httpx.HTTPError as lost:
            raise _lost(lost, self._line.base_url) from lost


class _Body:
    """The body a flow has opened, if any."""

    def __init__(self) -> None:
        self.response: httpx.Response | None = None
        self.chunks: Iterator[bytes] = iter(())
        self.achunks: AsyncIterator[bytes]

    def open(self, response: httpx.Response, chunks: Iterator[bytes]) -> None:
        self.response, self.chunks = response, chunks

    def aopen(self, response: httpx.Response, chunks: AsyncIterator[bytes]) -> None:
        self.response, self.achunks = response, chunks


def _aside(step: Step, timer: Timer) -> float | None:
    """The steps that touch no socket."""
    if isinstance(step, Clock):
        return timer.monotonic()
    if isinstance(step, Warn):
        logger.warning("%s", step.message)
        return None
    raise TypeError(f"a flow yielded {step!r}, which is no step")


def _stretched(step: Pause, timer: Timer) -> float:
    return step.seconds * (1 + JITTER * timer.jitter())


def _reply(exchange: Exchange, request: httpx.Request, response: httpx.Response) -> Reply:
    logger.debug("%s: %s %s -> %d", exchange.operation, request.method, request.url.path, response.status_code)
    content = response.content if response.is_closed else b""
    return Reply(response.status_code, response.headers, content)


def _lost(error: httpx.HTTPError, base_url: str) -> TransportError:
    """What httpx noticed, in our words; certain that nothing was sent only where no connection was made."""
    sent = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    host = base_url
    if sent:
        said = str(error) or type(error).__name__
        return TransportError(f"the connection to {host} broke: {said}", hint="the vendor or the network; try again")
    what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    said = f": {error}" if str(error) else ""
    return TransportError(f"{host} {what}{said}", hint="check the base URL and the network", sent=False)
