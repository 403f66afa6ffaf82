"""Twelve bugs, each of which some comparable tool has or had (facts/peers.md §2), planted into the code under test.

    PLANTED=<bug> python -m pytest -p tests.faults.planted …

The Python processes that such a pytest starts have the bug as well. `test_planted` says which test finds which bug.
"""

from __future__ import annotations

import math
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin

import pytest

from polybatch import flow, line, wire
from polybatch.dialects import inline
from polybatch.errors import ContractError
from polybatch.flow import Flow
from polybatch.framing import LineFramer
from polybatch.model import BatchStatus, Outcome, Result
from polybatch.origin import REDIRECTS
from polybatch.run import creating, journal
from polybatch.run.fetching import Fetching, Haul
from polybatch.run.journal import Journal
from polybatch.run.machine import Shard, State
from polybatch.run.plan import mark_of
from polybatch.run.reconcile import Matcher
from polybatch.run.searching import Searching, Sighting
from polybatch.run.sink import Output
from polybatch.vendors.meshapi import MeshAPI

VARIABLE = "PLANTED"
ROOT = Path(__file__).parents[2]


def swap(owner: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Put something else in the place of a function, made from the function."""
    setattr(owner, name, change(getattr(owner, name)))


def create_retried_on_500() -> None:
    """A create is repeated as if it were a get: what every official SDK does."""

    def change(plain: Any) -> Any:
        def call(operation: Any, request: Any, *, safe: bool = True, meaning: flow.Meaning = flow.as_said) -> Flow[Any]:
            return (yield from plain(operation, request, safe=safe or True, meaning=meaning))

        return call

    swap(inline, "call", change)


def synchronous_normal() -> None:
    """A commit returns before it is on the disk."""

    def change(plain: Any) -> Any:
        def connect(path: Path) -> sqlite3.Connection:
            db: sqlite3.Connection = plain(path)
            db.execute("PRAGMA synchronous = NORMAL")
            return db

        return connect

    swap(journal, "_connect", change)


def parse_before_journal() -> None:
    """A create's reply is read first and kept afterwards, if it could be read."""

    def change(plain: Any) -> Any:
        def tapped(create: Flow[Any], hear: Callable[[flow.Reply], None]) -> Flow[Any]:
            heard: list[flow.Reply] = []
            batch = yield from plain(create, heard.append)
            for reply in heard:
                hear(reply)
            return batch

        return tapped

    swap(creating, "tapped", change)


class Splitting(LineFramer):
    """Lines as a text has them."""

    def __init__(self) -> None:
        super().__init__()
        self._text = b""

    def push(self, block: bytes) -> list[bytes]:
        """Take the next block."""
        self._text += block
        return []

    def finish(self) -> list[bytes]:
        """All lines."""
        return [line.encode() for line in self._text.decode().splitlines() if line.strip()]


def iter_lines() -> None:
    """Results are split as text, at every separator that Unicode has."""
    swap(inline, "LineFramer", lambda _: Splitting)


def positional_match() -> None:
    """The first result belongs to the first request."""

    def match(matcher: Matcher, result: Result) -> int | None:
        place = next((place for place, mark in enumerate(matcher.seen) if not mark), None)
        if place is not None:
            matcher.seen[place] = mark_of(result.raw) or 1
        return place

    swap(Matcher, "match", lambda _: match)


def key_to_a_foreign_url() -> None:
    """The key goes wherever the vendor's answer points."""
    swap(line, "same_origin", lambda _: lambda *_: True)


def error_part_dropped() -> None:
    """Of a batch's results only those are fetched that succeeded: the error file is left where it is."""

    def change(plain: Any) -> Any:
        def take(haul: Haul, records: Sequence[bytes]) -> Sequence[bytes]:
            def failed(record: bytes) -> bool:
                with suppress(ContractError):
                    return haul.vendor.decode(record, "").outcome is Outcome.ERRORED
                return False

            kept: Sequence[bytes] = plain(haul, [record for record in records if not failed(record)])
            return kept

        return take

    swap(Haul, "take", change)
    swap(MeshAPI, "_details", lambda _: lambda *_: iter(()))


def settle_window_ignored() -> None:
    """What is not in the list at once is taken not to exist."""

    def change(plain: Any) -> Any:
        def decide(searching: Searching, shard: Shard, sighting: Sighting, _: float) -> Flow[None]:
            yield from plain(searching, shard, sighting, math.inf)

        return decide

    swap(Searching, "_decide", change)


def second_owner_admitted() -> None:
    """Nothing is locked."""

    def open_to_all(_: IO[str]) -> None:
        return None

    swap(journal, "_exclusive", lambda _: open_to_all)


def bitmap_before_the_file() -> None:
    """The journal says that a shard is done, then its lines become safe."""
    late: list[Callable[[], int]] = []

    def commit(plain: Any) -> Any:
        def later(output: Output) -> int:
            late.append(lambda: plain(output))
            return output._file.tell()

        return later

    def finish(plain: Any) -> Any:
        def too_soon(*args: Any) -> None:
            plain(*args)
            late.pop()()

        return too_soon

    swap(Output, "commit", commit)
    swap(Journal, "finish", finish)


def expired_batch_not_fetched() -> None:
    """A batch that has expired is taken to have no results."""

    def change(plain: Any) -> Any:
        def fetch(fetching: Fetching, shard: Shard) -> Iterator[Any]:
            if shard.status is BatchStatus.EXPIRED:
                fetching.desk.keep(shard, "fetched", state=State.FETCHED, bytes=0)
            else:
                yield from plain(fetching, shard)

        return fetch

    swap(Fetching, "fetch", change)


def redirect_followed() -> None:
    """A redirect is followed wherever it leads, whatever was asked."""

    def follow(_method: str, url: str, status: int, location: str | None) -> str | None:
        return urljoin(url, location) if status in REDIRECTS and location else None

    swap(wire, "redirected", lambda _: follow)


BUGS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        create_retried_on_500, synchronous_normal, parse_before_journal, iter_lines, positional_match,
        key_to_a_foreign_url, error_part_dropped, settle_window_ignored, second_owner_admitted, bitmap_before_the_file,
        expired_batch_not_fetched, redirect_followed,
    )
}  # fmt: skip


def for_children(bug: str, folder: Path) -> dict[str, str]:
    """The environment of Python processes that are to have a bug; `folder` must be there as long as they are."""
    found_at_start = folder / "sitecustomize.py"
    found_at_start.write_text(f"from tests.faults.planted import BUGS\nBUGS[{bug!r}]()\n", encoding="utf-8")
    paths = [str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def pytest_configure(config: pytest.Config) -> None:
    """Plant the bug here, and in every Python process that a test starts."""
    bug = os.environ[VARIABLE]
    BUGS[bug]()
    folder = tempfile.TemporaryDirectory()
    config.add_cleanup(folder.cleanup)
    os.environ.update(for_children(bug, Path(folder.name)))
