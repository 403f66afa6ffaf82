"""The run's memory: all or nothing, one owner, every word comes back as it was."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch.errors import InputError, RunLocked
from polybatch.model import BatchStatus
from polybatch.run.journal import Journal, Lock, SeenIds, read
from polybatch.run.machine import Shard, State


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(Journal(tmp_path)) as journal:
        yield journal


def test_a_plan_comes_back(journal: Journal, tmp_path: Path) -> None:
    shards = [Shard(0, 0, 5, 100, "a model"), Shard(1, 0, 7, 200)]
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
    shard = Shard(0, 0, 5, 100)
    journal.plan([shard], {})
    shard.state, shard.status, shard.batch_id, shard.note = state, status, "batch-1", "why ü"
    shard.outcomes = {"succeeded": 4, "missing": 1}
    journal.record(shard, "something", {"committed": 12}, more="data")
    facts, shards = read(tmp_path)
    assert (facts, shards) == ({"committed": 12}, [shard])
    (found,) = shards
    assert (type(found.state), type(found.status)) == (State, BatchStatus)


def test_what_belongs_to_the_moment_is_not_kept(journal: Journal) -> None:
    shard = Shard(0, 0, 5, 100)
    journal.plan([shard], {})
    shard.due, shard.pause, shard.tries, shard.parked, shard.cancel_sent = 9.0, 9.0, 9, True, True
    journal.record(shard, "something")
    assert journal.shards() == [Shard(0, 0, 5, 100)]


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
