"""How a run begins: the input is checked, cut and remembered; how one is taken up again: nothing may have changed.

Nothing is sent here.
"""

from __future__ import annotations

import hashlib
import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any

import attrs
from attrs import define, field

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import InputError
from polybatch.intake import Intake, encoder
from polybatch.naming import LEADS, NAMED, identified, led
from polybatch.repeats import Repeats
from polybatch.tables.rows import ROW, Place
from polybatch.vendor import Vendor

from . import inputs, sink
from .form import VERSION
from .journal import Journal
from .machine import Shard
from .plan import AS_IT_IS, ID_DIGITS, Cut, Cutter, Member, Stretch, mark_of, plain_marks, token_of, wire_id
from .settings import IMITATED, Settings

MOST_ITEMS = 10**ID_DIGITS
"""Requests in a shard where the vendor names no limit: what six digits of an index can count."""
LONGEST_TOKEN = token_of("0" * 20, MOST_ITEMS, 999)
Fingerprint = Callable[[str], str]
"""From a salt to what tells a key from another, without being one."""


def begin(
    vendor: Vendor,
    requests: object,
    settings: Settings,
    folder: sink.Folder,
    journal: Journal,
    identity: Mapping[str, Any],
    fingerprint: Fingerprint,
) -> dict[str, Any]:
    """Check the whole input and cut it into shards. Raises InputError, naming the line."""
    path, place, origin = inputs.settled(vendor, requests, settings.template, folder)
    digest = hashlib.sha256()
    run_id, salt = secrets.token_hex(10), secrets.token_hex(8)
    shards: list[Shard] = []
    canary = 0
    for cut in cuts(vendor, path, place, settings, run_id, digest):
        folder.save_members(len(shards), cut)
        number = len(shards)
        shards.append(Shard(number, 0, len(cut), cut.size, cut.group, token=token_of(run_id, number, 0)))
        canary += cut.canary
    if not shards:
        raise InputError(f"{requests if isinstance(requests, Path) else 'the table'} holds no requests")
    facts = {
        **identity, "run_id": run_id, "input": str(path), "input_sha256": digest.hexdigest(),
        "requests": inputs.name_of(requests), **origin,
        "out": str(settings.out.absolute()), "in_order": settings.exported, "begun": False, "committed": 0,
        "salt": salt, "key": fingerprint(salt), "canary": canary, "marks": "crc32", "form": VERSION,
    }  # fmt: skip
    folder.sync_plan()
    journal.plan(shards, facts)
    return facts


def cuts(
    vendor: Vendor, path: Path, place: Place, settings: Settings, run_id: str, digest: source.Digest
) -> Iterator[Cut]:
    """Read, check and cut the whole input. Raises InputError, naming the place."""
    gauge, cutter, first = Gauge(vendor, settings, run_id), cutter_for(vendor, settings), settings.canary or 0
    most = math.inf if settings.max_requests is None else settings.max_requests
    count = 0
    with closing(Repeats()) as seen:
        for block in source.blocks(path, digest):
            ids = gauge.usual(block.lines)
            if ids is not None and count >= first and count + len(ids) <= most:
                stretch = gauge.stretch(block, ids)
                if stretch is not None:
                    yield from cutter.extend(stretch)
                    seen.add(ids)
                    count += len(ids)
                    continue
            for offset, number, line in block:
                count += 1
                if count > most:
                    refuse_larger(count, settings, f"{place(number)}: ")
                custom_id, member = gauge.member(offset, number, line, place(number))
                seen.add([custom_id])
                if filled := cutter.add(member):
                    yield from canaries(filled) if count <= first else filled
                if count == first:
                    yield from canaries(cutter.finish())
        for custom_id, number, line_of_first in seen.found(partial(gauge.named, path)):
            raise twice(place, number, custom_id, line_of_first)
    yield from cutter.finish()


def twice(place: Place, number: int, custom_id: str, first: int) -> InputError:
    """The exception for an id that comes a second time."""
    before = f"{'in' if place.noun == ROW else 'on'} {place.noun} {first}"
    more = ": choose another --id-column, or leave it out" if place.noun == ROW else ""
    what = f"{place(number)}: custom_id {custom_id!r} was used before, {before}"
    return InputError(what, hint=f"every request needs one of its own{more}")


def canaries(cuts: Iterable[Cut]) -> Iterator[Cut]:
    """The same, as those that are sent first."""
    for cut in cuts:
        cut.canary = True
        yield cut


def refuse_larger(count: int, settings: Settings, where: str = "") -> None:
    """Raises InputError for more requests than the user allows."""
    if settings.max_requests is not None and count > settings.max_requests:
        raise InputError(f"{where}more than the {settings.max_requests:,} requests that --max-requests allows")


def cutter_for(
    vendor: Vendor, settings: Settings, taken: Iterable[int] = (), *, most_bytes: int | None = None
) -> Cutter:
    """A cutter that keeps to the limits of the vendor and of the user; `taken`: lengths of batches there are."""
    limits = vendor.profile.limits
    most = min(limits.max_items or MOST_ITEMS, settings.max_items_per_batch or MOST_ITEMS)
    bounds = [limits.max_bytes - around(vendor)] if limits.max_bytes is not None else []
    bounds += [most_bytes] if most_bytes is not None else []
    return Cutter(most, min(bounds, default=None), set(taken) if vendor.profile.distinct else None)


