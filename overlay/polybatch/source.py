"""Reading the user's input: JSONL from a file, `.gz`, `.zst` or standard input, as numbered lines of bytes."""

from __future__ import annotations

import gzip
import importlib
import io
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from attrs import frozen

from .errors import InputError
from .framing import BOM
from .inflate import Frame

BLOCK = 1 << 18
"""Bytes read at a time."""
WINDOW = 1 << 27
"""Bytes that a frame of zstd may have us keep: as many as the program zstd takes unless it is told otherwise."""
MAX_LINE = 256 * 1024 * 1024
"""Bytes of one line; no vendor takes a create that is larger (facts/seed-vendors.md §1)."""


PACKED = frozenset({".gz", ".zst"})
"""Endings of inputs that are decompressed."""


WORKBOOKS = frozenset({".xlsx", ".xls"})
ZIP = b"PK\x03\x04"
"""How a workbook begins, whatever it is named; no text does."""


def open_input(path: Path) -> IO[bytes]:
    """The decompressed bytes of an input. Raises InputError that names what is missing."""
    if str(path) == "-":
        return io.BufferedReader(_Unpacked(iter(lambda: sys.stdin.buffer.read(BLOCK), b"")))  # closing it leaves stdin
    zstandard = _zstandard(path) if path.suffix == ".zst" else None
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error
    if path.suffix.lower() in WORKBOOKS or file.peek(len(ZIP)).startswith(ZIP):
        file.close()
        raise InputError(f"{path}: an Excel workbook is not read", hint="save it as CSV or Parquet")
    if path.suffix == ".gz":
        return io.BufferedReader(_Unpacked(_gunzip(file)))
    return io.BufferedReader(_Unpacked(_unzstd(file))) if zstandard else file


@frozen
class Block:
    """A piece of an input: whole lines as they stand there, blank ones too, without their ends."""

    offset: int
    """Bytes from the start of the input to the first line."""
    number: int
    """Of the first line, from 1."""
    text: bytes
    """All of it, without the end of the last line."""
    lines: list[bytes]

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Offset, number and bytes of each line that is not blank."""
        end = self.offset
        for number, line in enumerate(self.lines, self.number):
            start, end = end, end + len(line) + 1
            if cleaned := clean(line):
                yield start, number, cleaned


def blocks(path: Path, digest: Digest | None = None) -> Iterator[Block]:
    """All lines of an input, about a MiB at a time; `digest` is fed everything that is read."""
    with open_input(path) as file:
        offset, number, rest = 0, 1, bytearray()
        try:
            while data := file.read(BLOCK):
                if digest is not None:
                    digest.update(data)
                cut = data.rfind(b"\n")
                if len(rest) + (data.find(b"\n") if cut >= 0 else len(data)) > MAX_LINE:
                    raise InputError(f"{path}, line {number}: longer than {MAX_LINE:,} bytes")
                if cut < 0:
                    rest += data
                    continue
                text = b"".join((rest, memoryview(data)[:cut]))
                block = Block(offset, number, text, text.split(b"\n"))
                yield block
                offset, number, rest = offset + len(text) + 1, number + len(block.lines), bytearray(data[cut + 1 :])
            if rest:
                yield Block(offset, number, bytes(rest), [bytes(rest)])
        except (OSError, EOFError) as error:
            raise InputError(f"{path}, after line {number - 1}: {error}", hint="is the file complete?") from error


def lines(path: Path, digest: Digest | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Offset, number (from 1) and bytes of each line, without its end; blank lines are counted and left out."""
    for block in blocks(path, digest):
        yield from block


def line_at(file: IO[bytes], offset: int) -> bytes:
    """The line of a plain file that begins at an offset, without its end."""
    file.seek(offset)
    return clean(file.readline())


def clean(line: bytes) -> bytes:
    """A line without its end, blanks around it, and a byte order mark."""
    if line[:1] == b"{" and line[-1:] == b"}":  # nearly all are
        return line
    return line.removeprefix(BOM).strip(b" \t\r\n")


class Digest(Protocol):
    """A hash in the making."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


class _Unpacked(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            if (piece := next(self._pieces, None)) is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _gunzip(file: IO[bytes]) -> Iterator[bytes]:
    with file, gzip.GzipFile(fileobj=file) as packed:
        try:
            yield from iter(lambda: packed.read(BLOCK), b"")
        except zlib.error as error:
            raise OSError(str(error)) from error


def _unzstd(file: IO[bytes]) -> Iterator[bytes]:
    """Frame after frame. zstandard's own file reader has no lines and takes a cut frame for the end."""
    frame = None
    with file:
        while block := file.read(BLOCK):
            rest: bytes | memoryview = block
            while rest:
                frame, piece = frame or Frame(WINDOW), None
                while piece is None or len(piece) == BLOCK:  # it holds back what does not fit into a step
                    try:
                        piece = frame.decompress(rest, BLOCK)
                    except (zlib.error, MemoryError) as error:
                        raise OSError(str(error)) from error
                    yield piece
                    rest = frame.unconsumed_tail
                if frame.eof:
                    rest, frame = frame.unused_data, None
    if frame is not None:
        raise EOFError("the last frame is cut short")


def _zstandard(path: Path) -> Any:
    try:
        return importlib.import_module("zstandard")
    except ImportError as error:
        raise InputError(f"{path}: reading .zst needs the extra zstd", hint="pip install 'polybatch[zstd]'") from error
