"""Flows side by side: each test runs through both drivers; those with a server see threads and tasks at work."""

from __future__ import annotations

import asyncio
import http.server
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from polybatch import TransportError
from polybatch.crew import Crew
from polybatch.flow import (
    Clock,
    Emit,
    Exchange,
    Flow,
    Now,
    Open,
    Pause,
    Read,
    Reply,
    Step,
    Together,
    mapped,
    overheard,
    tapped,
)
from polybatch.flow import until as stopped
from polybatch.wire import AsyncWire, Line, Wire
from tests.conftest import START, Desk, Drive, Pieces, driven
from tests.conftest import Clock as VirtualClock

BASE = "https://api.anthropic.com"


def get(name: str, **more: Any) -> Exchange:
    return Exchange(f"get_{name}", {"method": "GET", "url": f"/{name}"}, **more)


def echo(bodies: dict[str, Pieces] | None = None) -> Desk:
    """Answers with the path, or with a body that was prepared for it."""

    def answer(request: httpx.Request) -> httpx.Response:
        name = request.url.path.strip("/")
        if name == "lost":
            raise httpx.ReadError("reset", request=request)
        if bodies and name in bodies:
            return httpx.Response(200, stream=bodies[name])
        return httpx.Response(200, content=name.encode())

    return Desk(answer)


def asking(name: str) -> Flow[str]:
    reply: Reply = yield get(name)
    return reply.content.decode()


def reading(name: str) -> Flow[int]:
    yield Open(get(name))
    size = 0
    while block := (yield Read()):
        yield Emit([block])
        size += len(block)
    return size


def together(*flows: Flow[Any]) -> Flow[list[Any]]:
    found: list[Any] = yield Together(flows)
    return found


class TestWhatComesOfThem:
    def test_is_a_value_or_the_trouble_of_each_in_their_order(self, drive: Drive) -> None:
        _, (first, lost, last) = drive(together(asking("a"), asking("lost"), asking("b")), echo())
        assert (first, last) == ("a", "b")
        assert isinstance(lost, TransportError)

    def test_of_none_is_nothing(self, drive: Drive) -> None:
        assert drive(together(), echo()) == ([], [])

    def test_is_the_same_within_one_another(self, drive: Drive) -> None:
        flow = together(asking("a"), together(asking("b"), together(asking("c")), asking("d")), asking("e"))
        assert drive(flow, echo())[1] == ["a", ["b", ["c"], "d"], "e"]

    def test_goes_out_while_they_go_on_each_from_its_own_body(self, drive: Drive) -> None:
        bodies = {name: Pieces([name.encode() * 2] * 3) for name in "xyz"}
        emitted, sizes = drive(together(*map(reading, bodies)), echo(bodies))
        assert sizes == [6, 6, 6]
        assert sorted(emitted) == [b"xx"] * 3 + [b"yy"] * 3 + [b"zz"] * 3
        assert emitted != sorted(emitted), "they take turns"
        assert all(body.closed for body in bodies.values())

    def test_can_be_asked_for_again_and_again(self, drive: Drive) -> None:
        def flow() -> Flow[list[Any]]:
            found = []
            for round_ in range(3):
                found += yield Together([asking(f"{name}{round_}") for name in "ab"])
            return found

        assert drive(flow(), echo())[1] == ["a0", "b0", "a1", "b1", "a2", "b2"]

    def test_a_body_is_let_go_when_its_flow_is_over_and_not_only_at_the_end(self, drive: Drive) -> None:
        bodies = {"x": Pieces([b"1", b"2"]), "y": Pieces([b"1"] * 9)}

        def leaving() -> Flow[None]:
            yield Open(get("x"))
            yield Read()

        def staying() -> Flow[bool]:
            yield Open(get("y"))
            while (yield Read()):
                pass
            return bodies["x"].closed

        assert drive(together(leaving(), staying()), echo(bodies))[1] == [None, True]


