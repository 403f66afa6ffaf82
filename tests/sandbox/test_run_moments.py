"""A run that dies at every moment between planning and done, then the plain command again; the ledger is the witness.

The moments: before and after each transaction of the journal and each exchange with the vendor.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from contextlib import suppress

import pytest

from polybatch.errors import RunHeld
from tests.sandbox.run_lab import Lab, rows

CASES: dict[str, tuple[str, bool, bool]] = {
    "anthropic": ("anthropic", True, True),
    "meshapi": ("meshapi", True, True),
    "meshapi without echo": ("meshapi", False, False),
    "letta": ("letta", True, False),
    "onerouter": ("onerouter", True, False),
}
"""Vendor, whether it gives metadata back, and whether it can be asked what became of any create."""
ITEMS = 5


OF_THE_BATCH = re.compile(r'"(batch_item_id|otid|id|tool_call_id|created_at|run_id|step_id)": ?"[^"]*"')
"""Parts of Letta's messages that differ between any two batches."""


def without_batch(lab: Lab, vendor: str) -> list[str]:
    """The output, but for what differs between any two runs, in the order of the ids."""
    lines = [json.dumps({**line, "batch_id": None}) for line in lab.lines(vendor)]
    return sorted(OF_THE_BATCH.sub("", line) if vendor == "letta" else line for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_each_request_is_in_exactly_one_live_batch_or_the_run_is_held(sync_lab: Lab, case: str) -> None:
    lab = sync_lab
    vendor, echo, can_ask = CASES[case]
    if not echo:
        lab.sandbox.set_modes({"meshapi": {"metadata": "none"}})
    lab.write(rows(ITEMS, vendor))
    undisturbed: list[str] | None = None
    held = moment = 0
    fatal: str | None = ""
    while fatal is not None:
        before = len(lab.ledger(vendor))
        moments = lab.stop_at(moment)
        with moments.watched(), lab.run(vendor, max_items_per_batch=3) as run:
            run.wait()
        fatal = moments.fatal
        with lab.run(vendor, max_items_per_batch=3, settle=300) as run, suppress(RunHeld):
            run.wait()
        with lab.run(vendor, max_items_per_batch=3) as run:
            status = run.status()
        ours = lab.ledger(vendor)[before:]
        paid = Counter(digest for entry in ours if not entry["cancelled"] for digest in entry["requests"])
        assert set(paid.values()) <= {1}, fatal
        assert not status.duplicates, fatal
        if status.held:
            held += 1
            assert not can_ask or vendor == "meshapi", fatal  # the first of a run proves nothing at MeshAPI
            assert not status.finished
        else:
            assert status.all_succeeded, fatal
            assert len(paid) == ITEMS, fatal
            undisturbed = undisturbed or without_batch(lab, vendor)
            assert without_batch(lab, vendor) == undisturbed, fatal
        shutil.rmtree(lab.run_dir(vendor))
        lab.out(vendor).unlink(missing_ok=True)
        moment += 1
    assert moment > 30
    assert held < moment / 4
    assert (held == 0) == (case == "anthropic"), held
