"""Runs whose results come in documents that are not held in memory: nothing of a run's promises changes."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

import pytest

from polybatch import grouping
from polybatch.dialects import inline
from polybatch.grouping import Grouping
from polybatch.run import drift
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, rows
from tests.sandbox.test_drift import lists


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is a MiB otherwise has a few hundred bytes."""
    monkeypatch.setattr(inline, "WHOLE", 900)
    monkeypatch.setattr(drift, "WHOLE", 900)
    monkeypatch.setattr(grouping, "Grouping", partial(Grouping, most=2_000))


@pytest.mark.parametrize("vendor", ["meshapi", "letta"])
def test_every_request_is_answered_once(lab: Lab, vendor: str) -> None:
    lab.write(rows(40, vendor))
    status = lab.finish(vendor, max_items_per_batch=15)
    assert status.all_succeeded
    assert status.drift == ()
    assert [batch["billed"] for batch in lab.ledger(vendor)] == [15, 15, 10]


@pytest.mark.parametrize(
    ("vendor", "operation", "place"), [("meshapi", "get", "$.speed"), ("letta", "results", "$.messages[].speed")]
)
def test_what_the_document_does_not_name_is_noted_and_a_reply_that_breaks_off_is_asked_for_again(
    lab: Lab, vendor: str, operation: str, place: str
) -> None:
    def rewrite(call: Call, reply: Response) -> Response:
        if call.method != "GET" or reply.status != 200 or lists(call):
            return reply
        document = json.loads(reply.read())
        for each in document.get("results") or document.get("messages") or ():
            each["speed"] = "swift"
        return replace(reply, body=json.dumps(document).encode())

    lab.transport.rewrite = rewrite
    lab.script(operation, "cut:1200", "ok", "cut:1200", "cut:300", vendor=vendor)
    lab.write(rows(20, vendor))
    status = lab.finish(vendor)
    assert status.all_succeeded
    assert [f"{each.place} {each.operation}" for each in status.drift] == [f"{place} batch_results"]
