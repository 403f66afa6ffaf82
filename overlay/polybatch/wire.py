"""The two drivers of a flow, sync and async: with `network`, the only file that knows httpx, a clock or sleep.

The key is added here, for the base URL's own origin only, and masked in whatever comes back whole. One redirect is
followed, by a GET, within the origin that was asked.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import aclosing, closing
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast

import httpx
from attrs import evolve, field, frozen

from .calendar import Calendar
from .errors import ContractError, InputError, PolybatchError, TransportError
from .flow import Clock, Emit, Exchange, Flow, Now, Open, Pause, Read, Reply, Step, Warn
from .inflate import MASK, Incoming
from .network import AsyncGuard, Body, Guard, Ways, guarded, lost_call, named, reach, sending, trusted
from .origin import bare, check_foreign, redirected, same_origin
from .version import __version__

T = TypeVar("T")
logger = logging.getLogger("polybatch")

AGENT = f"polybatch/{__version__}"
CONNECT_TIMEOUT = 10.0
"""Seconds to reach a host."""
JITTER = 0.2
"""Fraction by which a pause is stretched at random, so that many clients do not come back together."""
MAX_REPLY = 1024 * 1024 * 1024
"""Bytes of a reply that is read whole; MeshAPI's hold all results of a batch. Our own bound, against a full memory."""
MAX_REFUSAL = 1024 * 1024
"""Bytes of a refusal that are kept; what comes after them explains nothing more."""
RANDOM, WORD = 16, 8
"""A key is masked in a reply that repeats it: with 16 characters it is in no answer by chance, with 8 in no refusal;
a shorter one (a test's) is not looked for."""


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
    tls: ssl.SSLContext | None = None
    """Whom to trust; the usual authorities unless given."""
    inside: bool = False
    """Whether an address that the vendor gives may lie in a private network."""

    @property
    def patience(self) -> httpx.Timeout:
        """How long a call waits for what."""
        return httpx.Timeout(self.timeout, connect=min(CONNECT_TIMEOUT, self.timeout))

    def way(self, kind: Callable[..., T], guard: Callable[..., Any], proxy: str | None) -> T:
        """A transport of our own."""
        limits = None if self.inside or proxy else reach(self.base_url)
        return guarded(kind, lambda inner: guard(inner, limits, self.timer.monotonic), self.tls or trusted(), proxy)

    def request(self, exchange: Exchange) -> httpx.Request:
        """The HTTP request of an exchange, with the key if it goes to the vendor itself."""
        given = dict(exchange.request)
        method, url = given.pop("method"), str(given.pop("url"))
        if exchange.foreign:
            check_foreign(url, self.base_url, inside=self.inside)
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
        more = {"extensions": {"timeout": self.patience.as_dict()}, **given}
        try:
            request = httpx.Request(method, url, params=params or None, headers=headers, content=body, **more)
        except httpx.InvalidURL as error:
            kind = ContractError if exchange.foreign else InputError
            raise kind(f"{bare(url)!r} is not a URL that can be called: {error}") from error
        if isinstance(body, Body):
            request.stream = body  # httpx would wrap it in a stream for blocking clients only
        return request

    def keys(self, response: httpx.Response) -> list[bytes]:
        """What nobody shall see in a reply; a short word in a success is more likely a word than the key."""
        least = RANDOM if response.is_success else WORD
        found = (value.rpartition(" ")[2].encode() for value in self.credentials.values())
        return [key for key in found if len(key) >= least]

    def reply(self, response: httpx.Response, content: bytes) -> Reply:
        """A reply as everybody sees it: where its headers repeat the key, the key is masked as in its body."""
        headers = response.headers.raw
        for key in self.keys(response):
            headers = [(name, said.replace(key, MASK)) for name, said in headers]
        return Reply(response.status_code, httpx.Headers(headers), content)


class Wire:
    """Drives flows with blocking calls."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ways = Ways[Any](line.transport, partial(line.way, httpx.HTTPTransport, Guard))
        self._calendar = Calendar(line.timer.monotonic)

    def close(self) -> None:
        """Close all connections."""
        for transport in self._ways.open:
            transport.close()

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
            opened.close()

    def _perform(self, step: Step, opened: _Opened) -> Any:
        if isinstance(step, Pause):
            return self._line.timer.sleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer, self._calendar)
        try:
            if isinstance(step, Read):
                return next(opened.chunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            if isinstance(step, Open):
                opened.close()  # a flow may have left the last one unread
            response = self._send(exchange)
            if onward := _onward(exchange, response):
                response.close()
                response = self._send(onward)
            content, blocks = bytearray(), _blocks(response, self._line.keys(response))
            if isinstance(step, Open) and response.is_success:
                opened.response, opened.chunks = response, blocks
            else:
                with closing(blocks):
                    for block in blocks:
                        if _full(content, block, response):
                            break
            return _reply(exchange, response, content, self._line, self._calendar)
        except (httpx.HTTPError, PolybatchError) as error:
            return _trouble(error, step)

    def _send(self, exchange: Exchange) -> httpx.Response:
        request = self._line.request(exchange)
        with sending(request):
            return _bound(self._ways.to(request.url).handle_request(request), request)


class AsyncWire:
    """Drives flows on an event loop."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ways = Ways[Any](line.transport, partial(line.way, httpx.AsyncHTTPTransport, AsyncGuard))
        self._calendar = Calendar(line.timer.monotonic)

    async def close(self) -> None:
        """Close all connections."""
        for transport in self._ways.open:
            await transport.aclose()

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
            await opened.aclose()

    async def _perform(self, step: Step, opened: _Opened) -> Any:
        if isinstance(step, Pause):
            return await self._line.timer.asleep(_stretched(step, self._line.timer))
        if not isinstance(step, Exchange | Open | Read):
            return _aside(step, self._line.timer, self._calendar)
        try:
            if isinstance(step, Read):
                return await anext(opened.chunks, b"")
            exchange = step.exchange if isinstance(step, Open) else step
            if isinstance(step, Open):
                await opened.aclose()  # a flow may have left the last one unread
            response = await self._send(exchange)
            if onward := _onward(exchange, response):
                await response.aclose()
                response = await self._send(onward)
            content, blocks = bytearray(), _ablocks(response, self._line.keys(response))
            if isinstance(step, Open) and response.is_success:
                opened.response, opened.chunks = response, blocks
            else:
                async with aclosing(blocks):
                    async for block in blocks:
                        if _full(content, block, response):
                            break
            return _reply(exchange, response, content, self._line, self._calendar)
        except (httpx.HTTPError, PolybatchError) as error:
            return _trouble(error, step)

    async def _send(self, exchange: Exchange) -> httpx.Response:
        request = self._line.request(exchange)
        with sending(request):
            return _bound(await self._ways.to(request.url).handle_async_request(request), request)


