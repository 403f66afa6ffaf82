"""Ids that come twice are found, in memory or on disk, and ids that only look alike are not."""

from __future__ import annotations

import errno
import tempfile
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import InputError, repeats
from polybatch.repeats import Repeats


def plainly(ids: list[str]) -> list[tuple[str, int, int]]:
    first: dict[str, int] = {}
    return [(name, place, first[name]) for place, name in enumerate(ids) if first.setdefault(name, place) != place]


@given(
    st.lists(st.lists(st.sampled_from("abcdefghij") | st.text(max_size=3), max_size=8), max_size=8), st.integers(1, 9)
)
@example([["a"] * 8] * 8, 1)
def test_repeats_are_found(batches: list[list[str]], at_once: int) -> None:
    ids = [name for batch in batches for name in batch]
    with pytest.MonkeyPatch.context() as patch, closing(Repeats()) as seen:
        patch.setattr(repeats, "AT_ONCE", at_once)
        for batch in batches:
            seen.add(batch)
        assert [*seen.found(lambda: zip(ids, range(len(ids)), strict=True))] == plainly(ids)


def test_ids_are_read_again_only_where_two_look_alike() -> None:
    with closing(Repeats()) as seen:
        seen.add(map(str, range(1000)))
        assert [*seen.found(lambda: pytest.fail("they all differ"))] == []


def test_ids_that_look_alike_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "hash", len, raising=False)
    with closing(Repeats()) as seen:
        seen.add(["aa", "bb", "c", "bb"])
        assert [*seen.found(lambda: [("aa", 1), ("bb", 2), ("c", 3), ("bb", 4)])] == [("bb", 4, 2)]


def test_what_is_more_than_a_little_waits_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "AT_ONCE", 10)
    with closing(Repeats()) as seen:
        for start in range(0, 100, 10):
            seen.add(map(str, range(start, start + 10)))
        assert sum(map(len, seen._parts)) == 0
        assert [*seen.found(list)] == []


def test_a_disk_that_is_full_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(repeats, "AT_ONCE", 2)
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with closing(Repeats()) as seen, pytest.raises(InputError) as refused:
        seen.add(["a", "b"])
    assert refused.value.message == "a temporary file cannot be written: No space left on device"
    assert "TMPDIR" in refused.value.hint
