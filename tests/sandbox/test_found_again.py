"""What a vendor file recognises in the sandbox: the batch with our mark among others, while it runs and after its end.

Through both drivers; nothing but the vendor's own operations is used, as a run uses them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from polybatch import Request
from polybatch.dialects import inline
from polybatch.model import Batch
from polybatch.run.plan import wire_id
from polybatch.vendor import Mark, Payload, Vendor
from polybatch.vendors import find_vendor

RUN, OTHER = "0123456789abcdef0123", "fedcba98765432100123"
SIZE = 3
AGENTS = [f"agent-{number:08x}-e89b-42d3-8456-426614174000" for number in range(2 * SIZE)]
PLAIN = {"max_tokens": 16, "messages": [{"role": "user", "content": "Hello"}]}
END = 61.0
"""Seconds after which a batch of the sandbox has ended."""


def body(vendor: str, index: int) -> dict[str, Any]:
    if vendor == "letta":
        return {"agent_id": AGENTS[index], "messages": [{"role": "user", "content": "Hello"}]}
    return {"model": "openai/m" if vendor == "meshapi" else "m", **PLAIN}


def payload(vendor: Vendor, token: str, items: list[Any]) -> Payload:
    whole = b"".join(inline.body(vendor.envelope(token), map(msgspec.json.encode, items)))
    return Payload(len(whole), lambda: iter([whole]))


class Account:
    """One account at a vendor of the sandbox, and what is asked of it."""

    def __init__(self, name: str, drive: Any, desk: Any) -> None:
        self.name, self._drive, self._desk = name, drive, desk
        self.url = f"http://127.0.0.1/{name}"
        self.vendor: Vendor = find_vendor(name)({}, self.url)

    def play(self, flow: Any) -> tuple[list[Any], Any]:
        credentials = self.vendor.scheme().headers("key")
        return self._drive(flow, self._desk, base_url=self.url, credentials=credentials)

    def create(self, run: str, shard: int, *, first: int = 0, size: int = SIZE, own: bool = False) -> Mark:
        """Create the batch of a shard; with `own`, its messages have otids of the caller's."""
        ids = [wire_id(run, shard, 0, index) for index in range(size)]
        bodies = [body(self.name, (first + index) % len(AGENTS)) for index in range(size)]
        if own:
            bodies = [{**each, "messages": [{**each["messages"][0], "otid": "mine"}]} for each in bodies]
        items = [self.vendor.item(Request(name, each)) for name, each in zip(ids, bodies, strict=True)]
        token = f"{run}-{shard}-0"
        self.play(self.vendor.create(payload(self.vendor, token, items)))
        agents = frozenset(each["agent_id"] for each in bodies) if self.name == "letta" else frozenset()
        return Mark(token, ids[0][:-6], size, agents)

    def verdicts(self, mark: Mark) -> list[bool | None]:
        """What the vendor file says of each listed batch, the oldest first."""
        listed, _ = self.play(self.vendor.list(20))
        listed.sort(key=lambda batch: (batch.created_at, batch.id))
        return [self.play(self.vendor.recognise(batch, mark))[1] for batch in listed]

    def listed(self) -> list[Batch]:
        return self.play(self.vendor.list(20))[0]


@pytest.fixture
def account(drive: Any, desk: Any) -> Callable[[str], Account]:
    return lambda name: Account(name, drive, desk)


def test_anthropic_by_size_and_after_the_end_by_the_first_result(account: Any, clock: Any) -> None:
    asked = account("anthropic")
    mark = asked.create(RUN, 3)
    for run, shard, size in ((OTHER, 3, SIZE), (RUN, 4, SIZE), (RUN, 5, SIZE + 1)):
        clock.sleep(1)
        asked.create(run, shard, size=size)
    assert asked.verdicts(mark) == [None, None, None, False]
    clock.sleep(END)
    assert asked.verdicts(mark) == [True, False, False, False]


@pytest.mark.parametrize(
    ("echo", "running"), [("echo", [True, False, False, False]), ("none", [None, None, None, False])]
)
def test_meshapi_by_the_token_or_after_the_end_by_the_results(
    account: Any, clock: Any, sandbox: Any, echo: str, running: list[bool | None]
) -> None:
    sandbox.set_modes({"meshapi": {"metadata": echo}})
    asked = account("meshapi")
    mark = asked.create(RUN, 3)
    for run, shard, size in ((OTHER, 3, SIZE), (RUN, 4, SIZE), (RUN, 5, SIZE + 1)):
        clock.sleep(1)
        asked.create(run, shard, size=size)
    assert asked.verdicts(mark) == running
    clock.sleep(END)
    assert asked.verdicts(mark) == [True, False, False, False]
    carried = [asked.vendor.carries(asked.play(asked.vendor.get(each.id))[1], mark.token) for each in asked.listed()]
    assert sorted(carried) == [False, False, False, echo == "echo"]


def test_letta_by_the_input_as_long_as_the_job_is_listed(account: Any, clock: Any) -> None:
    asked = account("letta")
    mark = asked.create(RUN, 3)
    clock.sleep(1)
    asked.create(OTHER, 3)  # the same agents, in another run
    clock.sleep(1)
    asked.create(OTHER, 4, first=1)
    clock.sleep(1)
    asked.create(RUN, 4, own=True)  # only the agents are seen, and they are ours
    assert asked.verdicts(mark) == [True, False, False, None]
    clock.sleep(24 * 3600)
    assert asked.verdicts(mark) == []
