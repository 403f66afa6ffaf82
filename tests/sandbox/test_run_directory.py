"""What a run leaves on disk: for its owner's eyes, without keys and prompts, readable with sqlite, small in memory."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch import InputError, RunError, RunHeld, VendorError
from polybatch.run import migrations, sink
from polybatch.run.journal import Journal, SeenIds, read
from tests.sandbox.run_lab import KEY, Call, Lab, Stop, events, files, row, rows, stop_if

PROMPT = "SECRET-PROMPT"


@pytest.fixture
def nobody_minds() -> Iterator[None]:
    """A shell in which everybody may read what is written."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def modes(directory: Path) -> dict[str, str]:
    found = [directory, *directory.rglob("*")]
    return {str(path.relative_to(directory)): oct(stat.S_IMODE(path.stat().st_mode)) for path in found}


def holding(directory: Path, words: str) -> set[str]:
    """Files in which words stand."""
    found = [path for path in directory.rglob("*") if path.is_file() and words.encode() in path.read_bytes()]
    return {str(path.relative_to(directory)) for path in found}


class TestPermissions:
    @pytest.mark.usefixtures("nobody_minds")
    def test_are_the_owners_alone_at_every_step(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4))
        lab.script("create", "foreign_lines:1")
        seen: dict[str, str] = {}
        lab.transport.before = lambda _: seen.update(modes(lab.run_dir()))
        with lab.run(max_items_per_batch=2) as run:
            seen |= modes(lab.run_dir())
            run.wait(lambda _: seen.update(modes(lab.run_dir())))
        seen |= modes(lab.run_dir())
        folders = {".", "plan", "payload", "replies", "results", "quarantine"}
        assert {name: mode for name, mode in seen.items() if name in folders} == dict.fromkeys(folders, "0o700")
        others = {name: mode for name, mode in seen.items() if name not in folders}
        assert others.keys() >= {
            "lock", "journal.sqlite", "journal.sqlite-wal", "payload/000000.json", "results/000000.jsonl",
            "quarantine/000000.jsonl",
        }  # fmt: skip
        assert set(others.values()) == {"0o600"}

    @pytest.mark.usefixtures("nobody_minds")
    def test_are_set_on_a_directory_that_was_there(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run_dir().mkdir(mode=0o755)
        with lab.run():
            assert modes(lab.run_dir())["."] == "0o700"

    @pytest.mark.usefixtures("nobody_minds")
    def test_of_the_files_of_planning(self, tmp_path: Path) -> None:
        with closing(SeenIds(tmp_path / "seen.sqlite")) as seen:
            assert seen.add("a", 1) is None
            assert modes(tmp_path)["seen.sqlite"] == "0o600"


class TestSecrets:
    def test_no_key_and_no_prompt_stands_in_the_journal(self, lab: Lab) -> None:
        lab.write([row(index, f"CUSTOM-{index}", f"{PROMPT} {index}") for index in range(5)])
        lab.script("create", "ok", "status:429", "unknown_status+duplicate_lines:1+foreign_lines:1+conflict_lines:1")
        lab.script("get", "unknown_status", "html", "empty", "status:500")
        lab.script("results", "html", "cut:1200")
        places: set[str] = set()

        def look(_: object = None) -> None:
            assert holding(lab.run_dir(), KEY) == set()
            places.update(holding(lab.run_dir(), PROMPT), holding(lab.run_dir(), "CUSTOM-"))

        lab.transport.before = look
        with lab.run(max_items_per_batch=3) as run:
            assert run.wait(look).all_succeeded
        look()
        assert {place.partition("/")[0] for place in places} <= {"payload", "results", "quarantine"}
        assert holding(lab.run_dir(), PROMPT) >= {"results/000000.jsonl", "results/000001.jsonl"}
        assert files(lab.run_dir() / "payload") == set()

    def test_not_even_if_the_vendor_quotes_them(self, lab: Lab) -> None:
        """A vendor that repeats a prompt, and the key, in its refusal and in its results."""
        lab.write([row(0, text=PROMPT), row(1, text=PROMPT)])
        quoting = json.dumps(
            {"type": "error", "error": {"type": "invalid_request_error", "message": f"{PROMPT} {KEY}"}}
        )
        status = 400
        lab.transport.rewrite = lambda call, reply: (
            replace(reply, status=status, body=quoting.encode()) if call.creates else reply
        )
        with lab.run() as run, pytest.raises(VendorError, match=PROMPT):
            run.wait()
        status = 500
        with lab.run() as run, pytest.raises(Stop):
            run.wait(lambda found: stop_if(found.shards.get("ended")))
        lab.transport.rewrite = lambda call, reply: (
            replace(reply, body=reply.read() + f"{PROMPT} {KEY}\n".encode()) if call.path.endswith("results") else reply
        )
        assert lab.finish().all_succeeded, "the batch was made all the same, and found"
        assert holding(lab.run_dir(), PROMPT) == {"results/000000.jsonl", "quarantine/000000.jsonl"}
        assert "journal.sqlite" not in holding(lab.run_dir(), KEY)

    @pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
    def test_not_even_if_it_quotes_them_in_an_answer_that_looks_like_success(self, sync_lab: Lab, vendor: str) -> None:
        """The reply to a create is journaled before it is read; what it may say of the request must not be."""
        lab = sync_lab
        lab.write([row(0, text=PROMPT, vendor=vendor)])
        said = json.dumps({"error": {"code": 403, "message": f"flagged: {PROMPT} {KEY}"}})
        lab.transport.rewrite = lambda call, reply: replace(reply, body=said.encode()) if call.creates else reply
        with contextlib.suppress(RunHeld, VendorError):
            lab.finish(vendor, on_unknown="abandon")
        assert len(lab.creates) == 1
        for words in (PROMPT, KEY):
            assert not {place for place in holding(lab.run_dir(vendor), words) if place.startswith("journal")}

    def test_a_payload_is_gone_whatever_became_of_its_create(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(6))
        lab.script("create", "status:400")
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(VendorError):
                run.wait()
            run.cancel()
        assert files(lab.run_dir() / "payload") == set()


class TestTheJournal:
    def test_tells_the_story_to_anybody_with_sqlite(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4))
        lab.script("create", "ok", "status:429")
        lab.finish(max_items_per_batch=2)
        kinds = [(event["kind"], event["shard"]) for event in events(lab.run_dir())]
        assert kinds[0] == ("planned", None)
        story = [kind for kind, shard in kinds if shard == 1]
        assert story == [
            "submitting", "replied", "refused", "submitting", "replied", "submitted", "ended", "fetched", "done",
        ]  # fmt: skip
        replies = [event for event in events(lab.run_dir()) if event["kind"] == "replied" and event["shard"] == 1]
        assert [reply["http"] for reply in replies] == [429, 200]
        assert replies[0]["sha256"] == hashlib.sha256(b"").hexdigest(), "what was refused may quote a prompt"
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            shards = db.execute("SELECT number, items, state, batch_id, status, outcomes FROM shard").fetchall()
            maps = db.execute("SELECT hex(succeeded_map), moved_map FROM shard").fetchall()
            exceptions = db.execute("SELECT * FROM exception").fetchall()
            facts = {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM meta")}
        assert {tuple(shard[:3]) for shard in shards} == {(0, 2, "done"), (1, 2, "done")}
        assert {shard[3] for shard in shards} == {entry["id"] for entry in lab.ledger()}
        assert {(shard[4], shard[5]) for shard in shards} == {("completed", '{"succeeded": 2}')}
        assert (maps, exceptions) == ([("03", None), ("03", None)], []), "a bit for each request"
        assert (facts["vendor"], facts["input"]) == ("anthropic", str(lab.input))
        assert facts["committed"] == lab.out().stat().st_size

    def test_records_its_schema_by_name(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run().__exit__()
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            names = [name for (name,) in db.execute("SELECT name FROM migration ORDER BY name")]
            assert names == [name for name, _ in migrations.STEPS] == ["m001_first", "m002_survival"]
            assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_of_a_newer_polybatch_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run().__exit__()
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            db.execute("INSERT INTO migration VALUES ('m999_future', 'now')")
            db.commit()
        with pytest.raises(RunError, match=r"newer polybatch .*m999_future"):
            lab.run()
        with pytest.raises(RunError, match=r"newer polybatch .*m999_future"):
            read(lab.run_dir())
        assert (lab.run_dir() / "journal.sqlite").exists()

    def test_takes_the_next_step_of_its_schema(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run().__exit__()
        later = (
            *migrations.STEPS,
            ("m999_more", "ALTER TABLE shard ADD COLUMN more TEXT; CREATE INDEX x ON shard (more)"),
        )
        monkeypatch.setattr("polybatch.run.journal.STEPS", later)
        assert lab.finish().all_succeeded
        with closing(sqlite3.connect(lab.run_dir() / "journal.sqlite")) as db:
            names = [name for (name,) in db.execute("SELECT name FROM migration ORDER BY name")]
            assert names == [name for name, _ in later]
            assert db.execute("SELECT count(more) FROM shard").fetchone() == (0,)

    def test_that_is_damaged_is_refused_and_kept(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run().__exit__()
        (lab.run_dir() / "journal.sqlite").write_bytes(b"no database at all, but long enough to look like one" * 50)
        with pytest.raises(RunError, match=r"journal\.sqlite cannot be used"):
            lab.run()
        assert (lab.run_dir() / "journal.sqlite").read_bytes().startswith(b"no database")

    def test_is_read_without_owning_it(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        with lab.run():
            facts, shards = read(lab.run_dir())
        assert (facts["vendor"], [shard.items for shard in shards]) == ("anthropic", [2])
        with pytest.raises(InputError, match="is no run directory"):
            read(lab.directory)
        assert "journal.sqlite" not in files(lab.directory)

    def test_is_written_before_the_first_byte_of_a_create_and_right_after_its_reply(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        told: list[str] = []

        def look(call: Call) -> None:
            if call.creates:
                (_, (shard,)) = read(lab.run_dir())
                told.append(shard.state)
                assert (lab.run_dir() / "payload" / "000000.sent").read_bytes() == call.body

        lab.transport.before = look
        with lab.run() as run, pytest.raises(Stop):
            run.wait(lambda status: stop_if(status.shards.get("submitted")))
        assert told == ["submitting"]
        (_, (shard,)) = read(lab.run_dir())
        assert (shard.state, shard.batch_id) == ("submitted", lab.ledger()[0]["id"])

    @pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
    def test_that_took_no_intent_on_a_full_disk_lets_the_same_process_go_on(
        self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch, vendor: str
    ) -> None:
        """Nothing was sent, so nothing has to be looked for, or decided, by the process that goes on."""
        lab = sync_lab
        lab.write(rows(4, vendor))
        plain, once = Journal._event, iter([True])

        def full(journal: Journal, shard: Any, kind: str, data: Any) -> None:
            if kind == "submitting" and next(once, False):
                raise sqlite3.OperationalError("database or disk is full")
            plain(journal, shard, kind, data)

        monkeypatch.setattr(Journal, "_event", full)
        with lab.run(vendor, max_items_per_batch=2) as run:
            with pytest.raises(RunError, match="disk is full"):
                run.wait()
            assert lab.creates == []
            assert run.wait().all_succeeded
        assert not [event for event in events(lab.run_dir(vendor)) if event["kind"] == "unknown"]

    @pytest.mark.parametrize("damage", [b"", b"{}", None], ids=["empty", "another", "gone"])
    def test_does_not_believe_a_reply_that_is_not_the_one_it_knows(self, sync_lab: Lab, damage: bytes | None) -> None:
        lab = sync_lab
        lab.write(rows(1))
        moments = lab.stop_at(10_000)
        with moments.watched(), lab.run(run_dir=lab.directory / "probe", out=lab.directory / "probe.out") as run:
            run.wait()
        posted = next(place for place, kind in enumerate(moments.kinds) if kind.startswith("after POST"))
        # Right after the transaction that records what the reply was.
        with lab.stop_at(posted + 2).watched(), lab.run() as run:
            run.wait()
        place = lab.run_dir() / "replies" / "000000.raw"
        assert modes(place.parent) == {".": "0o700", place.name: "0o600"}
        if damage is None:
            place.unlink()
        else:
            place.write_bytes(damage)
        assert lab.finish().all_succeeded, "its batch was looked for"
        assert len(lab.creates) == 2
        assert [event["kind"] for event in events(lab.run_dir())].count("adopted") == 1

    def test_rolls_back_what_was_not_finished(self, tmp_path: Path) -> None:
        sink.Folder(tmp_path / "run").make()
        with closing(Journal(tmp_path / "run")) as journal:
            with pytest.raises(Stop), journal.transaction():
                remember_and_die(journal)
            assert journal.facts() == {}


class TestThePlan:
    @pytest.mark.parametrize("size", [0, 20, 80, None])
    def test_that_is_damaged_is_said(self, sync_lab: Lab, size: int | None) -> None:
        lab = sync_lab
        lab.write(rows(4))
        lab.run().__exit__()
        place = lab.run_dir() / "plan" / "000000.members"
        whole = place.read_bytes()
        if size is None:
            place.unlink()
        else:
            place.write_bytes(whole[:size])
        with lab.run() as run, pytest.raises((RunError, OSError), match=r"000000\.members"):
            run.wait()
        assert lab.transport.calls == []
        place.write_bytes(whole)
        assert lab.finish().all_succeeded


def remember_and_die(journal: Journal) -> None:
    journal.remember({"a": 1})
    raise Stop


MEMORY = """
import resource, sys
from pathlib import Path
from tests.sandbox.run_lab import open_run_lab, row

count, directory = int(sys.argv[1]), Path(sys.argv[2])
with open_run_lab(directory, asynchronous=False) as lab:
    def lines():
        for index in range(count):
            yield row(index, text=f"question {index} " + "x" * 1000)

    import json
    with lab.input.open("wb") as file:
        for line in lines():
            file.write(json.dumps(line).encode() + b"\\n")
    lab.transport.keep = False
    assert lab.finish(max_items_per_batch=500).all_succeeded
    with lab.out().open("rb") as file:
        assert sum(1 for _ in file) == count
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_requests(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        directory = tmp_path / str(count)
        directory.mkdir()
        given = [sys.executable, "-c", MEMORY, str(count), str(directory)]
        done = subprocess.run(given, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
        return int(done.stdout)

    small, large = peak(5_000), peak(20_000)
    assert large < small * 1.15, f"{small:,} KiB for 5,000 requests, {large:,} KiB for 20,000"
