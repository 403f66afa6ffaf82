"""Records that belong together are put together, in memory or by way of the disk, and none is lost or changed."""

from __future__ import annotations

import tempfile
import tracemalloc
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.errors import RunError
from polybatch.grouping import PILES, Grouping

PAIRS = st.lists(st.tuples(st.binary(max_size=3), st.binary(max_size=20)), max_size=40)


def grouped(pairs: list[tuple[bytes, bytes]]) -> dict[bytes, list[bytes]]:
    """The reference."""
    found: dict[bytes, list[bytes]] = {}
    for key, record in pairs:
        found.setdefault(key, []).append(record)
    return found


def piles(pairs: list[tuple[bytes, bytes]], most: int, together: int) -> list[list[list[bytes]]]:
    with closing(Grouping(most=most)) as own:
        for start in range(0, len(pairs), together):
            some = pairs[start : start + together]
            own.put([key for key, _ in some], [record for _, record in some])
        return list(own.piles())


@settings(max_examples=60)
@given(PAIRS, st.sampled_from([0, 20, 100, 10**6]), st.integers(1, 5))
def test_every_record_is_in_the_group_of_its_key(pairs: list[tuple[bytes, bytes]], most: int, together: int) -> None:
    groups = [group for pile in piles(pairs, most, together) for group in pile]
    assert sorted(groups) == sorted(grouped(pairs).values())


def test_what_is_held_comes_in_the_order_of_first_records() -> None:
    pairs = [(b"c", b"1"), (b"a", b"2"), (b"c", b"3"), (b"", b"4"), (b"a", b"")]
    assert piles(pairs, 10**6, 2) == [[[b"1", b"3"], [b"2", b""], [b"4"]]]


def test_what_went_by_the_disk_comes_in_the_same_order_every_time() -> None:
    pairs = [(str(number % 700).encode(), str(number).encode() * 9) for number in range(2_000)]
    first, second = piles(pairs, 5_000, 100), piles(pairs, 5_000, 100)
    assert first == second
    assert len(first) == PILES
    assert [group for pile in first for group in pile] != list(grouped(pairs).values())


def test_memory_holds_a_pile_and_not_everything() -> None:
    own = Grouping(most=200_000)
    tracemalloc.start()
    try:
        for number in range(2_000):
            own.put([str(number).encode()], [b"%d" % number * 1_000])
        count = sum(len(pile) for pile in own.piles())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        own.close()
    assert count == 2_000
    assert peak < 2_000_000  # of seven million bytes


class Full:
    """A file on a disk that is full, or that has lost its end."""

    def __init__(self, *, lost: bool = False) -> None:
        self.lost, self.closed = lost, False

    def tell(self) -> int:
        return 0

    def seek(self, _: int) -> int:
        return 0

    def write(self, data: bytes) -> int:
        if not self.lost:
            raise OSError(28, "No space left on device")
        return len(data)

    def read(self, _: int) -> bytes:
        return b""

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Iterator[Full]:
    disk = Full()
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: disk)
    yield disk
    assert disk.closed


def test_a_full_disk_stops_the_run_and_says_where_room_is_needed(full: Full) -> None:
    with closing(Grouping(most=1)) as own, pytest.raises(RunError) as stopped:
        own.put([b"a"], [b"1" * 100])
    assert str(stopped.value) == (
        "records cannot be put aside: [Errno 28] No space left on device (TMPDIR names the folder for it)"
    )
    assert not full.lost


def test_a_disk_that_lost_something_is_noticed(full: Full) -> None:
    full.lost = True
    with closing(Grouping(most=1)) as own:
        own.put([b"a"], [b"1" * 100])
        with pytest.raises(RunError, match=r"records that were put aside cannot be read: the file is too short"):
            list(own.piles())
