"""Ctrl-C, SIGTERM, a closed terminal: the step under way is finished and journaled first; a second stops at once."""

from __future__ import annotations

import os
import signal
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP."""
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
            try:
                os.write(2, note)  # a signal may come in the middle of a buffered write
            except OSError:
                _speak_to_nobody()

        # One that is ignored (a job in the background) stays ignored.
        mine = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        before = {number: signal.signal(number, heard) for number in mine}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _speak_to_nobody() -> None:
    """The terminal is gone: what is still printed to it must not end the run with an error."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        if stat.S_ISCHR(os.fstat(stream).st_mode):
            os.dup2(nobody, stream)
    os.close(nobody)
