"""What the tests of faults share: a lab without a disk's slowness, a vendor whose replies can be changed, a verdict.

A run is driven in this process with a virtual clock, by the sync and by the async client, at whichever vendors a fault
can hit. Processes that are killed and disks that fail have tests of their own (process_lab.py).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest

from polybatch import BatchClient
from polybatch.run import offline
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, InProcess, Lab, events, row

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
LISTED = ("anthropic", "letta", "meshapi")
"""Those that can be asked which batches there are."""
COUNTED = ("anthropic", "meshapi", "onerouter")
"""Those that say how many requests of a batch they have answered; Letta has no counts."""
DAY = 86_400.0
each_vendor = pytest.mark.parametrize("vendor", VENDORS)
each_listed = pytest.mark.parametrize("vendor", LISTED)
each_counted = pytest.mark.parametrize("vendor", COUNTED)


# -- what the vendor does


def operation(call: Call) -> str:
    """The sandbox's word for what was called."""
    *_, parent, last = call.path.rstrip("/").split("/")
    if call.method == "POST":
        return "create" if last == "batches" else "cancel"
    if last == "batches":
        return "list"
    return "get" if parent == "batches" else "results"


def delivering(vendor: str) -> str:
    """The operation whose reply holds the results."""
    return "get" if vendor == "meshapi" else "results"


def replies(lab: Lab, name: str, change: Callable[[Response], Response]) -> None:
    """From now on the replies to an operation are changed; one that is lost stays so."""
    plain = lab.transport.rewrite

    def rewrite(call: Call, reply: Response) -> Response:
        reply = plain(call, reply)
        return change(reply) if operation(call) == name and not reply.dropped else reply

    lab.transport.rewrite = rewrite


def documents(lab: Lab, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    """From now on the documents in the successful replies to an operation are changed."""

    def rewritten(reply: Response) -> Response:
        return replace(reply, body=json.dumps(change(reply.json())).encode()) if reply.status == 200 else reply

    replies(lab, name, rewritten)


def honest(lab: Lab) -> None:
    """The vendor is itself again."""
    lab.transport.rewrite = lambda _, reply: reply
    lab.transport.before = lab.transport.after = lambda _: None
    lab.sandbox.faults.clear()


def dated(reply: Response, days: float) -> Response:
    """The reply of a host whose clock stands so many days beside the vendor's."""
    headers = [
        (name, format_datetime(parsedate_to_datetime(value) + timedelta(days=days), usegmt=True))
        if name == "Date"
        else (name, value)
        for name, value in reply.headers
    ]
    return replace(reply, headers=tuple(headers))


def result_lines(lab: Lab, vendor: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """From now on the lines of results are changed; of MeshAPI, the entries of its array."""

    def of_lines(reply: Response) -> Response:
        if reply.status != 200:
            return reply
        lines = change(reply.read().splitlines())
        return replace(reply, body=b"\n".join(lines) + b"\n")

    def of_entries(reply: Response) -> Response:
        head, bracket, entries = reply.read().partition(b'"results":[')
        if not bracket:
            return replace(reply, body=head)
        found = [json.dumps(entry).encode() for entry in json.loads(b"[" + entries[:-1])]
        return replace(reply, body=head + bracket + b",".join(change(found)) + b"]}")

    replies(lab, delivering(vendor), of_entries if vendor == "meshapi" else of_lines)


def create_elsewhere(lab: Lab, count: int, vendor: str = "anthropic") -> str:
    """Somebody else of the same account creates a batch of so many requests."""
    own = lab.directory.with_name("other.jsonl")
    first = 500 * (1 + len(lab.ledger(vendor)))
    own.write_text("\n".join(json.dumps(row(n, f"other-{n}", vendor=vendor)) for n in range(first, first + count)))
    wire = InProcess(lab.sandbox)
    with BatchClient(vendor, api_key="theirs", base_url=lab.base_url(vendor), transport=wire) as client:
        return client.create(own).id


# -- what must be seen


def kinds(lab: Lab, vendor: str = "anthropic", shard: int | None = None) -> list[str]:
    """The events of a run, or of one shard of it, by kind."""
    return [each["kind"] for each in events(lab.run_dir(vendor)) if shard is None or each["shard"] == shard]


def hashes(lab: Lab, vendor: str) -> Counter[str]:
    """What the vendor took in batches that were not cancelled: the sandbox's ledger is the witness."""
    return Counter(
        digest for batch in lab.ledger(vendor) if not batch["cancelled"] for digest in batch["requests"]
    )  # fmt: skip


def lines_of(lab: Lab, vendor: str = "anthropic") -> list[dict[str, Any]]:
    """The output, read as somebody does who takes integers of any length."""
    data = lab.out(vendor).read_bytes()
    assert data.endswith(b"\n")
    return [json.loads(line, parse_int=str) for line in data.split(b"\n")[:-1]]


def whole(lab: Lab, vendor: str = "anthropic", *, times: int = 1) -> None:
    """Every request has one line of results and stands in so many live batches; disk alone proves the run."""
    asked = [json.loads(line)["custom_id"] for line in lab.input.read_bytes().splitlines()]
    assert Counter(line["custom_id"] for line in lines_of(lab, vendor)) == Counter(asked)
    assert set(hashes(lab, vendor).values()) == {times}
    assert len(hashes(lab, vendor)) == len(asked)
    proved(lab, vendor)


def proved(lab: Lab, vendor: str = "anthropic") -> None:
    """Input, journal, fetched files and results agree."""
    with offline.opened(lab.run_dir(vendor)) as core:
        assert offline.verify(core).problems == []


def outcome_of(lines: list[dict[str, Any]]) -> Mapping[str, str]:
    """By the caller's id."""
    return {line["custom_id"]: line["outcome"] for line in lines}
