"""Reading what a vendor sent: whatever the bytes, nothing that fits is lost and nothing but ContractError is raised."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import ContractError
from polybatch.reading import loads, readable, shorten, tolerant, when
from polybatch_generated.anthropic import wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


class Part(msgspec.Struct, frozen=True):
    kind: str | None = None
    number: int | None = None


class Whole(msgspec.Struct, frozen=True):
    name: str | None = None
    count: int | None = None
    flag: bool | None = None
    part: Part | None = None
    parts: list[Part] | None = None
    words: list[str] | None = None
    raw: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    free: Any = None
    table: dict[str, Any] | None = None
    renamed: str | None = msgspec.field(name="from", default=None)


def fits(value: object, kind: type) -> bool:
    """The reference: Python's own idea of a JSON type."""
    return value is None or (isinstance(value, kind) and not (kind is int and isinstance(value, bool)))


def part_of(value: object) -> Part | None:
    if not isinstance(value, dict):
        return None
    kind, number = value.get("kind"), value.get("number")
    return Part(kind if fits(kind, str) else None, number if fits(number, int) else None)


@given(st.binary())
@example(b"[" * 100_000)
@example(b'{"name":"\\ud800"}')
@example(b'{"name":"\xff"}')
@example(b'{"count":1e999}')
@example(b'{"parts":' + b"[" * 3000 + b"]" * 3000 + b"}")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        tolerant(data, Whole)
    except ContractError as error:
        assert error.raw == data  # noqa: PT017 - many bytes can be read
    assert isinstance(readable(data, Whole), Whole)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "name": JSON,
            "count": JSON,
            "flag": JSON,
            "from": JSON,
            "free": JSON,
            "raw": JSON,
            "unknown": JSON,
            "part": JSON | st.fixed_dictionaries({"kind": JSON, "number": JSON}),
            "parts": JSON | st.lists(st.fixed_dictionaries({"kind": st.text() | JSON, "number": JSON}), max_size=4),
            "words": JSON | st.lists(st.text() | JSON, max_size=4),
            "table": JSON,
        },
    )
)
@example({"parts": [{"kind": "a", "number": 1}, {"kind": 2, "number": 2}, {"kind": "c", "number": "x"}]})
@example({"parts": [{"kind": "a"}, 5, {"kind": "c"}]})
@example({"words": ["a", 1, "b"]})
@example({"name": "a", "count": 2**70, "free": 2**70})
def test_what_fits_is_never_lost(document: dict[str, Any]) -> None:
    found, dropped = tolerant(json.dumps(document).encode(), Whole)
    given_ = {name: document.get(name) for name in ("name", "count", "flag", "from", "part", "parts", "words", "table")}
    assert found.name == (given_["name"] if fits(given_["name"], str) else None)
    assert found.count == (given_["count"] if fits(given_["count"], int) else None)
    assert found.flag == (given_["flag"] if fits(given_["flag"], bool) else None)
    assert found.renamed == (given_["from"] if fits(given_["from"], str) else None)
    assert found.table == (given_["table"] if fits(given_["table"], dict) else None)
    assert found.free == document.get("free")
    assert found.part == part_of(given_["part"])
    parts = given_["parts"]
    assert found.parts == (
        [part_of(part) for part in parts if isinstance(part, dict)] if isinstance(parts, list) else None
    )
    words = given_["words"]
    assert found.words == ([word for word in words if isinstance(word, str)] if isinstance(words, list) else None)
    if "raw" in document:
        assert json.loads(bytes(found.raw)) == document["raw"]  # type: ignore[arg-type]
    plain = (
        ("name", str),
        ("count", int),
        ("flag", bool),
        ("from", str),
        ("table", dict),
        ("part", dict),
        ("parts", list),
    )
    assert bool(dropped) >= any(not fits(given_[name], kind) for name, kind in plain)


def test_what_does_not_fit_is_named_by_its_place() -> None:
    _, dropped = tolerant(b'{"name":5,"part":{"number":"x"},"parts":[{"kind":"a"},{"kind":7}]}', Whole)
    text = "\n".join(dropped)
    assert len(dropped) == 3
    assert "$.name" in text
    assert "$.part.number" in text
    assert "$.parts[1].kind" in text


