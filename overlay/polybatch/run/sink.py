"""Files of a run: what is about to be sent, what came back, and the results; each is safe before it is named.

plan/000000.members     where the requests of a shard stand in the input
payload/000000.json     the create's body, once staged; .sent from just before it is sent, empty once it was accepted
replies/000000.raw      what a create was answered with, until that was understood
results/000000.jsonl    what the vendor answered, as it answered
quarantine/000000.jsonl answers that fit no request, or contradict another, each with the reason
"""

from __future__ import annotations

import hashlib
import os
import shutil
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

import msgspec
from attrs import frozen

from polybatch.errors import InputError, RunError
from polybatch.model import Result
from polybatch.vendor import Payload

from .form import PLAIN, Checked, Form, encoder
from .migrations import NAME
from .plan import Cut

BLOCK = 1 << 18
PRIVATE_DIR, PRIVATE_FILE, PUBLIC_FILE = 0o700, 0o600, 0o666
INPUT = "input.jsonl"
"""Where an input is kept that cannot be read twice."""
PARTS = ("plan", "payload", "replies", "results", "quarantine")
OURS = frozenset({*PARTS, NAME, f"{NAME}-wal", f"{NAME}-shm", "lock", "seen.sqlite", INPUT, f"{INPUT}.part"})
"""What a run directory may hold before its run is planned."""


@frozen
class Folder:
    """The run directory."""

    path: Path

    def make(self) -> bool:
        """Create it, for nobody else to read; whether it is new. Raises InputError for another kind of directory."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            new = not self.path.exists()
            self.path.mkdir(exist_ok=True, mode=PRIVATE_DIR)
            strange = sorted({path.name for path in self.path.iterdir()} - OURS)
            if strange and not (self.path / NAME).exists():
                raise InputError(
                    f"{self.path} is no run directory: it holds {strange[0]}", hint="name another --run-dir"
                )
            for part in PARTS:
                (self.path / part).mkdir(exist_ok=True, mode=PRIVATE_DIR)
            self.path.chmod(PRIVATE_DIR)
        except OSError as error:
            raise InputError(f"{self.path} cannot be a run directory: {error.strerror}") from error
        if new:
            _sync_directory(self.path.parent)
        return new

    def clear(self, *, whole: bool) -> None:
        """Leave no trace of a run that was not planned."""
        for path in [self.path] if whole else [self.path / name for name in OURS]:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def save_members(self, number: int, cut: Cut) -> None:
        """Keep where a shard's requests stand; safe once `sync_plan` was called."""
        with private(self._members(number)) as file:
            for values in (cut.offsets, cut.numbers, cut.marks):
                values.tofile(file)
            file.flush()
            os.fsync(file.fileno())

    def sync_plan(self) -> None:
        """Make the names of the plan's files durable."""
        _sync_directory(self.path / "plan")

    def members(self, number: int, items: int) -> tuple[array[int], array[int], array[int]]:
        """Offsets, line numbers and marks of a shard's requests; runs of older versions have no marks."""
        found, path = (array("Q"), array("Q"), array("Q")), self._members(number)
        try:
            with path.open("rb") as file:
                for values in found[:2]:
                    values.fromfile(file, items)
                if file.peek(1):
                    found[2].fromfile(file, items)
        except (OSError, EOFError, ValueError) as error:
            raise RunError(f"{path} cannot be read: {error}", hint="restore the run directory as it was") from error
        return found

    def _members(self, number: int) -> Path:
        return self.path / "plan" / f"{number:06d}.members"

    def payload(self, number: int) -> Path:
        """Where a create's body waits."""
        return self.path / "payload" / f"{number:06d}.json"

    def sent(self, number: int) -> Path:
        """Where a create's body is from just before it is sent until its shard is done."""
        return self.path / "payload" / f"{number:06d}.sent"

    def traces(self, number: int) -> list[Path]:
        """Files that show that a shard was sent."""
        return [path for path in (self.sent(number), self.results(number)) if path.exists()]

    def recall(self, number: int) -> None:
        """A create's body may be sent again: nothing came of it; where only the sign is left, it is staged anew."""
        sent = self.sent(number)
        if sent.exists() and sent.stat().st_size:
            renamed(sent, self.payload(number))
        else:
            self.unsend(number)

    def accepted(self, number: int) -> None:
        """A create's body is no longer needed, only the sign that it was sent."""
        self.reply(number).unlink(missing_ok=True)
        if self.sent(number).exists():
            os.truncate(self.sent(number), 0)

    def unsend(self, number: int) -> None:
        """Forget a create's body and its reply: the vendor has refused it, or all is done."""
        for path in (self.payload(number), self.sent(number), self.reply(number)):
            path.unlink(missing_ok=True)

    def orphans(self) -> list[Path]:
        """Files that only a run which was planned can have left."""
        return [path for part in PARTS[1:] for path in sorted((self.path / part).iterdir())]

    def reply(self, number: int) -> Path:
        """Where the answer to a create waits."""
        return self.path / "replies" / f"{number:06d}.raw"

    def results(self, number: int) -> Path:
        """Where a vendor's answers are kept."""
        return self.path / "results" / f"{number:06d}.jsonl"

    def quarantine(self, number: int) -> Path:
        """Where answers are kept that fit no request, or contradict another."""
        return self.path / "quarantine" / f"{number:06d}.jsonl"


