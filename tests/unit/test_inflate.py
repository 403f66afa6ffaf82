"""Content encodings: judged by the standard library's own compression, whatever the cuts between blocks."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import ContractError, TransportError, inflate
from polybatch.inflate import FREE, RATIO, STEP, Incoming, Inflater

WINDOWS = {"gzip": 31, "deflate": 15, "bare": -15}


def compressed(data: bytes, form: str) -> bytes:
    engine = zlib.compressobj(9, wbits=WINDOWS[form])
    return engine.compress(data) + engine.flush()


def blocks_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts})
    return [data[start:stop] for start, stop in zip([0, *places], [*places, len(data)], strict=True)]


def pieces(blocks: list[bytes], encoding: str) -> Iterator[bytes]:
    inflater = Inflater(encoding)
    for block in blocks:
        yield from inflater.push(block)
    inflater.finish()


def inflated(blocks: list[bytes], encoding: str) -> bytes:
    return b"".join(pieces(blocks, encoding))


FORMS = st.sampled_from(["gzip", "deflate", "bare"])
CUTS = st.lists(st.integers(0, 200))


def word(form: str) -> str:
    return "gzip" if form == "gzip" else "deflate"


@given(st.binary(), FORMS, CUTS)
@example(b"", "bare", [1])
@example(b"x" * 5000, "deflate", [0, 1, 2])
def test_any_chunking_gives_what_was_compressed(data: bytes, form: str, cuts: list[int]) -> None:
    assert inflated(blocks_of(compressed(data, form), cuts), word(form)) == data


@given(st.lists(st.binary(), min_size=1, max_size=4), CUTS)
def test_compressed_files_that_were_joined_are_read_to_the_last(parts: list[bytes], cuts: list[int]) -> None:
    joined = b"".join(gzip.compress(part) for part in parts)
    assert inflated(blocks_of(joined, cuts), "gzip") == b"".join(parts)


@given(st.binary(), FORMS, CUTS, st.data())
def test_f34_a_body_that_ends_early_is_noticed(data: bytes, form: str, cuts: list[int], given: st.DataObject) -> None:
    whole = compressed(data, form)
    end = given.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(TransportError, match="the compressed answer broke off"):
        inflated(blocks_of(whole[:end], cuts), word(form))


@given(st.binary(), CUTS)
def test_without_an_encoding_nothing_is_changed(data: bytes, cuts: list[int]) -> None:
    blocks = blocks_of(data, cuts)
    assert list(pieces(blocks, "identity")) == [block for block in blocks if block], "b'' would be the end"


@given(st.binary(min_size=1), st.sampled_from(["gzip", "deflate"]), CUTS)
def test_any_bytes_are_inflated_or_refused(data: bytes, encoding: str, cuts: list[int]) -> None:
    with suppress(TransportError):
        inflated(blocks_of(data, cuts), encoding)


def test_a_body_without_a_byte_is_empty_whatever_its_encoding() -> None:
    assert [inflated([], encoding) for encoding in ("gzip", "deflate", "identity")] == [b"", b"", b""]


def test_it_comes_in_steps_however_much_a_block_holds() -> None:
    data = compressed(bytes(20 * STEP + 5), "gzip")
    sizes = [len(piece) for piece in pieces([data], "gzip")]
    assert max(sizes) == STEP
    assert sum(sizes) == 20 * STEP + 5


@pytest.mark.parametrize("form", WINDOWS)
def test_what_did_not_fit_into_a_step_is_not_forgotten(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    monkeypatch.setattr(inflate, "STEP", 64)
    for size in range(1, 600):
        assert inflated([compressed(bytes(size), form)], word(form)) == bytes(size)


def test_f46_a_bomb_is_given_up_soon_after_what_is_free() -> None:
    part = gzip.compress(bytes(FREE // 2), 1)
    bomb, sizes = part * 3, list[int]()
    blocks = [bomb[start : start + 65536] for start in range(0, len(bomb), 65536)]
    with pytest.raises(ContractError, match=rf"grows more than {RATIO} times .* bytes became") as refused:
        sizes.extend(map(len, pieces(blocks, "gzip")))
    assert FREE - STEP <= sum(sizes) <= FREE + STEP
    assert max(sizes) <= STEP
    assert "it is not read on" in refused.value.hint


def test_f46_a_bomb_made_of_many_small_parts_is_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inflate, "FREE", 100_000)
    with pytest.raises(ContractError, match="grows more than"):
        inflated([gzip.compress(bytes(50_000))] * 50, "gzip")


@pytest.mark.parametrize("size", [200, 1_000, 6_000])
def test_result_lines_that_differ_in_their_ids_alone_are_no_bomb(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(inflate, "FREE", 0)
    text = " ".join(f"word{number * 7919 % 1000}" for number in range(size // 8))
    lines = b"".join(
        b'{"custom_id":"run12345-000001-0-%06d","result":{"id":"msg_%024x","text":"%s"}}\n'
        % (number, number * 0x9E3779B97F4A7C15 % (1 << 64), text.encode())
        for number in range(2_000_000 // size)
    )  # fmt: skip
    assert inflated([compressed(lines, "gzip")], "gzip") == lines


@pytest.mark.parametrize("encoding", ["br", "compress", "gzip, gzip", "gzip;q=1", "x", "zstd, gzip"])
def test_an_unknown_encoding_is_refused_or_left_as_it_is(encoding: str) -> None:
    with pytest.raises(ContractError, match="which was not asked for"):
        Inflater(encoding)
    lenient = Inflater(encoding, strict=False)
    assert list(lenient.push(b"\x00\x01")) == [b"\x00\x01"]
    lenient.finish()


@pytest.mark.parametrize("encoding", [" gzip ", "GZip", "x-gzip"])
def test_encodings_are_words_in_any_case(encoding: str) -> None:
    assert inflated([gzip.compress(b"a")], encoding) == b"a"


@given(st.lists(st.sampled_from([b"sk-CANARY", b"sk-", b"CANARY", b"s", b"k", b"-", b"text ", b"sk-CANAR"])), st.data())
def test_a_key_is_masked_wherever_the_blocks_end(words: list[bytes], data: st.DataObject) -> None:
    body, key = b"".join(words), b"sk-CANARY"
    incoming, found = Incoming("", [key], strict=True), list[bytes]()
    start = 0
    while start < len(body):
        end = data.draw(st.integers(start + 1, len(body)))
        found.extend(incoming.push(body[start:end]))
        start = end
    found.extend(incoming.finish())
    assert b"".join(found) == body.replace(key, b"***")
    assert all(found)
