"""What is printed: data on stdout, the rest on stderr; no control character of anybody else reaches a terminal."""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TextIO

WIDTH = 80
"""Columns of a table where there is no terminal to ask."""
LABEL = 10
"""Columns of what stands before a line of a summary."""
speaker: ContextVar[str] = ContextVar("speaker", default="")
"""Whom messages are about, where a command does several things at a time."""


def harmless(text: object) -> str:
    """Text on one line in which every control, format and surrogate character is spelled out."""
    return "".join(char if _plain(char) else char.encode("unicode_escape").decode() for char in str(text))


def _plain(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


# -- stderr


def say(text: str, kind: str = "") -> None:
    """A message for people."""
    about = f"{speaker.get()}: " if speaker.get() else ""
    sys.stderr.write(harmless(f"{kind}{about}{text}") + "\n")
    sys.stderr.flush()


def complain(message: str, hint: str) -> None:
    """An error in one line or two."""
    say(message, "error: ")
    if hint:
        say(hint, "hint: ")


class Warnings(logging.Handler):
    """What the library logs, as messages."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        say(record.getMessage(), f"{record.levelname.lower()}: ")


@contextmanager
def warnings_shown() -> Iterator[None]:
    """Show what the library warns of."""
    logger, handler = logging.getLogger("polybatch"), Warnings(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


# -- stdout


def tell(text: str, *, messages: bool = False) -> None:
    """Lines of data for people; as messages where stdout carries something else."""
    stream: TextIO = sys.stderr if messages else sys.stdout
    encoding = stream.encoding or "utf-8"
    lines = "".join(f"{harmless(line)}\n" for line in text.split("\n"))
    stream.write(lines.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def emit(value: Any, *, messages: bool = False) -> None:
    """Data for programs: one line of JSON, at once."""
    import msgspec  # noqa: PLC0415 - not for the help

    write(msgspec.json.encode(value) + b"\n", messages=messages)
    (sys.stderr if messages else sys.stdout).flush()


def write(data: bytes, *, messages: bool = False) -> None:
    """JSON lines, as bytes; on a terminal its control characters are spelled as JSON spells them."""
    stream: TextIO = sys.stderr if messages else sys.stdout
    if stream.isatty():
        data = "".join(
            char if char == "\n" or _plain(char) else _escaped(char) for char in data.decode("utf-8", "replace")
        ).encode()
    stream.buffer.write(data)


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place] << 8 | units[place + 1]:04x}" for place in range(0, len(units), 2))


def width() -> int:
    """Columns of the terminal, or of a page where there is none."""
    return shutil.get_terminal_size((WIDTH, 24)).columns if sys.stdout.isatty() else WIDTH


def paragraph(label: str, text: str, indent: int = LABEL) -> str:
    """Words beside a label, on as many lines as they take."""
    return textwrap.fill(
        harmless(text), width(), initial_indent=f"{label:{indent}}", subsequent_indent=" " * indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: frozenset[int] = frozenset()) -> str:
    """A table that fits the terminal; a list is a cell of several lines; `numbers`: columns that stand to the right."""
    from rich.console import Console  # noqa: PLC0415 - a moment that most commands need not spend
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        drawn.add_column(Text(heading), justify="right" if place in numbers else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text("\n".join(map(harmless, cell if isinstance(cell, list) else [cell]))) for cell in row))
    page = io.StringIO()
    Console(file=page, width=width(), color_system=None, force_terminal=False).print(drawn)
    return "\n".join(line.rstrip() for line in page.getvalue().splitlines())


def abandon_stdout() -> None:
    """Whoever read our data has gone; nothing more is written there, at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