class SafeFile:
    """A file that exists whole and safe on disk, or not at all; `whose`: the run, where others may write it too."""

    def __init__(self, path: Path, *, mode: int = PRIVATE_FILE, whose: str = "") -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.{whose}.part" if whose else f"{path.name}.part")
        self._file = private(self._part, mode=mode)
        self.digest = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.commit()
        else:
            self.drop()

    def write(self, data: bytes) -> None:
        """Add bytes."""
        self._file.write(data)
        self.digest.update(data)
        self.size += len(data)

    def commit(self) -> None:
        """Make it durable under its name."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
        except BaseException:
            self.drop()
            raise
        _sync_directory(self._path.parent)

    def drop(self) -> None:
        """Leave no trace."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def keep(path: Path, data: bytes) -> str:
    """Make a small file durable; gives its sha256."""
    with SafeFile(path) as file:
        file.write(data)
    return file.digest.hexdigest()


def kept(path: Path, sha256: str) -> bytes:
    """What was made durable; nothing where it is gone or another."""
    data = path.read_bytes() if path.exists() else b""
    return data if hashlib.sha256(data).hexdigest() == sha256 else b""


def renamed(path: Path, to: Path) -> Path:
    """Give a file another name, durably."""
    path.replace(to)
    _sync_directory(to.parent)
    return to


def payload_of(path: Path) -> Payload:
    """A staged file as a create's body."""

    def chunks() -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(BLOCK):
                yield chunk

    return Payload(path.stat().st_size, chunks)


class Output:
    """The results file: one line for each request, with everything up to the committed offset safe."""

    def __init__(self, path: Path, committed: int, form: Form = PLAIN) -> None:
        self.path, self._form = path, form
        fresh = not path.exists()
        self._file: IO[bytes] = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666), "wb")  # it is never read here
        if fresh:
            _sync_directory(path.parent)
        # What stands behind the committed offset belongs to a shard that was not recorded; it is written again.
        self._file.truncate(committed)
        self._file.seek(committed)

    def write(self, results: Sequence[Result]) -> int:
        """Add lines; nothing is safe before `commit`. Gives how many answers do not fit the run's schema."""
        lines = [*map(self._form.members, results)]
        self._file.write(encoder.encode_lines(lines))
        if self._form.schema is None:
            return 0
        return sum(isinstance(line, Checked) and line.invalid is not None for line in lines)

    def commit(self) -> int:
        """Make everything durable; returns the offset up to which it is."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def has_journal(folder: Folder) -> bool:
    """Whether there is a journal that holds anything."""
    path = folder.path / NAME
    return path.exists() and path.stat().st_size > 0


Look: TypeAlias = tuple[int, int, int, int] | None


def look(path: Path) -> Look:
    """What is another when a file was written to or replaced: inode, length and times; nothing where it is gone."""
    if not path.exists():
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def sha256_of(path: Path) -> str | None:
    """The hash of a file; nothing where it is gone."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refuse_bereft(folder: Folder) -> None:
    """Raises RunError where a run was, but its journal is gone: begun anew, all of it would be paid again."""
    if left := folder.orphans():
        raise RunError(
            f"{folder.path} holds {left[0].relative_to(folder.path)}, but its {NAME} is gone or empty",
            hint="put the journal back, with the files beside it, or name another --run-dir; nothing was touched",
        )


ELSEWHERE = "move it away, or name another file with --out"


def refuse_foreign(path: Path, hint: str = ELSEWHERE) -> None:
    """Raises InputError for a results file that holds something already, or that cannot be written."""
    try:
        if not path.exists():
            path.touch()
            path.unlink()
        elif not path.is_file():
            raise InputError(f"{path} is no file", hint=hint)
        elif path.stat().st_size:
            raise InputError(f"{path} exists and was not written by this run", hint=hint)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}", hint=hint) from error


def refuse_shortened(path: Path, committed: int) -> None:
    """Raises InputError where lines that this run has written are gone."""
    if not path.exists() and committed:
        raise InputError(f"{path} is gone", hint="`polybatch results` writes it anew")
    if committed and path.stat().st_size < committed:
        raise InputError(f"{path} is shorter than this run has written it", hint="`polybatch results` writes it anew")


def line(result: Result, form: Form = PLAIN) -> bytes:
    """A result as a line of the output."""
    return form.line(result)


def lines_of(records: Sequence[bytes]) -> bytes:
    """Vendor's records, a line each."""
    joined = b"\n".join(records)
    if joined.count(b"\n") >= len(records):
        joined = b"\n".join(map(_one_line, records))
    return joined + b"\n" if records else b""


def _one_line(record: bytes) -> bytes:
    """A vendor's record without line ends inside."""
    if b"\n" in record:
        try:
            record = msgspec.json.format(record, indent=-1)
        except msgspec.DecodeError:  # kept all the same; whoever reads it finds that it is no JSON
            record = record.replace(b"\n", b" ")
    return record


def spool(source: Any, path: Path) -> None:
    """Copy an input that cannot be read twice into the run directory."""
    with SafeFile(path) as file:
        while chunk := source.read(BLOCK):
            file.write(chunk)


def private(path: Path, *, mode: int = PRIVATE_FILE) -> IO[bytes]:
    """A new file that nobody else can read, unless `mode` says so."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb")


def _sync_directory(path: Path) -> None:
    if os.name == "nt":  # a directory cannot be opened there
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
