"""What the stories of `test_stateful` have found, each told as briefly as it can be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.run_lab import Lab, open_run_lab, rows


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
