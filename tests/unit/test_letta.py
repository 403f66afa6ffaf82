"""Letta, beyond what cases can say: callbacks, tables against the document, the bytes of a result, what a run does."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from polybatch import (
    BatchClient,
    BatchStatus,
    ContractError,
    InputError,
    Outcome,
    Request,
    RunHeld,
    Unsupported,
    parse_callback,
)
from polybatch.vendor import capabilities
from polybatch.vendors import find_vendor, letta, names
from polybatch.wire import Line
from polybatch_generated.letta.client.api.batches import create_batch
from tests.conftest import Clock
from tests.fake_driver import FakeDriver, reply

JOB = "job-8f14e45f-ceea-467f-a0d8-3f1f2b9d7a10"
AGENT = "agent-{:08x}-e89b-42d3-8456-426614174000"
URL = "http://localhost:8283"
CALLBACK = {
    "job_id": JOB,
    "status": "completed",
    "completed_at": "2026-05-14T17:31:03.250000",
    "metadata": {"job_type": "batch_messages"},
}


def vendor(**options: Any) -> letta.Letta:
    return letta.Letta(options, URL)


# -- callbacks (facts/seed-vendors.md §3.4)


def test_a_callback_is_read_into_a_hint() -> None:
    body = json.dumps(CALLBACK).encode()
    hint = parse_callback("letta", body)
    assert (hint.batch_id, hint.vendor, hint.status, hint.raw) == (JOB, "letta", BatchStatus.COMPLETED, body)
    assert hint.ended_at is not None
    assert hint.ended_at.isoformat() == "2026-05-14T17:31:03.250000+00:00"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "failed"}, BatchStatus.FAILED),
        ({"status": "resting"}, BatchStatus.UNKNOWN),
        ({"status": 7}, BatchStatus.UNKNOWN),
        ({"completed_at": "soon", "metadata": [], "more": 1}, BatchStatus.COMPLETED),
    ],
)
def test_a_callback_with_new_words_is_still_a_hint(change: Mapping[str, Any], status: BatchStatus) -> None:
    hint = parse_callback("letta", json.dumps({**CALLBACK, **change}).encode())
    assert (hint.batch_id, hint.status) == (JOB, status)


NO_CALLBACKS = [b"", b"\xff\xfe", b"[]", b"null", b"{}", b'{"job_id": 5}', b'{"job_id": ""}', b'{"jo']


@pytest.mark.parametrize("body", NO_CALLBACKS)
def test_bytes_that_are_no_callback_are_refused(body: bytes) -> None:
    with pytest.raises(ContractError) as refused:
        parse_callback("letta", body)
    assert refused.value.raw == body


@pytest.mark.parametrize("name", names())
def test_a_vendor_reads_callbacks_exactly_if_its_document_has_them(name: str) -> None:
    kind = find_vendor(name)
    if capabilities(kind).callback:
        assert parse_callback(name, json.dumps(CALLBACK).encode()).vendor == name
    else:
        with pytest.raises(Unsupported, match=kind.profile.title):
            parse_callback(name, b"{}")


def test_a_callback_of_nobody_is_refused() -> None:
    with pytest.raises(InputError, match="letta"):
        parse_callback("nobody", b"{}")


# -- tables and options against the document


@pytest.mark.parametrize(
    ("table", "schema"),
    [
        (letta.STATUSES, "JobStatus"),
        (letta.ANSWERS, "MessageRole"),
        (letta.PROFILE.hints, "LlmErrorType"),
    ],
)
def test_a_table_has_every_word_of_the_document_and_no_other(table: Mapping[str, Any], schema: str) -> None:
    words = letta.DOCUMENT.data["components"]["schemas"][schema]["enum"]
    assert sorted(table) == sorted(words)


def test_every_parameter_and_member_of_a_create_is_an_option() -> None:
    parameters = set(inspect.signature(create_batch.request_kwargs).parameters) - {"body"}
    members = set(letta.DOCUMENT.create_body["properties"]) - {"requests"}
    options = set(letta.LettaOptions.__struct_fields__) - {"auth"}
    assert {name.removeprefix("x_") for name in parameters} | members == options


def test_the_words_of_the_option_auth_are_the_schemes_of_the_document() -> None:
    assert {vendor(auth=word).scheme().label for word in letta.DOCUMENT.schemes} == set(letta.DOCUMENT.schemes)
    assert vendor(auth="x-bare-password").scheme().headers("pw") == {"X-BARE-PASSWORD": "password pw"}


# -- requests


def test_a_request_is_left_as_the_caller_made_it() -> None:
    body = {"agent_id": AGENT.format(1), "messages": [{"role": "user", "content": "hi"}], "max_steps": 2}
    before = json.dumps(body)
    item = vendor().item(Request("row", body))
    assert json.dumps(body) == before
    assert item == {**body, "messages": [{"role": "user", "content": "hi", "otid": "row"}]}


def test_the_agent_stands_alone_and_brings_its_model() -> None:
    request = Request("row", {"agent_id": AGENT.format(1), "input": "hi", "override_model": "m"})
    assert vendor().alone(request) == AGENT.format(1)
    assert vendor().model(request) is None
    with pytest.raises(InputError, match="agent"):
        vendor().with_model(request, "m")


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LETTA_API_KEY", raising=False)
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": JOB, "status": "running"})

    with BatchClient("letta", base_url=URL, transport=httpx.MockTransport(answer)) as client:
        assert client.get(JOB).status is BatchStatus.IN_PROGRESS
    assert "authorization" not in seen[0].headers
    with pytest.raises(InputError, match="LETTA_API_KEY"):
        BatchClient("letta")


# -- results


def message(role: str, **members: Any) -> dict[str, Any]:
    return {"role": role, "agent_id": AGENT.format(1), "batch_item_id": "batch_item-1", **members}


def records(*messages: str) -> list[bytes]:
    page = '{"messages":[' + ",".join(messages) + "]}"
    replies = [reply({"status": 200, "json": {"id": JOB, "status": "completed"}}), reply({"status": 200, "text": page})]
    driver = FakeDriver(Line(URL, {}), replies)
    driver.play(vendor().records(JOB))
    return driver.emitted


def test_a_record_holds_the_vendors_own_bytes() -> None:
    odd = json.dumps(message("assistant"))[:-1] + ' ,"n":1.50e1, "content":[{"type":"text","text":"\\u00e9"}] }'
    (record,) = records(odd)
    assert record == b'{"messages":[' + odd.encode() + b"]}"
    result = vendor().decode(record, JOB)
    assert (result.raw, result.text, result.usage, result.finish) == (record, "é", None, None)
    assert result.body == json.loads(record)
    assert (result.custom_id, result.alias, result.outcome) == (AGENT.format(1), AGENT.format(1), Outcome.SUCCEEDED)


def test_messages_of_one_agent_become_one_record_in_the_vendors_order() -> None:
    first, second = AGENT.format(1), AGENT.format(2)
    rows = [message("tool", agent_id=agent, n=n) for n, agent in enumerate((first, second, first, second, first))]
    assert [[row["n"] for row in json.loads(record)["messages"]] for record in records(*map(json.dumps, rows))] == [
        [0, 2, 4],
        [1, 3],
    ]


# -- runs


class Server:
    """A Letta that answers at once; each agent says who it is."""

    def __init__(self, *, trouble: httpx.Response | None = None) -> None:
        self.jobs: list[list[dict[str, Any]]] = []
        self.creates = 0
        self.trouble = trouble

    def __call__(self, request: httpx.Request) -> httpx.Response:
        *_, last = path = request.url.path.split("/")
        if request.method == "POST":
            self.creates += 1
            if self.trouble is not None:
                trouble, self.trouble = self.trouble, None
                return trouble
            self.jobs.append(json.loads(request.read())["requests"])
            return httpx.Response(200, json={"id": f"job-{len(self.jobs) - 1:08x}", "status": "running"})
        if last != "messages":
            return httpx.Response(200, json={"id": last, "status": "completed"})
        items = self.jobs[int(path[-2].removeprefix("job-"), 16)]
        return httpx.Response(200, json={"messages": [row for item in items for row in self.rows(item)]})

    def rows(self, item: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        if item["agent_id"] != AGENT.format(0):  # this one always fails
            yield message("assistant", agent_id=item["agent_id"], content=[{"type": "text", "text": item["agent_id"]}])
        for row in item["messages"]:
            yield {**row, "agent_id": item["agent_id"], "batch_item_id": "batch_item-1", "content": []}


def work(server: Server, folder: Path, lines: list[dict[str, Any]], **settings: Any) -> dict[str, dict[str, Any]]:
    path = folder / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with (
        BatchClient("letta", base_url=URL, transport=httpx.MockTransport(server), timer=Clock().timer()) as client,
        client.run(path, **{"settle": 0, **settings}) as run,
    ):
        run.wait()
    found = [json.loads(line) for line in (folder / "in.letta.results.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(found) == len(lines)
    return {line["custom_id"]: line for line in found}


def test_a_run_splits_agents_and_names_every_result_as_the_caller_did(tmp_path: Path) -> None:
    mine = [{"role": "user", "content": "x", "otid": "mine"}]
    lines = [
        {"custom_id": "marked", "agent_id": AGENT.format(1), "input": "x"},
        {"custom_id": "again", "agent_id": AGENT.format(1), "input": "x"},
        {"custom_id": "taken", "agent_id": AGENT.format(2), "messages": mine},
        {"custom_id": "taken as well", "agent_id": AGENT.format(3), "messages": mine},
        {"custom_id": "nobody's", "agent_id": AGENT.format(4), "messages": [{"role": "system", "content": "x"}]},
        {"custom_id": "gone", "agent_id": AGENT.format(0), "input": "x"},
    ]
    server = Server()
    found = work(server, tmp_path, lines)
    assert [[item["agent_id"] for item in job] for job in server.jobs] == [
        [AGENT.format(n) for n in (1, 2, 3, 4, 0)],
        [AGENT.format(1)],
    ]
    outcomes = {name: (line["outcome"], line["text"]) for name, line in found.items()}
    expected = {line["custom_id"]: ("succeeded", line["agent_id"]) for line in lines}
    assert outcomes == {**expected, "gone": ("missing", None)}


@pytest.mark.parametrize(("status", "word"), [(400, "llm_bad_request"), (429, "llm_rate_limit")])
def test_a_run_does_not_feed_agents_twice_unasked(tmp_path: Path, status: int, word: str) -> None:
    refusal = {"error": {"type": word, "message": "no", "detail": ""}}
    server = Server(trouble=httpx.Response(status, json=refusal))
    line = {"custom_id": "a", "agent_id": AGENT.format(1), "input": "x"}
    for _ in range(2):
        with pytest.raises(RunHeld, match=word):
            work(server, tmp_path, [line])
        assert server.creates == 1
    assert work(server, tmp_path, [line], on_unknown="resubmit")["a"]["outcome"] == "succeeded"
    assert server.creates == 2
