"""Journals of earlier versions: looked at without a change, and gone on with to their end.

tests/cases/journals holds one of every earlier schema, with the other files of its run.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from polybatch import BatchClient, InputError, Request
from polybatch.cli.report import look
from polybatch.run import offline
from polybatch.run.journal import Lock
from polybatch.run.machine import State
from polybatch.run.migrations import STEPS
from tests.sandbox.run_lab import InProcess, Lab, rows

JOURNALS = Path(__file__).parents[1] / "cases" / "journals"
EARLIER = sorted(path.stem for path in JOURNALS.glob("*.sql"))
RUN_ID = "798f6130"
"""What the ids that travelled begin with."""


def test_there_is_one_of_every_earlier_schema() -> None:
    assert [name.partition("_")[0] for name, _ in STEPS[:-1]] == EARLIER


def create(lab: Lab, shard: int) -> str:
    """The batch of a shard, as the earlier version made it."""
    items = [Request(f"{RUN_ID}-{shard:06d}-0-{place:06d}", rows(8)[2 * shard + place]["params"]) for place in range(2)]
    with BatchClient(
        "anthropic", api_key="ours", base_url=lab.base_url("anthropic"), transport=InProcess(lab.sandbox)
    ) as client:
        return client.create(items).id


def restore(lab: Lab, name: str) -> None:
    """Put a run back on disk, and the batch that it knows of back to the vendor."""
    script = (JOURNALS / f"{name}.sql").read_text(encoding="utf-8")
    script = script.replace("@HOME@", str(lab.directory)).replace("@SUBMITTED@", create(lab, 1))
    lab.run_dir().mkdir()
    with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(script)
        others = db.execute("SELECT path, content FROM file").fetchall()
        db.execute("DROP TABLE file")
    for path, content in others:
        place = lab.directory / path
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize("name", EARLIER)
class TestAnEarlierJournal:
    @pytest.mark.parametrize("arrived", [True, False])
    def test_is_gone_on_with_to_the_end_of_its_run(self, lab: Lab, name: str, *, arrived: bool) -> None:
        restore(lab, name)
        if arrived:
            create(lab, 2)  # the reply to this one was lost
        status = lab.finish(settle=600)
        assert status.all_succeeded
        assert (status.total, status.shards) == (8, {"done": 4})
        assert len(lab.creates) == (1 if arrived else 2)
        assert len(lab.accepted()) == 6, "the first shard was done before"
        assert set(lab.accepted().values()) == {1}
        answers = {line["custom_id"]: line["text"] for line in lab.lines()}
        assert answers == {f"row-{index}": f"question {index}" for index in range(8)}
        assert len(lab.lines()) == 8
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            found = [step for (step,) in db.execute("SELECT name FROM migration ORDER BY name")]
            tokens = db.execute("SELECT token FROM shard ORDER BY number").fetchall()
        assert found == [step for step, _ in STEPS]
        assert tokens == [(f"{RUN_ID}5371d56105b8-{shard}-0",) for shard in range(4)]
        with offline.opened(lab.run_dir()) as core:
            assert offline.verify(core).problems == []
            assert b"".join(offline.lines(core)) == lab.out().read_bytes()

    def test_is_looked_at_without_owning_or_changing_it(self, sync_lab: Lab, name: str) -> None:
        lab = sync_lab
        restore(lab, name)
        lock = Lock(lab.run_dir() / "lock")
        lock.take()
        before = {path: path.read_bytes() for path in lab.directory.rglob("*") if path.is_file()}
        report = look(lab.run_dir())
        assert {path: path.read_bytes() for path in lab.directory.rglob("*") if path.is_file()} == before
        lock.release()
        assert report.status.shards == {"done": 1, "submitted": 1, "unknown": 1, "planned": 1}
        assert (report.status.total, report.status.outcomes, report.status.held) == (8, {"succeeded": 2}, ())
        assert [shard.state for shard in report.shards] == [
            State.DONE, State.SUBMITTED, State.UNKNOWN, State.PLANNED,
        ]  # fmt: skip
        assert report.begun.input == str(lab.input)
        assert lab.transport.calls == []

    def test_whose_input_has_changed_is_refused(self, sync_lab: Lab, name: str) -> None:
        lab = sync_lab
        restore(lab, name)
        first, second, *others = lab.input.read_bytes().splitlines(keepends=True)
        lab.input.write_bytes(b"".join([second, first, *others]))
        with pytest.raises(InputError, match=r"in\.jsonl is not what it was when the run was planned"):
            lab.run()
        assert lab.transport.calls == []
