r"""Bytes to records: lines end with `\n` and with nothing else.

U+2028, U+0085 and a lone CR are legal inside JSON strings, so no text splitter may touch the bytes.
"""

from __future__ import annotations

from .errors import ContractError

BOM = b"\xef\xbb\xbf"
MAX_LINE = 64 * 1024 * 1024
"""Bytes of one line beyond which a stream is refused instead of filling the memory; our own bound.

The longest answers (128,000 tokens) have about half a MiB, three if every character is escaped: twenty times that.
"""


class LineFramer:
    """Cuts a stream of blocks into lines without their ends; blank lines and a BOM are dropped."""

    def __init__(self, *, max_line: int = MAX_LINE) -> None:
        self._max_line = max_line
        self._rest = bytearray()
        self._first = True

    def push(self, block: bytes) -> list[bytes]:
        """Take the next block and give the lines that it completes."""
        head, newline, tail = block.partition(b"\n")
        self._rest += head
        if len(self._rest) > self._max_line:
            raise ContractError(f"a line is longer than {self._max_line:,} bytes")
        if not newline:
            return []
        *lines, last = tail.split(b"\n")
        lines.insert(0, bytes(self._rest))
        self._rest = bytearray(last)
        return self._clean(lines)

    def finish(self) -> list[bytes]:
        """Give the last line if it had no end."""
        rest, self._rest = bytes(self._rest), bytearray()
        return self._clean([rest])

    def _clean(self, lines: list[bytes]) -> list[bytes]:
        if self._first:
            self._first = False
            lines[0] = lines[0].removeprefix(BOM)
        return [line for raw in lines if (line := raw.strip(b" \t\r"))]
