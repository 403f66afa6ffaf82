"""Rows out of a table, whatever holds it: CSV, Parquet, JSON lines, Arrow data, or an iterable of dicts or requests.

opened(source) ─► Rows(columns) ─► rows, some at a time

pyarrow is imported for Parquet and Arrow data only; it is the extra `parquet`.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol, TypeAlias

from attrs import frozen

from polybatch import source
from polybatch.errors import ContractError, InputError
from polybatch.framing import BOM
from polybatch.model import Request
from polybatch.reading import loads, shorten

TOGETHER, MEMORY = 64, 1 << 22
"""Rows of Parquet or Arrow that become objects at a time, and bytes of theirs: fewer rows where these are large."""
CELL = 1 << 26
"""Bytes of a line, and characters of a cell, of a CSV file at most: an image of 48 MB as base64. What is longer is
rather a quotation mark that is missing."""
DELIMITERS = {".csv": ",;\t", ".tsv": "\t"}
"""What parts cells, by the ending of a file: the first that parts its first line."""
UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Kind(StrEnum):
    """What holds the rows."""

    CSV = "csv"
    PARQUET = "parquet"
    JSONL = "jsonl"
    ITERABLE = "iterable"
    ARROW = "arrow"


ENDINGS = {".csv": Kind.CSV, ".tsv": Kind.CSV, ".parquet": Kind.PARQUET, ".pq": Kind.PARQUET}
"""Files that are no JSON lines."""


class ArrowData(Protocol):
    """A table of pandas, polars, Arrow, DuckDB or another library that speaks Arrow's PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """A capsule of the C stream interface."""


@frozen
class Place:
    """Where requests stand, in words."""

    name: str = ""
    noun: str = "line"
    """What is counted."""

    def __call__(self, number: int) -> str:
        """One of them."""
        return f"{self.name}, {self.noun} {number}" if self.name else f"{self.noun} {number}"


ROW = "row"


Row: TypeAlias = Mapping[str, Any] | Request
Source: TypeAlias = str | Path | Iterable[Row] | ArrowData
Read: TypeAlias = Callable[[Sequence[str]], Iterator[Any]]


@frozen
class Rows:
    """A table, opened: its columns, and its rows each time it is iterated; what is no file may be iterated once."""

    columns: tuple[str, ...]
    """Of JSON lines and dicts those of the first row; none where the rows are requests."""
    kind: Kind
    name: str
    """Of the file."""
    _read: Read

    def __iter__(self) -> Iterator[Any]:
        return self._read(self.columns)

    def only(self, columns: Sequence[str]) -> Iterator[Any]:
        """The same with no more than these columns where that spares reading; with all of them elsewhere."""
        return self._read(columns)


def kind_of(path: Path) -> Kind:
    """What a file holds, by its name."""
    return ENDINGS.get(_unpacked(path).suffix.lower(), Kind.JSONL)


def opened(source: object) -> Rows:
    """The rows of a file or an object. Raises InputError, also while it is iterated, naming the row."""
    if isinstance(source, str | Path):
        path = Path(source)
        return OPENERS[kind_of(path)](path)
    if hasattr(source, "__arrow_c_stream__"):
        return _arrow(source)
    if hasattr(source, "__aiter__"):
        raise InputError("an async iterable cannot be read", hint="gather its rows in a list or a file")
    if isinstance(source, bytes | Mapping) or not isinstance(source, Iterable):
        raise InputError(f"rows cannot be read from {type(source).__name__}", hint=f"give {GIVEN}")
    again = iter(source)
    if (first := next(again, END)) is END:
        raise InputError("there are no rows")
    kept = [chain([first], again)]
    columns = tuple(first) if isinstance(first, Mapping) else ()
    return Rows(columns, Kind.ITERABLE, "", lambda _: _alike(kept.pop() if kept else iter(source)))


END = object()
GIVEN = "a path, an iterable of dicts or of Request, or a table of pandas, polars or Arrow"


