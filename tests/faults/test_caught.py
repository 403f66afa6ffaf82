"""What no other test would catch; see `test_planted`. Judged by the disk and by the vendor's ledger."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from polybatch.errors import RunLocked
from polybatch.run.journal import Journal
from polybatch.vendors import find_vendor, names
from tests.sandbox.run_lab import Lab, Stop, events, open_run_lab, rows


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        yield lab


@pytest.mark.parametrize("vendor", names())
def test_a_reply_to_a_create_is_kept_before_anybody_reads_it(
    vendor: str, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies of reading it; the next one finds it, reads it, and asks the vendor for nothing."""

    def die(*_: object, **__: object) -> None:
        raise Stop

    lab.write(rows(3, vendor))
    kind = find_vendor(vendor)
    read = "_created" if vendor == "onerouter" else "_read"
    with monkeypatch.context() as patched, lab.run(vendor) as run:
        patched.setattr(kind, read, die)
        with pytest.raises(Stop):
            run.wait()
    (entry,) = lab.ledger(vendor)
    last = events(lab.run_dir(vendor))[-1]
    assert last["kind"] == "replied"
    reply = (lab.run_dir(vendor) / "replies" / "000000.raw").read_bytes()
    assert last["sha256"] == hashlib.sha256(reply).hexdigest()
    assert entry["id"] in json.loads(reply).values()
    lab.transport.calls.clear()
    assert lab.finish(vendor).all_succeeded
    assert not [call for call in lab.transport.calls if call.path.endswith("batches")]
    assert set(lab.accepted(vendor).values()) == {1}


@pytest.mark.parametrize("word", ["html", "cut:40"])
def test_a_reply_that_cannot_be_read_is_kept_as_it_came(word: str, lab: Lab) -> None:
    lab.write(rows(3))
    lab.script("create", word)
    assert lab.finish().all_succeeded
    kinds = [event["kind"] for event in events(lab.run_dir())]
    # Of a body that was cut nothing can be kept: the reply did not come.
    assert kinds[1 : kinds.index("unknown")] == ["submitting"] + ["replied"] * (word == "html")


def test_a_second_owner_sends_nothing(lab: Lab) -> None:
    lab.write(rows(4))
    with lab.run(max_items_per_batch=2) as first:
        with suppress(RunLocked), lab.run(max_items_per_batch=2) as second:
            second.wait()
        assert lab.ledger() == []
        assert first.wait().all_succeeded
    assert set(lab.accepted().values()) == {1}


def test_lines_of_the_output_are_safe_before_the_journal_calls_them_done(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever a transaction ends, what the journal says is written has been synced, to the last byte."""
    synced, seen = [0], list[int]()
    sync, transaction = os.fsync, Journal.transaction

    def noting(handle: int) -> None:
        sync(handle)
        found = os.fstat(handle)
        if lab.out().exists() and found.st_ino == lab.out().stat().st_ino:
            synced.append(found.st_size)

    @contextmanager
    def looking(journal: Journal) -> Iterator[None]:
        with transaction(journal):
            yield
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            told = db.execute("SELECT value FROM meta WHERE key = 'committed'").fetchone()
        seen.append(int(told[0]) if told else 0)
        assert seen[-1] <= synced[-1]

    monkeypatch.setattr(os, "fsync", noting)
    monkeypatch.setattr(Journal, "transaction", looking)
    lab.write(rows(7))
    assert lab.finish(max_items_per_batch=3).all_succeeded
    assert sorted({*seen}) == sorted({*synced})
    assert len({*seen}) == len(lab.ledger()) + 1
    assert seen[-1] == lab.out().stat().st_size
