"""How long to wait before a safe call is repeated, and when to give up; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

ATTEMPTS = 5
FIRST, FACTOR, LONGEST = 0.5, 2.0, 8.0
"""Seconds: 0.5, 1, 2, 4; the official SDKs start at 0.5 s and stop at 8 s (facts/seed-vendors.md §2.1)."""
MAX_RETRY_AFTER = 300.0
"""Seconds; a vendor that asks for more is answered with the error instead of a silent wait."""

RETRYABLE = frozenset({408, 409, 425, 429})
"""Besides every 5xx but 501 and 505; 409 is a lock at Letta (facts §3.5) and in the official SDKs' policy (§2.1)."""
NEVER = frozenset({501, 505})


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the vendor asks to wait: `retry-after-ms`, `Retry-After` in seconds, or as a date beside `Date`."""
    if (millis := _number(headers.get("retry-after-ms"))) is not None:
        return max(0.0, millis / 1000)
    value = headers.get("retry-after")
    if value is None:
        return None
    if (seconds := _number(value)) is not None:
        return max(0.0, seconds)
    when, now = http_date(value), http_date(headers.get("date", ""))
    # A date means nothing without the vendor's own clock beside it.
    return max(0.0, (when - now).total_seconds()) if when and now else None


def retryable(status: int) -> bool:
    """Whether what was answered with this status may succeed another time."""
    return status in RETRYABLE or (status >= 500 and status not in NEVER)


def delay(attempt: int, *, status: int | None = None, headers: Mapping[str, str] | None = None) -> float | None:
    """Seconds to wait after failed attempt number `attempt` (from 1), or `None` to give up.

    `status` is `None` when no reply came at all.
    """
    if attempt >= ATTEMPTS:
        return None
    headers = headers or {}
    if status is not None:
        told = headers.get("x-should-retry")
        if told == "false" or not (retryable(status) or told == "true"):
            return None
    asked = retry_after(headers)
    if asked is not None:
        return asked if asked <= MAX_RETRY_AFTER else None
    return float(min(LONGEST, FIRST * FACTOR ** (attempt - 1)))


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if number < float("inf") else None


def http_date(value: str) -> datetime | None:
    """The time that a `Date` header names, aware; `None` for what is no date."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 7 ms that only a reply is worth

    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
