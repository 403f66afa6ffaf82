"""`status --watch` and `runs`: what others see of a run while it goes on, and afterwards; nobody sleeps here."""

from __future__ import annotations

import json
import os
import re
import signal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from polybatch.cli import overview, report, watching
from polybatch.cli.exits import Code
from polybatch.cli.stopping import Stop
from polybatch.run import registry
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, OUT, RUN, Cli, at, requests_file, script, told
from tests.terminals import Shown

DRIVER = "process 7 on moon"


class Scripted(Stop):
    """A pause in which something happens: one thing after the other."""

    def __init__(self, *events: Callable[[], Any]) -> None:
        super().__init__()
        self.events, self.slept = [*events], []  # type: ignore[var-annotated]

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.events.pop(0)()


@pytest.fixture(autouse=True)
def apart(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No runs of other tests."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture
def stopped(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run of three requests whose create was refused; with the key that stands in the environment now it goes on."""
    with monkeypatch.context() as patch:
        patch.setenv("ANTHROPIC_API_KEY", "invalid")
        assert cli("run", requests_file(), *at(served)).exit_code == 3
    return RUN


def nothing() -> None:
    """Time passes."""


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def driven(monkeypatch: pytest.MonkeyPatch, by: str = DRIVER) -> Callable[[], None]:
    """An event: a process begins to drive, or gives up."""
    return lambda: monkeypatch.setattr(registry, "owner", lambda _: by)


def watched(stop: Stop, *, as_json: bool = False, every: float = 2.0) -> int:
    return watching.watch(RUN, every, as_json=as_json, stop=stop)


class TestALogFile:
    def test_gets_a_line_when_something_changed_and_the_summary_at_the_end(
        self, cli: Cli, stopped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        stop = Scripted(
            nothing, driven(monkeypatch), nothing, driven(monkeypatch, ""), lambda: cli("resume", RUN, *FAST)
        )
        assert watched(stop, every=9) is Code.SUCCEEDED
        here = Path.cwd()
        assert capsys.readouterr().out.splitlines() == [
            "0 of 3 requests have their result; batches: 1 planned",
            f"nobody drives this run; go on with: polybatch resume {here / RUN}",
            "0 of 3 requests have their result; batches: 1 planned",
            "0 of 3 requests have their result; batches: 1 planned",
            f"nobody drives this run; go on with: polybatch resume {here / RUN}",
            "requests  3: 3 succeeded",
            f"results   {here / OUT}",
            f"run       {here / RUN}",
            "usage     69 input tokens, 6 output tokens",
        ]
        assert stop.slept == [9] * 5

    @pytest.mark.slow
    def test_gets_data_where_data_is_wanted(self, cli: Cli, stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
        stop = Scripted(nothing, lambda: cli("resume", RUN, *FAST))
        assert watched(stop, as_json=True) is Code.SUCCEEDED
        first, last = map(json.loads, capsys.readouterr().out.splitlines())
        assert (first["finished"], first["open"], first["driver"]) == (False, 3, None)
        assert first["next"].startswith("polybatch resume ")
        assert (last["finished"], last["outcomes"]["succeeded"]) == (True, 3)

    def test_says_who_has_to_do_something(
        self, cli: Cli, served: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told(served, "/faults", {"vendor": "onerouter", "operation": "create", "script": ["drop_after"]})
        assert cli("run", requests_file("onerouter"), *at(served, "onerouter"), *FAST).exit_code == 4
        folder = Path("in.jsonl.onerouter.polybatch").absolute()
        monkeypatch.setattr(report.Report, "lost", lambda _: iter(["shard 7, unknown: its batch to show up"]))
        watching.watch(folder, 2, as_json=False, stop=Scripted(interrupt))
        assert capsys.readouterr().out.splitlines() == [
            "0 of 3 requests have their result; batches: 1 held",
            "waiting: shard 7, unknown: its batch to show up",
            f"nobody drives this run; go on with: {report.look(folder).next_step()}",
        ]


class TestTheEnd:
    @pytest.mark.slow
    def test_is_at_once_where_the_run_is_over(
        self, cli: Cli, served: Server, capsys: pytest.CaptureFixture[str]
    ) -> None:
        script(served, "create", "fail:1")
        assert cli("run", requests_file(), *at(served), *FAST).exit_code == 1
        assert watched(Scripted()) is Code.SOME_FAILED
        assert capsys.readouterr().out.startswith("requests  3: 2 succeeded, 1 errored\n")

    def test_comes_with_ctrl_c_and_touches_nothing(self, stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
        before = {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()}
        assert watched(Scripted(nothing, interrupt)) is Code.INTERRUPTED
        assert capsys.readouterr().err == "the watch has ended; the run was not touched\n"
        assert {path: path.read_bytes() for path in stopped.rglob("*") if path.is_file()} == before

    def test_comes_with_sigterm_too(self, stopped: Path) -> None:
        assert watched(Scripted(lambda: os.kill(os.getpid(), signal.SIGTERM))) is Code.STOPPED

    def test_is_an_error_where_there_is_no_run(self, cli: Cli) -> None:
        done = cli("status", "nothing", "--watch")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith("error: nothing is no run directory\nhint: `polybatch runs` lists those ")

    @pytest.mark.slow
    def test_reads_the_results_only_then(self, cli: Cli, stopped: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        looks: list[bool] = []
        look = report.look
        monkeypatch.setattr(
            report, "look", lambda folder, **how: looks.append(how.get("brief", False)) or look(folder, **how)
        )
        watched(Scripted(nothing, lambda: cli("resume", RUN, *FAST)))
        assert looks[:2] == [True, True]
        assert looks[-1] is False

    def test_every_goes_with_watch(self, cli: Cli) -> None:
        done = cli("status", "nothing", "--every", "3")
        assert (done.exit_code, done.stderr) == (
            2, "error: --every goes with --watch\nhint: polybatch status --help\n",
        )  # fmt: skip


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[Stop], str]:
    """Watches on a terminal of 80 columns, and gives what was written there."""
    pty = pytest.importorskip("pty", reason="no terminals here")
    import fcntl
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    monkeypatch.setenv("TERM", "xterm")
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)

    def show(stop: Stop) -> str:
        terminal = Shown(ours)
        with os.fdopen(theirs, "w", encoding="utf-8") as stream, monkeypatch.context() as patch:
            for name in ("stdout", "__stdout__"):
                patch.setattr(sys, name, stream)
            assert watched(stop) is Code.INTERRUPTED
        return terminal.close()

    return show


class TestATerminal:
    def test_is_drawn_over_again_and_keeps_the_last_picture(
        self, stopped: Path, monkeypatch: pytest.MonkeyPatch, shown: Callable[[Stop], str]
    ) -> None:
        monkeypatch.setattr(registry, "owner", lambda _: DRIVER)
        text = shown(Scripted(nothing, interrupt))
        drawn = text.count("Ctrl-C ends the watch, not the run")
        assert drawn >= 2
        assert text.count(f"driver    {DRIVER}") == drawn + 1, "the last picture is left behind, without the words"
        assert "\x1b[2K" in text, "drawn over"
        assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1, "the cursor comes back"
        assert "next      polybatch resume" not in text, "somebody drives it"

    def test_that_can_draw_nothing_over_gets_lines(
        self, stopped: Path, monkeypatch: pytest.MonkeyPatch, shown: Callable[[Stop], str]
    ) -> None:
        monkeypatch.setenv("TERM", "dumb")
        text = shown(Scripted(nothing, interrupt))
        assert "\x1b" not in text
        assert text.count("0 of 3 requests have their result; batches: 1 planned") == 1


def test_a_status_names_who_drives_the_run_instead_of_a_command_that_would_be_refused(
    cli: Cli, stopped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\nnext      polybatch resume " in cli("status", RUN).stdout
    monkeypatch.setattr(registry, "owner", lambda _: DRIVER)
    done = cli("status", RUN)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (3, f"driver    {DRIVER}")
    assert "next " not in done.stdout
    assert json.loads(cli("status", RUN, "--json").stdout)["driver"] == DRIVER


class TestRuns:
    def test_are_none_at_first(self, cli: Cli) -> None:
        done = cli("runs")
        assert (done.exit_code, done.stdout) == (0, "")
        assert done.stderr == "no runs are known on this machine; `polybatch run` begins one\n"
        assert cli("runs", "--json").stdout == ""

    def test_are_listed_newest_first_with_their_place_as_a_shell_takes_it(
        self, cli: Cli, served: Server, stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        script(served, "create", "fail:1")
        cli("run", "in.jsonl", *at(served), *FAST, "--run-dir", "my run", "-o", "x.jsonl")
        cli("run", "in.jsonl", *at(served), *FAST, "--run-dir", "good", "-o", "y.jsonl")
        registry.register(Path("lost").absolute())
        aged = {RUN.name: 3, "my run": 2, "good": 1, "lost": 0}
        for entry in registry.entries():
            when = entry.begun_at.timestamp() - aged[entry.run_dir.name] * 3600
            os.utime(entry.file, (when, when))
        done = cli("runs")
        assert done.exit_code == 0
        begun = re.sub(r"^\d+ (s|min|h) ago", "~", done.stdout, flags=re.MULTILINE)
        assert [" ".join(line.split()) for line in begun.splitlines()] == [
            "Begun State Vendor Requests Outcomes",
            "~ gone - - -", "lost",
            "~ finished anthropic (local) 3 all succeeded", "good",
            "~ finished anthropic (local) 3 1 failed", "'my run'",
            "~ stopped anthropic (local) 3 3 open", str(RUN),
        ]  # fmt: skip
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert done.stderr == "polybatch runs --forget leaves out those that are gone\n"

    def test_are_the_newest_unless_all_are_wanted(self, cli: Cli) -> None:
        for number in range(22):
            registry.register(Path(f"r{number}").absolute())
        few, whole = cli("runs"), cli("runs", "--all")
        assert len(few.stdout.splitlines()) == 1 + 2 * 20
        assert few.stderr.startswith("and 2 older; polybatch runs --all shows them too\n")
        assert len(whole.stdout.splitlines()) == 1 + 2 * 22
        assert "older" not in whole.stderr
        assert len(cli("runs", "--json").stdout.splitlines()) == 22
        assert cli("runs", "--forget").stderr.count("forgotten: ") == 22
        assert registry.entries() == []

    def test_fit_a_terminal_where_there_are_many_requests(self, cli: Cli, stopped: Path) -> None:
        (run,) = overview.known(registry.entries())
        assert run.found
        status = attrs.evolve(run.found.status, total=1_234_567, outcomes={"succeeded": 1, "errored": 234_567})
        begun = attrs.evolve(run.found.begun, vendor="anthropic", base_url="sandbox")
        shown = [*overview.words([attrs.evolve(run, found=attrs.evolve(run.found, status=status, begun=begun))])]
        assert " ".join(shown[1].split()[3:]) == "stopped anthropic (sandbox) 1,234,567 999,999 open, 234,567 failed"
        assert max(map(len, shown)) <= 80

    def test_are_one_object_a_line_as_data(self, cli: Cli, stopped: Path) -> None:
        registry.register(Path("gone").absolute())
        found = {Path(run["run_dir"]).name: run for run in map(json.loads, cli("runs", "--json").stdout.splitlines())}
        assert found["gone"]["state"] == "gone"
        assert found["gone"]["total"] is None
        run = found[RUN.name]
        assert (run["state"], run["vendor"], run["total"], run["open"]) == ("stopped", "anthropic", 3, 3)
        assert run["out"] == str(OUT.absolute())
        assert run["base_url"].startswith("http://127.0.0.1:")
        assert run["begun_at"].endswith("Z")

    def test_are_forgotten_when_they_are_gone_and_only_then(self, cli: Cli, stopped: Path) -> None:
        registry.register(Path("gone").absolute())
        done = cli("runs", "--forget")
        assert done.stderr == f"forgotten: {Path('gone').absolute()}\n"
        assert [entry.run_dir.name for entry in registry.entries()] == [RUN.name]
        assert str(RUN) in done.stdout

    @pytest.mark.parametrize(
        ("spoil", "state"),
        [
            (lambda patch: patch.setattr(registry, "owner", lambda _: DRIVER), "running"),
            (lambda _: (RUN / "journal.sqlite").write_bytes(b"no database, but as long" * 99), "unreadable"),
            (lambda _: (RUN / "journal.sqlite").unlink(), "gone"),
        ],
        ids=["running", "unreadable", "gone"],
    )  # fmt: skip
    def test_say_how_they_stand(
        self, cli: Cli, stopped: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Any], None], state: str
    ) -> None:
        spoil(monkeypatch)
        done = cli("runs", "--json")
        assert [json.loads(line)["state"] for line in done.stdout.splitlines()] == [state], done.stdout

    @pytest.mark.slow
    def test_say_so_where_a_decision_is_wanted(self, cli: Cli, served: Server) -> None:
        told(served, "/faults", {"vendor": "onerouter", "operation": "create", "script": ["drop_after"]})
        assert cli("run", requests_file("onerouter"), *at(served, "onerouter"), *FAST).exit_code == 4
        (run,) = map(json.loads, cli("runs", "--json").stdout.splitlines())
        assert run["state"] == "held"

    def test_are_shown_from_here_from_home_or_whole(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        from polybatch.cli.overview import short

        monkeypatch.setenv("HOME", str(tmp_path))
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        assert short(tmp_path / "here" / "a b") == "'a b'"
        assert short(tmp_path / "there" / "a b") == "~/'there/a b'"
        assert short(Path("/elsewhere/run")) == "/elsewhere/run"
        assert short(tmp_path) == str(tmp_path)

    def test_may_have_no_list_that_can_be_read(self, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("file").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(Path("file").absolute()))
        done = cli("runs")
        assert done.exit_code == 2
        assert done.stderr.startswith("error: Not a directory: ")

    @pytest.mark.slow
    def test_go_on_where_nobody_can_remember_them(
        self, cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("file").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(Path("file").absolute()))
        done = cli("run", requests_file(), *at(served), *FAST)
        assert done.exit_code == 0
        assert done.stderr.count("warning: the run goes on, but `polybatch runs` will not show it: ") == 1
