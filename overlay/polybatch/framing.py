r"""Bytes to records: lines end with `\n` and with nothing else.

U+2028, U+0085 and a lone CR are legal inside JSON strings, so no text splitter may touch the bytes.
"""

from __future__ import annotations

from .errors import ContractError

BOM = b"\xef\xbb\xbf"
MAX_LINE = 512 * 1024 * 1024
"""Bytes of one line beyond which a stream is refused instead of filling the memory; our own bound."""


class LineFramer:
    """Cuts a stream of blocks into lines without their ends; blank lines and a BOM are dropped."""

    def __init__(self, *, max_line: int = MAX_LINE) -> None:
        self._max_line = max_line
        self._rest: list[bytes] = []
        self._size = 0
        self._first = True

    def push(self, block: bytes) -> list[bytes]:
        """Take the next block and give the lines that it completes."""
        head, newline, tail = block.partition(b"\n")
        self._size += len(head)
        if self._size > self._max_line:
            raise ContractError(f"a line is longer than {self._max_line:,} bytes")
        self._rest.append(head)
        if not newline:
            return []
        *lines, last = tail.split(b"\n")
        lines.insert(0, b"".join(self._rest))
        self._rest = [last]
        self._size = len(last)
        return self._clean(lines)

    def finish(self) -> list[bytes]:
        """Give the last line if it had no end."""
        rest, self._rest, self._size = b"".join(self._rest), [], 0
        return self._clean([rest])

    def _clean(self, lines: list[bytes]) -> list[bytes]:
        if self._first:
            self._first = False
            lines[0] = lines[0].removeprefix(BOM)
        return [line for raw in lines if (line := raw.strip(b" \t\r"))]
