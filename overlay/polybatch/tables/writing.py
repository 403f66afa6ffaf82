"""Writers of tables: CSV that no spreadsheet takes for formulas, and Parquet with typed columns, a piece at a time."""

from __future__ import annotations

import csv
import importlib
import io
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from importlib.util import find_spec
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import msgspec
from attrs import define, frozen

from polybatch.errors import InputError

DELIMITERS = {".csv": ",", ".tsv": "\t"}
PARQUET = frozenset({".parquet", ".pq"})
OTHERS = frozenset({".xlsx", ".xls", ".ods", ".feather", ".arrow", ".orc", ".sqlite", ".db", ".html"})
"""Names of files in which nobody expects JSON lines."""
ROWS, BYTES = 10_000, 1 << 23
"""Of a row group, at most, as far as whole pieces allow: the second bounds the memory where answers are long."""


def is_table(path: Path) -> bool:
    """Whether a file of this name holds rows and columns."""
    return path.suffix.lower() in {*DELIMITERS, *PARQUET}


def is_parquet(path: Path) -> bool:
    """Whether a file of this name is Parquet."""
    return path.suffix.lower() in PARQUET


def refuse_unwritable(path: Path) -> None:
    """Raises InputError where nothing writes such a file, or what does is not installed; imports nothing."""
    if path.suffix.lower() in OTHERS:
        what = f"{path}: results are written as .jsonl, .csv, .tsv or .parquet"
        raise InputError(what, hint=f"name it {path.with_suffix('.csv').name}")
    if is_parquet(path) and find_spec("pyarrow") is None:
        raise InputError(
            f"{path}: writing Parquet needs the extra parquet",
            hint="pip install 'polybatch[parquet]', or name a .csv or .jsonl",
        )


# -- values


class Kind(StrEnum):
    """What a column holds besides nothing."""

    TEXT = "string"
    INTEGER = "int64"
    NUMBER = "double"
    TRUTH = "bool"


@frozen
class Column:
    """A column that is made here."""

    name: str
    kind: Kind = Kind.TEXT


def kind_of(value: Any) -> Kind:
    """The kind that holds a value as it is."""
    if isinstance(value, bool):
        return Kind.TRUTH
    if isinstance(value, int) and -(2**63) <= value < 2**63:
        return Kind.INTEGER
    return Kind.NUMBER if isinstance(value, float) else Kind.TEXT


def kinds(rows: Iterable[Mapping[str, Any]]) -> list[Column]:
    """Columns that hold all values of these rows."""
    seen: dict[str, set[Kind]] = {}
    for row in rows:
        for name, value in row.items():
            found = seen.setdefault(name, set())
            if value is not None:
                found.add(kind_of(value))
    return [Column(name, _common(found)) for name, found in seen.items()]


def _common(found: set[Kind]) -> Kind:
    if len(found) == 1:
        return next(iter(found))
    return Kind.NUMBER if found == {Kind.INTEGER, Kind.NUMBER} else Kind.TEXT


def fitted(value: Any, kind: Kind) -> Any:
    """A value as its column holds it; a text holds any, the others nothing where it is of another kind."""
    if value is None:
        return None
    if kind is Kind.TEXT:
        return text_of(value)
    found = kind_of(value)
    if kind is Kind.INTEGER and found is Kind.NUMBER and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if kind is Kind.NUMBER and found is Kind.INTEGER:
        return float(value)
    return value if found is kind else None


def text_of(value: Any) -> str:
    """A value as text: JSON, but for texts, times and the like, which need no quotation marks."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return repr(value)
    plain = msgspec.to_builtins(value, str_keys=True, enc_hook=str)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()


def free(names: Iterable[str], taken: Iterable[str], prefix: str = "result_") -> list[str]:
    """Names, with a prefix where they are taken already; capitals make no difference to many a database."""
    used, found = {name.casefold() for name in taken}, list[str]()
    for name in names:
        while name.casefold() in used:
            name = prefix + name  # noqa: PLW2901 - until it is free
        used.add(name.casefold())
        found.append(name)
    return found


# -- CSV

FORMULA = re.compile("[\\t\\r\\n]|[\\s\\x00\\u200b\\ufeff]*[=+\\-@＝＋－＠]")  # noqa: RUF001 - those are meant
"""With what a cell begins that a spreadsheet may run (OWASP, CSV injection); blanks before it do not stop one."""
NUMERAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def harmless(text: str) -> str:
    """A cell that a spreadsheet shows and does not run: an apostrophe makes it text; a plain number is no formula."""
    return f"'{text}" if FORMULA.match(text) and not NUMERAL.fullmatch(text) else text


class Sink(Protocol):
    """A file that is only written."""

    def write(self, data: bytes) -> None:
        """Add bytes."""


class Table(Protocol):
    """What rows are written into."""

    def write(self, rows: Sequence[Sequence[Any]], beside: Any = None) -> None:
        """Add rows, of each the values of all columns; `beside`: Arrow's, of the columns that come first."""

    def close(self) -> None:
        """Write what is still missing; the file stays open."""

    def drop(self) -> None:
        """Write nothing more."""


