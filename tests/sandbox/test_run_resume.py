"""A run that is stopped goes on where it was, at whatever moment; what cannot be gone on with is refused by name."""

from __future__ import annotations

import errno
import gzip
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from polybatch import InputError, Outcome, RunError, RunHeld, RunLocked
from polybatch.run import sink
from polybatch.run.journal import Journal
from tests.sandbox.run_lab import Lab, Stop, files, open_run_lab, row, rows, stop_if

COUNTS = {"anthropic": 4, "onerouter": 2}
"""Requests of a run that dies, in batches of two."""


def die_at(directory: Path, moment: int, vendor: str, *, asynchronous: bool) -> str | None:
    """Stop a run at a moment, resume it, and judge it; gives what the moment was."""
    directory.mkdir()
    with open_run_lab(directory, asynchronous=asynchronous) as lab:
        lab.write(rows(COUNTS[vendor], vendor))
        moments = lab.stop_at(moment)
        with moments.watched(), lab.run(vendor, max_items_per_batch=2) as run:
            run.wait()
        between = unsettled(lab.run_dir(vendor))
        if between and vendor == "onerouter":
            with pytest.raises(RunHeld, match=f"shard {between[0]} "):
                lab.finish(vendor, max_items_per_batch=2)
            lab.finish(vendor, max_items_per_batch=2, on_unknown="resubmit")
            assert max(lab.accepted(vendor).values()) <= 2
        else:
            lab.finish(vendor, max_items_per_batch=2)
            assert set(lab.accepted(vendor).values()) == {1}, moments.fatal
        assert sorted(line["custom_id"] for line in lab.lines(vendor)) == [
            f"row-{index}" for index in range(COUNTS[vendor])
        ]
        assert lab.outcomes(vendor) == {"succeeded": COUNTS[vendor]}
        run_dir = lab.run_dir(vendor)
        assert not any(name.endswith(".part") for path in run_dir.iterdir() if path.is_dir() for name in files(path))
        assert files(run_dir / "payload") == set()
        return moments.fatal


def unsettled(run_dir: Path) -> list[int]:
    """Shards whose create was about to be sent, or was sent, when the process died, and whose reply was not kept."""
    path = run_dir / "journal.sqlite"
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'shard'").fetchone():
            return []
        last = "SELECT kind FROM event WHERE event.shard = number ORDER BY seq DESC LIMIT 1"
        found = db.execute(f"SELECT number, ({last}) FROM shard WHERE state = 'submitting'").fetchall()  # noqa: S608
    return [number for number, kind in found if kind != "replied"]


class TestStoppingAtEveryMoment:
    @pytest.mark.parametrize("vendor", [pytest.param("anthropic", marks=pytest.mark.slow), "onerouter"])
    def test_loses_nothing_and_sends_nothing_twice(self, tmp_path: Path, vendor: str) -> None:
        kinds = dying(tmp_path, vendor, asynchronous=False)
        assert len(kinds) > 10 * COUNTS[vendor]
        assert {kind.split()[1] for kind in kinds} == {"a", "POST", "GET"}

    @pytest.mark.slow
    @pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
    def test_with_the_async_client_too(self, tmp_path: Path, vendor: str) -> None:
        assert len(dying(tmp_path, vendor, asynchronous=True)) > 10 * COUNTS[vendor]


def dying(directory: Path, vendor: str, *, asynchronous: bool) -> list[str]:
    kinds: list[str] = []
    while (kind := die_at(directory / str(len(kinds)), len(kinds), vendor, asynchronous=asynchronous)) is not None:
        kinds.append(kind)
    return kinds


