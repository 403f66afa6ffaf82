"""The run's memory: SQLite, one row a shard and an append-only table of events; the only SQL there is.

Holds no key and no prompt, and can be read with the sqlite3 shell. One owner at a time, by a lock on a file.
"""

from __future__ import annotations

import importlib
import json
import os
import socket
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from polybatch.errors import InputError, RunError, RunLocked
from polybatch.model import BatchStatus

from .machine import Shard, State
from .migrations import NAME, STEPS

PRIVATE = 0o600


class Journal:
    """The journal of one run directory."""

    def __init__(self, directory: Path) -> None:
        self._lock = Lock(directory / "lock")
        self._lock.take()
        try:
            self._db = _connect(directory / NAME)
            try:
                self._migrate()
            except BaseException:
                self._db.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    def close(self) -> None:
        """Give the run up."""
        self._db.close()
        self._lock.release()

    def _migrate(self) -> None:
        with self.transaction():
            self._db.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")
            done = _steps(self._db)
            for name, script in STEPS:
                if name not in done:
                    for statement in script.split(";"):
                        self._db.execute(statement)
                    self._db.execute("INSERT INTO migration VALUES (?, ?)", (name, _now()))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it ends."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def facts(self) -> dict[str, Any]:
        """What the run was started with."""
        return _facts(self._db)

    def remember(self, facts: Mapping[str, Any]) -> None:
        """Keep facts about the run; within a transaction."""
        rows = [(key, json.dumps(value)) for key, value in facts.items()]
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)

    def plan(self, shards: Iterable[Shard], facts: Mapping[str, Any]) -> None:
        """Keep a whole plan, or none of it."""
        with self.transaction():
            rows = [(s.number, s.generation, s.items, s.size, s.group, s.state.value) for s in shards]
            self._db.executemany(
                "INSERT INTO shard (number, generation, items, size, grp, state) VALUES (?, ?, ?, ?, ?, ?)", rows
            )
            self.remember(facts)
            self._event(None, "planned", {"shards": len(rows)})

    def shards(self) -> list[Shard]:
        """All shards as they were last recorded."""
        return _shards(self._db)

    def written(self) -> list[int]:
        """Numbers of the shards whose results were written, in that order."""
        return [number for (number,) in self._db.execute("SELECT shard FROM event WHERE kind = 'done' ORDER BY seq")]

    def fetched(self) -> dict[int, str]:
        """By shard, the sha256 of the file that its results were fetched into."""
        rows = self._db.execute("SELECT shard, data FROM event WHERE kind = 'fetched' ORDER BY seq")
        events = [(number, json.loads(data)) for number, data in rows]
        return {number: data["sha256"] for number, data in events if "sha256" in data}

    def record(self, shard: Shard, kind: str, facts: Mapping[str, Any] | None = None, **data: Any) -> None:
        """Keep a shard's new state, what brought it there, and facts about the run that changed with it."""
        with self.transaction():
            values = (shard.state, shard.batch_id, shard.status, json.dumps(dict(shard.outcomes)), shard.note)
            self._db.execute(
                "UPDATE shard SET state = ?, batch_id = ?, status = ?, outcomes = ?, note = ?"
                " WHERE number = ? AND generation = ?",
                (*map(_plain, values), shard.number, shard.generation),
            )
            self.remember(facts or {})
            self._event(shard, kind, data)

    def event(self, kind: str, facts: Mapping[str, Any] | None = None, **data: Any) -> None:
        """Keep something that concerns the whole run."""
        with self.transaction():
            self.remember(facts or {})
            self._event(None, kind, data)

    def _event(self, shard: Shard | None, kind: str, data: Mapping[str, Any]) -> None:
        place = (shard.number, shard.generation) if shard else (None, None)
        self._db.execute(
            "INSERT INTO event (at, shard, generation, kind, data) VALUES (?, ?, ?, ?, ?)",
            (_now(), *place, kind, json.dumps(data, default=str)),
        )


def read(directory: Path) -> tuple[dict[str, Any], list[Shard]]:
    """Look into a journal without owning it. Raises InputError where there is none."""
    if not (directory / NAME).exists():
        raise InputError(f"{directory} is no run directory", hint=f"it would hold a {NAME}")
    db = _connect(directory / NAME)
    try:
        planned = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        facts = _facts(db) if planned and _steps(db) else {}
        if not facts:
            raise InputError(f"{directory} has no plan yet", hint="give the command that began the run again")
        return facts, _shards(db)
    finally:
        db.close()


def _facts(db: sqlite3.Connection) -> dict[str, Any]:
    return {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM meta")}


def _shards(db: sqlite3.Connection) -> list[Shard]:
    rows = db.execute(
        "SELECT number, generation, items, size, grp, state, batch_id, status, outcomes, note FROM shard"
        " ORDER BY number, generation"
    )
    return [
        Shard(
            number, generation, items, size, group, State(state), batch_id, BatchStatus(status),
            outcomes=json.loads(outcomes), note=note,
        )
        for number, generation, items, size, group, state, batch_id, status, outcomes, note in rows
    ]  # fmt: skip


def _steps(db: sqlite3.Connection) -> set[str]:
    """The steps of the schema that were taken. Raises RunError where one is unknown here."""
    done = {name for (name,) in db.execute("SELECT name FROM migration")}
    if newer := done - {name for name, _ in STEPS}:
        raise RunError(
            f"the journal was written by a newer polybatch ({', '.join(sorted(newer))})", hint="use that version"
        )
    return done


class Lock:
    """One owner of a run directory; the system frees it when the owner dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises RunLocked, naming the owner, where another process has it."""
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE), "a+", encoding="utf-8")
        try:
            _exclusive(file)
        except OSError as error:
            file.seek(0)
            owner = file.read().strip() or "an unknown process"
            file.close()
            raise RunLocked(f"{self._path.parent} belongs to {owner}", hint="wait for it, or stop it") from error
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _exclusive(file: IO[str]) -> None:
    # Imported here: neither module exists on every platform.
    if os.name == "nt":
        msvcrt: Any = importlib.import_module("msvcrt")
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl: Any = importlib.import_module("fcntl")
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class SeenIds:
    """Finds the second use of an id among any number, on disk; gives the line of the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)  # left behind by a process that was killed while it planned
        _touch(path)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def add(self, custom_id: str, line: int) -> int | None:
        """The line that used the id before, or `None`."""
        try:
            self._db.execute("INSERT INTO seen VALUES (?, ?)", (custom_id, line))
        except sqlite3.IntegrityError:
            return self.find(custom_id)
        return None

    def find(self, custom_id: str) -> int | None:
        """What was kept with an id, or `None`."""
        row = self._db.execute("SELECT line FROM seen WHERE id = ?", (custom_id,)).fetchone()
        return int(row[0]) if row else None

    def close(self) -> None:
        """Forget everything."""
        self._db.close()
        self._path.unlink(missing_ok=True)


def _touch(path: Path) -> None:
    """Make a file that nobody else can read; sqlite gives its own files beside it the same permissions."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))


def _connect(path: Path) -> sqlite3.Connection:
    _touch(path)
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except sqlite3.Error as error:
        db.close()
        raise RunError(f"{path} cannot be used: {error}", hint="was it damaged, or copied while in use?") from error
    return db


def _plain(value: str | None) -> str | None:
    """A word as sqlite3 takes it: an enum member is not a plain string to it."""
    return None if value is None else str(value)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