def _alike(rows: Iterator[Any]) -> Iterator[Row]:
    """The same, all dicts or all requests. Raises InputError."""
    kind: type | None = None
    for number, row in enumerate(rows, 1):
        found = Mapping if isinstance(row, Mapping) else Request if isinstance(row, Request) else None
        if found is None or (kind or found) is not found:
            wanted = "a dict or a Request" if kind is None else f"a {kind.__name__} like the rows before"
            raise InputError(f"row {number}: expected {wanted}, got {type(row).__name__}", hint=f"give {GIVEN}")
        kind = found
        if isinstance(row, Mapping) and (strange := next((name for name in row if not isinstance(name, str)), None)):
            raise InputError(f"row {number}: the name of a column is a text, not {strange!r}")
        yield row


# -- JSON lines


STDIN = "standard input"
JSONL = "a file of this name holds JSON lines; the name of a table ends in .csv, .tsv or .parquet"


def _jsonl(path: Path) -> Rows:
    objects = _objects(path)
    if (first := next(objects, None)) is None:
        raise InputError(f"{path} holds no requests")
    if str(path) == "-":  # it is read once
        kept = [chain([first], objects)]
        return Rows(tuple(first), Kind.JSONL, STDIN, lambda _: kept.pop())
    objects.close()
    return Rows(tuple(first), Kind.JSONL, path.name, lambda _: _objects(path))


def _objects(path: Path) -> Generator[dict[str, Any], None, None]:
    name, hint = path.name, JSONL
    if str(path) == "-":
        name, hint = STDIN, f"{STDIN} holds JSON lines; save a table as a file"
    for _, number, line in source.lines(path):
        try:
            row = loads(line)
        except ContractError as error:
            raise InputError(f"{name}, line {number}: not JSON: {error.__cause__}", hint=hint) from error
        if not isinstance(row, dict):
            raise InputError(f"{name}, line {number}: expected a JSON object, got {shorten(line, 60)}", hint=hint)
        yield row


# -- CSV


def _csv(path: Path) -> Rows:
    for delimiter in DELIMITERS[_unpacked(path).suffix.lower()]:
        lines = _cells(path, delimiter)
        columns = next(lines, [])
        lines.close()
        if len(columns) > 1:
            break
    else:
        delimiter = ","
    if not columns:
        raise InputError(f"{path} is empty", hint="its first line names the columns")
    _refuse_twice(columns, path.name)
    return Rows(tuple(columns), Kind.CSV, path.name, lambda _: _records(path, delimiter, columns))


def _records(path: Path, delimiter: str, columns: list[str]) -> Iterator[dict[str, str]]:
    lines = _cells(path, delimiter)
    next(lines)
    for number, cells in enumerate(lines, 1):
        if len(cells) != len(columns):
            what = f"{path.name}, row {number}: cells: {len(cells)}, but columns: {len(columns)}"
            raise InputError(what, hint=f"a cell with {delimiter!r} in it stands in quotation marks")
        yield dict(zip(columns, cells, strict=True))


def _cells(path: Path, delimiter: str) -> Generator[list[str], None, None]:
    """The lines of a CSV file, the first too, as far as they are not blank."""
    csv.field_size_limit(max(csv.field_size_limit(), CELL))
    with source.open_input(path) as file:
        number = 0
        try:
            for cells in csv.reader(_decoded(file), delimiter=delimiter, strict=True):
                if cells:
                    yield cells
                    number += 1
        except (csv.Error, ValueError, OSError, EOFError) as error:
            where = f"{path.name}, row {number}" if number else f"{path.name}, first line"
            hint = next((hint for kind, hint in TORN.items() if isinstance(error, kind)), CSV)
            raise InputError(f"{where}: {str(error).partition(' - ')[0]}", hint=hint) from error


TORN: Mapping[type[Exception], str] = {
    UnicodeError: "save it as CSV UTF-8",
    OSError: "is the file complete?",
    EOFError: "is the file complete?",
}
CSV = "CSV is read as UTF-8, with quotation marks doubled inside quotation marks; is one missing?"


def _decoded(file: IO[bytes]) -> Iterator[str]:
    """Lines of text, with their ends. Raises ValueError, UnicodeError for other bytes than UTF-8."""
    first = True
    while line := file.readline(CELL):
        if first and line.startswith(UTF16):
            raise UnicodeError("this is UTF-16")
        if len(line) == CELL:
            raise ValueError(f"longer than {CELL:,} bytes")
        yield (line.removeprefix(BOM) if first else line).decode("utf-8")
        first = False


