"""How it looks: every command on a terminal of 80 columns, and in a log file; only paths and commands may be longer."""

from __future__ import annotations

import os
import re
import shlex
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from polybatch.cli import report
from polybatch.cli.causes import Causes
from polybatch.run import RunStatus
from polybatch.run.offline import Beginning
from polybatch.run.waiting import Gate
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, OUT, RUN, VARIABLES, Cli, at, requests_file, script
from tests.terminals import Shown

MOVES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")
LONG = re.compile(
    r"^(results |run  |next      polybatch |decide|look  | +polybatch |hint: |error: |warning: |go on with: )"
)
"""Lines with a path or a command, which are one line however long, so that they can be copied; and messages."""


def wide(text: str) -> list[str]:
    """Lines that do not fit 80 columns and hold neither a path nor a command."""
    return [line for line in text.splitlines() if cell_len(line) > 80 and not LONG.match(line) and "/" not in line]


def test_a_run_with_trouble_and_every_table_about_it(cli: Cli, served: Server) -> None:
    script(served, "create", "fail:2:overloaded_error+expire:1", "fail:1:invalid_request_error", "ok")
    done = cli("run", requests_file(count=6), *at(served), *FAST, "--max-items-per-batch", "3")
    assert done.exit_code == 1
    assert "\x1b" not in done.output
    here = Path.cwd()
    assert re.sub(r"row \d", "row N", done.stdout).splitlines() == [  # which of them come first is the vendor's affair
        "requests  6: 2 succeeded, 3 errored, 1 expired",
        "",
        "Requests  Cause                  First of them, and what to do",
        "       2  overloaded_error       row N: the request could not be processed",
        "                                 this may pass: run them anew, or let",
        "                                 --retries=1 do it",
        "       1  expired                row N",
        "                                 the vendor ran out of time: run them anew, or",
        "                                 let --retries=1 do it",
        "       1  invalid_request_error  row N: the request could not be processed",
        "                                 mend these requests, and run them anew",
        "",
        f"results   {here / OUT}",
        f"run       {here / RUN}",
        "usage     46 input tokens, 4 output tokens",
        "next      4 lines of the results have another outcome than succeeded: mend and",
        "          run these requests anew; with --retries 1 a run does it by itself",
        "          where that may help",
    ]
    for command in (["status", RUN], ["verify", RUN], ["results", RUN], ["runs"], ["vendors"]):
        shown = cli(*command).stdout
        assert shown
        assert wide(shown) == []


def test_usage_is_readable_where_there_is_much_of_it() -> None:
    usage = {
        "input_tokens": 1_234_567_890, "output_tokens": 98_765_432, "cache_read_tokens": 1_000_000,
        "cache_write_tokens": 0, "reasoning_tokens": 54_321,
    }  # fmt: skip
    status = RunStatus(
        run_dir="/r",
        vendor="anthropic",
        total=9,
        shards={},
        outcomes={"succeeded": 9},
        answered=9,
        usage=usage,
        repeated=7,
    )
    begun = Beginning("anthropic", "sandbox", {}, None, "in", "out", in_order=None, cancelling=None)
    found = report.Report(
        status=status, title="Anthropic", begun=begun, shards=[], waits={}, gate=Gate.OPEN, decisions=[], resume="",
        reach="", written=Path("/out"), causes=Causes(),
    )  # fmt: skip
    words = "\n".join(report.words(found, table=False))
    assert (
        "usage     1,234,567,890 input tokens, 98,765,432 output tokens, 1,000,000 cache\n"
        "          read tokens, 54,321 reasoning tokens, of all attempts\n"
    ) in words
    assert wide(words) == []


# -- as processes, on a real terminal


Typed = Callable[[str], tuple[int, str]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Types a command into a terminal of 80 columns, and gives its exit code and what is to be seen."""
    pty = pytest.importorskip("pty", reason="no terminals here")
    import fcntl
    import termios

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm")
    for name in (*VARIABLES, "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)

    def typing(line: str) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        command = [sys.executable, "-W", "error", "-m", *shlex.split(line)]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        terminal = Shown(ours)
        return process.wait(timeout=30), MOVES.sub("\n", terminal.close())

    return typing


@pytest.mark.slow
def test_the_tour_of_the_help_can_be_walked(typed: Typed) -> None:
    code, text = typed("polybatch")
    assert code == 0
    assert wide(text) == []
    tour = text.replace("\n\n", "\n")
    first = re.search(r"polybatch run reviews.csv .*?\\\n.*?\\\n.*?-o trial.csv", tour, re.DOTALL)
    assert first
    Path("reviews.csv").write_text("text\nI love it\nIt broke\n", encoding="utf-8")
    code, shown = typed(" ".join(first[0].replace("\\\n", " ").split()))
    assert code == 0, shown
    assert "requests  2: 2 succeeded" in shown
    assert wide(shown) == []
    assert len(Path("trial.csv").read_text(encoding="utf-8").splitlines()) == 3
    code, shown = typed("polybatch runs")
    assert (code, shown.split("\n\n")[1].split()[-2:]) == (0, ["all", "succeeded"])
    assert "  trial" in shown.splitlines()
    assert typed("polybatch status trial --watch")[0] == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("polybatch run", 2, "error: Missing argument 'INPUT'."),
        ("polybatch statu", 2, "Did you mean 'status'?"),
        ("polybatch run in.jsonl", 2, "hint: known are: anthropic, letta, meshapi, onerouter"),
        ("polybatch run in.jsonl --vendor anthropic", 2, "hint: set ANTHROPIC_API_KEY in the environment"),
        ("polybatch run no.jsonl --vendor anthropic --sandbox", 2, "no.jsonl: No such file or directory"),
        ("polybatch plan in.jsonl --vendor anthropic", 0, "3 requests, "),
        ("polybatch status nothing", 2, "hint: `polybatch runs` lists those of this machine"),
        ("polybatch status in.jsonl", 2, "in.jsonl is a file, and a run is a directory"),
        ("polybatch runs", 0, "no runs are known on this machine; `polybatch run` begins one"),
        ("polybatch vendors", 0, "Key variable"),
        ("polybatch batch", 0, "Commands:"),
        ("polybatch completion bash", 0, "# to have it in every shell: "),
    ],
)
def test_each_command_as_a_newcomer_types_it(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, code: int, words: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    requests_file()
    found, shown = typed(line)
    assert (found, words in shown) == (code, True), shown
    assert "Traceback" not in shown
    assert line.endswith("bash") or wide(shown) == []
