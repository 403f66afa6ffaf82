"""The two drivers of a flow, sync and async: with `line` and `network`, all that knows httpx, a clock or sleep.

One redirect is followed, by a GET, within the origin that was asked. Whose turn it is says `weave`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, closing
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any, TypeVar, cast

import httpx
from attrs import evolve

from .calendar import Calendar
from .crew import Crew
from .errors import ContractError, PolybatchError, TransportError
from .flow import Clock, Emit, Exchange, Flow, Now, Open, Pause, Read, Reply, Warn
from .inflate import Incoming
from .line import FRESH, IDLE, Line, Timer
from .network import AsyncGuard, Guard, Ways, lost_call, named, sending
from .origin import redirected
from .weave import Carried, Lane, Leave, Weave

T = TypeVar("T")
logger = logging.getLogger("polybatch")

JITTER = 0.2
"""Fraction by which a pause is stretched at random, so that many clients do not come back together."""
MAX_REPLY = 1024 * 1024 * 1024
"""Bytes of a reply that is read whole; MeshAPI's hold all results of a batch. Our own bound, against a full memory."""
MAX_REFUSAL = 1024 * 1024
"""Bytes of a refusal that are kept; what comes after them explains nothing more."""
AHEAD = 512 * 1024
"""Bytes that a thread reads before it hands them over, which costs about as much as reading them."""
WAITING = (Exchange, Open, Read, Pause)
"""Steps during which others may go on."""

__all__ = ["AsyncWire", "Line", "Timer", "Wire"]