class _Opened:
    """The body a flow is reading, if any."""

    response: httpx.Response | None = None
    chunks: Any = iter(())

    def close(self) -> None:
        if self.response is not None:
            self.chunks.close()
            self.response.close()

    async def aclose(self) -> None:
        if self.response is not None:
            await self.chunks.aclose()
            await self.response.aclose()


def _blocks(response: httpx.Response, keys: Sequence[bytes]) -> Generator[bytes, None, None]:
    """A body as it was before it was encoded, without our keys; its connection is free at the end."""
    with closing(response), named(response.request):
        body = Incoming(response.headers.get("Content-Encoding", ""), keys, strict=response.is_success)
        for block in cast("httpx.SyncByteStream", response.stream):
            yield from body.push(block)
        yield from body.finish()


async def _ablocks(response: httpx.Response, keys: Sequence[bytes]) -> AsyncGenerator[bytes, None]:
    async with aclosing(response):
        with named(response.request):
            body = Incoming(response.headers.get("Content-Encoding", ""), keys, strict=response.is_success)
            async for block in cast("httpx.AsyncByteStream", response.stream):
                for piece in body.push(block):
                    yield piece
            for piece in body.finish():
                yield piece


def _full(content: bytearray, block: bytes, response: httpx.Response) -> bool:
    """Add to a body that is read whole; whether that is enough of it."""
    content += block
    if not response.is_success:
        del content[MAX_REFUSAL:]
        return len(content) == MAX_REFUSAL
    if len(content) > MAX_REPLY:
        raise ContractError(f"the answer is longer than {MAX_REPLY:,} bytes", hint="it is not read on")
    return False


def _bound(response: httpx.Response, request: httpx.Request) -> httpx.Response:
    response.request = request
    return response


def _onward(exchange: Exchange, response: httpx.Response) -> Exchange | None:
    """What a redirect asks for, where it may be followed."""
    asked = response.request
    target = redirected(asked.method, str(asked.url), response.status_code, response.headers.get("Location"))
    if target is None:
        return None
    given = {"method": asked.method, "url": target, "headers": exchange.request.get("headers", {})}
    return evolve(exchange, request=given, foreign=True)


def _advance(flow: Flow[Any], answer: Any) -> Step:
    """The flow's next step; trouble is an answer that is thrown."""
    return flow.throw(answer) if isinstance(answer, PolybatchError) else flow.send(answer)


def _aside(step: Step, timer: Timer, calendar: Calendar) -> float | datetime | None:
    """The steps that touch no socket."""
    if isinstance(step, Clock):
        return timer.monotonic()
    if isinstance(step, Now):
        return calendar.now()
    if isinstance(step, Warn):
        logger.warning("%s", step.message)
        return None
    raise TypeError(f"a flow yielded {step!r}, which is no step")


def _stretched(step: Pause, timer: Timer) -> float:
    return step.seconds * (1 + JITTER * timer.jitter())


def _reply(exchange: Exchange, response: httpx.Response, content: bytearray, line: Line, calendar: Calendar) -> Reply:
    request = response.request
    reply = line.reply(response, bytes(content))
    if not exchange.foreign:
        calendar.hear(reply.headers)
    logger.debug("%s: %s %s -> %d", exchange.operation, request.method, request.url.path, reply.status)
    return reply


def _trouble(error: httpx.HTTPError | PolybatchError, step: Exchange | Open | Read) -> PolybatchError:
    """What went wrong in our words; certain that nothing was sent only where no connection was made."""
    lost: PolybatchError
    if isinstance(error, PolybatchError):
        if not (isinstance(error, ContractError) and isinstance(step, Exchange) and not step.safe):
            return error
        lost = TransportError(error.message, hint=error.hint)  # it was sent: what cannot be read proves nothing
    else:
        lost = lost_call(error)
    lost.__cause__ = error
    return lost
