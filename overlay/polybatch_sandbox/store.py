"""Everything the sandbox accepted, in one SQLite file.

Items stay on disk: a batch of 100,000 costs no memory between its create and its results.
With a state directory the file outlives the process; without one SQLite keeps a private temporary file.
Item `index` of batch `number` has the row `number * STRIDE + index`; its `place` is the same with its position in the
results.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from polybatch_sandbox.life import Batch, Counts, Marks, Span, spans
from polybatch_sandbox.message import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

STRIDE = 1 << 24
PAGE = 256
FILE = "sandbox.sqlite3"

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batch (
    number INTEGER PRIMARY KEY, vendor TEXT NOT NULL, id TEXT NOT NULL, items INTEGER NOT NULL,
    created_at REAL NOT NULL, cancelled_at REAL, deleted_at REAL, billed INTEGER NOT NULL DEFAULT 0,
    observed TEXT NOT NULL DEFAULT '', marks TEXT NOT NULL, facts TEXT NOT NULL, UNIQUE (vendor, id)
);
CREATE TABLE IF NOT EXISTS item (
    row INTEGER PRIMARY KEY, place INTEGER NOT NULL UNIQUE, key BLOB NOT NULL, digest TEXT NOT NULL,
    brief BLOB NOT NULL, refusal TEXT, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS item_key ON item (key);
"""
SELECT_BATCH = (
    "SELECT number, vendor, id, items, created_at, cancelled_at, deleted_at, billed, observed, marks, facts FROM batch"
)
SELECT_ITEM = "SELECT key, digest, brief, refusal, input_tokens, output_tokens, row FROM item"
COUNT_REFUSED = "SELECT count(refusal) FROM item WHERE row BETWEEN ? AND ?"
SUM_TOKENS = """
SELECT coalesce(sum(input_tokens), 0), coalesce(sum(output_tokens), 0) FROM item
WHERE refusal IS NULL AND row BETWEEN ? AND ?
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a batch, cut down to what its answer is made of."""

    key: str
    """The caller's key: custom_id, or Letta's agent id."""
    digest: str
    """sha256 of the request without its key, canonical."""
    brief: dict[str, Any]
    """What the vendor needs to write the answer."""
    refusal: str | None = None
    """Why the vendor answers this item with an error."""
    input_tokens: int = 0
    output_tokens: int = 0
    index: int = 0


