"""What the stories of `test_stateful` have found, each told as briefly as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, open_run_lab, rows


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        yield lab


def test_a_batch_that_one_shard_has_provisionally_is_not_taken_by_another(lab: Lab) -> None:
    """Where sizes run out two shards have the same; the second create is lost while the first's batch is unproved."""
    lab.write(rows(8))
    lab.script("create", "drop_after", "ok", "drop_before")
    assert lab.finish(max_items_per_batch=3, settle=300).all_succeeded
    assert [entry["items"] for entry in lab.ledger()] == [3, 2, 3]
    assert set(lab.accepted().values()) == {1}


@pytest.mark.parametrize(
    ("vendor", "mark"), [("anthropic", "missing_lines:3"), ("meshapi", "missing_lines:3"), ("meshapi", "batch_failed")]
)
def test_a_batch_of_which_nobody_will_ever_tell_whose_it_is_is_not_watched_for_ever(
    vendor: str, mark: str, lab: Lab
) -> None:
    lab.sandbox.set_modes({"meshapi": {"metadata": "none"}})
    lab.write(rows(3, vendor))
    lab.script("create", f"drop_after+{mark}", vendor=vendor)
    begun = lab.time.now
    assert lab.finish(vendor, settle=300, on_unknown="resubmit").all_succeeded
    assert lab.time.now - begun < 4 * 3600


@pytest.mark.parametrize("decision", ["hold", "resubmit", "abandon"])
@pytest.mark.parametrize("word", ["html", "empty"])
def test_one_list_that_cannot_be_read_decides_nothing(decision: str, word: str, lab: Lab) -> None:
    """A gateway's page says nothing of the create that was lost; the next list shows its batch."""
    lab.write(rows(3))
    lab.script("create", "drop_after")
    lab.script("list", "ok", word)  # the first list is read before the create, for its date
    assert lab.finish(settle=300, on_unknown=decision).all_succeeded
    assert len(lab.creates) == 1


def test_one_list_that_cannot_be_read_does_not_end_the_watch_for_a_late_batch(lab: Lab) -> None:
    pages: list[Call] = []

    def page(call: Call, reply: Response) -> Response:
        if len(lab.creates) == 2 and not pages and call.method == "GET" and call.path.endswith("batches"):
            pages.append(call)
            return replace(reply, body=b"<html>")
        return reply

    lab.write(rows(3))
    lab.script("create", "late_accept:500")
    lab.transport.rewrite = page
    status = lab.finish(settle=300)
    assert pages
    assert status.all_succeeded
    assert len(status.duplicates) == 1