def test_one_block_of_an_answer_that_does_not_fit_costs_no_other() -> None:
    blocks = [
        {"type": "text", "text": "one "},
        {"type": "text", "text": {"new": "form"}},
        {"type": "text", "text": "two"},
    ]
    found, _ = tolerant(json.dumps({"content": blocks, "stop_reason": 5}).encode(), wire.BetaMessage)
    assert [block.text for block in found.content or ()] == ["one ", None, "two"]


def test_a_number_that_no_decoder_takes_costs_no_other_member() -> None:
    found, dropped = tolerant(b'{"name":"a","part":{"kind":"k","number":1e999},"free":-1e999,"count":3}', Whole)
    assert found == Whole(name="a", part=Part("k"), count=3)
    assert len(dropped) == 2


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("\\ud83d", "\ufffd"),
        ("a\\uDC00b", "a\ufffdb"),
        ("\\ud83d\\ud83d\\ude00", "\ufffd\U0001f600"),
        ("\\\\ud83d \\ud83d", "\\ud83d \ufffd"),
        ("\\ud83d\\ude00 \\ude00", "\U0001f600 \ufffd"),
    ],
)
def test_half_of_a_surrogate_pair_costs_one_character(sent: str, read: str) -> None:
    raw = b'{"name":"TEXT","count":3,"raw":{"text":"TEXT"}}'.replace(b"TEXT", sent.encode())
    found, dropped = tolerant(raw, Whole)
    assert (found.name, found.count, dropped) == (read, 3, ())
    assert loads(bytes(found.raw)) == {"text": read}  # type: ignore[arg-type]


@pytest.mark.parametrize("raw", [b"", b" ", b"null", b"[]", b"5", b'"x"', b"<html>", b"{", b'{"a":1', b"{}x", b"\xff"])
def test_what_is_no_object_is_refused_and_kept(raw: bytes) -> None:
    with pytest.raises(ContractError) as refused:
        tolerant(raw, Whole)
    assert refused.value.raw == raw
    assert readable(raw, Whole) == Whole()


def test_json_of_any_kind_is_loaded_and_the_rest_is_described() -> None:
    assert loads(b'[1,"a",null]') == [1, "a", None]
    with pytest.raises(ContractError, match=r"expected JSON, got <html> <body>"):
        loads(b"<html>\n<body>")


TIMES = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 12, 30),  # noqa: DTZ001
    timezones=st.just(UTC),
)
ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(TIMES, ZONES)
def test_rfc_3339_is_read_whatever_the_zone(time: datetime, zone: timezone) -> None:
    text = time.astimezone(zone).isoformat()
    assert when(text) == time
    assert when(text.replace("T", " ")) == time
    naive = time.replace(tzinfo=None)
    assert when(naive.isoformat()) == time, "a time without a zone is UTC"
    assert when(naive.isoformat() + "Z") == time
    assert when(naive.isoformat().lower() + "z") == time


@given(st.integers(1, 253_402_300_799))
def test_unix_seconds_are_read(seconds: int) -> None:
    assert when(seconds) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)


@given(JSON | st.floats() | st.integers() | st.text() | st.datetimes(timezones=ZONES).map(datetime.isoformat))
@example("0001-01-01T00:00:00+23:59")
@example("9999-12-31T23:59:59-23:59")
@example(float("nan"))
@example(10**400)
def test_any_value_is_a_time_in_utc_or_none(value: object) -> None:
    found = when(value)
    assert found is None or found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "value", [None, 0, 0.0, -1, True, False, "", "soon", "2026-13-01T00:00:00Z", 1_763_800_000_000, [], {}]
)
def test_what_is_no_time_is_none(value: object) -> None:
    assert when(value) is None


@given(st.binary() | st.text())
def test_somebody_elses_words_fit_one_harmless_line(said: bytes | str) -> None:
    text = shorten(said)
    assert text.isprintable()
    assert 0 < len(text) <= 161
