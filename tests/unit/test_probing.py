"""`probing` and `BatchClient.converse`: the conversation itself, for either client, and what it keeps to itself."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from polybatch.contract.judging import Judge
from polybatch.contract.probing import LOOKS, Finding, check, check_refusal, lookalike
from polybatch.vendor import Payload
from tests.conftest import CANARY, Clock, Connect, Desk, batch_document, ended_document, lines_of, reply, succeeded

REFUSAL = {"type": "error", "error": {"type": "not_found_error", "message": "no"}, "request_id": "req_1"}
DENIAL = {"type": "error", "error": {"type": "authentication_error", "message": "who?"}, "request_id": "req_2"}


def answer(request: httpx.Request) -> httpx.Response:
    """Anthropic with one batch that has ended and one, made here, that never does."""
    path = request.url.path
    if CANARY not in request.headers.get("x-api-key", ""):
        return reply(DENIAL, 401, content_type="application/json")
    if path.endswith("/results"):
        return httpx.Response(200, content=lines_of(succeeded("a")), headers={"content-type": "application/x-jsonl"})
    if path.endswith("/msgbatch_000"):
        return reply(REFUSAL, 404, content_type="application/json")
    if request.method == "GET" and path.endswith("/batches"):
        page = {"data": [ended_document(1, id="msgbatch_old")], "has_more": True, "first_id": "a", "last_id": "b"}
        return reply(page, content_type="application/json")
    old = path.endswith("/msgbatch_old")
    made = ended_document(1, id="msgbatch_old") if old else batch_document(id="msgbatch_new")
    return reply(made, content_type="application/json")


def asked(client: Any, *, payload: Payload | None = None) -> list[Finding]:
    judge = Judge(client.vendor.document)
    return [*client.converse(check(client.vendor, judge, None, payload)),
            *client.converse(check_refusal(client.vendor, judge), keyless=True)]  # fmt: skip


def test_reading_asks_for_one_page_and_changes_nothing(connect: Connect) -> None:
    desk = Desk(answer)
    findings = asked(connect(desk))
    assert [(each.operation, each.subject) for each in findings] == [
        ("list_batches", "its first page"), ("get_batch", "batch msgbatch_old"),
        ("batch_results", "results of msgbatch_old"), ("get_batch", "no such batch"),
        ("cancel_batch", "-"), ("create_batch", "-"), ("delete_batch", "-"), ("list_batches", "without a key"),
    ]  # fmt: skip
    assert [each for each in findings if each.departures or each.hindered] == []
    assert {call.partition(" ")[0] for call in desk.calls} == {"GET"}
    # Only the last call is a stranger's.
    assert ["x-api-key" in request.headers for request in desk.requests] == [True] * (len(desk.requests) - 1) + [False]


def test_a_batch_that_does_not_end_is_not_waited_for_without_end(connect: Connect, clock: Clock) -> None:
    payload = Payload(2, lambda: iter([b"{}"]))
    desk = Desk(answer)
    findings = asked(connect(desk), payload=payload)
    found = {(each.operation, each.subject): each for each in findings}
    last = found["get_batch", "the new one, cancelled"]
    assert (last.unchecked, last.hindered) == ("batch msgbatch_new has not ended yet (look at it later)", False)
    assert found["delete_batch", "-"].unchecked == "there is no batch that has ended"
    assert tuple(clock.naps) == LOOKS
    assert desk.calls[0] == "POST /v1/messages/batches"
    assert "POST /v1/messages/batches/msgbatch_new/cancel" in desk.calls
    assert not [call for call in desk.calls if call.startswith("DELETE")]


@pytest.mark.parametrize(
    ("known", "nobody"),
    [
        ("msgbatch_01AbC", "msgbatch_00000"),
        ("job-637a68a0-8f59", "job-00000000-0000"),
        ("abc", "000"),
        ("task42", "task00"),
        ("polybatch-0", "polybatch-0"),
    ],
)
def test_nobodys_id_looks_like_the_others(known: str, nobody: str) -> None:
    assert lookalike(known) == nobody
