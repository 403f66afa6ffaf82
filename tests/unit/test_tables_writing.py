"""Tables that are written: cells that no spreadsheet runs, columns of one kind, row groups of a bounded size."""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.errors import InputError
from polybatch.tables import beside, writing
from polybatch.tables.writing import Column, CsvTable, Kind, ParquetTable, fitted, free, harmless, kinds, text_of

pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
parquet = pytest.importorskip("pyarrow.parquet")


class Memory:
    """A file in memory."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes) -> None:
        self.data += data


FORMULAS = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\r\n=1", "＝1", "＋1",  # noqa: RUF001
    "－1", "＠x",  # noqa: RUF001
    "\ufeff=1", "\u200b=1", "\x00=1", "+", "-", "--1", "+1-1", "-1e", "=", "-٣", "-1\n", "+Infinity", "-0x1f",
]  # fmt: skip
HARMLESS = ["", "a", "1=1", "a@b", "'=1", "-5", "+1.5", "-.5e-7", "+1.", "1-2", " ", "  text", '"=1', "#", "é"]


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_what_a_spreadsheet_may_run_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_what_it_shows_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_a_formula_in_the_name_of_a_column() -> None:
    file = Memory()
    CsvTable(file, [Column("=1+1"), Column("b")])
    assert file.data == b"'=1+1,b\r\n"


TEXTS = st.text(st.characters(exclude_categories=()), max_size=20) | st.sampled_from(FORMULAS + HARMLESS)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), max_size=8), st.sampled_from([",", "\t"]))
def test_csv_read_back_is_what_was_written(rows: list[list[Any]], delimiter: str) -> None:
    file = Memory()
    table = CsvTable(file, [Column("a"), Column("b")], delimiter)
    for row in rows:
        table.write([row])
    text = file.data.decode("utf-8")
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    assert found[0] == ["a", "b"]
    for cells, row in zip(found[1:], rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            plain = "" if value is None else text_of(value)
            whole = plain.encode("utf-8", "replace").decode()
            assert cell in {whole, f"'{whole}"}
            assert (cell != whole) == (harmless(plain) != plain)
            numeral = re.fullmatch(r"[+-][0-9.]+(?:e[+-]?[0-9]+)?", cell)
            assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or numeral  # noqa: RUF001
            assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"), (0.1, "0.1"), (3, "3"), (2**80, str(2**80)), ({"a": [1, "é"]}, '{"a":[1,"é"]}'),
        (b"\x00", "AA=="), (Decimal("-1.50"), "-1.50"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00Z"),
        (date(2026, 1, 2), "2026-01-02"), (timedelta(seconds=90), "PT90S"), (Path("a"), "a"), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_values_as_text(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("value", "kind", "held"),
    [
        (None, Kind.TEXT, None), (5, Kind.INTEGER, 5), (5.0, Kind.INTEGER, 5), (5.5, Kind.INTEGER, None),
        (2**63, Kind.INTEGER, None), (1e300, Kind.INTEGER, None), (float("nan"), Kind.INTEGER, None),
        (True, Kind.INTEGER, None), ("5", Kind.INTEGER, None), (5, Kind.NUMBER, 5.0), (2**70, Kind.NUMBER, None),
        (True, Kind.TRUTH, True), (1, Kind.TRUTH, None), ([1], Kind.TEXT, "[1]"), (False, Kind.TEXT, "false"),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_column_is_nothing_there(value: Any, kind: Kind, held: Any) -> None:
    found = fitted(value, kind)
    assert (found, type(found)) == (held, type(held))


def test_kinds_hold_every_value() -> None:
    rows = [
        {"a": 1, "b": 1, "c": "x", "d": None, "e": True, "f": 2**70},
        {"a": None, "b": 2.5, "c": 1, "d": None, "e": False, "f": 1, "g": [1]},
    ]
    found = {column.name: column.kind for column in kinds(rows)}
    assert found == {
        "a": Kind.INTEGER, "b": Kind.NUMBER, "c": Kind.TEXT, "d": Kind.TEXT, "e": Kind.TRUTH, "f": Kind.TEXT,
        "g": Kind.TEXT,
    }  # fmt: skip


def test_a_name_that_is_taken_gets_a_prefix() -> None:
    assert free(["text", "model", "x"], ["Text", "result_text", "model"]) == ["result_result_text", "result_model", "x"]


@given(st.lists(st.tuples(TEXTS | st.none(), VALUES, VALUES, VALUES), max_size=30))
def test_parquet_read_back_is_what_was_written(rows: list[tuple[Any, ...]]) -> None:
    columns = [Column("t"), Column("i", Kind.INTEGER), Column("n", Kind.NUMBER), Column("b", Kind.TRUTH)]
    file = Memory()
    table = ParquetTable(file, columns)
    for start in range(0, len(rows), 7):
        table.write(rows[start : start + 7])
    table.close()
    read = parquet.read_table(io.BytesIO(bytes(file.data)))
    assert read.schema.names == ["t", "i", "n", "b"]
    for found, row in zip(read.to_pylist(), rows, strict=True):
        text = None if row[0] is None else row[0].encode("utf-8", "replace").decode()
        expected = [text, *(fitted(value, column.kind) for value, column in zip(row[1:], columns[1:], strict=True))]
        assert repr([*found.values()]) == repr(expected)


def test_arrows_columns_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROWS", 4)
    schema = pyarrow.schema([
        ("when", pyarrow.timestamp("ns", "Europe/Berlin")),
        ("what", pyarrow.dictionary(pyarrow.int8(), pyarrow.string())),
        ("list", pyarrow.list_(pyarrow.decimal128(20, 3))),
    ])  # fmt: skip
    batch = pyarrow.RecordBatch.from_pydict(
        {"when": [1, None, 3], "what": ["a", "b", "a"], "list": [[Decimal("1.500")], [], None]}, schema=schema
    )
    file = Memory()
    table = ParquetTable(file, [Column("n", Kind.INTEGER)], schema)
    for _ in range(3):
        table.write([[1], [2], [None]], batch)
    table.close()
    read = parquet.ParquetFile(io.BytesIO(bytes(file.data)))
    assert read.schema_arrow.names == ["when", "what", "list", "n"]
    assert [read.schema_arrow.field(name).type for name in schema.names] == schema.types
    assert read.read().select(schema.names).to_pylist() == batch.to_pylist() * 3
    assert read.metadata.num_row_groups == 3
    assert [read.metadata.row_group(place).num_rows for place in range(3)] == [4, 2, 3]


def test_long_texts_make_small_row_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "BYTES", 1000)
    file = Memory()
    table = ParquetTable(file, [Column("t")])
    for _ in range(5):
        table.write([["x" * 400]] * 2)
    table.close()
    assert parquet.ParquetFile(io.BytesIO(bytes(file.data))).metadata.num_row_groups == 3


def test_what_is_dropped_writes_nothing_more() -> None:
    file = Memory()
    table = ParquetTable(file, [Column("t")])
    table.write([["x"]])
    size = len(file.data)
    table.drop()
    assert len(file.data) == size


@pytest.mark.parametrize("name", ["a.parquet", "a.PQ"])
def test_parquet_needs_its_extra(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writing.refuse_unwritable(Path(name))
    monkeypatch.setattr(writing, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=f"{name}: writing Parquet needs the extra parquet") as refused:
        writing.refuse_unwritable(Path(name))
    assert refused.value.hint == "pip install 'polybatch[parquet]', or name a .csv or .jsonl"
    writing.refuse_unwritable(Path("a.csv"))


NO_TABLES = ["a.xlsx", "a.xls", "a.ods", "a.feather", "a.arrow", "a.orc", "a.sqlite", "a.db", "a.HTML"]


@pytest.mark.parametrize("name", NO_TABLES)
def test_a_file_in_which_nobody_expects_json_lines(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}: results are written as .jsonl, .csv, .tsv or .parquet") as refused:
        writing.refuse_unwritable(Path("x", name))
    assert refused.value.hint == "name it a.csv"


def test_other_names_are_anybodys() -> None:
    for name in ("a.txt", "a.ndjson", "answers", "-"):
        writing.refuse_unwritable(Path(name))


@pytest.mark.slow
def test_pandas_stays_out_of_it() -> None:
    """It is 60 MB, and pyarrow imports it as soon as it is given a list."""
    pytest.importorskip("pandas", reason="pandas is not installed")
    code = (
        "import sys, pyarrow; from polybatch.tables.writing import Column, Kind, ParquetTable\n"
        "from polybatch.tables import beside; from types import SimpleNamespace\n"
        "schema = pyarrow.schema([('x', 'int64')]); batch = pyarrow.RecordBatch.from_arrays([beside.array_of([1, 2],"
        " Kind.INTEGER)], schema=schema)\n"
        "table = ParquetTable(SimpleNamespace(write=lambda data: None), [Column('t')], schema)\n"
        "table.write([['a'], [None]], batch); table.close(); beside.Batches('', schema).some(batch, [1])\n"
        "assert 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_text_that_is_no_utf8_is_named() -> None:
    broken = pyarrow.Array.from_buffers(
        pyarrow.string(), 1, [None, pyarrow.py_buffer(b"\0\0\0\0\1\0\0\0"), pyarrow.py_buffer(b"\xff")]
    )
    batch = pyarrow.RecordBatch.from_arrays([broken], names=["text"])
    with pytest.raises(InputError, match=r"the input's column 'text' cannot be written as text: 'utf-8'") as refused:
        beside.Batches(Path("rows.parquet"), batch.schema).values(batch)
    assert "-o FILE.parquet` keeps it as it is" in refused.value.hint


def test_every_kind_of_column_goes_from_file_to_file(tmp_path: Path) -> None:
    """In pieces that are no row groups; of what CSV has no word for its text says as much as can be."""
    count, path = 450, tmp_path / "rows.parquet"
    given = pyarrow.table({
        "dictionary": pyarrow.array([f"v{number % 300}" for number in range(count)]).dictionary_encode(),
        "map": pyarrow.array([[("a", 1)]] * count, pyarrow.map_(pyarrow.string(), pyarrow.int64())),
        "struct": [{"a": [1], "b": None}] * count,
        "bytes": [b"\xff"] * count,
        "decimal": [Decimal("1.10")] * count,
        "span": [timedelta(seconds=1)] * count,
        "time": pyarrow.array([3600 * 10**9] * count, pyarrow.time64("ns")),
        "nothing": pyarrow.nulls(count),
        "unsigned": pyarrow.array([2**64 - 1] * count, pyarrow.uint64()),
        "zone": pyarrow.array([None, 10**9] * (count // 2), pyarrow.timestamp("ns", "UTC")),
    })  # fmt: skip
    parquet.write_table(given, path, row_group_size=300)
    table, file = beside.opened(path, "parquet"), Memory()
    target = ParquetTable(file, [Column("n", Kind.INTEGER)], table.schema)  # type: ignore[attr-defined]
    for piece in table.pieces():
        target.write([[1]] * len(piece), piece)
    target.close()
    read = parquet.read_table(io.BytesIO(bytes(file.data)))
    assert read.select(given.schema.names).equals(parquet.read_table(path))
    second = table.values(next(table.pieces()))[1]
    assert [None if value is None else text_of(value) for value in second] == [
        "v1", '[["a",1]]', '{"a":[1],"b":null}', "/w==", "1.10", "PT1S", "01:00:00.000000000", None,
        "18446744073709551615", "1970-01-01 00:00:01.000000000Z",
    ]  # fmt: skip
