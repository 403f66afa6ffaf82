"""A command given again: with something else than before, for an output that is another's, for a run that is over."""

from __future__ import annotations

import json
import shlex
import socket
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from polybatch.errors import InputError
from polybatch.run import registry
from polybatch.run.core import Core
from polybatch.vendors import find_vendor
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, OUT, RUN, Cli, at, ledger, lines, requests_file, script
from tests.sandbox.run_lab import Lab, rows

slow = pytest.mark.slow
ANEW = "to ask anew, name another run directory (--run-dir) and output (--out)"


def hint(run_dir: Path) -> str:
    return f"\nhint: the run is in {run_dir.absolute()}; {ANEW}; to go on with it, give the same as before\n"


@pytest.fixture
def stopped(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Begins a run of which nothing is sent."""

    def begin(*more: str) -> None:
        with monkeypatch.context() as patch:
            patch.setenv("ANTHROPIC_API_KEY", "invalid")
            assert cli("run", requests_file(), *at(served), *FAST, *more).exit_code == 3

    return begin


class TestAnOutputThatIsAnotherRuns:
    @pytest.mark.parametrize("name", ["same.csv", pytest.param("same.jsonl", marks=pytest.mark.slow)])
    def test_is_refused_before_anything_is_sent(self, cli: Cli, served: Server, stopped: Any, name: str) -> None:
        before, first = len(ledger(served)), Path("a").absolute()
        stopped("-o", name, "--run-dir", "a")
        second = ("run", "in.jsonl", *at(served), *FAST, "-o", name, "--run-dir", "b")
        done = cli(*second)
        assert done.exit_code == 2
        assert done.stderr == (
            f"error: {Path(name).absolute()} is the output of another run that is not over: {first}\n"
            f"hint: name another file with --out, or go on with that run: polybatch resume {first}\n"
        )
        assert (len(ledger(served)), Path("b").exists()) == (before, False)
        assert cli("resume", "a", *FAST).exit_code == 0
        assert f"{name} exists and was not written by this run" in cli(*second).stderr
        Path(name).unlink()
        assert cli(*second).exit_code == 0, "the other one is over"

    @pytest.mark.slow
    def test_is_no_matter_where_that_run_is_gone(self, cli: Cli, served: Server, stopped: Any) -> None:
        stopped("-o", "same.csv", "--run-dir", "a")
        Path("a").rename("c")
        assert cli("run", "in.jsonl", *at(served), *FAST, "-o", "same.csv", "--run-dir", "b").exit_code == 0

    def test_was_begun_by_both_before_they_knew_of_each_other(
        self, cli: Cli, served: Server, stopped: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(registry, "writer", lambda *_: None)
            for name in "ab":
                stopped("-o", "same.csv", "--run-dir", name)
        assert cli("resume", "b", *FAST).exit_code == 0
        theirs = Path("same.csv").read_bytes()
        place = Path("a").absolute()
        done = cli("resume", "a", *FAST)
        assert done.exit_code == 2
        assert done.stderr == (
            f"error: {Path('same.csv').absolute()} exists and was not written by this run\n"
            f"hint: move it away, or name another: polybatch resume {place} -o FILE; only a copy: polybatch results"
            f" {place} -o FILE\n"
        )
        assert cli("resume", "a", *FAST, "-o", "own.csv").exit_code == 0
        assert json.loads(cli("status", "a", "--json").stdout)["out"] == str(Path("own.csv").absolute())
        assert cli("resume", "a").exit_code == 0, "it was kept"
        assert cli("verify", "a").exit_code == 0
        assert Path("same.csv").read_bytes() == theirs

    def test_came_while_the_run_went_on(self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        finish = Core._finish

        def finishing(core: Core, shard: Any) -> Any:
            Path("answers.csv").write_text("mine")
            yield from finish(core, shard)

        with monkeypatch.context() as patch:
            patch.setattr(Core, "_finish", finishing)
            done = cli("run", requests_file(), *at(served), *FAST, "-o", "answers.csv")
        assert done.exit_code == 3
        assert "name another: polybatch resume " in done.stderr
        (command,) = [line for line in done.stderr.splitlines() if line.startswith("go on with: polybatch ")]
        words = shlex.split(command.removeprefix("go on with: polybatch "))
        assert words == ["resume", str(RUN.absolute()), "-o", "FILE"]
        assert cli("results", RUN, "-o", "there.csv").exit_code == 3, "a copy"
        done = cli(*words[:-1], "there.csv")
        assert done.exit_code == 0, done.stderr
        assert Path("answers.csv").read_text() == "mine"
        assert cli("verify", RUN).exit_code == 0


class TestAnOutputThatIsNamedAnew:
    def test_is_where_the_results_go(self, cli: Cli, served: Server, stopped: Any) -> None:
        for name in ("new.jsonl", "new.csv", "last.jsonl"):
            stopped("-o", name)
            assert json.loads(cli("status", RUN, "--json").stdout)["out"] == str(Path(name).absolute())
        assert cli("run", "in.jsonl", *at(served), *FAST, "-o", "last.jsonl").exit_code == 0
        assert len(lines("last.jsonl")) == 3
        assert cli("verify", RUN).exit_code == 0
        assert not list(Path().glob("new*"))

    def test_is_refused_where_it_is_somebody_elses(self, cli: Cli, stopped: Any) -> None:
        stopped("-o", "first.jsonl", "--run-dir", "a")
        stopped("-o", "second.csv", "--run-dir", "b")
        Path("third.csv").write_text("mine")
        assert "is the output of another run that is not over: " in cli("resume", "b", "-o", "first.jsonl").stderr
        assert "third.csv exists and was not written by this run" in cli("resume", "b", "-o", "third.csv").stderr
        assert json.loads(cli("status", "b", "--json").stdout)["out"] == str(Path("second.csv").absolute())

    @pytest.mark.slow
    def test_comes_too_late_for_lines_that_were_written(self, cli: Cli, served: Server) -> None:
        script(served, "create", "ok", "status:403")
        again = ("run", requests_file(), *at(served), *FAST, "--max-items-per-batch", "2")
        assert cli(*again).exit_code == 3
        for name in ("new.jsonl", "new.csv"):
            done = cli(*again, "-o", name)
            assert done.exit_code == 2
            assert done.stderr == (
                f"error: this run writes its results to {OUT.absolute()}\n"
                f"hint: a copy elsewhere: polybatch results {RUN.absolute()} -o FILE\n"
            )
        assert cli(*again).exit_code == 0

    def test_comes_too_late_for_a_table_that_was_written(self, cli: Cli, served: Server) -> None:
        assert cli("run", requests_file(), *at(served), *FAST, "-o", "old.csv").exit_code == 0
        done = cli("resume", RUN, "-o", "new.csv")
        assert done.exit_code == 2
        assert f"hint: a copy elsewhere: polybatch results {RUN.absolute()} -o FILE\n" in done.stderr
        assert not Path("new.csv").exists()


class TestSomethingElseThanBefore:
    @pytest.mark.parametrize(
        ("other", "said"),
        [
            (["--prompt", "Sing: {text}"], "with --prompt 'Say: {text}', not with --prompt 'Sing: {text}'"),
            (["--model", "n"], "with --model 'm', not with --model 'n'"),
            pytest.param(["--system", "Be brief"], "without --system, not with --system 'Be brief'", marks=slow),
            (["--schema", "other.json"], "with another --schema"),
            pytest.param(["--lossy"], "without --lossy, not with --lossy", marks=slow),
        ],
        ids=["prompt", "model", "system", "schema", "lossy"],
    )
    def test_is_said_before_anything_about_the_output(
        self, cli: Cli, served: Server, other: list[str], said: str
    ) -> None:
        Path("in.csv").write_text("text\none\n")
        for name, kind in (("schema.json", "object"), ("other.json", "array")):
            Path(name).write_text(json.dumps({"type": kind}))
        whole = ("--prompt", "Say: {text}", "--model", "m", "--schema", "schema.json")
        asked = ("run", "in.csv", *at(served), *FAST, *whole)
        cli(*asked)
        before = ledger(served)
        for more in ([], ["-o", "other.csv"]):
            done = cli(*asked, *other, *more)
            wanted = f"error: this run was started {said}{hint(Path('in.csv.anthropic.polybatch'))}"
            assert (done.exit_code, done.stdout, done.stderr) == (2, "", wanted)
        assert ledger(served) == before

    def test_is_said_in_python_too(self, sync_lab: Lab) -> None:
        sync_lab.write(rows(1))
        sync_lab.finish()
        with pytest.raises(InputError, match="started without --model, not with --model 'x'") as refused:
            sync_lab.finish(model="x")
        assert ANEW in refused.value.hint

    def test_is_the_vendor_after_a_trial_in_the_sandbox(self, cli: Cli, served: Server) -> None:
        assert cli("run", requests_file(), "--vendor", "anthropic", "--sandbox").exit_code == 0
        done = cli("run", "in.jsonl", *at(served))
        assert done.exit_code == 2
        assert done.stderr == f"error: this run was a trial in the sandbox (--sandbox){hint(RUN)}"
        assert "\nvendor    anthropic (sandbox)\n" in cli("status", RUN).stdout

    def test_is_the_sandbox_after_the_vendor(self, cli: Cli, stopped: Any) -> None:
        stopped()
        done = cli("run", "in.jsonl", "--vendor", "anthropic", "--sandbox")
        assert done.exit_code == 2
        assert done.stderr == f"error: this run was not a trial in the sandbox (--sandbox){hint(RUN)}"
        assert "\nvendor    anthropic (local)\n" in cli("status", RUN).stdout


class TestARunThatIsOver:
    def test_needs_no_key_that_is_right(self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        script(served, "create", "fail:1")
        first = cli("run", requests_file(), *at(served), *FAST)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
        again = cli("run", "in.jsonl", *at(served), *FAST)
        assert (again.exit_code, again.stdout) == (first.exit_code, first.stdout) == (1, first.stdout)
        assert "401" not in again.stderr

    @pytest.mark.parametrize("to", [False, True], ids=["one", "to"])
    def test_needs_neither_key_nor_vendor(
        self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch, *, to: bool
    ) -> None:
        whose, folder = (["--to", "anthropic:m"], "in.jsonl.anthropic-m.polybatch") if to else (at(served)[:2], RUN)
        text = '{"custom_id": "a", "model": "m", "messages": [{"role": "user", "content": "hi"}]}\n'
        Path("in.jsonl").write_text(text)
        first = cli("run", "in.jsonl", *whose, *at(served)[2:], *FAST)
        assert first.exit_code == 0, first.stderr
        own = json.dumps(find_vendor("anthropic").document.server)
        with closing(sqlite3.connect(Path(folder) / "journal.sqlite")) as db, db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'base_url'", (own,))
        monkeypatch.delenv("ANTHROPIC_API_KEY")

        def nowhere(*_: object, **__: object) -> Any:
            raise AssertionError("somebody was asked")

        monkeypatch.setattr(socket, "getaddrinfo", nowhere)
        again = cli("run", "in.jsonl", *whose)
        assert (again.exit_code, again.stdout) == (0, first.stdout), again.stderr
        if not to:
            assert cli("resume", RUN).exit_code == 0

    def test_is_not_one_that_is_open(self, cli: Cli, stopped: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        stopped()
        own = json.dumps(find_vendor("anthropic").document.server)
        with closing(sqlite3.connect(RUN / "journal.sqlite")) as db, db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'base_url'", (own,))
        monkeypatch.delenv("ANTHROPIC_API_KEY")
        done = cli("run", "in.jsonl", "--vendor", "anthropic")
        assert done.exit_code == 2
        assert "error: no API key for Anthropic\n" in done.stderr


def test_a_refused_key_is_a_warning_too_where_batches_are_still_to_come_home(cli: Cli, served: Server) -> None:
    script(served, "create", "ok", "status:401")
    done = cli("run", requests_file(), *at(served), *FAST, "--max-items-per-batch", "2")
    assert done.exit_code == 3
    assert "; no more batches are sent\n" in done.stderr
    assert "2 succeeded, 1 open" in done.stdout


def test_how_to_go_on_is_said_once(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    done = cli("run", requests_file(), *at(served), *FAST)
    assert done.stderr.endswith(f"go on with: polybatch resume {RUN.absolute()}\n")
    assert "polybatch resume" not in done.stdout
