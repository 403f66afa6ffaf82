"""A reply's body as its content encoding says: inflated in small steps, bounded, and only if it is whole; pure.

What is downloaded is asked for in gzip, and in zstd where the extra is installed: result lines shrink 3 to 10 times,
and inflating a megabyte costs 2.3 ms (zstd 1.7); 1 Gbit/s brings it in 8. What creates a batch asks for its reply as it
is. Whoever compresses unasked is understood all the same.
"""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from .errors import ContractError, TransportError
from .reading import shorten

STEP = 1024 * 1024
"""Bytes inflated at a time."""
FREE, RATIO, ZSTD_RATIO = 64 * 1024 * 1024, 200, 500
"""Bytes that may come out of anything, and how many times what went in may come out beyond them; our own bounds.

Measured on result lines that differ in their ids alone: 40 times at 1 KB each, 190 at 6 KB; in zstd 100 and 460. Only a
file of longer texts that are all the same would be refused, after its first 64 MiB; deflate could make 1,030 times of
zeros, zstd 32,000 times.
"""
GZIP, ZLIB, BARE = 31, 15, -15
WINDOWS = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}
ZSTD = "zstd"
MEMORY = 8 * 1024 * 1024
"""Bytes that a frame of zstd may have the receiver keep (RFC 9659)."""
SLICE = 256
"""Bytes of zstd given to its decoder at once, which bounds its answer no other way: 128 KiB for every 4 bytes."""


@cache
def zstandard() -> Any:
    """The library of the extra `zstd`; `None` where it is not installed."""
    try:
        return importlib.import_module("zstandard")
    except ImportError:
        return None


def accepted() -> str:
    """The encodings to ask for, the cheapest first."""
    return f"{ZSTD}, gzip" if zstandard() else "gzip"


class Inflater:
    """Undoes one content encoding, block by block.

    One that it does not know raises ContractError, or leaves the body as it is where `strict` is false.
    """

    def __init__(self, encoding: str, *, strict: bool = True) -> None:
        word = encoding.strip().lower()
        known = word in WINDOWS or (word == ZSTD and zstandard() is not None)
        if strict and not known and word not in {"", "identity"}:
            raise ContractError(f"the answer is encoded as {shorten(word)!r}, which was not asked for")
        self._word = word if known else ""
        self._ratio = ZSTD_RATIO if word == ZSTD else RATIO
        self._engine: Any = None
        self._head = b""
        self._given = self._made = 0

    def push(self, block: bytes) -> Iterator[bytes]:
        """Take the next block and give what it holds, a step at a time.

        Raises TransportError for damage, ContractError for what would fill the disk.
        """
        if not self._word:
            yield from [block] if block else []
            return
        self._given += len(block)
        rest = self._head + block
        self._head = b""
        while rest:
            if self._engine is None:
                if len(rest) == 1:  # the first two bytes tell what it is
                    self._head = rest
                    return
                self._engine = self._begun(rest)
            full = True
            while full:  # the engine holds back what does not fit into a step
                piece = self._step(rest)
                rest, full = self._engine.unconsumed_tail, len(piece) == STEP
                if piece:
                    yield piece
            if self._engine.eof:  # another part may follow, as when compressed files are joined
                rest, self._engine = self._engine.unused_data, None

    def finish(self) -> None:
        """Raises TransportError if the body ended before what was compressed did."""
        if self._engine is not None or self._head:
            raise TransportError("the compressed answer broke off", hint="the vendor or the network; try again")

    def _begun(self, head: bytes) -> Any:
        """What inflates; some servers mean deflate without the header that it should have."""
        if self._word == ZSTD:
            return Frame()
        window = WINDOWS[self._word]
        bare = window == ZLIB and (head[0] & 15 != 8 or (head[0] << 8 | head[1]) % 31)
        return zlib.decompressobj(BARE if bare else window)

    def _step(self, data: bytes) -> bytes:
        try:
            piece: bytes = self._engine.decompress(data, STEP)
        except zlib.error as error:
            raise TransportError(f"the compressed answer is damaged: {error}") from error
        except MemoryError as error:
            raise ContractError(f"the answer takes more than {MEMORY:,} bytes of memory to decompress") from error
        self._made += len(piece)
        if self._made > max(FREE, self._ratio * self._given):
            raise ContractError(
                f"the answer grows more than {self._ratio} times when it is decompressed: {self._given:,} bytes became "
                f"{self._made:,}", hint="nobody's results look like that; it is not read on",
            )  # fmt: skip
        return piece


class Frame:
    """One frame of zstd, inflated in steps: what zlib's decompressors are, for the part of them that is used here."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._engine = zstandard().ZstdDecompressor(max_window_size=memory).decompressobj()
        self._held = b""
        self.unconsumed_tail: bytes | memoryview = b""
        self.unused_data = b""
        self.eof = False

    def decompress(self, data: bytes | memoryview, most: int) -> bytes:
        """The next bytes, `most` of them at the most; what is left of `data` is the unconsumed tail.

        Raises zlib.error for damage, MemoryError for a frame that wants too much.
        """
        made, size, rest = [self._held], len(self._held), memoryview(data)
        while size < most and rest and not self._engine.eof:
            made.append(self._inflated(rest[:SLICE]))
            size, rest = size + len(made[-1]), rest[SLICE:]
        whole = b"".join(made)
        self._held, self.unconsumed_tail = whole[most:], rest
        if self._engine.eof and not self._held:
            self.eof, self.unused_data = True, self._engine.unused_data + bytes(rest)
        return whole[:most]

    def _inflated(self, data: memoryview) -> bytes:
        try:
            return bytes(self._engine.decompress(data))
        except zstandard().ZstdError as error:
            raise (MemoryError if "memory" in str(error) else zlib.error)(str(error)) from error


MASK = b"***"
"""What stands in the place of a key."""


class Incoming:
    """A body on its way in: inflated, and each key in it masked, also one that stands across two blocks."""

    def __init__(self, encoding: str, keys: Sequence[bytes], *, strict: bool) -> None:
        self._inflater = Inflater(encoding, strict=strict)
        self._keys = keys
        self._held = b""

    def push(self, block: bytes) -> Iterator[bytes]:
        """What can be handed on; never an empty piece."""
        for piece in self._inflater.push(block):
            whole = self._held + piece
            for key in self._keys:
                whole = whole.replace(key, MASK)
            kept = len(whole) - max((_begun(whole, key) for key in self._keys), default=0)
            self._held = whole[kept:]
            if kept:
                yield whole[:kept]

    def finish(self) -> Iterator[bytes]:
        """What was held back. Raises what an incomplete encoding calls for."""
        self._inflater.finish()
        if self._held:
            yield self._held


def _begun(data: bytes, key: bytes) -> int:
    """How many bytes at the end of `data` may be the beginning of a key."""
    tail = data[max(0, len(data) - len(key) + 1) :]
    place = tail.find(key[:1])
    while place >= 0 and not key.startswith(tail[place:]):
        place = tail.find(key[:1], place + 1)
    return len(tail) - place if place >= 0 else 0