class TestTime:
    def test_that_they_wait_passes_once_for_all(self, drive: Drive, clock: VirtualClock) -> None:
        def waiting(*pauses: float) -> Flow[list[float]]:
            times = []
            for seconds in pauses:
                yield Pause(seconds)
                times.append((yield Clock()) - START)
            return times

        _, times = drive(together(waiting(3, 3), waiting(5), waiting()), echo())
        assert times == [[3, 6], [5], []]
        assert clock.naps == [3, 2, 1]

    def test_of_the_vendor_is_heard_by_all(self, drive: Drive) -> None:
        def answer(_: httpx.Request) -> httpx.Response:
            return httpx.Response(200, headers={"date": "Wed, 18 Nov 2026 11:06:40 GMT"})

        def now() -> Flow[Any]:
            yield Pause(1)
            return (yield Now())

        assert str(drive(together(asking("a"), now()), Desk(answer))[1][1]) == "2026-11-18 11:06:41+00:00"


class TestAFlowAroundThem:
    def test_hears_every_step_of_theirs_and_none_but_theirs(self, drive: Drive) -> None:
        heard: list[tuple[str, bytes]] = []

        def hear(step: Step, answer: Any) -> None:
            assert isinstance(step, Exchange)
            heard.append((step.operation, answer.content))

        flow = overheard(together(asking("a"), together(asking("b"))), hear)
        assert drive(flow, echo())[1] == ["a", ["b"]]
        assert sorted(heard) == [("get_a", b"a"), ("get_b", b"b")]

    def test_hears_what_must_not_be_sent_twice(self, drive: Drive) -> None:
        def creating() -> Flow[None]:
            yield get("create", safe=False)

        heard: list[Reply] = []
        drive(tapped(together(creating(), asking("a")), heard.append), echo())
        assert [reply.content for reply in heard] == [b"create"]

    def test_changes_what_they_emit(self, drive: Drive) -> None:
        bodies = {name: Pieces([name.encode()]) for name in "xy"}
        flow = mapped(together(reading("x"), reading("y")), lambda items: [item.upper() for item in items])
        emitted, sizes = drive(flow, echo(bodies))
        assert (sorted(emitted), sizes) == ([b"X", b"Y"], [1, 1])

    @pytest.mark.parametrize(("wanted", "said"), [(b"y", True), (b"z", False)])
    def test_stops_when_it_has_seen_enough(self, drive: Drive, wanted: bytes, *, said: bool) -> None:
        bodies = {name: Pieces([name.encode()] * 5) for name in "xy"}
        went_on: list[Any] = []

        def flow() -> Flow[None]:
            went_on.append((yield Together([reading("x"), reading("y")])))

        assert drive(stopped(flow(), lambda items: wanted in items), echo(bodies))[1] is said
        assert went_on == ([] if said else [[5, 5]])
        assert all(body.closed for body in bodies.values())


class Closing:
    """A flow that tells how it ended."""

    def __init__(self) -> None:
        self.closed = False

    def flow(self, *steps: Step) -> Flow[None]:
        try:
            for step in steps:  # noqa: UP028 - a tuple takes no answers
                yield step
        finally:
            self.closed = True


class TestAMistakeInOneOfThem:
    def test_ends_them_all_and_reaches_the_caller(self, drive: Drive) -> None:
        bodies = {"x": Pieces([b"1", b"2"])}
        inner, outer = Closing(), Closing()

        def broken() -> Flow[None]:
            yield get("a")
            raise LookupError("own")

        flow = outer.flow(Together([inner.flow(Open(get("x")), *[Pause(9)] * 9), broken()]))
        with pytest.raises(LookupError, match="own"):
            drive(flow, echo(bodies))
        assert inner.closed
        assert outer.closed
        assert bodies["x"].closed

    def test_what_is_no_step_is_one(self, drive: Drive) -> None:
        def flow() -> Flow[None]:
            yield "sleep"  # type: ignore[misc]

        with pytest.raises(TypeError, match="'sleep', which is no step"):
            drive(together(flow(), asking("a")), echo())


def test_leaving_early_ends_them_all() -> None:
    bodies = {name: Pieces([name.encode()] * 5) for name in "xy"}
    wire = Wire(Line(BASE, {}, transport=echo(bodies)))
    steps = wire.iterate(together(reading("x"), reading("y")))
    assert next(steps) == b"x"
    steps.close()
    assert all(body.closed for body in bodies.values())
    wire.close()


def test_a_transport_of_the_callers_own_is_used_in_the_callers_thread_only() -> None:
    threads: set[int] = set()

    def answer(_: httpx.Request) -> httpx.Response:
        threads.add(threading.get_ident())
        return httpx.Response(200)

    wire = Wire(Line(BASE, {}, transport=Desk(answer)))
    wire.run(together(*[asking(name) for name in "abc"]))
    wire.close()
    assert threads == {threading.get_ident()}


