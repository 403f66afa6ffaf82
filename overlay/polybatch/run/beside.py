"""Runs over the same input side by side: a line for each request, in the order of the input, with all their answers.

    from polybatch.run.beside import merge

    merge({"haiku": "in.jsonl.a.polybatch", "gpt": "in.jsonl.b.polybatch"}, "compared.jsonl")

    {"custom_id": "row-1", "haiku": {"outcome": "succeeded", "text": "Paris", …}, "gpt": null}

All of it is read from the run directories, without a key or the network; a few answers are in memory at a time.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import combinations, compress, groupby, repeat
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from attrs import define, field

from polybatch.errors import InputError, RunError
from polybatch.model import Outcome, Result
from polybatch.tables import writing
from polybatch.tables.beside import Beside
from polybatch.tables.writing import Column

from . import exporting, ordered, sink
from .desk import Desk
from .form import Form, encoder
from .journal import read
from .offline import opened

COMPARED = "compared"
"""The fact that names the files that a run was compared in: from then on they are ours to write anew."""
LEFT_OUT = frozenset({"custom_id", "body", "vendor", "batch_id", "request_id"})
"""What a comparison does not say of each answer, of all that the run's own output says."""
WHOSE, ROW = "custom_id", "input"
"""What a line begins with; the second where the input was a table."""
Side: TypeAlias = Sequence[Result | None]
"""What each run says to one request; nothing where it has no result."""
Numbered: TypeAlias = Generator[tuple[int, Side], None, None]
"""Line of the input, from 1, and what is said to it."""


@define
class Pair:
    """How often two runs answered the same."""

    names: tuple[str, str]
    both: int = 0
    """Requests that both answered with a text."""
    same: int = 0
    """Those with exactly the same."""


@define
class Comparison:
    """What was written, and how far the runs agree."""

    requests: int = 0
    all_answered: int = 0
    """Requests that every run answered with a text."""
    all_same: int = 0
    """Those with exactly the same."""
    pairs: list[Pair] = field(factory=list)


def merge(runs: Mapping[str, str | Path], out: str | Path) -> Comparison:
    """Write runs side by side, into a file that is whole or not there; `runs`: run directories by name.

    `out` ends in .jsonl, .csv, .tsv or .parquet. A request without a result in any of the runs is left out; where one
    run has it and another has not, the other has null. Raises InputError for runs over different inputs and for a file
    that is somebody else's, RunLocked while another process has one of the runs.
    """
    path, folders = Path(out).absolute(), {name: Path(folder) for name, folder in runs.items()}
    refuse_foreign(path, folders.values())
    with _opened(folders) as desks:
        whose = next(iter(desks.values())).facts["run_id"]
        found = _begun(desks)
        with sink.SafeFile(path, mode=sink.PUBLIC_FILE, whose=whose) as file:
            with closing(_sides(desks, found)) as sides:
                for written in _written(desks, sides, path, file):
                    found.requests += written
            for desk in desks.values():
                if str(path) not in (files := desk.facts.get(COMPARED, [])):
                    desk.remember(COMPARED, **{COMPARED: [*files, str(path)]})
    return found


@contextmanager
def lines(runs: Mapping[str, str | Path]) -> Iterator[tuple[Comparison, Iterator[bytes]]]:
    """The same as JSON lines that nothing is made of yet; the comparison is complete once all of them were taken."""
    with _opened({name: Path(folder) for name, folder in runs.items()}) as desks:
        found = _begun(desks)

        def counted() -> Generator[bytes, None, None]:
            for piece in _lines(desks, sides):
                found.requests += len(piece)
                yield from piece

        with closing(_sides(desks, found)) as sides, closing(counted()) as made:
            yield found, made


def refuse_foreign(out: Path, folders: Iterable[Path]) -> None:
    """Raises InputError where runs cannot be compared in a file, or it holds something else already."""
    if out.suffix in {".gz", ".zst"}:
        raise InputError(f"{out}: results are not written compressed", hint=f"name it {out.with_suffix('')}")
    writing.refuse_unwritable(out)
    if not any(str(out.absolute()) in _facts(folder).get(COMPARED, ()) for folder in folders):
        sink.refuse_foreign(out)


def _facts(folder: Path) -> Mapping[str, Any]:
    """What the journal of a run says; nothing where it cannot be read, or there is none yet."""
    try:
        return read(folder)[0]
    except (InputError, RunError):
        return {}


