"""Runs against a sandbox without sockets and without waiting: both sides share a clock that only sleeping moves."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import httpx

import polybatch
from polybatch import AsyncBatchClient, BatchClient, Result
from polybatch.run import AsyncRun, Run, RunStatus, journal
from polybatch.run.journal import Journal
from polybatch.vendors import find_vendor, names
from polybatch.wire import Timer
from polybatch_sandbox import Request, Response, Sandbox
from tests import vendor_facts

HOST, FILES = "http://127.0.0.1:1", "http://127.0.0.1:2"
KEY = "sk-CANARY-0123456789"
SLEEPS = 20_000
"""Sleeps after which a run is taken to turn in circles."""


class Time:
    """A clock for both sides."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0
        self.sleeps = 0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0, seconds
        self.sleeps += 1
        assert self.sleeps < SLEEPS, "the run turns in circles"
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)
        await asyncio.sleep(0)

    @property
    def timer(self) -> Timer:
        return Timer(self, self.sleep, self.asleep, lambda: 0.0)


class Stop(BaseException):
    """The process is over; nothing catches it."""


@cache
def create_paths() -> tuple[str, ...]:
    """Where batches are created, by the vendors' documents."""
    documents = [find_vendor(name).document for name in names()]
    return tuple(
        path
        for document in documents
        for path, item in document.data["paths"].items()
        if item.get("post") is document.operations["create_batch"]
    )


class Call:
    """One request that reached the vendor's host."""

    def __init__(self, request: httpx.Request, body: bytes) -> None:
        self.method, self.path, self.body = request.method, request.url.path, body
        self.creates = self.method == "POST" and self.path.endswith(create_paths())

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The items of a create."""
        found: list[dict[str, Any]] = json.loads(self.body)["requests"]
        return found


class InProcess(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A wire that ends in `Sandbox.handle`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.calls: list[Call] = []
        self.keep = True
        """Whether calls are remembered."""
        self.before: Callable[[Call], None] = lambda _: None
        self.after: Callable[[Call], None] = lambda _: None
        self.rewrite: Callable[[Call, Response], Response] = lambda _, reply: reply

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        return self._answer(request, b"".join(request.stream))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        body = b"".join([chunk async for chunk in request.stream])
        await asyncio.sleep(0)
        return self._answer(request, body)

    def _answer(self, request: httpx.Request, body: bytes) -> httpx.Response:
        assert int(request.headers.get("content-length", 0)) == len(body)
        call = Call(request, body)
        if self.keep:
            self.calls.append(call)
        self.before(call)
        target = request.url.raw_path.decode("ascii")
        given = Request(request.method, target, tuple(request.headers.items()), body)
        foreign = str(request.url).startswith(FILES)
        reply = self.sandbox.handle_file(given) if foreign else self.sandbox.handle(given)
        self.after(call)
        reply = self.rewrite(call, reply)
        if reply.dropped:
            raise httpx.RemoteProtocolError("the server closed the connection", request=request)
        return httpx.Response(reply.status, headers=list(reply.headers), stream=Stream(reply), request=request)


class Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A reply's body, cut where the sandbox wants it cut."""

    def __init__(self, reply: Response) -> None:
        self._reply = reply

    def __iter__(self) -> Iterator[bytes]:
        body, cut = self._reply.body, self._reply.cut
        if cut is None:
            yield from [body] if isinstance(body, bytes) else body
            return
        yield self._reply.read()[:cut]
        raise httpx.RemoteProtocolError("the body ended early")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self:
            yield chunk


