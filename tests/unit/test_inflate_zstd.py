"""zstd, by its own library: any cut between blocks, the end noticed, memory and growth bounded."""

from __future__ import annotations

import sys
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import ContractError, TransportError, inflate
from polybatch.inflate import FREE, MEMORY, SLICE, STEP, ZSTD_RATIO, Inflater, accepted, zstandard
from tests.unit.test_inflate import CUTS, blocks_of, inflated, pieces

zstd = pytest.importorskip("zstandard", reason="needs the zstd extra: pip install -e '.[zstd]'")
LINES = b"".join(b'{"custom_id":"row-%d","n":%d}\n' % (number, number * 7919 % 4001) for number in range(400))


def compressed(data: bytes, level: int = 3, **how: bool) -> bytes:
    return bytes(zstd.ZstdCompressor(level=level, **how).compress(data))


def streamed(parts: list[bytes]) -> bytes:
    """A frame that does not tell its length, as a server that compresses on the way makes it."""
    engine = zstd.ZstdCompressor(write_checksum=True).compressobj()
    return b"".join([*map(engine.compress, parts), engine.flush()])


SKIPPED = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
"""A frame that carries nothing to be read (RFC 8878, 3.1.2)."""


@given(st.binary(), st.integers(-2, 6), st.booleans(), CUTS)
@example(b"", 1, False, [1])
@example(b"x" * 300_000, 1, True, [0, 1, 2])
def test_any_chunking_gives_what_was_compressed(data: bytes, level: int, checked: bool, cuts: list[int]) -> None:  # noqa: FBT001
    assert inflated(blocks_of(compressed(data, level, write_checksum=checked), cuts), "zstd") == data


@given(st.lists(st.binary(), min_size=1, max_size=4), CUTS)
def test_frames_that_were_joined_are_read_to_the_last(parts: list[bytes], cuts: list[int]) -> None:
    joined = SKIPPED.join(map(compressed, parts)) + SKIPPED + streamed(parts)
    assert inflated(blocks_of(joined, cuts), "zstd") == b"".join(parts) * 2


@pytest.mark.parametrize("length", [None, 1, 13], ids=["at once", "byte by byte", "in small blocks"])
def test_f34_a_body_that_ends_early_is_noticed_wherever_it_ends(length: int | None) -> None:
    for whole in (compressed(LINES), streamed([LINES[:3000], LINES[3000:]]), compressed(b""), SKIPPED):
        for end in range(1, len(whole)):
            cuts = list(range(0, end, length)) if length and end < 200 else []
            with pytest.raises(TransportError, match="the compressed answer broke off"):
                inflated(blocks_of(whole[:end], cuts), "zstd")


def test_f34_a_second_frame_that_ends_early_is_noticed_too() -> None:
    first, second = compressed(b"one"), compressed(b"two")
    for end in range(1, len(second)):
        with pytest.raises(TransportError, match="the compressed answer broke off"):
            inflated([first + second[:end]], "zstd")


def test_a_byte_that_is_another_is_noticed_where_it_matters() -> None:
    whole, passed = compressed(LINES, write_checksum=True), 0
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        with suppress(TransportError, ContractError):
            assert inflated([bytes(damaged)], "zstd") == LINES
            passed += 1
    assert passed < 5, "bits of the header that change nothing"


@given(st.binary(min_size=1), CUTS)
def test_any_bytes_are_inflated_or_refused(data: bytes, cuts: list[int]) -> None:
    for blocks in (blocks_of(data, cuts), blocks_of(compressed(b"")[:4] + data, cuts)):
        try:
            inflated(blocks, "zstd")
        except (TransportError, ContractError) as refused:
            assert "the compressed answer" in refused.message or "memory to decompress" in refused.message  # noqa: PT017


def test_it_comes_in_steps_however_much_a_block_holds() -> None:
    sizes = [len(piece) for piece in pieces([compressed(bytes(20 * STEP + 5))], "zstd")]
    assert max(sizes) == STEP
    assert sum(sizes) == 20 * STEP + 5


def test_what_did_not_fit_into_a_step_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "STEP", 64)
    for size in range(1, 600, 7):
        data = LINES[:size] * 3
        for packed in (compressed(data), compressed(data) + compressed(LINES)):
            assert inflated([packed], "zstd") == (data if packed == compressed(data) else data + LINES)


def test_f46_a_bomb_is_given_up_soon_after_what_is_free_and_fills_no_memory() -> None:
    bomb, sizes = compressed(bytes(8 * FREE), 1), list[int]()
    assert len(bomb) < 4 * 16_384, "it comes in one block"
    tracemalloc.start()
    try:
        with pytest.raises(ContractError, match=rf"grows more than {ZSTD_RATIO} times .* bytes became") as refused:
            sizes.extend(map(len, pieces([bomb], "zstd")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert FREE - STEP <= sum(sizes) <= FREE + STEP
    assert peak < 4 * (SLICE // 4) * 128 * 1024, "a slice of it, and what is made of it"
    assert "it is not read on" in refused.value.hint


def test_f46_a_bomb_made_of_many_small_frames_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "FREE", 100_000)
    with pytest.raises(ContractError, match="grows more than"):
        inflated([compressed(bytes(50_000))] * 50, "zstd")


def test_f46_a_frame_that_wants_more_memory_than_the_standard_allows_is_refused() -> None:
    for log, fits in ((23, True), (24, False)):
        how = zstd.ZstdCompressionParameters.from_level(1, window_log=log)
        engine = zstd.ZstdCompressor(compression_params=how).compressobj()
        packed = engine.compress(LINES) + engine.flush()
        assert zstd.get_frame_parameters(packed).window_size == 1 << log
        if fits:
            assert 1 << log == MEMORY
            assert inflated([packed], "zstd") == LINES
            continue
        with pytest.raises(ContractError, match="takes more than 8,388,608 bytes of memory to decompress"):
            inflated([packed], "zstd")


@pytest.mark.parametrize("size", [200, 1_000, 6_000])
def test_result_lines_that_differ_in_their_ids_alone_are_no_bomb(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(inflate, "FREE", 0)
    text = " ".join(f"word{number * 7919 % 1000}" for number in range(size // 8))
    lines = b"".join(
        b'{"custom_id":"run12345-000001-0-%06d","result":{"id":"msg_%024x","text":"%s"}}\n'
        % (number, number * 0x9E3779B97F4A7C15 % (1 << 64), text.encode())
        for number in range(2_000_000 // size)
    )  # fmt: skip
    assert inflated([compressed(lines, 9)], "zstd") == lines


# -- without the library


def test_zstd_is_asked_for_where_it_is_installed() -> None:
    assert accepted() == "zstd, gzip"


def test_without_the_extra_it_is_neither_asked_for_nor_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    zstandard.cache_clear()
    try:
        assert accepted() == "gzip"
        with pytest.raises(ContractError, match="encoded as 'zstd', which was not asked for"):
            Inflater("zstd")
        packed = compressed(b"a refusal")
        assert list(Inflater("zstd", strict=False).push(packed)) == [packed]
    finally:
        zstandard.cache_clear()
