"""How far a run is, while it goes on: a bar on a terminal, elsewhere a line now and then when something changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from polybatch.run import Listener, RunStatus
from polybatch.run.machine import State

from .terminal import say

if TYPE_CHECKING:
    from rich.progress import Progress

BURST = 5
"""Lines that may come at once; after them one a second."""


@contextmanager
def shown(status: RunStatus, among: Progress | None = None, name: str = "") -> Iterator[Listener]:
    """A listener for a run; `among`: the bars that its own stands among, with its name."""
    if sys.stderr.isatty():
        with bars() if among is None else nullcontext(among) as drawn:
            yield _bar(drawn, status, f"{name}: " if name else "")
    else:
        yield _lines(status)


def phrase(status: RunStatus) -> str:
    """A status in one line."""
    done = f"{status.settled:,} of {status.total:,} requests have their result"
    if status.answered > status.settled:
        done += f", {status.answered:,} are answered"
    return f"{done}; batches: {batches(status)}"


def batches(status: RunStatus) -> str:
    """How many batches are in which state, in the order in which a batch passes through them."""
    return ", ".join(f"{status.shards[state]:,} {state}" for state in State if state in status.shards)


def _lines(status: RunStatus, now: Callable[[], float] = time.monotonic) -> Listener:
    said, at, left = phrase(status), now(), float(BURST)
    say(said)

    def listener(status: RunStatus) -> None:
        nonlocal said, at, left
        before, at = at, now()
        left = min(BURST, left + at - before)
        if (text := phrase(status)) != said and left >= 1:
            said, left = text, left - 1
            say(said)

    return listener


@contextmanager
def bars() -> Iterator[Progress]:
    """What draws bars on a terminal."""
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.table import Column  # noqa: PLC0415

    # Where there is not room for all, the words give way.
    words = TextColumn("{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True))
    count = TextColumn("{task.completed:,.0f}/{task.total:,.0f}", style="progress.download")
    columns = (count, BarColumn(bar_width=20), TimeElapsedColumn(), words)
    with Progress(*columns, console=Console(stderr=True), expand=True) as drawn:
        yield drawn


def _bar(drawn: Progress, status: RunStatus, name: str) -> Listener:
    task = drawn.add_task(name + batches(status), total=status.total, completed=status.answered)

    def listener(status: RunStatus) -> None:
        drawn.update(task, description=name + batches(status), completed=max(status.settled, status.answered))

    return listener
