"""The body of one create: the fast way over a file gives what the plain way, request by request, gives."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polybatch import BatchClient, InputError, Request, repeats, single, source
from polybatch.framing import BOM
from polybatch.intake import Intake
from polybatch.naming import identified
from polybatch.single import staged
from polybatch.vendor import Vendor
from polybatch.vendors import find_vendor

TURNS = [{"role": "user", "content": "hi\u2028\u00e9"}]
BODY = {"model": "m", "max_tokens": 8, "messages": TURNS}
MEMBER = {"anthropic": "params", "onerouter": "params", "meshapi": "body"}
VENDORS = sorted(MEMBER)


def vendor(name: str) -> Vendor:
    kind = find_vendor(name)
    return kind({}, kind.document.server)


def line(custom_id: Any = "a", body: Any = BODY, member: str = "params", **more: Any) -> bytes:
    return json.dumps({"custom_id": custom_id, member: body, **more}).encode()


def texts(member: str) -> st.SearchStrategy[bytes]:
    """Lines of every sort: usual, unusual, odd, and no requests at all."""
    ids = st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", "\u00e9", "x" * 70, "", "a b"])
    bodies = st.sampled_from([
        BODY, {**BODY, "system": "s"}, {**BODY, "stop_sequences": ["\\", '"custom_id"']}, {**BODY, "model": "n"},
        {**BODY, "colour": "red"}, {**BODY, "max_tokens": 0}, {**BODY, "temperature": 0.5}, {"model": "m"}, [], None,
        {**BODY, "metadata": {"custom_id": "z", "user_id": "u"}}, {**BODY, "messages": [{"role": "user"}]},
    ])  # fmt: skip
    usual = st.builds(lambda name, body: line(name, body, member), ids, bodies)
    compact = usual.map(lambda text: json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False).encode())
    m = member.encode()
    odd = st.sampled_from([
        b"", b"  ", b"\r", BOM + line("o", member=member), line("p", member=member) + b"\r", b" " + line("q"),
        b'{"custom_id":"r","custom_id":"s","%b":{}}' % m, b'{"c\\u0075stom_id":"t","%b":{"custom_id":"u"}}' % m,
        line("v", member=member).replace(b'"custom_id"', b'"custom_\\u0069d"'), line("w", member=member, priority=1),
        line("x", member=member)[:-1] + b', "custom_id": "y"}', line("z", member=member)[:-1] + b', "%b": {}}' % m,
        b"nope", b'{"custom_id":"half","%b":{"model":"\\ud800"}}' % m, b'{"custom_id":"\xff"}', b"[]", b"null", b"5",
        b'{"custom_id":5,"%b":{}}' % m, b'{"custom_id":"nan","%b":{"max_tokens":NaN}}' % m,
    ])  # fmt: skip
    return st.one_of(usual, compact, compact, odd)


def plainly(own: Vendor, path: Path) -> list[Any]:
    """The requests of a file as they travel, decoded. Raises InputError."""
    intake = Intake(own)

    def requests() -> Iterator[Request]:
        for _, number, text in source.lines(path):
            where = f"{path}, line {number}"
            request = intake.read(text, where)
            intake.encode(request, where)
            yield request

    with staged(own, requests(), check=True) as payload:
        return sent(payload)


def quickly(own: Vendor, path: Path) -> list[Any]:
    with staged(own, path, check=True) as payload:
        found = sent(payload)
        assert sent(payload) == found, "it can be sent again"
        return found


def outcome(way: Callable[[Vendor, Path], list[Any]], own: Vendor, path: Path) -> list[Any] | str:
    """The requests of the body, or what is wrong, without the place that the ways name differently."""
    try:
        return way(own, path)
    except InputError as refused:
        words = refused.message.removesuffix(f" in {path}")
        return words if "one model" not in refused.hint else words.partition(": ")[2]


def sent(payload: Any) -> list[Any]:
    body = b"".join(payload)
    assert len(body) == payload.length
    (requests,) = [value for value in json.loads(body, object_pairs_hook=once).values() if isinstance(value, list)]
    return list(requests)


def once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    assert len([name for name, _ in members if name == "custom_id"]) <= 1
    return found


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize(("block", "ending"), [(64, ""), (1 << 18, ""), (64, ".gz")])
def test_a_file_becomes_the_same_body_line_by_line_or_in_blocks(
    name: str, block: int, ending: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own, path = vendor(name), tmp_path_factory.mktemp("input") / f"in.jsonl{ending}"
    packed = gzip.compress if ending else bytes
    usual = line("a", member=MEMBER[name])

    @settings(max_examples=50)
    @given(st.lists(texts(MEMBER[name]), max_size=6), st.booleans())
    @example([usual, usual], True)
    @example([usual, b"", line("b", member=MEMBER[name])], False)
    @example(
        [usual[:-1] + b', "custom_id": "y"}', line("b", member=MEMBER[name]).replace(b'_id"', b'_\\u0069d"')], True
    )
    def agrees(lines: list[bytes], ended: bool) -> None:  # noqa: FBT001
        path.write_bytes(packed(b"\n".join(lines) + (b"\n" if ended else b"")))
        expected, found = outcome(plainly, own, path), outcome(quickly, own, path)
        if "was used before" in str(expected):  # the plain way sees that sooner than another line that is wrong
            assert isinstance(found, str)
        else:
            assert found == expected

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "BLOCK", block)
        agrees()


@given(texts("params"))
def test_a_line_under_another_id_is_the_request_under_that_id(text: bytes) -> None:
    intake = Intake(vendor("anthropic"))
    if (admitted := intake.admitted(text, "abcdefgh-000000-0-000000")) is None:
        assert intake.usual([text], renamed=True) is None
        return
    request = intake.read(source.clean(text), "line 1")
    assert admitted[0] == request.custom_id
    renamed = identified(source.clean(text), "own")
    assert json.loads(renamed, object_pairs_hook=once) == json.loads(
        intake.encode(attrs.evolve(request, custom_id="own"), "")
    )
    assert len(renamed) <= len(text) + len("own") - len(request.custom_id)


class Reading(httpx.BaseTransport):
    """Hands a request on with its body unread, as a connection does."""

    def __init__(self, handle: Callable[[httpx.Request], httpx.Response]) -> None:
        self.handle_request = handle  # type: ignore[method-assign]


def many(count: int) -> Iterator[bytes]:
    return (line(f"row-{index}") + b"\n" for index in range(count))


def test_lines_of_the_usual_form_are_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "BLOCK", 1000)
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(many(50)))
    company = single.Company(vendor("anthropic"), Intake(vendor("anthropic")))
    pieces = list(company.of_file(path))
    assert all(isinstance(piece, single.Stretch) for piece in pieces)
    assert len(pieces) > 3


class TestAnIdThatComesTwice:
    def test_is_named_with_both_places(self, tmp_path: Path) -> None:
        path = tmp_path / "in.jsonl"
        path.write_bytes(b"".join(many(3)) + b"\n" + line("row-1"))
        words = f"{path}, line 5: custom_id 'row-1' was used before, at {path}, line 2"
        with pytest.raises(InputError, match=words), staged(vendor("anthropic"), path, check=True):
            pass

    def test_is_not_taken_for_one_that_only_looks_alike(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(repeats, "hash", lambda _: 7, raising=False)
        path = tmp_path / "in.jsonl"
        path.write_bytes(b"".join(many(3)))
        assert len(quickly(vendor("anthropic"), path)) == 3


class TestAFileThatChangesMeanwhile:
    def test_is_not_sent_to_its_end(self, tmp_path: Path) -> None:
        path = tmp_path / "in.jsonl"
        path.write_bytes(b"".join(many(3)))
        with staged(vendor("anthropic"), path, check=True) as payload:
            chunks = iter(payload)
            next(chunks)
            with path.open("r+b") as file:
                file.write(line("evil"))
            os.utime(path, ns=(1, 1))
            with pytest.raises(InputError, match="was changed while it was sent; no batch was made of it") as refused:
                list(chunks)
        assert refused.value.hint == "try again, with a file that nobody writes to"

    def test_leaves_no_batch_behind(self, tmp_path: Path) -> None:
        """The vendor sees a body that does not end, and the caller an error that says that nothing was made."""
        path = tmp_path / "in.jsonl"
        path.write_bytes(b"".join(many(3)))
        came = list[bytes]()

        def handle(request: httpx.Request) -> httpx.Response:
            for chunk in request.stream:
                came.append(chunk)
                os.utime(path, ns=(1, 1))
            return httpx.Response(200, json={"id": "msgbatch_1", "processing_status": "in_progress"})

        client = BatchClient("anthropic", api_key="key", transport=Reading(handle))
        with client, pytest.raises(InputError, match="no batch was made of it"):
            client.create(path)
        assert b"".join(came).count(b"custom_id") == 3
        assert not b"".join(came).endswith(b"]}")

    def test_or_shrinks(self, tmp_path: Path) -> None:
        path = tmp_path / "in.jsonl"
        path.write_bytes(b"".join(many(3)))
        with staged(vendor("anthropic"), path, check=True) as payload:
            path.write_bytes(b"")
            with pytest.raises(InputError, match="was changed while it was sent"):
                list(payload)

    @pytest.mark.parametrize("gone", [True, False])
    def test_or_is_replaced_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, gone: bool) -> None:
        path, other = tmp_path / "in.jsonl", tmp_path / "other.jsonl"
        path.write_bytes(b"".join(many(3)))
        other.write_bytes(b"".join(many(4)))

        def blocks(of: Path) -> Iterator[source.Block]:
            yield from whole(of)
            path.unlink() if gone else other.replace(path)

        whole = source.blocks
        monkeypatch.setattr(source, "blocks", blocks)
        with (
            pytest.raises(InputError, match="was changed while it was read"),
            staged(vendor("anthropic"), path, check=True),
        ):
            pass


class TestStandardInput:
    """It is read once, so that ids are kept as they come."""

    def stdin(self, monkeypatch: pytest.MonkeyPatch, text: bytes) -> Path:
        class Stdin:
            buffer = io.BytesIO(text)

        monkeypatch.setattr(sys, "stdin", Stdin())
        return Path("-")

    def test_becomes_a_body(self, monkeypatch: pytest.MonkeyPatch) -> None:
        found = quickly(vendor("anthropic"), self.stdin(monkeypatch, b"".join(many(3))))
        assert [item["custom_id"] for item in found] == ["row-0", "row-1", "row-2"]

    def test_with_an_id_that_comes_twice_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        path = self.stdin(monkeypatch, b"".join(many(3)) + b"\n" + line("row-1", priority=1))
        with (
            pytest.raises(InputError, match="-, line 5: custom_id 'row-1' was used before, at -, line 2"),
            staged(vendor("anthropic"), path, check=True),
        ):
            pass
