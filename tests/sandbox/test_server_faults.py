"""Scripted trouble, for every vendor and over real HTTP: what the caller sees, and what the ledger says was done."""

from __future__ import annotations

import http.client
import time
from typing import TYPE_CHECKING, Any

import pytest

from polybatch_sandbox import Request, Sandbox
from tests.sandbox.server_lab import CREATE_PATH, KEY, START, VENDORS, exchange, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.server_lab import Lab, Vendor

STATUS_FIELD = {"anthropic": "processing_status", "letta": "status", "meshapi": "status", "onerouter": "status"}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


@pytest.fixture(params=VENDORS)
def vendor(lab: Lab, request: pytest.FixtureRequest) -> Vendor:
    return lab.vendor(request.param)


def create(vendor: Vendor, count: int = 3, **more: Any) -> Any:
    return vendor.post(CREATE_PATH[vendor.name], {"requests": items(vendor.name, count)}, **more)


def accepted(vendor: Vendor) -> Any:
    return len(vendor.ledger())


def outcomes(vendor: Vendor, batch_id: Any) -> Any:
    """`key -> outcome` for every result line, told from the vendor's own shapes."""
    path = f"{CREATE_PATH[vendor.name]}/{batch_id}"
    if vendor.name == "anthropic":
        return [(line["custom_id"], line["result"]["type"]) for line in vendor.get(f"{path}/results").lines]
    if vendor.name == "letta":
        rows = vendor.get(f"{path}/messages?limit=10000").json["messages"]
        return [(row["agent_id"], "succeeded") for row in rows if row["role"] == "assistant"]
    found = vendor.get(path).json
    lines = found["results"] if vendor.name == "meshapi" else result_file(found["result_url"])
    return [(line["custom_id"], openai_outcome(line)) for line in lines or []]


def result_file(url: Any) -> Any:
    base, slash, rest = url.partition("/batch-llm")
    return exchange(base, "GET", slash + rest, headers={}).lines if url else []


def openai_outcome(line: Any) -> Any:
    if line["response"] is None:
        return line["error"]["code"]
    return "succeeded" if line["response"]["status_code"] == 200 else f"status {line['response']['status_code']}"


def status_of(vendor: Vendor, batch_id: Any) -> Any:
    return vendor.get(f"{CREATE_PATH[vendor.name]}/{batch_id}", judged=False).json[STATUS_FIELD[vendor.name]]


def test_drop_before_is_not_accepted(vendor: Vendor) -> None:
    vendor.script("create", "drop_before", "ok")
    with pytest.raises(http.client.RemoteDisconnected):
        create(vendor)
    assert accepted(vendor) == 0
    assert create(vendor).status == 200
    assert accepted(vendor) == 1


def test_drop_after_is_accepted(vendor: Vendor) -> None:
    vendor.script("create", "drop_after")
    with pytest.raises(http.client.RemoteDisconnected):
        create(vendor)
    assert accepted(vendor) == 1


@pytest.mark.parametrize("status", [400, 402, 429, 500, 503])
def test_status_is_not_accepted_and_status_after_is(vendor: Vendor, status: int) -> None:
    vendor.script("create", f"status:{status}", f"status_after:{status}")
    assert create(vendor).status == status
    assert accepted(vendor) == 0
    assert create(vendor).status == status
    assert accepted(vendor) == 1


@pytest.mark.parametrize("status", [520, 529])
def test_statuses_that_no_document_has(vendor: Vendor, status: int) -> None:
    vendor.script("create", f"status:{status}")
    assert create(vendor, judged=False).status == status


def test_retry_after(vendor: Vendor) -> None:
    vendor.script("create", "retry_after:30")
    reply = create(vendor)
    assert (reply.status, reply.headers["Retry-After"]) == (429, "30")
    assert accepted(vendor) == 0


def test_slow_waits_in_real_seconds(vendor: Vendor) -> None:
    vendor.script("create", "slow:0.2")
    before = time.monotonic()
    assert create(vendor).status == 200
    assert time.monotonic() - before >= 0.2


@pytest.mark.parametrize("length", [0, 20])
def test_cut_ends_the_body_early(vendor: Vendor, length: Any) -> None:
    vendor.script("create", f"cut:{length}")
    with pytest.raises(http.client.IncompleteRead) as caught:
        create(vendor)
    assert len(caught.value.partial) == length
    assert accepted(vendor) == 1


def test_words_joined_act_on_the_same_call(vendor):
    vendor.script("create", "status:503+cut:3", "drop_after+stuck")
    with pytest.raises(http.client.IncompleteRead):
        create(vendor)
    with pytest.raises(http.client.RemoteDisconnected):
        create(vendor)
    vendor.lab.advance(3600)
    (entry,) = vendor.ledger()
    assert status_of(vendor, entry["id"]) in {"in_progress", "running", "IN_PROGRESS"}


