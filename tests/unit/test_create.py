"""`client.create`: bad input is refused with place and reason and nothing is sent; what is sent is sent once."""

from __future__ import annotations

import gzip
import json
import math
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from polybatch import (
    AuthError,
    BatchClient,
    BatchStatus,
    InputError,
    RateLimited,
    Request,
    TransportError,
    UnknownOutcome,
    VendorError,
)
from polybatch_sandbox import Sandbox
from tests.conftest import Clock, Connect, Desk, always, batch_document, reply, scripted

BODY = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
GOOD = json.dumps({"custom_id": "a", "params": BODY}).encode()
NEWER, OLDER = "2026-10-21", "2023-06-01"


def line(custom_id: Any = "a", **changes: Any) -> bytes:
    return json.dumps({"custom_id": custom_id, "params": {**BODY, **changes}}).encode()


def refusal(connect: Connect, requests: Any, *, options: Any = None, **settings: Any) -> str:
    """What the error says; nothing may have been sent."""
    desk = scripted()
    with pytest.raises(InputError) as refused:
        connect(desk, **settings).create(requests, options=options)
    assert desk.requests == []
    assert not refused.value.transient
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (GOOD + b"\n{nope\n", "line 2: not JSON: JSON is malformed"),
        (GOOD + b'\n\n{"custom_id":"b"', "line 3: not JSON: Input data was truncated"),
        (b'{"custom_id":"\xff"}', "line 1: not JSON: invalid UTF-8 at byte 14"),
        (GOOD.decode().encode("utf-16"), "line 1: not JSON: invalid UTF-8 at byte 0"),
        (GOOD.replace(b"8", b"NaN"), "line 1: not JSON: .*NaN and Infinity are not JSON"),
        (GOOD.replace(b"8", b"-Infinity"), "line 1: not JSON: .*NaN and Infinity are not JSON"),
        (GOOD.replace(b"hi", b"\\ud83d"), "line 1: not JSON"),
        (b"[]", "line 1: expected a JSON object, got "),
        (b"5", "line 1: expected a JSON object, got 5"),
        (b'"custom_id"', "line 1: expected a JSON object, got "),
        (b"null", "line 1: expected a JSON object, got null"),
        (b'{"params":{}}', "line 1: custom_id is missing .every request needs a custom_id of its own"),
        (line(""), "line 1: custom_id is empty"),
        (line(7), "line 1: .*custom_id"),
        (GOOD + b"\n" + line("b") + b"\n\n" + GOOD, "line 4: custom_id 'a' was used before, at .*line 1"),
        (
            b'{"custom_id":"a","prompt":"hi"}',
            "line 1: request 'a' has no body .a request to Anthropic needs custom_id, params",
        ),
        (b"", "no requests in .*in.jsonl.*a batch needs at least one"),
        (b"\n \r\n\t\n", "no requests in "),
        (b"\xef\xbb\xbf", "no requests in "),
    ],
)
def test_a_file_that_is_wrong(connect: Connect, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(content)
    said = refusal(connect, path)
    assert str(path) in said
    assert re.search(words, said), said


def test_files_that_cannot_be_read(connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = tmp_path / "none.jsonl"
    assert f"cannot read {missing}: No such file" in refusal(connect, str(missing))
    assert f"cannot read {tmp_path}: Is a directory" in refusal(connect, tmp_path)
    packed = tmp_path / "in.jsonl.gz"
    packed.write_bytes(gzip.compress(GOOD * 100)[:-9])
    said = refusal(connect, packed)
    assert str(packed) in said
    assert "is the file complete?" in said
    monkeypatch.setitem(sys.modules, "zstandard", None)
    other = tmp_path / "in.jsonl.zst"
    other.write_bytes(b"\x28\xb5\x2f\xfd")
    assert f"{other}: reading .zst needs the extra zstd (pip install 'polybatch[zstd]')" in refusal(connect, other)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_tokens": None}, "params.max_tokens: null is not of type"),
        ({"max_tokens": "8"}, 'params.max_tokens: "8" is not of type "integer"'),
        ({"max_tokens": 0}, "params.max_tokens: 0 is less than the minimum of 1"),
        ({"messages": "hi"}, "params.messages: "),
        ({"stream": True}, "params.stream: false was expected"),
        ({"temperature": 1}, f"params.temperature: is not accepted with version {NEWER}"),
        ({"top_p": 0.5}, f"params.top_p: is not accepted with version {NEWER}"),
        ({"top_k": 5}, f"params.top_k: is not accepted with version {NEWER}"),
        ({"x": math.nan}, "params.x is NaN or infinite"),
        ({"x": [{"y": math.inf}]}, "params.x[0].y is NaN or infinite"),
        ({"x": "\ud800"}, "cannot be written as JSON"),
        ({"x": 2**70}, "params.x is an integer of more than 64 bits"),
    ],
)
def test_an_item_that_the_vendor_refuses(connect: Connect, changes: dict[str, Any], words: str) -> None:
    said = refusal(connect, [Request("ok", BODY), Request("a", {**BODY, **changes})])
    assert said.startswith("request 1 (a): ")
    assert words in said


