"""F20: several processes, one run; F33: signals, a terminal that goes away, a laptop that sleeps; F61: the umask."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import stat
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event

import pytest

from tests.faults.process_lab import (
    FAST,
    HEARING,
    PATIENCE,
    PLACES,
    TWO_BATCHES,
    WITH_CTRL_C,
    Done,
    Lab,
    Moment,
    Reference,
    each,
    open_lab,
)
from tests.faults.strace_lab import DURABLE, Call, needs_strace, numbered, read, traced
from tests.faults.test_kill import deaths

References = Callable[[str], Reference]
FINISHED, STOPPED, LOCKED, INTERRUPTED = 0, 3, 6, 130
DAY = 86_400
STEPS = (*DURABLE, "flock")
SECOND_CREATE = Moment("before", "create", 2)


# -- F20


@pytest.mark.parametrize("count", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_f20_of_processes_started_at_once_one_drives(count: int, tmp_path: Path, reference: References) -> None:
    undisturbed = reference("anthropic")
    # Sandbox time stands still: whoever drives has its batches, and waits until the others have given up.
    with open_lab(tmp_path / "lab", PLACES["anthropic"], speed=0) as lab, ThreadPoolExecutor(count) as pool:
        started = [lab.start(at=TWO_BATCHES, send=()) for _ in range(count)]
        driving = Event()
        lab.watch.act = driving.set
        running = {pool.submit(lab.finish, process): process for process in started}
        ended = as_completed(running)
        losers = [next(ended) for _ in range(count - 1)]
        assert driving.wait(PATIENCE)
        lab.told("/clock", {"advance": DAY / 2})
        winner = next(ended)
        for loser in losers:
            assert loser.result().code == LOCKED, str(loser.result())
            assert f"belongs to process {running[winner].pid} on {socket.gethostname()}" in loser.result().err
        lab.judge(winner.result(), undisturbed)


# -- F33


def going_on(lab: Lab, stopped: Done) -> Done:
    """The command that a stopped process has printed."""
    words = next(line.partition("go on with: ")[2] for line in stopped.err.splitlines() if "go on with: " in line)
    return lab.run(command=[sys.executable, "-m", *shlex.split(words), *FAST])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "every"),
    [(signal.SIGINT, INTERRUPTED, 2), (signal.SIGTERM, STOPPED, 3)],
    ids=["ctrl-c", "sigterm"],
)
def test_f33_one_signal_finishes_the_step_and_prints_how_to_go_on(
    number: int, code: int, every: int, tmp_path: Path, reference: References
) -> None:
    """Where every reply is read to its end nothing is unknown, whoever the vendor is."""
    undisturbed = reference("onerouter")

    def trial(moment: Moment) -> None:
        with open_lab(tmp_path / str(moment).replace(" ", "-"), PLACES["onerouter"]) as lab:
            stopped = lab.run(program=WITH_CTRL_C, at=moment, send=number)
            assert stopped.code in {code, FINISHED}, str(stopped)
            lab.unharmed(stopped)
            done = going_on(lab, stopped) if stopped.code else stopped
            assert done.code == FINISHED, str(done)
            lab.judge(done, undisturbed)

    each(deaths(undisturbed.calls)[::every], trial)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "signals"),
    [("anthropic", (signal.SIGINT, signal.SIGINT)), ("onerouter", (signal.SIGTERM, signal.SIGTERM))],
    ids=["ctrl-c", "sigterm"],
)
def test_f33_a_second_signal_stops_at_once_and_is_still_safe(
    name: str, signals: Sequence[int], tmp_path: Path, reference: References
) -> None:
    undisturbed = reference(name)

    def trial(moment: Moment) -> None:
        with open_lab(tmp_path / str(moment).replace(" ", "-"), PLACES[name]) as lab, lab.aside as messages:
            stopped = lab.run(program=WITH_CTRL_C, at=moment, send=signals, stderr=messages)
            assert stopped.code in {INTERRUPTED, STOPPED, FINISHED}, str(stopped)
            lab.unharmed(stopped)
            lab.judge(lab.run(), undisturbed)

    each(deaths(undisturbed.calls)[::2], trial)


@pytest.mark.slow
@pytest.mark.parametrize("begun", [False, True], ids=["from-the-start", "taken-up-again"])
def test_f33_ctrl_c_at_a_system_call(begun: bool, tmp_path: Path, reference: References) -> None:  # noqa: FBT001
    """While a run is planned, opened, driven and closed: never a traceback, never anything lost."""
    needs_strace()
    undisturbed, place, codes = reference("anthropic"), PLACES["anthropic"], list[int]()

    def trial(call: Call) -> None:
        with open_lab(tmp_path / str(call), place) as lab:
            if begun:
                assert lab.run(at=TWO_BATCHES).code == -9
            program = traced(tmp_path / f"{call}.log", (call.name,), call=call, fate="signal=SIGINT", first=HEARING)
            stopped = lab.run(program=program)
            codes.append(stopped.code)
            assert stopped.code in {INTERRUPTED, FINISHED}, str(stopped)
            lab.unharmed(stopped)
            lab.judge(lab.run(), undisturbed)

    with open_lab(tmp_path / "undisturbed", place) as lab:
        if begun:
            assert lab.run(at=TWO_BATCHES).code == -9
        assert lab.run(program=traced(tmp_path / "log", STEPS)).code == FINISHED
    calls = [call for call, _ in numbered(read(tmp_path / "log"))]
    each(calls[:12] if begun else calls[::9], trial)
    assert codes.count(INTERRUPTED) > codes.count(FINISHED)


@pytest.mark.slow
def test_f33_hanging_up(tmp_path: Path, reference: References) -> None:
    """SIGHUP stops the run, politely or not; nothing is lost."""
    undisturbed = reference("anthropic")

    def trial(moment: Moment) -> None:
        with open_lab(tmp_path / str(moment).replace(" ", "-"), PLACES["anthropic"]) as lab:
            stopped = lab.run(program=WITH_CTRL_C, at=moment, send=signal.SIGHUP)
            assert stopped.code in {-signal.SIGHUP, STOPPED, FINISHED}, str(stopped)
            lab.unharmed(stopped)
            lab.judge(lab.run(), undisturbed)

    each(deaths(undisturbed.calls)[::3], trial)


ON_A_TERMINAL = "-c", "import fcntl, termios; fcntl.ioctl(2, termios.TIOCSCTTY, 0)\n" + WITH_CTRL_C[1]


@pytest.mark.slow
@pytest.mark.parametrize("moment", [SECOND_CREATE, Moment("after", "get", 1)], ids=str)
def test_f33_the_terminal_is_closed(moment: Moment, tmp_path: Path, reference: References) -> None:
    pty = pytest.importorskip("pty", reason="no terminals here")
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        ours, theirs = pty.openpty()
        process = lab.start(program=ON_A_TERMINAL, at=moment, send=(), stderr=theirs, start_new_session=True)
        os.close(theirs)
        lab.watch.act = lambda: os.close(ours)
        stopped = lab.finish(process)
        assert lab.watch.came
        assert stopped.code in {-signal.SIGHUP, STOPPED, FINISHED}, str(stopped)
        lab.judge(lab.run(), reference("anthropic"))


@pytest.mark.slow
def test_f33_a_laptop_sleeps_for_hours(tmp_path: Path, reference: References) -> None:
    """The process stands still while the vendor's batches end, and goes on as if nothing had been."""
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        process = lab.start(at=Moment("after", "get", 1), send=())

        def sleep() -> None:
            process.send_signal(signal.SIGSTOP)
            lab.told("/clock", {"advance": DAY / 2})
            process.send_signal(signal.SIGCONT)

        lab.watch.act = sleep
        done = lab.finish(process)
        assert lab.watch.came
        assert done.code == FINISHED, str(done)
        lab.judge(done, reference("anthropic"))


# -- F61


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0o000, 0o077], ids=oct)
def test_f61_a_run_is_its_owners_alone_whatever_the_umask(umask: int, tmp_path: Path) -> None:
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        for moment in (SECOND_CREATE, None):
            lab.run("--on-unknown", "resubmit", at=moment, umask=umask)
            found = {path: stat.S_IMODE(path.stat().st_mode) for path in [lab.run_dir, *lab.run_dir.rglob("*")]}
            assert len(found) > 8
            assert {mode for path, mode in found.items() if path.is_dir()} == {0o700}
            assert {mode for path, mode in found.items() if not path.is_dir()} == {0o600}
