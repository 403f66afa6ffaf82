"""The run's memory: SQLite, one row a shard and an append-only table of events; the only SQL there is.

Holds no key and no prompt, and can be read with the sqlite3 shell. One owner at a time, by a lock on a file.
"""

from __future__ import annotations

import errno
import importlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from attrs import frozen

from polybatch.errors import InputError, RunError, RunLocked
from polybatch.model import BatchStatus

from .here import me, state_folder
from .machine import Shard, State
from .migrations import NAME, STEPS

PRIVATE = 0o600
TAKEN = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
"""What the system says of a lock that somebody else has."""
DAMAGED = "was it damaged, or copied while in use? The file is left as it is"
DISK = "nothing is lost; is there space on the disk, and is it sound? Then resume"
Exception_ = tuple[int, str, str | None, bool]
"""Place, outcome, code, and whether it is sent again, of a request that did not succeed."""


class Journal:
    """The journal of one run directory."""

    def __init__(self, directory: Path) -> None:
        self._lock = Lock(directory / "lock")
        self._lock.take()
        try:
            self._path = directory / NAME
            self._db = _connect(self._path)
            try:
                with self.transaction():
                    _migrate(self._db)
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

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, durable when it ends. Raises RunError where the disk does not take it."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise RunError(f"{self._path} cannot be written: {error}", hint=DISK) from error

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
            count = self._insert(shards)
            self.remember(facts)
            self._event(None, "planned", {"shards": count})

    def extend(self, shards: Sequence[Shard], parents: Iterable[Shard], kind: str) -> None:
        """Keep shards that send again what their parents have given up, and that the parents have."""
        with self.transaction():
            self._insert(shards)
            for parent in parents:
                self._update(parent)
            self._event(None, kind, {"shards": [shard.number for shard in shards]})

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

    def fetched_as(self, shard: Shard) -> str | None:
        """The sha256 of the file that a shard's results were last fetched into; nothing where there were none."""
        query = "SELECT data FROM event WHERE kind = 'fetched' AND shard = ? ORDER BY seq DESC LIMIT 1"
        row = self._db.execute(query, (shard.number,)).fetchone()
        found: str | None = json.loads(row[0]).get("sha256") if row else None
        return found

    def batches(self) -> set[str]:
        """Ids of all batches that are proved to be, or to have been, this run's."""
        query = "SELECT json_extract(data, '$.batch_id') FROM event WHERE kind IN ('submitted', 'adopted')"
        rows = [*self._db.execute(query), *self._db.execute("SELECT batch_id FROM shard WHERE NOT provisional")]
        return {batch_id for (batch_id,) in rows if batch_id is not None}

    def reply(self, shard: Shard) -> dict[str, Any] | None:
        """What the vendor answered to the last create of a shard, if it answered and nobody has looked yet."""
        row = self._db.execute(
            "SELECT kind, data FROM event WHERE shard = ? ORDER BY seq DESC LIMIT 1", (shard.number,)
        ).fetchone()
        return json.loads(row[1]) if row and row[0] == "replied" else None

    def maps(self, shard: Shard) -> tuple[bytes, bytes]:
        """A bit for each request of a finished shard: whether it succeeded, and whether it is sent again."""
        query = "SELECT succeeded_map, moved_map FROM shard WHERE number = ?"
        succeeded, moved = self._db.execute(query, (shard.number,)).fetchone()
        return succeeded or b"", moved or b""

    def record(self, shard: Shard, kind: str, facts: Mapping[str, Any] | None = None, **data: Any) -> None:
        """Keep a shard's new state, what brought it there, and facts about the run that changed with it."""
        with self.transaction():
            self._update(shard)
            self.remember(facts or {})
            self._event(shard, kind, data)

    def finish(
        self, shard: Shard, facts: Mapping[str, Any], succeeded: bytes, moved: bytes, exceptions: Iterable[Exception_]
    ) -> None:
        """Keep what became of each request of a shard: a bit where it succeeded, a row where it did not."""
        with self.transaction():
            self._update(shard)
            maps = (succeeded, moved if shard.moved else None, shard.number)
            self._db.execute("UPDATE shard SET succeeded_map = ?, moved_map = ? WHERE number = ?", maps)
            rows = ((shard.number, *exception) for exception in exceptions)
            self._db.executemany("INSERT OR REPLACE INTO exception VALUES (?, ?, ?, ?, ?)", rows)
            self.remember(facts)
            self._event(shard, "done", {"outcomes": shard.outcomes, "moved": shard.moved, **shard.odd})

    def _insert(self, shards: Iterable[Shard]) -> int:
        names = ("number", "generation", "items", "size", "grp", *KEPT)
        marks = ", ".join("?" * len(names))
        rows = [(s.number, s.generation, s.items, s.size, s.group, *_row(s)) for s in shards]
        self._db.executemany(f"INSERT INTO shard ({', '.join(names)}) VALUES ({marks})", rows)  # noqa: S608 - our names
        return len(rows)

    def _update(self, shard: Shard) -> None:
        shard.since = _now()
        names = ", ".join(f"{name} = ?" for name in KEPT)
        self._db.execute(f"UPDATE shard SET {names} WHERE number = ?", (*_row(shard), shard.number))  # noqa: S608

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
        steps = _steps(db) if planned else set[str]()
        facts = _facts(db) if steps else {}
        if not facts:
            raise InputError(f"{directory} has no plan yet", hint="give the command that began the run again")
        if len(steps) == len(STEPS):
            return facts, _shards(db)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as copy:
            db.backup(copy)
            _migrate(copy)
            return facts, _shards(copy)
    except sqlite3.OperationalError as error:
        raise RunError(f"{directory / NAME} cannot be read: {error}", hint=DAMAGED) from error
    finally:
        db.close()


