"""What an operator must know of a create whose fate nobody can find out, and what each decision does."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from polybatch.run import sink
from polybatch.run.contents import Contents
from polybatch.run.machine import Shard, State
from polybatch.vendor import FindBy, Vendor

from . import terminal


@frozen
class Choice:
    """One way to decide."""

    command: str
    effect: str


@frozen(kw_only=True)
class Decision:
    """A shard that is held."""

    shard: int
    generation: int
    requests: int
    lines: str
    """Where in the input they stand."""
    sent_at: datetime | None
    """When the create was sent, by the vendor's clock."""
    token: str
    found: Sequence[str]
    """What happened, where was looked, and what that showed."""
    look: str
    """The command that shows what the vendor has; empty where there is none."""
    choices: Sequence[Choice]


def decisions(
    vendor: Vendor, facts: Mapping[str, Any], shards: Sequence[Shard], run_dir: Path, resume: Callable[[str], str]
) -> Iterator[Decision]:
    """Every shard of a run that is held; `resume` gives the command that goes on, with further words."""
    contents = Contents(vendor, sink.Folder(run_dir), facts)
    for shard in shards:
        if shard.state is State.HELD:
            yield Decision(
                shard=shard.number, generation=shard.generation, requests=shard.items, lines=contents.lines(shard),
                sent_at=shard.intent_at, token=shard.token, found=shard.note.split("; "), look=_look(facts, vendor),
                choices=list(_choices(vendor, shard, resume)),
            )  # fmt: skip


def reach(facts: Mapping[str, Any], vendor: Vendor) -> str:
    """Options that lead `polybatch batch` to where a run was sent."""
    elsewhere = facts["base_url"] != vendor.document.server
    return f"--vendor {vendor.profile.name}" + (f" --base-url {shlex.quote(facts['base_url'])}" if elsewhere else "")


def _look(facts: Mapping[str, Any], vendor: Vendor) -> str:
    hidden = vendor.profile.find is FindBy.NOTHING or facts["base_url"] == "sandbox"
    return "" if hidden else f"polybatch batch list {reach(facts, vendor)}"


def _choices(vendor: Vendor, shard: Shard, resume: Callable[[str], str]) -> Iterator[Choice]:
    count, profile = f"{shard.items:,} request" + "s" * (shard.items != 1), vendor.profile
    more = f", and {profile.again}" if profile.again else ""
    if profile.find is not FindBy.NOTHING:
        yield Choice(resume(""), "looks for the batch once more, and sends nothing of it")
    yield Choice(
        resume("--on-unknown resubmit"), f"sends the {count} again; if the batch exists, they are paid twice{more}"
    )
    yield Choice(
        resume("--on-unknown abandon"),
        f"sends nothing; the {count} get the outcome `missing`, and are paid all the same if the batch exists",
    )


def words(decision: Decision) -> Iterator[str]:
    """A decision as lines for a terminal."""
    first, *rest = decision.found
    yield terminal.paragraph("held", f"shard {decision.shard} ({decision.requests:,} requests): {first}")
    yield from (terminal.paragraph("", sentence) for sentence in rest)
    if decision.sent_at is not None and "(sent at " not in first:
        yield terminal.paragraph("", f"sent at {decision.sent_at:%Y-%m-%d %H:%M:%S} UTC by the vendor's clock")
    yield terminal.paragraph("", f"{decision.lines} of the input; token {decision.token}")
    if decision.look:
        yield f"look      {decision.look}"
    for place, choice in enumerate(decision.choices):
        yield f"{'' if place else 'decide':10}{choice.command}"
        yield terminal.paragraph("", choice.effect, terminal.LABEL + 2)
