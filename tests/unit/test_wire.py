"""The two drivers do the same: each test runs through `Wire` and through `AsyncWire`."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest

from polybatch import PolybatchError, TransportError
from polybatch.flow import Clock, Emit, Exchange, Flow, Open, Pause, Read, Reply, Warn
from polybatch.wire import JITTER, AsyncWire, Line, Wire
from tests.conftest import CANARY, START, Desk, Drive, Pieces, always, scripted
from tests.conftest import Clock as VirtualClock

BASE = "https://api.anthropic.com"
GET = Exchange("get_batch", {"method": "GET", "url": "/v1/x"})


def test_every_step_is_carried_out(drive: Drive, clock: VirtualClock, caplog: pytest.LogCaptureFixture) -> None:
    def flow() -> Flow[str]:
        yield Emit([1, 2])
        before = yield Clock()
        yield Pause(3)
        after = yield Clock()
        yield Warn("look out: %s")
        reply: Reply = yield GET
        yield Emit([(before, after, reply.status, reply.content, reply.headers["x-a"])])
        yield Emit([])
        return "value"

    emitted, value = drive(flow(), always(404, b"gone", x_a="b"))
    assert emitted == [1, 2, (START, START + 3, 404, b"gone", "b")]
    assert value == "value"
    assert clock.naps == [3.0]
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == ["look out: %s"]


def test_running_a_flow_drops_what_it_emits() -> None:
    def flow() -> Flow[str]:
        yield Emit([1])
        return "value"

    async def looping() -> None:
        wire = AsyncWire(Line(BASE, {}))
        assert await wire.run(flow()) == "value"
        await wire.close()

    wire = Wire(Line(BASE, {}))
    assert wire.run(flow()) == "value"
    wire.close()
    asyncio.run(looping())


def test_a_lost_reply_is_thrown_into_the_flow_which_may_go_on(drive: Drive) -> None:
    def flow() -> Flow[Any]:
        try:
            yield GET
        except TransportError as lost:
            return lost, (yield GET)

    _, (lost, reply) = drive(flow(), scripted(httpx.ReadTimeout("slow"), httpx.Response(200)))
    assert lost.sent
    assert reply.status == 200


def test_what_a_flow_raises_reaches_the_caller_and_closes_the_body(drive: Drive) -> None:
    body = Pieces([b"a", b"b"])

    def flow() -> Flow[None]:
        yield Open(GET)
        yield Read()
        raise LookupError("own")

    with pytest.raises(LookupError, match="own"):
        drive(flow(), scripted(httpx.Response(200, stream=body)))
    assert body.closed


def test_what_is_no_step_is_a_mistake_of_the_flow(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield "sleep"  # type: ignore[misc]

    with pytest.raises(TypeError, match="'sleep', which is no step"):
        drive(flow())


def reading() -> Flow[Reply]:
    reply: Reply = yield Open(GET)
    while block := (yield Read()):
        yield Emit([block])
    assert (yield Read()) == b""
    return reply


def test_an_opened_body_is_handed_on_as_it_comes(drive: Drive) -> None:
    told: list[str] = []

    class Slow(Pieces):
        def __iter__(self) -> Iterator[bytes]:
            for number in range(3):
                told.append(f"sent {number}")
                yield b"%d" % number

    def flow() -> Flow[None]:
        yield Open(GET)
        while block := (yield Read()):
            told.append(f"read {block.decode()}")

    body = Slow([])
    drive(flow(), scripted(httpx.Response(200, stream=body)))
    assert told == ["sent 0", "read 0", "sent 1", "read 1", "sent 2", "read 2"]
    assert body.closed


def test_the_end_of_a_body_is_empty_bytes(drive: Drive) -> None:
    emitted, reply = drive(reading(), scripted(httpx.Response(200, stream=Pieces([b"a", b"", b"b"]))))
    assert b"".join(emitted) == b"ab"
    assert reply.content == b""


def test_a_body_that_breaks_off_is_a_lost_reply(drive: Drive) -> None:
    body = Pieces([b"a", httpx.RemoteProtocolError("peer closed connection without sending complete message body")])
    with pytest.raises(TransportError, match="broke: peer closed connection") as lost:
        drive(reading(), scripted(httpx.Response(200, stream=body)))
    assert lost.value.transient
    assert body.closed


def test_an_opened_refusal_is_read_whole(drive: Drive) -> None:
    def flow() -> Flow[Reply]:
        reply: Reply = yield Open(GET)
        return reply

    body = Pieces([b"no", b"pe"])
    _, reply = drive(flow(), scripted(httpx.Response(404, stream=body)))
    assert (reply.status, reply.content) == (404, b"nope")
    assert body.closed


def test_a_reply_that_breaks_off_closes_its_connection(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield GET

    body = Pieces([b"{", httpx.ReadError("reset")])
    with pytest.raises(TransportError):
        drive(flow(), scripted(httpx.Response(200, stream=body)))
    assert body.closed


def test_leaving_early_closes_the_body() -> None:
    def flow() -> Flow[None]:
        yield Open(GET)
        while block := (yield Read()):
            yield Emit([block])

    body = Pieces([b"a", b"b"])
    wire = Wire(Line(BASE, {}, transport=scripted(httpx.Response(200, stream=body))))
    steps = wire.iterate(flow())
    assert next(steps) == b"a"
    steps.close()
    assert body.closed
    wire.close()


async def first(items: AsyncIterator[bytes]) -> bytes:
    async for item in items:
        return item
    return b""


def test_leaving_early_closes_the_body_on_an_event_loop() -> None:
    body = Pieces([b"a", b"b"])

    def flow() -> Flow[None]:
        yield Open(GET)
        while block := (yield Read()):
            yield Emit([block])

    async def looping() -> None:
        wire = AsyncWire(Line(BASE, {}, transport=scripted(httpx.Response(200, stream=body))))
        assert await first(wire.iterate(flow())) == b"a"
        await asyncio.sleep(0)  # the loop closes what was left
        await asyncio.sleep(0)
        assert body.closed
        await wire.close()

    asyncio.run(looping())


def test_cancelling_a_task_closes_the_body() -> None:
    class Hanging(Pieces):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"a"
            await asyncio.Event().wait()

    body = Hanging([])

    async def looping() -> None:
        wire = AsyncWire(Line(BASE, {}, transport=scripted(httpx.Response(200, stream=body))))
        task = asyncio.ensure_future(wire.run(reading()))
        for _ in range(20):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert body.closed
        await wire.close()

    asyncio.run(looping())


def test_a_cancellation_does_not_cut_closing_short() -> None:
    class Slow(httpx.AsyncBaseTransport):
        closed = False

        async def aclose(self) -> None:
            for _ in range(5):
                await asyncio.sleep(0)
            self.closed = True

    async def looping() -> None:
        slow = Slow()
        wire = AsyncWire(Line(BASE, {}, transport=slow))
        closing = asyncio.ensure_future(wire.close())
        await asyncio.sleep(0)
        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert slow.closed

    asyncio.run(looping())


@pytest.mark.parametrize(
    ("error", "sent", "words"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), False, "api.anthropic.com cannot be reached: .*refused"),
        (httpx.ConnectError(""), False, "api.anthropic.com cannot be reached"),
        (httpx.ConnectTimeout("timed out"), False, "did not answer in time"),
        (httpx.PoolTimeout("pool"), False, "did not answer in time"),
        (httpx.ReadTimeout("timed out"), True, "broke: timed out"),
        (httpx.ReadTimeout(""), True, "broke: ReadTimeout"),
        (httpx.WriteTimeout("timed out"), True, "broke"),
        (httpx.ReadError("reset"), True, "broke: reset"),
        (httpx.WriteError("pipe"), True, "broke: pipe"),
        (httpx.CloseError("x"), True, "broke: x"),
        (httpx.RemoteProtocolError("Server disconnected"), True, "broke: Server disconnected"),
        (httpx.ProxyError("407"), False, "the proxy in front of https://api.anthropic.com refused: 407"),
        (httpx.DecodingError("gzip"), True, "broke: gzip"),
    ],
)
def test_what_the_network_did_in_our_words(drive: Drive, error: httpx.HTTPError, words: str, *, sent: bool) -> None:
    def flow() -> Flow[None]:
        yield GET

    with pytest.raises(TransportError, match=words) as lost:
        drive(flow(), scripted(error))
    assert lost.value.sent is sent
    assert lost.value.transient
    assert lost.value.hint


def test_a_foreign_host_that_fails_is_named_without_what_may_be_secret(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield Exchange("download", {"method": "GET", "url": "https://cdn.example:8443/r?sig=SECRET"}, foreign=True)

    with pytest.raises(TransportError, match=r"https://cdn\.example:8443 cannot be reached") as lost:
        drive(flow(), scripted(httpx.ConnectError("refused")))
    assert "SECRET" not in str(lost.value)
    assert "anthropic" not in str(lost.value)


@pytest.mark.parametrize(("jitter", "stretched"), [(0.0, 10.0), (1.0, 10 * (1 + JITTER))])
def test_a_pause_is_stretched_never_shortened(
    drive: Drive, clock: VirtualClock, jitter: float, stretched: float
) -> None:
    def flow() -> Flow[None]:
        yield Pause(10)

    drive(flow(), timer=clock.timer(jitter=jitter))
    assert clock.naps == [pytest.approx(stretched)]


def test_timeouts_reach_every_request(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield GET

    desk = always(200)
    drive(flow(), desk, timeout=300.0)
    drive(flow(), desk, timeout=2.0)
    assert [request.extensions["timeout"] for request in desk.requests] == [
        {"connect": 10.0, "read": 300.0, "write": 300.0, "pool": 300.0},
        {"connect": 2.0, "read": 2.0, "write": 2.0, "pool": 2.0},
    ]


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), httpx.ReadError("reset"), None])
def test_the_key_is_in_no_log_repr_or_traceback(
    drive: Drive, caplog: pytest.LogCaptureFixture, error: Exception | None
) -> None:
    def flow() -> Flow[None]:
        yield GET

    answer: Callable[[], Desk] = lambda: scripted(error or httpx.Response(200))  # noqa: E731
    with caplog.at_level(logging.DEBUG):
        try:
            drive(flow(), answer())
        except PolybatchError as raised:
            told = "".join(traceback.format_exception(raised))
            assert "TransportError" in told
            assert CANARY not in told
    line = Line(BASE, {"x-api-key": CANARY})
    assert CANARY not in caplog.text + repr(line) + str(line) + repr(Wire(line)) + repr(AsyncWire(line))
    assert "get_batch: GET /v1/x -> 200" in caplog.text or error