def test_an_item_without_max_tokens(connect: Connect, tmp_path: Path) -> None:
    body = {name: value for name, value in BODY.items() if name != "max_tokens"}
    said = refusal(connect, [Request("a", body)])
    assert 'request 0 (a): params: "max_tokens" is a required property' in said
    assert "the Anthropic document forbids it" in said
    path = tmp_path / "in.jsonl"
    path.write_bytes(GOOD + b"\n" + json.dumps({"custom_id": "b", "params": body}).encode())
    assert f'{path}, line 2: params: "max_tokens" is a required property' in refusal(connect, path)


def test_a_request_without_a_model(connect: Connect) -> None:
    said = refusal(connect, [Request.chat("a", "hello", max_tokens=5)])
    assert said == 'request 0 (a): no model (name it in each request: Request.chat(…, model="M"))'


@pytest.mark.parametrize("custom_id", ["", "row 1", "a" * 65, "é", "a.b", "a\n"])
def test_a_custom_id_outside_the_pattern(connect: Connect, custom_id: str) -> None:
    said = refusal(connect, [Request(custom_id, BODY)])
    assert "custom_id: " in said


def test_a_custom_id_used_twice_names_both_places(connect: Connect) -> None:
    said = refusal(connect, [Request("a", BODY), Request("b", BODY), Request("a", BODY)])
    assert "request 2 (a): custom_id 'a' was used before, at request 0 (a) (every request needs one of its own)" in said


@pytest.mark.parametrize("requests", [[], (), iter(()), {}])
def test_no_requests(connect: Connect, requests: Any) -> None:
    assert refusal(connect, requests) == "there are no requests (a batch needs at least one)"


@pytest.mark.parametrize(
    ("requests", "words"),
    [
        ([{"custom_id": "a"}], "request 0: expected a polybatch.Request, got dict"),
        ([Request("a", BODY), None], "request 1: expected a polybatch.Request, got NoneType"),
        (Request("a", BODY), "expected an iterable of Request or a path, got Request"),
        (None, "expected an iterable of Request or a path, got NoneType"),
        (b"in.jsonl", "got "),
    ],
)
def test_what_are_no_requests(connect: Connect, requests: Any, words: str) -> None:
    assert words in refusal(connect, requests)


