"""Input files: lines with their numbers and offsets, whatever they are packed in; what is broken is named."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch import InputError, source
from polybatch.framing import BOM

TEXT = b'{"a":1}\n\n{"b":"x\xe2\x80\xa8y"}\r\n  {"c":3}'
LINES = [(0, 1, b'{"a":1}'), (9, 3, b'{"b":"x\xe2\x80\xa8y"}'), (24, 4, b'{"c":3}')]


def test_lines_have_offsets_and_numbers(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(TEXT)
    assert list(source.lines(path)) == LINES
    with path.open("rb") as file:
        for offset, _, line in LINES:
            file.seek(offset)
            assert source.clean(file.readline()) == line


WORKBOOKS = {"a.xlsx": b"", "a.XLS": b"\xd0\xcf", "a.csv": b"PK\x03\x04\x14", "a.jsonl": b"PK\x03\x04\x14"}


@pytest.mark.parametrize("name", WORKBOOKS)
def test_a_workbook_is_no_input(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WORKBOOKS[name])
    with pytest.raises(InputError, match=rf"{name}: an Excel workbook is not read \(save it as CSV or Parquet\)"):
        source.open_input(tmp_path / name)


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r", b" ", b"\t", "\u2028".encode(), b"\xff", BOM])).map(b"".join))
def test_lines_are_what_split_gives(data: bytes) -> None:
    class Box(io.BytesIO):
        pass

    def opened(_: Path) -> io.BytesIO:
        return Box(data)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "open_input", opened)
        found = list(source.lines(Path("x")))
    cleaned = [line.removeprefix(BOM).strip(b" \t\r") for line in data.split(b"\n")]
    assert [(number, line) for _, number, line in found] == [
        (number, line) for number, line in enumerate(cleaned, 1) if line
    ]


def test_everything_that_is_read_is_digested(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(TEXT)
    digest = hashlib.sha256()
    list(source.lines(path, digest))
    assert digest.digest() == hashlib.sha256(TEXT).digest()


def test_gzip_is_read_members_and_all(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(TEXT[:5], mtime=0) + gzip.compress(TEXT[5:]))
    assert list(source.lines(path)) == LINES


def test_standard_input_is_read_and_left_open(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(TEXT)

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert list(source.lines(Path("-"))) == LINES
    assert not Stdin.buffer.closed


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        list(source.lines(path))
    assert str(path) in str(refused.value)
    return str(refused.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "cannot read" in refusal(tmp_path / "none.jsonl")
    assert "No such file" in refusal(tmp_path / "none.jsonl")
    assert "No such file" in refusal(tmp_path / "none.jsonl.gz")


def test_a_directory(tmp_path: Path) -> None:
    assert "Is a directory" in refusal(tmp_path)
    (tmp_path / "in.gz").mkdir()
    assert "Is a directory" in refusal(tmp_path / "in.gz")


PACKED = gzip.compress(b"".join(b'{"n":%d}\n' % number for number in range(20_000)), mtime=0)
DAMAGED = PACKED[:2000] + bytes(byte ^ 0x55 for byte in PACKED[2000:2100]) + PACKED[2100:]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PACKED[:-500], "end-of-stream"),
        (PACKED[:5], "end-of-stream"),
        (PACKED[:-8] + b"\0" * 8, "CRC"),
        (DAMAGED, ""),
        (b'{"a":1}\n', "Not a gzipped file"),
    ],
)
def test_gzip_that_is_broken_is_an_error_not_an_end(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(data)
    said = refusal(path)
    assert words in said
    assert "is the file complete?" in said


def test_zstd_without_the_extra_says_which_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = tmp_path / "in.jsonl.zst"
    path.write_bytes(b"\x28\xb5\x2f\xfd")
    assert "pip install 'polybatch[zstd]'" in refusal(path)


class TestZstd:
    @pytest.fixture
    def packed(self) -> bytes:
        zstandard = pytest.importorskip("zstandard", reason="needs the zstd extra: pip install -e '.[zstd]'")
        packer = zstandard.ZstdCompressor(write_checksum=True)
        return bytes(packer.compress(TEXT[:5]) + packer.compress(TEXT[5:]))

    def test_it_is_read_frames_and_all(self, tmp_path: Path, packed: bytes) -> None:
        path = tmp_path / "in.jsonl.zst"
        path.write_bytes(packed)
        assert list(source.lines(path)) == LINES
        with source.open_input(path) as file:
            assert file.read(3) + file.read() == TEXT

    def test_every_cut_is_an_error_not_an_end(self, tmp_path: Path, packed: bytes) -> None:
        path = tmp_path / "in.jsonl.zst"
        whole = 0
        for length in range(1, len(packed)):
            path.write_bytes(packed[:length])
            try:
                list(source.lines(path))
            except InputError as error:
                assert "is the file complete?" in str(error)  # noqa: PT017 - one cut, between the frames, is no error
            else:
                whole += 1
        assert whole == 1

    def test_damage_is_an_error(self, tmp_path: Path, packed: bytes) -> None:
        path = tmp_path / "in.jsonl.zst"
        path.write_bytes(b"not packed at all")
        assert "is the file complete?" in refusal(path)

    def test_a_file_that_holds_far_more_than_it_takes_is_read_in_steps(self, tmp_path: Path) -> None:
        zstandard = pytest.importorskip("zstandard", reason="needs the zstd extra: pip install -e '.[zstd]'")
        path, size, read = tmp_path / "in.jsonl.zst", 60_000_000, 0
        path.write_bytes(zstandard.ZstdCompressor(level=1).compress(bytes(size)) + zstandard.compress(b"end"))
        tracemalloc.start()
        try:
            with source.open_input(path) as file:
                while block := file.read(source.BLOCK):
                    read += len(block)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert read == size + 3
        assert peak < 40_000_000

    def test_a_frame_that_wants_more_memory_than_zstd_itself_would_give_is_an_error(self, tmp_path: Path) -> None:
        zstandard = pytest.importorskip("zstandard", reason="needs the zstd extra: pip install -e '.[zstd]'")
        how = zstandard.ZstdCompressionParameters.from_level(1, window_log=28)
        path, packer = tmp_path / "in.jsonl.zst", zstandard.ZstdCompressor(compression_params=how).compressobj()
        path.write_bytes(packer.compress(TEXT) + packer.flush())
        assert "memory" in refusal(path)


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_LINE", 10)
    monkeypatch.setattr(source, "BLOCK", 4)
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"012345678\n01234567890")
    assert "line 2: longer than 10 bytes" in refusal(path)
