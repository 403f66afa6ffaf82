"""Results that come in one document: a long one is streamed, and nobody can tell but by the memory.

MeshAPI's batch with its results in it, and Letta's list of messages (facts/seed-vendors.md §4.2, §3.3).
"""

from __future__ import annotations

import json
import logging
import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any, Protocol

import httpx
import pytest

from polybatch import BatchClient, ContractError, NotReady, TransportError, grouping
from polybatch.contract.judging import Judge
from polybatch.contract.probing import check
from polybatch.dialects.inline import WHOLE
from polybatch.flow import Exchange, Flow, Read, Reply
from polybatch.grouping import Grouping
from polybatch.model import Batch, BatchStatus, Outcome
from polybatch.vendor import Mark
from polybatch.vendors import find_vendor
from tests.conftest import CANARY, Clock, Connect, Desk, Drive, Pieces, scripted

CUT = httpx.RemoteProtocolError("peer closed connection")
MANY = 700
"""Results of more than two kilobytes, so that all of them are more than is kept whole."""


def line(custom_id: str, **body: Any) -> bytes:
    text = '"quoted", },{"custom_id": and \u2028 ' * 50
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    response = {"status_code": 200, "body": {"choices": [choice, {**choice, "index": 1}], **body}}
    return json.dumps({"custom_id": custom_id, "response": response, "error": None}, ensure_ascii=False).encode()


LINES = [line(f"row-{number}") for number in range(MANY)]
HEAD: dict[str, Any] = {
    "id": "b1", "object": "batch", "status": "completed", "created_at": 1793610000, "completed_at": 1793613600,
    "request_counts": {"total": MANY, "completed": MANY, "failed": 0}, "metadata": {"job": "nightly"},
}  # fmt: skip


def document(before: dict[str, Any], lines: Sequence[bytes] = LINES, **after: Any) -> bytes:
    head, tail = json.dumps(before)[:-1].encode(), json.dumps({"object": "batch", **after})[1:].encode()
    return head + b', "results" : [\n' + b" ,\n".join(lines) + b"\n], " + tail


def pieces(content: bytes, size: int = 50_000) -> list[bytes | Exception]:
    return [content[start : start + size] for start in range(0, len(content), size)]


def answer(content: bytes, *, size: int = 50_000, upto: int | None = None) -> httpx.Response:
    """A reply in pieces, which breaks off after `upto` bytes."""
    stream = pieces(content, size) if upto is None else [*pieces(content[:upto], size), CUT]
    return httpx.Response(200, headers={"Content-Type": "application/json"}, stream=Pieces(stream))


class Ask(Protocol):
    def __call__(self, *contents: bytes | httpx.Response, vendor: str = ...) -> BatchClient: ...


@pytest.fixture
def asked(clock: Clock) -> Iterator[Ask]:
    """Makes a client that gets these replies."""
    with ExitStack() as stack:

        def make(*contents: bytes | httpx.Response, vendor: str = "meshapi") -> BatchClient:
            transport = scripted(*(each if isinstance(each, httpx.Response) else answer(each) for each in contents))
            client = BatchClient(vendor, api_key=CANARY, transport=transport, timer=clock.timer())
            return stack.enter_context(client)

        yield make


# -- what the driver does


@pytest.mark.parametrize("size", [1, 9, 10, 11, 100])
def test_the_head_of_a_long_reply_comes_with_it_and_the_rest_is_read(drive: Drive, size: int) -> None:
    def flow() -> Flow[tuple[bytes, bytes, bool]]:
        asked = Exchange("get_batch", {"method": "GET", "url": "/v1/x"}, head=20)
        reply: Reply = yield asked
        rest = b""
        while block := (yield Read()):
            rest += block
        return reply.content, rest, asked.begun(reply)

    content = bytes(range(60))
    _, (head, rest, begun) = drive(flow(), scripted(answer(content, size=size)))
    assert head + rest == content
    assert begun
    assert 20 <= len(head) < 20 + size
    _, (head, rest, begun) = drive(flow(), scripted(answer(content[:19], size=size)))
    assert (head, rest, begun) == (content[:19], b"", False)


def test_a_refusal_has_no_head(drive: Drive) -> None:
    def flow() -> Flow[tuple[bytes, bool]]:
        asked = Exchange("get_batch", {"method": "GET", "url": "/v1/x"}, head=2)
        reply: Reply = yield asked
        return reply.content, asked.begun(reply)

    _, found = drive(flow(), scripted(httpx.Response(404, content=b"nothing here")))
    assert found == (b"nothing here", False)


