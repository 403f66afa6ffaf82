"""The two drivers of a flow, sync and async: the only file that knows httpx, a socket, a clock or sleep.

The key is added here, for the base URL's own origin only, and redirects are never followed.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import aclosing, closing
from typing import Any, TypeVar, cast

import httpx
from attrs import field, frozen

from .errors import ContractError, InputError, PolybatchError, TransportError
from .flow import Clock, Emit, Exchange, Flow, Open, Pause, Read, Reply, Step, Warn
from .origin import check_foreign, same_origin
from .reading import shorten
from .version import __version__

T = TypeVar("T")
logger = logging.getLogger("polybatch")

AGENT = f"polybatch/{__version__}"
CONNECT_TIMEOUT = 10.0
"""Seconds to reach a host."""
JITTER = 0.2
"""Fraction by which a pause is stretched at random, so that many clients do not come back together."""


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
        method, url = given.pop("method"), str(given.pop("url"))
        if exchange.foreign:
            check_foreign(url, self.base_url)
        else:
            url = self.base_url + url
        headers = {"user-agent": AGENT, "accept": "*/*", **given.pop("headers", {})}
        if same_origin(url, self.base_url):
            headers.update(self.credentials)
        for name, value in headers.items():
            if not (value.isascii() and value.isprintable()):
                raise InputError(f"the value of the header {name} has a character that no header carries")
        content = given.pop("content", None)
        body = content if content is None or isinstance(content, bytes) else Body(content)
        params = {name: value for name, value in given.pop("params", {}).items() if value is not None}
        more = {"extensions": {"timeout": self.settings()["timeout"].as_dict()}, **given}
        try:
            request = httpx.Request(method, url, params=params or None, headers=headers, content=body, **more)
        except httpx.InvalidURL as error:
            kind = ContractError if exchange.foreign else InputError
            raise kind(f"{shorten(url)!r} is not a URL that can be called: {error}") from error
        if isinstance(body, Body):
            request.stream = body  # httpx would wrap it in a stream for blocking clients only
        return request


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
        opened = _Opened()
        answer: Any = None
        try:
            while True:
                step = _advance(flow, answer)
                if isinstance(step, Emit):
                    yield from step.items
                    answer = None
                else:
                    answer = self._perform(step, opened)
        except StopIteration as stop:
            return cast("T", stop.value)
        finally:
            flow.close()
            if opened.response is not None:
                opened.response.close()

    def _perform(self, step: Step, opened: _Opened) -> Any:
        if isinstance(step, Pause):
            return self._line.timer.sleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer)
        try:
            if isinstance(step, Read):
                return next(opened.chunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            response = self._http.send(self._line.request(exchange), stream=True)
            if isinstance(step, Open) and response.is_success:
                opened.response, opened.chunks = response, response.iter_bytes()
            else:
                with closing(response):
                    response.read()
            return _reply(exchange, response)
        except (httpx.HTTPError, PolybatchError) as error:
            return _trouble(error)


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
        opened = _Opened()
        answer: Any = None
        try:
            while True:
                step = _advance(flow, answer)
                if isinstance(step, Emit):
                    for item in step.items:
                        yield item
                    answer = None
                else:
                    answer = await self._perform(step, opened)
        except StopIteration as stop:
            if returned is not None:
                returned(stop.value)
        finally:
            flow.close()
            if opened.response is not None:
                await opened.response.aclose()

    async def _perform(self, step: Step, opened: _Opened) -> Any:
        if isinstance(step, Pause):
            return await self._line.timer.asleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer)
        try:
            if isinstance(step, Read):
                return await anext(opened.chunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            response = await self._http.send(self._line.request(exchange), stream=True)
            if isinstance(step, Open) and response.is_success:
                opened.response, opened.chunks = response, response.aiter_bytes()
            else:
                async with aclosing(response):
                    await response.aread()
            return _reply(exchange, response)
        except (httpx.HTTPError, PolybatchError) as error:
            return _trouble(error)


class _Opened:
    """The body a flow is reading, if any."""

    response: httpx.Response | None = None
    chunks: Any = iter(())


def _advance(flow: Flow[Any], answer: Any) -> Step:
    """The flow's next step; trouble is an answer that is thrown."""
    return flow.throw(answer) if isinstance(answer, PolybatchError) else flow.send(answer)


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


def _reply(exchange: Exchange, response: httpx.Response) -> Reply:
    request = response.request
    logger.debug("%s: %s %s -> %d", exchange.operation, request.method, request.url.path, response.status_code)
    return Reply(response.status_code, response.headers, response.content if response.is_closed else b"")


def _trouble(error: httpx.HTTPError | PolybatchError) -> PolybatchError:
    """What httpx noticed, in our words; certain that nothing was sent only where no connection was made."""
    if isinstance(error, PolybatchError):
        return error
    url = error.request.url
    host, said = f"{url.scheme}://{url.netloc.decode()}", str(error)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
        message = f"{host} {what}" + (f": {said}" if said else "")
        lost = TransportError(message, hint="check the base URL and the network", sent=False)
    else:
        message = f"the connection to {host} broke: {said or type(error).__name__}"
        lost = TransportError(message, hint="the vendor or the network; try again")
    lost.__cause__ = error
    return lost