class Handle:
    """A run, driven from the outside with the same calls whether it is sync or async."""

    def __init__(
        self, lab: Lab, vendor: str, requests: str | Path, options: Mapping[str, Any], **settings: Any
    ) -> None:
        given: dict[str, Any] = {
            "api_key": KEY, "base_url": lab.base_url(vendor), "transport": lab.transport, "timer": lab.time.timer,
            "options": dict(options),
        }  # fmt: skip
        self._runner = asyncio.Runner() if lab.asynchronous else None
        self._client: BatchClient | AsyncBatchClient = (
            AsyncBatchClient(vendor, **given) if lab.asynchronous else BatchClient(vendor, **given)
        )
        try:
            self.run: Run | AsyncRun = self._client.run(requests, **settings)
        except BaseException:
            self._close_client()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.run.close()
        self._close_client()

    def _close_client(self) -> None:
        if self._runner is None:
            assert isinstance(self._client, BatchClient)
            self._client.close()
        else:
            assert isinstance(self._client, AsyncBatchClient)
            self._runner.run(self._client.close())
            self._runner.close()

    def status(self) -> RunStatus:
        return self.run.status()

    def wait(self, listener: Callable[[RunStatus], None] | None = None) -> RunStatus:
        if isinstance(self.run, Run):
            return self.run.wait(listener=listener)
        assert self._runner is not None
        return self._runner.run(self.run.wait(listener=listener))

    def cancel(self) -> RunStatus:
        if isinstance(self.run, Run):
            return self.run.cancel()
        assert self._runner is not None
        return self._runner.run(self.run.cancel())

    def results(self) -> Iterator[Result]:
        if isinstance(self.run, Run):
            yield from self.run.results()
            return
        assert self._runner is not None
        found = self.run.results()

        async def following() -> Result | None:
            return await anext(found, None)

        while (result := self._runner.run(following())) is not None:
            yield result


