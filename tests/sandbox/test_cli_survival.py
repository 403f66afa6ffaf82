"""What people are told when a run survives something: lost creates, late duplicates, repairs, the canary, a full disk.

Runs are brought into a state with a virtual clock (`sync_lab`), or by the command line against real ports (`served`),
where the time of the sandbox is moved by hand.
"""

from __future__ import annotations

import errno
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from polybatch.cli import driving
from polybatch.cli.stopping import Stop
from polybatch.errors import RunHeld
from polybatch.run import RunStatus, sink
from polybatch.run.journal import Journal, read
from polybatch.run.machine import Shard, State
from polybatch.wire import Timer
from polybatch_sandbox import Server, serve
from tests.sandbox.cli_lab import FAST, OUT, RUN, VARIABLES, Cli, at, ledger, lines, requests_file, script, told
from tests.sandbox.run_lab import KEY, Lab, rows

PATHS = ("results ", "run ", "next ", "look ", "decide ", "          polybatch ", "          /")
"""Lines that hold a path or a command, which are not broken."""


def fits(text: str) -> bool:
    """Whether prose keeps to 80 columns."""
    return all(len(line) <= 80 for line in text.splitlines() if not line.startswith(PATHS))


def words(text: str) -> str:
    """A text without its line ends."""
    return " ".join(text.split())


def trouble(served: Server, vendor: str, *faults: str) -> None:
    """Trouble for the next creates of any vendor."""
    told(served, "/faults", {"vendor": vendor, "operation": "create", "script": list(faults)})


def data(cli: Cli, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cli("status", folder, "--json").stdout)
    return found


@pytest.fixture(scope="module")
def served() -> Iterator[Server]:
    """A sandbox for this file alone: its clock is moved, and what others have sent would be looked at in a search."""
    with serve(speed=1000) as server:
        yield server