def test_a_body_that_was_not_read_to_its_end_is_closed_by_the_next_call(drive: Drive) -> None:
    def flow() -> Flow[bytes]:
        asked = Exchange("get_batch", {"method": "GET", "url": "/v1/x"}, head=2)
        yield asked
        reply: Reply = yield asked
        return reply.content

    first, second = Pieces([b"one", b"two"]), Pieces([b"three"])
    _, content = drive(flow(), scripted(httpx.Response(200, stream=first), httpx.Response(200, stream=second)))
    assert content == b"three"
    assert first.closed
    assert second.closed


# -- MeshAPI


@pytest.mark.parametrize("size", [333, 65_536, 10**9])
def test_the_results_are_those_of_the_whole_document(connect: Connect, size: int) -> None:
    content = document(HEAD, errors_detail=[])
    with_all = [bytes(each) for each in LINES]
    found = list(connect(scripted(answer(content, size=size)), vendor="meshapi").results("b1"))
    assert [result.raw for result in found] == with_all
    assert [result.custom_id for result in found] == [f"row-{number}" for number in range(MANY)]
    assert {result.outcome for result in found} == {Outcome.SUCCEEDED}
    assert len(content) > WHOLE


def test_a_long_batch_is_kept_without_its_results(asked: Ask) -> None:
    batch = asked(document(HEAD, errors_detail=[{"message": "odd"}])).get("b1")
    assert json.loads(batch.raw) == {**HEAD, "results": None, "errors_detail": [{"message": "odd"}]}
    assert (batch.id, batch.status, batch.counts.succeeded, batch.warnings) == ("b1", BatchStatus.COMPLETED, MANY, ())


def test_a_short_one_is_kept_as_it_came(asked: Ask) -> None:
    content = document(HEAD, LINES[:5])
    assert asked(content).get("b1").raw == content


def test_a_batch_that_goes_on_hands_out_nothing(connect: Connect) -> None:
    stream = Pieces(pieces(document({**HEAD, "status": "in_progress"})))
    with pytest.raises(NotReady, match="batch b1 is in_progress"):
        next(iter(connect(scripted(httpx.Response(200, stream=stream)), vendor="meshapi").results("b1")))
    assert stream.closed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"id": "b1"}, {"status": "in_progress"}),
        ({"status": "completed"}, {"id": "b1", "status": "in_progress"}),
        ({}, {"id": "b1"}),
    ],
)
def test_what_is_said_after_the_results_counts_too(asked: Ask, before: dict[str, Any], after: dict[str, Any]) -> None:
    results = iter(asked(document(before, **after)).results("b1"))
    assert next(results).custom_id == "row-0"
    with pytest.raises(NotReady):
        list(results)


ERRORS = [
    {"custom_id": "row-3", "error": {"code": "late"}},
    {"custom_id": "row-x", "error": {"code": "upstream_error", "message": "gone"}},
    {"message": "the provider was slow"},
]


@pytest.mark.parametrize("place", ["before", "after"])
def test_errors_told_apart_are_results_unless_there_is_one(
    asked: Ask, caplog: pytest.LogCaptureFixture, place: str
) -> None:
    told = {"before": document({**HEAD, "errors_detail": ERRORS}), "after": document(HEAD, errors_detail=ERRORS)}
    with caplog.at_level(logging.WARNING):
        found = list(asked(told[place]).results("b1"))
    assert [result.custom_id for result in found[MANY:]] == ["row-x"]
    assert found[-1].error is not None
    assert found[-1].error["code"] == "upstream_error"
    assert 'batch b1: {"message": "the provider was slow"}' in caplog.text


def test_an_entry_that_is_no_json_is_told_and_costs_no_other(asked: Ask) -> None:
    torn = [*LINES[:300], b'{"custom_id":"row-300","response":nul}', *LINES[301:]]
    torn[310] = LINES[310].replace(b"and", b"\\ud83d")
    results, found = asked(document(HEAD, torn)).results("b1"), list[str]()
    with pytest.raises(ContractError, match="batch b1: 1 results cannot be read, the first: expected a JSON object"):
        found.extend(result.custom_id for result in results)
    assert found == [f"row-{number}" for number in range(MANY) if number != 300]


def test_a_download_that_breaks_off_says_so_once_something_was_handed_out(asked: Ask) -> None:
    results = iter(asked(answer(document(HEAD), upto=WHOLE + 200_000)).results("b1"))
    assert next(results).custom_id == "row-0"
    with pytest.raises(TransportError):
        list(results)


