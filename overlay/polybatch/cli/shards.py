"""The shards of a run that wait for something, for people: since when, for what, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from polybatch.model import BatchStatus
from polybatch.run.machine import Shard, State
from polybatch.run.waiting import Wait

from . import terminal

FIRST = 5
"""Shards in a summary; `status` shows them all."""
AGES = (("days", 2 * 86_400, 86_400), ("h", 2 * 3600, 3600), ("min", 2 * 60, 60))
"""Unit, from how many seconds on it is used, and how many it has."""
UNDER_WAY = frozenset({State.SUBMITTED, State.ENDED})


def table(shards: Sequence[Shard], waits: Mapping[int, Sequence[Wait]]) -> Iterator[str]:
    """All of them."""
    if not waits:
        return
    now = datetime.now(UTC)
    rows = [
        (_name(shard), f"{shard.items:,}", shard.state, age(shard.since, now), [*_cell(shard, waits[shard.number])])
        for shard in shards
        if shard.number in waits
    ]
    headings = ("Shard", "Requests", "State", "Age", "Waits for")
    yield "\n" + terminal.table(headings, rows, numbers=frozenset({1}))
    yield "(in brackets: generation, where requests are sent again)" if any(s.generation for s in shards) else ""


def under_way(shards: Sequence[Shard], waits: Mapping[int, Sequence[Wait]]) -> Iterator[str]:
    """The first of those that are under way, in words."""
    waiting = [s for s in shards if s.number in waits and s.state not in {State.PLANNED, State.HELD}]
    for shard in waiting[:FIRST]:
        yield from (f"shard {_name(shard)}, {shard.state}: {phrase(wait)}" for wait in waits[shard.number])
    if (more := len(waiting) - FIRST) > 0:
        yield f"and {more:,} more; polybatch status shows all"


def phrase(wait: Wait) -> str:
    """What is waited for, and until when."""
    return wait.what + (f", until {wait.until.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if wait.until else "")


def age(since: str, now: datetime) -> str:
    """How long ago that was, by this machine's clock; `since` is a time of the journal."""
    if not since:  # never touched since it was planned, or a journal of an older version
        return "-"
    seconds = max(0, int((now - datetime.fromisoformat(since)).total_seconds()))
    unit, _, size = next((each for each in AGES if seconds >= each[1]), ("s", 0, 1))
    return f"{seconds // size} {unit}"


def _name(shard: Shard) -> str:
    return f"{shard.number} ({shard.generation})" if shard.generation else str(shard.number)


def _cell(shard: Shard, waits: Sequence[Wait]) -> Iterator[str]:
    for wait in waits:
        yield phrase(wait)
    if shard.state in UNDER_WAY:
        yield f"batch {shard.batch_id}" + (f", {shard.status}" if shard.status is not BatchStatus.UNKNOWN else "")
    if shard.state is State.UNKNOWN:
        yield shard.note