def test_limits_of_one_batch_name_what_goes_beyond_them(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(**limits: Any) -> Connect:
        def make(transport: httpx.BaseTransport | None = None, **settings: Any) -> BatchClient:
            client = connect(transport, **settings)
            profile = client.vendor.profile
            changed = attrs.evolve(profile, limits=attrs.evolve(profile.limits, **limits))
            monkeypatch.setattr(type(client.vendor), "profile", changed)
            return client

        return make

    three = [Request(name, BODY) for name in "abc"]
    said = refusal(limited(max_items=2), three)
    assert "Anthropic: one batch holds 2 requests at most" in said
    assert "run()" in said
    said = refusal(limited(max_items=100, max_bytes=250), three)
    assert "Anthropic: one batch has 250 bytes at most" in said
    assert "run()" in said
    said = refusal(limited(max_bytes=5_000), [Request("a", {**BODY, "system": "x" * 6_000})])
    assert "request 0 (a): the request has 6," in said


def test_an_error_of_the_iterable_goes_through_and_nothing_is_sent(connect: Connect) -> None:
    def broken() -> Iterator[Request]:
        yield Request("a", BODY)
        raise LookupError("own")

    desk = scripted()
    with pytest.raises(LookupError, match="own"):
        connect(desk).create(broken())
    assert desk.requests == []


# -- what is sent


def test_the_older_version_takes_what_the_newer_one_refuses(connect: Connect) -> None:
    requests = [Request("a", {**BODY, "temperature": 1, "top_p": 0.5, "top_k": 5})]
    desk = scripted(reply(batch_document()), reply(batch_document()))
    assert connect(desk, options={"version": OLDER}).create(requests).id == "msgbatch_01"
    assert connect(desk).create(requests, options={"version": OLDER}).id == "msgbatch_01"
    assert [request.headers["anthropic-version"] for request in desk.requests] == [OLDER, OLDER]
    assert NEWER in refusal(connect, requests, options={"version": NEWER})


def test_what_the_vendor_may_know_by_now_is_sent_with_one_warning(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    new = {**BODY, "service_tier": "tomorrow", "new_field": 1, "tool_choice": {"type": "dice"}}
    desk = scripted(reply(batch_document()))
    connect(desk).create([Request(name, new) for name in "abc"])
    assert [item["params"] for item in json.loads(desk.requests[0].content)["requests"]] == [new] * 3
    warnings = [record.getMessage() for record in caplog.records if record.name == "polybatch"]
    assert len(warnings) == 1
    assert "request 0 (a)" in warnings[0]
    assert "not in the vendor's document" in warnings[0]


def test_check_can_be_switched_off_for_what_only_the_document_forbids(connect: Connect) -> None:
    desk = scripted(reply(batch_document()))
    connect(desk).create([Request("row 1", {"stream": True})], check=False)
    assert json.loads(desk.requests[0].content) == {"requests": [{"custom_id": "row 1", "params": {"stream": True}}]}
    for requests in ([Request("a", {"x": math.nan})], [Request("a", {}), Request("a", {})], []):
        with pytest.raises(InputError):
            connect(scripted()).create(requests, check=False)


def test_a_file_is_sent_as_it_stands(connect: Connect, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + GOOD + b"\r\n\n" + line("b", system="é\u2028") + b"\n"))
    desk = scripted(reply(batch_document()))
    connect(desk).create(str(path))
    (request,) = desk.requests
    assert json.loads(request.content) == {
        "requests": [{"custom_id": "a", "params": BODY}, {"custom_id": "b", "params": {**BODY, "system": "é\u2028"}}]
    }
    assert request.headers["content-type"] == "application/json"


def test_a_large_body_is_streamed_with_its_length(connect: Connect) -> None:
    pieces: list[int] = []

    class Counting(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.SyncByteStream)
            return self.answer(request, list(request.stream))

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            return self.answer(request, [piece async for piece in request.stream])

        def answer(self, request: httpx.Request, body: list[bytes]) -> httpx.Response:
            whole = b"".join(body)
            assert request.headers["content-length"] == str(len(whole))
            assert "transfer-encoding" not in request.headers
            assert json.loads(whole)["requests"] == [
                {"custom_id": f"r{number}", "params": {**BODY, "system": text}} for number in range(10)
            ]
            pieces.extend(map(len, body))
            return reply(batch_document())

    text = "x" * 1_000_000
    requests = (Request(f"r{number}", {**BODY, "system": text}) for number in range(10))
    assert connect(Counting()).create(requests).status is BatchStatus.IN_PROGRESS
    assert sum(pieces) > 10_000_000
    assert max(pieces) <= 1 << 20


# -- sent once


UNREADABLE = [
    b"",
    b"<html>Welcome</html>",
    b'{"id":"msgbatch_0',
    b"[]",
    b'{"hello":"world"}',
    b'{"id":null}',
    b'{"id":""}',
]


@pytest.mark.parametrize("content", UNREADABLE)
@pytest.mark.parametrize("status", [200, 201, 202])
def test_a_success_that_names_no_batch_is_an_unknown_outcome(connect: Connect, status: int, content: bytes) -> None:
    desk = always(status, content)
    with pytest.raises(UnknownOutcome, match=f"answered with HTTP {status}, but the batch cannot be read") as unknown:
        connect(desk).create([Request("a", BODY)])
    assert unknown.value.raw == content
    assert "before creating it again" in unknown.value.hint
    assert not unknown.value.transient
    assert len(desk.requests) == 1


@pytest.mark.parametrize("status", [302, 307, 408, 409, 425, 500, 502, 503, 504, 520, 522, 524, 529])
def test_an_answer_that_proves_nothing_is_an_unknown_outcome(connect: Connect, clock: Clock, status: int) -> None:
    desk = always(status, b"oops", retry_after="1", x_should_retry="true", location="https://evil.example/")
    with pytest.raises(
        UnknownOutcome, match=f"HTTP {status}, which does not say whether the batch was made"
    ) as unknown:
        connect(desk).create([Request("a", BODY)])
    assert unknown.value.raw == b"oops"
    assert len(desk.requests) == 1
    assert clock.naps == []


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout("slow"), httpx.WriteError("pipe"), httpx.RemoteProtocolError("Server disconnected")]
)
def test_a_lost_reply_is_an_unknown_outcome(connect: Connect, clock: Clock, lost: Exception) -> None:
    desk = scripted(lost)
    with pytest.raises(UnknownOutcome, match=r"the create was sent and its reply was lost: .*broke") as unknown:
        connect(desk).create([Request("a", BODY)])
    assert isinstance(unknown.value, TransportError)
    assert len(desk.requests) == 1
    assert clock.naps == []