def test_a_download_that_breaks_off_before_that_is_repeated(asked: Ask) -> None:
    content = document(HEAD)
    assert len(list(asked(answer(content, upto=WHOLE // 2), content).results("b1"))) == MANY


def test_a_look_that_breaks_off_is_repeated(asked: Ask, clock: Clock) -> None:
    content = document(HEAD)
    batch = asked(answer(content, upto=WHOLE + 200_000), answer(content, upto=10), answer(content)).get("b1")
    assert batch.status is BatchStatus.COMPLETED
    assert clock.naps == [0.5, 0.5]


def test_a_look_that_breaks_off_for_ever_is_given_up(asked: Ask, clock: Clock) -> None:
    with pytest.raises(TransportError):
        asked(*(answer(document(HEAD), upto=WHOLE + 200_000) for _ in range(5))).get("b1")
    assert clock.naps == [0.5, 1, 2, 4]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (document(HEAD)[:-1], "expected a JSON object"),
        (document(HEAD) + b"}", "expected a JSON object"),
        (b"[" + document(HEAD) + b"]", "expected a JSON object"),
        (document({}), "expected a batch"),
    ],
)
def test_what_is_no_batch_is_refused_whatever_its_length(asked: Ask, content: bytes, said: str) -> None:
    with pytest.raises(ContractError, match=said):
        asked(content).get("b1")
    with pytest.raises(ContractError, match=said):
        list(asked(content).results("b1"))


def test_a_long_batch_without_results_has_them_in_a_file(asked: Ask) -> None:
    long = {**HEAD, "metadata": {"note": "x" * WHOLE}, "request_counts": {"total": 2}}
    content = json.dumps({**long, "results": None, "output_file_id": "file-1"}).encode()
    found = list(asked(content, b"\n".join(LINES[:2])).results("b1"))
    assert [result.raw for result in found] == LINES[:2]


TOKEN, PREFIX = "0123456789abcdef0123-3-0", "01234567-000003-0-"
OURS, OTHER = line(f"{PREFIX}000001"), line("01234567-000004-0-000001")


@pytest.mark.parametrize(
    ("lines", "after", "verdict"),
    [
        ([*LINES, OURS], {}, True),
        ([*LINES, OTHER], {}, False),
        (LINES, {"metadata": {"polybatch": TOKEN}}, True),
        ([*LINES, OURS], {"metadata": {"polybatch": "other"}}, False),
        ([b'{"note":"' + b"x" * 2_000 + b'"}'] * MANY, {}, None),
        ([b'{"note":"' + b"x" * 2_000 + b'"}'] * MANY, {"request_counts": {"total": 3}}, False),
        ([b'{"note":"' + b"x" * 2_000 + b'"}'] * MANY, {"errors_detail": [{"custom_id": f"{PREFIX}000000"}]}, True),
    ],
)
def test_whose_a_long_batch_is(drive: Drive, lines: list[bytes], after: dict[str, Any], verdict: object) -> None:
    kind = find_vendor("meshapi")
    content = document({"id": "b1", "status": "completed"}, lines, **after)
    flow = kind({}, kind.document.server).recognise(
        Batch("b1", "meshapi", BatchStatus.COMPLETED), Mark(TOKEN, PREFIX, MANY)
    )
    assert drive(flow, scripted(answer(content)), base_url=kind.document.server) == ([], verdict)


def test_the_contract_is_checked_on_each_result_of_a_long_batch(drive: Drive) -> None:
    kind = find_vendor("meshapi")
    odd = [*LINES[:-1], LINES[-1].replace(b'{"custom_id"', b'{"novelty":1,"custom_id"')]
    replies = [
        answer(b'{"object":"list","data":[],"has_more":false}'),
        *(answer(document(HEAD, odd)) for _ in range(2)),
    ]
    transport = scripted(*replies, httpx.Response(404, content=b"{}"))
    flow = check(kind({}, kind.document.server), Judge(kind.document), known="b1")
    findings, _ = drive(flow, transport, base_url=kind.document.server)
    (found,) = [one for one in findings if one.subject == "results of b1"]
    assert [(each.operation, each.place) for each in found.departures] == [("batch_results", "$.novelty")]
    (got,) = [one for one in findings if one.subject == "batch b1"]
    assert not got.departures


# -- Letta

JOB = b'{"id":"job-00000000-0000-4000-8000-000000000001","status":"%s"}'


def agent(number: int) -> str:
    return f"agent-{number:08x}-e89b-42d3-8456-426614174000"


def messages(answered: Sequence[int], agents: int = 400) -> list[bytes]:
    """Newest first: what was answered, and then what was asked."""
    rows: list[dict[str, Any]] = []
    for number in answered:
        call = {"id": "c1", "function": {"name": "send_message", "arguments": json.dumps({"message": f"hi {number}"})}}
        both = {"agent_id": agent(number), "batch_item_id": f"item-{number}"}
        rows += [
            {"id": "m3", "role": "tool", **both},
            {"id": "m2", "role": "assistant", **both, "tool_calls": [call, {**call, "id": "c2", "function": None}]},
        ]
    rows += [
        {"id": "m1", "role": "user", "agent_id": agent(number), "otid": f"row-{number}", "content": [
            {"type": "text", "text": "x" * 3_000}
        ]} for number in range(agents)
    ]  # fmt: skip
    return [json.dumps(row).encode() for row in rows]


def listing(rows: Sequence[bytes]) -> bytes:
    return b'{"messages":[' + b",".join(rows) + b"]}"


@pytest.mark.parametrize("most", [10**9, 50_000])
@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_messages_are_put_together_however_long_their_list_is(
    asked: Ask, monkeypatch: pytest.MonkeyPatch, most: int, status: str
) -> None:
    monkeypatch.setattr(grouping, "Grouping", partial(Grouping, most=most))
    content = listing(messages(range(399, 0, -1)))
    assert len(content) > WHOLE
    found = {each.custom_id: each for each in asked(JOB % status.encode(), content, vendor="letta").results("job")}
    missing = {"row-0"} if status == "completed" else set()
    assert found.keys() == {f"row-{number}" for number in range(1, 400)} | missing
    assert {name for name, each in found.items() if each.outcome is Outcome.MISSING} == missing
    assert all(each.text == f"hi {name.removeprefix('row-')}" for name, each in found.items() if name not in missing)
    assert found["row-7"].alias == agent(7)
    assert [each["id"] for each in found["row-7"].body["messages"]] == ["m3", "m2", "m1"]


def test_a_long_list_without_messages_is_none(asked: Ask) -> None:
    content = b'{"note":"' + b"x" * WHOLE + b'"}'
    with pytest.raises(ContractError, match="expected a list of messages"):
        list(asked(JOB % b"completed", content, vendor="letta").results("job"))


@pytest.mark.parametrize(("place", "verdict"), [(None, None), (0, True), (399, True)])
def test_whose_a_job_with_a_long_list_is(drive: Drive, place: int | None, verdict: object) -> None:
    rows = messages([])
    if place is not None:
        rows[place] = rows[place].replace(b'"row-', b'"%s' % PREFIX.encode())
    kind = find_vendor("letta")
    mark = Mark(TOKEN, PREFIX, 400, frozenset(agent(number) for number in range(400)))
    flow = kind({}, kind.document.server).recognise(Batch("job", "letta", BatchStatus.COMPLETED), mark)
    transport = scripted(answer(listing(rows[:100])), answer(listing(rows)))
    assert drive(flow, transport, base_url=kind.document.server) == ([], verdict)
    assert len(transport.requests) == (1 if place == 0 else 2)


# -- the memory


class Endless(Pieces):
    """A document of a hundred megabytes that nobody holds."""

    def __init__(self, head: bytes, entry: bytes, count: int, tail: bytes) -> None:
        super().__init__([])
        self.parts = head, entry, count, tail

    def __iter__(self) -> Iterator[bytes]:
        head, entry, count, tail = self.parts
        yield head + entry
        block = (b"," + entry) * 25
        for _ in range(count // 25):
            yield block
        yield tail


@pytest.mark.slow
@pytest.mark.parametrize("what", ["get", "results"])
def test_the_memory_does_not_grow_with_the_document(what: str) -> None:
    peaks = []
    for count in (1_000, 3_000):
        stream = Endless(json.dumps(HEAD)[:-1].encode() + b',"results":[', LINES[0], count, b"]}")
        transport = Desk(lambda _, stream=stream: httpx.Response(200, stream=stream))  # type: ignore[misc]
        with BatchClient("meshapi", api_key=CANARY, transport=transport) as client:
            tracemalloc.start()
            try:
                if what == "get":
                    client.get("b1")
                else:
                    assert sum(1 for _ in client.results("b1")) == count + 1
                peaks.append(tracemalloc.get_traced_memory()[1])
            finally:
                tracemalloc.stop()
    small, large = peaks
    assert large < 1.15 * small
    assert large < 6 * WHOLE
