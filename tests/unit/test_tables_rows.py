"""Rows out of every kind of table: all cells as they are, and a refusal that names the row where one cannot be read."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import json
import sys
import zoneinfo
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch import InputError, Request
from polybatch.tables import beside, rows
from polybatch.tables.cells import text
from polybatch.tables.rows import Kind, kind_of, opened, together


def written(tmp_path: Path, data: bytes | str, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


# -- CSV

CSV: dict[str, tuple[str | bytes, list[dict[str, str]]]] = {
    "plain": ("a,b\n1,2\n", [{"a": "1", "b": "2"}]),
    "CR LF, no last end": ("a,b\r\n1,2", [{"a": "1", "b": "2"}]),
    "a mark before": (b"\xef\xbb\xbfa,b\n1,2\n", [{"a": "1", "b": "2"}]),
    "lines in a cell": ('a,b\n"x\ny\r\nz",2\n', [{"a": "x\ny\r\nz", "b": "2"}]),
    "quotes in quotes": ('a,b\n"say ""x"", please",2\n', [{"a": 'say "x", please', "b": "2"}]),
    "ends that are none": ("a,b\nx\u2028y\u0085z\x0b,2\n", [{"a": "x\u2028y\u0085z\x0b", "b": "2"}]),
    "empty cells": ("a,b\n,\n", [{"a": "", "b": ""}]),
    "blank lines": ("a,b\n\n1,2\n\n", [{"a": "1", "b": "2"}]),
    "one column": ("a\n1\n2\n", [{"a": "1"}, {"a": "2"}]),
    "semicolons": ("a;b\n1,5;2\n", [{"a": "1,5", "b": "2"}]),
    "no rows": ("a,b\n", []),
}


@pytest.mark.parametrize(("data", "rows"), CSV.values(), ids=CSV)
def test_csv(tmp_path: Path, data: str | bytes, rows: list[dict[str, str]]) -> None:
    found = opened(written(tmp_path, data))
    assert list(found) == list(found) == rows
    assert found.kind is Kind.CSV
    assert found.columns == (("a",) if rows and len(rows[0]) == 1 else ("a", "b"))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(cells=st.lists(st.tuples(TEXTS, TEXTS), max_size=4), end=st.sampled_from(["\n", "\r\n"]))
def test_csv_gives_back_what_was_written(cells: list[tuple[str, str]], end: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *cells])
        assert [(row["a"], row["b"]) for row in opened(path)] == cells


@pytest.mark.parametrize("name", ["t.tsv", "t.TSV"])
def test_tabs(tmp_path: Path, name: str) -> None:
    assert list(opened(written(tmp_path, "a\tb,c\n1\t2;3\n", name))) == [{"a": "1", "b,c": "2;3"}]


def test_packed_csv(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"a\n1\n"), "t.csv.gz")
    assert (list(opened(path)), kind_of(path)) == ([{"a": "1"}], Kind.CSV)


BAD_CSV: dict[str, tuple[bytes, str]] = {
    "empty": (b"", r"t\.csv is empty \(its first line names the columns\)"),
    "too few cells": (b"a,b\n1,2\n3\n", r"t\.csv, row 2: cells: 1, but columns: 2"),
    "too many cells": (b"a,b\n1,2,3\n", r"t\.csv, row 1: cells: 3, but columns: 2 .*stands in quotation marks"),
    "a quote too many": (b'a,b\n1,2\n"3,4\n', r"t\.csv, row 2: unexpected end of data .*is one missing\?"),
    "text behind a quote": (b'a,b\n"3"x,4\n', r"t\.csv, row 1: ',' expected after '\"'"),
    "a lone CR outside quotes": (b"a,b\nx\ry,2\n", r"t\.csv, row 1: new-line character seen in unquoted field \(CSV"),
    "another encoding": (b"a,b\n1,2\nGr\xfc\xdfe,3\n", r"t\.csv, row 2: 'utf-8' codec .*\(save it as CSV UTF-8\)"),
    "UTF-16": ("a,b\n".encode("utf-16"), r"t\.csv, first line: this is UTF-16 \(save it as CSV UTF-8\)"),
    "a name twice": (b"a,b,a\n1,2,3\n", r"t\.csv: the column 'a' comes twice"),
}


@pytest.mark.parametrize(("data", "complaint"), BAD_CSV.values(), ids=BAD_CSV)
def test_csv_that_cannot_be_read(tmp_path: Path, data: bytes, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        list(opened(written(tmp_path, data)))


def test_a_cell_without_end_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polybatch.tables.rows.CELL", 100)
    path = written(tmp_path, "a,b\n" + "x" * 200 + ",2\n")
    with pytest.raises(InputError, match=r"t\.csv, row 1: longer than 100 bytes"):
        list(opened(path))


def test_a_long_cell_is_read_whole(tmp_path: Path) -> None:
    long = "x" * 200_000  # more than Python's csv takes by itself
    assert list(opened(written(tmp_path, f'a,b\n"{long}",2\n'))) == [{"a": long, "b": "2"}]


def test_damaged_gzip_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 999)[:-12], "t.csv.gz")
    with pytest.raises(InputError, match=r"t\.csv\.gz, .*: Compressed file ended .*is the file complete\?"):
        list(opened(path))


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.parquet"])
def test_a_file_that_is_not_there(tmp_path: Path, name: str) -> None:
    if name.endswith("parquet"):
        needs_pyarrow()
    with pytest.raises(InputError, match=rf"cannot read .*{name}.*No such file"):
        opened(tmp_path / name)


# -- JSON lines, and iterables


def test_json_lines(tmp_path: Path) -> None:
    rows = [{"a": 1.5, "b": None}, {"a": "x\u2028y", "c": [1, {"d": 2}]}]
    found = opened(written(tmp_path, "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "t.jsonl"))
    assert (list(found), list(found)) == (rows, rows)
    assert (found.columns, found.kind, found.name) == (("a", "b"), Kind.JSONL, "t.jsonl")


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("", "holds no requests"),
        ('{"a":1}\n{', r"t\.jsonl, line 2: not JSON.*\(a file of this name holds JSON lines; .* ends in \.csv"),
        ("3", "line 1: expected a JSON object"),
    ],
)
def test_json_lines_that_are_none(tmp_path: Path, data: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        list(opened(written(tmp_path, data, "t.jsonl")))


def test_a_generator_is_read_once_and_lazily() -> None:
    taken: list[int] = []

    def rows() -> Iterator[dict[str, int]]:
        for number in range(3):
            taken.append(number)
            yield {"n": number}

    found = opened(rows())
    assert (found.columns, found.kind, taken) == (("n",), Kind.ITERABLE, [0])
    assert [row["n"] for row in found] == [0, 1, 2]


def test_a_list_may_be_read_again() -> None:
    found = opened([{"n": 1}, {"n": 2}])
    assert list(found) == list(found) == [{"n": 1}, {"n": 2}]


REQUEST = Request("a", {"x": 1})
BAD_ROWS: dict[str, tuple[Any, str]] = {
    "nothing": ([], "there are no rows"),
    "a text": (["x"], r"row 1: expected a dict or a Request, got str \(give a path, an iterable of dicts"),
    "none": ([None], "row 1: expected a dict or a Request, got NoneType"),
    "a mixture": ([REQUEST, {"a": 1}], "row 2: expected a Request like the rows before, got dict"),
    "the other mixture": ([{"a": 1}, REQUEST], "row 2: expected a Mapping like the rows before, got Request"),
    "a number for a name": ([{1: 2}], "row 1: the name of a column is a text, not 1"),
    "a dict": ({"a": 1}, "rows cannot be read from dict"),
    "bytes": (b"x", "rows cannot be read from bytes"),
    "a number": (3, "rows cannot be read from int"),
}


@pytest.mark.parametrize(("source", "complaint"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_what_is_no_table_is_refused(source: Any, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        list(opened(source))


def test_an_async_iterable_is_refused_with_a_way_out() -> None:
    class Later:
        def __aiter__(self) -> Any:
            raise AssertionError("it is not asked")

    with pytest.raises(InputError, match=r"an async iterable cannot be read .*gather its rows"):
        opened(Later())


# -- Arrow


def needs_pyarrow() -> Any:
    return pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed; the extra `parquet` has it")


def frame(**more: Any) -> Any:
    """Every kind of cell that a table is likely to hold, 600 rows of them. From lists pyarrow would import pandas."""
    polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
    rows = {**{name: [cell, EMPTY[name]] for name, cell in FIRST.items()}, **more}
    whole = polars.DataFrame({name: values * 300 for name, values in rows.items()})
    return whole.with_columns(fine=whole["when"].cast(polars.Datetime("ns")))


def table(**more: Any) -> Any:
    """The same as Arrow's own table."""
    needs_pyarrow()
    return sys.modules["pyarrow"].RecordBatchReader.from_stream(frame(**more)).read_all()


WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, 678)  # noqa: DTZ001 - as tables have them
FIRST = {
    "text": "x\u2028y", "number": 1, "exact": Decimal("1.50"), "when": WHEN, "day": WHEN.date(),
    "many": ["a", None], "deep": {"a": {"b": 1}}, "raw": b"\xff", "a.b": "dots",
}  # fmt: skip
EMPTY = {**dict.fromkeys(FIRST), "many": list[str]()}


@pytest.mark.parametrize("how", ["parquet", "polars", "table", "reader", "batch"])
def test_arrow_data(tmp_path: Path, how: str) -> None:
    needs_pyarrow()
    data = frame() if how == "polars" else table()
    source = (
        {"reader": data.to_reader, "batch": lambda: data.to_batches()[0]}[how]() if how in {"reader", "batch"} else data
    )
    if how == "parquet":
        source = tmp_path / "t.parquet"
        needs_pyarrow().write_table(data, source, row_group_size=70)
    found = opened(source)
    assert found.kind is (Kind.PARQUET if how == "parquet" else Kind.ARROW)
    assert found.columns == (*FIRST, "fine")
    assert list(found) == [{**FIRST, "fine": WHEN}, {**EMPTY, "fine": None}] * 300
    if how != "reader":
        assert list(found.only(["number"])) == [{"number": 1}, {"number": None}] * 300
        assert list(found.only(["a.b"]))[0] == {"a.b": "dots"}  # noqa: RUF015 - and the whole is read
        assert list(found.only([])) == [{}] * 600


