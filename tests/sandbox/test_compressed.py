"""A server that compresses for who accepts it: the same results over real sockets, and a cut that looks like an end."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from polybatch import AsyncBatchClient, BatchClient, Result, TransportError
from polybatch.wire import Timer
from polybatch_sandbox import Response, serve, server
from polybatch_sandbox.server import Server
from tests.sandbox.run_lab import row

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
COUNT = 60
ENCODINGS = {"zstd": "zstd, gzip", "gzip": "gzip", None: "identity"}


@pytest.fixture
def host() -> Iterator[Server]:
    with serve(speed=0, seed=3, compress=True) as started:
        yield started


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Counter[str | None]:
    """The encodings of the replies so far."""
    found, plainly = Counter[str | None](), server.packed

    def packed(request: server.Request, reply: Response) -> Response:
        made = plainly(request, reply)
        found[made.header("Content-Encoding")] += 1
        return made

    monkeypatch.setattr(server, "packed", packed)
    return found


def ended(host: Server, vendor: str, folder: Path) -> str:
    """A batch that has its results."""
    lines = [json.dumps(row(number, text="why " * 50, vendor=vendor)) for number in range(COUNT)]
    (folder / "in.jsonl").write_text("\n".join(lines))
    with BatchClient(vendor, api_key="k", base_url=host.base_url(vendor)) as client:
        batch = client.create(folder / "in.jsonl")
    host.sandbox.clock.advance(60)
    return batch.id


def read(host: Server, vendor: str, batch_id: str, *, on_a_loop: bool) -> list[Result]:
    async def collect() -> list[Result]:
        async with AsyncBatchClient(vendor, api_key="k", base_url=host.base_url(vendor)) as client:
            await client.get(batch_id)
            return [result async for result in client.results(batch_id)]

    if on_a_loop:
        return asyncio.run(collect())
    with BatchClient(vendor, api_key="k", base_url=host.base_url(vendor)) as client:
        client.get(batch_id)
        return list(client.results(batch_id))


@pytest.mark.parametrize("on_a_loop", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("vendor", VENDORS)
def test_results_are_the_same_however_they_travel(
    host: Server, sent: Counter[str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vendor: str, *,
    on_a_loop: bool,
) -> None:  # fmt: skip
    batch_id, found = ended(host, vendor, tmp_path), {}
    assert sent == {None: 1}, "what creates a batch asks for its reply as it is"
    for encoding, words in ENCODINGS.items():
        monkeypatch.setattr("polybatch.network.accepted", lambda words=words: words)
        sent.clear()
        found[encoding] = [result.raw for result in read(host, vendor, batch_id, on_a_loop=on_a_loop)]
        assert set(sent) == {encoding}
    assert found["zstd"] == found["gzip"] == found[None]
    assert len(found[None]) == COUNT


@pytest.mark.parametrize("encoding", ["zstd", "gzip"])
def test_f34_a_compressed_download_that_is_cut_is_noticed(
    host: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    """By nothing but the end of what was compressed: the connection closes as it would after a whole reply."""
    batch_id = ended(host, "anthropic", tmp_path)
    monkeypatch.setattr("polybatch.network.accepted", lambda: encoding)
    for length in (1, 9, 100, 400):
        host.sandbox.faults.script("anthropic", "results", [f"undelimited+cut:{length}"])
        with pytest.raises(TransportError, match="the compressed answer broke off"):
            read(host, "anthropic", batch_id, on_a_loop=False)
    assert len(read(host, "anthropic", batch_id, on_a_loop=False)) == COUNT


def test_a_run_over_a_server_that_compresses_ends_as_any_other(
    host: Server, sent: Counter[str | None], tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row(number)) + "\n" for number in range(COUNT)))
    host.sandbox.faults.script("anthropic", "results", ["cut:200", "undelimited+cut:700"])

    def sleep(seconds: float) -> None:
        host.sandbox.clock.advance(seconds)

    timer = Timer(monotonic=host.sandbox.clock.now, sleep=sleep)
    client = BatchClient("anthropic", api_key="k", base_url=host.base_url("anthropic"), timer=timer)
    with client, client.run(path, max_items_per_batch=25) as run:
        run.wait()
        assert run.status().outcomes == {"succeeded": COUNT}
    assert sent["zstd"] > 6
    assert sum(entry["items"] for entry in host.sandbox.ledger(requests=False)["anthropic"]) == COUNT, "nothing twice"
