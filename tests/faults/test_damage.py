"""F58: a journal that is damaged, newer, torn or half copied. It is never made anew, and nothing is paid twice."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.process_lab import PLACES, TWO_BATCHES, Done, Lab, Moment, Reference, each, open_lab
from tests.faults.strace_lab import needs_strace, numbered, read, traced

References = Callable[[str], Reference]
pytestmark = pytest.mark.slow

USAGE, STOPPED = 2, 3
PAGE = 4096


@contextmanager
def begun(folder: Path, at: Moment = TWO_BATCHES) -> Iterator[Lab]:
    """A run whose process was killed, and a copy of its directory."""
    with open_lab(folder, PLACES["anthropic"]) as lab:
        assert lab.run(at=at).code == -9
        shutil.copytree(lab.run_dir, lab.folder / "backup")
        yield lab


def restore(lab: Lab) -> None:
    shutil.rmtree(lab.run_dir)
    shutil.copytree(lab.folder / "backup", lab.run_dir)


def refused(lab: Lab, done: Done) -> None:
    """It says which file is wrong and what to do, and sends nothing."""
    assert done.code in {USAGE, STOPPED}, str(done)
    lab.unharmed(done)
    error, hint = done.err.splitlines()[-2:]
    assert error.startswith("error: "), str(done)
    assert str(lab.run_dir) in error, str(done)
    assert hint.startswith("hint: "), str(done)


def settled(lab: Lab) -> None:
    """All that the log of the journal holds stands in the journal itself."""
    with closing(sqlite3.connect(lab.run_dir / "journal.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def pages(lab: Lab) -> int:
    return (lab.run_dir / "journal.sqlite").stat().st_size // PAGE


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def test_f58_a_newer_journal_is_left_alone(tmp_path: Path, reference: References) -> None:
    with begun(tmp_path / "lab") as lab:
        with closing(sqlite3.connect(lab.run_dir / "journal.sqlite")) as db, db:
            db.execute("INSERT INTO migration VALUES ('m999_from_the_future', '2099-01-01')")
        done = lab.run()
        assert done.code in {USAGE, STOPPED}, str(done)
        assert "newer polybatch" in done.err
        assert len(lab.live()) == 2
        restore(lab)
        lab.judge(lab.run(), reference("anthropic"))


def test_f58_any_page_of_the_journal_is_destroyed(tmp_path: Path, reference: References) -> None:
    undisturbed = reference("anthropic")

    def trial(page: int) -> None:
        with begun(tmp_path / str(page)) as lab:
            settled(lab)
            if page >= pages(lab):
                return
            overwrite(lab.run_dir / "journal.sqlite", page * PAGE, b"\xa5" * PAGE)
            refused(lab, lab.run())
            if page == 0:
                restore(lab)
                lab.judge(lab.run(), undisturbed)

    with begun(tmp_path / "probe") as lab:
        settled(lab)
        count = pages(lab)
    each(range(count), trial)


def test_f58_the_journal_is_empty_or_something_else(tmp_path: Path, reference: References) -> None:
    undisturbed = reference("anthropic")

    def trial(content: bytes) -> None:
        with begun(tmp_path / str(len(content))) as lab:
            for path in lab.run_dir.glob("journal.sqlite-*"):
                path.unlink()
            (lab.run_dir / "journal.sqlite").write_bytes(content)
            refused(lab, lab.run())
            restore(lab)
            lab.judge(lab.run(), undisturbed)

    each([b"", b"not a database, but long enough to be taken for the header of one" * 99], trial)


def test_f58_the_log_of_the_journal_was_not_copied(tmp_path: Path, reference: References) -> None:
    """Whoever copies `journal.sqlite` alone has no journal: everything since the start stands in its log."""
    with begun(tmp_path / "lab") as lab:
        for path in lab.run_dir.glob("journal.sqlite-*"):
            path.unlink()
        refused(lab, lab.run())
        restore(lab)
        lab.judge(lab.run(), reference("anthropic"))


def test_f58_the_log_of_the_journal_is_torn(tmp_path: Path, reference: References) -> None:
    """Without its last entries the journal is one of an earlier moment, of which more has happened since."""
    undisturbed = reference("anthropic")

    def trial(part: float) -> None:
        with begun(tmp_path / str(part)) as lab:
            log = lab.run_dir / "journal.sqlite-wal"
            (lab.run_dir / "journal.sqlite-shm").unlink()
            with log.open("r+b") as file:
                file.truncate(int(log.stat().st_size * part))
            done = lab.run()
            lab.unharmed(done)
            if done.code in {USAGE, STOPPED}:
                refused(lab, done)
                restore(lab)
                done = lab.run()
            lab.judge(done, undisturbed)

    each([0.3, 0.5, 0.7, 0.9], trial)


@pytest.mark.parametrize("part", ["plan", "payload", "results"])
def test_f58_a_folder_of_the_run_was_not_copied(part: str, tmp_path: Path, reference: References) -> None:
    """Whatever is gone: nothing is paid twice, and no answer that was paid for is called missing."""
    with begun(tmp_path / "lab") as lab:
        shutil.rmtree(lab.run_dir / part)
        done = lab.run()
        lab.unharmed(done)
        assert done.code in {0, USAGE, STOPPED}, str(done)
        if done.code:
            restore(lab)
            done = lab.run()
        lab.judge(done, reference("anthropic"))


def test_f58_fetched_results_are_gone(tmp_path: Path, reference: References) -> None:
    """They were paid for: they are fetched again, or the run stops; they are not called missing."""
    needs_strace()
    with open_lab(tmp_path / "undisturbed", PLACES["anthropic"]) as lab:
        assert lab.run(program=traced(tmp_path / "log", ("fsync",))).code == 0
        syncs = [call for call, one in numbered(read(tmp_path / "log")) if Path(one.path) == lab.output]
    with open_lab(tmp_path / "lab", PLACES["anthropic"]) as lab:
        program = traced(tmp_path / "log", ("fsync",), call=syncs[0], fate="signal=SIGKILL")
        assert lab.run(program=program).code == -9
        results = list((lab.run_dir / "results").iterdir())
        assert len(results) == 1
        content = results[0].read_bytes()
        results[0].unlink()
        done = lab.run()
        lab.unharmed(done)
        assert done.code in {0, USAGE, STOPPED}, str(done)
        if done.code:
            results[0].write_bytes(content)
            done = lab.run()
        lab.judge(done, reference("anthropic"))