@contextmanager
def _opened(folders: Mapping[str, Path]) -> Iterator[Mapping[str, Desk]]:
    if not folders or not folders.keys().isdisjoint({WHOSE, ROW}):
        raise InputError(f"runs are compared by names of theirs, which are not {WHOSE} or {ROW}")
    with ExitStack() as stack:
        desks = {name: stack.enter_context(opened(folder)).desk for name, folder in folders.items()}
        first, *others = desks.values()
        for desk in others:
            if desk.facts["input_sha256"] != first.facts["input_sha256"]:
                raise InputError(
                    f"{desk.folder.path} is a run over another input than {first.folder.path}",
                    hint="compare runs over the same requests",
                )
        yield desks


def _begun(desks: Mapping[str, Desk]) -> Comparison:
    return Comparison(pairs=[*map(Pair, combinations(desks, 2))])


def _sides(desks: Mapping[str, Desk], found: Comparison) -> Numbered:
    """Line of the input, and what each run says to it; how far they agree is counted on the way."""
    with ExitStack() as stack:
        runs = [stack.enter_context(closing(ordered.results(desk))) for desk in desks.values()]
        placed = [zip(run, repeat(place)) for place, run in enumerate(runs)]
        for number, some in groupby(heapq.merge(*placed, key=_number), key=_number):
            side: list[Result | None] = [None] * len(runs)
            for (_, result), place in some:
                side[place] = result
            _count(side, found)
            yield number, side


def _number(placed: tuple[tuple[int, Result], int]) -> int:
    return placed[0][0]


def _count(side: Side, found: Comparison) -> None:
    texts = [None if one is None or one.outcome is not Outcome.SUCCEEDED else one.text for one in side]
    if None not in texts:
        found.all_answered += 1
        found.all_same += len({*texts}) == 1
    for pair, (one, other) in zip(found.pairs, combinations(texts, 2), strict=True):
        if one is not None and other is not None:
            pair.both += 1
            pair.same += one == other


# -- as lines and rows


def _written(desks: Mapping[str, Desk], sides: Numbered, out: Path, file: sink.SafeFile) -> Generator[int, None, None]:
    """Write everything; gives how many requests each piece had."""
    if writing.is_table(out):
        rows = _Rows([*_forms(desks).values()])
        own = [Column(WHOSE), *(column for place, name in enumerate(desks) for column in rows.columns(place, name))]
        yield from exporting.rows_written(file, out, _table(desks), own, rows.values, sides)
        return
    for piece in _lines(desks, sides):
        file.write(b"".join(piece))
        yield len(piece)


def _lines(desks: Mapping[str, Desk], sides: Numbered) -> Generator[list[bytes], None, None]:
    forms, table = _forms(desks), _table(desks)
    names = [] if table is None else [column.name for column in table.columns]
    with closing(exporting.joined(table, sides)) as pieces:
        for piece, some in pieces:
            rows = repeat({}) if table is None else (dict(zip(names, row, strict=True)) for row in table.values(piece))
            yield [_line(forms, side, row) for side, row in zip(some, rows)]  # noqa: B905 - what is repeated has no end


def _line(forms: Mapping[str, Form], side: Side, row: Mapping[str, Any]) -> bytes:
    line: dict[str, Any] = {WHOSE: _custom_id(side)}
    if row:
        line[ROW] = msgspec.to_builtins(row, enc_hook=str)
    for (name, form), one in zip(forms.items(), side, strict=True):
        line[name] = None if one is None else _cell(form.members(one))
    return encoder.encode(line) + b"\n"


def _cell(members: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(members, name) for name in members.__struct_fields__ if name not in LEFT_OUT}


@define
class _Rows:
    """What all runs say to a request as the cells of a row."""

    forms: Sequence[Form]
    _flat: Sequence[exporting.Flat] = field(init=False)
    _taken: Sequence[Sequence[bool]] = field(init=False)
    """Of each run, which cells stand here."""

    def __attrs_post_init__(self) -> None:
        self._flat = [exporting.Flat(form.schema) for form in self.forms]
        self._taken = [[column.name not in LEFT_OUT for column in flat.columns] for flat in self._flat]

    def columns(self, place: int, name: str) -> list[Column]:
        """Those of a run."""
        own = compress(self._flat[place].columns, self._taken[place])
        return [Column(f"{name}.{column.name}", column.kind) for column in own]

    def values(self, side: Side) -> list[Any]:
        """The cells of all columns."""
        found: list[Any] = [_custom_id(side)]
        for flat, taken, one in zip(self._flat, self._taken, side, strict=True):
            found += [None] * sum(taken) if one is None else compress(flat.values(one), taken)
        return found


def _custom_id(side: Side) -> str:
    return next(one.custom_id for one in side if one is not None)


def _forms(desks: Mapping[str, Desk]) -> Mapping[str, Form]:
    return {name: Form.of(desk.facts) for name, desk in desks.items()}


def _table(desks: Mapping[str, Desk]) -> Beside | None:
    return exporting.table_of(next(iter(desks.values())).facts)
