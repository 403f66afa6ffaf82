"""A dry run: what would be sent, and everything that would be refused; nothing is sent, nothing is left behind."""

from __future__ import annotations

import tempfile
from pathlib import Path

from attrs import frozen
from msgspec import Raw

from polybatch import source
from polybatch.errors import InputError
from polybatch.tables.rows import Place
from polybatch.vendor import Vendor

from . import inputs
from .journal import SeenIds
from .opening import Gauge, around, cutter_for, refuse_larger, twice
from .plan import Cut
from .settings import Settings


@frozen
class Slice:
    """One batch to be."""

    requests: int
    bytes: int
    """Length of the create's body."""
    group: str | None
    """What its requests share, where the vendor wants that (a model)."""


@frozen
class Refusal:
    """A line that would be refused."""

    line: int
    reason: str
    hint: str = ""


@frozen(kw_only=True)
class Plan:
    """What a run over the input would do."""

    vendor: str
    total: int
    """Requests that can be sent."""
    bytes: int
    shards: tuple[Slice, ...]
    refused: tuple[Refusal, ...]
    """Any of these keeps the whole input from being sent."""
    counted: str = Place().noun
    """What their numbers count: lines of a file of requests, or rows of a table."""
    first: Raw | None = None
    """The first request that can be sent, as the vendor gets it but for its id, which is the caller's."""


def rehearse(vendor: Vendor, requests: object, settings: Settings) -> Plan:
    """Check and cut a whole input as a run would. Raises InputError where it cannot be read to its end, or is empty."""
    shards: list[Slice] = []
    refused: list[Refusal] = []
    first: bytes | None = None
    beside, found = around(vendor), inputs.lines_of(vendor, requests, settings.template)
    made = found if isinstance(found, inputs.Made) else None
    place = Place() if made is None else made.maker.where
    numbered = source.lines(found) if isinstance(found, Path) else ((0, number, row) for number, row in found.rows())

    def sliced(cut: Cut) -> Slice:
        return Slice(len(cut), cut.size + beside, cut.group)

    with tempfile.TemporaryDirectory(prefix="polybatch-") as folder:
        seen = SeenIds(Path(folder) / "seen.sqlite")  # an input may come from standard input, which is read once
        try:
            gauge, cutter = Gauge(vendor, settings, "0" * 8), cutter_for(vendor, settings)
            for count, (offset, number, given) in enumerate(numbered, 1):
                try:
                    line = made.line(number, given) if made is not None else given
                    custom_id, member = gauge.member(offset, number, line, place(number))
                    if (before := seen.add(custom_id, number)) is not None:
                        raise twice(place, number, custom_id, before)
                    first = first or gauge.sent(line, place(number))
                except InputError as error:
                    reason = error.message.removeprefix(place(number)).lstrip(":, ")
                    refused.append(Refusal(number, reason, error.hint))
                else:
                    shards.extend(map(sliced, cutter.add(member)))
                if count == settings.canary:
                    shards.extend(map(sliced, cutter.finish()))
            shards.extend(map(sliced, cutter.finish()))
        finally:
            seen.close()
    total = sum(shard.requests for shard in shards)
    if not total and not refused:
        raise InputError(f"{requests} holds no requests")
    refuse_larger(total + len(refused), settings, f"{requests}: ")
    return Plan(
        vendor=vendor.profile.name, total=total, bytes=sum(shard.bytes for shard in shards),
        shards=tuple(shards), refused=tuple(refused), counted=place.noun, first=None if first is None else Raw(first),
    )  # fmt: skip