class Wire:
    """Drives flows with blocking calls."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ways = _ways(line, httpx.HTTPTransport, Guard)
        self._lock = Lock()
        self._calendar = Calendar(line.timer.monotonic)

    def close(self) -> None:
        """Close all connections."""
        for transport in _open(self._ways):
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
        weave, crew = Weave(flow, _Opened), Crew[Lane[_Opened]]()
        with ExitStack() as ending:
            ending.callback(_close, weave)
            ending.callback(weave.close)
            ending.callback(crew.close)
            while weave.going:
                for lane, step in weave.turns():
                    if isinstance(step, Emit):
                        yield from step.items
                        weave.answer(lane)
                    elif weave.alone or not isinstance(step, WAITING):
                        weave.answer(lane, self._perform(step, lane.body))
                    elif isinstance(step, Pause):
                        weave.pause(lane, self._line.timer.monotonic() + _stretched(step, self._line.timer))
                    elif self._line.transport is not None:  # the caller's own may not be made for threads
                        weave.answer(lane, self._perform(step, lane.body))
                    else:
                        weave.send_away()
                        crew.send(lane, partial(self._perform, step, lane.body, AHEAD))
                self._wait(weave, crew)
        return cast("T", weave.root.outcome)

    def _wait(self, weave: Weave[_Opened], crew: Crew[Lane[_Opened]]) -> None:
        """Until something that goes on beside the flow is done, or a pause is over."""
        timer, left = self._line.timer, weave.left(self._line.timer.monotonic())
        slept = not crew
        if crew:
            for lane, answer in crew.back(left):
                weave.come_back(lane, answer)
        elif left is not None:
            timer.sleep(left)
        weave.wake(timer.monotonic(), slept=slept)

    def _perform(self, step: Carried, opened: _Opened, least: int = 1) -> Any:
        if isinstance(step, Leave):
            opened.close()
        elif isinstance(step, Pause):
            self._line.timer.sleep(_stretched(step, self._line.timer))
        elif not isinstance(step, WAITING):
            return _aside(step, self._line.timer, self._calendar)
        else:
            try:
                return opened.read(least) if isinstance(step, Read) else self._call(step, opened)
            except (httpx.HTTPError, PolybatchError) as error:
                return _trouble(error, step)
        return None

    def _call(self, step: Exchange | Open, opened: _Opened) -> Reply:
        exchange = step.exchange if isinstance(step, Open) else step
        if parted := isinstance(step, Open) or exchange.head > 0:
            opened.close()  # a flow may have left the last one unread
        response = self._send(exchange)
        if onward := _onward(exchange, response):
            self._read(response)  # else its connection could not be used again
            response = self._send(onward)
        content = bytearray()
        if parted and response.is_success:
            opened.response, opened.chunks = response, _blocks(response, self._line.keys(response))
            while len(content) < exchange.head and (block := next(opened.chunks, b"")):
                content += block
        else:
            content = self._read(response)
        with self._lock:
            return _reply(exchange, response, content, self._line, self._calendar)

    def _read(self, response: httpx.Response) -> bytearray:
        content = bytearray()
        with closing(_blocks(response, self._line.keys(response))) as blocks:
            for block in blocks:
                if _full(content, block, response):
                    break
        return content

    def _send(self, exchange: Exchange) -> httpx.Response:
        request = self._line.request(exchange)
        with self._lock:
            way = self._ways[exchange.safe].to(request.url)
        with sending(request):
            return _bound(way.handle_request(request), request)


class AsyncWire:
    """Drives flows on an event loop."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ways = _ways(line, httpx.AsyncHTTPTransport, AsyncGuard)
        self._calendar = Calendar(line.timer.monotonic)

    async def close(self) -> None:
        """Close all connections; a cancellation that comes meanwhile takes effect when they are closed."""
        closing = asyncio.gather(*(transport.aclose() for transport in _open(self._ways)))
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await closing
            raise

    async def run(self, flow: Flow[T]) -> T:
        """Carry out a flow and return its value; what it emits is dropped."""
        found: list[T] = []
        async for _ in self.iterate(flow, found.append):
            pass
        return found[0]

    async def iterate(self, flow: Flow[T], returned: Callable[[T], None] | None = None) -> AsyncGenerator[Any, None]:
        """Carry out a flow, yielding what it emits; `returned` is told its value."""
        weave, busy = Weave(flow, _Opened), dict[Lane[_Opened], asyncio.Task[Any]]()
        async with AsyncExitStack() as ending:
            ending.push_async_callback(_aclose, weave)
            ending.callback(weave.close)
            ending.push_async_callback(_cut, busy)
            while weave.going:
                for lane, step in weave.turns():
                    if isinstance(step, Emit):
                        for item in step.items:
                            yield item
                        weave.answer(lane)
                    elif weave.alone or not isinstance(step, WAITING):
                        weave.answer(lane, await self._perform(step, lane.body))
                    elif isinstance(step, Pause):
                        weave.pause(lane, self._line.timer.monotonic() + _stretched(step, self._line.timer))
                    else:
                        weave.send_away()
                        busy[lane] = asyncio.ensure_future(self._perform(step, lane.body))
                await self._wait(weave, busy)
        if returned is not None:
            returned(weave.root.outcome)

    async def _wait(self, weave: Weave[_Opened], busy: dict[Lane[_Opened], asyncio.Task[Any]]) -> None:
        timer, left = self._line.timer, weave.left(self._line.timer.monotonic())
        slept = not busy
        if busy:
            await asyncio.wait(busy.values(), timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for lane in [lane for lane, task in busy.items() if task.done()]:
                weave.come_back(lane, busy.pop(lane).result())
        elif left is not None:
            await timer.asleep(left)
        weave.wake(timer.monotonic(), slept=slept)

    async def _perform(self, step: Carried, opened: _Opened) -> Any:
        if isinstance(step, Leave):
            await opened.aclose()
        elif isinstance(step, Pause):
            await self._line.timer.asleep(_stretched(step, self._line.timer))
        elif not isinstance(step, WAITING):
            return _aside(step, self._line.timer, self._calendar)
        else:
            try:
                return await (anext(opened.chunks, b"") if isinstance(step, Read) else self._call(step, opened))
            except (httpx.HTTPError, PolybatchError) as error:
                return _trouble(error, step)
        return None

    async def _call(self, step: Exchange | Open, opened: _Opened) -> Reply:
        exchange = step.exchange if isinstance(step, Open) else step
        if parted := isinstance(step, Open) or exchange.head > 0:
            await opened.aclose()  # a flow may have left the last one unread
        response = await self._send(exchange)
        if onward := _onward(exchange, response):
            await self._read(response)  # else its connection could not be used again
            response = await self._send(onward)
        content = bytearray()
        if parted and response.is_success:
            opened.response, opened.chunks = response, _ablocks(response, self._line.keys(response))
            while len(content) < exchange.head and (block := await anext(opened.chunks, b"")):
                content += block
        else:
            content = await self._read(response)
        return _reply(exchange, response, content, self._line, self._calendar)

    async def _read(self, response: httpx.Response) -> bytearray:
        content = bytearray()
        async with aclosing(_ablocks(response, self._line.keys(response))) as blocks:
            async for block in blocks:
                if _full(content, block, response):
                    break
        return content

    async def _send(self, exchange: Exchange) -> httpx.Response:
        request = self._line.request(exchange)
        with sending(request):
            return _bound(await self._ways[exchange.safe].to(request.url).handle_async_request(request), request)


def _ways(line: Line, kind: Callable[..., Any], guard: Callable[..., Any]) -> Mapping[bool, Ways[Any]]:
    """The ways for what may be sent twice, and for what may not."""
    idle = {True: IDLE, False: FRESH}
    return {safe: Ways(line.transport, partial(line.way, kind, guard, idle[safe])) for safe in idle}


def _open(ways: Mapping[bool, Ways[Any]]) -> list[Any]:
    return list(dict.fromkeys(transport for each in ways.values() for transport in each.open))


class _Opened:
    """The body a flow is reading, if any."""

    response: httpx.Response | None = None
    chunks: Any = iter(())
    trouble: Exception | None = None

    def read(self, least: int) -> bytes:
        """The next bytes, at least so many unless it ends; what breaks it off behind some of them comes after them."""
        if self.trouble is not None:
            raise self.trouble
        blocks: list[bytes] = []
        try:
            while least > 0 and (block := next(self.chunks, b"")):
                blocks.append(block)
                least -= len(block)
        except (httpx.HTTPError, PolybatchError) as error:
            if not blocks:
                raise
            self.trouble = error
        return blocks[0] if len(blocks) == 1 else b"".join(blocks)

    def close(self) -> None:
        self.trouble = None
        if self.response is not None:
            self.chunks.close()
            self.response.close()

    async def aclose(self) -> None:
        if self.response is not None:
            await self.chunks.aclose()
            await self.response.aclose()


def _close(weave: Weave[_Opened]) -> None:
    for body in weave.bodies:
        body.close()


async def _aclose(weave: Weave[_Opened]) -> None:
    for body in weave.bodies:
        await body.aclose()


async def _cut(busy: Mapping[Any, asyncio.Task[Any]]) -> None:
    """Break off what is under way, and wait for its end."""
    for task in busy.values():
        task.cancel()
    await asyncio.gather(*busy.values(), return_exceptions=True)


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


def _aside(step: Carried, timer: Timer, calendar: Calendar) -> float | datetime | None:
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