@pytest.mark.parametrize("word", ["drop_after", "status_after:500", "cut:20", "html", "empty", "status_after:529"])
def test_the_vendor_has_one_batch_when_the_reply_was_lost(
    sandboxed: Callable[..., BatchClient], sandbox: Sandbox, word: str
) -> None:
    sandbox.faults.script("anthropic", "create", [word])
    with pytest.raises(UnknownOutcome):
        sandboxed().create([Request("a", BODY)])
    assert [batch["items"] for batch in sandbox.ledger(requests=False)["anthropic"]] == [1]


def test_a_host_that_was_never_reached_is_tried_again(connect: Connect, clock: Clock) -> None:
    refused = httpx.ConnectError("[Errno 111] Connection refused")
    desk = scripted(refused, httpx.ConnectTimeout("timed out"), reply(batch_document()))
    assert connect(desk).create([Request("a", BODY)]).id == "msgbatch_01"
    assert clock.naps == [0.5, 1.0]
    bodies = {request.content for request in desk.requests}
    assert len(bodies) == 1
    assert json.loads(bodies.pop())["requests"][0]["custom_id"] == "a"


def test_a_host_that_is_never_reached_is_no_unknown_outcome(connect: Connect) -> None:
    desk = Desk(lambda _: (_ for _ in ()).throw(httpx.ConnectError("[Errno -2] Name or service not known")))
    with pytest.raises(TransportError, match=r"api.anthropic.com cannot be reached: .*not known") as lost:
        connect(desk).create([Request("a", BODY)])
    assert not isinstance(lost.value, UnknownOutcome)
    assert lost.value.transient
    assert "check the base URL" in str(lost.value)
    assert len(desk.requests) == 5


@pytest.mark.parametrize(
    ("status", "kind", "word"),
    [
        (400, VendorError, "invalid_request_error"),
        (401, AuthError, "authentication_error"),
        (402, VendorError, "billing_error"),
        (403, AuthError, "permission_error"),
        (413, VendorError, "request_too_large"),
        (429, RateLimited, "rate_limit_error"),
    ],
)
def test_a_refusal_is_the_vendors_error_and_is_not_sent_again(
    connect: Connect, clock: Clock, status: int, kind: type[VendorError], word: str
) -> None:
    envelope = {"type": "error", "error": {"type": word, "message": "no"}, "request_id": "req_1"}
    desk = scripted(reply(envelope, status, retry_after="9"))
    with pytest.raises(kind, match=rf"HTTP {status} {word}: no \[request req_1\]") as refused:
        connect(desk).create([Request("a", BODY)])
    assert (refused.value.status, refused.value.code, refused.value.message) == (status, word, "no")
    assert (refused.value.request_id, refused.value.retry_after) == ("req_1", 9.0)
    assert json.loads(refused.value.raw) == envelope
    assert clock.naps == []


def test_a_refusal_in_html_says_so(connect: Connect) -> None:
    page = "<html><title>413 Payload Too Large</title></html>"
    desk = always(413, page, content_type="text/html")
    with pytest.raises(VendorError, match="HTTP 413: the answer is a web page, not the vendor's JSON"):
        connect(desk).create([Request("a", BODY)])


def test_a_batch_with_nothing_but_an_id_is_a_batch(connect: Connect) -> None:
    batch = connect(scripted(reply({"id": "msgbatch_9"}))).create([Request("a", BODY)])
    assert (batch.id, batch.status, batch.created_at) == ("msgbatch_9", BatchStatus.UNKNOWN, None)
    assert batch.warnings


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi", "onerouter"])
@pytest.mark.parametrize("content", ["", "<html>", "[]", '{"hello":"world"}', '{"id":""}', '{"id":null}'])
def test_no_vendor_takes_a_success_without_an_id_for_a_batch(connect: Connect, vendor: str, content: str) -> None:
    desk = always(200, content)
    with pytest.raises(UnknownOutcome, match="but the batch cannot be read"):
        connect(desk, vendor=vendor).create([Request("a", {**BODY, "agent_id": "agent-1"})], check=False)
    assert len(desk.requests) == 1
