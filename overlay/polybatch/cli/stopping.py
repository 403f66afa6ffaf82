"""Ctrl-C and SIGTERM: the step under way is finished and journaled first; a second one stops at once."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
SLICE = 0.1
"""Seconds of sleep after which a signal is noticed at the latest: since PEP 475 a signal does not end a sleep."""


class Stop:
    """Whether somebody wants the command to end."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def sleep(self, seconds: float) -> None:
        """Sleep, but not beyond a signal."""
        end = time.monotonic() + seconds
        while self.signal is None and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, SLICE))

    @contextmanager
    def listening(self, stop: Callable[[], None] = lambda: None, *, note: bytes = b"") -> Iterator[None]:
        """Call `stop` at the first signal, and say so; raise KeyboardInterrupt at the second."""

        def heard(number: int, _frame: FrameType | None) -> None:
            if self.signal is not None:
                raise KeyboardInterrupt
            self.signal = number
            stop()
            os.write(2, note)  # a signal may come in the middle of a buffered write

        # One that is ignored (a job in the background) stays ignored.
        mine = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, heard) for number in mine}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
