"""The table that was a run's input, read once more: row n of it belongs to line n of the requests.

Parquet stays Arrow's, so that its columns keep their types and values; anything else is read as objects.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from attrs import frozen

from polybatch.errors import InputError

from . import rows
from .cells import weight
from .writing import Column, Kind, array_of, kinds

Piece: TypeAlias = Any
"""Some rows, one behind the other; it has a length."""
PIECE = 200
"""Rows that are in memory at a time; fewer where they are large."""
BLOCK = 1 << 16
"""Bytes of a column that are read at a time."""


class Beside(Protocol):
    """Rows beside which results are written."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns."""

    def pieces(self) -> Iterator[Piece]:
        """All rows, some at a time."""

    def some(self, piece: Piece, places: Sequence[int]) -> Piece:
        """Those rows of a piece."""

    def values(self, piece: Piece) -> list[Sequence[Any]]:
        """Of each row the values of all columns."""


@frozen
class Objects:
    """CSV, or objects as JSON lines."""

    rows: rows.Rows
    columns: Sequence[Column]

    def pieces(self) -> Iterator[list[Mapping[str, Any]]]:
        """All rows, some at a time."""
        piece, size = list[Mapping[str, Any]](), 0
        for row in self.rows:
            piece.append(row)
            size += weight(row)
            if len(piece) == PIECE or size >= rows.MEMORY:
                yield piece
                piece, size = [], 0
        if piece:
            yield piece

    def some(self, piece: Piece, places: Sequence[int]) -> Piece:
        """Those rows of a piece."""
        return [piece[place] for place in places]

    def values(self, piece: Piece) -> list[Sequence[Any]]:
        """Of each row the values of all columns."""
        return [[row.get(column.name) for column in self.columns] for row in piece]


@frozen
class Batches:
    """Parquet."""

    path: Path
    schema: Any
    """Arrow's."""

    @property
    def columns(self) -> Sequence[Column]:
        """Its columns; of their kinds the schema knows more."""
        return [Column(name) for name in self.schema.names]

    def pieces(self) -> Iterator[Piece]:
        """All rows, some at a time."""
        parquet = importlib.import_module("pyarrow.parquet")
        # A buffer instead of whole columns: the memory does not grow with the row groups.
        with closing(parquet.ParquetFile(self.path, buffer_size=BLOCK, pre_buffer=False)) as file:
            yield from file.iter_batches(rows.together(file.metadata, PIECE), use_threads=False)

    def some(self, piece: Piece, places: Sequence[int]) -> Piece:
        """Those rows of a piece."""
        return piece.take(array_of(places, Kind.INTEGER))

    def values(self, piece: Piece) -> list[Sequence[Any]]:
        """Of each row the values of all columns."""
        named = zip(piece.schema.names, piece.columns, strict=True)
        return list(zip(*[_listed(name, column) for name, column in named], strict=True))


def _listed(name: str, column: Any) -> list[Any]:
    """The values of a column; times as Arrow writes them: it knows more of them than Python."""
    arrow = importlib.import_module("pyarrow")
    try:
        if arrow.types.is_timestamp(column.type) or arrow.types.is_time(column.type):
            column = column.cast(arrow.string())
        return list(column.to_pylist())
    except (ValueError, ArithmeticError) as error:
        hint = "`polybatch results RUN_DIR -o FILE.parquet` keeps it as it is, FILE.jsonl leaves it out"
        raise InputError(f"the input's column {name!r} cannot be written as text: {error}", hint=hint) from error


def opened(path: Path, kind: str) -> Beside:
    """The table of a file. Raises InputError."""
    if kind == rows.Kind.PARQUET:
        parquet = importlib.import_module("pyarrow.parquet")
        with closing(parquet.ParquetFile(path)) as file:
            return Batches(path, file.schema_arrow)
    found = rows.opened(path)
    if kind == rows.Kind.CSV:
        return Objects(found, [Column(name) for name in found.columns])
    return Objects(found, kinds(found))