def test_cut_ends_a_streamed_body_early(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    batch = create(vendor, 200).json
    lab.advance(60)
    vendor.script("results", "cut:5000")
    with pytest.raises(http.client.IncompleteRead) as caught:
        vendor.get(f"/v1/messages/batches/{batch['id']}/results")
    assert len(caught.value.partial) <= 5000
    assert len(vendor.get(f"/v1/messages/batches/{batch['id']}/results").lines) == 200


def test_late_accept_is_booked_later(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "late_accept:300")
    with pytest.raises(http.client.RemoteDisconnected):
        create(vendor)
    assert accepted(vendor) == 0
    lab.advance(299)
    assert accepted(vendor) == 0
    lab.advance(1)
    (entry,) = vendor.ledger()
    assert entry["created_at"] == "2026-11-18T11:11:40.000000Z"
    assert vendor.get(f"{CREATE_PATH[vendor.name]}/{entry['id']}").status == 200


def test_html_and_empty_replace_the_reply_of_an_accepted_create(vendor: Vendor) -> None:
    vendor.script("create", "html", "empty")
    page = create(vendor, judged=False)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert page.body.startswith(b"<!doctype html>")
    empty = create(vendor, judged=False)
    assert (empty.status, empty.body) == (200, b"")
    assert accepted(vendor) == 2


def test_unknown_status_in_create_and_get(vendor: Vendor) -> None:
    vendor.script("create", "unknown_status")
    vendor.script("get", "unknown_status")
    batch = create(vendor, judged=False).json
    assert batch[STATUS_FIELD[vendor.name]] == "resting_for_a_while"
    batch_id = batch["id"]
    assert status_of(vendor, batch_id) == "resting_for_a_while"
    assert status_of(vendor, batch_id) != "resting_for_a_while"


def test_unknown_status_in_a_list_and_in_results(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    batch = create(vendor).json
    vendor.script("list", "unknown_status")
    (row,) = vendor.get("/v1/messages/batches", judged=False).json["data"]
    assert row["processing_status"] == "resting_for_a_while"
    lab.advance(60)
    vendor.script("results", "unknown_status")
    lines = vendor.get(f"/v1/messages/batches/{batch['id']}/results", judged=False).lines
    assert {line["result"]["type"] for line in lines} == {"resting_for_a_while"}


FAILED = {"anthropic": "errored", "meshapi": "status 500", "onerouter": "status 500"}
EXPIRED = {"anthropic": "expired", "meshapi": "batch_expired", "onerouter": "batch_expired"}
ENDED = {"anthropic": "ended", "letta": "completed", "meshapi": "completed", "onerouter": "SUCCESS"}


def test_fail_and_expire_and_cancelled_mark_single_items(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "fail:1+expire:2+cancelled:1")
    batch = create(vendor, 6).json
    lab.advance(60)
    found = sorted(outcome for _, outcome in outcomes(vendor, batch["id"]))
    expected = [FAILED.get(vendor.name)] + [EXPIRED.get(vendor.name)] * 2 + ["succeeded"] * 2
    if vendor.name == "anthropic":
        expected.append("canceled")
    # At Letta what did not succeed leaves no trace; elsewhere a cancelled item has no line.
    assert found == (["succeeded"] * 2 if vendor.name == "letta" else sorted(expected))
    status_of(vendor, batch["id"])
    assert vendor.ledger()[0]["billed"] == 2


def test_fail_with_a_code(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "fail:1:529", "fail:1:rate_limit_error")
    first, second = create(vendor, 1).json, create(vendor, 1).json
    lab.advance(60)
    if vendor.name == "anthropic":
        path = f"/v1/messages/batches/{first['id']}/results", f"/v1/messages/batches/{second['id']}/results"
        words = [vendor.get(one).lines[0]["result"]["error"]["error"]["type"] for one in path]
        assert words == ["overloaded_error", "rate_limit_error"]
    elif vendor.name == "letta":  # a failed agent shows no code, it just is not there
        assert [outcomes(vendor, one["id"]) for one in (first, second)] == [[], []]
    else:
        assert [outcomes(vendor, one["id"])[0][1] for one in (first, second)] == ["status 529", "status 429"]


def test_batch_failed(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "batch_failed")
    batch = create(vendor).json
    lab.advance(60)
    expected = {"anthropic": "ended", "letta": "failed", "meshapi": "failed", "onerouter": "FAILURE"}
    assert status_of(vendor, batch["id"]) == expected[vendor.name]
    assert [outcome for _, outcome in outcomes(vendor, batch["id"]) if outcome == "succeeded"] == []
    assert vendor.ledger()[0]["billed"] == 0


def test_missing_duplicate_and_foreign_lines(lab: Lab, vendor: Vendor) -> None:
    for word in ("missing_lines:2", "duplicate_lines:2", "foreign_lines:2"):
        vendor.script("create", word)
    made = [create(vendor, 5).json["id"] for _ in range(3)]
    lab.advance(60)
    ours = {one.get("custom_id") or one["agent_id"] for one in items(vendor.name, 5)}
    missing, duplicate, foreign = ([key for key, _ in outcomes(vendor, one)] for one in made)
    assert (len(missing), len(set(missing))) == (3, 3)
    assert (len(duplicate), set(duplicate)) == (7, ours)
    assert (len(foreign), len(set(foreign) - ours), ours <= set(foreign)) == (7, 2, True)
    for one in made:
        assert status_of(vendor, one) == ENDED[vendor.name]


def test_stuck_ends_by_a_cancel_only(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "stuck")
    batch = create(vendor).json
    before = status_of(vendor, batch["id"])
    lab.advance(86_400 * 3)
    running = status_of(vendor, batch["id"])
    assert running in {before, "in_progress", "IN_PROGRESS"}
    path = f"{CREATE_PATH[vendor.name]}/{batch['id']}/cancel"
    vendor.call("PATCH" if vendor.name == "letta" else "POST", path)
    lab.advance(5)
    expected = {"anthropic": "ended", "letta": "cancelled", "meshapi": "cancelled", "onerouter": "CANCELLED"}
    assert status_of(vendor, batch["id"]) == expected[vendor.name]
    left = [outcome for _, outcome in outcomes(vendor, batch["id"])]
    assert left == (["canceled"] * 3 if vendor.name == "anthropic" else [])


def test_words_are_used_up_one_a_call_and_can_be_cleared(lab: Lab) -> None:
    vendor = lab.vendor("meshapi")
    vendor.script("get", "status:500", "ok", "status:502")
    vendor.script("get", "status:503")
    assert lab.control("GET", "/faults") == {"meshapi": {"get": ["status:500", "ok", "status:502", "status:503"]}}
    seen = [vendor.get("/v1/batches/b").status for _ in range(2)]
    assert seen == [500, 404]
    assert lab.control("GET", "/faults") == {"meshapi": {"get": ["status:502", "status:503"]}}
    lab.control("DELETE", "/faults")
    assert lab.control("GET", "/faults") == {}
    assert vendor.get("/v1/batches/b").status == 404


@pytest.mark.parametrize(
    "body",
    [
        {"vendor": "nobody", "operation": "get", "script": ["ok"]},
        {"vendor": "meshapi", "operation": "delete", "script": ["ok"]},
        {"vendor": "meshapi", "operation": "get", "script": "ok"},
        {"vendor": "meshapi", "operation": "get", "script": ["ok", "nonsense"]},
        {"vendor": "meshapi", "operation": "get", "script": ["status:200"]},
        {"vendor": "meshapi", "operation": "get", "script": ["status:"]},
        {"vendor": "meshapi", "operation": "get", "script": ["slow:-1"]},
        {"vendor": "meshapi", "operation": "get", "script": ["slow:nan"]},
        {"vendor": "meshapi", "operation": "get", "script": ["cut:x"]},
        {"vendor": "meshapi", "operation": "get", "script": ["stuck"]},
        {"vendor": "meshapi", "operation": "get", "script": ["late_accept:1"]},
        {"vendor": "meshapi", "operation": "create", "script": ["expire:1:500"]},
        {"vendor": "meshapi", "operation": "create"},
        [],
    ],
)
def test_a_script_that_makes_no_sense_is_refused_whole(lab: Lab, body: Any) -> None:
    assert "error" in lab.control("POST", "/faults", body, status=400)
    assert lab.control("GET", "/faults") == {}


def test_faults_of_the_result_file(lab: Lab) -> None:
    vendor = lab.vendor("onerouter")
    batch = create(vendor, 300).json
    lab.advance(60)
    url = vendor.get(f"/v1/batches/{batch['id']}").json["result_url"]
    base, slash, rest = url.partition("/batch-llm")

    def fetch() -> Any:
        return exchange(base, "GET", slash + rest, headers={})

    vendor.script("results", "drop_before", "status:503", "retry_after:9", "cut:100", "html", "ok")
    with pytest.raises(http.client.RemoteDisconnected):
        fetch()
    assert fetch().status == 503
    assert fetch().headers["Retry-After"] == "9"
    with pytest.raises(http.client.IncompleteRead):
        fetch()
    assert fetch().headers["Content-Type"].startswith("text/html")
    assert len(fetch().lines) == 300


def test_trouble_is_visible_without_a_socket() -> None:
    with Sandbox(speed=0, now=lambda: START) as sandbox:
        script = b'{"vendor":"anthropic","operation":"list","script":["drop_before","slow:3","cut:2"]}'
        sandbox.handle(Request("POST", "/_sandbox/faults", (), script))
        listing = Request("GET", "/anthropic/v1/messages/batches", tuple(KEY["anthropic"].items()))
        assert sandbox.handle(listing).dropped
        assert sandbox.handle(listing).delay == 3
        assert sandbox.handle(listing).cut == 2
        assert sandbox.handle(listing).json()["data"] == []
