"""For the same request our bytes equal the official SDK's, but for the differences that `differences.json` lists."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from polybatch import BatchClient
from tests.oracle.between import Between, Sent
from tests.oracle.comparing import Row, differences, unexplained
from tests.oracle.conversations import PAIRS, Pair
from tests.oracle.judging import Caller
from tests.oracle.sdks import Driver

if TYPE_CHECKING:
    from polybatch_sandbox import Server

pytestmark = pytest.mark.slow

TABLE = [Row.read(row) for row in json.loads((Path(__file__).parent / "differences.json").read_text("utf-8"))]
KEY = "key-of-the-oracle"


def _recorded(pair: Pair, drivers: Callable[[str], Driver], server: Server, box: Between) -> list[tuple[Sent, Sent]]:
    """Both conversations, request by request."""
    case, url = pair.case, server.base_url(pair.vendor)
    them = Caller(drivers(pair.sdk), {"base_url": url, "api_key": KEY, "resource": pair.resource, **case.settings})
    box.renew(lenient_ids=case.before is None)
    if case.before is not None:
        case.before(them)
    box.sent = []
    case.theirs(them)
    theirs, box.sent = box.sent, []
    with BatchClient(pair.vendor, api_key=KEY, base_url=url, options=case.options) as us:
        case.ours(us)
    assert len(box.sent) == len(theirs) == len(pair.names)
    return list(zip(box.sent, theirs, strict=True))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.sdk} {pair.resource} {pair.case.name}")
def test_our_request_is_the_sdks(pair: Pair, drivers: Callable[[str], Driver], server: Server, box: Between) -> None:
    complaints = []
    for name, (ours, theirs) in zip(pair.names, _recorded(pair, drivers, server, box), strict=True):
        complaints += unexplained(name, differences(ours, theirs), TABLE)
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize(("sdk", "resource"), sorted({(pair.sdk, pair.resource) for pair in PAIRS}))
def test_no_operation_of_the_sdk_is_left_out(sdk: str, resource: str, drivers: Callable[[str], Driver]) -> None:
    settings = {"base_url": "http://127.0.0.1:9", "api_key": KEY, "resource": resource}
    offered = drivers(sdk).call("operations", settings, {})
    compared = {name for pair in PAIRS if (pair.sdk, pair.resource) == (sdk, resource) for name in pair.case.operations}
    assert compared == set(offered)


def test_every_row_of_the_table_is_about_something_and_says_why() -> None:
    names = [name for pair in PAIRS for name in pair.names]
    for row in TABLE:
        idle = [pattern for pattern in row.where if not any(fnmatchcase(name, pattern) for name in names)]
        assert not idle, f"{row.part}: no exchange is called {idle}"
        assert row.reason.endswith(".")


def test_a_request_that_is_not_the_same_is_found(
    drivers: Callable[[str], Driver], server: Server, box: Between
) -> None:
    pair = next(pair for pair in PAIRS if pair.case.name == "create")
    ((ours, theirs),) = _recorded(pair, drivers, server, box)
    (name,) = pair.names
    assert not unexplained(name, differences(ours, theirs), TABLE)
    changed = {
        "method": replace(ours, method="PUT"),
        "path": replace(ours, path=ours.path + "/"),
        "query beta": replace(ours, query=[*ours.query, ("beta", "1")]),
        "header x-new": replace(ours, headers=[*ours.headers, ("X-New", "1")]),
        "header anthropic-version": replace(ours, headers=[*ours.headers, ("Anthropic-Version", "2023-06-01")]),
        "body /requests/0/params/max_tokens": replace(ours, body=ours.body.replace(b":64", b":64.0")),
    }
    for part, other in changed.items():
        (complaint,) = unexplained(name, differences(other, theirs), TABLE)
        assert complaint.startswith(f"{name}: {part}: ")
    for gone in [row for row in TABLE if row.concerns(name)]:
        assert unexplained(name, differences(ours, theirs), [row for row in TABLE if row is not gone])
    known = [(header, value) for header, value in ours.headers if header.lower() != "user-agent"]
    agent = [(header, value) for header, value in theirs.headers if header.lower() == "user-agent"]
    (vanished,) = unexplained(name, differences(replace(ours, headers=known + agent), theirs), TABLE)
    assert vanished.endswith("but it does not occur")