def _unpacked(path: Path) -> Path:
    return path.with_suffix("") if path.suffix in source.PACKED else path


# -- Arrow


def _parquet(path: Path) -> Rows:
    if path.suffix in source.PACKED:
        raise InputError(f"{path}: Parquet is compressed inside", hint=f"unpack it to {_unpacked(path)}")
    parquet = _pyarrow("pyarrow.parquet", f"{path}: reading Parquet")

    def read(columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        # A buffer instead of whole columns: the memory does not grow with the row groups.
        with _told(path.name), parquet.ParquetFile(path, buffer_size=1 << 16, pre_buffer=False) as file:
            batches = file.iter_batches(together(file.metadata, TOGETHER), columns=list(columns), use_threads=False)
            yield from chain.from_iterable(map(partial(_dicts, name=path.name), batches))

    with _told(str(path)), parquet.ParquetFile(path) as file:
        names = file.schema_arrow.names
    _refuse_twice(names, path.name)
    return Rows(tuple(names), Kind.PARQUET, path.name, read)


def together(index: Any, most: int) -> int:
    """How many rows of a Parquet file are read at a time, by what its index says of their size."""
    groups = (index.row_group(number) for number in range(index.num_row_groups))
    largest = max((group.total_byte_size // group.num_rows for group in groups if group.num_rows), default=0)
    return max(1, min(most, MEMORY // max(1, largest)))


def _arrow(data: Any) -> Rows:
    pyarrow = _pyarrow("pyarrow", f"reading {type(data).__name__}")
    with _told(type(data).__name__):
        kept = [pyarrow.RecordBatchReader.from_stream(data)]
    names = kept[0].schema.names

    def read(columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        with _told(type(data).__name__):
            for batch in kept.pop() if kept else pyarrow.RecordBatchReader.from_stream(data):
                some = batch.select(list(columns))
                for start in range(0, some.num_rows, TOGETHER):
                    yield from _dicts(some.slice(start, TOGETHER))

    _refuse_twice(names, type(data).__name__)
    return Rows(tuple(names), Kind.ARROW, "", read)


def _dicts(batch: Any, name: str = "") -> Iterator[dict[str, Any]]:
    names, columns = batch.schema.names, []
    for column_name, column in zip(names, batch.columns, strict=True):
        try:
            columns.append(_coarser(column).to_pylist())
        except (ValueError, ArithmeticError) as error:  # a time beyond what Python knows, text that is no UTF-8
            place = f"{name}, " if name else ""
            raise InputError(f"{place}column {column_name!r}: {error}", hint="cast it to text") from error
    for values in zip(*columns, strict=True) if columns else [()] * batch.num_rows:
        yield dict(zip(names, values, strict=True))


def _coarser(column: Any) -> Any:
    """Times in microseconds, where nothing is lost: Python's own times have no more, and pandas would be imported."""
    kind = column.type
    if getattr(kind, "unit", "") != "ns":
        return column
    pyarrow = importlib.import_module("pyarrow")
    coarse = {"timestamp": pyarrow.timestamp("us", getattr(kind, "tz", None)), "duration": pyarrow.duration("us")}
    try:
        return column.cast(coarse.get(str(kind).partition("[")[0], pyarrow.time64("us")))
    except ValueError:
        return column


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Arrow's complaints as InputError."""
    try:
        yield
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"cannot read {what}: {error.strerror or error}") from error
    except (ValueError, TypeError, NotImplementedError) as error:  # all of Arrow's are one of these too
        raise InputError(f"cannot read {what}: {shorten(str(error))}", hint="is it a whole table?") from error


def _pyarrow(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(f"{what} needs the extra parquet", hint="pip install 'polybatch[parquet]'") from error


def _refuse_twice(columns: Sequence[str], where: str) -> None:
    for name in columns:
        if columns.count(name) > 1:
            raise InputError(f"{where}: the column {name!r} comes twice", hint="give each column a name of its own")


OPENERS = {Kind.CSV: _csv, Kind.PARQUET: _parquet, Kind.JSONL: _jsonl}
