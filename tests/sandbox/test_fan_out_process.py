"""`run --to … --to …` as a process of its own: killed, stopped by a signal, on a terminal; all with one sandbox."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from polybatch.cli.driving import STOPPING
from polybatch_sandbox import Sandbox
from tests.sandbox.cli_lab import lines
from tests.terminals import Shown

pytestmark = pytest.mark.slow
# A job in the background ignores Ctrl-C, and so would its children: the test may be one.
START = """
import signal; signal.signal(signal.SIGINT, signal.default_int_handler)
from polybatch.cli import driving, main
driving.SANDBOX_SPEED = {speed}
main(prog_name='polybatch')
"""
TO = ("run", "in.jsonl", "--sandbox", "--to", "anthropic:a", "--to", "anthropic:b", "--to", "meshapi:m")
SMALL = ("--max-items-per-batch", "2")
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts processes in a directory of its own, which has four requests, and leaves none behind."""
    monkeypatch.chdir(tmp_path)
    made = [{"custom_id": f"r{n}", "messages": [{"role": "user", "content": f"say {n}"}]} for n in range(4)]
    Path("in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in made))
    started: list[subprocess.Popen[str]] = []

    def starting(*arguments: str, speed: float = 1000.0, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
        given = [sys.executable, "-W", "error", "-c", START.format(speed=speed), *arguments]
        started.append(subprocess.Popen(given, stdout=subprocess.PIPE, stderr=stderr, text=True))
        return started[-1]

    yield starting
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(process: subprocess.Popen[str], *words: str) -> str:
    """Read messages until each of these was said."""
    left, said = {*words}, []
    assert process.stderr is not None
    for line in process.stderr:
        said.append(line)
        left -= {word for word in left if word in line}
        if not left:
            return "".join(said)
    raise AssertionError(f"never said: {left}; but {''.join(said)}")


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in (err or "")
    assert "never retrieved" not in (err or "")
    return process.returncode, out, err


def billed(state: str = "in.jsonl.sandbox") -> Counter[tuple[str, int]]:
    """By vendor and size, the batches that the sandbox has accepted."""
    with Sandbox(state_dir=Path(state)) as sandbox:
        ledger = sandbox.ledger(requests=False)
    return Counter((vendor, batch["items"]) for vendor, batches in ledger.items() for batch in batches)


def whole() -> bool:
    found = lines("in.compared.jsonl")
    assert [line["custom_id"] for line in found] == ["r0", "r1", "r2", "r3"]
    return all(line[name]["text"] == f"say {n}" for n, line in enumerate(found) for name in [*line][1:])


SUBMITTED = ("anthropic:a: 0 of 4 requests have their result; batches: 2 submitted",
             "anthropic:b: 0 of 4 requests have their result; batches: 2 submitted",
             "meshapi:m: 0 of 4 requests have their result; batches: 2 submitted")  # fmt: skip
ONCE = Counter({("anthropic", 2): 4, ("meshapi", 2): 2})


def test_a_kill_and_the_same_command_again(start: Start) -> None:
    process = start(*TO, *SMALL, "--poll", "60", speed=1.0)
    until(process, *SUBMITTED)
    process.kill()
    process.wait()
    assert not Path("in.compared.jsonl").exists()
    code, _, err = finish(start(*TO, *SMALL, "--settle", "0"))
    assert code == 0, err
    assert whole()
    assert billed() == ONCE


@pytest.mark.parametrize("state", ["2 planned", "1 planned, 1 submitted"], ids=["planned", "submitted"])
@pytest.mark.parametrize("name", ["anthropic:b", "meshapi:m"])
def test_a_kill_at_another_moment(start: Start, name: str, state: str) -> None:
    process = start(*TO, *SMALL, "--poll", "60", speed=1.0)
    until(process, f"{name}: 0 of 4 requests have their result; batches: {state}")
    process.kill()
    process.wait()
    code, _, err = finish(start(*TO, *SMALL, "--settle", "0"))
    assert code == 0, err
    assert whole()
    assert billed() == ONCE


@pytest.mark.parametrize(("number", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 3)])
def test_a_signal_stops_all_and_one_can_go_on_alone(start: Start, number: int, expected: int) -> None:
    process = start(*TO, *SMALL, "--poll", "60", speed=1.0)
    until(process, *SUBMITTED)
    process.send_signal(number)
    code, out, err = finish(process)
    assert code == expected
    assert "stopped; nothing is lost\ngo on with: the same command again\n" in err
    assert "polybatch resume " not in out + err, "the same command does it"
    code, out, err = finish(start("resume", "in.jsonl.meshapi-m.polybatch"))
    assert (code, out.splitlines()[0]) == (0, "requests  4: 4 succeeded"), err
    assert not Path("in.compared.jsonl").exists()
    code, out, err = finish(start(*TO, *SMALL))
    assert code == 0, err
    assert whole()
    assert billed() == ONCE


def test_a_terminal_gets_a_bar_for_each(start: Start) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    ours, theirs = pty.openpty()
    process = start(*TO, stderr=theirs)
    os.close(theirs)
    terminal = Shown(ours)
    code, out, _ = finish(process)
    shown = terminal.close()
    assert (code, out.partition(" ")[0]) == (0, "Target")
    assert "\x1b[" in shown
    last = shown.rpartition("\x1b[2K")[2].split("\r\n")
    for line, name in zip(last[:3], ("anthropic:a", "anthropic:b", "meshapi:m"), strict=True):
        assert "4/4" in line
        assert f" {name}: 1 done " in line


def screen(text: str, width: int = 80) -> list[str]:
    """The lines of a terminal in the end; as much of one as bars need."""
    rows, row, column = [""], 0, 0
    for code, count, kind, char in re.findall(r"(\x1b\[\??(\d*)[\d;]*([a-zA-Z]))|([\s\S])", text):
        if kind == "A":
            row -= int(count or 1)
        elif kind == "K":
            rows[row] = ""
        elif char == "\r":
            column = 0
        elif char == "\n":
            row += 1
        elif not code:
            row, column = (row + 1, 0) if column == width else (row, column)
            rows += [""] * (row + 1 - len(rows))
            rows[row] = rows[row][:column].ljust(column) + char + rows[row][column + 1 :]
            column += 1
        rows += [""] * (row + 1 - len(rows))
    return rows


def test_bars_are_not_drawn_over_what_a_signal_says(start: Start) -> None:
    pty, termios = (pytest.importorskip(name, reason="no terminals here") for name in ("pty", "termios"))
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    process = start(*TO, "--poll", "60", speed=1.0, stderr=theirs)
    os.close(theirs)
    terminal = Shown(ours)
    terminal.until(lambda text: text.rpartition("\x1b[2K")[2].count("1 submitted") == 3)
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130
    assert STOPPING.decode().strip() in "".join(screen(terminal.close()))


def test_two_at_a_time_are_kept_apart(start: Start) -> None:
    process = start(*TO, "--poll", "60", speed=1.0)
    until(process, "anthropic:a: 0 of 4 requests have their result; batches: 1 submitted")
    code, _, err = finish(start(*TO))
    assert code == 6
    assert err.count(" belongs to process ") == 3
    process.send_signal(signal.SIGINT)
    assert finish(process)[0] == 130


def test_a_disk_that_holds_a_torn_comparison_loses_nothing(start: Start) -> None:
    assert finish(start(*TO))[0] == 0
    with sqlite3.connect(Path("in.jsonl.anthropic-a.polybatch") / "journal.sqlite") as db:
        (run_id,) = map(json.loads, *db.execute("SELECT value FROM meta WHERE key = 'run_id'"))
    torn = Path(f"in.compared.jsonl.{run_id}.part")
    torn.write_text("half of")
    Path("in.compared.jsonl").unlink()
    assert finish(start(*TO))[0] == 0
    assert whole()
    assert not torn.exists()


def test_the_journals_say_that_models_were_given(start: Start) -> None:
    assert finish(start(*TO))[0] == 0
    for name in ("anthropic-a", "meshapi-m"):
        db = sqlite3.connect(f"in.jsonl.{name}.polybatch/journal.sqlite")
        facts = {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM meta")}
        db.close()
        assert (facts["model"], facts["instead"]) == (name.partition("-")[2], True)
        assert facts["compared"] == [str(Path("in.compared.jsonl").absolute())]