def _migrate(db: sqlite3.Connection) -> None:
    """Bring a journal of any earlier version to this one; within a transaction."""
    db.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT")
    done = _steps(db)
    for name, script in STEPS:
        if name not in done:
            for statement in script.split(";"):
                db.execute(statement)
            db.execute("INSERT INTO migration VALUES (?, ?)", (name, _now()))


def _facts(db: sqlite3.Connection) -> dict[str, Any]:
    return {key: json.loads(value) for key, value in db.execute("SELECT key, value FROM meta")}


def _shards(db: sqlite3.Connection) -> list[Shard]:
    names = ", ".join(KEPT)
    rows = db.execute(f"SELECT number, generation, items, size, grp, {names} FROM shard ORDER BY number")  # noqa: S608
    return [
        Shard(*row[:5], **{name: kind.read(value) for (name, kind), value in zip(KEPT.items(), row[5:], strict=True)})
        for row in rows
    ]


@frozen
class Kind:
    """How a member of a shard becomes a column, and a column a member."""

    write: Callable[[Any], Any] = lambda value: value
    read: Callable[[Any], Any] = lambda value: value


PLAIN = Kind()
FLAG = Kind(int, bool)
TIME = Kind(lambda when: None if when is None else when.isoformat(), lambda text: text and datetime.fromisoformat(text))
JSON = Kind(lambda value: json.dumps(value if isinstance(value, Mapping) else list(value)), json.loads)
KEPT: Mapping[str, Kind] = {
    "state": Kind(str, State), "batch_id": PLAIN, "status": Kind(str, BatchStatus), "outcomes": JSON, "note": PLAIN,
    "token": PLAIN, "round": PLAIN, "parents": JSON, "moved": PLAIN, "repaired": FLAG, "provisional": FLAG,
    "watched": FLAG, "intent_at": TIME, "until": TIME, "created_at": TIME, "watch_from": TIME, "watch_until": TIME,
    "usage": JSON,
    "odd": JSON, "since": PLAIN,
}  # fmt: skip
"""Members of a shard that change, and how they are kept."""


def _row(shard: Shard) -> Iterator[Any]:
    return (kind.write(getattr(shard, name)) for name, kind in KEPT.items())


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
        """Raises RunLocked, naming the owner, where another process has it; does nothing where it is taken already."""
        if self._file is not None:
            return
        file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, PRIVATE), "a+", encoding="utf-8")
        try:
            _exclusive(file)
        except OSError as error:
            with file:
                if error.errno not in TAKEN:
                    raise InputError(
                        f"{self._path} cannot be locked: {error.strerror}", hint="name a --run-dir on another disk"
                    ) from error
                file.seek(0)
                owner = file.read().strip() or "an unknown process"
            raise RunLocked(f"{self._path.parent} belongs to {owner}", hint="wait for it, or stop it") from error
        file.truncate(0)
        file.write(me())
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let others have it."""
        if self._file is not None:
            with suppress(OSError):  # the name of the last owner may stay; closing is what frees the lock
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


def account_lock(name: str) -> Lock:
    """The lock of an account, for all runs of this user on this machine. Raises OSError where it has no place."""
    return Lock(state_folder("accounts") / f"{name}.lock")


class SeenIds:
    """Finds the second use of an id among any number, on disk; gives the line of the first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)  # left behind by a process that was killed while it planned
        _touch(path)
        self._db = sqlite3.connect(path, isolation_level=None)
        with self._written():
            self._db.execute("PRAGMA journal_mode = OFF")
            self._db.execute("PRAGMA synchronous = OFF")
            self._db.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INTEGER) WITHOUT ROWID")
            self._db.execute("BEGIN")

    def add(self, custom_id: str, line: int) -> int | None:
        """The line that used the id before, or `None`."""
        try:
            with self._written():
                self._db.execute("INSERT INTO seen VALUES (?, ?)", (custom_id, line))
        except sqlite3.IntegrityError:
            return self.find(custom_id)
        return None

    @contextmanager
    def _written(self) -> Iterator[None]:
        """Raises InputError where the disk does not take it: nothing was sent yet."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise InputError(f"{self._path} cannot be written: {error}", hint=DISK) from error

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
        (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":  # SQLite goes on without, where the first page could not be written
            raise sqlite3.OperationalError("its write-ahead log cannot be made")
        db.execute("PRAGMA synchronous = FULL")
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except sqlite3.Error as error:
        db.close()
        raise RunError(f"{path} cannot be used: {error}", hint=DAMAGED) from error
    return db


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
