"""What a request and a result cost, counted and not timed: calls a line, and memory that does not grow with the lines.

Whoever makes the fast way slower, or drops out of it, finds out here. A bound is about a third above what was counted.
"""

from __future__ import annotations

import gc
import json
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from polybatch import BatchClient
from polybatch.naming import LEADS
from polybatch.run import RunStatus

KEY = "sk-ant-0123456789abcdefghijklmnopqrstuvwxyz"
USAGE = {"input_tokens": 9, "output_tokens": 400, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0}
MESSAGE = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "Because it is so.\n" * 20}], "usage": USAGE,
}  # fmt: skip
RESULT = json.dumps({"custom_id": "#", "result": {"type": "succeeded", "message": MESSAGE}}).encode()
TIMES = {"created_at": "2026-11-01T00:00:00Z", "expires_at": "2026-11-02T00:00:00Z", "archived_at": None}
COUNTS = {"processing": 0, "errored": 0, "canceled": 0, "expired": 0}
FEW, MANY = 500, 2500


class Pages(httpx.SyncByteStream):
    """Result lines under the ids of a create, 64 KiB at a time, as a socket gives them."""

    def __init__(self, prefix: bytes, count: int) -> None:
        self._before, self._after = RESULT.split(b"#")
        self._prefix, self._count = prefix, count

    def __iter__(self) -> Iterator[bytes]:
        held = b""
        for place in range(self._count):
            held += b"%b%b%06d%b\n" % (self._before, self._prefix, place, self._after)
            if len(held) > 1 << 16:
                yield held
                held = b""
        yield held


class Vendor(httpx.BaseTransport):
    """Takes any create, whose batch has ended at once; costs a line as little as can be."""

    def __init__(self, count: int) -> None:
        self.count, self.prefix = count, b"row-"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, said = request.url.path, {"content-type": "application/json"}
        if path.endswith("results"):
            return httpx.Response(
                200, headers={"content-type": "application/x-jsonl"}, stream=Pages(self.prefix, self.count)
            )
        if request.method == "POST":
            head = b""
            for chunk in request.stream:  # type: ignore[union-attr]
                head = head if len(head) > 100 else head + chunk
            own = head.partition(LEADS[0])[2].partition(b'"')[0]
            self.prefix = own[:-6]
        elif path.endswith("batches"):
            return httpx.Response(
                200, headers=said, json={"data": [], "has_more": False, "first_id": None, "last_id": None}
            )
        counts = {**COUNTS, "succeeded": self.count}
        batch = {
            "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended", "request_counts": counts,
            **TIMES, "ended_at": TIMES["created_at"], "cancel_initiated_at": None, "results_url": None,
        }  # fmt: skip
        return httpx.Response(200, headers=said, json=batch)


def requests(path: Path, count: int) -> Path:
    params = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "Why is the sky blue?\n" * 20}]}
    path.write_text("".join(json.dumps({"custom_id": f"row-{n:06d}", "params": params}) + "\n" for n in range(count)))
    return path


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C among them."""
    count = 0

    def event(_frame: Any, kind: str, _argument: Any) -> None:
        nonlocal count
        count += kind in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(event)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def create(folder: Path, count: int) -> Callable[[], object]:
    path = requests(folder / f"{count}.jsonl", count)
    client = BatchClient("anthropic", api_key=KEY, transport=Vendor(count))
    return lambda: client.create(path)


def results(folder: Path, count: int) -> Callable[[], object]:
    client = BatchClient("anthropic", api_key=KEY, transport=Vendor(count))
    return lambda: sum(result.custom_id.startswith("row-") for result in client.results("msgbatch_1"))


def answers(folder: Path, count: int) -> Callable[[], object]:
    client = BatchClient("anthropic", api_key=KEY, transport=Vendor(count))
    return lambda: sum(len(result.text or "") for result in client.results("msgbatch_1") if result.usage)


def whole_run(folder: Path, count: int) -> Callable[[], object]:
    path = requests(folder / f"{count}.jsonl", count)
    client = BatchClient("anthropic", api_key=KEY, transport=Vendor(count))

    def work() -> RunStatus:
        with client.run(path, run_dir=folder / f"run-{count}", out=folder / f"out-{count}", poll=0.001) as run:
            status = run.wait()
        assert status.outcomes == {"succeeded": count}
        return status

    return work


def portable_create(folder: Path, count: int) -> Callable[[], object]:
    said = {"messages": [{"role": "user", "content": "Why?"}], "extra": {"anthropic": {"service_tier": "auto"}}}
    made = [
        json.dumps({"custom_id": f"row-{n:06d}", "model": "m", "system": "Be brief.", **said}) for n in range(count)
    ]
    path = folder / f"{count}.jsonl"
    path.write_text("\n".join(made))
    client = BatchClient("anthropic", api_key=KEY, transport=Vendor(count))
    return lambda: client.create(path)


COSTS = {create: 4.5, portable_create: 290.0, results: 17.0, answers: 40.0, whole_run: 100.0}
"""Calls a line, with CPython 3.11: 3.1, 215.0, 12.8, 27.8 and 72.8; later ones make fewer."""


@pytest.mark.parametrize("way", COSTS, ids=lambda way: way.__name__)
def test_a_line_costs_no_more_calls_than_it_did(
    way: Callable[[Path, int], Callable[[], object]], tmp_path: Path
) -> None:
    way(tmp_path, 10)()  # what is made once has been made
    few, many = calls(way(tmp_path, FEW)), calls(way(tmp_path, MANY))
    each = (many - few) / (MANY - FEW)
    print(f"{way.__name__}: {each:.1f} calls a line")
    assert each <= COSTS[way]


@pytest.mark.parametrize("way", COSTS, ids=lambda way: way.__name__)
def test_the_memory_does_not_grow_with_the_lines(
    way: Callable[[Path, int], Callable[[], object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But for the marks and ids of a shard: 107 bytes a request of a run (58 of a longer one), 10 of a create."""
    for most in ("source.BLOCK", "run.sink.BLOCK", "single.SPOOL"):
        monkeypatch.setattr(f"polybatch.{most}", 1 << 14)
    way(tmp_path, 10)()
    peaks = []
    for count in (FEW, MANY):
        work = way(tmp_path, count)
        gc.collect()
        tracemalloc.start()
        try:
            work()
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    each = (peaks[1] - peaks[0]) / (MANY - FEW)
    print(f"{way.__name__}: {each:.0f} bytes more for each line, {peaks} in all")
    assert each <= (150 if way is whole_run else 20)
