"""What runs at once in a run, and over how many connections; with a server, so that threads and tasks are real."""

from __future__ import annotations

import asyncio
import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

import polybatch
from polybatch import AsyncBatchClient, BatchClient, NotFound
from polybatch.flow import Exchange, Open, Read, Reply
from polybatch.line import FRESH, IDLE, Line
from polybatch.run import sink
from polybatch.run.core import SIDE_BY_SIDE
from polybatch.run.drift import RESULTS, WHOLE, judged_by
from polybatch.run.journal import read
from polybatch.wire import AsyncWire, Timer, Wire
from polybatch_sandbox import Request, Response, Server, serve
from tests.conftest import Connect
from tests.sandbox.run_lab import row

KEPT = 2
"""Connections of one call after another: one for creates, one for everything else."""


class Busy:
    """A sandbox on ports that counts what goes on in it at once; `meet` brings so many downloads together."""

    def __init__(self, server: Server) -> None:
        self.host, self.faults, self.clock = server._host, server.sandbox.faults, server.sandbox.clock
        self.url = server.base_url("anthropic")
        self.accepted, self.downloads, self.most = 0, 0, 0
        self.meet: threading.Barrier | None = None
        self.rewrite: Callable[[Request, Response], Response] = lambda _, reply: reply
        plain, accept, lock = self.host.answer, self.host.get_request, threading.Lock()

        @contextmanager
        def within() -> Iterator[None]:
            with lock:
                self.downloads += 1
                self.most = max(self.most, self.downloads)
            if (meet := self.meet) is not None:
                meet.wait()
            yield
            with lock:
                self.downloads -= 1

        def answer(request: Request) -> Response:
            if not request.target.endswith("results"):
                return self.rewrite(request, plain(request))
            with within():
                return plain(request)

        def get_request() -> Any:
            self.accepted += 1
            return accept()

        self.host.answer = answer
        self.host.get_request = get_request  # type: ignore[method-assign]

    def sleep(self, seconds: float) -> None:
        """Time passes only so, for both sides."""
        self.clock.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @property
    def timer(self) -> Timer:
        return Timer(self.clock.now, self.sleep, self.asleep, lambda: 0.0)

    def hang_up(self) -> None:
        """Close what nobody uses just then."""
        for connection in list(self.host.connections):
            connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def busy() -> Iterator[Busy]:
    with serve(speed=0, seed=7) as server:
        yield Busy(server)


def ran(busy: Busy, directory: Path, count: int, *, looping: bool) -> Any:
    """The status of a run of so many batches at its end."""
    path = directory / "in.jsonl"
    path.write_text("".join(json.dumps(row(n)) + "\n" for n in range(count)))
    given = {"api_key": "key", "base_url": busy.url, "timer": busy.timer}

    async def looped() -> Any:
        async with AsyncBatchClient("anthropic", **given) as client, client.run(path, max_items_per_batch=1) as run:
            return await run.wait()

    if looping:
        return asyncio.run(looped())
    with BatchClient("anthropic", **given) as client, client.run(path, max_items_per_batch=1) as run:
        return run.wait()


@pytest.mark.parametrize("looping", [False, True], ids=["sync", "async"])
class TestDownloads:
    def test_go_on_at_the_same_time(self, busy: Busy, tmp_path: Path, *, looping: bool) -> None:
        busy.meet = threading.Barrier(SIDE_BY_SIDE, timeout=20)
        assert ran(busy, tmp_path, 2 * SIDE_BY_SIDE, looping=looping).all_succeeded

    def test_are_not_too_many_and_share_few_connections(self, busy: Busy, tmp_path: Path, *, looping: bool) -> None:
        assert ran(busy, tmp_path, 3 * SIDE_BY_SIDE, looping=looping).all_succeeded
        assert busy.most <= SIDE_BY_SIDE
        assert busy.accepted <= SIDE_BY_SIDE + 1  # and one for creates
        assert not [thread for thread in threading.enumerate() if thread.name.startswith("polybatch")]

    @pytest.mark.slow
    def test_that_fail_leave_the_others_alone(self, busy: Busy, tmp_path: Path, *, looping: bool) -> None:
        busy.faults.script("anthropic", "results", ["ok", "cut:3", "status:503", "drop_after", "html"])
        assert ran(busy, tmp_path, 6, looping=looping).all_succeeded


def refused_for_a_while(busy: Busy) -> None:
    """The third create is refused until a batch has ended, so that it is due when that is fetched."""
    busy.faults.script("anthropic", "create", ["ok", "ok", *["status:429"] * 3])


CREATES = [200, 200, 429, 429, 429, 200]