@pytest.fixture
def own_key(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> None:
    """The command line has the key that the lab has begun its runs with."""
    for variable in VARIABLES:
        monkeypatch.setenv(variable, KEY)


class TestAHeldRun:
    @pytest.fixture
    def held(self, sync_lab: Lab) -> Callable[[str], Path]:
        def held(vendor: str) -> Path:
            sync_lab.write(rows(5, vendor))
            sync_lab.script("create", "ok", "drop_before", vendor=vendor)
            with sync_lab.run(vendor, settle=600, max_items_per_batch=3) as run, pytest.raises(RunHeld):
                run.wait()
            return sync_lab.run_dir(vendor)

        return held

    @pytest.mark.parametrize("vendor", ["letta", "onerouter"])
    def test_tells_an_operator_all_there_is(self, cli: Cli, held: Callable[[str], Path], vendor: str) -> None:
        folder = held(vendor)
        done = cli("status", folder)
        shard = read(folder)[1][1]
        assert done.exit_code == 4
        assert fits(done.stdout)
        assert shard.intent_at is not None
        said = words(done.stdout)
        for part in (
            "held shard 1 (2 requests): the create was sent and its reply was lost",
            f"sent at {shard.intent_at:%Y-%m-%d %H:%M:%S} UTC by the vendor's clock",
            "lines 4 to 5 of the input",
            f"token {shard.token}",
            "sends the 2 requests again; if the batch exists, they are paid twice",
            "sends nothing; the 2 requests get the outcome `missing`",
            f"polybatch resume {folder} --on-unknown resubmit",
            f"polybatch resume {folder} --on-unknown abandon",
        ):
            assert part in said, part
        if vendor == "letta":
            assert "3 readings of the whole list after 600 s show no trace of it, which proves nothing" in said
            assert "they are paid twice, and the agents then have the messages twice in their memory" in said
            assert "look polybatch batch list --vendor letta --base-url http" in said
            assert "looks for the batch once more, and sends nothing" in said
        else:
            assert "OneRouter has no list of batches to look at" in said
            assert "batch list" not in said

    def test_tells_a_program_the_same(self, cli: Cli, held: Callable[[str], Path]) -> None:
        folder = held("onerouter")
        found = data(cli, folder)
        (decision,) = found["decisions"]
        assert (decision["shard"], decision["requests"], decision["lines"]) == (1, 2, "lines 4 to 5")
        assert decision["token"] == found["batches"][1]["token"]
        assert decision["sent_at"].endswith(("Z", "+00:00"))
        assert len(decision["found"]) == 3
        assert [choice["command"].rpartition(" ")[2] for choice in decision["choices"]] == ["resubmit", "abandon"]
        assert found["batches"][1]["waits_for"] == [{"what": "a decision", "until": None}]

    def test_says_when_the_create_was_sent_whatever_held_it(self, cli: Cli, held: Callable[[str], Path]) -> None:
        folder = held("letta")
        journal = Journal(folder)
        shard = journal.shards()[1]
        shard.note = "the create was refused with HTTP 400 and has left its traces"
        journal.record(shard, "traces")
        journal.close()
        assert shard.intent_at is not None
        lines = cli("status", folder).stdout.splitlines()
        assert f"          sent at {shard.intent_at:%Y-%m-%d %H:%M:%S} UTC by the vendor's clock" in lines

    def test_gives_commands_that_work(self, cli: Cli, served: Server) -> None:
        trouble(served, "onerouter", "drop_before")
        done = cli("run", requests_file("onerouter"), *at(served, "onerouter"), *FAST, "--retries", "1")
        assert done.exit_code == 4
        assert fits(done.stdout)
        (command,) = [line for line in done.stdout.splitlines() if line.endswith("--on-unknown resubmit")]
        program, *arguments = shlex.split(command.removeprefix("decide"))
        assert program == "polybatch"
        assert arguments[2:4] == ["--retries", "1"]
        assert cli(*arguments, *FAST).exit_code == 0
        assert cli("status", Path("in.jsonl.onerouter.polybatch")).exit_code == 0

    def test_says_so_on_stderr_too_once(self, cli: Cli, served: Server) -> None:
        trouble(served, "onerouter", "drop_after")
        done = cli("run", requests_file("onerouter"), *at(served, "onerouter"), *FAST, "--json")
        assert done.exit_code == 4
        assert json.loads(done.stdout)["decisions"]
        assert done.stderr.count("error: ") == 1
        assert "go on with: look at the vendor, then polybatch resume " in done.stderr


class TestALostCreate:
    def stopped(self, lab: Lab, reached: Callable[[RunStatus], bool], **settings: Any) -> Path:
        """A run that is left when it reaches a state."""
        lab.write(rows(9))
        with lab.run(**settings) as run:
            run.wait(lambda status: run.run.stop() if reached(status) else None)
        return lab.run_dir()

    def test_is_shown_while_it_is_looked_for(self, cli: Cli, sync_lab: Lab) -> None:
        sync_lab.script("create", "ok", "drop_before")
        reached = lambda status: status.shards.get("unknown") and status.shards.get("done")  # noqa: E731
        folder = self.stopped(sync_lab, reached, settle=3600, max_items_per_batch=4)
        done = cli("status", folder)
        lost, planned = read(folder)[1][1:]
        assert done.exit_code == 3
        assert fits(done.stdout)
        assert lost.until is not None
        said = words(done.stdout)
        assert f"its batch to show up in the vendor's list, until {lost.until:%Y-%m-%d %H:%M} UTC" in said
        assert "the lost create of shard 1" in said
        assert f"next polybatch resume {folder}" in said
        found = {batch["number"]: batch for batch in data(cli, folder)["batches"]}
        assert found[0]["waits_for"] == []
        (wait,) = found[1]["waits_for"]
        assert wait == {"what": "its batch to show up in the vendor's list", "until": found[1]["until"]}
        assert found[2]["waits_for"][0]["what"] == "the lost create of shard 1"
        assert planned.state is State.PLANNED

    def test_that_was_sent_again_is_watched_for_after_the_end(self, cli: Cli, sync_lab: Lab) -> None:
        sync_lab.script("create", "ok", "drop_before")
        folder = self.stopped(sync_lab, lambda status: status.finished, settle=600, max_items_per_batch=5)
        assert any(shard.watched for shard in read(folder)[1])
        done = cli("status", folder)
        assert done.exit_code == 3, "nobody has looked to the end whether it was paid twice"
        said = words(done.stdout)
        assert "requests 9: 9 succeeded results" in said
        assert "a late duplicate that may still show up" in said
        assert f"next polybatch resume {folder}" in said
        found = data(cli, folder)
        assert (found["finished"], found["watched"]) == (True, True)

    @pytest.mark.usefixtures("own_key")
    def test_that_came_through_late_is_named_with_its_cost(self, cli: Cli, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(9))
        lab.script("create", "ok", "late_accept:900")
        (duplicate,) = lab.finish(settle=600, max_items_per_batch=5).duplicates
        for command in ("status", "resume", "results"):
            done = cli(command, lab.run_dir())
            assert done.exit_code == 5, done.stderr
            assert fits(done.stdout)
            said = words(done.stdout)
            assert f"duplicate batch {duplicate.batch_id} holds the 4 requests of shard 1 a second time" in said
            assert "4 of them answered; the first time they used " in said
            assert "ask the vendor about the charge, naming the batch" in said
        (found,) = data(cli, lab.run_dir())["duplicates"]
        assert (found["batch_id"], found["requests"]) == (duplicate.batch_id, 4)
        assert found["tokens"]["input_tokens"] > 0
        assert cli("verify", lab.run_dir()).exit_code == 0

    def test_that_cannot_be_stopped_comes_with_the_command_that_tries(self, cli: Cli, sync_lab: Lab) -> None:
        sync_lab.write(rows(5))
        sync_lab.finish()
        known = {"batch_id": "b 1", "shard": 0, "requests": 5, "ended": False, "cancelled": False}
        journal = Journal(sync_lab.run_dir())
        journal.event("duplicate", {"duplicates": {"b 1": known}})
        journal.close()
        done = cli("status", sync_lab.run_dir())
        assert done.exit_code == 5
        url = sync_lab.base_url("anthropic")
        assert f"stop it: polybatch batch cancel 'b 1' --vendor anthropic --base-url {url}\n" in done.stdout


class Hand(Stop):
    """Sleeps hardly at all, but looks at the run first and does what a test wants done then."""

    act: Callable[[list[Shard]], None] = staticmethod(lambda _: None)
    skipped = 0.0

    def sleep(self, seconds: float) -> None:
        if (RUN / "journal.sqlite").exists():
            self.act(read(RUN)[1])
        Hand.skipped += seconds
        super().sleep(min(seconds, 0.01))


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hand]]:
    monkeypatch.setattr(driving, "Stop", Hand)
    monkeypatch.setattr(driving, "Timer", partial(Timer, monotonic=lambda: time.monotonic() + Hand.skipped))
    yield Hand
    Hand.act = staticmethod(lambda _: None)


