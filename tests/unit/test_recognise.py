"""Whether a listed batch is the one whose create was lost: what each vendor file makes of what its vendor shows.

Replies are written from facts/seed-vendors.md; a flow is played without a socket, and every request and every piece of
a body that it asks for is counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import pytest
from attrs import define

from polybatch import AuthError, PolybatchError, RateLimited, TransportError, Unsupported, VendorError
from polybatch.flow import Read
from polybatch.model import Batch, BatchStatus
from polybatch.retry import ATTEMPTS
from polybatch.run.plan import wire_id
from polybatch.vendor import Mark, Vendor
from polybatch.vendors import find_vendor
from polybatch.wire import Line
from tests.fake_driver import BLOCK, FakeDriver, reply

RUN, OTHER = "0123456789abcdef0123", "fedcba98765432100123"
TOKEN = f"{RUN}-3-0"
PREFIX = "01234567-000003-0-"
AGENTS = tuple(f"agent-{number:08x}-e89b-42d3-8456-426614174000" for number in range(3))
MARK = Mark(TOKEN, PREFIX, 2, frozenset(AGENTS[:2]))
OUR_ID = wire_id(RUN, 3, 0, 1)
OTHER_SHARD, OTHER_ROUND, OTHER_RUN = wire_id(RUN, 4, 0, 1), wire_id(RUN, 3, 1, 1), wire_id(OTHER, 3, 0, 1)


@define
class Counting(FakeDriver):
    """Also counts the pieces of a body that are read."""

    reads: int = 0

    def _perform(self, step: Any) -> Any:
        self.reads += isinstance(step, Read)
        return super()._perform(step)


def vendor(name: str, **options: Any) -> Vendor:
    kind = find_vendor(name)
    return kind(options, kind.document.server)


def driver(asked: Vendor, *replies: Mapping[str, Any]) -> Counting:
    line = Line(asked.document.server, asked.scheme().headers("KEY"))
    return Counting(line, [reply(each) for each in replies])


def listed(name: str, row: Mapping[str, Any]) -> Batch:
    """A batch as a list shows it."""
    page = [row] if name == "letta" else {"object": "list", "data": [row], "has_more": False}
    playing = driver(vendor(name), {"status": 200, "json": page})
    playing.play(vendor(name).list(20))
    (batch,) = playing.emitted
    assert isinstance(batch, Batch)
    return batch


def judge(
    name: str, row: Mapping[str, Any], *replies: Mapping[str, Any], mark: Mark = MARK
) -> tuple[bool | None, Counting]:
    """The verdict on a listed batch, and the driver that knows what was asked for; every reply is asked for."""
    asked = vendor(name)
    playing = driver(asked, *replies)
    verdict = playing.play(asked.recognise(listed(name, row), mark))
    assert playing.replies == []
    return verdict, playing


# -- Anthropic (§2.2, §2.4): the size, and after the end the id of the first result


def message_batch(status: str = "ended", **counts: int) -> dict[str, Any]:
    zero = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
    own = {"id": "msgbatch_1", "type": "message_batch", "processing_status": status}
    times = {"created_at": "2026-11-22T09:00:00Z", "expires_at": "2026-11-23T09:00:00Z"}
    unset = dict.fromkeys(("ended_at", "archived_at", "cancel_initiated_at", "results_url"))
    return {**own, "request_counts": {**zero, **(counts or {"succeeded": 2})}, **times, **unset}


ENDED = {"status": 200, "json": message_batch()}


def line(custom_id: str, **more: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "result": {"type": "expired"}, **more}


@pytest.mark.parametrize("status", ["in_progress", "canceling", "ended"])
def test_anthropic_another_size_is_another_batch_and_nothing_is_asked(status: str) -> None:
    verdict, playing = judge("anthropic", message_batch(status, processing=3))
    assert verdict is False
    assert playing.sent == []


@pytest.mark.parametrize("row", [message_batch("in_progress", processing=2), {"id": "b1", "request_counts": None}])
def test_anthropic_nobody_can_tell_before_the_end(row: Mapping[str, Any]) -> None:
    verdict, playing = judge("anthropic", {"processing_status": "in_progress", **row})
    assert verdict is None
    assert playing.sent == []


def test_anthropic_no_count_is_no_other_count() -> None:
    row = {**message_batch(), "request_counts": {"succeeded": "many"}}
    assert judge("anthropic", row, ENDED, {"status": 200, "lines": [line(OUR_ID)]})[0] is True


@pytest.mark.parametrize(
    ("custom_id", "verdict"),
    [
        (OUR_ID, True),
        (OTHER_SHARD, False),
        (OTHER_ROUND, False),
        (OTHER_RUN, False),
        ("doc-0001", False),
        (f"x{OUR_ID}", False),
    ],
)
def test_anthropic_the_first_result_tells(custom_id: str, *, verdict: bool) -> None:
    found, playing = judge("anthropic", message_batch(), ENDED, {"status": 200, "lines": [line(custom_id)]})
    assert found is verdict
    assert [(sent["method"], sent["url"]) for sent in playing.sent] == [
        ("GET", "/v1/messages/batches/msgbatch_1"),
        ("GET", "/v1/messages/batches/msgbatch_1/results"),
    ]


def test_anthropic_no_more_than_the_first_result_is_read() -> None:
    one = line(OUR_ID, pad="x" * 1000)
    found, playing = judge("anthropic", message_batch(), ENDED, {"status": 200, "lines": [one] + [line("a")] * 5000})
    assert found is True
    assert playing.reads == ceil((len(json.dumps(one)) + 1) / BLOCK)


UNTELLING: dict[str, list[dict[str, Any]]] = {
    "the batch is gone": [{"status": 404, "json": {"type": "error", "error": {"type": "not_found_error"}}}],
    "the batch is no batch": [{"status": 200, "text": "<html>hello</html>"}],
    "it goes on after all": [{"status": 200, "json": message_batch("in_progress", processing=2)}],
    "there is no result": [ENDED, {"status": 200, "text": ""}],
    "the result is no JSON": [ENDED, {"status": 200, "text": "<html>\n"}],
    "the result has no id": [ENDED, {"status": 200, "lines": [{"result": {"type": "expired"}}]}],
    "results are not there": [ENDED, {"status": 404, "json": {"type": "error", "error": {"type": "not_found_error"}}}],
    "results are refused": [ENDED, {"status": 400, "json": {"error": {"type": "invalid_request_error"}}}],
    "results are archived": [ENDED, {"status": 410, "text": ""}],
    "results are in conflict": [ENDED, *[{"status": 409, "text": ""}] * ATTEMPTS],
}


@pytest.mark.parametrize("why", UNTELLING)
def test_anthropic_what_cannot_be_read_tells_nothing(why: str) -> None:
    assert judge("anthropic", message_batch(), *UNTELLING[why])[0] is None


# -- MeshAPI (§4.2): the token, if metadata comes back; else ids of results, else the size


ROW = {"id": "batch_1", "status": "in_progress", "model": "m", "created_at": 1793610000, "usage_synced": False}


def batch_object(**more: Any) -> dict[str, Any]:
    return {"id": "batch_1", "object": "batch", "status": "in_progress", **more}


def counted(total: int) -> dict[str, Any]:
    return {"request_counts": {"total": total, "completed": 0, "failed": 0}}


def answered(*ids: str) -> list[dict[str, Any]]:
    return [{"custom_id": name, "response": {"status_code": 200, "body": {"choices": []}}} for name in ids]


MESH: dict[str, tuple[dict[str, Any], bool | None]] = {
    "our token": (batch_object(metadata={"polybatch": TOKEN}), True),
    "our token beside the user's": (batch_object(metadata={"job": "nightly", "polybatch": TOKEN}), True),
    "our token outweighs a count": (batch_object(metadata={"polybatch": TOKEN}, **counted(7)), True),
    "another shard's token": (batch_object(metadata={"polybatch": f"{RUN}-30-0"}, **counted(2)), False),
    "another run's token": (batch_object(metadata={"polybatch": f"{OTHER}-3-0"}), False),
    "another token outweighs results": (batch_object(metadata={"polybatch": "x"}, results=answered(OUR_ID)), False),
    "somebody's value under our name": (batch_object(metadata={"polybatch": {"a": 1}}), None),
    "metadata without a token": (batch_object(metadata={"job": "nightly"}), None),
    "no metadata": (batch_object(metadata=None, **counted(2)), None),
    "metadata of another type": (batch_object(metadata="polybatch"), None),
    "no counts": (batch_object(), None),
    "counts before they are counted": (batch_object(status="validating", **counted(0)), None),
    "another count": (batch_object(**counted(3)), False),
    "our results": (batch_object(status="completed", results=answered(OUR_ID, "strange")), True),
    "our results after a strange one": (batch_object(status="completed", results=answered("strange", OUR_ID)), True),
    "somebody's results": (batch_object(status="completed", results=answered("a", OTHER_SHARD), **counted(2)), False),
    "our request among the errors": (
        batch_object(status="completed", results=[], errors_detail=[{"custom_id": OUR_ID, "message": "no"}]), True,
    ),
    "an error without a request": (batch_object(status="failed", errors_detail=[{"message": "no"}]), None),
    "unreadable": ({"hello": "world"}, None),
}  # fmt: skip


@pytest.mark.parametrize("case", MESH)
def test_meshapi_a_get_tells(case: str) -> None:
    answer, verdict = MESH[case]
    found, playing = judge("meshapi", ROW, {"status": 200, "json": answer})
    assert found is verdict
    assert [(sent["method"], sent["url"]) for sent in playing.sent] == [("GET", "/v1/batches/batch_1")]


def test_meshapi_is_asked_even_where_the_list_says_it_all() -> None:
    row = {**ROW, "metadata": {"polybatch": "another"}}
    answer = {"status": 200, "json": batch_object(metadata={"polybatch": TOKEN})}
    assert judge("meshapi", row, answer)[0] is True


@pytest.mark.parametrize("code", ["not_found", "resource_not_found", "model_not_found"])
def test_meshapi_listed_but_not_found_proves_nothing(code: str) -> None:
    assert judge("meshapi", ROW, {"status": 404, "json": {"error": {"code": code, "message": "no"}}})[0] is None


# -- Letta (§3.3): the input of a job is among its messages from the start


JOB = {"id": "job-8f14e45f-ceea-467f-a0d8-3f1f2b9d7a10", "status": "running", "job_type": "batch"}
MESSAGES = f"/v1/messages/batches/{JOB['id']}/messages"


def said(agent: str, otid: str | None = None, role: str = "user") -> dict[str, Any]:
    content = [{"type": "text", "text": "Summarise today's notes."}]
    return {"id": "message-1", "role": role, "agent_id": agent, "otid": otid, "content": content}


OUR_AGENT, THEIR_AGENT = AGENTS[0], AGENTS[2]
LETTA: dict[str, tuple[list[dict[str, Any]], bool | None]] = {
    "our id": ([said(OUR_AGENT, OUR_ID)], True),
    "our id after the callers' own": ([said(AGENTS[1], "row-1"), said(OUR_AGENT, OUR_ID)], True),
    "our id, and more agents than we know of": ([said(THEIR_AGENT), said(OUR_AGENT, OUR_ID)], True),
    "our agents with the callers' own ids": ([said(OUR_AGENT, "row-1"), said(AGENTS[1], "row-2")], None),
    "our agents without any": ([said(OUR_AGENT)], None),
    "our agents, not all of them stored yet": ([said(AGENTS[1], "row-2")], None),
    "another agent": ([said(THEIR_AGENT, "row-1")], False),
    "another agent beside ours": ([said(OUR_AGENT), said(THEIR_AGENT)], False),
    "our agents in another shard": ([said(OUR_AGENT, OTHER_SHARD)], False),
    "our agents in another round": ([said(OUR_AGENT, OTHER_ROUND)], False),
    "our agents in another run": ([said(OUR_AGENT, OTHER_RUN), said(AGENTS[1], "row-1")], False),
    "our id on what is no input": ([said(OUR_AGENT, OUR_ID, role="assistant")], None),
    "messages of nobody": ([{"role": "user"}], None),
    "nothing yet": ([], None),
}


@pytest.mark.parametrize("case", LETTA)
def test_letta_the_input_tells(case: str) -> None:
    messages, verdict = LETTA[case]
    found, playing = judge("letta", JOB, {"status": 200, "json": {"messages": messages}})
    assert found is verdict
    assert [sent["url"] for sent in playing.sent] == [f"{MESSAGES}?limit=100&order=asc"]


@pytest.mark.parametrize(("otid", "verdict"), [(OUR_ID, True), (OTHER_RUN, False)])
def test_letta_a_little_is_enough_where_it_tells(otid: str, *, verdict: bool) -> None:
    messages = [said(OUR_AGENT, "row")] * 99 + [said(OUR_AGENT, otid)]
    assert judge("letta", JOB, {"status": 200, "json": {"messages": messages}})[0] is verdict


@pytest.mark.parametrize(("otid", "verdict"), [(OUR_ID, True), (OTHER_RUN, False), ("row-101", None)])
def test_letta_where_only_the_agents_fit_the_rest_is_read(otid: str, *, verdict: bool | None) -> None:
    some = [said(OUR_AGENT, "row")] * 100
    pages = [{"status": 200, "json": {"messages": messages}} for messages in (some, [*some, said(OUR_AGENT, otid)])]
    found, playing = judge("letta", JOB, *pages)
    assert found is verdict
    assert [sent["url"] for sent in playing.sent] == [
        f"{MESSAGES}?limit=100&order=asc",
        f"{MESSAGES}?limit=2147483647&order=asc",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 404, "json": {"detail": "Job not found"}},
        {"status": 400, "json": {"detail": "bad id"}},
        {"status": 200, "json": {"hello": "world"}},
        {"status": 200, "text": "<html>"},
    ],
)
def test_letta_a_job_that_cannot_be_read_tells_nothing(answer: Mapping[str, Any]) -> None:
    assert judge("letta", JOB, answer)[0] is None


# -- OneRouter (§5.0): nothing is listed


def test_onerouter_has_nothing_to_recognise() -> None:
    batch = Batch("b1", "onerouter", BatchStatus.IN_PROGRESS)
    with pytest.raises(Unsupported, match="OneRouter has no way to"):
        vendor("onerouter").recognise(batch, MARK)


# -- all alike


TERMINAL = {"anthropic": message_batch(), "letta": JOB, "meshapi": ROW}
TROUBLE: dict[str, tuple[Sequence[Mapping[str, Any]], type[PolybatchError]]] = {
    "no reply": ([{"lost": True}] * ATTEMPTS, TransportError),
    "a server in trouble": ([{"status": 503, "text": ""}] * ATTEMPTS, VendorError),
    "overloaded": ([{"status": 529, "text": ""}] * ATTEMPTS, VendorError),
    "too many calls": ([{"status": 429, "headers": {"retry-after": "1000000"}, "text": ""}], RateLimited),
    "a key that is refused": ([{"status": 401, "text": ""}], AuthError),
    "a key that may not": ([{"status": 403, "text": ""}], AuthError),
    "no credits": ([{"status": 402, "text": ""}], VendorError),
}


@pytest.mark.parametrize("name", TERMINAL)
@pytest.mark.parametrize("case", TROUBLE)
def test_trouble_is_no_verdict(name: str, case: str) -> None:
    replies, kind = TROUBLE[case]
    with pytest.raises(kind) as raised:
        judge(name, TERMINAL[name], *replies)
    assert raised.value.transient is (kind is not AuthError and case != "no credits")


@pytest.mark.parametrize("case", TROUBLE)
def test_trouble_on_the_way_to_the_first_result_is_no_verdict(case: str) -> None:
    replies, kind = TROUBLE[case]
    with pytest.raises(kind):
        judge("anthropic", message_batch(), ENDED, *replies)


def test_a_body_that_breaks_before_the_first_line_ends_is_no_verdict() -> None:
    @define
    class Breaking(Counting):
        def _perform(self, step: Any) -> Any:
            if isinstance(step, Read) and self.reads:
                raise TransportError("the connection broke")
            return super()._perform(step)

    asked = vendor("anthropic")
    plain = driver(asked, ENDED, {"status": 200, "lines": [line(OUR_ID)]})
    with pytest.raises(TransportError, match="broke"):
        Breaking(plain.line, plain.replies).play(asked.recognise(listed("anthropic", message_batch()), MARK))
