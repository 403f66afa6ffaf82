"""How far a run is, while it goes on: a bar on a terminal, elsewhere a line now and then when something changed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from polybatch.run import Listener, RunStatus

from .terminal import say

BURST = 5
"""Lines that may come at once; after them one a second."""


@contextmanager
def shown(status: RunStatus) -> Iterator[Listener]:
    """A listener for a run."""
    if sys.stderr.isatty():
        with _bar(status) as listener:
            yield listener
    else:
        yield _lines(status)


def phrase(status: RunStatus) -> str:
    """A status in one line."""
    done = f"{status.settled:,} of {status.total:,} requests have their result"
    if status.answered > status.settled:
        done += f", {status.answered:,} are answered"
    return f"{done}; batches: {batches(status)}"


def batches(status: RunStatus) -> str:
    """How many batches are in which state."""
    return ", ".join(f"{count:,} {state}" for state, count in status.shards.items())


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
def _bar(status: RunStatus) -> Iterator[Listener]:
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    words = TextColumn("{task.description}", markup=False)
    columns = (MofNCompleteColumn(), BarColumn(bar_width=30), TimeElapsedColumn(), words)
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(batches(status), total=status.total, completed=status.answered)

        def listener(status: RunStatus) -> None:
            bar.update(task, description=batches(status), completed=max(status.settled, status.answered))

        yield listener
