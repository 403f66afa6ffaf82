"""The run's memory: all or nothing, one owner, every word comes back as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch.errors import InputError, RunError, RunLocked
from polybatch.model import BatchStatus
from polybatch.run.journal import KEPT, Journal, Lock, SeenIds, read
from polybatch.run.machine import Shard, State
from polybatch.run.reconcile import bit, bits

FIXED = {"number", "generation", "items", "size", "group"}
"""Members of a shard that its plan gives it for good."""
MOMENTARY = {
    "succeeded", "staged", "due", "pause", "tries", "sweeps", "resubmitted", "watch_due", "last_fetched",
    "crowded", "posted", "proofs", "cancel_sent", "cancel_due", "parked", "gated",
}  # fmt: skip
"""Members of a shard that belong to one drive."""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path)) as journal:
        yield journal


def test_a_plan_comes_back(journal: Journal, tmp_path: Path) -> None:
    shards = [Shard(0, 0, 5, 100, "a model", token="x-0-0", parents=[]), Shard(1, 0, 7, 200, parents=[])]
    facts = {"run_id": "x", "options": {"betas": ["a"], "deep": {"ü": None}}, "committed": 0, "begun": False}
    journal.plan(shards, facts)
    journal.close()
    with closing(Journal(tmp_path)) as found:
        assert found.facts() == facts
        assert found.shards() == shards


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("status", [BatchStatus.UNKNOWN, BatchStatus.COMPLETED])
def test_a_shard_comes_back_as_it_was_recorded(
    journal: Journal, tmp_path: Path, state: State, status: BatchStatus
) -> None:
    shard = Shard(0, 0, 5, 100, parents=[])
    journal.plan([shard], {})
    shard.state, shard.status, shard.batch_id, shard.note = state, status, "batch-1", "why ü"
    shard.outcomes = {"succeeded": 4, "missing": 1}
    journal.record(shard, "something", {"committed": 12}, more="data")
    facts, shards = read(tmp_path)
    assert (facts, shards) == ({"committed": 12}, [shard])
    (found,) = shards
    assert (type(found.state), type(found.status)) == (State, BatchStatus)


TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
COUNTS = st.dictionaries(st.text(max_size=5), st.integers(0, 2**40), max_size=3)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "state": st.sampled_from(State), "batch_id": st.none() | st.text(), "status": st.sampled_from(BatchStatus),
    "outcomes": COUNTS, "note": st.text(), "token": st.text(), "round": st.integers(0, 9),
    "parents": st.lists(st.integers(0, 2**40), max_size=3), "moved": st.integers(0, 2**40), "repaired": st.booleans(),
    "provisional": st.booleans(), "watched": st.booleans(), "intent_at": TIMES, "until": TIMES, "created_at": TIMES,
    "watch_from": TIMES, "watch_until": TIMES, "usage": COUNTS, "odd": COUNTS,
}  # fmt: skip


def test_it_is_known_of_every_member_of_a_shard_whether_it_is_kept() -> None:
    names = [attribute.name for attribute in attrs.fields(Shard)]
    assert sorted(names) == sorted([*FIXED, *KEPT, *MOMENTARY])
    assert VALUES.keys() == KEPT.keys() - {"since"}


@settings(max_examples=25)
@given(kept=st.fixed_dictionaries(VALUES))
def test_every_member_that_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Any]) -> None:
    with closing(Journal(tmp_path_factory.mktemp("run"))) as own:
        shard = Shard(0, 0, 5, 100, "ü")
        own.plan([shard], {})
        for name, value in kept.items():
            setattr(shard, name, value)
        own.record(shard, "something")
        assert own.shards() == [shard]


def test_what_belongs_to_the_moment_is_not_kept(journal: Journal) -> None:
    shard = Shard(0, 0, 5, 100)
    journal.plan([shard], {})
    for name in MOMENTARY:
        setattr(shard, name, {bool: True, str: "x"}.get(type(getattr(shard, name)), 9))
    journal.record(shard, "something")
    assert journal.shards() == [Shard(0, 0, 5, 100, parents=[], since=shard.since)]


def test_when_a_shard_was_recorded_last_is_kept(journal: Journal) -> None:
    shard = Shard(0, 0, 5, 100)
    journal.plan([shard], {})
    before = datetime.now(UTC).replace(microsecond=0)
    journal.record(shard, "something")
    (found,) = journal.shards()
    assert before <= datetime.fromisoformat(found.since) <= datetime.now(UTC)


def test_no_two_shards_have_the_same_batch(journal: Journal) -> None:
    shards = [Shard(0, 0, 1, 1), Shard(1, 0, 1, 1)]
    journal.plan(shards, {})
    for shard in shards:
        shard.batch_id = "batch-1"
    journal.record(shards[0], "submitted")
    with pytest.raises(sqlite3.IntegrityError):
        journal.record(shards[1], "submitted")
    assert [shard.batch_id for shard in journal.shards()] == ["batch-1", None]


def test_a_plan_is_kept_whole_or_not_at_all(journal: Journal) -> None:
    twice = [Shard(0, 0, 1, 1), Shard(0, 0, 1, 1)]
    with pytest.raises(sqlite3.IntegrityError):
        journal.plan(twice, {"run_id": "x"})
    assert (journal.facts(), journal.shards()) == ({}, [])


def test_events_are_kept_in_their_order(journal: Journal, tmp_path: Path) -> None:
    shard = Shard(3, 1, 5, 100)
    journal.plan([shard], {})
    for number in range(3):
        journal.record(shard, "status", number=number)
    journal.event("cancel_requested", {"cancelling": True}, why=BatchStatus.FAILED)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as db:
        found = db.execute("SELECT shard, generation, kind, data FROM event ORDER BY seq").fetchall()
    assert found[0] == (None, None, "planned", '{"shards": 1}')
    assert [(*row[:3], json.loads(row[3])) for row in found[1:]] == [
        *((3, 1, "status", {"number": number}) for number in range(3)),
        (None, None, "cancel_requested", {"why": "failed"}),
    ]


def test_everything_is_durable_when_a_transaction_ends(journal: Journal) -> None:
    assert journal._db.execute("PRAGMA synchronous").fetchone() == (2,), "2 is FULL"
    assert journal._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_reader_needs_a_journal_with_a_plan(journal: Journal, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no plan yet"):
        read(tmp_path)
    with pytest.raises(InputError, match="is no run directory"):
        read(tmp_path / "elsewhere")


@settings(max_examples=25)
@given(data=st.data(), items=st.integers(1, 40))
def test_what_became_of_each_request_is_a_bit_or_a_row(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, items: int
) -> None:
    fates = data.draw(st.lists(st.sampled_from(["succeeded", "errored", "moved"]), min_size=items, max_size=items))
    succeeded, moved = ([p for p, fate in enumerate(fates) if fate == word] for word in ("succeeded", "moved"))
    rows = [(place, "errored", "e", fate == "moved") for place, fate in enumerate(fates) if fate != "succeeded"]
    directory = tmp_path_factory.mktemp("run")
    with closing(Journal(directory)) as journal:
        shard = Shard(0, 0, items, 1)
        journal.plan([shard], {})
        assert journal.maps(shard) == (b"", b"")
        shard.state, shard.moved, shard.outcomes = State.DONE, len(moved), {"succeeded": len(succeeded)}
        for _ in range(2):  # a second time changes nothing
            journal.finish(shard, {"committed": 7}, bits(succeeded, items), bits(moved, items), rows)
        assert journal.facts() == {"committed": 7}
        assert journal.written() == [0, 0]
        found_succeeded, found_moved = journal.maps(shard)
    assert [place for place in range(items) if bit(found_succeeded, place)] == succeeded
    assert [place for place in range(items) if bit(found_moved, place)] == moved
    with closing(sqlite3.connect(directory / "journal.sqlite")) as db:
        assert db.execute("SELECT place, outcome, code, moved FROM exception WHERE shard = 0").fetchall() == rows


def test_requests_that_are_sent_again_and_their_new_shards_are_kept_together(journal: Journal) -> None:
    parent, other = Shard(0, 0, 5, 100, moved=2, parents=[]), Shard(1, 0, 5, 100, parents=[])
    journal.plan([parent, other], {})
    parent.repaired = True
    journal.extend([Shard(2, 1, 2, 40, token="x-2-1", round=1, parents=[0])], [parent], "repair")
    assert [(one.number, one.generation, one.parents) for one in journal.shards()] == [
        (0, 0, []),
        (1, 0, []),
        (2, 1, [0]),
    ]
    assert [one.repaired for one in journal.shards()] == [True, False, False]
    parent.repaired = False
    with pytest.raises(sqlite3.IntegrityError):
        journal.extend([Shard(3, 1, 2, 40), Shard(3, 1, 2, 40)], [parent], "repair")
    assert [one.repaired for one in journal.shards()] == [True, False, False], "all or nothing"


def test_every_batch_that_was_ever_the_runs_is_known(journal: Journal) -> None:
    shards = [Shard(0, 0, 1, 1), Shard(1, 0, 1, 1)]
    journal.plan(shards, {})
    assert journal.batches() == set()
    for batch_id in ("taken for it", "its own"):
        shards[0].batch_id = batch_id
        journal.record(shards[0], "submitted", batch_id=batch_id)
    journal.record(shards[1], "replied", raw='{"batch_id": "said by the vendor"}', batch_id="not read yet")
    assert journal.batches() == {"taken for it", "its own"}


def test_a_reply_is_there_until_somebody_has_read_it(journal: Journal) -> None:
    shard, other = Shard(0, 0, 1, 1), Shard(1, 0, 1, 1)
    journal.plan([shard, other], {})
    assert journal.reply(shard) is None
    journal.record(shard, "submitting")
    assert journal.reply(shard) is None
    journal.record(shard, "replied", http=200, raw="{\udcff")
    journal.record(other, "submitting")
    assert journal.reply(shard) == {"http": 200, "raw": "{\udcff"}
    assert journal.reply(other) is None
    journal.record(shard, "submitted")
    assert journal.reply(shard) is None


def test_a_disk_that_is_full_is_said_and_changes_nothing(journal: Journal) -> None:
    shard = Shard(0, 0, 5, 100)
    journal.plan([shard], {"run_id": "x"})
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    shard.note = "x" * 100_000
    with pytest.raises(RunError, match=r"journal\.sqlite cannot be written: .*full") as caught:
        journal.record(shard, "something", {"run_id": "y"})
    assert "space on the disk" in caught.value.hint
    journal._db.execute("PRAGMA max_page_count = 1000000")
    assert ([one.note for one in journal.shards()], journal.facts()) == ([""], {"run_id": "x"})
    journal.record(shard, "something")
    assert [one.note for one in journal.shards()] == [shard.note]


class TestTheLock:
    def test_has_one_owner_and_names_it(self, tmp_path: Path) -> None:
        first, second = Lock(tmp_path / "lock"), Lock(tmp_path / "lock")
        first.take()
        with pytest.raises(RunLocked, match=r"process \d+ on "):
            second.take()
        first.release()
        second.take()
        second.release()
        assert (tmp_path / "lock").read_text(encoding="utf-8") == ""

    def test_says_so_where_the_owner_left_no_name(self, tmp_path: Path) -> None:
        first = Lock(tmp_path / "lock")
        first.take()
        (tmp_path / "lock").write_text("", encoding="utf-8")
        with pytest.raises(RunLocked, match="an unknown process"):
            Lock(tmp_path / "lock").take()
        first.release()

    def test_is_let_go_of_where_the_journal_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "journal.sqlite").mkdir()
        with pytest.raises(OSError, match="journal"):
            Journal(tmp_path)
        lock = Lock(tmp_path / "lock")
        lock.take()
        lock.release()

    def test_can_be_released_twice(self, tmp_path: Path) -> None:
        lock = Lock(tmp_path / "lock")
        lock.take()
        lock.release()
        lock.release()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(ids=st.lists(st.text(), max_size=30))
def test_the_second_use_of_an_id_is_found(tmp_path: Path, ids: list[str]) -> None:
    seen = SeenIds(tmp_path / "seen.sqlite")
    first: dict[str, int] = {}
    for line, own in enumerate(ids, 1):
        assert seen.add(own, line) == first.get(own)
        first.setdefault(own, line)
    for own, line in first.items():
        assert seen.find(own) == line
    seen.close()
    assert not (tmp_path / "seen.sqlite").exists()