class TestTheOutput:
    def test_is_cut_back_to_what_is_safe(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run, pytest.raises(Stop):
            run.wait(lambda status: stop_if(status.shards.get("done") == 2))
        with lab.out().open("ab") as file:
            file.write(b'{"custom_id":"row-5","outcome":"succ')
        assert lab.finish().all_succeeded
        assert sorted(line["custom_id"] for line in lab.lines()) == [f"row-{index}" for index in range(6)]

    def test_of_somebody_else_is_not_touched(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.out().write_bytes(b"mine\n")
        with pytest.raises(InputError, match="was not written by this run"):
            lab.run()
        assert lab.out().read_bytes() == b"mine\n"
        assert files(lab.directory) == {"in.jsonl", lab.out().name}

    @pytest.mark.parametrize("stopped", ["planned", "submitted"])
    def test_of_somebody_else_that_came_later_is_not_touched(self, sync_lab: Lab, stopped: str) -> None:
        lab = sync_lab
        lab.write(rows(2))
        with lab.run() as run:
            if stopped == "submitted":
                with pytest.raises(Stop):
                    run.wait(lambda status: stop_if(status.shards.get("submitted")))
        lab.out().write_bytes(b"mine\n")
        with pytest.raises(InputError, match="was not written by this run"):
            lab.run()
        assert lab.out().read_bytes() == b"mine\n"
        lab.out().unlink()
        assert lab.finish().all_succeeded

    def test_of_somebody_else_that_comes_while_the_run_goes_on_is_not_touched(self, lab: Lab) -> None:
        lab.write(rows(2))
        with lab.run() as run:
            lab.out().write_bytes(b"mine\n")
            with pytest.raises(InputError, match="was not written by this run"):
                run.wait()
            assert lab.out().read_bytes() == b"mine\n"
            lab.out().unlink()
            assert run.wait().all_succeeded

    @pytest.mark.parametrize("loss", ["gone", "shorter"])
    def test_that_lost_lines_is_refused(self, sync_lab: Lab, loss: str) -> None:
        lab = sync_lab
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run, pytest.raises(Stop):
            run.wait(lambda status: stop_if(status.shards.get("done") == 1))
        if loss == "gone":
            lab.out().unlink()
        else:
            lab.out().write_bytes(lab.out().read_bytes()[:-5])
        with pytest.raises(InputError, match=f"{loss}.*polybatch results"):
            lab.run()

    @pytest.mark.parametrize("failing", ["the journal", "the output", "a file"])
    def test_is_whole_after_the_disk_was_full(self, lab: Lab, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
        lab.write(rows(6))
        places: dict[str, tuple[Any, str, Callable[..., bool], Exception]] = {
            "the journal": (
                Journal, "_event", lambda _journal, _shard, kind, _data: kind == "done",
                sqlite3.OperationalError("database or disk is full"),
            ),
            "the output": (sink.Output, "commit", lambda _: True, OSError(errno.ENOSPC, "no space left")),
            "a file": (
                sink.SafeFile, "write", lambda file, _: "results" in str(file._part),
                OSError(errno.ENOSPC, "no space left"),
            ),
        }  # fmt: skip
        kind, name, due, trouble = places[failing]
        plain = getattr(kind, name)
        once = iter([True])

        def full(*given: Any, **more: Any) -> Any:
            if due(*given) and next(once, False):
                raise trouble
            return plain(*given, **more)

        monkeypatch.setattr(kind, name, full)
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises((OSError, RunError), match=r"no space left|cannot be written: .* disk is full"):
                run.wait()
            with pytest.raises(Stop):  # and the same process goes on for a while
                run.wait(lambda status: stop_if(status.shards.get("done") == 2))
        assert lab.finish().all_succeeded
        assert sorted(line["custom_id"] for line in lab.lines()) == [f"row-{index}" for index in range(6)]
        assert set(lab.accepted().values()) == {1}

    def test_that_was_there_and_empty_is_used(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.out().touch()
        assert lab.finish().all_succeeded
        assert len(lab.lines()) == 2

    @pytest.mark.parametrize("where", ["missing/out.jsonl", "folder"])
    def test_that_cannot_be_written_is_refused_before_anything_is_sent(self, sync_lab: Lab, where: str) -> None:
        lab = sync_lab
        lab.write(rows(2))
        (lab.directory / "folder").mkdir()
        with pytest.raises(InputError, match=re.escape(where)):
            lab.run(out=lab.directory / where)
        assert files(lab.directory) == {"in.jsonl", "folder"}


Change = Callable[[Lab], dict[str, Any]]


def edited(lab: Lab) -> dict[str, Any]:
    data = lab.input.read_bytes()
    lab.input.write_bytes(data.replace(b"question 3", b"question 9"))
    return {}


def reordered(lab: Lab) -> dict[str, Any]:
    first, *others = lab.input.read_bytes().splitlines(keepends=True)
    lab.input.write_bytes(b"".join([*others, first]))
    return {}


def shortened(lab: Lab) -> dict[str, Any]:
    lab.input.write_bytes(b"".join(lab.input.read_bytes().splitlines(keepends=True)[:-1]))
    return {}


def truncated(lab: Lab) -> dict[str, Any]:
    lab.input.write_bytes(lab.input.read_bytes()[:-1])
    return {}


def extended(lab: Lab) -> dict[str, Any]:
    with lab.input.open("ab") as file:
        file.write(b"\n")
    return {}


def removed(lab: Lab) -> dict[str, Any]:
    lab.input.unlink()
    return {}


def another(lab: Lab) -> dict[str, Any]:
    other = lab.directory / "other.jsonl"
    other.write_bytes(lab.input.read_bytes())
    return {"requests": other}


CHANGES: dict[str, tuple[Change, str]] = {
    "vendor": (lambda _: {"vendor": "meshapi", "options": {}}, "--vendor 'anthropic', not with --vendor 'meshapi'"),
    "option": (lambda _: {"options": {"version": "2023-06-01"}}, "not with --option {'version': "),
    "option left out": (lambda _: {"options": {}}, "with --option {'betas': .*}, not without --option"),
    "model": (lambda _: {"model": "claude-other"}, "without --model, not with --model 'claude-other'"),
    "sandbox": (lambda _: {"sandbox": True}, "this run was not a trial in the sandbox"),
    "another input": (another, "reads .*in.jsonl, not .*other.jsonl"),
    "standard input": (lambda _: {"requests": "-"}, "reads .*in.jsonl, not -"),
    "edited": (
        edited,
        r"jsonl is not what it was when the run was planned; shard 1 \(lines 3 to 4\) .*, line 4: it is not",
    ),
    "reordered": (reordered, r"shard 0 \(lines 1 to 2\) is the first that differs: .*in.jsonl, line 1: it is not"),
    "shortened": (shortened, r"shard 1 \(lines 3 to 4\) is the first that differs: .*in.jsonl, line 4: it is not"),
    "truncated": (truncated, "in.jsonl is not what it was"),
    "extended": (extended, "in.jsonl is not what it was"),
    "removed": (removed, "in.jsonl"),
    "max_requests": (lambda _: {"max_requests": 3}, "3 requests that --max-requests allows"),
}


class TestResumingWithSomethingElse:
    @pytest.mark.parametrize(("change", "complaint"), CHANGES.values(), ids=CHANGES)
    def test_is_refused_by_name(self, sync_lab: Lab, change: Change, complaint: str) -> None:
        lab = sync_lab
        lab.write(rows(4))
        begun: dict[str, Any] = {
            "options": {"betas": ["some-beta"]},
            "run_dir": lab.directory / "run",
            "out": lab.out(),
            "max_items_per_batch": 2,
        }
        lab.run(**begun).__exit__()
        sent = len(lab.transport.calls)
        with pytest.raises(InputError, match=complaint):
            lab.run(**{**begun, **change(lab)})
        assert len(lab.transport.calls) == sent

    def test_is_refused_with_another_base_url(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.run().__exit__()
        monkeypatch.setattr(lab, "base_url", lambda _: "http://127.0.0.1:3/anthropic")
        with pytest.raises(
            InputError, match=r"with --base-url 'http://127\.0\.0\.1:1/.*', not with --base-url 'http://127\.0\.0\.1:3/"
        ):
            lab.run()

    def test_that_is_the_same_is_not_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(3))
        same: dict[str, Any] = {"options": {"betas": ("a", "b")}, "max_requests": 3}
        lab.run(**same).__exit__()
        assert lab.finish(**same, max_items_per_batch=1, no_check=True, poll=30).all_succeeded
        assert len(lab.ledger()) == 1, "the plan stands"

    def test_of_a_packed_input_is_refused_too(self, sync_lab: Lab) -> None:
        lab = sync_lab
        packed = lab.directory / "in.jsonl.gz"
        packed.write_bytes(gzip.compress(lab.write(rows(2)).read_bytes()))
        lab.run(requests=packed).__exit__()
        packed.write_bytes(gzip.compress(lab.write(rows(3)).read_bytes()))
        with pytest.raises(InputError, match=r"in\.jsonl\.gz is not what it was"):
            lab.run(requests=packed)

    def test_from_the_copy_in_the_run_directory_is_the_same(self, sync_lab: Lab) -> None:
        lab = sync_lab
        packed = lab.directory / "in.jsonl.gz"
        packed.write_bytes(gzip.compress(lab.write(rows(2)).read_bytes()))
        folder = lab.directory / "in.jsonl.gz.anthropic.polybatch"
        lab.run(requests=packed).__exit__()
        packed.unlink()
        with lab.run(requests=folder / "input.jsonl", run_dir=folder, out=lab.out()) as run:
            assert run.wait().all_succeeded

    def test_while_the_run_goes_on_is_noticed(self, lab: Lab) -> None:
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 2))
            lab.write([row(index, f"other-{index}") for index in range(4)])
            with pytest.raises(RunError, match=r"in\.jsonl, line 1: it is not what it was when the run was planned"):
                run.wait()
        assert lab.out().exists() is False or lab.out().read_bytes() == b""

    @pytest.mark.parametrize("stopped", ["planned", "submitted"])
    def test_or_without_the_input_is_said(self, sync_lab: Lab, stopped: str) -> None:
        lab = sync_lab
        lab.write(rows(2))
        with lab.run() as run:
            if stopped == "submitted":
                with pytest.raises(Stop):
                    run.wait(lambda status: stop_if(status.shards.get("submitted")))
            data = lab.input.read_bytes()
            lab.input.unlink()
            with pytest.raises(RunError, match=r"in\.jsonl cannot be read"):
                run.wait()
            assert files(lab.run_dir() / "payload") == ({"000000.sent"} if stopped == "submitted" else set())
        lab.input.write_bytes(data)
        assert lab.finish().all_succeeded
        assert len(lab.creates) == 1


OWNER = """
import sqlite3
import sys
from pathlib import Path
from polybatch.run.journal import Journal
journal = Journal(Path(sys.argv[1]))
print("mine", flush=True)
sys.stdin.read()
"""


class TestTwoOwners:
    def test_the_second_is_told_who_the_first_is(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.run().__exit__()
        given = [sys.executable, "-c", OWNER, str(lab.run_dir())]
        with subprocess.Popen(given, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
            assert owner.stdout is not None
            assert owner.stdout.readline() == b"mine\n"
            with pytest.raises(RunLocked, match=rf"process {owner.pid} on {re.escape(os.uname().nodename)}"):
                lab.run()
            owner.kill()
        assert lab.transport.calls == []
        assert lab.finish().all_succeeded

    def test_within_one_process_too(self, lab: Lab) -> None:
        lab.write(rows(2))
        with lab.run() as first:
            with pytest.raises(RunLocked, match=f"process {os.getpid()} on "):
                lab.run()
            assert first.wait().all_succeeded
        with lab.run() as second:
            assert {result.outcome for result in second.results()} == {Outcome.SUCCEEDED}


class TestAPlanThatWasNotFinished:
    def test_is_made_anew(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        """Killed while planning: its half-made files are there, and no plan."""
        lab = sync_lab
        lab.write(rows(4))
        with monkeypatch.context() as patch:
            patch.setattr("polybatch.run.journal.Journal.plan", lambda *_: stop_if(condition=True))
            with pytest.raises(Stop):
                lab.run()
        assert "journal.sqlite" in files(lab.run_dir())
        assert lab.finish().all_succeeded
        assert json.loads(lab.out().read_bytes().splitlines()[0])["outcome"] == "succeeded"