def once(when: Callable[[list[Shard]], bool], do: Callable[[], object]) -> Callable[[list[Shard]], None]:
    """Does something the first time that a condition holds."""
    left = [do]

    def act(shards: list[Shard]) -> None:
        if left and when(shards):
            left.pop()()

    return act


def in_turn(*acts: Callable[[list[Shard]], None]) -> Callable[[list[Shard]], None]:
    def act(shards: list[Shard]) -> None:
        for each in acts:
            each(shards)

    return act


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def searching(shards: list[Shard]) -> bool:
    return any(shard.state is State.UNKNOWN for shard in shards)


def watching(shards: list[Shard]) -> bool:
    return all(shard.state is State.DONE for shard in shards) and any(shard.watch_until for shard in shards)


class TestCtrlC:
    """The settle window is days; a test moves the sandbox's clock."""

    WINDOW = 10**6
    RUN = ("--settle", str(WINDOW), "--max-items-per-batch", "2")

    def test_during_a_search(self, cli: Cli, served: Server, hand: type[Hand]) -> None:
        script(served, "create", "ok", "drop_before")
        hand.act = staticmethod(once(searching, interrupt))
        done = cli("run", requests_file(), *at(served), *FAST, *self.RUN, "--retries", "1")
        assert done.exit_code == 130
        assert "waiting: shard 1, unknown: its batch to show up in the vendor's list" in done.stderr
        assert "stopped; nothing is lost" in done.stderr
        assert fits(done.stdout)
        assert "waiting   shard 1, unknown: its batch to show up" in done.stdout
        (command,) = [line for line in done.stderr.splitlines() if line.startswith("go on with: ")]
        program, *arguments = shlex.split(command.removeprefix("go on with: "))
        assert program == "polybatch"
        assert arguments[2:] == ["--settle", "1000000", "--max-items-per-batch", "2", "--retries", "1"]

    def test_during_a_watch(self, cli: Cli, served: Server, hand: type[Hand]) -> None:
        before = len(ledger(served))
        script(served, "create", "ok", "drop_before")
        later = once(searching, lambda: told(served, "/clock", {"advance": 2 * self.WINDOW}))
        stop = once(watching, interrupt)
        hand.act = staticmethod(in_turn(later, stop))
        done = cli("run", requests_file(), *at(served), *FAST, *self.RUN, "-o", "-")
        assert done.exit_code == 130, done.stderr
        assert done.stdout == "", "it writes once, at the end"
        assert "waiting: shard 1, done: a late duplicate that may still show up" in done.stderr
        assert "stopped; every request has its result, only the watch was cut short" in done.stderr
        assert f"go on with: polybatch resume {RUN.absolute()} --settle 1000000" in done.stderr
        assert "requests  3: 3 succeeded" in done.stderr
        assert cli("status", RUN).exit_code == 3
        hand.act = staticmethod(once(watching, lambda: told(served, "/clock", {"advance": 2 * self.WINDOW})))
        done = cli("resume", RUN, *FAST)
        assert (done.exit_code, len(done.stdout.splitlines())) == (0, 3), done.stderr
        assert len(ledger(served)) == before + 2

    def test_in_peace_a_batch_that_comes_through_late_ends_the_run_with_5(
        self, cli: Cli, served: Server, hand: type[Hand]
    ) -> None:
        script(served, "create", "ok", f"late_accept:{5 * self.WINDOW}")
        first = once(searching, lambda: told(served, "/clock", {"advance": 2 * self.WINDOW}))
        second = once(watching, lambda: told(served, "/clock", {"advance": 4 * self.WINDOW}))
        hand.act = staticmethod(in_turn(first, second))
        done = cli("run", requests_file(), *at(served), *FAST, *self.RUN)
        assert done.exit_code == 5, done.stderr
        assert "a lost create came through after all: batch " in done.stderr
        assert "duplicate batch " in done.stdout
        assert len(lines(OUT)) == 3


