"""A reply's body as its content encoding says: inflated in small steps, bounded, and only if it is whole; pure.

We ask for no encoding; this is for files that lie compressed at their host, and for proxies that compress unasked.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from .errors import ContractError, TransportError
from .reading import shorten

STEP = 1024 * 1024
"""Bytes inflated at a time."""
FREE, RATIO = 64 * 1024 * 1024, 200
"""Bytes that may come out of anything, and how many times what went in may come out beyond them; our own bounds.

Measured on result lines that differ in their ids alone: 40 times at 1 KB each, 190 at 6 KB. Only a file of longer
texts that are all the same would be refused, after its first 64 MiB; deflate could make 1,030 times of zeros.
"""
GZIP, ZLIB, BARE = 31, 15, -15
WINDOWS = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}


class Inflater:
    """Undoes one content encoding, block by block.

    One that it does not know raises ContractError, or leaves the body as it is where `strict` is false.
    """

    def __init__(self, encoding: str, *, strict: bool = True) -> None:
        word = encoding.strip().lower()
        if strict and word not in {"", "identity", *WINDOWS}:
            raise ContractError(f"the answer is encoded as {shorten(word)!r}, which was not asked for")
        self._window = WINDOWS.get(word)
        self._engine: Any = None
        self._head = b""
        self._given = self._made = 0

    def push(self, block: bytes) -> Iterator[bytes]:
        """Take the next block and give what it holds, a step at a time.

        Raises TransportError for damage, ContractError for what would fill the disk.
        """
        if self._window is None:
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
                self._engine = zlib.decompressobj(self._begun(rest))
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

    def _begun(self, head: bytes) -> int:
        """The window to inflate with; some servers mean deflate without the header that it should have."""
        bare = self._window == ZLIB and (head[0] & 15 != 8 or (head[0] << 8 | head[1]) % 31)
        return BARE if bare else self._window or ZLIB

    def _step(self, data: bytes) -> bytes:
        try:
            piece: bytes = self._engine.decompress(data, STEP)
        except zlib.error as error:
            raise TransportError(f"the compressed answer is damaged: {error}") from error
        self._made += len(piece)
        if self._made > max(FREE, RATIO * self._given):
            raise ContractError(
                f"the answer grows more than {RATIO} times when it is decompressed: {self._given:,} bytes became "
                f"{self._made:,}", hint="nobody's results look like that; it is not read on",
            )  # fmt: skip
        return piece


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
    longest = min(len(data), len(key) - 1)
    return next((length for length in range(longest, 0, -1) if data.endswith(key[:length])), 0)
