"""One array of one object, block by block: the same entries as when the whole is read at once, whatever the bytes are.

The references are msgspec for what is JSON, and Python's own decoder, entry by entry, for what is not.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polybatch import ContractError, arrays
from polybatch.arrays import ENTRIES, GUESSES, ArrayReader
from polybatch.reading import PUNCTUATION, parts

NAME = "results"
BLANK = st.sampled_from(["", "", "", " ", "\n", "\t \r\n"])
TEXT = st.text(st.sampled_from('ab"\\{}[],: \n\u2028\u00e9'), max_size=6) | st.sampled_from(
    ["},{", '},{"id":', '"results":[', "\\", '\\"', "]}", 'a"},{"id":"b']
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT | st.just("id"), inner, max_size=3),
    max_leaves=10,
)
ENTRY = JSON | st.fixed_dictionaries({"id": TEXT}, optional={"inner": st.lists(st.fixed_dictionaries({"id": JSON}))})
DEEP = b"[" * 2000 + b"]" * 2000
TORN = st.sampled_from(
    [b'{"id":"\\ud83d"}', b'{"id":nul}', b"-", b'{"id":"\xff"}', b'{"id":01}', b'{"id":[1,]}', b'{"id" 1}', DEEP]
)
SIGNS = [b'"', b"\\", *(bytes([sign]) for sign in b"{}[],: 1"), b'"results"', b'{"id":1}', b'"a"', b"\xff"]


@st.composite
def written(draw: st.DrawFn, value: Any) -> bytes:
    """A value as JSON, with blanks wherever they may stand."""
    if isinstance(value, dict):
        members = [draw(written(name)) + b":" + draw(written(each)) for name, each in value.items()]
        text = b"{" + b",".join(members) + b"}"
    elif isinstance(value, list):
        text = b"[" + b",".join([draw(written(each)) for each in value]) + b"]"
    else:
        text = json.dumps(value, ensure_ascii=draw(st.booleans())).encode("utf-8", "replace")
    return draw(BLANK).encode() + text + draw(BLANK).encode()


@st.composite
def documents(draw: st.DrawFn, *, torn: bool = False) -> tuple[bytes, bytes, list[bytes]]:
    """An object with the array among its members, the same with null for it, and the entries."""
    raw = [draw(written(each)) for each in draw(st.lists(ENTRY, max_size=8))]
    if torn:
        raw += draw(st.lists(TORN, min_size=1, max_size=3))
        raw = draw(st.permutations(raw))
    others = draw(st.dictionaries(TEXT.filter(lambda name: name != NAME), JSON, max_size=3))
    members = [draw(written(name)) + b":" + draw(written(each)) for name, each in others.items()]
    name = draw(st.sampled_from([b'"results"', b' "results"\n', b'"r\\u0065sults"'])) + b":" + draw(BLANK).encode()
    place, after = draw(st.integers(0, len(members))), draw(BLANK).encode()

    def whole(array: bytes) -> bytes:
        return b"\n{" + b",".join([*members[:place], name + array + after, *members[place:]]) + b"} "

    return whole(b"[" + b",".join(raw) + b"]"), whole(b"null"), [entry.strip() for entry in raw]


def blocks(document: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({0, len(document), *(cut % (len(document) + 1) for cut in cuts)})
    for start, end in pairwise(places):
        yield document[start:end]


def read(document: bytes, cuts: list[int] | None = None, **bounds: int) -> tuple[list[bytes], ArrayReader]:
    reader = ArrayReader(NAME, **bounds)
    found = [entry for block in blocks(document, cuts or []) for entry in reader.push(block)]
    return found + reader.finish(), reader


CUTS = st.lists(st.integers(0, 10_000), max_size=12)


@settings(max_examples=25)
@given(documents(), CUTS, st.sampled_from([1, 7, 64, 1000]))
def test_reads_the_entries_that_the_whole_document_has(
    made: tuple[bytes, bytes, list[bytes]], cuts: list[int], step: int
) -> None:
    document, without, entries = made
    found, reader = read(document, cuts, step=step)
    assert found == entries
    array = msgspec.json.decode(document, type=dict[str, msgspec.Raw])[NAME]
    assert found == [bytes(raw) for raw in msgspec.json.decode(array, type=list[msgspec.Raw])]
    assert reader.rest == without.strip()
    assert msgspec.json.decode(reader.before + b"}")[NAME] is None
    assert without.strip().startswith(reader.before)


@settings(max_examples=25)
@given(documents(torn=True), CUTS, st.sampled_from([1, 7, 64, 1000]))
def test_an_entry_that_is_no_json_does_not_cost_the_others(
    made: tuple[bytes, bytes, list[bytes]], cuts: list[int], step: int
) -> None:
    document, without, entries = made
    found, reader = read(document, cuts, step=step)
    assert found == entries
    assert reader.rest == without.strip()


@given(st.lists(st.sampled_from(SIGNS), max_size=25), CUTS)
@example([b"{", b'"results"', b":", b"[", b"]", b"}"], [])
@example([b'"results"', b":", b"[", b'{"id":1}', b",", b'{"id":1}', b"]"], [3])
@example([b'"results"', b":", b":", b"[", b"1", b"]"], [])
def test_whatever_the_bytes_are_the_blocks_do_not_matter(tokens: list[bytes], cuts: list[int]) -> None:
    document = b"{" + b"".join(tokens) + b"}"

    def outcome(cuts: list[int], step: int) -> tuple[list[bytes], bytes] | str:
        try:
            found, reader = read(document, cuts, step=step)
        except ContractError:
            return "refused"
        return found, reader.rest

    whole = outcome([], len(document) + 1)
    assert outcome(cuts, 1) == whole
    assert outcome(list(range(len(document))), 1) == whole
    if not isinstance(whole, str) and whole[0]:
        assert parts(whole[1], b"{")  # what is left is an object still


def test_a_cut_at_every_place() -> None:
    entries = [b'{"id":"},{","n":[{"id":1},{"id":2}]}', b'{"id":"\\\\\\"","u":"\xe2\x80\xa8"}', b'{"id":"\\u2028}"}']
    document = b'{"a":{"results":[0]},\n"results" : [ ' + b" ,\r\n".join(entries) + b' ],"b":[{"id":1},{"id":2}]}'
    for cut in range(len(document)):
        found, reader = read(document, [cut], step=1)
        assert found == entries
        assert reader.rest == b'{"a":{"results":[0]},\n"results" : null,"b":[{"id":1},{"id":2}]}'


@pytest.mark.parametrize(
    "document",
    [
        b"{}",
        b' {"a":1} ',
        b'{"results":null}',
        b'{"results":{"results":[1]}}',
        b'{"results":"[1]"}',
        b'{"a":"results","b":[1]}',
        b'{"\\ud83d":[1]}',
    ],
)
def test_where_there_is_no_such_array_everything_is_the_rest(document: bytes) -> None:
    found, reader = read(document, [2, 5], step=1)
    assert (found, reader.rest, reader.before) == ([], document.strip(), b"")


def test_an_array_without_entries_is_one() -> None:
    found, reader = read(b'{"results":[ ],"a":1}')
    assert (found, reader.rest, reader.before) == ([], b'{"results":null,"a":1}', b'{"results":null')


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "got nothing"),
        (b" \n", "got nothing"),
        (b"<html>", "got <h"),
        (b'\xef\xbb\xbf{"results":[]}', "got \\xfeff"),
        (b'["results"]', 'got ["r'),
        (b'{"results":[{"id":1},{"id"', 'got {"results":null{"id"'),
        (b'{"results":[]', 'got {"results":null'),
        (b'{"results":[]}}', 'got {"results":null}}'),
        (b'{"results":[1]} {"results":[2]}', 'got {"results":null} {"results":[2]}'),
    ],
)
def test_what_is_no_object_or_does_not_end_is_refused(document: bytes, said: str) -> None:
    for step in (1, 1000):
        with pytest.raises(ContractError) as refused:
            read(document, [3, 9], step=step)
        assert refused.value.message.startswith(f"expected a JSON object, {said}")


@pytest.mark.parametrize(
    "document",
    [
        b'{"results":[{"id":1},{"id":"' + b"a" * 500 + b'"}]}',
        b'{"results":[],"a":"' + b"a" * 500 + b'"}',
        b'{"a":"' + b"a" * 500 + b'"}',
        b'{"a":"' + b"a" * 100 + b'","b":"' + b"b" * 100 + b'","c":1}',
        b" " * 500 + b"{}",
    ],
)
def test_what_is_too_long_for_the_memory_is_refused(document: bytes) -> None:
    with pytest.raises(ContractError, match=r"a single piece of the answer is longer than 128 bytes"):
        read(document, list(range(0, len(document), 10)), step=16, longest=128)


def test_an_entry_as_long_as_is_allowed_is_read() -> None:
    long = b'"' + b"a" * 100 + b'"'
    found, _ = read(b'{"results":[' + long + b",1," + long + b"]}", list(range(0, 250, 10)), step=16, longest=128)
    assert found == [long, b"1", long]


@pytest.mark.parametrize(
    "entry",
    [
        b'{"id":"' + b'},{\\"id\\":' * 50 + b'"}',  # a text full of what looks like a cut
        b'{"id":1,"list":[' + b",".join([b'{"id":1}'] * 100) + b"]}",  # entries that hold such as they are
        b'{"id":"' + b"\\ud83d" * 100 + b'"}',  # no JSON for msgspec
        b'{"id":"' + b"\\n" * 500 + b'"}',
        b"1",
        b"[[],{}]",
        b'{"id":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"id":' + b"[" * 1500 + b"]" * 1500 + b"}",  # deeper than msgspec goes
    ],
)
def test_the_work_grows_no_faster_than_the_bytes(monkeypatch: pytest.MonkeyPatch, entry: bytes) -> None:
    work = 0

    class Tokens:
        @staticmethod
        def finditer(data: bytes, at: int) -> Iterator[Any]:
            nonlocal work
            for mark in PUNCTUATION.finditer(data, at):
                yield mark
                work += mark.end() - at
                at = mark.end()

    class Entries:
        @staticmethod
        def decode(data: bytes) -> list[msgspec.Raw]:
            nonlocal work
            work += len(data)
            return ENTRIES.decode(data)

    monkeypatch.setattr(arrays, "PUNCTUATION", Tokens)
    monkeypatch.setattr(arrays, "ENTRIES", Entries)
    entries = [entry] * (40_000 // len(entry))
    document = b'{"results":[' + b",".join(entries) + b'],"more":[' + b",".join(entries) + b"]}"
    found, _ = read(document, list(range(0, len(document), 100)), step=1024)
    assert found == entries
    assert work < (GUESSES + 2) * 2 * len(document)


def test_a_text_of_many_megabytes_needs_no_memory_of_its_own() -> None:
    text = b'"' + b"\\n" * 1_000_000 + b'"'
    tracemalloc.start()
    try:
        mark = PUNCTUATION.match(text)
        assert mark is not None
        assert mark.end() == len(text)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()
