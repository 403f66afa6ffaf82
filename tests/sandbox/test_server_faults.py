"""Scripted trouble, for every vendor and over real HTTP: what the caller sees, and what the ledger says was done."""

from __future__ import annotations

import gzip
import http.client
import json
import time
import zlib
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest

from polybatch_sandbox import Request, Sandbox
from polybatch_sandbox.faults import AT_RANDOM, drawn
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
        {"vendor": "meshapi", "operation": "create", "script": ["batch_failed:"]},
        {"vendor": "meshapi", "operation": "create", "script": ["conflict_lines:x"]},
        {"vendor": "meshapi", "operation": "get", "script": ["garbage_lines:1"]},
        {"vendor": "meshapi", "operation": "get", "script": ["retry_date:inf"]},
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


# every word that concerns the connection, at every operation of every vendor

OFFERED = {
    "anthropic": ("create", "get", "list", "cancel", "delete", "results"),
    "letta": ("create", "get", "list", "cancel", "results"),
    "meshapi": ("create", "get", "list", "cancel", "results"),
    "onerouter": ("create", "get", "cancel", "results"),
}


def perform(vendor: Vendor, operation: str, batch_id: str, **more: Any) -> Any:
    """One call of an operation, for an ended batch, unjudged."""
    base, more = CREATE_PATH[vendor.name], {"judged": False} | more
    if operation == "create":
        return create(vendor, **more)
    if operation == "results" and vendor.name == "onerouter":
        whole, slash, rest = vendor.get(f"{base}/{batch_id}").json["result_url"].partition("/batch-llm")
        return exchange(whole, "GET", slash + rest, headers={})
    if operation == "results" and vendor.name == "meshapi":
        return vendor.get(f"/v1/files/file-{batch_id.removeprefix('batch_')}-out/content", **more)
    method, path = {
        "get": ("GET", f"{base}/{batch_id}"),
        "list": ("GET", base),
        "cancel": ("PATCH" if vendor.name == "letta" else "POST", f"{base}/{batch_id}/cancel"),
        "delete": ("DELETE", f"{base}/{batch_id}"),
        "results": ("GET", f"{base}/{batch_id}/{'messages' if vendor.name == 'letta' else 'results'}"),
    }[operation]
    return vendor.call(method, path, **more)


def test_what_can_be_scripted_is_what_the_vendors_offer(lab: Lab) -> None:
    assert {name: lab.server.sandbox.offered(name) for name in VENDORS} == {
        name: set(operations) for name, operations in OFFERED.items()
    }


