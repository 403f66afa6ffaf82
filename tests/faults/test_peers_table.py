"""The table of facts/peers.md §2, with which every comparable tool was measured, filled in for each of our vendors.

Shown by `pytest -n 0 -s tests/faults/test_peers_table.py`. A cell is what became of six requests: answered + reported
as not answered; what is answered wrongly, or missing from the output, or paid for in more than one batch, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from polybatch.errors import NotReady, PolybatchError, RunHeld
from polybatch.vendors import names
from tests.sandbox.run_lab import Lab, open_run_lab, row

COUNT = 6
SEPARATORS = "one\u2028two\u2029three\x85four"
"""Line ends to a text splitter, and mere characters to JSON."""
HOUR = 3600.0


class Case(NamedTuple):
    """One column."""

    title: str
    good: str
    script: Mapping[str, tuple[str, ...]]
    text: str = "question"
    poll: float = 25.0


CASES = {
    "shuffled": Case("all succeed, shuffled", "6", {}),
    "one-fails": Case("one fails", "5 + 1", {"create": ("fail:1",)}),
    "separators": Case("U+2028 inside an answer", "6", {}, text=SEPARATORS),
    "expired": Case("expired, half done", "3 + 3", {"create": ("expire:3",)}),
    # Letta never ends a job of which every agent failed (facts/seed-vendors.md §3.3): looked at rarely, then cancelled.
    "all-fail": Case("all fail", "0 + 6", {"create": ("fail:6",)}, poll=2 * HOUR),
    "no-status": Case("four 503 while polling", "6", {"get": ("status:503",) * 4}),
    "lost": Case("reply of the create lost", "one batch", {"create": ("drop_after",)}),
}
MAY_HOLD = {("letta", "lost"), ("onerouter", "lost")}
"""Where the vendor cannot be asked, holding the run is as good as finding the batch."""


def wanted(vendor: str, name: str) -> set[str]:
    good = CASES[name].good
    return {good, f"{good}, held"} if (vendor, name) in MAY_HOLD else {good}


def cell(lab: Lab, vendor: str, name: str) -> str:
    """What became of six requests."""
    _, _, script, text, poll = CASES[name]
    asked = {f"row-{n}": f"{text} {n}" for n in range(COUNT)}
    lab.write(row(n, custom_id, text, vendor) for n, (custom_id, text) in enumerate(asked.items()))
    for operation, words in script.items():
        lab.script(operation, *words, vendor=vendor)
    stopped = drive(lab, vendor, poll)
    lines = lab.lines(vendor) if lab.out(vendor).exists() else []
    if name == "shuffled":
        assert [line["custom_id"] for line in lines] != [*asked], "the vendor did not shuffle"
    assert not lab.sandbox.faults.document(), "the trouble never came"
    assert max(lab.accepted(vendor).values()) == 1
    found = [tally(lines, asked, vendor)] if name != "lost" else []
    batches = len(lab.ledger(vendor))
    if name == "lost" or batches != 1:
        found.append("one batch" if batches == 1 else f"{batches} batches")
    return ", ".join(found + stopped)


def drive(lab: Lab, vendor: str, poll: float) -> list[str]:
    """Drive a run to its end, and say what else stopped it; what the vendor never ends its user cancels."""
    with lab.run(vendor, poll=poll, settle=600) as run:
        try:
            run.wait()
        except RunHeld:
            return ["held"]
        except NotReady:
            assert vendor == "letta"
            run.cancel()
        except PolybatchError as trouble:
            return [f"! {trouble}"]
        return []


def tally(lines: list[dict[str, str]], asked: Mapping[str, str], vendor: str) -> str:
    """Answered + reported with what the vendor says, and whatever must not be."""
    # Letta keeps no trace of an agent that failed (facts/seed-vendors.md §3.3); elsewhere a vendor's word was lost.
    silent = set() if vendor == "letta" else {line["custom_id"] for line in lines if line["outcome"] == "missing"}
    answered = [line for line in lines if line["outcome"] == "succeeded"]
    reported = {line["custom_id"] for line in lines if line["outcome"] != "succeeded"} - silent
    found = str(len(answered)) + (f" + {len(reported)}" if reported else "")
    more = {
        "WRONG": sum(asked.get(line["custom_id"]) != line["text"] for line in answered),
        "twice": len(lines) - len({line["custom_id"] for line in lines}),
        "missing": len(silent | asked.keys() - {line["custom_id"] for line in lines}),
    }
    return ", ".join([found] + [f"{count} {what}" for what, count in more.items() if count])


Cells = Callable[[str, str], str]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> Cells:
    """Each cell, worked out once."""

    @cache
    def found(vendor: str, name: str) -> str:
        folder: Path = tmp_path_factory.mktemp(f"{vendor}-{name}")
        with open_run_lab(folder, asynchronous=False) as lab:
            return cell(lab, vendor, name)

    return found


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("vendor", names())
def test_a_cell_reads_as_none_of_the_peers_does(vendor: str, name: str, cells: Cells) -> None:
    assert cells(vendor, name) in wanted(vendor, name)


def test_the_table(cells: Cells) -> None:
    table = [["", *(one.title for one in CASES.values())]]
    table += [[vendor, *(cells(vendor, name) for name in CASES)] for vendor in names()]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    print()
    for line in table:
        print(" | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())
    assert [line[1:-1] for line in table[1:]] == [["6", "5 + 1", "6", "3 + 3", "0 + 6", "6"]] * len(names())
    lost = {line[0]: line[-1] for line in table[1:]}
    assert lost["anthropic"] == lost["meshapi"] == "one batch"
