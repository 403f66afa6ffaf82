"""What a program writes to a terminal, read while it writes: a terminal holds little that nobody reads."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress


class Shown:
    """Reads our end of a pseudoterminal, in a thread, until nobody is left at the other."""

    def __init__(self, ours: int) -> None:
        self._ours, self._data, self._more = ours, b"", threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with suppress(OSError):  # how Linux says that nobody is left
            while data := os.read(self._ours, 1 << 16):
                with self._more:
                    self._data += data
                    self._more.notify_all()

    def until(self, seen: Callable[[str], bool], seconds: float = 60) -> None:
        """Wait for what is to be seen; half a letter at the end is left out."""
        with self._more:
            assert self._more.wait_for(lambda: seen(self._data.decode("utf-8", "ignore")), seconds), self._data

    def close(self) -> str:
        """All of it, once the other end is closed."""
        self._reader.join()
        os.close(self._ours)
        return self._data.decode()