class TestTheCanary:
    def test_that_fails_says_what_to_look_at_and_how_to_go_on(self, cli: Cli, served: Server) -> None:
        script(served, "create", "fail:1:invalid_request_error")
        done = cli("run", requests_file(count=5), *at(served), *FAST, "--canary", "2")
        assert done.exit_code == 3
        assert "error: not all of the first requests succeeded (1 succeeded, 1 errored)" in done.stderr
        assert "requests  5: 1 succeeded, 1 errored, 3 open" in done.stdout
        step = f"look at the results; this sends the others all the same: polybatch resume {RUN.absolute()}\n"
        assert f"go on with: {step}" in done.stderr
        assert "next " not in done.stdout, "it was said"
        assert "a resume without --canary" in words(cli("status", RUN).stdout)
        assert len(lines(OUT)) == 2
        assert cli("resume", RUN, *FAST).exit_code == 1
        assert len(lines(OUT)) == 5

    def test_that_is_under_way_is_not_forgotten_by_the_command_that_goes_on(self, cli: Cli, sync_lab: Lab) -> None:
        sync_lab.write(rows(9))
        with sync_lab.run(canary=2) as run:
            run.wait(lambda status: run.run.stop())
        said = cli("status", sync_lab.run_dir()).stdout
        assert f"next      polybatch resume {sync_lab.run_dir()} --canary 2\n" in said
        assert "the canary: the first requests must all succeed" in words(said)

    def test_is_part_of_a_plan(self, cli: Cli) -> None:
        requests_file(count=5)
        done = cli("plan", "in.jsonl", "--vendor", "anthropic", "--canary", "2")
        assert done.exit_code == 0
        assert "sent first, alone: 2; the others only if all of these succeed\n" in done.stdout
        found = json.loads(cli("plan", "in.jsonl", "--vendor", "anthropic", "--canary", "2", "--json").stdout)
        assert [shard["requests"] for shard in found["shards"]] == [2, 3]
        assert "sent first" not in cli("plan", "in.jsonl", "--vendor", "anthropic", "--canary", "5").stdout


class TestTheSummary:
    def test_counts_every_attempt_and_what_fits_nothing(self, cli: Cli, served: Server) -> None:
        script(served, "create", "fail:2:api_error+foreign_lines:1")
        done = cli("run", requests_file(count=5), *at(served), *FAST, "--retries", "1")
        assert done.exit_code == 0, done.stderr
        assert fits(done.stdout)
        place = RUN.absolute() / "quarantine"
        assert "repeated  2 requests sent again\n" in done.stdout
        assert f"odd       results that fit no request: 1 foreign\n          {place}\n" in done.stdout
        assert list(place.iterdir())
        assert " output tokens, of all attempts\n" in done.stdout
        assert " (1) " not in done.stdout, "only what is waited for has a line of its own"
        found = json.loads(cli("status", RUN, "--json").stdout)
        assert (found["repeated"], found["odd"]) == (2, {"foreign": 1})
        assert [(batch["generation"], batch["parents"]) for batch in found["batches"]] == [(0, []), (1, [0])]
        verified = cli("verify", RUN)
        assert verified.exit_code == 0
        assert verified.stdout.endswith("agree; 2 requests were sent again, and their last word counts\n")

    def test_advises_retries_where_they_would_have_helped(self, cli: Cli, served: Server) -> None:
        script(served, "create", "fail:1:overloaded_error")
        advice = "with --retries 1 a run does it by itself"
        assert advice in cli("run", requests_file(), *at(served), *FAST).stdout
        script(served, "create", "fail:1:invalid_request_error")
        done = cli("run", "in.jsonl", *at(served), *FAST, "--run-dir", "other", "-o", "other.jsonl")
        assert done.exit_code == 1
        assert advice not in done.stdout


