"""F53, F54: a disk full or broken, at a share of all writes and syncs; F57: a place where no journal can be kept.

The command must end by itself with a message that names the place and says what to do, and never with a traceback; once
there is room, the plain command finishes the run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.process_lab import FINISHED, PLACES, TWO_BATCHES, Done, Lab, Reference, each, open_lab
from tests.faults.strace_lab import WRITES, Call, Seen, needs_strace, numbered, read, traced

References = Callable[[str], Reference]
pytestmark = pytest.mark.slow

SYNCS = ("fsync", "fdatasync")
OPENING = 10
"""So many calls of a process that takes a run up again, before it goes on with it."""
ROOM = (*WRITES, "ftruncate", "rename", "mkdir")
"""Calls that fail on a full disk."""
SHARES = {"anthropic": slice(0, None, 2), "onerouter": slice(3, None, 8)}
"""Which of them fail where; what is done on disk is the same everywhere."""
FEWER = {"anthropic": slice(1, None, 3), "onerouter": slice(3, None, 12)}
"""Of the syncs: each of them follows a write that fails as well."""
USAGE, STOPPED, UNDECIDED = 2, 3, 4
WORDS = re.compile(
    "No space left on device|disk is full|Input/output error|disk I/O error|unable to open database file|Read-only file"
    "|[Ll]ock|Invalid argument|Operation not permitted|Function not implemented|Operation not supported"
)
"""What a system says, and what SQLite makes of it."""


def complained(lab: Lab, done: Done, before: Sequence[str] = ()) -> None:
    """The end of a command whose disk failed it; `before`: the batches that there were."""
    lab.unharmed(done)
    assert done.code in {USAGE, STOPPED, UNDECIDED}, str(done)
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert any(WORDS.search(line) and lab.names(line) for line in errors), str(done)
    assert re.search("^(?:hint: |go on with: )", done.err, re.MULTILINE), str(done)
    if done.code == USAGE:  # which promises that nothing was sent
        assert lab.ids() == list(before), str(done)


def inside(lab: Lab, one: Seen) -> bool:
    """Whether a call works on a file of the run; SQLite itself ignores a folder that cannot be synced."""
    return one.path.startswith(f"{lab.folder}/") and (one.name, Path(one.path)) != ("fdatasync", lab.run_dir)


def places(lab: Lab, log: Path, names: Sequence[str]) -> list[Call]:
    """Where an undisturbed run can fail; of the many writes of a transaction of the journal, at the last."""
    done = lab.run(program=traced(log, (*names, *SYNCS)))
    assert done.code == FINISHED, str(done)
    found: list[Call] = []
    last: Call | None = None
    for call, one in numbered(read(log)):
        if call.name == "pwrite64":
            last = call
        elif inside(lab, one) and call.name in names and one.result != -1:
            found.append(call)
        if call.name in SYNCS and last is not None and "pwrite64" in names:
            found.append(last)
            last = None
    return found


def fail_once(
    name: str, error: str, names: Sequence[str], folder: Path, undisturbed: Reference, *, begun: bool = False
) -> None:
    """One call of these fails, then the disk is well again; then the same with the next call.

    `begun`: the process that meets it takes a run up again that another has begun.
    """
    needs_strace()
    place, shares = PLACES[name], FEWER if names is SYNCS else SHARES

    def trial(call: Call) -> None:
        with open_lab(folder / str(call), place) as lab:
            before = begin(lab) if begun else []
            log = folder / f"{call}.log"
            done = lab.run(program=traced(log, (*names, *SYNCS, "sendto"), call=call, fate=f"error={error}"))
            seen = list(read(log))
            failed = next((place for place, one in enumerate(seen) if one.injected), None)
            # The n-th write of one run may be a message of another.
            if failed is not None and inside(lab, seen[failed]):
                rest = seen[failed + 1 :]
                if done.code != FINISHED or not all(tidying(one) for one in rest):
                    complained(lab, done, before)
                assert [one.text for one in rest if one.name == "sendto"] == [], str(done)
                again = [one.path for one in rest if one.name in SYNCS and not tidying(one)]
                assert seen[failed].path not in again, str(done)
            lab.judge(lab.run(), undisturbed)

    with open_lab(folder / "undisturbed", place) as lab:
        if begun:
            begin(lab)
        chosen = places(lab, folder / "log", names)
    each([*chosen[:OPENING], *chosen[OPENING::10]] if begun else chosen[shares[name]], trial)


def begin(lab: Lab) -> list[str]:
    """Have a process die that has two batches."""
    assert lab.run(at=TWO_BATCHES).code == -9
    return lab.ids()


@pytest.mark.parametrize("name", SHARES)
def test_f53_no_room_for_a_write(name: str, tmp_path: Path, reference: References) -> None:
    fail_once(name, "ENOSPC", ROOM, tmp_path, reference(name))


@pytest.mark.parametrize("name", SHARES)
def test_f54_a_sync_fails_and_is_not_tried_again(name: str, tmp_path: Path, reference: References) -> None:
    """After a failed sync the system may have thrown away what was written, and calls the next one a success."""
    fail_once(name, "EIO", SYNCS, tmp_path, reference(name))


def test_f53_no_room_when_a_run_is_taken_up_again(tmp_path: Path, reference: References) -> None:
    """What cannot be opened now is not nothing: it stays as it is."""
    fail_once("anthropic", "ENOSPC", ROOM, tmp_path, reference("anthropic"), begun=True)


def test_f54_a_sync_fails_when_a_run_is_taken_up_again(tmp_path: Path, reference: References) -> None:
    fail_once("anthropic", "EIO", SYNCS, tmp_path, reference("anthropic"), begun=True)


def tidying(one: Seen) -> bool:
    """Whether a call may follow a failure: a message, or SQLite closing the journal, whose log holds everything."""
    return Path(one.path).name.startswith(("journal.sqlite", "lock")) or one.given.startswith(("1<", "2<"))


# -- a file system that is really full

ROOMS = [f"size={kilobytes}k" for kilobytes in (4, 64, 128, 192, 320, 512)]
FILES = [f"nr_inodes={count}" for count in (2, 8, 12, 16, 20, 24)]


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[Path]:
    """A small file system of its own; skips where none can be mounted."""
    folder.mkdir(parents=True)
    if shutil.which("mount") is None:
        pytest.skip("there is no command to mount a file system")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_f53_a_small_file_system_runs_full(tmp_path: Path, reference: References) -> None:
    """Run directory and output on it; then somebody makes room."""
    undisturbed = reference("anthropic")
    with mounted(tmp_path / "probe", "size=4k"):
        pass
    full: list[str] = []

    def trial(options: str) -> None:
        home = tmp_path / options
        with mounted(home / "disk", options) as disk, open_lab(home / "lab", PLACES["anthropic"]) as lab:
            lab.move(disk)
            done = lab.run()
            if done.code != FINISHED:
                full.append(options)
                complained(lab, done)
            remount(disk, "size=8m,nr_inodes=100")
            lab.judge(lab.run(), undisturbed)

    each(ROOMS + FILES, trial)
    assert 5 <= len(full) < len(ROOMS + FILES), f"the sizes are not well chosen: {full}"


# -- a place where no journal can be kept


UNFIT = [("flock", "ENOLCK"), ("flock", "ENOSYS"), ("flock", "EOPNOTSUPP"), ("fcntl", "ENOLCK"), ("fsync", "EINVAL"),
         ("rename", "EPERM")]  # fmt: skip
"""As shares of a network answer that know no locks, cannot make a folder last, or do not rename."""


@pytest.mark.parametrize(("name", "error"), UNFIT, ids=["-".join(pair) for pair in UNFIT])
def test_f57_a_place_that_cannot_keep_a_journal_is_refused(
    name: str, error: str, tmp_path: Path, reference: References
) -> None:
    """Before anything is sent; and a lock that cannot be taken is not a lock that somebody else has."""
    needs_strace()
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        program = traced(tmp_path / "log", (name,), call=Call(name, 1), fate=f"error={error}", onwards=True)
        done = lab.run(program=program)
        complained(lab, done)
        assert lab.live() == [], str(done)
        lab.judge(lab.run(), reference("anthropic"))


@pytest.mark.parametrize("begun", [False, True], ids=["from-the-start", "while-it-runs"])
def test_f57_a_disk_that_can_only_be_read(begun: bool, tmp_path: Path, reference: References) -> None:  # noqa: FBT001
    with mounted(tmp_path / "disk", "size=8m") as disk, open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        lab.move(disk)
        before = begin(lab) if begun else []
        remount(disk, "ro")
        complained(lab, lab.run(), before)
        assert lab.ids() == before
        remount(disk, "rw")
        lab.judge(lab.run(), reference("anthropic"))
