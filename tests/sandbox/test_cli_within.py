"""`polybatch sandbox COMMAND`: a command that finds all vendors in its environment, and trouble that was asked for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from polybatch.cli import main
from polybatch_sandbox import VENDORS, Sandbox, pytest_plugin, server

Call = Callable[..., Result]
LOOK = "import json, os, sys; json.dump([sys.argv[1:], dict(os.environ)], open('seen.json', 'w'))"
"""A program that writes down what it was given."""
PYTHON = (sys.executable, "-S", "-E", "-c")


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.chdir(tmp_path)
    handlers = [(number, signal.getsignal(number)) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]

    def calling(*words: str) -> Result:
        done = CliRunner().invoke(main, ["sandbox", *words])
        assert [(number, signal.getsignal(number)) for number, _ in handlers] == handlers
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        return done

    return calling


def test_a_command_has_keys_and_addresses_and_its_own_options(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "mine")
    monkeypatch.setenv("ELSE", "kept")
    done = call("--seed", "7", *PYTHON, LOOK, "--speed", "x", "--help")
    assert (done.exit_code, done.output) == (0, "")
    arguments, environment = json.loads(Path("seen.json").read_bytes())
    assert arguments == ["--speed", "x", "--help"]
    assert environment["ELSE"] == "kept"
    assert {environment[f"{vendor.upper()}_API_KEY"] for vendor in VENDORS} == {server.KEY}
    for vendor in VENDORS:
        address = environment[f"{vendor.upper()}_BASE_URL"]
        assert address.startswith("http://127.0.0.1:")
        assert address.endswith(f"/{vendor}")


@pytest.mark.parametrize(("code", "ends"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", 137)])
def test_its_exit_code_is_the_commands(call: Call, code: str, ends: int) -> None:
    assert call(*PYTHON, f"import os, sys; {code}").exit_code == ends


@pytest.mark.parametrize(
    ("words", "speed", "scripts"),
    [
        ([], pytest_plugin.SPEED, {}),
        (["--speed", "0"], 0.0, {}),
        (["--script", "letta.get=status:503", "--script", "letta.get=ok", "--script", "anthropic.create=fail:2:a=b"],
         pytest_plugin.SPEED,
         {"letta": {"get": ["status:503", "ok"]}, "anthropic": {"create": ["fail:2:a=b"]}}),
    ],
    ids=["plain", "speed", "scripts"],
)  # fmt: skip
def test_how_the_sandbox_is(
    call: Call, monkeypatch: pytest.MonkeyPatch, words: list[str], speed: float, scripts: object
) -> None:
    closed: list[tuple[float, object]] = []
    close = Sandbox.close

    def noting(self: Sandbox) -> None:
        closed.append((self.clock.speed, self.faults.document()))
        close(self)

    monkeypatch.setattr(Sandbox, "close", noting)
    assert call(*words, *PYTHON, "").exit_code == 0
    assert closed == [(speed, scripts)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no-such-program", "--x"], "cannot run no-such-program: No such file or directory"),
        (["--json", "true"], "--json and COMMAND exclude each other: the addresses are in its environment"),
        (["--script", "nobody.create=ok", "true"], "'--script nobody.create=ok': there is no vendor 'nobody'"),
        (
            ["--script", "letta.delete=ok", "true"],
            "'--script letta.delete=ok': letta has no operation 'delete'; it has",
        ),
        (["--script", "letta.create", "true"], "'--script letta.create': '' is none of batch_failed,"),
        (["--script", "letta.get=fail:1", "true"], "'fail:1' can be scripted on create only"),
    ],
    ids=["program", "json", "vendor", "operation", "word", "mark"],
)
def test_what_cannot_be_is_refused(call: Call, words: list[str], said: str) -> None:
    done = call(*words)
    assert done.exit_code == 2
    assert said in done.stderr


BLOCK, WAIT = "signal.pthread_sigmask(signal.SIG_BLOCK, [{0}])", "signal.sigwait([{0}]); print('heard')"
SIGNALS = {"hears": (BLOCK, WAIT, 0), "dies": ("pass", "signal.pause()", 128)}
"""What a program does before it is ready and after, and its exit code, the signal's number aside."""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("kind", SIGNALS)
def test_a_signal_is_for_the_command(tmp_path: Path, number: signal.Signals, kind: str) -> None:
    """Ctrl-C reaches it from the terminal, a kill of the sandbox through the sandbox; it decides what comes of both."""
    before, after, ends = SIGNALS[kind]
    program = f"import signal; {before}; print('ready', flush=True); {after}".format(int(number))
    started = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from polybatch.cli import main"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", f"{started}; main()", "sandbox", *PYTHON, program],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        if number is signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == (ends and ends + number)
    assert out == ("" if ends else "heard\n")
    assert "polybatch" not in err
