"""How a run begins: the input is checked, cut and remembered; how one is taken up again: nothing may have changed.

Nothing is sent here.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Literal

import attrs
from attrs import frozen

from polybatch import source
from polybatch.dialects import inline
from polybatch.errors import InputError
from polybatch.intake import Intake
from polybatch.vendor import Vendor

from . import sink
from .journal import Journal, SeenIds
from .machine import Shard
from .plan import ID_DIGITS, Cut, Cutter, Member, wire_id

MOST_ITEMS = 10**ID_DIGITS
"""Requests in a shard where the vendor names no limit: what six digits of an index can count."""


@frozen(kw_only=True)
class Settings:
    """How a run is done; the names are the command line's options."""

    out: Path
    run_dir: Path
    poll: float = 5.0
    on_unknown: Literal["hold", "resubmit", "abandon"] = "hold"
    max_items_per_batch: int | None = None
    max_requests: int | None = None
    model: str | None = None
    no_check: bool = False
    sandbox: bool = False


def default_paths(requests: Path, vendor: str) -> tuple[Path, Path]:
    """Where results and journal go unless named."""
    name = requests.name
    for ending in (".gz", ".zst"):
        name = name.removesuffix(ending)
    out = requests.with_name(f"{Path(name).stem}.{vendor}.results.jsonl")
    return out, requests.with_name(f"{requests.name}.{vendor}.polybatch")


def begin(
    vendor: Vendor,
    requests: Path,
    settings: Settings,
    folder: sink.Folder,
    journal: Journal,
    identity: Mapping[str, Any],
) -> dict[str, Any]:
    """Check the whole input and cut it into shards. Raises InputError, naming the line."""
    path = requests.absolute()
    if str(requests) == "-" or requests.suffix in {".gz", ".zst"}:
        path = folder.path.absolute() / "input.jsonl"
        with source.open_input(requests) as stream:
            _spooled(stream, path, requests)
    digest = hashlib.sha256()
    run_id = secrets.token_hex(10)
    seen = SeenIds(folder.path / "seen.sqlite")
    shards: list[Shard] = []
    try:
        for cut in cuts(vendor, path, settings, run_id, seen, digest):
            folder.save_members(len(shards), cut)
            shards.append(Shard(len(shards), 0, len(cut), cut.size, cut.group))
    finally:
        seen.close()
    if not shards:
        raise InputError(f"{requests} holds no requests")
    facts = {
        **identity, "run_id": run_id, "input": str(path), "input_sha256": digest.hexdigest(),
        "out": str(settings.out.absolute()), "committed": 0,
    }  # fmt: skip
    journal.plan(shards, facts)
    return facts


def cuts(
    vendor: Vendor, path: Path, settings: Settings, run_id: str, seen: SeenIds, digest: source.Digest
) -> Iterator[Cut]:
    """Read, check and cut the whole input. Raises InputError, naming the line."""
    limits = vendor.profile.limits
    most = min(limits.max_items or MOST_ITEMS, settings.max_items_per_batch or MOST_ITEMS)
    head, tail = inline.frame(vendor.envelope())
    cutter = Cutter(most, limits.max_bytes - len(head) - len(tail) if limits.max_bytes else None)
    intake = Intake(vendor, check=not settings.no_check, model=settings.model)
    for count, (offset, number, line) in enumerate(source.lines(path, digest), 1):
        where = f"{path.name}, line {number}"
        request = intake.read(line, where)
        if (first := seen.add(request.custom_id, number)) is not None:
            raise InputError(f"{where}: custom_id {request.custom_id!r} was used before, on line {first}")
        if settings.max_requests is not None and count > settings.max_requests:
            raise InputError(f"{where}: more than the {settings.max_requests:,} requests that --max-requests allows")
        size = len(intake.encode(attrs.evolve(request, custom_id=wire_id(run_id, 0, 0, 0)), where))
        group = vendor.model(request) or settings.model if vendor.profile.one_model else None
        yield from cutter.add(Member(offset, number, size, group, vendor.alone(request)))
    yield from cutter.finish()


def _spooled(stream: IO[bytes], path: Path, requests: Path) -> None:
    try:
        sink.spool(stream, path)
    except (OSError, EOFError) as error:
        raise InputError(f"cannot read {requests}: {error}", hint="is the file complete?") from error


def refuse_other(facts: Mapping[str, Any], identity: Mapping[str, Any], requests: Path, folder: sink.Folder) -> None:
    """Refuse to go on with something else than the run began with."""
    for name, value in identity.items():
        if facts.get(name) != value:
            raise InputError(
                f"this run was started with {name} {facts.get(name)!r}, not {value!r}",
                hint=f"name another --run-dir than {folder.path}, or give the same again",
            )
    path = Path(facts["input"])
    spooled = path.parent == folder.path.absolute()
    if not spooled and str(requests) != "-" and requests.absolute() != path:
        raise InputError(f"this run reads {path}, not {requests}", hint="name another --run-dir")
    digest = hashlib.sha256()
    for _ in source.lines(path, digest):
        pass
    if digest.hexdigest() != facts["input_sha256"]:
        raise InputError(f"{path} is not what it was when the run was planned", hint="restore it, or start a new run")