class Store:
    """The file, one connection and its lock."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        if path is not None:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._db = sqlite3.connect("" if path is None else path / FILE, check_same_thread=False, timeout=0.2)
        try:
            # One process at a time: a second sandbox on the same file would hand out the same ids.
            self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._db.execute("PRAGMA journal_mode = WAL")
            # Survives the death of the process, which is all that is promised.
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript(SCHEMA)
        except sqlite3.OperationalError as error:
            self._db.close()
            raise RuntimeError(f"the state in {path} cannot be used, perhaps another sandbox does: {error}") from error

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            self._db.close()

    def meta(self, name: str) -> Any:
        """A value kept beside the batches, or None."""
        with self._lock:
            row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_meta(self, name: str, value: object) -> None:
        """Keeps a value."""
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, json.dumps(value))

    def next_number(self) -> int:
        """The number that the next batch gets."""
        with self._lock:
            return int(self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM batch").fetchone()[0])

    def add(self, batch: Batch, items: Iterable[Item], *, places: Sequence[int]) -> None:
        """Writes a batch and its items at once: all of it or nothing, also where making an item fails."""
        base = batch.number * STRIDE
        columns = (batch.number, batch.vendor, batch.id, batch.items, batch.created_at)
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO batch (number, vendor, id, items, created_at, marks, facts) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (*columns, json.dumps(batch.marks.document()), json.dumps(batch.facts)),
            )
            self._db.executemany(
                "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        base + index,
                        base + places[index],
                        _bytes(item.key),
                        item.digest,
                        encode(item.brief),
                        item.refusal,
                        item.input_tokens,
                        item.output_tokens,
                    )
                    for index, item in enumerate(items)
                ),
            )

    def get(self, vendor: str, batch_id: str, *, now: float) -> Batch | None:
        """A batch that the vendor has booked by now."""
        return next(self._batches("WHERE vendor = ? AND id = ? AND created_at <= ?", (vendor, batch_id, now)), None)

    def batches(self, vendor: str, *, now: float) -> list[Batch]:
        """All batches of a vendor that are booked by now, oldest first, deleted ones included."""
        return list(self._batches("WHERE vendor = ? AND created_at <= ? ORDER BY created_at, number", (vendor, now)))

    def _batches(self, where: str, values: tuple[object, ...]) -> Iterator[Batch]:
        with self._lock:
            rows = self._db.execute(f"{SELECT_BATCH} {where}", values).fetchall()
        for row in rows:
            yield replace(Batch(*row[:9]), marks=Marks(**json.loads(row[9])), facts=json.loads(row[10]))

    def cancel(self, batch: Batch, *, at: float) -> None:
        """Notes when a cancel came."""
        self._write("UPDATE batch SET cancelled_at = ? WHERE number = ?", at, batch.number)

    def delete(self, batch: Batch, *, at: float) -> None:
        """Notes a delete; the ledger keeps the batch."""
        self._write("UPDATE batch SET deleted_at = ? WHERE number = ?", at, batch.number)

    def observe(self, batch: Batch, *, status: str, billed: int) -> None:
        """Notes what the vendor's own record has seen."""
        self._write("UPDATE batch SET observed = ?, billed = ? WHERE number = ?", status, billed, batch.number)

    def _write(self, query: str, *values: object) -> None:
        with self._lock, self._db:
            self._db.execute(query, values)

    def by_place(self, batch: Batch, *, descending: bool = False) -> Iterator[Item]:
        """The items in the order of the results."""
        return self._pages(
            batch, "place", batch.number * STRIDE, batch.number * STRIDE + batch.items, descending=descending
        )

    def by_index(self, batch: Batch, start: int, stop: int) -> Iterator[Item]:
        """Items in the order of the request."""
        base = batch.number * STRIDE
        return self._pages(batch, "row", base + max(0, start), base + min(stop, batch.items))

    def by_key(self, batch: Batch, key: str) -> Iterator[Item]:
        """The items with a key."""
        base = batch.number * STRIDE
        where = "WHERE key = ? AND row BETWEEN ? AND ?"
        yield from self._items(batch, where, (_bytes(key), base, base + batch.items - 1))

    def _pages(self, batch: Batch, column: str, start: int, stop: int, *, descending: bool = False) -> Iterator[Item]:
        pages = range(start, stop, PAGE)
        for first in reversed(pages) if descending else pages:
            where = f"WHERE {column} BETWEEN ? AND ? ORDER BY {column} {'DESC' if descending else 'ASC'}"
            yield from self._items(batch, where, (first, min(first + PAGE, stop) - 1))

    def _items(self, batch: Batch, where: str, values: tuple[object, ...]) -> list[Item]:
        with self._lock:
            rows = self._db.execute(f"{SELECT_ITEM} {where}", values).fetchall()
        base = batch.number * STRIDE
        return [
            Item(
                key.decode("utf-8", "surrogatepass"),
                digest,
                json.loads(brief),
                refusal,
                tokens_in,
                tokens_out,
                row - base,
            )
            for key, digest, brief, refusal, tokens_in, tokens_out, row in rows
        ]

    def digests(self, batch: Batch) -> list[str]:
        """The fingerprints of all items, in the order of the request."""
        base = batch.number * STRIDE
        query = "SELECT digest FROM item WHERE row BETWEEN ? AND ? ORDER BY row"
        with self._lock:
            return [row[0] for row in self._db.execute(query, (base, base + batch.items - 1))]

    def tally(self, batch: Batch) -> Counts:
        """The outcomes of an ended batch, counted without reading its items."""
        counts = {"succeeded": 0, "errored": 0, "expired": 0, "cancelled": 0}
        for span in spans(batch):
            refused = self._one(COUNT_REFUSED, batch, span)[0] if span.outcome == "succeeded" else 0
            counts["errored"] += refused
            counts[span.outcome] += len(span) - refused
        return Counts(**counts)

    def tokens(self, batch: Batch) -> tuple[int, int]:
        """Input and output tokens of the answered items of an ended batch."""
        rows = [self._one(SUM_TOKENS, batch, span) for span in spans(batch) if span.outcome == "succeeded"]
        return sum(row[0] for row in rows), sum(row[1] for row in rows)

    def _one(self, query: str, batch: Batch, span: Span) -> tuple[int, ...]:
        base = batch.number * STRIDE
        with self._lock:
            row: tuple[int, ...] = self._db.execute(query, (base + span.start, base + span.stop - 1)).fetchone()
        return row


def _bytes(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")