@pytest.mark.parametrize(("size", "expected"), [(10, 64), (1000, 4), (9000, 1)])
def test_of_large_rows_fewer_are_read_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, expected: int
) -> None:
    monkeypatch.setattr(rows, "MEMORY", 5000)
    polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
    texts = ["small", *(str(number) * size for number in range(9))]
    polars.DataFrame({"text": texts}).write_parquet(tmp_path / "t.parquet", row_group_size=5)
    with needs_pyarrow().ParquetFile(tmp_path / "t.parquet") as file:
        assert together(file.metadata, 64) == expected
    assert [row["text"] for row in opened(tmp_path / "t.parquet")] == texts
    (tmp_path / "t.csv").write_text("\n".join(["text", *texts]))
    for kind in ("parquet", "csv"):
        pieces = [len(piece) for piece in beside.opened(tmp_path / f"t.{kind}", kind).pieces()]
        assert (sum(pieces), max(pieces) <= expected + 2) == (10, True)


@pytest.mark.slow
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_times_with_a_zone(zone: str) -> None:
    when = WHEN.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    assert [row["at"] for row in opened(table(at=[when, None]))][:2] == [when, None]


@pytest.mark.slow
def test_times_finer_than_pythons_are_not_cut() -> None:
    arrow = needs_pyarrow() and sys.modules["pyarrow"]
    data = arrow.table({"at": arrow.array([1_700_000_000_000_000_001], arrow.timestamp("ns"))})
    assert [text(row["at"]) for row in opened(data)] == ["2023-11-14T22:13:20.000000001"]


@pytest.mark.slow
def test_pandas() -> None:
    needs_pyarrow()
    pandas = pytest.importorskip("pandas", reason="pandas is not installed; the extra `test` has it")
    frame = pandas.DataFrame({"text": ["a", None], "n": [1.5, None], "at": pandas.to_datetime(["2026-01-02", None])})
    assert list(opened(frame)) == [
        {"text": "a", "n": 1.5, "at": dt.datetime(2026, 1, 2)},  # noqa: DTZ001
        {"text": None, "n": None, "at": None},
    ]


def test_arrow_data_without_rows_and_columns_is_refused(tmp_path: Path) -> None:
    twice = table().select(["text", "number"]).rename_columns(["a", "a"])
    with pytest.raises(InputError, match="Table: the column 'a' comes twice"):
        opened(twice)
    (tmp_path / "t.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(InputError, match=r"cannot read .*t\.parquet: .*is it a whole table\?"):
        opened(tmp_path / "t.parquet")
    with pytest.raises(InputError, match=r"Parquet is compressed inside .*unpack it"):
        opened(tmp_path / "t.parquet.gz")


def test_a_time_that_python_cannot_hold_is_refused_by_its_column() -> None:
    needs_pyarrow()
    polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
    late = polars.DataFrame({"at": [2**62]}).cast(polars.Datetime("us"))
    with pytest.raises(InputError, match=r"column 'at': .*cast it to text"):
        list(opened(late))


def test_without_pyarrow_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)

    class Frame:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            raise AssertionError("nobody reads it")

    for source, what in ((tmp_path / "t.parquet", r"t\.parquet: reading Parquet"), (Frame(), "reading Frame")):
        with pytest.raises(InputError, match=rf"{what} needs the extra parquet \(pip install 'polybatch\[parquet\]'\)"):
            opened(source)
