"""What polybatch does, measured as its users call it."""

from __future__ import annotations

import importlib
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from polybatch import BatchClient
from polybatch.line import Timer
from polybatch.run import RunStatus
from scripts.bench.meter import Meter, fresh

KEY = "key"
SHORTLY = 0.01
"""Seconds between two looks, so that waiting is not what is measured."""


@contextmanager
def warm(url: str, batch_id: str = "msgbatch_pages_1", vendor: str = "anthropic", **more: Any) -> Iterator[BatchClient]:
    """A client that has looked at a batch before: what it loads then is measured where it belongs, in `starting`."""
    with BatchClient(vendor, api_key=KEY, base_url=url, **more) as client:
        client.get(batch_id)
        yield client


def results(
    meter: Meter,
    *,
    url: str,
    batch_id: str,
    count: int,
    vendor: str = "anthropic",
    read: bool = False,
    look: str = "",
) -> None:
    """Iterate the results of an ended batch; `read`: text and usage of each, too.

    `look`: a smaller batch to begin with.
    """
    seen = 0
    with warm(url, look or batch_id, vendor) as client, meter:
        for result in client.results(batch_id):
            if not seen:
                meter.first()
            seen += bool(result.custom_id and result.outcome == "succeeded")
            if read:
                seen -= not (result.text and result.usage)
    expect(seen, count)


def submit(meter: Meter, *, url: str, path: str, count: int) -> None:
    """Create one batch from a file."""
    with warm(url) as client, meter:
        batch = client.create(path)
    expect(batch.counts.total, count)


def submit_run(meter: Meter, *, url: str, path: str, count: int, scratch: str) -> dict[str, Any]:
    """Plan a durable run and send all of its batches; measured until the last create was answered and journaled."""

    def sent(status: RunStatus) -> None:
        if not {"planned", "submitting"} & {state for state, shards in status.shards.items() if shards}:
            run.stop()

    with (
        warm(url) as client,
        fresh(scratch) as folder,
        meter,
        client.run(path, run_dir=folder / "run", out=folder / "out.jsonl", poll=60) as run,
    ):
        status = run.wait(listener=sent)
    expect(status.total, count)
    return {"shards": sum(status.shards.values())}


def whole_run(meter: Meter, *, url: str, path: str, count: int, scratch: str) -> dict[str, Any]:
    """A durable run from the file of requests to the file of results."""
    with warm(url) as client, fresh(scratch) as folder:
        out = folder / "out.jsonl"
        with meter, client.run(path, run_dir=folder / "run", out=out, poll=SHORTLY) as run:
            status = run.wait()
        if not status.all_succeeded:
            raise AssertionError(f"not all requests succeeded: {dict(status.outcomes)}")
        expect(lines_in(out), count)
    return {"shards": sum(status.shards.values())}


def tables(meter: Meter, *, url: str, path: str, count: int, scratch: str) -> dict[str, Any]:
    """A durable run from one table to another."""
    with warm(url) as client, fresh(scratch) as folder:
        out = folder / "out.parquet"
        asked: dict[str, Any] = {"prompt": "Classify: {text}", "id_column": "id", "model": "claude-opus-5-5"}
        with meter, client.run(path, run_dir=folder / "run", out=out, poll=SHORTLY, max_tokens=64, **asked) as run:
            status = run.wait()
        if not status.all_succeeded:
            raise AssertionError(f"not all requests succeeded: {dict(status.outcomes)}")
        expect(importlib.import_module("pyarrow.parquet").read_metadata(out).num_rows, count)
    return {"shards": sum(status.shards.values())}


def watching(meter: Meter, *, url: str, path: str, count: int, scratch: str) -> dict[str, Any]:
    """One sweep over the batches of a run that all are in progress: from the last create to the first pause."""
    calls: list[dict[str, int]] = []
    offset = 0.0

    def pause(seconds: float) -> None:
        nonlocal offset
        offset += seconds
        calls.append(asked(url))
        if len(calls) == 2:
            meter.__exit__()
            run.stop()
        else:
            meter.__enter__()

    # Time stands still but for pauses: a sweep is what happens between two of them.
    timer = Timer(monotonic=lambda: offset, sleep=pause)
    with (
        warm(url, timer=timer) as client,
        fresh(scratch) as folder,
        client.run(path, run_dir=folder / "run", out=folder / "out.jsonl", max_items_per_batch=1, poll=60) as run,
    ):
        status = run.wait()
    expect(status.shards.get("submitted", 0), count)
    before, after = calls
    return {"calls": sum(after.get(name, 0) - before.get(name, 0) for name in ("get", "list"))}


def asked(url: str) -> dict[str, int]:
    """How often the server was asked for what."""
    with urllib.request.urlopen(f"{url}/calls") as reply:  # noqa: S310 - our own server
        counts: dict[str, int] = json.load(reply)
    return counts


def expect(found: int | None, wanted: int) -> None:
    """Raises AssertionError where a measurement did not do what it says."""
    if found != wanted:
        raise AssertionError(f"{found} instead of {wanted}")


def lines_in(path: Path) -> int:
    """Lines of a file, in flat memory."""
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
