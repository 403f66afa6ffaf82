"""What a run reads: a file of requests as it stands, or rows, of which lines are made that stay in the run directory.

file of requests ──────────────────────► read where it is
`-`, packed file ──► copied    ─┐
table, rows      ──► lines made ─┴────► input.jsonl in the run directory: line n is row n
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import IO, Any

import msgspec
from attrs import frozen

from polybatch import source
from polybatch.check import ID
from polybatch.errors import InputError
from polybatch.model import Request
from polybatch.tables.cells import plain
from polybatch.tables.rows import Kind, Place, kind_of, opened
from polybatch.tables.template import Maker, Template
from polybatch.vendor import Vendor

from . import sink

HANDED = "rows from Python"
"""Instead of a path, where the input is no file."""
RESUME = "`polybatch resume` goes on with what was kept of it"
encode = msgspec.json.Encoder().encode


def name_of(requests: object) -> str:
    """An input as the journal names it."""
    if not isinstance(requests, Path):
        return HANDED
    return "-" if str(requests) == "-" else str(requests.absolute())


@frozen
class Made:
    """Lines that are made of rows."""

    vendor: Vendor
    maker: Maker

    def rows(self) -> Iterator[tuple[int, Any]]:
        """Number and cells of each row."""
        return enumerate(self.maker.rows.only(self.maker.columns), 1)

    def line(self, number: int, row: Any) -> bytes:
        """The line of a row, without its end. Raises InputError."""
        if not isinstance(row, Request):
            return self.maker.line(number, row)
        where = self.maker.where(number)
        if self.maker.template.given():
            raise InputError(f"{where} is a Request, and whole: prompt= and what goes with it are for rows of a table")
        try:
            return encode(plain(_members(self.vendor, row)))
        except (ValueError, RecursionError) as error:
            raise InputError(f"{where}: {error}") from error

    def lines(self) -> Iterator[bytes]:
        """All lines."""
        return (self.line(number, row) for number, row in self.rows())


def _members(vendor: Vendor, request: Request) -> dict[str, Any]:
    """A request as the line that is read as the same request again."""
    if request.portable:
        return {ID: request.custom_id, **request.body}
    item = vendor.item(request)
    return {**item} if ID in item else {ID: request.custom_id, **request.body, **request.item}


def lines_of(vendor: Vendor, requests: object, template: Template) -> Path | Made:
    """The file that holds an input's lines, or how they are made. Raises InputError, for a wrong column too."""
    if isinstance(requests, Path) and kind_of(requests) is Kind.JSONL and not template.given():
        return requests
    return Made(vendor, Maker(template, opened(requests)))


def settled(
    vendor: Vendor, requests: object, template: Template, folder: sink.Folder
) -> tuple[Path, Place, dict[str, Any]]:
    """Where the lines of an input stand from now on, how to name them, and what the journal keeps of where they are
    from. Raises InputError, naming the row."""
    kept = folder.path.absolute() / sink.INPUT
    found = lines_of(vendor, requests, template)
    if isinstance(found, Path):
        if str(found) != "-" and found.suffix not in source.PACKED:
            return found.absolute(), Place(found.name), {}
        with source.open_input(found) as stream:
            _copied(stream, kept, found)
        return kept, Place(kept.name), {}
    path = requests if isinstance(requests, Path) and str(requests) != "-" else None
    before, digest = (None, None) if path is None else (sink.look(path), sink.sha256_of(path))
    _written(found.lines(), kept)
    if path is not None and sink.look(path) != before:
        raise InputError(f"{path} was changed while it was read", hint="try again, with a file that nobody writes to")
    options = template.given()
    facts = {
        "source": {
            "path": None if path is None else str(path.absolute()), "sha256": digest, "rows": found.maker.rows.kind,
        },
        "schema": options.pop("schema", None),
        "template": options,
    }  # fmt: skip
    return kept, found.maker.where, facts


def _copied(stream: IO[bytes], path: Path, requests: Path) -> None:
    try:
        sink.spool(stream, path)
    except (OSError, EOFError) as error:
        raise InputError(f"cannot read {requests}: {error}", hint="is the file complete?") from error


def _written(lines: Iterator[bytes], path: Path) -> None:
    with sink.SafeFile(path) as file:
        for line in lines:  # several at once would be a gigabyte where each has an image
            file.write(line + b"\n")


def refuse_other(
    facts: Mapping[str, Any], requests: object, template: Template, vendor: Vendor, changed: Callable[[], str],
    anew: str,
) -> None:  # fmt: skip
    """Raises InputError for another input than the run began with; `changed` says where its lines differ, `anew` what
    to do where others are wanted."""
    given = name_of(requests)
    if given not in {facts["requests"], facts["input"]}:
        raise InputError(f"this run reads {facts['requests']}, not {given}", hint=anew)
    own = given == facts["input"] != facts["requests"]
    _refuse_other_template(facts, template.given(), anew, own=own)
    kept, origin = Path(facts["input"]), facts.get("source")
    if _sha256_of(kept) != facts["input_sha256"]:
        where = f"; {where}" if (where := changed()) else ""
        what = f"{kept} is not what it was when the run was planned{where}"
        raise InputError(what, hint="restore it, or start a new run")
    if own or given in {"-", facts["input"]}:
        return
    if isinstance(requests, Path):
        same = _sha256_of(requests) == facts["input_sha256"] if origin is None else (
            sink.sha256_of(requests) == origin["sha256"]
        )  # fmt: skip
        if not same:
            what = "not what it was when the run was planned" if requests.exists() else "gone"
            raise InputError(f"{requests} is {what}", hint=f"restore it, or start a new run; {RESUME}")
        return
    found = lines_of(vendor, requests, template)
    if isinstance(found, Made):
        _refuse_other_rows(found, kept)


def _refuse_other_rows(found: Made, kept: Path) -> None:
    """Raises InputError where rows that no file holds are others than before."""
    before = (line for _, _, line in source.lines(kept))
    for number, (now, then) in enumerate(zip_longest(found.lines(), before), 1):
        if now != then:
            what = f"row {number} is not what it was when the run was planned"
            raise InputError(what, hint=f"give the same rows in the same order; {RESUME}")


def _refuse_other_template(facts: Mapping[str, Any], given: Mapping[str, Any], anew: str, *, own: bool) -> None:
    """Raises InputError for other options than the lines were made by; `own`: the lines are given, and no options."""
    schema = facts.get("schema")
    kept = {**facts.get("template", {}), **({} if schema is None else {"schema": schema})}
    for name in [*given, *({} if own else kept)]:
        if kept.get(name) != given.get(name):
            raise InputError(otherwise(name, kept.get(name), given.get(name)), hint=anew)


def otherwise(name: str, kept: Any, given: Any) -> str:
    """That an option is another than a run was begun with."""
    if name == "schema" and None not in (kept, given):
        return "this run was started with another --schema"
    return f"this run was started {_said(name, kept)}, not {_said(name, given)}"


def _said(name: str, value: Any) -> str:
    option = "--" + name.replace("_", "-")
    if value is None:
        return f"without {option}"
    if value is True:
        return f"with {option}"
    return f"with this {option}" if name == "schema" else f"with {option} {value!r}"


def _sha256_of(path: Path) -> str:
    """The hash of an input's bytes, decompressed."""
    digest = hashlib.sha256()
    for _ in source.lines(path, digest):
        pass
    return digest.hexdigest()
