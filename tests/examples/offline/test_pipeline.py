"""Test a pipeline of your own without a key: `pytest` here.

The fixture `polybatch_sandbox` comes with polybatch: all vendors on this machine, anew for each test, and whatever
trouble you ask for. It sets the variables that pipeline.py reads.
"""

import csv

import pytest
from pipeline import summarise


@pytest.fixture
def notes(tmp_path):
    path = tmp_path / "notes.csv"
    path.write_text("note\nThe lamp is here.\nThe chair is late.\nThe desk is sold.\n", encoding="utf-8")
    return path


def test_every_note_has_its_summary(polybatch_sandbox, notes, tmp_path):
    assert summarise(notes, tmp_path / "out.csv") == {"succeeded": 3}
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["text"] for row in csv.DictReader(file)] == [
            "Summarise: The lamp is here.",
            "Summarise: The chair is late.",
            "Summarise: The desk is sold.",
        ]


def test_a_lost_reply_is_not_paid_twice(polybatch_sandbox, notes, tmp_path):
    polybatch_sandbox.script("anthropic", "create", "drop_after")  # accepted, but the reply does not arrive
    assert summarise(notes, tmp_path / "out.csv") == {"succeeded": 3}
    assert polybatch_sandbox.billed("anthropic") == 3


def test_what_fails_is_sent_again_once(polybatch_sandbox, notes, tmp_path):
    polybatch_sandbox.script("anthropic", "create", "fail:2:overloaded_error", "fail:1:overloaded_error")
    assert summarise(notes, tmp_path / "out.csv") == {"succeeded": 2, "errored": 1}
    assert [batch["items"] for batch in polybatch_sandbox.ledger("anthropic")] == [3, 2]
