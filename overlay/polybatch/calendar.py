"""The vendor's time, as its replies are dated; deadlines are counted in it, whatever this machine's clock says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from .retry import http_date

DRIFT = timedelta(hours=1)
"""How far a reply's date may lie from the expected one to be believed at once."""


class Calendar:
    """The vendor's time: its last `Date`, carried on by a monotonic clock."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._said: tuple[datetime, float] | None = None
        self._odd: bool | None = None

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take note of a reply's date, if it has one."""
        said = http_date(headers.get("date", ""))
        expected = self.now()
        if said is None:
            return
        # One reply alone, of a gateway with a clock of its own, moves nothing; a second one that way does.
        ahead = None if expected is None or abs(said - expected) <= DRIFT else said > expected
        if ahead is None or ahead is self._odd:
            self._said, ahead = (said, self._monotonic()), None
        self._odd = ahead

    def now(self) -> datetime | None:
        """The time at the vendor; `None` before its first reply."""
        if self._said is None:
            return None
        said, at = self._said
        return said + timedelta(seconds=max(0.0, self._monotonic() - at))