class CsvTable:
    """RFC 4180, UTF-8; nothing is an empty cell."""

    def __init__(self, sink: Sink, columns: Sequence[Column], delimiter: str = ",") -> None:
        self._sink, self._delimiter = sink, delimiter
        self.write([[column.name for column in columns]])

    def write(self, rows: Sequence[Sequence[Any]], beside: Any = None) -> None:  # noqa: ARG002 - of Parquet
        """Add rows."""
        lines = io.StringIO(newline="")
        csv.writer(lines, delimiter=self._delimiter, lineterminator="\r\n").writerows(map(_cells, rows))
        self._sink.write(lines.getvalue().encode("utf-8", "replace"))

    def close(self) -> None:
        """Every row is written already."""

    def drop(self) -> None:
        """There is nothing more to write."""


def opened(sink: Sink, path: Path, columns: Sequence[Column], beside: Any = None) -> Table:
    """What writes rows into a file of this name; `beside`: Arrow's schema of columns that come first."""
    if is_parquet(path):
        return ParquetTable(sink, columns, beside)
    return CsvTable(sink, columns, DELIMITERS[path.suffix.lower()])


def _cells(row: Sequence[Any]) -> list[str]:
    return ["" if value is None else harmless(text_of(value)) for value in row]


# -- Parquet


@define
class _File:
    """What Arrow takes for a file."""

    sink: Sink
    closed: bool = False
    dropped: bool = False
    _size: int = 0

    def write(self, data: Any) -> int:
        if not self.dropped:
            self.sink.write(bytes(data))
        self._size += len(data)
        return len(data)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None:
        """Its owner makes it durable."""

    def close(self) -> None:
        self.closed = True


class ParquetTable:
    """Row groups of about `ROWS` rows, compressed with zstd; `beside` is Arrow's schema of columns that come first."""

    def __init__(self, sink: Sink, columns: Sequence[Column], beside: Any = None) -> None:
        self._arrow, self._columns = _arrow(), columns
        made = [self._arrow.field(column.name, self._arrow.type_for_alias(column.kind.value)) for column in columns]
        self._schema = self._arrow.schema([*(beside or ()), *made])
        writer = importlib.import_module("pyarrow.parquet").ParquetWriter
        self._file = _File(sink)
        # Dictionaries hold a whole row group back, and zstd packs texts that repeat all the same.
        self._writer = writer(self._file, self._schema, compression="zstd", use_dictionary=False)
        self._waiting: list[Any] = []

    def write(self, rows: Sequence[Sequence[Any]], beside: Any = None) -> None:
        """Add rows; `beside`: the batch of the columns that come first."""
        first = [] if beside is None else beside.columns
        own = zip(self._columns, zip(*rows, strict=True), strict=True) if rows else ()
        batch = [*first, *(array_of(values, column.kind) for column, values in own)]
        if rows:
            self._waiting.append(self._arrow.RecordBatch.from_arrays(batch, schema=self._schema))
        if sum(map(len, self._waiting)) >= ROWS or sum(batch.nbytes for batch in self._waiting) >= BYTES:
            self._flush()

    def close(self) -> None:
        """Write the last rows and the index."""
        self._flush()
        self._writer.close()

    def drop(self) -> None:
        """Write nothing more; Arrow would write its index even when it is thrown away."""
        self._file.dropped = True
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            table = self._arrow.Table.from_batches(self._waiting)
            self._waiting.clear()
            self._writer.write_table(table, row_group_size=ROWS)
            self._arrow.default_memory_pool().release_unused()


def array_of(values: Iterable[Any], kind: Kind) -> Any:
    """Values as Arrow's array. It is put together here: `pyarrow.array` imports pandas wherever that is installed."""
    arrow, held = _arrow(), [fitted(value, kind) for value in values]
    buffers: list[Any] = [_bits(value is not None for value in held)]
    if kind is Kind.TEXT:
        texts = [b"" if value is None else value.encode("utf-8", "replace") for value in held]
        buffers += [array("i", accumulate(map(len, texts), initial=0)), b"".join(texts)]
    elif kind is Kind.TRUTH:
        buffers.append(_bits(map(bool, held)))
    else:
        buffers.append(array("q" if kind is Kind.INTEGER else "d", (0 if value is None else value for value in held)))
    type_ = arrow.type_for_alias(kind.value)
    return arrow.Array.from_buffers(type_, len(held), [*map(arrow.py_buffer, buffers)])


def _bits(flags: Iterable[bool]) -> bytes:
    """A bit for each, the first the lowest of the first byte."""
    digits = "".join("1" if flag else "0" for flag in flags)
    return int(digits[::-1] or "0", 2).to_bytes((len(digits) + 7) // 8, "little")


def _arrow() -> Any:
    return importlib.import_module("pyarrow")
