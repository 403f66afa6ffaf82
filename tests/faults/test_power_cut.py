"""F56: the power fails at a share of all durable system calls; what was not synced is lost, wholly or in part.

Nothing here needs a special file system: strace shows every byte that the process wrote, and `power_cut` works out
what a disk has of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from tests.faults import power_cut
from tests.faults.power_cut import Disk, everything, nothing
from tests.faults.process_lab import PLACES, Lab, Moment, Reference, each, open_lab
from tests.faults.strace_lab import DURABLE, Call, needs_strace, numbered, read, traced

T = TypeVar("T")
References = Callable[[str], Reference]
pytestmark = pytest.mark.slow

SHARES = {"anthropic": slice(0, None, 6), "meshapi": slice(1, None, 20), "onerouter": slice(11, None, 20)}
CARELESS = """
import sqlite3
class Patched(sqlite3.Connection):
    def execute(self, statement, *given):
        return super().execute(statement.replace("FULL", "NORMAL"), *given)
import os
os.fsync = lambda _: None
plain = sqlite3.connect
sqlite3.connect = lambda *given, **named: plain(*given, **named, factory=Patched)
"""
"""Two bugs, planted: neither sqlite nor we sync before a create."""


@pytest.fixture
def _strace() -> None:
    needs_strace()


def some(seed: int) -> Callable[[Sequence[T]], Sequence[T]]:
    """A disk that has kept some of the changes, in their order."""
    dice = random.Random(seed)  # noqa: S311 - the same choices in every test run
    return lambda pending: [change for change in pending if dice.random() < 0.5]


def first(seed: int) -> Callable[[Sequence[T]], Sequence[T]]:
    """A disk that has kept the first changes: file systems keep the order of names."""
    dice = random.Random(seed)  # noqa: S311 - the same choices in every test run
    return lambda pending: pending[: dice.randint(0, len(pending))]


def moments(folder: Path, share: slice) -> list[Call]:
    with open_lab(folder / "undisturbed", PLACES["anthropic"]) as lab:
        assert lab.run(program=traced(folder / "log", DURABLE)).code == 0
        return [call for call, _ in numbered(read(folder / "log"))][share]


def cut(lab: Lab, log: Path, call: Call | None, at: Moment | None = None, bug: str = "") -> Disk:
    """A run that ends with a power cut, at a system call or at a call of the vendor, and its disk just before."""
    disk, names = Disk(lab.folder), (*power_cut.CALLS, *power_cut.STRANGE, *([call.name] if call else []))
    program = traced(log, names, call=call, fate="signal=SIGKILL", more=power_cut.READING, first=bug)
    done = lab.run(program=program, at=at)
    assert done.code in {-9, 0}, str(done)
    disk.play(log)
    assert files(disk) == {path: path.read_bytes() for path in lab.folder.rglob("*") if path.is_file() and real(path)}
    return disk


def real(path: Path) -> bool:
    """Whether a file is written by system calls; sqlite's index of its log is shared memory and never matters."""
    return not path.name.endswith("-shm")


def files(disk: Disk) -> dict[Path, bytes]:
    return {path: content for path, content in disk.found() if content is not None and real(path)}


@pytest.mark.parametrize("name", SHARES)
@pytest.mark.usefixtures("_strace")
def test_f56_a_power_cut_at_a_durable_system_call(name: str, tmp_path: Path, reference: References) -> None:
    undisturbed = reference(name)

    def trial(numbered: tuple[int, Call]) -> None:
        number, call = numbered
        with open_lab(tmp_path / str(call), PLACES[name]) as lab:
            disk = cut(lab, tmp_path / f"{call}.log", call)
            (tmp_path / f"{call}.log").unlink()
            harsh = number % 2 == 0
            disk.write(nothing if harsh else first(number), nothing if harsh else some(number))
            lab.judge(lab.run(), undisturbed)

    each(list(enumerate(moments(tmp_path, SHARES[name]))), trial)


@pytest.mark.usefixtures("_strace")
def test_f56_a_run_that_does_not_sync_pays_twice(tmp_path: Path) -> None:
    """The same power cuts find the bug where there is one."""
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        disk = cut(lab, tmp_path / "log", None, Moment("after", "create", 1), CARELESS)
        disk.write(nothing, nothing)
        assert len(lab.live()) == 1
        lab.run()
        assert max(lab.taken().values()) == 2


def test_f56_what_was_not_synced_may_be_lost(tmp_path: Path) -> None:
    """The model itself, on a log that is written by hand."""

    def call(line: str, *texts: bytes) -> str:
        shown = ('"' + "".join(f"\\x{byte:02x}" for byte in text) + '"' for text in texts)
        return "7 " + line.format(*shown)

    (tmp_path / "old").write_bytes(b"was here")
    disk, log = Disk(tmp_path), tmp_path.with_suffix(".log")
    log.write_text("\n".join([
        call("openat(AT_FDCWD, {}, O_WRONLY|O_CREAT|O_TRUNC, 0600) = 3", b"a.part"),
        call("write(3, {}, 5) = 5", b"hello"), call("fsync(3) = 0"), call("write(3, {}, 1) = 1", b"!"),
        call("rename({}, {}) = 0", b"a.part", b"a"), call("unlink({}) = 0", b"old"),
        call("openat(AT_FDCWD, {}, O_RDONLY) = 4", bytes(tmp_path)), call("fsync(4) = 0"),
        call("mkdir({}, 0700) = 0", b"folder"),
    ]))  # fmt: skip
    assert {path.name: content for path, content in disk.found()} == {tmp_path.name: None, "old": b"was here"}
    disk.play(log)
    assert {path.name: content for path, content in disk.found(everything, everything)} == {
        tmp_path.name: None, "a": b"hello!", "folder": None,
    }  # fmt: skip
    left = {path.name: content for path, content in disk.found(nothing, nothing)}
    assert left == {tmp_path.name: None, "a": b"hello"}
