"""The command line as a process of its own: signals, a kill, a terminal, a pipe, `--sandbox` and `sandbox`."""

from __future__ import annotations

import json
import os
import runpy
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from polybatch import BatchClient
from polybatch.cli import main, stopping
from polybatch.cli.stopping import Stop
from polybatch_sandbox import VENDORS, Sandbox
from tests.sandbox.cli_lab import FAST, OUT, RUN, VARIABLES, lines, requests_file
from tests.terminals import Shown

# A job in the background ignores Ctrl-C, and so would its children: the test may be one.
START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    "from polybatch.cli import main; main(prog_name='polybatch')"
)
SLOWLY = "from polybatch.cli import driving; driving.SANDBOX_SPEED = 1.0\n" + START
"""As INTERFACE's --sandbox, but a batch takes a minute: else it may have ended before anybody looks."""
SLOW = ("--poll", "60")
"""A run that waits until it is stopped: its second look comes after a minute."""
Start = Callable[..., "subprocess.Popen[str]"]


def command(*arguments: str, code: str = START) -> list[str]:
    return [sys.executable, "-W", "error", "-c", code, *arguments]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts processes in a directory of its own, without any key, and leaves none behind."""
    monkeypatch.chdir(tmp_path)
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    started: list[subprocess.Popen[str]] = []

    def starting(*arguments: str, stderr: int = subprocess.PIPE, code: str = START) -> subprocess.Popen[str]:
        given = command(*arguments, code=code)
        process = subprocess.Popen(given, stdout=subprocess.PIPE, stderr=stderr, text=True)
        started.append(process)
        return process

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err or ""


def until(process: subprocess.Popen[str], words: str) -> None:
    """Read messages up to one."""
    assert process.stderr
    seen = []
    for line in process.stderr:
        seen.append(line)
        if words in line:
            return
    raise AssertionError(f"it ended without saying {words!r}: {seen}")


def sandbox_run(*more: str) -> list[str]:
    return ["run", str(requests_file(count=4)), "--vendor", "anthropic", "--sandbox", *more]


def batches_made() -> list[int]:
    """How many requests each batch has that the sandbox inside the command has accepted."""
    with Sandbox(state_dir=RUN / "sandbox") as sandbox:
        return [entry["items"] for entry in sandbox.ledger(requests=False)["anthropic"]]


def test_ctrl_c_says_how_to_go_on_and_that_works(start: Start) -> None:
    process = start(*sandbox_run(*SLOW), code=SLOWLY)
    until(process, "1 submitted")
    second = start(*sandbox_run())
    code, _, err = finish(second)
    assert code == 6
    assert f"belongs to process {process.pid} on " in err
    process.send_signal(signal.SIGINT)
    code, out, err = finish(process)
    assert code == 130
    assert "requests  4: 4 open\n" in out
    assert "finishing the step under way" in err
    assert (out + err).count("polybatch resume") == 1
    assert "Traceback" not in err
    resume = next(line.partition("go on with: polybatch ")[2] for line in err.splitlines() if "go on with" in line)
    code, out, err = finish(start(*shlex.split(resume), *FAST))
    assert (code, out.splitlines()[0]) == (0, "requests  4: 4 succeeded"), err
    assert batches_made() == [4]
    assert CliRunner().invoke(main, ["verify", str(RUN)]).exit_code == 0


def test_a_kill_and_the_same_command_again(start: Start) -> None:
    process = start(*sandbox_run("--max-items-per-batch", "2", *SLOW), code=SLOWLY)
    until(process, "2 submitted")
    process.kill()
    process.wait()
    code, out, err = finish(start(*sandbox_run("--max-items-per-batch", "2")))
    assert (code, out.splitlines()[0]) == (0, "requests  4: 4 succeeded"), err
    assert batches_made() == [2, 2]
    assert sorted(line["custom_id"] for line in lines(OUT)) == ["row 0", "row 1", "row 2", "row 3"]
    assert json.loads(CliRunner().invoke(main, ["status", str(RUN), "--json"]).stdout)["base_url"] == "sandbox"


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.slow)])
def test_being_ended_stops_as_cleanly(start: Start, number: int) -> None:
    process = start(*sandbox_run(*SLOW), code=SLOWLY)
    until(process, "1 submitted")
    process.send_signal(number)
    code, _, err = finish(process)
    assert code == 3
    assert "go on with: polybatch resume " in err


def test_a_refused_input_leaves_nothing_of_the_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.jsonl").write_text("{}\n")
    done = CliRunner().invoke(main, ["run", "in.jsonl", "--vendor", "anthropic", "--sandbox"])
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: in.jsonl, line 1: ")
    assert list(tmp_path.iterdir()) == [tmp_path / "in.jsonl"]


def test_a_terminal_gets_a_bar(start: Start) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    ours, theirs = pty.openpty()
    process = start(*sandbox_run(), stderr=theirs)
    os.close(theirs)
    terminal = Shown(ours)
    code, out, _ = finish(process)
    shown = terminal.close()
    assert code == 0
    assert out.startswith("requests  4: 4 succeeded\n")
    assert "\x1b[" in shown
    assert "4/4" in shown


def test_a_reader_that_leaves_early_is_no_crash(start: Start) -> None:
    assert CliRunner().invoke(main, sandbox_run()).exit_code == 0
    reading, writing = os.pipe()
    os.close(reading)
    process = subprocess.Popen(
        command("results", str(RUN), "-o", "-"), stdout=writing, stderr=subprocess.PIPE, text=True
    )
    os.close(writing)
    code, _, err = finish(process)
    assert code == 3
    assert "Traceback" not in err
    assert "Exception" not in err


def test_the_sandbox_in_the_foreground(start: Start) -> None:
    process = start("sandbox", "--speed", "1000")
    until(process, "Ctrl-C stops it")
    assert process.stdout
    addresses = dict(process.stdout.readline().split() for _ in VENDORS)
    assert set(addresses) == set(VENDORS)
    assert process.stdout.readline().startswith("result files  http://127.0.0.1:")
    with BatchClient("anthropic", api_key="k", base_url=addresses["anthropic"]) as client:
        assert list(client.list()) == []
    code, _, err = finish(start("sandbox", "--port", addresses["letta"].rpartition(":")[2].partition("/")[0], "--json"))
    assert code == 2
    assert err.startswith("error: Address already in use")
    process.send_signal(signal.SIGINT)
    assert finish(process) == (0, "", "")


def test_the_sandbox_says_where_it_is_as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stop, "signal", signal.SIGTERM, raising=False)
    monkeypatch.setattr(Stop, "__init__", lambda _: None)
    done = CliRunner().invoke(main, ["sandbox", "--json"])
    said = json.loads(done.stdout)
    assert done.exit_code == 0
    assert said["base_urls"]["letta"] == f"{said['sandbox']}/letta"
    assert said["result_files"] != said["sandbox"]


# -- the parts, in this process


def test_a_second_signal_stops_at_once_and_handlers_come_back() -> None:
    stop, stopped = Stop(), []
    before = signal.getsignal(signal.SIGTERM)
    with stop.listening(lambda: stopped.append(True)):
        os.kill(os.getpid(), signal.SIGTERM)
        assert (stop.signal, stopped) == (signal.SIGTERM, [True])
        stop.sleep(3600)  # returns at once
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_system_without_sighup_has_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(signal, "SIGHUP")
        there = runpy.run_path(str(Path(stopping.__file__)))["SIGNALS"]
    assert there == (signal.SIGINT, signal.SIGTERM)
    assert (*there, signal.SIGHUP) == stopping.SIGNALS


def test_an_ignored_signal_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        stop = Stop()
        with stop.listening():
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.signal is None
    finally:
        signal.signal(signal.SIGTERM, before)