# -- with a server


class Server(http.server.ThreadingHTTPServer):
    """Answers each path as it is told; `met` lets three through at a time, `gone` is set when one broke off."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.met = threading.Barrier(3, timeout=20)
        self.opened, self.gone = threading.Event(), threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A caller that hung up is what is tested here."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        if self.path == "/met":
            self.server.met.wait()
        if self.path == "/never":
            self._wait()
            return
        self.send_response(200)
        self.send_header("Content-Length", "2" if self.path in {"/met", "/a"} else "1000")
        self.end_headers()
        self.wfile.write(b"ok")
        if self.path == "/half":
            self._wait()
        self.close_connection = self.path == "/cut"

    def _wait(self) -> None:
        """Until the caller hangs up."""
        self.wfile.flush()
        self.server.opened.set()
        self.connection.settimeout(20)
        try:
            self.rfile.read(1)
        finally:
            self.close_connection = True
            self.server.gone.set()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(params=["sync", "async"])
def over(request: pytest.FixtureRequest, server: Server) -> Callable[[Flow[Any]], tuple[list[Any], Any]]:
    return lambda flow: driven(Line(server.url, {}), flow, looping=request.param == "async")


Over = Callable[[Flow[Any]], tuple[list[Any], Any]]


def ours() -> list[str]:
    """Threads of the crew."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("polybatch")]


def test_they_wait_for_the_network_at_the_same_time(over: Over) -> None:
    assert over(together(*[asking("met") for _ in range(3)]))[1] == ["ok"] * 3
    assert ours() == []


def test_their_own_code_runs_in_one_thread(over: Over) -> None:
    threads: set[int] = set()

    def flow() -> Flow[None]:
        for _ in range(3):
            threads.add(threading.get_ident())
            yield Open(get("met"))
            while (yield Read()):
                threads.add(threading.get_ident())

    over(together(*[flow() for _ in range(3)]))
    assert threads == {threading.get_ident()}


def test_what_came_before_a_body_broke_off_is_read_first(over: Over) -> None:
    def flow() -> Flow[tuple[bytes, list[str]]]:
        yield Open(get("cut"))
        read, lost = b"", list[str]()
        for _ in range(5):
            try:
                read += yield Read()
            except TransportError as error:
                lost.append(str(error))
        return read, lost

    for read, lost in over(together(flow(), flow()))[1]:
        assert read == b"ok"
        assert lost
        assert "peer closed connection" in lost[0]


def test_one_alone_needs_no_thread(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crew, "send", lambda *_: pytest.fail("a thread for one"))
    wire = Wire(Line(server.url, {}))
    assert wire.run(together(together(asking("a")))) == [["ok"]]
    wire.close()


@pytest.mark.parametrize("path", ["never", "half"])
@pytest.mark.parametrize("error", [LookupError, KeyboardInterrupt])
def test_what_ends_them_breaks_off_what_is_under_way(
    over: Over, server: Server, path: str, error: type[BaseException]
) -> None:
    waiting = Closing()

    def broken() -> Flow[None]:
        yield get("a")
        while not server.opened.wait(0):
            yield Pause(0.001)
        raise error

    with pytest.raises(error):
        over(together(waiting.flow(Open(get(path)), Read(), Read()), broken()))
    assert server.gone.wait(20)
    assert waiting.closed
    assert ours() == []


def test_leaving_early_breaks_off_what_is_under_way(server: Server) -> None:
    wire = Wire(Line(server.url, {}))
    waiting = Closing()
    steps = wire.iterate(together(waiting.flow(get("never")), reading("a")))
    assert next(steps) == b"ok"
    assert server.opened.wait(20)
    steps.close()
    assert server.gone.wait(20)
    assert waiting.closed
    assert ours() == []
    wire.close()


def test_cancelling_a_task_breaks_off_what_is_under_way(server: Server) -> None:
    waiting = [Closing(), Closing()]

    async def looping() -> None:
        wire = AsyncWire(Line(server.url, {}))
        task = asyncio.ensure_future(wire.run(together(*[each.flow(get("never")) for each in waiting])))
        assert await asyncio.to_thread(server.opened.wait, 20)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wire.close()

    asyncio.run(looping())
    assert server.gone.wait(20)
    assert all(each.closed for each in waiting)
