"""The vendors' official SDKs, doing the same; imported where nothing of ours is installed."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from scripts.bench.meter import Meter

KEY, SECONDS = "key", 600


def _anthropic(url: str, batch_id: str = "msgbatch_pages_1") -> Any:
    """The SDK's resource, after it has looked at a batch: much of it is loaded by then, as with ours."""
    client = import_module("anthropic").Anthropic(base_url=url, api_key=KEY, max_retries=0, timeout=SECONDS)
    client.messages.batches.retrieve(batch_id)
    return client.messages.batches


def results(meter: Meter, *, url: str, batch_id: str, count: int, read: bool = False) -> None:
    """Iterate the results of an ended batch; `read`: text and usage of each, too."""
    batches = _anthropic(url, batch_id)
    seen = 0
    with meter:
        for line in batches.results(batch_id):
            if not seen:
                meter.first()
            seen += bool(line.custom_id and line.result.type == "succeeded")
            if read:
                message = line.result.message
                seen -= not ("".join(block.text for block in message.content) and message.usage.output_tokens)
    _expect(seen, count)


def submit(meter: Meter, *, url: str, path: str, count: int) -> None:
    """Read the file and create one batch."""
    batches = _anthropic(url)
    with meter:
        batch = batches.create(requests=_read(path))
    _expect(batch.request_counts.processing, count)


def whole_run(meter: Meter, *, url: str, path: str, count: int, scratch: str) -> None:
    """Create, wait, write the results; nothing would survive a crash."""
    batches = _anthropic(url)
    out = Path(scratch).with_suffix(".sdk.jsonl")
    written = 0
    with meter:
        batch = batches.create(requests=_read(path))
        while batch.processing_status != "ended":
            batch = batches.retrieve(batch.id)
        with out.open("w", encoding="utf-8") as file:
            for line in batches.results(batch.id):
                file.write(line.to_json(indent=None) + "\n")
                written += 1
    out.unlink()
    _expect(written, count)


def watch_each(meter: Meter, *, url: str, path: str, count: int) -> dict[str, Any]:
    """Look at so many batches, one by one."""
    batches = _anthropic(url)
    ids = _some(batches, path, count)
    with meter:
        seen = sum(batches.retrieve(batch_id).processing_status == "in_progress" for batch_id in ids)
    _expect(seen, count)
    return {"calls": count}


def watch_list(meter: Meter, *, url: str, path: str, count: int) -> dict[str, Any]:
    """Look at them in the vendor's list, a thousand on a page."""
    batches = _anthropic(url)
    ids = set(_some(batches, path, count))
    with meter:
        page = batches.list(limit=1000)
        seen = sum(batch.id in ids and batch.processing_status == "in_progress" for batch in page.data)
    _expect(seen, count)
    return {"calls": 1}


def _some(batches: Any, path: str, count: int) -> list[str]:
    one = _read(path)[:1]
    return [batches.create(requests=one).id for _ in range(count)]


def mesh_results(meter: Meter, *, url: str, batch_id: str, count: int, look: str) -> None:
    """Get a batch with its results inside, and iterate them."""
    client = import_module("meshapi").MeshAPI(base_url=url, token=KEY, max_retries=0, timeout=SECONDS)
    client.batches.get(look)
    seen = 0
    with meter:
        for item in client.batches.get(batch_id).results or []:
            if not seen:
                meter.first()
            seen += bool(item["custom_id"] and item["response"])
    _expect(seen, count)


def letta_messages(meter: Meter, *, url: str, batch_id: str, count: int, limit: int) -> None:
    """Iterate all messages of a job, on pages of `limit`."""
    client = import_module("letta_client").Letta(base_url=url, api_key=KEY, max_retries=0, timeout=SECONDS)
    client.batches.retrieve(batch_id)
    seen = 0
    with meter:
        for message in client.batches.messages.list(batch_id, limit=limit):
            if not seen:
                meter.first()
            seen += bool(message.agent_id and message.content)
    _expect(seen, 2 * count)


def _read(path: str) -> list[Any]:
    with Path(path).open("rb") as file:
        return [json.loads(line) for line in file]


def _expect(found: int, wanted: int) -> None:
    if found != wanted:
        raise AssertionError(f"{found} instead of {wanted}")
