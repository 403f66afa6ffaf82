"""What tests of the client share: virtual time, transports without a socket, and one body for sync and async.

def test_x(connect, sandboxed):           # runs twice, with BatchClient and with AsyncBatchClient
    client = connect(sandboxed)
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any, Protocol, TypeAlias, cast

import httpx
import pytest
from hypothesis import settings

from polybatch import AsyncBatchClient, BatchClient
from polybatch.flow import Flow
from polybatch.wire import AsyncWire, Line, Timer, Wire
from polybatch_sandbox import Request as SandboxRequest
from polybatch_sandbox import Sandbox
from tests import quick
from tests.contract.hooks import pytest_runtest_call, pytest_runtestloop, pytest_terminal_summary  # noqa: F401

CANARY = "sk-canary-7f3a9c"
"""The key of every test client; no message, log, repr or traceback may hold it."""
START = 1_795_338_000.0
"""Unix time at which virtual clocks start: 2026-11-22."""

settings.register_profile("quick", deadline=None, max_examples=30)  # a machine that is busy is no failure
settings.register_profile("thorough", deadline=None, max_examples=100)  # with scripts/test --all
settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    """Locks of accounts are not those of whoever runs the tests, and Ctrl-C is heard."""
    quick.prepare(config)
    folder = TemporaryDirectory(prefix="polybatch-state-")
    config.add_cleanup(folder.cleanup)
    os.environ["XDG_STATE_HOME"] = folder.name
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:  # as shells start what runs in the background
            signal.signal(number, handler)


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out what is slow
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    quick.leave_to_all(items)


def pytest_collection_finish() -> None:
    quick.settle()


Handler: TypeAlias = Callable[[httpx.Request], httpx.Response]
Answer: TypeAlias = httpx.Response | Exception


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = START
        self.naps: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)

    def timer(self, *, jitter: float = 0.0) -> Timer:
        return Timer(monotonic=lambda: self.now, sleep=self.sleep, asleep=self.asleep, jitter=lambda: jitter)


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A response body that comes piece by piece; an exception among the pieces is raised in its place."""

    def __init__(self, pieces: Sequence[bytes | Exception]) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class Desk(httpx.MockTransport):
    """Answers with a handler, for either client, and keeps every request."""

    def __init__(self, handler: Handler) -> None:
        self.requests: list[httpx.Request] = []

        def keeping(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return handler(request)

        super().__init__(keeping)

    @property
    def calls(self) -> list[str]:
        """Verb and path of each request."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


def scripted(*answers: Answer) -> Desk:
    """A transport that gives these answers in turn, each once; one more request is an error of the test."""
    rest = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        found = next(rest, None)
        if found is None:
            raise AssertionError(f"nobody expected {request.method} {request.url}")
        if isinstance(found, Exception):
            raise found
        return found

    return Desk(answer)


def always(status: int, content: bytes | str = b"", **headers: str) -> Desk:
    """A transport that gives the same answer for ever."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Desk(lambda _: httpx.Response(status, content=content, headers=given))


def reply(document: object, status: int = 200, **headers: str) -> httpx.Response:
    """A JSON answer."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=json.dumps(document).encode(), headers=given)


def in_process(sandbox: Sandbox) -> Desk:
    """A transport that hands every request to a sandbox; only what goes to its second host reaches that one."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = tuple((name.decode(), value.decode()) for name, value in request.headers.raw)
        inner = SandboxRequest(request.method, request.url.raw_path.decode(), headers, request.content)
        foreign = str(request.url).startswith(sandbox.hosts["results"])
        found = sandbox.handle_file(inner) if foreign else sandbox.handle(inner)
        if found.dropped:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        body: list[bytes | Exception] = [found.read()]
        if found.cut is not None:
            body = [found.read()[: found.cut], httpx.RemoteProtocolError("peer closed connection")]
        return httpx.Response(found.status, headers=list(found.headers), stream=Pieces(body))

    return Desk(answer)


class AsyncFace:
    """An `AsyncBatchClient` that can be called like a `BatchClient`."""

    def __init__(self, client: AsyncBatchClient, runner: asyncio.Runner) -> None:
        self._client, self._runner = client, runner

    def __repr__(self) -> str:
        return repr(self._client)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._client, name)
        if not inspect.ismethod(value):
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            found = value(*args, **kwargs)
            if inspect.isasyncgen(found):
                return self._drained(found)
            return self._runner.run(found) if inspect.iscoroutine(found) else found

        return call

    def _drained(self, items: Any) -> Iterator[Any]:
        async def step() -> tuple[Any, ...]:
            async for item in items:
                return (item,)
            return ()

        try:
            while found := self._runner.run(step()):
                yield found[0]
        finally:
            self._runner.run(items.aclose())


