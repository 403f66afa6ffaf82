"""What a run writes once every request has its outcome: CSV, Parquet, or JSON lines in the order of the input.

All of it is made of what was fetched, so that it can be made again at any time; it stands under its name whole, or not
at all. Where the input was a table its rows stand beside their results.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from attrs import define, field

from polybatch.errors import InputError
from polybatch.model import Result, Usage
from polybatch.tables import beside, writing
from polybatch.tables.writing import Column, Kind

from . import ordered, sink
from .desk import Desk
from .form import PLAIN, Checked, Form, encoder
from .machine import RunStatus, status_of
from .opening import anew
from .settings import STDOUT, Settings

EXPORTED = "exported"
"""The fact that says what was written: from it on the file is ours to write anew."""
COPIES = "copies"
"""The fact that says what `results` wrote to other files: by path, the sha256 of what it wrote last."""
WHOSE = (Column("custom_id"), Column("outcome"), Column("text"))
SHAPED = (Column("parsed"), Column("invalid"))
"""Where a schema says how answers look; behind them a column for each of its properties."""
SAID = (Column("finish"), Column("model"), *(Column(name, Kind.INTEGER) for name in Usage.__struct_fields__))
ABOUT = tuple(map(Column, ("tool_calls", "error_code", "error_message", "vendor", "batch_id", "request_id")))
JSON_KINDS = {"string": Kind.TEXT, "integer": Kind.INTEGER, "number": Kind.NUMBER, "boolean": Kind.TRUTH}
Numbered: TypeAlias = Generator[tuple[int, Any], None, None]
"""Line of the input, from 1, and its result, or those of several runs."""
Pieces: TypeAlias = Generator[tuple[beside.Piece, list[Any]], None, None]
"""Some rows of the input, or nothing, and what stands beside them."""


def check(settings: Settings, facts: Mapping[str, Any]) -> None:
    """Raises InputError where it is known already that the output cannot be written in the end."""
    writing.refuse_unwritable(settings.out)
    if settings.exported and not facts.get(EXPORTED):
        refuse_foreign(settings.out, settings, facts)


def moved(settings: Settings, facts: Mapping[str, Any], status: RunStatus) -> dict[str, Any]:
    """What the journal has to keep where the output goes elsewhere than before; nothing where it does not.

    What is made of all results may go elsewhere until it is written, lines as they come until the first is. Raises
    InputError where that is too late.
    """
    ordered, out = bool(facts.get("in_order")), Path(facts["out"])
    if out == settings.out:
        if ordered == settings.exported:
            return {}
        raise InputError(f"this run was begun with{'' if ordered else 'out'} --in-order", hint=anew(settings.run_dir))
    begun = not (ordered and settings.exported) and facts["begun"]
    if begun or (status.finished and not unwritten(facts, status.total)):
        written = "standard output" if out.name == STDOUT else out
        copy = f"polybatch results {shlex.quote(str(settings.run_dir))} -o FILE"
        raise InputError(f"this run writes its results to {written}", hint=f"a copy elsewhere: {copy}")
    return {"out": str(settings.out), "in_order": settings.exported, EXPORTED: None}


def blocked(facts: Mapping[str, Any], status: RunStatus) -> bool:
    """Whether an output that is due cannot be written, because somebody else's file has its name."""
    due = status.finished and unwritten(facts, status.total)
    return due and not facts.get(EXPORTED) and Path(facts["out"]).exists()


def due(desk: Desk) -> bool:
    """Whether every request has its outcome, but the output does not have all of them, or is gone."""
    if not desk.settings.exported:
        return False
    status = status_of(desk.facts, desk.shards, desk.folder.path)
    return status.finished and (unwritten(desk.facts, status.total) or not desk.settings.out.exists())


def unwritten(facts: Mapping[str, Any], total: int) -> bool:
    """Whether an output that is written at the end was not written with all requests of a run."""
    return bool(facts.get("in_order") and (facts.get(EXPORTED) or {}).get("requests") != total)


