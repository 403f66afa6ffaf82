"""`client.results`: streamed, complete or said not to be, and nothing lost that the vendor sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from polybatch import (
    AsyncBatchClient,
    BatchClient,
    BatchStatus,
    ContractError,
    NotFound,
    NotReady,
    Outcome,
    Request,
    Result,
    TransportError,
    Usage,
)
from polybatch.model import Finish
from polybatch_sandbox import Sandbox
from tests.conftest import (
    CANARY,
    Clock,
    Connect,
    Desk,
    Pieces,
    batch_document,
    ended_document,
    in_process,
    lines_of,
    message,
    reply,
    scripted,
    succeeded,
)

Sandboxed = Callable[..., BatchClient]
ERRORED = {
    "custom_id": "b",
    "result": {
        "type": "errored",
        "error": {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "max_tokens: too small", "details": None},
            "request_id": "req_1",
        },
    },
}


def served(*pieces: bytes | Exception, counted: int = 2, **changes: Any) -> Desk:
    """A transport with one batch that has ended, whose results are these pieces."""
    return scripted(reply(ended_document(counted, **changes)), httpx.Response(200, stream=Pieces(pieces)))


def results_of(connect: Connect, *documents: object, counted: int | None = None) -> list[Result]:
    desk = served(lines_of(*documents), counted=len(documents) if counted is None else counted)
    return list(connect(desk).results("msgbatch_01"))


# -- one result


def test_a_succeeded_result(connect: Connect) -> None:
    body = message(
        content=[
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "text", "text": "one "},
            {"type": "tool_use", "id": "t", "name": "n", "input": {}},
            {"type": "text", "text": "two\u2028"},
        ],
        stop_reason="max_tokens",
        usage={
            "input_tokens": 21,
            "output_tokens": 12,
            "cache_read_input_tokens": 3,
            "cache_creation_input_tokens": 4,
            "output_tokens_details": {"thinking_tokens": 5},
        },
    )
    line = {"custom_id": "a", "result": {"type": "succeeded", "message": body}}
    (result,) = results_of(connect, line)
    assert (result.custom_id, result.outcome, result.vendor) == ("a", Outcome.SUCCEEDED, "anthropic")
    assert result.batch_id == "msgbatch_01"
    assert result.text == "one two\u2028"
    assert result.body == body
    assert result.usage == Usage(21, 12, 3, 4, 5)
    assert result.finish is Finish.LENGTH
    assert result.error is None
    assert json.loads(result.raw) == line


def test_the_error_of_an_item_stands_one_level_further_in(connect: Connect) -> None:
    (result,) = results_of(connect, ERRORED)
    assert result.outcome is Outcome.ERRORED
    assert result.error == {
        "code": "invalid_request_error",
        "message": "max_tokens: too small",
        "status": None,
        "retryable": False,
    }
    assert (result.text, result.body, result.usage, result.finish) == (None, None, None, None)


@pytest.mark.parametrize(("word", "retryable"), [("overloaded_error", True), ("api_error", True), ("tomorrows", False)])
def test_which_errors_of_items_are_worth_another_attempt(connect: Connect, word: str, *, retryable: bool) -> None:
    error = {"type": "error", "error": {"type": word, "message": "m"}}
    (result,) = results_of(connect, {"custom_id": "a", "result": {"type": "errored", "error": error}})
    assert result.error == {"code": word, "message": "m", "status": None, "retryable": retryable}


@pytest.mark.parametrize("error", [None, {}, "text", {"type": "error", "error": None}, [], {"error": {"type": 5}}])
def test_an_error_that_says_nothing_is_still_an_error(connect: Connect, error: object) -> None:
    (result,) = results_of(connect, {"custom_id": "a", "result": {"type": "errored", "error": error}})
    assert result.outcome is Outcome.ERRORED
    assert result.error == {"code": None, "message": None, "status": None, "retryable": False}


@pytest.mark.parametrize(("word", "outcome"), [("canceled", Outcome.CANCELLED), ("expired", Outcome.EXPIRED)])
def test_results_without_an_answer(connect: Connect, word: str, outcome: Outcome) -> None:
    (result,) = results_of(connect, {"custom_id": "a", "result": {"type": word}})
    assert (result.outcome, result.error, result.text, result.body) == (outcome, None, None, None)


@pytest.mark.parametrize("word", ["postponed", None, ""])
def test_a_kind_of_result_that_nobody_knows(connect: Connect, word: str | None) -> None:
    line = {"custom_id": "a", "result": {"type": word, "until": "tomorrow"}}
    (result,) = results_of(connect, line)
    assert result.outcome is Outcome.ERRORED
    assert result.error is not None
    assert (result.error["code"], result.error["retryable"]) == ("unknown_variant", False)
    assert json.loads(result.raw) == line


def test_an_answer_in_a_new_form_keeps_what_can_be_read(connect: Connect) -> None:
    body = {
        "content": [{"type": "hologram"}, {"type": "text", "text": "hi"}],
        "stop_reason": "bored",
        "usage": {"a": 1},
    }
    (result,) = results_of(connect, {"custom_id": "a", "result": {"type": "succeeded", "message": body}})
    assert (result.text, result.finish, result.usage, result.body) == ("hi", Finish.UNKNOWN, Usage(), body)


@pytest.mark.parametrize("body", [None, {}, "text", [], 5])
def test_an_answer_that_is_none_does_not_raise_when_touched(connect: Connect, body: object) -> None:
    (result,) = results_of(connect, {"custom_id": "a", "result": {"type": "succeeded", "message": body}})
    assert (result.text, result.usage, result.finish, result.body) == (None, None, None, body)


def test_an_answer_cut_within_a_character_is_read(connect: Connect) -> None:
    raw = lines_of(succeeded("a", "CUT")).replace(b"CUT", b"wave \\ud83d")
    (result,) = connect(served(raw, counted=1)).results("msgbatch_01")
    assert result.text == "wave \ufffd"
    assert result.body["content"][0]["text"] == "wave \ufffd"
    assert result.raw == raw.rstrip()


def test_a_body_that_cannot_be_decoded_is_a_contract_error(connect: Connect) -> None:
    raw = lines_of(succeeded("a", "CUT")).replace(b"CUT", b"\xff")
    (result,) = connect(served(raw, counted=1)).results("msgbatch_01")
    with pytest.raises(ContractError, match="expected JSON"):
        _ = result.body
    assert result.outcome is Outcome.SUCCEEDED


# -- the stream


def test_results_come_in_the_vendors_order(connect: Connect) -> None:
    found = results_of(connect, succeeded("c"), ERRORED, succeeded("a"))
    assert [result.custom_id for result in found] == ["c", "b", "a"]


FILE = lines_of(succeeded("a", "é\u2028"), {"custom_id": "b", "result": {"type": "expired"}})


def test_small_blocks_make_no_difference(connect: Connect) -> None:
    expected = [(result.custom_id, result.text) for result in connect(served(FILE)).results("msgbatch_01")]
    assert expected == [("a", "é\u2028"), ("b", None)]
    for size in (1, 2, 3, 7, 64):
        blocks = [FILE[start : start + size] for start in range(0, len(FILE), size)]
        found = connect(served(*blocks)).results("msgbatch_01")
        assert [(result.custom_id, result.text) for result in found] == expected


def test_a_body_that_breaks_off_anywhere_gives_what_came_and_then_raises(connect: Connect) -> None:
    first = FILE.index(b"\n") + 1
    lost = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
    for place in range(len(FILE) + 1):
        found: list[str] = []
        with pytest.raises(TransportError, match="broke: peer closed"):
            found.extend(result.custom_id for result in connect(served(FILE[:place], lost)).results("msgbatch_01"))
        assert found == ["a", "b"][: (place >= first) + (place >= len(FILE))]


def test_a_body_that_ends_early_in_silence_is_noticed(connect: Connect) -> None:
    first = FILE.index(b"\n") + 1
    whole = {first, len(FILE), len(FILE) - 1}
    for place in range(len(FILE)):
        found: list[str] = []
        if place == len(FILE) - 1:
            continue  # only the last line's end is missing
        with pytest.raises(ContractError) as short:
            found.extend(result.custom_id for result in connect(served(FILE[:place])).results("msgbatch_01"))
        assert found == (["a"] if place >= first - 1 else [])
        counted = f"{len(found)} of 2 results came" in short.value.message
        assert counted is (place in whole or place in {0, first - 1})


def test_a_file_without_the_end_of_its_last_line_is_whole(connect: Connect) -> None:
    assert len(list(connect(served(FILE.rstrip())).results("msgbatch_01"))) == 2


def test_fewer_results_than_counted_are_yielded_and_then_an_error(connect: Connect) -> None:
    found: list[str] = []
    with pytest.raises(ContractError, match="batch msgbatch_01: 2 of 5 results came") as short:
        found.extend(result.custom_id for result in connect(served(FILE, counted=5)).results("msgbatch_01"))
    assert found == ["a", "b"]
    assert short.value.hint == "fetch them again"


@pytest.mark.parametrize(
    "broken",
    [b"{nope", b"[]", b"{}", b'{"custom_id":"x"}', b'{"result":{"type":"expired"}}', b'{"custom_id":5,"result":{}}'],
)
def test_lines_that_cannot_be_read_are_told_at_the_end(connect: Connect, broken: bytes) -> None:
    lines = FILE.splitlines(keepends=True)
    body = lines[0] + broken + b"\n" + broken + b"\n" + lines[1]
    found: list[str] = []
    with pytest.raises(ContractError, match="2 results cannot be read, the first: ") as unread:
        found.extend(result.custom_id for result in connect(served(body, counted=4)).results("msgbatch_01"))
    assert found == ["a", "b"]
    assert unread.value.raw == broken


def test_more_results_than_counted_are_no_error(connect: Connect) -> None:
    assert len(results_of(connect, succeeded("a"), succeeded("b"), counted=1)) == 2


def test_nothing_is_missed_where_the_vendor_does_not_count(connect: Connect) -> None:
    desk = served(FILE, request_counts={"processing": "?"})
    assert len(list(connect(desk).results("msgbatch_01"))) == 2


def test_an_empty_file_of_an_empty_count(connect: Connect) -> None:
    assert results_of(connect) == []


# -- when there are none


def test_before_the_end_there_are_none(connect: Connect) -> None:
    desk = scripted(reply(batch_document()))
    with pytest.raises(NotReady, match=r"batch msgbatch_01 is in_progress .wait for its end") as early:
        list(connect(desk).results("msgbatch_01"))
    assert early.value.transient
    assert len(desk.requests) == 1


def test_a_status_that_nobody_knows_is_no_end(connect: Connect) -> None:
    with pytest.raises(NotReady, match="is unknown"):
        list(connect(scripted(reply(ended_document(processing_status="resting")))).results("msgbatch_01"))


def test_results_that_are_gone(sandboxed: Sandboxed, sandbox: Sandbox) -> None:
    client = sandboxed()
    made = client.create(
        [Request("a", {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]})]
    )
    client.wait(made.id)
    sandbox.clock.advance(30 * 86_400)
    assert client.get(made.id).status is BatchStatus.COMPLETED
    with pytest.raises(NotFound, match="HTTP 404"):
        list(client.results(made.id))


def test_opening_is_repeated_and_reading_is_not(connect: Connect, clock: Clock) -> None:
    envelope = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    stream = httpx.Response(200, stream=Pieces([FILE]))
    desk = scripted(reply(ended_document()), reply(envelope, 529), httpx.ConnectError("refused"), stream)
    assert len(list(connect(desk).results("msgbatch_01"))) == 2
    assert clock.naps == [0.5, 1.0]


# -- where they are fetched


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/results?sig=1",
        "http://api.anthropic.com/v1/messages/batches/msgbatch_01/results",
        "https://api.anthropic.com.evil.example/results",
        "https://169.254.169.254/",
        "https://[::1/broken",
        "https://host:99999/",
        "results",
    ],
)
def test_a_foreign_results_url_is_not_followed(connect: Connect, caplog: pytest.LogCaptureFixture, url: str) -> None:
    desk = served(FILE, results_url=url)
    assert len(list(connect(desk).results("msgbatch_01"))) == 2
    assert [str(request.url) for request in desk.requests] == [
        "https://api.anthropic.com/v1/messages/batches/msgbatch_01",
        "https://api.anthropic.com/v1/messages/batches/msgbatch_01/results",
    ]
    (warning,) = [record.getMessage() for record in caplog.records if record.name == "polybatch"]
    assert "is not followed" in warning
    assert url in warning
    assert CANARY not in caplog.text


def test_an_own_results_url_is_no_reason_to_warn(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    list(connect(served(FILE)).results("msgbatch_01"))
    list(connect(served(FILE, results_url=None)).results("msgbatch_01"))
    assert [record for record in caplog.records if record.name == "polybatch"] == []


def test_the_foreign_host_of_the_sandbox_sees_no_request(
    connect: Connect, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.set_modes({"anthropic": {"results_url": "foreign"}})
    desk = in_process(sandbox)
    client = connect(desk, base_url="http://127.0.0.1/anthropic")
    body = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
    made = client.create([Request("a", body)])
    client.wait(made.id)
    assert [result.text for result in client.results(made.id)] == ["hi"]
    assert {request.url.host for request in desk.requests} == {"127.0.0.1"}
    assert sandbox.refused_credentials == []
    assert "is not followed" in caplog.text


# -- leaving early


def test_leaving_early_closes_the_response(connect: Connect) -> None:
    body = Pieces([FILE, FILE])
    desk = scripted(reply(ended_document(4)), httpx.Response(200, stream=body))
    results: Iterator[Result] = iter(connect(desk).results("msgbatch_01"))
    assert next(results).custom_id == "a"
    assert not body.closed
    results.close()  # type: ignore[attr-defined]
    assert body.closed


def test_breaking_out_of_a_loop_closes_the_response() -> None:
    body = Pieces([FILE, FILE])
    desk = scripted(reply(ended_document(4)), httpx.Response(200, stream=body))
    with BatchClient("anthropic", api_key=CANARY, transport=desk) as client:
        for _ in client.results("msgbatch_01"):
            break
        assert body.closed


def test_breaking_out_of_an_async_loop_closes_the_response() -> None:
    body = Pieces([FILE, FILE])
    desk = scripted(reply(ended_document(4)), httpx.Response(200, stream=body))

    async def main() -> None:
        async with AsyncBatchClient("anthropic", api_key=CANARY, transport=desk) as client:
            async for _ in client.results("msgbatch_01"):
                break
            await asyncio.sleep(0)  # the loop closes generators that were left
            await asyncio.sleep(0)
            assert body.closed

    asyncio.run(main())


def test_results_are_read_only_as_far_as_they_are_asked_for(connect: Connect) -> None:
    told: list[int] = []

    class Endless(Pieces):
        def __iter__(self) -> Iterator[bytes]:
            for number in range(1_000_000):
                told.append(number)
                yield FILE

    desk = scripted(reply(ended_document(10)), httpx.Response(200, stream=Endless([])))
    results = connect(desk).results("msgbatch_01")
    assert [next(results).custom_id for _ in range(5)] == ["a", "b", "a", "b", "a"]
    assert len(told) == 3
    results.close()