def around(vendor: Vendor) -> int:
    """Bytes of a create's body beside its requests, at most."""
    return sum(map(len, inline.frame(vendor.envelope(LONGEST_TOKEN))))


@define
class Gauge:
    """Checks the lines of an input one by one, and measures what will travel."""

    vendor: Vendor
    settings: Settings
    run_id: str
    _intake: Intake = field(init=False)
    _around: int = field(init=False)
    _most: float = field(init=False)
    _travelling: str = field(init=False)
    """As long as the ids that will travel are; those are ours, not the user's."""

    def __attrs_post_init__(self) -> None:
        self._most = self.vendor.profile.limits.max_bytes or math.inf
        self._around, self._travelling = around(self.vendor), wire_id(self.run_id, 0, 0, 0)
        given = self.settings
        self._intake = Intake(
            self.vendor, check=not given.no_check, model=given.model, lossy=given.lossy, instead=given.instead,
            filled=frozenset(given.template.given()),
        )  # fmt: skip

    def usual(self, lines: Sequence[bytes]) -> list[str] | None:
        """The ids on lines that all have the usual form, so that nothing more is to be looked at."""
        return self._intake.usual(lines, renamed=True)

    def stretch(self, block: source.Block, ids: Sequence[str]) -> Stretch | None:
        """The requests of a block, all of the usual form, if each line begins with its id and none has another."""
        lines = block.lines
        # An id in escapes, behind the first and different, would have been the one that was read.
        lead = led(lines, ids) if block.text.count(NAMED) == len(ids) else None
        # A mark is that of a line without blanks around it, for so it is read when it is read alone.
        if lead is None or not all(map(bytes.endswith, lines, repeat(b"}"))):
            return None
        lengths = [*map(len, lines)]
        more = len(LEADS[0]) - len(lead) + len(self._travelling)
        sizes = [length + more - len(custom_id) for length, custom_id in zip(lengths, ids, strict=True)]
        if not block.text.isascii():  # an id's bytes are more than its letters, then
            sizes = [length + more - len(custom_id.encode()) for length, custom_id in zip(lengths, ids, strict=True)]
        if max(sizes) + self._around > self._most:
            return None
        starts = accumulate(lengths, lambda start, length: start + length + 1, initial=block.offset)
        return Stretch([*starts][:-1], range(block.number, block.number + len(lines)), sizes, plain_marks(lines))

    def member(self, offset: int, number: int, line: bytes, where: str) -> tuple[str, Member]:
        """The request on a line, and its id. Raises InputError, which says where and why it is refused."""
        profile = self.vendor.profile
        group = alone = request = None
        mark, admitted = mark_of(line), self._intake.admitted(line, self._travelling)
        size = 0 if admitted is None else len(identified(line, self._travelling))
        if admitted is not None and size + self._around <= self._most:  # else it may be shorter when encoded anew
            custom_id, item = admitted
            mark |= AS_IT_IS
            request = self.vendor.request(item) if profile.one_model else None
        else:
            request = self._intake.read(line, where)
            custom_id, alone = request.custom_id, self.vendor.alone(request)
            size = len(self._intake.encode(attrs.evolve(request, custom_id=self._travelling), where))
        if size + self._around > self._most:
            whole = f"a batch of it alone has {size + self._around:,} bytes"
            raise InputError(f"{where}: {whole}, {profile.title} takes {self._most:,} at most")
        if request is not None and profile.one_model:
            group = self.vendor.model(request) or self.settings.model
        return custom_id, Member(offset, number, size, group, alone, mark)

    def sent(self, line: bytes, where: str) -> bytes:
        """A request as the vendor gets it, but under the caller's own id. Raises as `member` does."""
        request = self._intake.read(line, where)
        ours = self._intake.encode(attrs.evolve(request, custom_id=self._travelling), where)
        return ours.replace(encoder.encode(self._travelling), encoder.encode(request.custom_id), 1)

    def named(self, path: Path) -> Iterator[tuple[str, int]]:
        """The ids of an input that was checked, and on which lines they stand."""
        for _, number, line in source.lines(path):
            yield self._intake.read(line, f"line {number}").custom_id, number


def anew(run_dir: Path) -> str:
    """What to do where something else is wanted than what a run was begun with."""
    return (
        f"the run is in {run_dir}; to ask anew, name another run directory (--run-dir) and output (--out);"
        " to go on with it, give the same as before"
    )


def refuse_other(
    facts: Mapping[str, Any], identity: Mapping[str, Any], requests: object, settings: Settings, vendor: Vendor,
    changed: Callable[[], str] = str,
) -> None:  # fmt: skip
    """Refuse to go on with something else than the run began with; `changed` says where an input differs."""
    hint = anew(settings.run_dir)
    for name, value in identity.items():
        if (kept := facts.get(name)) != value:
            if name == "base_url" and IMITATED in {kept, value}:
                what = f"this run was {'' if kept == IMITATED else 'not '}a trial in the sandbox (--sandbox)"
            else:
                what = inputs.otherwise(name.removesuffix("s"), kept or None, value or None)  # --option is given often
            raise InputError(what, hint=hint)
    if settings.canary is not None and not facts.get("canary"):
        raise InputError("this run was begun without --canary", hint="leave it out; only a new run can have one")
    inputs.refuse_other(facts, requests, settings.template, vendor, changed, hint)