class TestTrouble:
    def sent(self, cli: Cli, served: Server) -> None:
        """A run that was left while its batch was open."""
        script(served, "get", "status:403")
        assert cli("run", requests_file(), *at(served), *FAST).exit_code == 3

    def test_with_another_key_names_the_account(
        self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.sent(cli, served)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
        done = cli("resume", RUN, *FAST)
        assert done.exit_code == 3
        assert "error: the run was begun with another key, and none of its batches answers to this one" in done.stderr
        assert "hint: set the key of the account that the run was begun with\n" in done.stderr
        assert f"go on with: polybatch resume {RUN.absolute()}\n" in done.stderr
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-CANARY")
        assert cli("resume", RUN, *FAST).exit_code == 0

    @pytest.mark.parametrize(("part", "code"), [("results", 3), ("payload", 2)])
    def test_of_a_full_disk_names_the_place_until_there_is_room(
        self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch, part: str, code: int
    ) -> None:
        plain, before = sink.SafeFile.write, len(ledger(served))

        def full(file: sink.SafeFile, data: bytes) -> None:
            if file._path.parent.name == part:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            plain(file, data)

        with monkeypatch.context() as patch:
            patch.setattr(sink.SafeFile, "write", full)
            done = cli("run", requests_file(), *at(served), *FAST)
        assert done.exit_code == code, "2 says that nothing was sent"
        assert f"error: No space left on device: {RUN.absolute()}\n" in done.stderr
        assert "hint: make room on the disk, then give the command again\n" in done.stderr
        assert "go on with: polybatch resume " in done.stderr
        assert cli("run", "in.jsonl", *at(served), *FAST).exit_code == 0
        assert len(ledger(served)) == before + 1

    def test_of_the_journal_is_no_traceback(self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        def broken(*_: object, **__: object) -> None:
            raise sqlite3.DatabaseError("database disk image is malformed")

        with monkeypatch.context() as patch:
            patch.setattr(Journal, "finish", broken)
            done = cli("run", requests_file(), *at(served), *FAST)
        assert done.exit_code == 3
        assert "cannot be used: database disk image is malformed\nhint: is the disk sound" in done.stderr
        assert cli("resume", RUN, *FAST).exit_code == 0

    def test_of_standard_output_is_not_an_input_that_is_wrong(self, cli: Cli, sync_lab: Lab) -> None:
        full = Path("/dev/full")
        if not full.exists():
            pytest.skip("this system has no /dev/full")
        sync_lab.write(rows(3))
        sync_lab.finish()
        command = [sys.executable, "-m", "polybatch", "resume", str(sync_lab.run_dir())]
        with full.open("w") as out:
            done = subprocess.run(
                command, stdout=out, stderr=subprocess.PIPE, text=True, check=False,
                env={**os.environ, "ANTHROPIC_API_KEY": KEY},
            )  # fmt: skip
        assert done.returncode == 3
        assert "Traceback" not in done.stderr
        assert "error: No space left on device: standard output\n" in done.stderr
        assert f"hint: polybatch status {sync_lab.run_dir()} prints it again\n" in done.stderr


def test_a_run_that_has_nothing_yet_has_not_lost_its_results(
    cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    done = cli("run", requests_file(), *at(served))
    assert f"results   {OUT.absolute()} (none yet)\n" in done.stdout
    assert "another try; its create was refused: HTTP 401" in words(cli("status", RUN).stdout)


def test_a_cancel_settles_what_is_lost_too(cli: Cli, served: Server, hand: type[Hand]) -> None:
    script(served, "create", "drop_before")
    hand.act = staticmethod(once(searching, interrupt))
    assert cli("run", requests_file(count=4), *at(served), *FAST).exit_code == 130
    done = cli("cancel", RUN, *FAST, "--settle", "0")
    assert done.exit_code == 1, done.stderr
    assert "requests  4: 4 cancelled" in done.stdout
