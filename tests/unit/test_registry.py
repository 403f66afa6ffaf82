"""The runs of this machine: remembered with their path alone, an obstacle to nobody; and who drives one."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from polybatch.run import registry
from polybatch.run.here import me, state_folder
from polybatch.run.journal import Lock

HOLDER = """
import fcntl, sys
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
file.write("process 7 on moon")
file.flush()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


def known() -> list[Path]:
    return [entry.run_dir for entry in registry.entries()]


class TestWhatIsRemembered:
    def test_is_the_path_and_nothing_else(self, state: Path) -> None:
        registry.register(Path("some run"))
        (file,) = (state / "polybatch" / "runs").iterdir()
        assert file.read_bytes() == os.fsencode(Path("some run").absolute())
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert known() == [Path("some run").absolute()]

    def test_is_remembered_once(self, tmp_path: Path) -> None:
        for _ in range(2):
            registry.register(tmp_path / "a")
        assert known() == [tmp_path / "a"]

    def test_comes_newest_first(self, tmp_path: Path) -> None:
        for place, name in enumerate("bca"):
            registry.register(tmp_path / name)
            entry = next(each for each in registry.entries() if each.run_dir.name == name)
            os.utime(entry.file, (place, place))
        assert [path.name for path in known()] == ["a", "c", "b"]
        assert registry.entries()[0].begun_at == datetime.fromtimestamp(2, UTC)

    def test_may_be_forgotten_twice(self, tmp_path: Path) -> None:
        registry.register(tmp_path / "a")
        (entry,) = registry.entries()
        entry.forget()
        entry.forget()
        assert known() == []

    def test_may_have_a_name_that_is_no_text(self, tmp_path: Path) -> None:
        path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xff\n"))
        registry.register(path)
        assert known() == [path]

    def test_is_not_what_somebody_is_still_writing(self, tmp_path: Path, state: Path) -> None:
        registry.register(tmp_path / "a")
        (state / "polybatch" / "runs" / "0123.part").write_text("/half")
        assert known() == [tmp_path / "a"]


class TestAnOutput:
    def test_is_remembered_with_the_run_that_began_it(self, tmp_path: Path, state: Path) -> None:
        registry.register(tmp_path / "a", tmp_path / "o.csv")
        (file,) = (state / "polybatch" / "outputs").iterdir()
        assert file.read_bytes() == os.fsencode(tmp_path / "a")

    def test_in_the_directory_of_its_run_is_nobody_elses(self, tmp_path: Path, state: Path) -> None:
        registry.register(tmp_path / "a", tmp_path / "a" / "results.jsonl")
        assert not (state / "polybatch" / "outputs").exists()

    def test_of_a_run_that_is_gone_is_free(self, tmp_path: Path) -> None:
        for name in "ab":
            registry.register(tmp_path / name, tmp_path / "o.csv")
            assert registry.writer(tmp_path / "o.csv", tmp_path / "c") is None

    def test_is_free_where_nothing_can_be_remembered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
        registry.refuse_taken(tmp_path / "o.csv", tmp_path / "a")


class TestAPlaceThatCannotBeWritten:
    def test_is_a_warning_and_no_more(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
        registry.register(tmp_path / "a")
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "the run goes on, but `polybatch runs` will not show it: " in caplog.text

    def test_may_be_a_home_that_a_user_does_not_have(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def homeless() -> Path:
            raise RuntimeError("Could not determine home directory.")

        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setattr(Path, "home", homeless)
        with pytest.raises(OSError, match="Name a folder in XDG_STATE_HOME"):
            state_folder("runs")
        registry.register(tmp_path / "a")
        assert "XDG_STATE_HOME" in caplog.text


class TestTheOwner:
    def test_is_nobody_where_there_is_no_lock(self, tmp_path: Path) -> None:
        assert registry.owner(tmp_path) == ""

    def test_is_not_this_process(self, tmp_path: Path) -> None:
        lock = Lock(tmp_path / "lock")
        lock.take()
        assert (tmp_path / "lock").read_text() == me()
        assert registry.owner(tmp_path) == ""
        lock.release()

    def test_is_the_other_process_that_has_the_lock_until_it_dies(self, tmp_path: Path) -> None:
        command = [sys.executable, "-S", "-E", "-c", HOLDER, str(tmp_path / "lock")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            assert registry.owner(tmp_path) == "process 7 on moon"
            holder.kill()
        assert (tmp_path / "lock").read_text() == "process 7 on moon", "the dead leave their name"
        assert registry.owner(tmp_path) == ""

    def test_is_looked_for_without_taking_the_lock(self, tmp_path: Path) -> None:
        (tmp_path / "lock").write_text("process 7 on moon")
        registry.owner(tmp_path)
        lock = Lock(tmp_path / "lock")
        lock.take()
        lock.release()

    def test_is_somebody_where_the_lock_cannot_even_be_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def locked(*_: object) -> None:
            raise PermissionError(13, "Permission denied")  # as on Windows

        monkeypatch.setattr(Path, "open", locked)
        assert registry.owner(tmp_path) == registry.SOMEBODY
