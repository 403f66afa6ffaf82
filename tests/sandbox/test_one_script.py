"""One script, written once, against every vendor, with the blocking and with the async client.

It uses nothing but the interface. Where the facts say that a vendor has no such operation it meets `Unsupported`.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from typing import Any

import pytest

from polybatch import AsyncBatchClient, BatchClient, BatchStatus, Outcome, Request, Unsupported
from polybatch.vendors import names
from polybatch_sandbox import Server, serve
from tests.vendor_facts import told

TEXTS = {"row-1": "Why is the sky blue?", "row-2": "Zwölf Boxkämpfer \u2028 jagen", "row-3": "三"}
LACKS = {"anthropic": set(), "letta": {"delete"}, "meshapi": {"delete"}, "onerouter": {"list", "delete"}}
LACKS |= {vendor: set(words) for vendor, words in told("lacks").items()}
"""What facts/seed-vendors.md §1 says a vendor does not have."""
AGENT = "agent-123e4567-e89b-42d3-8456-42661417400{}"


def requests(vendor: str) -> list[Request]:
    def body(index: int, text: str) -> dict[str, Any]:
        messages = [{"role": "user", "content": text}]
        if vendor == "letta":
            return {"agent_id": AGENT.format(index), "messages": messages}
        return {"model": "some/model", "max_tokens": 64, "messages": messages}

    return [Request(custom_id, body(index, text)) for index, (custom_id, text) in enumerate(TEXTS.items(), 1)]


async def done(value: Any) -> Any:
    """The value of a call of either client: awaited, collected, or as it is."""
    if inspect.isawaitable(value):
        return await value
    if inspect.isasyncgen(value):
        return [item async for item in value]
    return list(value) if inspect.isgenerator(value) else value


async def attempt(name: str, call: Any, vendor: str) -> Any:
    if name not in LACKS[vendor]:
        return await done(call())
    with pytest.raises(Unsupported, match="has no way to"):
        await done(call())
    return None


async def script(client: Any, vendor: str) -> None:
    batch = await done(client.create(requests(vendor)))
    assert (batch.vendor, batch.status.terminal, batch.warnings) == (vendor, False, ())
    assert (await done(client.get(batch.id))).id == batch.id
    listed = await attempt("list", lambda: client.list(limit=5), vendor)
    assert listed is None or batch.id in [found.id for found in listed]

    batch = await done(client.wait(batch.id, poll=0.02, timeout=30))
    assert batch.status is BatchStatus.COMPLETED
    assert batch.counts.succeeded in {None, len(TEXTS)}
    results = {result.custom_id: result for result in await done(client.results(batch.id))}
    assert {name: (result.outcome, result.text) for name, result in results.items()} == {
        name: (Outcome.SUCCEEDED, text) for name, text in TEXTS.items()
    }
    assert all(result.raw and result.body is not None and result.error is None for result in results.values())

    other = await done(client.create(requests(vendor)))
    cancelled = await done(client.cancel(other.id))
    assert cancelled.status in {BatchStatus.CANCELLING, BatchStatus.CANCELLED}
    assert (await done(client.wait(other.id, poll=0.02, timeout=30))).status is BatchStatus.CANCELLED
    await attempt("delete", lambda: client.delete(other.id), vendor)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Server]:
    with serve(speed=1000) as server:
        yield server


@pytest.mark.parametrize("kind", [BatchClient, AsyncBatchClient])
@pytest.mark.parametrize("vendor", names())
def test_the_script_runs_unchanged(vendor: str, kind: Any, sandbox: Server) -> None:
    async def whole() -> None:
        client = kind(vendor, api_key="key", base_url=f"{sandbox.url}/{vendor}")
        try:
            await script(client, vendor)
        finally:
            await done(client.close())

    asyncio.run(whole())


def test_every_vendor_takes_part() -> None:
    assert set(names()) == set(LACKS)
