"""How an input is cut: nothing lost, nothing twice, order kept, every limit kept to the byte."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch.dialects import inline
from polybatch.model import Request
from polybatch.run.plan import Cut, Cutter, Member, Stretch, mark_of, token_of, wire_id
from polybatch.vendors import find_vendor

Drawn = tuple[int, str | None, str | None]

MEMBERS = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from([None, "a", "b"]), st.sampled_from([None, None, "x", "y", "z"])),
    max_size=60,
)
"""Size, group and what must stand alone."""


def cut(members: Sequence[Drawn], most: int, most_bytes: int | None, distinct: set[int] | None = None) -> list[Cut]:
    cutter = Cutter(most, most_bytes, distinct)
    found: list[Cut] = []
    for place, (size, group, alone) in enumerate(members):
        found += cutter.add(Member(10 * place, place + 1, size, group, alone, mark=place * 7))
    return [*found, *cutter.finish()]


LENGTHS = st.none() | st.frozensets(st.integers(1, 9), max_size=5)
"""Lengths that were given away before, where no two shards may be as long."""


@given(MEMBERS, st.integers(1, 7), st.one_of(st.none(), st.integers(12, 40)), LENGTHS)
@example([(1, None, "x")] * 9 + [(1, None, None)] * 9 + [(1, None, "x"), (1, None, "y")], 2, None, None)
@example([(1, None, "x")] * 9 + [(1, None, None)] * 9 + [(1, None, "x"), (1, None, "y")], 3, None, frozenset())
def test_the_shards_are_the_input(
    members: list[Drawn], most: int, most_bytes: int | None, taken: frozenset[int] | None
) -> None:
    cuts = cut(members, most, most_bytes, None if taken is None else set(taken))
    places = [offset // 10 for cut in cuts for offset in cut.offsets]
    assert sorted(places) == list(range(len(members)))
    for made in cuts:
        own = [members[offset // 10] for offset in made.offsets]
        assert 0 < len(own) == len(made) <= most
        assert list(made.numbers) == [offset // 10 + 1 for offset in made.offsets]
        assert list(made.marks) == [offset // 10 * 7 for offset in made.offsets]
        assert list(made.sizes) == [size for size, _, _ in own]
        assert all(earlier < later for earlier, later in pairwise(made.offsets))
        assert {group for _, group, _ in own} == {made.group}
        loners = [alone for _, _, alone in own if alone is not None]
        assert len(loners) == len(set(loners))
        assert made.size == sum(size for size, _, _ in own) + len(own) - 1
        assert most_bytes is None or made.size <= most_bytes


@given(MEMBERS, st.integers(1, 7), st.one_of(st.none(), st.integers(12, 40)), LENGTHS)
def test_order_is_kept_within_a_group_that_has_no_loners(
    members: list[Drawn], most: int, most_bytes: int | None, taken: frozenset[int] | None
) -> None:
    plain = [(size, group, None) for size, group, _ in members]
    cuts = cut(plain, most, most_bytes, None if taken is None else set(taken))
    for group in {group for _, group, _ in plain}:
        mine = [offset for made in cuts if made.group == group for offset in made.offsets]
        assert mine == sorted(mine)


@given(MEMBERS, st.integers(1, 7), st.one_of(st.none(), st.integers(12, 40)), LENGTHS, st.integers(1, 9))
def test_many_at_once_are_cut_as_if_they_came_one_by_one(
    members: list[Drawn], most: int, most_bytes: int | None, taken: frozenset[int] | None, together: int
) -> None:
    """Members with a group or a loner come one by one between those that come together."""
    cutter = Cutter(most, most_bytes, None if taken is None else set(taken))
    found, waiting = list[Cut](), list[int]()

    def flush() -> None:
        sizes = [members[place][0] for place in waiting]
        if waiting:
            numbers = range(waiting[0] + 1, waiting[-1] + 2)
            found.extend(cutter.extend(Stretch([10 * n for n in waiting], numbers, sizes, [7 * n for n in waiting])))
        waiting.clear()

    for place, (size, group, alone) in enumerate(members):
        if group is None and alone is None:
            waiting.append(place)
        if len(waiting) == together or (group, alone) != (None, None):
            flush()
        if (group, alone) != (None, None):
            found += cutter.add(Member(10 * place, place + 1, size, group, alone, mark=place * 7))
    flush()
    expected = cut(members, most, most_bytes, None if taken is None else set(taken))
    assert [*found, *cutter.finish()] == expected


@given(st.lists(st.integers(1, 12), min_size=1, max_size=60), st.integers(1, 7), st.integers(12, 40))
def test_shards_are_as_few_as_order_allows(sizes: list[int], most: int, most_bytes: int) -> None:
    expected, count, size = 1, 0, 0
    for item in sizes:
        if count == most or (count and size + 1 + item > most_bytes):
            expected, count, size = expected + 1, 0, 0
        count, size = count + 1, size + item + (count > 0)
    assert len(cut([(size, None, None) for size in sizes], most, most_bytes)) == expected


@given(MEMBERS, st.integers(1, 30), st.one_of(st.none(), st.integers(12, 40)), st.frozensets(st.integers(1, 9)))
def test_a_length_is_given_twice_only_where_all_others_that_are_near_it_are_taken(
    members: list[Drawn], most: int, most_bytes: int | None, before: frozenset[int]
) -> None:
    taken = set(before)
    cuts = cut([(size, group, None) for size, group, _ in members], most, most_bytes, taken)
    seen = set(before)
    for made in cuts:
        if len(made) in seen:
            assert seen >= set(range(len(made) // 2 + 1, len(made)))
        seen.add(len(made))
    assert taken == seen, "the cutter remembers every length it gives away"


@given(st.integers(1, 40), st.integers(1, 400))
def test_lengths_differ_pairwise_as_long_as_there_are_any_left(most: int, count: int) -> None:
    lengths = [len(made) for made in cut([(1, None, None)] * count, most, None, set())]
    above_half = most - most // 2
    assert len(set(lengths[:above_half])) == len(lengths[:above_half])
    assert lengths[0] == min(most, count)
    assert all(length > most // 2 for length in lengths[:-2]), "no shard gives up more than half of what it may hold"


def test_lengths_are_the_largest_that_are_left() -> None:
    assert [len(made) for made in cut([(1, None, None)] * 30, 10, None, set())] == [10, 9, 8, 3]
    assert [len(made) for made in cut([(1, None, None)] * 30, 10, None, {10, 8})] == [9, 7, 6, 5, 3]
    assert [len(made) for made in cut([(1, None, None)] * 6, 2, None, set())] == [2, 2, 2], "one is half of two"
    assert [len(made) for made in cut([(1, None, None)] * 6, 2, None)] == [2, 2, 2]


@given(st.lists(st.sampled_from(["x", "y", "z"]), max_size=40))
def test_what_must_stand_alone_needs_no_more_shards_than_the_most_frequent(agents: list[str]) -> None:
    cuts = cut([(1, None, agent) for agent in agents], 100, None)
    assert len(cuts) == max((agents.count(agent) for agent in set(agents)), default=0)


def test_a_shard_comes_as_soon_as_the_next_request_does_not_fit() -> None:
    cutter = Cutter(2)
    members = [Member(place, place, 1) for place in range(5)]
    assert [len(list(cutter.add(member))) for member in members] == [0, 0, 1, 0, 1]
    assert [len(made) for made in cutter.finish()] == [1]
    assert list(cutter.finish()) == []


def test_many_requests_of_one_agent_take_no_longer_than_others() -> None:
    begun = time.perf_counter()
    assert len(cut([(1, None, "x")] * 20_000, 1000, None)) == 20_000
    assert time.perf_counter() - begun < 5, "20,000 cuts were searched for every request"


def test_nothing_is_remembered_of_shards_that_are_closed() -> None:
    cutter = Cutter(3)
    for place in range(3000):
        list(cutter.add(Member(place, place, 1, None, f"agent {place}")))
    queue = cutter._queues[None]
    assert len(queue.floors) <= 3
    assert not queue.closed


TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=12)


@given(TEXTS, st.integers(0, 400))
def test_the_size_of_a_shard_is_that_of_its_body_to_the_byte(texts: list[str], spare: int) -> None:
    vendor = find_vendor("anthropic")({}, "https://example.com")
    items = [
        msgspec.json.encode(vendor.item(Request(wire_id("0" * 20, 0, 0, place), message(text))))
        for place, text in enumerate(texts)
    ]
    around = sum(map(len, inline.frame(vendor.envelope())))
    most = max(map(len, items)) + around + spare
    cutter = Cutter(100, most - around)
    made: list[Cut] = []
    for place, item in enumerate(items):
        made += cutter.add(Member(place, place, len(item)))
    made += cutter.finish()
    for found in made:
        body = b"".join(inline.body(vendor.envelope(), [items[place] for place in found.offsets]))
        assert len(body) == found.size + around <= most
        assert len(msgspec.json.decode(body)["requests"]) == len(found)


def message(text: str) -> dict[str, Any]:
    return {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": text}]}


@given(st.integers(0, 999_999), st.integers(0, 9), st.integers(0, 999_999))
def test_an_id_that_travels_fits_every_vendor_and_has_one_length(shard: int, generation: int, place: int) -> None:
    own = wire_id("0123456789abcdef0123", shard, generation, place)
    assert len(own) == len(wire_id("0123456789abcdef0123", 0, 0, 0)) <= 64
    assert set(own) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert own.split("-") == ["01234567", f"{shard:06d}", str(generation), f"{place:06d}"]


@given(st.integers(0, 999_999), st.integers(0, 9), st.integers(0, 999_999), st.integers(0, 9))
def test_a_token_tells_shard_and_generation(shard: int, generation: int, other: int, later: int) -> None:
    token = token_of("0123456789abcdef0123", shard, generation)
    assert token == f"0123456789abcdef0123-{shard}-{generation}"
    assert (token == token_of("0123456789abcdef0123", other, later)) is ((shard, generation) == (other, later))


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_mark_tells_lines_apart_and_fits_eight_bytes(line: bytes, other: bytes) -> None:
    assert 0 <= mark_of(line) < 2**64
    assert (mark_of(line) == mark_of(other)) is (line == other)