@pytest.mark.parametrize("looping", [False, True], ids=["sync", "async"])
class TestACreateBesideDownloads:
    def test_goes_out_at_the_same_time(self, busy: Busy, tmp_path: Path, *, looping: bool) -> None:
        refused_for_a_while(busy)
        busy.meet = threading.Barrier(2, timeout=20)
        creates: list[int] = []

        def rewrite(request: Request, reply: Response) -> Response:
            if request.method == "POST":
                creates.append(reply.status)
                if len(creates) == len(CREATES):
                    assert busy.meet is not None
                    busy.meet.wait()
                    busy.meet = None
            return reply

        busy.rewrite = rewrite
        assert ran(busy, tmp_path, 3, looping=looping).all_succeeded
        assert creates == CREATES

    def test_is_not_broken_off_when_the_disk_is_full(
        self, busy: Busy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, looping: bool
    ) -> None:
        refused_for_a_while(busy)
        full, creates = threading.Event(), list[int]()

        def rewrite(request: Request, reply: Response) -> Response:
            if request.method == "POST":
                creates.append(reply.status)
                if len(creates) == len(CREATES):
                    assert full.wait(20)
            return reply

        def write(file: sink.SafeFile, data: bytes) -> None:
            if file._path.parent.name == "results":
                full.set()
                raise OSError(errno.ENOSPC, "No space left on device")
            plain(file, data)

        plain = sink.SafeFile.write
        busy.rewrite = rewrite
        with monkeypatch.context() as patched:
            patched.setattr(sink.SafeFile, "write", write)
            with pytest.raises(OSError, match="No space left"):
                ran(busy, tmp_path, 3, looping=looping)
        _, shards = read(tmp_path / "in.jsonl.anthropic.polybatch")
        assert [shard.state for shard in shards] == ["ended", "submitted", "submitted"]
        assert ran(busy, tmp_path, 3, looping=looping).all_succeeded
        assert creates == CREATES


SAFE = Exchange("get_batch", {})


@pytest.mark.parametrize(
    ("step", "status", "size", "judged"),
    [
        (Open(SAFE), 200, 0, "get_batch"),
        (Open(SAFE), 404, 0, None),
        (SAFE, 200, 2, None),
        (SAFE, 200, WHOLE + 1, RESULTS),
        (Exchange("create_batch", {}, safe=False), 200, 2, "before"),
        (Read(), 200, 2, "before"),
    ],
    ids=["opened", "refused", "small", "large", "create", "read"],
)
def test_each_download_knows_by_what_its_results_are_judged(
    step: Any, status: int, size: int, judged: str | None
) -> None:
    assert judged_by(step, Reply(status, {}, bytes(size)), "before") == judged


@pytest.fixture
def client(busy: Busy, connect: Connect) -> BatchClient:
    return connect(base_url=busy.url, timer=busy.timer)


def created(client: BatchClient, count: int = 1) -> str:
    rows = (row(n) for n in range(count))
    return client.create([polybatch.Request(each["custom_id"], each["params"]) for each in rows]).id


class TestConnections:
    def test_are_kept_over_many_calls_and_refusals(self, busy: Busy, client: BatchClient) -> None:
        for _ in range(5):
            batch_id = created(client)
            client.get(batch_id)
            with pytest.raises(NotFound):
                client.get("msgbatch_none")
            assert list(client.list())
        assert busy.accepted == KEPT

    def test_are_kept_over_a_redirect(self, busy: Busy, client: BatchClient) -> None:
        batch_id = created(client)

        calls: list[str] = []

        def redirect(request: Request, reply: Response) -> Response:
            """Every other time, to the same place."""
            calls.append(request.target)
            return (
                Response(307, (("Location", f"{busy.host.url}{request.target}"),), b"x" * 99)
                if len(calls) % 2
                else reply
            )

        busy.rewrite = redirect
        for _ in range(5):
            assert client.get(batch_id).id == batch_id
        assert len(calls) == 10
        assert busy.accepted == KEPT

    def test_with_results_that_were_left_unread_are_given_up_and_no_other(
        self, busy: Busy, client: BatchClient
    ) -> None:
        batch_id = created(client, 600)
        client.wait(batch_id)
        results = client.results(batch_id)
        next(results)
        results.close()
        for _ in range(5):
            client.get(batch_id)
        assert busy.accepted == KEPT + 1

    def test_that_the_server_has_closed_are_made_anew_without_a_word(
        self, busy: Busy, client: BatchClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        batch_id, begun = created(client), busy.clock.now()
        client.get(batch_id)
        busy.hang_up()
        for _ in range(5):
            client.get(batch_id)
        created(client)
        assert busy.accepted == 2 * KEPT
        assert busy.clock.now() == begun, "nothing was tried again"
        assert caplog.messages == []

    @pytest.mark.parametrize("kind", [Wire, AsyncWire])
    def test_are_kept_between_polls_but_for_creates_only_while_they_are_fresh(
        self, kind: type[Wire | AsyncWire]
    ) -> None:
        wire = kind(Line("http://127.0.0.1:1", {}))
        pools = [wire._ways[safe].to(httpx.URL("http://127.0.0.1:1"))._pool for safe in (True, False)]
        assert [pool._keepalive_expiry for pool in pools] == [IDLE, FRESH] == [90.0, 5.0]