class Connect(Protocol):
    """Makes a client; `transport` is where its requests end."""

    def __call__(self, transport: httpx.BaseTransport | None = None, **settings: Any) -> BatchClient: ...


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sync", "async"])
def connect(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Connect]:
    """The client under test, once blocking and once on an event loop; on virtual time, with the canary as its key."""
    with ExitStack() as stack:
        runner = stack.enter_context(asyncio.Runner())

        def make(transport: httpx.BaseTransport | None = None, **settings: Any) -> BatchClient:
            given = {"vendor": "anthropic", "api_key": CANARY, "timer": clock.timer(), **settings}
            if request.param == "sync":
                return stack.enter_context(BatchClient(transport=transport, **given))
            client = AsyncBatchClient(transport=transport, **given)
            stack.callback(lambda: runner.run(client.close()))
            return cast("BatchClient", AsyncFace(client, runner))

        yield make


def driven(line: Line, flow: Flow[Any], *, looping: bool, emitted: list[Any] | None = None) -> tuple[list[Any], Any]:
    """What a flow emits, also into `emitted`, and its value; raises what it raises."""
    emitted = [] if emitted is None else emitted
    values: list[Any] = []

    def blocking() -> None:
        wire = Wire(line)
        steps = wire.iterate(flow)
        try:
            while True:
                emitted.append(next(steps))
        except StopIteration as stop:
            values.append(stop.value)
        finally:
            wire.close()

    async def looped() -> None:
        wire = AsyncWire(line)
        try:
            async for item in wire.iterate(flow, values.append):
                emitted.append(item)
        finally:
            await wire.close()

    asyncio.run(looped()) if looping else blocking()
    return emitted, values[0]


class Drive(Protocol):
    """Runs a flow to its end: what it emitted, and its value."""

    def __call__(self, flow: Flow[Any], transport: Desk | None = None, **line: Any) -> tuple[list[Any], Any]: ...


@pytest.fixture(params=["sync", "async"])
def drive(request: pytest.FixtureRequest, clock: Clock) -> Drive:
    def run(flow: Flow[Any], transport: Desk | None = None, **changes: Any) -> tuple[list[Any], Any]:
        given = {
            "base_url": "https://api.anthropic.com",
            "credentials": {"x-api-key": CANARY},
            "timer": clock.timer(),
            **changes,
        }
        line = Line(transport=transport or always(500), **given)
        return driven(line, flow, looping=request.param == "async")

    return run


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox on the same virtual time as the client."""
    with Sandbox(now=lambda: clock.now) as box:
        yield box


@pytest.fixture
def desk(sandbox: Sandbox) -> Desk:
    """The way into the sandbox; it remembers what was sent."""
    return in_process(sandbox)


@pytest.fixture
def sandboxed(connect: Connect, desk: Desk) -> Callable[..., BatchClient]:
    """Makes clients of the sandbox."""

    def make(vendor: str = "anthropic", **settings: Any) -> BatchClient:
        given = {"vendor": vendor, "base_url": f"http://127.0.0.1/{vendor}", **settings}
        return connect(desk, **given)

    return make


def batch_document(**changes: Any) -> dict[str, Any]:
    """A batch as Anthropic sends it while it runs (facts/seed-vendors.md §2.6)."""
    counts = {"processing": 2, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    return {
        "id": "msgbatch_01",
        "type": "message_batch",
        "processing_status": "in_progress",
        "request_counts": counts,
        "created_at": "2026-11-22T09:00:00.100435Z",
        "expires_at": "2026-11-23T09:00:00.100435Z",
        "ended_at": None,
        "archived_at": None,
        "cancel_initiated_at": None,
        "results_url": None,
        **changes,
    }


def ended_document(succeeded: int = 2, **changes: Any) -> dict[str, Any]:
    """The same batch when it has ended."""
    counts = {"processing": 0, "succeeded": succeeded, "errored": 0, "canceled": 0, "expired": 0}
    ended: Mapping[str, Any] = {
        "processing_status": "ended",
        "request_counts": counts,
        "ended_at": "2026-11-22T09:21:44.512Z",
        "results_url": "https://api.anthropic.com/v1/messages/batches/msgbatch_01/results",
    }
    return batch_document(**{**ended, **changes})


def message(text: str = "hello", **changes: Any) -> dict[str, Any]:
    """An answer of a model."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": text, "citations": None}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "stop_details": None,
        "usage": {"input_tokens": 21, "output_tokens": 12, "cache_read_input_tokens": 0, "service_tier": "batch"},
        **changes,
    }


def succeeded(custom_id: str, text: str = "hello") -> dict[str, Any]:
    """A result line of a request that went well."""
    return {"custom_id": custom_id, "result": {"type": "succeeded", "message": message(text)}}


def lines_of(*documents: object) -> bytes:
    """JSON lines, as they travel."""
    return b"".join(json.dumps(document, ensure_ascii=False).encode() + b"\n" for document in documents)