def steps(desk: Desk, out: Path) -> Generator[None, None, None]:
    """Write an output, a piece at a time; where that breaks off nothing is left behind.

    Raises InputError for a file that is somebody else's, or where the input is no longer what it was.
    """
    own = desk.settings.exported and out.absolute() == desk.settings.out
    ours = own and bool(desk.facts.get(EXPORTED))
    if not ours:
        refuse_foreign(out, desk.settings, desk.facts)
    count = 0
    with sink.SafeFile(out, mode=sink.PUBLIC_FILE, whose=desk.facts["run_id"]) as file:
        with closing(_written(desk, file, out)) as pieces:
            for found in pieces:
                count += found
                yield
        if not ours:
            refuse_foreign(out, desk.settings, desk.facts)  # it may have come meanwhile
        if own:
            desk.remember(EXPORTED, **{EXPORTED: {"requests": count, "sha256": file.digest.hexdigest()}})
        else:
            remember_copy(desk, out, file)


def refuse_foreign(out: Path, settings: Settings, facts: Mapping[str, Any]) -> None:
    """Raises InputError for a file that holds something else than what `results` wrote to it last."""
    written = facts.get(COPIES, {}).get(str(out.absolute()))
    if written is not None and written == sink.sha256_of(out):
        return
    hint = sink.ELSEWHERE
    if out.absolute() == settings.out and "run_id" in facts:
        place = shlex.quote(str(settings.run_dir))
        another = f"name another: polybatch resume {place} -o FILE"
        hint = f"move it away, or {another}; only a copy: polybatch results {place} -o FILE"
    sink.refuse_foreign(out, hint)


def remember_copy(desk: Desk, out: Path, file: sink.SafeFile) -> None:
    """Keep what is about to stand in another file than the run's own, so that it may be written anew."""
    desk.remember("copied", **{COPIES: {**desk.facts.get(COPIES, {}), str(out.absolute()): file.digest.hexdigest()}})


def lines(desk: Desk) -> Generator[list[bytes], None, None]:
    """JSON lines in the order of the input, some at a time; where that was a table each has its row as `input`."""
    table, form = table_of(desk.facts), Form.of(desk.facts)
    with closing(joined(table, ordered.results(desk))) as pieces:
        for piece, results in pieces:
            found = [*map(form.line, results)]
            if table is not None:
                names = [column.name for column in table.columns]
                rows = (dict(zip(names, values, strict=True)) for values in table.values(piece))
                found = [
                    b"%b,%b:%b}\n" % (line[:-2], INPUT, encoder.encode(msgspec.to_builtins(row, enc_hook=str)))
                    for line, row in zip(found, rows, strict=True)
                ]
            yield found


INPUT = b'"input"'


def _written(desk: Desk, file: sink.SafeFile, out: Path) -> Generator[int, None, None]:
    """Write everything; gives how many requests each piece had."""
    if not writing.is_table(out):
        with closing(lines(desk)) as pieces:
            for piece in pieces:
                file.write(b"".join(piece))
                yield len(piece)
        return
    flat = Flat(desk.facts.get("schema"))
    yield from rows_written(file, out, table_of(desk.facts), flat.columns, flat.values, ordered.results(desk))


def write(file: sink.SafeFile, out: Path, results: Iterable[Result]) -> None:
    """Write results that are of no run, in the order in which they come."""
    if not writing.is_table(out):
        for result in results:
            file.write(PLAIN.line(result))
        return
    flat, numbered = Flat(None), (pair for pair in enumerate(results, 1))  # a generator, which can be closed
    for _ in rows_written(file, out, None, flat.columns, flat.values, numbered):
        pass