class Lab:
    """A sandbox, a directory and a clock."""

    def __init__(self, directory: Path, *, asynchronous: bool, sandbox: Sandbox, time: Time) -> None:
        self.directory, self.asynchronous, self.sandbox, self.time = directory, asynchronous, sandbox, time
        self.transport = InProcess(sandbox)
        self.input = directory / "in.jsonl"

    def base_url(self, vendor: str) -> str:
        return f"{HOST}/{vendor}"

    def out(self, vendor: str = "anthropic") -> Path:
        return self.directory / f"in.{vendor}.results.jsonl"

    def run_dir(self, vendor: str = "anthropic") -> Path:
        return self.directory / f"in.jsonl.{vendor}.polybatch"

    def write(self, rows: Iterable[Mapping[str, Any] | bytes]) -> Path:
        lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
        self.input.write_bytes(b"".join(line + b"\n" for line in lines))
        return self.input

    def run(
        self, vendor: str = "anthropic", requests: str | Path | None = None, options: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> Handle:  # fmt: skip
        """A fresh client, and a run opened or resumed with it."""
        return Handle(self, vendor, requests or self.input, options or {}, **{"poll": 25, **settings})

    def finish(self, vendor: str = "anthropic", **settings: Any) -> RunStatus:
        with self.run(vendor, **settings) as run:
            return run.wait()

    def script(self, operation: str, *words: str, vendor: str = "anthropic") -> None:
        self.sandbox.faults.script(vendor, operation, words)

    def ledger(self, vendor: str = "anthropic") -> list[dict[str, Any]]:
        return self.sandbox.ledger(requests=True)[vendor]

    def accepted(self, vendor: str = "anthropic") -> Counter[str]:
        """How often the vendor took each item."""
        return Counter(digest for batch in self.ledger(vendor) for digest in batch["requests"])

    def lines(self, vendor: str = "anthropic") -> list[dict[str, Any]]:
        """The output, each line decoded; a torn one fails."""
        data = self.out(vendor).read_bytes()
        assert data.endswith(b"\n") or not data
        return [json.loads(line) for line in data.split(b"\n")[:-1]]

    def outcomes(self, vendor: str = "anthropic") -> Counter[str]:
        return Counter(line["outcome"] for line in self.lines(vendor))

    @property
    def creates(self) -> list[Call]:
        return [call for call in self.transport.calls if call.creates]

    def stop_at(self, moment: int) -> Moments:
        return Moments(self, moment)


class Moments:
    """Counts the moments at which a process can die; at one of them it does, and the disk stays as it is right then.

    A moment is before and after each transaction of the journal, and before and after each exchange.
    """

    def __init__(self, lab: Lab, fatal: int) -> None:
        self._lab, self._fatal, self._count = lab, fatal, itertools.count()
        self._copy = lab.directory.with_name(lab.directory.name + ".copy")
        self.kinds: list[str] = []

    def pass_by(self, kind: str) -> None:
        if self._copy.exists():
            return
        self.kinds.append(kind)
        if next(self._count) == self._fatal:
            shutil.copytree(self._lab.directory, self._copy)
            raise Stop

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Within, the process may die; afterwards the disk is as it was at its death."""
        plain, transport = Journal.transaction, self._lab.transport
        moments = self

        @contextmanager
        def transaction(journal: Journal) -> Iterator[None]:
            moments.pass_by("before a transaction")
            with plain(journal):
                yield
            moments.pass_by("after a transaction")

        Journal.transaction = transaction  # type: ignore[method-assign,assignment]
        transport.before = lambda call: self.pass_by(f"before {call.method} {call.path}")
        transport.after = lambda call: self.pass_by(f"after {call.method} {call.path}")
        try:
            yield
        except Stop:
            shutil.rmtree(self._lab.directory)
            self._copy.rename(self._lab.directory)
        finally:
            Journal.transaction = plain  # type: ignore[method-assign]
            transport.before = transport.after = lambda _: None

    @property
    def fatal(self) -> str | None:
        """What was about to happen or had just happened; nothing if the run was over before."""
        return self.kinds[self._fatal] if len(self.kinds) > self._fatal else None


@contextmanager
def unsynced() -> Iterator[None]:
    """Within, nothing waits for the disk: tests/faults/test_power_cut.py is about power cuts."""
    connect = journal._connect

    def connected(path: Path) -> sqlite3.Connection:
        db = connect(path)
        db.execute("PRAGMA synchronous = OFF")
        return db

    with patch.object(journal, "_connect", connected), patch("os.fsync", lambda _: None):
        yield


@contextmanager
def open_run_lab(directory: Path, *, asynchronous: bool, **options: Any) -> Iterator[Lab]:
    """A sandbox without a socket, and a directory of its own for input and run."""
    time = Time()
    home = directory / "home"
    home.mkdir()
    given: dict[str, Any] = {"now": time, "seed": 7} | options
    with Sandbox(**given) as sandbox, unsynced(), patch.dict(os.environ, XDG_STATE_HOME=str(directory / "state")):
        sandbox.hosts["results"] = FILES
        yield Lab(home, asynchronous=asynchronous, sandbox=sandbox, time=time)


def row(index: int, custom_id: str | None = None, text: str | None = None, vendor: str = "anthropic") -> dict[str, Any]:
    """A line of input."""
    own = f"row-{index}" if custom_id is None else custom_id
    messages = [{"role": "user", "content": f"question {index}" if text is None else text}]
    if vendor == "letta":
        return {"custom_id": own, "agent_id": f"agent-123e4567-e89b-42d3-8456-{index + 1:012d}", "messages": messages}
    if vendor == "anthropic":
        return {"custom_id": own, "params": {"model": "claude-opus-5-5", "max_tokens": 16, "messages": messages}}
    if vendor == "meshapi":
        return {"custom_id": own, "body": {"model": "openai/gpt-5-nano", "max_tokens": 16, "messages": messages}}
    if vendor in vendor_facts.FILES:
        example = vendor_facts.given(vendor, "create")["requests"][0]
        request = polybatch.Request(own, {**example["body"], "messages": messages}, item=example.get("item", {}))
        return dict(find_vendor(vendor)({}, HOST).item(request))
    body = {"model": "openai/gpt-4o-mini-batch", "max_tokens": 16, "messages": messages}
    return {"custom_id": own, "params": body}


def rows(count: int, vendor: str = "anthropic") -> list[dict[str, Any]]:
    return [row(index, vendor=vendor) for index in range(count)]


def stop_if(condition: object) -> None:
    """The process dies."""
    if condition:
        raise Stop


def files(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def events(run_dir: Path) -> list[dict[str, Any]]:
    """The journal's events, as anybody with sqlite can read them."""
    db = sqlite3.connect(run_dir / "journal.sqlite")
    try:
        found = db.execute("SELECT kind, shard, data FROM event ORDER BY seq").fetchall()
    finally:
        db.close()
    return [{"kind": kind, "shard": shard, **json.loads(data)} for kind, shard, data in found]
