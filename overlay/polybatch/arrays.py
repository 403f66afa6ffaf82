"""One JSON object, block by block: the entries of one of its arrays come out as they came, the rest is kept. Pure.

    { "id": …, "results": [ entry, entry, … ], "counts": … }
      └─ rest ───────────┘  └─ given out ──┘ └─ rest ─────┘

No library does it: ijson (3.6, its C backend) makes a question mark of half a surrogate pair, ends at an entry that is
no JSON, and gives objects, not their bytes. msgspec reads no stream, but says of any bytes whether they are whole
entries: a block is cut where its last entry seems to begin, and msgspec accepts what stands before. Where it does not,
the tokens tell where entries end, which takes ten times as long and no more, whatever the bytes are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import msgspec

from .errors import ContractError
from .framing import MAX_LINE
from .reading import PUNCTUATION, UNREADABLE, unexpected

STEP = 64 * 1024
"""Bytes that are looked at together at least."""
GUESSES = 4
"""Places that may look like the last entry's beginning before the tokens are asked: entries may hold such places."""
JOINT = re.compile(rb'}[ \t\r\n]*(,)[ \t\r\n]*{[ \t\r\n]*"[^"\\]*":')
"""Where one object ends and another begins, its first name included: the entries of a list mostly begin alike."""
ENTRIES = msgspec.json.Decoder(list[msgspec.Raw])


class ArrayReader:
    """Reads one array of one object; of several arrays with that name it reads all."""

    def __init__(self, name: str, *, step: int = STEP, longest: int = MAX_LINE) -> None:
        self._name = name
        self._step, self._longest = step, longest
        self._blocks: list[bytes] = []
        self._waiting, self._needed = 0, step
        self._joint, self._comma = b"", 0
        self._rest = bytearray()
        self._place: Callable[[ArrayReader, bytes, int, list[bytes]], int] = ArrayReader._opening
        self.before = b""
        """What stood before the array, and null in its place; nothing where there is no such array."""

    def push(self, block: bytes) -> list[bytes]:
        """Take the next block and give the entries that are complete, if not now then with a later one.

        Raises ContractError for what is no object, and for what is too long for the memory.
        """
        self._blocks.append(block)
        self._waiting += len(block)
        return self._read() if self._waiting >= self._needed else []

    def finish(self) -> list[bytes]:
        """Give the last entries. Raises ContractError if the object has no end."""
        entries = self._read(last=True)
        if self._place != ArrayReader._closed:
            raise unexpected("a JSON object", self.rest + b"".join(self._blocks))
        return entries

    @property
    def rest(self) -> bytes:
        """The object as far as it has come, with null in the place of the array."""
        return bytes(self._rest)

    def _read(self, *, last: bool = False) -> list[bytes]:
        data, at, entries = b"".join(self._blocks), 0, list[bytes]()
        while True:
            place, begin = self._place, at
            at = place(self, data, at, entries)
            if self._place == place and (at == begin or not last):
                break
        self._blocks, self._waiting = [data[at:]], len(data) - at
        if max(self._waiting, len(self._rest)) > self._longest:
            raise ContractError(f"a single piece of the answer is longer than {self._longest:,} bytes")
        # Twice as much: however long an entry is, looking for its end again costs no more than looking twice.
        self._needed = min(max(self._step, 2 * self._waiting), self._longest + 1)
        return entries

    def _opening(self, data: bytes, at: int, _: list[bytes]) -> int:
        """Before the object."""
        head = data[at:].lstrip()
        if not head:
            return at
        if not head.startswith(b"{"):
            raise unexpected("a JSON object", head)
        self._place = ArrayReader._members
        self._rest += b"{"
        return len(data) - len(head) + 1

    def _members(self, data: bytes, at: int, _: list[bytes]) -> int:
        """Outside of the array, at the beginning of a member or after the array."""
        depth, begun = 0, list[bytes]()
        last = at
        for mark in PUNCTUATION.finditer(data, at):
            sign = mark[0]
            if len(begun) < 3:  # the first tokens of a member tell whether it is the array
                begun.append(b"" if data[last : mark.start()].strip() else sign)
                last = mark.end()
                if self._begins(begun):
                    self._rest += data[at : mark.start()] + b"null"
                    self._place, self.before = ArrayReader._entries, self.rest
                    return mark.end()
            if sign in b"{[":
                depth += 1
            elif sign in b"}]":
                depth -= 1
            if depth < 0 or (depth == 0 and sign == b","):
                self._rest += data[at : mark.end()]
                at = last = mark.end()
                begun.clear()
                if depth < 0:
                    self._place = ArrayReader._closed
                    break
        return at

    def _entries(self, data: bytes, at: int, entries: list[bytes]) -> int:
        """Inside of the array, at the beginning of an entry."""
        end = len(data)
        for _ in range(GUESSES if self._joint else 0):
            if (end := data.rfind(self._joint, at, end)) < 0:
                break
            with suppress(*UNREADABLE):
                entries += map(bytes, ENTRIES.decode(b"[%b]" % data[at : end + 1]))
                return end + self._comma
        return self._one_by_one(data, at, entries)

    def _one_by_one(self, data: bytes, at: int, entries: list[bytes]) -> int:
        """The same by the tokens, also of entries that are no JSON."""
        depth = 0
        for mark in PUNCTUATION.finditer(data, at):
            sign = mark[0]
            if sign in b"{[":
                depth += 1
            elif sign in b"}]":
                depth -= 1
            if depth < 0 or (depth == 0 and sign == b","):
                if entry := data[at : mark.start()].strip():
                    entries.append(entry)
                brace, at = data.rfind(b"}", at, mark.start()), mark.end()
                if depth < 0:
                    self._place = ArrayReader._members
                    break
                if brace >= 0 and (joint := JOINT.match(data, brace)) and joint.start(1) == mark.start():
                    self._joint, self._comma = joint[0], joint.end(1) - brace
        return at

    def _closed(self, data: bytes, at: int, _: list[bytes]) -> int:
        """After the object."""
        if data[at:].strip():
            raise unexpected("a JSON object", self.rest + data[at:])
        return len(data)

    def _begins(self, tokens: list[bytes]) -> bool:
        """Whether these are the name, the colon and the bracket of the array."""
        if tokens[1:] != [b":", b"["]:
            return False
        with suppress(*UNREADABLE):
            return msgspec.json.decode(tokens[0], type=str) == self._name
        return False
