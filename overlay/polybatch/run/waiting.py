"""What each shard of a run waits for, and until when, as far as its journal tells; pure.

Whether a process drives the run, and what that process was told to wait for, no journal knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import frozen

from polybatch.limits import Limits
from polybatch.model import Outcome

from .machine import LOST, OPEN, Shard, State

ON_THE_WAY: Mapping[State, str] = {
    State.SUBMITTING: "the reply to its create, or a resume that looks for its batch",
    State.UNKNOWN: "its batch to show up in the vendor's list",
    State.HELD: "a decision",
    State.SUBMITTED: "the vendor",
    State.ENDED: "its results to be fetched",
    State.FETCHED: "its results to be written",
}


@frozen
class Wait:
    """What has to come before a shard goes on."""

    what: str
    until: datetime | None = None
    """By the vendor's clock."""


class Gate(StrEnum):
    """Whether the shards behind the canary may be sent."""

    OPEN = "open"
    WAITING = "waiting"
    """The first requests have not all ended."""
    SHUT = "shut"
    """They have, and not all of them succeeded."""


def gate(facts: Mapping[str, Any], shards: Sequence[Shard]) -> Gate:
    """Where the canary of a run stands; open where there is none, or where the run went on without it."""
    behind = [shard for shard in shards if behind_canary(facts, shard)]
    first = [shard for shard in shards if not behind_canary(facts, shard)]
    if not behind or any(shard.state is not State.PLANNED for shard in behind):
        return Gate.OPEN
    if any(shard.state is not State.DONE or _repairs(shard) for shard in first):
        return Gate.WAITING
    return Gate.OPEN if all(shard.outcomes.keys() <= {Outcome.SUCCEEDED} for shard in first) else Gate.SHUT


def behind_canary(facts: Mapping[str, Any], shard: Shard) -> bool:
    """Whether a shard is sent after the first requests have succeeded."""
    return shard.generation == 0 and 0 < int(facts.get("canary", 0)) <= shard.number


def waits(facts: Mapping[str, Any], shards: Sequence[Shard], limits: Limits) -> dict[int, tuple[Wait, ...]]:
    """By number, what each shard waits for; those that wait for nothing are left out."""
    turn, kept_back = _turn(shards, limits), GATED.get(gate(facts, shards))

    def each(shard: Shard) -> Iterator[Wait]:
        if shard.state is not State.PLANNED:
            yield from _on_the_way(shard, limits)
        elif facts.get("cancelling"):
            yield Wait("nothing; the run is cancelled, and it is not sent")
        elif shard.note:
            yield Wait(f"another try; its create was refused: {shard.note}")
        else:
            yield kept_back if kept_back is not None and behind_canary(facts, shard) else turn
        if shard.watched:
            yield _late(facts, shard)

    return {shard.number: found for shard in shards if (found := tuple(each(shard)))}


def _on_the_way(shard: Shard, limits: Limits) -> Iterator[Wait]:
    """What a shard waits for that was sent."""
    until = shard.until if shard.state in {State.UNKNOWN, State.SUBMITTED} else None
    if shard.state is State.ENDED and shard.created_at is not None and limits.retention is not None:
        until = shard.created_at + limits.retention
    if shard.state is State.SUBMITTED and shard.provisional:
        yield Wait("the vendor; its first result tells whether the batch is ours", until)
    elif shard.state is not State.DONE:
        yield Wait(ON_THE_WAY[shard.state], until)
    elif _repairs(shard):
        yield Wait(f"a repair round for {shard.moved:,} of its requests")


def _turn(shards: Sequence[Shard], limits: Limits) -> Wait:
    """What a planned shard waits for that nothing of its own keeps back."""
    lost = next((shard for shard in shards if shard.state in LOST), None)
    if lost is not None:
        what = {State.SUBMITTING: "the create", State.HELD: "the decision"}.get(lost.state, "the lost create")
        return Wait(f"{what} of shard {lost.number}")
    if limits.open_batches is not None and sum(shard.state in OPEN for shard in shards) >= limits.open_batches:
        return Wait(f"a free place at the vendor, who admits {limits.open_batches} batches at a time")
    return Wait("its turn")


def _late(facts: Mapping[str, Any], shard: Shard) -> Wait:
    """What a shard waits for whose create was taken to be lost, and sent again."""
    for kept in facts.get("duplicates", {}).values():
        if kept["shard"] == shard.number and not kept["ended"]:
            return Wait(f"the end of its duplicate, batch {kept['batch_id']}")
    return Wait("a late duplicate that may still show up", shard.watch_until)


GATED = {
    Gate.WAITING: Wait("the canary: the first requests must all succeed"),
    Gate.SHUT: Wait("a resume without --canary: not all of the first requests succeeded"),
}


def _repairs(shard: Shard) -> bool:
    """Whether requests of a finished shard are to be sent again and are not in a shard of their own yet."""
    return bool(shard.moved) and not shard.repaired
