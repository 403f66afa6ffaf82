"""Reading the user's input: JSONL from a file, `.gz`, `.zst` or standard input, as numbered lines of bytes."""

from __future__ import annotations

import gzip
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol, cast

from .errors import ContractError, InputError
from .framing import BOM

BLOCK = 1 << 20
"""Bytes read at a time."""
MAX_LINE = 256 * 1024 * 1024
"""Bytes of one line; no vendor takes a create that is larger (facts/seed-vendors.md §1)."""


def open_input(path: Path) -> IO[bytes]:
    """The decompressed bytes of an input. Raises InputError that names what is missing."""
    if str(path) == "-":
        return sys.stdin.buffer
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if path.suffix == ".gz":
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
    if path.suffix == ".zst":
        return _zstd(file, path)
    return file


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
        except (OSError, EOFError, _zstd_error()) as error:
            raise InputError(f"{path}, after line {number}: {error}", hint="is the file complete?") from error


def clean(line: bytes) -> bytes:
    """A line without its end, blanks around it, and a byte order mark."""
    return line.removeprefix(BOM).strip(b" \t\r\n")


class Digest(Protocol):
    """A hash in the making."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""


def _zstd(file: IO[bytes], path: Path) -> IO[bytes]:
    try:
        zstandard: Any = importlib.import_module("zstandard")
    except ImportError as error:
        file.close()
        raise InputError(f"{path}: reading .zst needs the extra zstd", hint="pip install 'polybatch[zstd]'") from error
    return cast("IO[bytes]", zstandard.ZstdDecompressor().stream_reader(file, closefd=True))


def _zstd_error() -> type[Exception]:
    zstandard = sys.modules.get("zstandard")
    return cast("type[Exception]", zstandard.ZstdError) if zstandard else ContractError
