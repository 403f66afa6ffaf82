"""Reading the user's input: JSONL from a file, `.gz`, `.zst` or standard input, as numbered lines of bytes."""

from __future__ import annotations

import gzip
import importlib
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from .errors import InputError
from .framing import BOM

BLOCK = 1 << 20
"""Bytes read at a time."""
MAX_LINE = 256 * 1024 * 1024
"""Bytes of one line; no vendor takes a create that is larger (facts/seed-vendors.md §1)."""


def open_input(path: Path) -> IO[bytes]:
    """The decompressed bytes of an input. Raises InputError that names what is missing."""
    if str(path) == "-":
        return io.BufferedReader(_Unpacked(iter(lambda: sys.stdin.buffer.read(BLOCK), b"")))  # closing it leaves stdin
    zstandard = _zstandard(path) if path.suffix == ".zst" else None
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', error)}") from error
    if path.suffix == ".gz":
        return io.BufferedReader(_Unpacked(_gunzip(file)))
    return io.BufferedReader(_Unpacked(_unzstd(file, zstandard))) if zstandard else file


def lines(path: Path, digest: Digest | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Offset, number (from 1) and bytes of each line, without its end; blank lines are counted and left out.

    `digest` is fed everything that is read.
    """
    with open_input(path) as file:
        number, end = 0, 0
        try:
            while line := file.readline(MAX_LINE + 1):
                number, start, end = number + 1, end, end + len(line)
                if digest is not None:
                    digest.update(line)
                if len(line) > MAX_LINE:
                    raise InputError(f"{path}, line {number}: longer than {MAX_LINE:,} bytes")
                if line := clean(line):
                    yield start, number, line
        except (OSError, EOFError) as error:
            raise InputError(f"{path}, after line {number}: {error}", hint="is the file complete?") from error


def lines_at(path: Path, offsets: Iterable[int]) -> Iterator[bytes]:
    """The lines of a plain file that begin at these offsets, without their ends."""
    with path.open("rb") as file:
        for offset in offsets:
            file.seek(offset)
            yield clean(file.readline())


def clean(line: bytes) -> bytes:
    """A line without its end, blanks around it, and a byte order mark."""
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


def _unzstd(file: IO[bytes], zstandard: Any) -> Iterator[bytes]:
    """Frame after frame. zstandard's own file reader has no lines and takes a cut frame for the end."""
    frame = None
    with file:
        while block := file.read(BLOCK):
            while block:
                frame = frame or zstandard.ZstdDecompressor().decompressobj()
                try:
                    yield frame.decompress(block)
                except zstandard.ZstdError as error:
                    raise OSError(str(error)) from error
                block, frame = (frame.unused_data, None) if frame.eof else (b"", frame)
    if frame is not None:
        raise EOFError("the last frame is cut short")


def _zstandard(path: Path) -> Any:
    try:
        return importlib.import_module("zstandard")
    except ImportError as error:
        raise InputError(f"{path}: reading .zst needs the extra zstd", hint="pip install 'polybatch[zstd]'") from error
