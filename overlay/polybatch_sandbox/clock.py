"""Sandbox time: start + speed * real time + advances, never backwards, not even over a restart.

A restart cannot know the last time that was shown, so the clock books time ahead: before it shows a time later than
the booked mark, it writes a new mark, one real second further on.
A restarted clock starts at the mark; the time while nothing ran does not count.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import formatdate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


FARTHEST = 1e9  # seconds in one step: 31 years


class Clock:
    """The one source of time in the sandbox."""

    def __init__(
        self, *, real: Callable[[], float], speed: float, mark: float | None, book: Callable[[float], None]
    ) -> None:
        if speed < 0:
            raise ValueError("speed must not be negative")
        self.speed = speed
        self._real = real
        self._book = book
        self._lock = threading.Lock()
        self._began = real()
        self._base = self._began if mark is None else mark
        self._shown = self._base
        self._mark: float | None = None

    def now(self) -> float:
        """Sandbox time in seconds since 1970."""
        with self._lock:
            return self._show(self._base + self.speed * (self._real() - self._began))

    def advance(self, seconds: float) -> float:
        """Moves sandbox time forward; the new time."""
        if not 0 <= seconds <= FARTHEST:
            raise ValueError("sandbox time does not run backwards, nor out of the calendar")
        with self._lock:
            self._base += seconds
            return self._show(self._base + self.speed * (self._real() - self._began))

    def _show(self, time: float) -> float:
        self._shown = max(self._shown, time)
        if self._mark is None or self._shown > self._mark:
            self._mark = self._shown + self.speed
            self._book(self._mark)
        return self._shown


def iso(time: float | None) -> str | None:
    """RFC 3339 in UTC, with microseconds and `Z`."""
    return None if time is None else stamp(time)


def stamp(time: float) -> str:
    """RFC 3339 in UTC of a time that is known."""
    return naive(time) + "Z"


def naive(time: float) -> str:
    """ISO 8601 without a zone, as Letta's server writes some of its times."""
    return datetime.fromtimestamp(time, UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def http_date(time: float) -> str:
    """The form of the `Date` header."""
    return formatdate(time, usegmt=True)
