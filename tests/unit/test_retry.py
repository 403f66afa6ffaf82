"""When a safe call is repeated, and after how long; numbers computed by hand."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch.retry import ATTEMPTS, LONGEST, MAX_RETRY_AFTER, delay, retry_after

HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "retry-after-ms", "date", "x-should-retry"]),
    st.text(st.characters(codec="ascii"), max_size=30)
    | st.floats().map(str)
    | st.integers().map(str)
    | st.datetimes().map(lambda when: when.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    | st.sampled_from(["true", "false", "nan", "inf", "-inf", "1e308", "-1", "Mon, 32 Foo 2026 25:61:61 +9999999"]),
)


@given(st.integers(1, 10), st.none() | st.integers(100, 599), HEADERS)
@example(1, 429, {"retry-after": "Thu, 01 Jan 1970 00:00:00 +99999999999999999999", "date": "x"})
@example(1, 429, {"retry-after": "Mon, 01 Jan 0001 00:00:00 +2359", "date": "Mon, 01 Jan 9999 00:00:00 -2359"})
def test_a_delay_is_never_negative_absurd_or_endless(
    attempt: int, status: int | None, headers: Mapping[str, str]
) -> None:
    seconds = delay(attempt, status=status, headers=headers)
    if attempt >= ATTEMPTS:
        assert seconds is None
    if seconds is not None:
        assert 0 <= seconds <= MAX_RETRY_AFTER
        if retry_after(headers) is None:
            assert seconds <= LONGEST


@given(HEADERS)
def test_what_the_vendor_asks_is_a_number_from_zero_or_nothing(headers: Mapping[str, str]) -> None:
    asked = retry_after(headers)
    assert asked is None or 0 <= asked < float("inf")


def test_without_a_word_from_the_vendor_the_pause_doubles() -> None:
    assert [delay(attempt) for attempt in (1, 2, 3, 4, 5)] == [0.5, 1.0, 2.0, 4.0, None]


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529, 599])
def test_statuses_that_are_repeated(status: int) -> None:
    assert delay(1, status=status) == 0.5


@pytest.mark.parametrize("status", [301, 302, 400, 401, 402, 403, 404, 405, 410, 413, 422, 501, 505])
def test_statuses_that_are_not_repeated(status: int) -> None:
    assert delay(1, status=status) is None


def test_the_vendor_has_the_last_word() -> None:
    assert delay(1, status=429, headers={"x-should-retry": "false"}) is None
    assert delay(1, status=400, headers={"x-should-retry": "true"}) == 0.5
    assert delay(4, status=429, headers={"retry-after": "7"}) == 7.0
    assert delay(1, status=429, headers={"retry-after": "0"}) == 0.0
    assert delay(1, status=429, headers={"retry-after": "301"}) is None, "an error beats a silent wait of hours"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:30 GMT", "date": "Sun, 22 Nov 2026 09:00:00 GMT"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:00 GMT", "date": "Sun, 22 Nov 2026 09:00:30 GMT"}, 0.0),
        ({"retry-after": "Sun, 22 Nov 2026 10:00:30 +0100", "date": "Sun, 22 Nov 2026 09:00:00 -0000"}, 30.0),
        ({"retry-after": "Sun, 22 Nov 2026 09:00:30 GMT"}, None),
    ],
)
def test_what_the_vendor_asks(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_names_of_headers_may_come_in_any_case() -> None:
    assert retry_after(httpx.Headers({"Retry-After": "3"})) == 3.0