@pytest.mark.parametrize(
    ("name", "operation"), [(name, operation) for name, operations in OFFERED.items() for operation in operations]
)
def test_every_word_of_the_connection_at_every_operation(lab: Lab, name: str, operation: str) -> None:
    vendor = lab.vendor(name)
    if name == "meshapi":
        vendor.modes(results="file")
    if (name, operation) == ("letta", "list"):
        vendor.modes(stuck=True)  # only what runs is listed
    batch_id = create(vendor).json["id"]
    lab.advance(60)

    def call(*words: str) -> Any:
        vendor.script(operation, *words)
        return perform(vendor, operation, batch_id)

    for word in ("drop_before", "drop_before+slow:0", "drop_before" if operation == "delete" else "drop_after"):
        with pytest.raises(http.client.RemoteDisconnected):
            call(word)
    assert call("status:503").status == 503
    assert call("status:529").status == 529
    refused = call("retry_after:7")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "7")
    dated = call("retry_date:90")
    then = parsedate_to_datetime(dated.headers["Retry-After"]) - parsedate_to_datetime(dated.headers["Date"])
    assert (dated.status, then.total_seconds()) == (429, 90)
    if operation == "delete":  # what follows carries the call out, and there is nothing to delete twice
        assert call("status_after:500").status == 500
        assert vendor.ledger()[0]["deleted"]
        assert call("ok").status == 404
        return
    assert call("status_after:500").status == 500
    with pytest.raises(http.client.IncompleteRead) as caught:
        call("cut:3")
    assert len(caught.value.partial) == 3
    assert call("html").headers["Content-Type"].startswith("text/html")
    assert call("empty").body == b""
    plain = call("slow:0").body
    open_ended = call("undelimited")
    assert (open_ended.headers["Content-Length"], open_ended.headers["Transfer-Encoding"]) == (None, None)
    packed = call("gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    if operation != "create":
        assert open_ended.body == gzip.decompress(packed.body) == plain
    assert call("ok").status == 200
    accepted_ones = {"create": 9}.get(operation, 0)  # all but the drop_before and what was refused at once
    assert accepted(vendor) == 1 + accepted_ones


def test_a_drop_after_carries_a_delete_and_a_cancel_out(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    first, second = (create(vendor).json["id"] for _ in range(2))
    vendor.script("cancel", "drop_before", "drop_after")
    for cancelled in (False, True):
        with pytest.raises(http.client.RemoteDisconnected):
            perform(vendor, "cancel", first)
        assert [entry["cancelled"] for entry in vendor.ledger()] == [cancelled, False]
    lab.advance(60)
    vendor.script("delete", "drop_before", "drop_after")
    for deleted in (False, True):
        with pytest.raises(http.client.RemoteDisconnected):
            perform(vendor, "delete", second)
        assert [entry["deleted"] for entry in vendor.ledger()] == [False, deleted]


@pytest.mark.parametrize("words", ["undelimited+cut:2000", "gzip+undelimited+cut:200", "gzip+cut:200", "cut:2000"])
def test_four_ways_to_cut_a_body(lab: Lab, words: str) -> None:
    """Two of them look whole to who only reads until the end of the connection."""
    vendor = lab.vendor("anthropic")
    batch_id = create(vendor, 50).json["id"]
    lab.advance(60)
    vendor.script("results", words)
    if "undelimited" not in words:
        with pytest.raises(http.client.IncompleteRead):
            perform(vendor, "results", batch_id)
        return
    body = perform(vendor, "results", batch_id).body
    if "gzip" not in words:
        assert len(body) == 2000
        return
    unpacking = zlib.decompressobj(31)
    assert unpacking.decompress(body)
    assert (len(body), unpacking.eof) == (200, False)


@pytest.mark.parametrize("name", VENDORS)
def test_a_status_word_can_be_said_out_of_turn(lab: Lab, name: str) -> None:
    """So that a status seems to go back."""
    vendor = lab.vendor(name)
    batch_id = create(vendor).json["id"]
    lab.advance(60)
    vendor.script("get", "ok", "says:in_progress", "ok")
    assert [status_of(vendor, batch_id) for _ in range(3)] == [ENDED[name], "in_progress", ENDED[name]]


# late acceptance


def listed(vendor: Vendor) -> Any:
    """Ids in the vendor's list with the time that they show; OneRouter has no list."""
    found = vendor.get(CREATE_PATH[vendor.name], judged=vendor.name != "onerouter")
    rows = found.json if isinstance(found.json, list) else found.json.get("data", [])
    return [(row["id"], row["created_at"]) for row in rows]


def test_what_is_booked_late_is_listed_late_and_with_the_time_of_its_booking(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "late_accept:300+fail:1")
    with pytest.raises(http.client.RemoteDisconnected):
        create(vendor)
    early = create(vendor).json["id"] if vendor.name != "meshapi" else None
    lab.advance(299)
    late_ones = [row for row in listed(vendor) if row[0] != early]
    assert (late_ones, accepted(vendor)) == ([], 0 if early is None else 1)
    lab.advance(1)
    late = vendor.ledger()[-1]
    assert (late["created_at"], late["items"], late["id"] != early) == ("2026-11-18T11:11:40.000000Z", 3, True)
    if vendor.name != "onerouter":
        times = {"meshapi": int(START) + 300}
        assert listed(vendor)[0] == (late["id"], times.get(vendor.name, "2026-11-18T11:11:40.000000Z"))
    lab.advance(60)  # its life begins with the booking
    assert status_of(vendor, late["id"]) == ENDED[vendor.name]
    assert vendor.ledger()[-1]["billed"] == 2


def test_a_batch_that_is_booked_late_can_be_asked_for_only_then(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "late_accept:300+status_after:524")
    assert create(vendor, judged=False).status == 524, "a gateway gives up, what is behind it goes on"
    late = lab.server.sandbox.store.batches(vendor.name, now=START + 300)[0].id
    path = f"{CREATE_PATH[vendor.name]}/{late}"
    assert vendor.get(path).status == 404
    lab.advance(300)
    assert vendor.get(path).status == 200


def test_a_create_that_is_refused_is_not_booked_later_either(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "late_accept:10")
    with pytest.raises(http.client.RemoteDisconnected):
        vendor.post(CREATE_PATH[vendor.name], {"requests": [{}]})
    lab.advance(10)
    assert accepted(vendor) == 0


# marks of a batch


def test_a_batch_that_failed_says_why(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "batch_failed:insufficient_credits")
    batch_id = create(vendor).json["id"]
    lab.advance(60)
    found = vendor.get(f"{CREATE_PATH[vendor.name]}/{batch_id}").json
    if vendor.name == "anthropic":  # knows no failed batch, only items, and has no place for the word
        lines = vendor.get(f"{CREATE_PATH[vendor.name]}/{batch_id}/results").lines
        assert {line["result"]["error"]["error"]["type"] for line in lines} == {"api_error"}
    elif vendor.name == "letta":
        assert (found["status"], found["stop_reason"]) == ("failed", "insufficient_credits")
        assert found["metadata"] == {"job_type": "batch_messages", "error": "insufficient_credits"}
    elif vendor.name == "meshapi":
        assert (found["status"], found["errors_detail"][0]["code"]) == ("failed", "insufficient_credits")
    else:
        assert found["status"] == "FAILURE"
        assert found["fail_reason"] == found["error"] == "insufficient_credits"
        vendor.modes(retrieve="create")
        created = vendor.get(f"{CREATE_PATH[vendor.name]}/{batch_id}").json
        assert created["errors"]["data"][0]["code"] == "insufficient_credits"
    assert vendor.ledger()[0]["billed"] == 0


def test_a_word_that_is_no_stop_reason_stands_in_lettas_notes_only(lab: Lab) -> None:
    vendor = lab.vendor("letta")
    vendor.script("create", "batch_failed:token_limit_exceeded")
    job = create(vendor).json
    assert job["metadata"] == {"job_type": "batch_messages"}, "nothing is known before the end"
    lab.advance(60)
    found = vendor.get(f"{CREATE_PATH['letta']}/{job['id']}").json
    assert (found["stop_reason"], found["metadata"]["error"]) == (None, "token_limit_exceeded")


def test_a_batch_can_fail_with_a_part_of_its_results(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "fail:2+batch_failed:token_limit_exceeded")
    batch_id = create(vendor, 5).json["id"]
    lab.advance(60)
    assert status_of(vendor, batch_id) == {"anthropic": "ended", "onerouter": "FAILURE"}.get(vendor.name, "failed")
    found = [outcome for _, outcome in outcomes(vendor, batch_id)]
    assert (found.count("succeeded"), len(found)) == (3, 3 if vendor.name == "letta" else 5)
    assert vendor.ledger()[0]["billed"] == 3


def answers_of(vendor: Vendor, batch_id: Any) -> list[tuple[str, str]]:
    """`(key, all of the answer)` for every result line."""
    path = f"{CREATE_PATH[vendor.name]}/{batch_id}"
    if vendor.name == "anthropic":
        return [(line["custom_id"], json.dumps(line)) for line in vendor.get(f"{path}/results").lines]
    if vendor.name == "letta":
        rows = vendor.get(f"{path}/messages?limit=1000").json["messages"]
        return [(row["agent_id"], json.dumps(row)) for row in rows if row["role"] == "assistant"]
    found = vendor.get(path).json
    lines = found["results"] if vendor.name == "meshapi" else result_file(found["result_url"])
    return [(line["custom_id"], json.dumps(line)) for line in lines]


def test_duplicates_are_equal_and_conflicts_are_not(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "duplicate_lines:2", "conflict_lines:2")
    made = [create(vendor, 4).json["id"] for _ in range(2)]
    lab.advance(60)
    equal, different = (answers_of(vendor, one) for one in made)
    assert (len(equal), len(set(equal)), len({key for key, _ in equal})) == (6, 4, 4)
    assert (len(different), len(set(different)), len({key for key, _ in different})) == (6, 6, 4)
    assert sum("on second thoughts" in answer for _, answer in different) == 2
    assert vendor.ledger()[1]["items"] == 4


def test_lines_that_are_no_json(lab: Lab, vendor: Vendor) -> None:
    vendor.script("create", "garbage_lines:4")
    batch_id = create(vendor, 3).json["id"]
    path = f"{CREATE_PATH[vendor.name]}/{batch_id}"
    lab.advance(60)
    if vendor.name == "meshapi":
        rows = vendor.get(path, judged=False).json["results"]
        kinds = [type(row).__name__ for row in rows]
    elif vendor.name == "letta":
        rows = vendor.get(f"{path}/messages", judged=False).json["messages"]
        kinds = [type(row).__name__ for row in rows if isinstance(row, str) or row["role"] == "assistant"]
    else:
        raw = perform(vendor, "results", batch_id).body
        assert raw.count(b"\n") == 7
        kinds = ["dict" if is_json(line) else "str" for line in raw.split(b"\n")[:-1]]
    assert kinds == ["dict"] * 3 + ["str"] * 4


def is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def test_the_results_of_nothing_but_garbage(lab: Lab) -> None:
    vendor = lab.vendor("meshapi")
    vendor.script("create", "missing_lines:3+garbage_lines:1")
    batch_id = create(vendor, 3).json["id"]
    lab.advance(60)
    (only,) = vendor.get(f"/v1/batches/{batch_id}", judged=False).json["results"]
    assert isinstance(only, str)


# trouble at random


def test_random_trouble_is_a_function_of_seed_and_call() -> None:
    def words(seed: int) -> list[str]:
        return [drawn(0.1, f"{seed}/{call}").words for call in range(5_000)]

    assert words(1) == words(1) != words(2)
    troubled = [word for word in words(1) if word != "ok"]
    assert 400 < len(troubled) < 600
    assert {word.partition(":")[0] for word in troubled} == {word.partition(":")[0] for word in AT_RANDOM}
    cuts = [int(word[4:]) for word in troubled if word.startswith("cut:")]
    assert min(cuts) < 10
    assert max(cuts) > 1_000


def what_happens(vendor: Vendor, calls: int) -> list[str]:
    seen = []
    for _ in range(calls):
        try:
            reply = vendor.get(CREATE_PATH[vendor.name], judged=False)
        except http.client.HTTPException as error:
            seen.append(type(error).__name__)
        else:
            seen.append(f"{reply.status} {reply.headers['Content-Type']} {len(reply.body)}")
    return seen


def test_random_trouble_over_http(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    shown = lab.control("POST", "/faults", {"vendor": "anthropic", "operation": "list", "rate": 0.5, "seed": 3})
    assert shown == {"anthropic": {"list": ["random:0.5:3"]}}
    vendor.script("list", "status:418")
    assert lab.control("GET", "/faults") == {"anthropic": {"list": ["status:418", "random:0.5:3"]}}
    assert vendor.get(CREATE_PATH["anthropic"]).status == 418, "what is scripted comes first"
    first = what_happens(vendor, 30)
    assert 5 < sum(one.startswith("200 application/json") for one in first) < 25
    assert create(vendor).status == 200, "nothing was asked for here"
    lab.control("DELETE", "/faults")
    assert lab.control("GET", "/faults") == {}
    assert len(set(what_happens(vendor, 30))) == 1
    lab.control("POST", "/faults", {"vendor": "anthropic", "rate": 0.5, "seed": 3})
    again = what_happens(vendor, 30)
    assert [one[:3] for one in again] == [one[:3] for one in first], "counted from the beginning"


def test_random_trouble_everywhere_from_the_start() -> None:
    def seen() -> list[str]:
        with open_lab(chaos=(5, 0.5)) as lab:
            assert lab.control("GET", "/faults") == {"*": {"*": ["random:0.5:5"]}}
            return [*what_happens(lab.vendor("anthropic"), 20), *what_happens(lab.vendor("meshapi"), 20)]

    first = seen()
    assert first == seen()
    assert first[:20] != first[20:]
    assert 5 < sum(one.startswith("200 application/json") for one in first) < 35


@pytest.mark.parametrize(
    "body",
    [
        {"vendor": "nobody", "rate": 0.1},
        {"vendor": "onerouter", "operation": "list", "rate": 0.1},
        {"vendor": "*", "operation": "list", "rate": 0.1},
        {"vendor": "meshapi", "rate": 1.1},
        {"vendor": "meshapi", "rate": -0.1},
        {"vendor": "meshapi", "rate": True},
        {"vendor": "meshapi", "rate": "0.1"},
        {"vendor": "meshapi", "rate": 0.1, "seed": "x"},
        {"rate": 0.1},
    ],
)
def test_random_trouble_that_makes_no_sense_is_refused(lab: Lab, body: Any) -> None:
    assert "error" in lab.control("POST", "/faults", body, status=400)
    assert lab.control("GET", "/faults") == {}