def rows_written(
    file: sink.SafeFile,
    out: Path,
    table: beside.Beside | None,
    own: Sequence[Column],
    cells: Callable[[Any], list[Any]],
    numbered: Numbered,
) -> Generator[int, None, None]:
    """Write a table, behind the columns of the one that was the input; gives how many rows each piece had."""
    before = [] if table is None else table.columns
    names = writing.free([column.name for column in own], [column.name for column in before])
    own = [Column(name, column.kind) for name, column in zip(names, own, strict=True)]
    schema = table.schema if isinstance(table, beside.Batches) and writing.is_parquet(out) else None
    target = writing.opened(file, out, own if schema is not None else [*before, *own], schema)
    try:
        with closing(joined(table, numbered)) as pieces:
            for piece, results in pieces:
                rows = [*map(cells, results)]
                if table is not None and schema is None:
                    rows = [[*first, *row] for first, row in zip(table.values(piece), rows, strict=True)]
                target.write(rows, None if schema is None else piece)
                yield len(rows)
        target.close()
    except BaseException:
        target.drop()
        raise


def joined(table: beside.Beside | None, numbered: Numbered) -> Pieces:
    """Rows and the results that belong to them, some at a time; rows without a result are left out."""
    with closing(numbered):
        if table is None:
            while some := [result for _, result in islice(numbered, beside.PIECE)]:
                yield None, some
            return
        first, waiting = 1, next(numbered, None)
        for piece in table.pieces():
            places, found, first_of_next = [], [], first + len(piece)
            while waiting is not None and waiting[0] < first_of_next:
                places.append(waiting[0] - first)
                found.append(waiting[1])
                waiting = next(numbered, None)
            if found:
                yield piece if len(found) == len(piece) else table.some(piece, places), found
            first = first_of_next


def table_of(facts: Mapping[str, Any]) -> beside.Beside | None:
    """The table that was the input, if it can be read again. Raises InputError where it is no longer what it was."""
    source = facts.get("source") or {}
    if source.get("path") is None:
        return None
    path = Path(source["path"])
    if sink.sha256_of(path) != source["sha256"]:
        raise InputError(
            f"{path} is {'not what it was when the run was planned' if path.exists() else 'gone'}, so that its columns"
            " cannot stand beside the results",
            hint="restore it; or `polybatch results RUN_DIR -o FILE.jsonl` writes the results alone",
        )
    return beside.opened(path, source["rows"])


@define
class Flat:
    """A result as the cells of a row; the whole answer as it came is only in JSON lines."""

    schema: Mapping[str, Any] | None
    columns: Sequence[Column] = field(init=False)
    _form: Form = field(init=False)
    _members: Sequence[str] = field(init=False)
    """Of what the schema describes."""

    def __attrs_post_init__(self) -> None:
        properties = (self.schema or {}).get("properties", {})
        self._form, self._members = Form(self.schema), list(properties)
        shaped = [Column(f"parsed_{name}", _kind(kind)) for name, kind in properties.items()]
        self.columns = [*WHOSE, *([*SHAPED, *shaped] if self.schema is not None else ()), *SAID, *ABOUT]

    def values(self, result: Result) -> list[Any]:
        """The cells of its columns."""
        line: Any = self._form.members(result)
        usage, error = line.usage, line.error or {}
        shaped: list[Any] = []
        if isinstance(line, Checked):
            parsed = None if line.parsed is None else msgspec.json.decode(line.parsed)
            members = parsed if isinstance(parsed, dict) else {}
            text = None if line.parsed is None else bytes(line.parsed).decode()
            shaped = [text, line.invalid, *(members.get(name) for name in self._members)]
        return [
            line.custom_id, str(line.outcome), line.text, *shaped, line.finish and str(line.finish), line.model,
            *(getattr(usage, name, None) for name in Usage.__struct_fields__),
            encoder.encode(line.tool_calls).decode() if line.tool_calls else None,
            error.get("code"), error.get("message"), line.vendor, line.batch_id, line.request_id,
        ]  # fmt: skip


def _kind(schema: Any) -> Kind:
    """The kind of a column for what a schema describes; text where it may be several."""
    named = schema.get("type") if isinstance(schema, Mapping) else None
    found = {named} if isinstance(named, str) else set(named or ()) - {"null"}
    return JSON_KINDS.get(found.pop(), Kind.TEXT) if len(found) == 1 else Kind.TEXT
