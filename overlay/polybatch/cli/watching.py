"""`status --watch`: a run that somebody else drives, looked at again and again; nothing is driven, nothing touched."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from . import progress, report, terminal
from .exits import Code
from .report import Report
from .stopping import Stop

EVERY = 2.0
"""Seconds between two looks, unless told otherwise."""
NOBODY = "nobody drives this run; go on with: "
Show = Callable[[Report], None]


def watch(folder: Path, every: float, *, as_json: bool, stop: Stop) -> Code:
    """Show a run until it is over, or until somebody stops this; gives the code to end with."""
    found = report.look(folder, brief=True)
    with stop.listening(), _shown(as_json=as_json) as show:
        while stop.signal is None and not found.over:
            show(found)
            stop.sleep(every)
            found = report.look(folder, brief=True)
    if found.over:
        return report.present(report.look(folder), as_json=as_json)
    if sys.stdout.isatty() and not as_json:  # what was drawn is gone
        report.present(found, as_json=False, table=True)
    terminal.say("the watch has ended; the run was not touched")
    return Code.INTERRUPTED if stop.signal == signal.SIGINT else Code.STOPPED


@contextmanager
def _shown(*, as_json: bool) -> Iterator[Show]:
    """What shows a run as standard output can."""
    if as_json:
        yield _changes(lambda found: terminal.emit(report.data(found)))
    elif sys.stdout.isatty():
        with _drawn() as show:
            yield show
    else:
        yield _changes(lambda found: terminal.tell("\n".join(_lines(found))))


def _changes(show: Show) -> Show:
    """The same, where nothing is shown twice in a row."""
    said: list[str] = []

    def changed(found: Report) -> None:
        nonlocal said
        if (lines := [*_lines(found)]) != said:
            said = lines
            show(found)

    return changed


def _lines(found: Report) -> Iterator[str]:
    """A run in a line, and in a few more where it waits for something unusual."""
    yield progress.phrase(found.status)
    yield from (f"waiting: {line}" for line in found.lost())
    if not found.driver:
        yield f"{NOBODY}{found.next_step()}"


@contextmanager
def _drawn() -> Iterator[Show]:
    """Draws over what it drew before, and leaves nothing behind."""
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.live import Live  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False)
    if console.is_dumb_terminal:  # nothing can be drawn over
        yield _changes(lambda found: terminal.tell("\n".join(_lines(found))))
        return
    with Live(console=console, auto_refresh=False, transient=True, vertical_overflow="ellipsis") as live:

        def draw(found: Report) -> None:
            said = "\n".join([*report.words(found, table=True), "", "Ctrl-C ends the watch, not the run"])
            lines = [terminal.harmless(line) for line in said.split("\n")]
            # A long path goes on in the next line, where rich would begin a line with it.
            pieces = [line[at : at + console.width] for line in lines for at in range(0, len(line) or 1, console.width)]
            live.update(Text("\n".join(pieces)), refresh=True)

        yield draw
