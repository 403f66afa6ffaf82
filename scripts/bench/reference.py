"""A bare durable run, as short as it can be without losing anything: what `client.run` is measured against.

Requests are spooled and synced, each id is in an SQLite index before its batch is sent, and each outcome after its
result is on disk, a thousand in a transaction, every commit synced. What comes out are lines such as a run of
ours writes, or the vendor's own as they are. It checks no item, knows one vendor, resumes nothing, repairs nothing, and
believes every answer.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

import httpx
import msgspec

from scripts.bench import floors
from scripts.bench.meter import Meter, fresh

MOST = 100_000
"""Requests of a batch."""
TOGETHER = 1000
"""Rows of a transaction."""
SCHEMA = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
CREATE TABLE request (id TEXT PRIMARY KEY, batch INTEGER, outcome TEXT) WITHOUT ROWID;
CREATE TABLE batch (number INTEGER PRIMARY KEY, id TEXT);
"""


class Row(msgspec.Struct):
    """A line of the output, whatever the vendor."""

    custom_id: str
    outcome: str
    text: str
    body: msgspec.Raw
    usage: msgspec.Raw
    batch_id: str
    vendor: str = "anthropic"
    error: None = None


class Told(msgspec.Struct):
    """Of an answer, what a line of the output says besides."""

    content: list[floors.Answer.Block]
    usage: msgspec.Raw


def whole_run(meter: Meter, *, url: str, path: str, count: int, scratch: str, raw: bool = False) -> None:
    """Everything from the file of requests to the file of results; `raw`: of the vendor's own lines."""
    with fresh(scratch) as folder, floors.client(url) as http, meter:
        db = sqlite3.connect(folder / "index.sqlite", isolation_level=None)
        db.executescript(SCHEMA)
        number = 0
        with Path(path).open("rb") as requests:
            while _send(db, http, requests, folder / f"spool-{number}", number):
                number += 1
        with (folder / "out.jsonl").open("wb") as out:
            for batch, batch_id in db.execute("SELECT number, id FROM batch").fetchall():
                kept = folder / f"results-{batch}"
                _fetch(http, batch_id, kept)
                for some in _thousands(_written(kept, batch_id, None if raw else out)):
                    _synced(out)
                    _commit(db, "UPDATE request SET outcome = ? WHERE id = ?", some)
        (found,) = db.execute("SELECT count(*) FROM request WHERE outcome = 'succeeded'").fetchone()
        db.close()
    floors.expect(found, count)


def _send(db: sqlite3.Connection, http: httpx.Client, requests: IO[bytes], spool: Path, number: int) -> bool:
    """Spool, index and send one batch; false when there is nothing left."""
    decode, count = msgspec.json.Decoder(floors.Named).decode, 0
    with spool.open("wb") as body:
        body.write(b'{"requests":[')
        while lines := list(islice(requests, min(TOGETHER, MOST - count))):
            body.write((b"," if count else b"") + b",".join([line[:-1] for line in lines]))
            count += len(lines)
            _commit(db, "INSERT INTO request VALUES (?, ?, NULL)", [(decode(line).custom_id, number) for line in lines])
        body.write(b"]}")
        _synced(body)
    if count:
        headers = {"Content-Length": str(spool.stat().st_size), "Content-Type": "application/json"}
        reply = http.post("v1/messages/batches", content=floors.blocks(str(spool)), headers=headers).raise_for_status()
        _commit(db, "INSERT INTO batch VALUES (?, ?)", [(number, reply.json()["id"])])
    spool.unlink()
    return count > 0


def _fetch(http: httpx.Client, batch_id: str, path: Path) -> None:
    """Wait for a batch and keep its results as they come."""
    while http.get(f"v1/messages/batches/{batch_id}").raise_for_status().json()["processing_status"] != "ended":
        pass
    with http.stream("GET", f"v1/messages/batches/{batch_id}/results") as response, path.open("wb") as file:
        for block in response.iter_raw():
            file.write(block)
        _synced(file)


def _written(path: Path, batch_id: str, out: IO[bytes] | None) -> Iterator[tuple[str, str]]:
    """Outcome and id of each result, once its line is in the output."""
    envelope, answer = msgspec.json.Decoder(floors.Envelope).decode, msgspec.json.Decoder(Told).decode
    encode = msgspec.json.Encoder().encode
    with path.open("rb") as kept:
        for one in map(envelope, kept):
            if out is not None:
                told = answer(one.result.message)
                words = "".join([block.text for block in told.content if block.type == "text"])
                row = Row(one.custom_id, one.result.type, words, one.result.message, told.usage, batch_id)
                out.write(encode(row) + b"\n")
            yield one.result.type, one.custom_id


def _thousands(rows: Iterable[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    rows = iter(rows)
    while some := list(islice(rows, TOGETHER)):
        yield some


def _synced(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _commit(db: sqlite3.Connection, statement: str, rows: Sequence[tuple[str | int, str | int]]) -> None:
    """One transaction."""
    db.execute("BEGIN")
    db.executemany(statement, rows)
    db.execute("COMMIT")
