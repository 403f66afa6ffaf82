r"""Bytes to lines: judged by `bytes.split(b"\n")` whatever the cuts between blocks."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import ContractError
from polybatch.framing import BOM, LineFramer

# Characters that other splitters take for line ends, beside those that matter.
ODD = ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r", "\n", "\r\n", " ", "\t", "\ufeff", "é", "{", "a", ""]
TEXTS = st.lists(st.sampled_from(ODD) | st.text(max_size=3)).map("".join)


def blocks_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({min(cut, len(data)) for cut in cuts})
    return [data[start:stop] for start, stop in zip([0, *places], [*places, len(data)], strict=True)]


def framed(blocks: list[bytes]) -> list[bytes]:
    framer = LineFramer()
    return [line for block in blocks for line in framer.push(block)] + framer.finish()


def reference(data: bytes) -> list[bytes]:
    lines = data.removeprefix(BOM).split(b"\n")
    return [line.strip(b" \t\r") for line in lines if line.strip(b" \t\r")]


@given(TEXTS.map(lambda text: text.encode("utf-8", "replace")), st.lists(st.integers(0, 80)))
@example(BOM + b"\n\xef\xbb\xbfa", [1, 2, 3])
@example("a\u2028b\n".encode(), [2, 3])
@example(b"\xef\xbb", [1])
def test_any_chunking_gives_what_split_gives(data: bytes, cuts: list[int]) -> None:
    assert framed(blocks_of(data, cuts)) == reference(data)


@given(st.binary(), st.lists(st.integers(0, 80)))
def test_bytes_that_are_no_text_are_framed_too(data: bytes, cuts: list[int]) -> None:
    assert framed(blocks_of(data, cuts)) == reference(data)


def test_separators_of_unicode_do_not_end_a_line() -> None:
    line = '{"a":"one\u2028two\u2029three\x85four\x0bfive\rsix"}'.encode()
    assert framed([line + b"\r\n" + line]) == [line, line]


def test_a_line_that_grows_without_end_is_refused() -> None:
    framer = LineFramer(max_line=10)
    assert framer.push(b"0123456789\nabcde") == [b"0123456789"]
    framer.push(b"fghij")
    with pytest.raises(ContractError, match="longer than 10 bytes"):
        framer.push(b"k")


def test_blank_lines_are_no_records() -> None:
    assert framed([b"\n \t\r\n\n{}\n\n"]) == [b"{}"]
    assert framed([]) == []
