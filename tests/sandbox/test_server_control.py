"""`/_sandbox`, the routes of all vendors, modes and lenient ids."""

from __future__ import annotations

import copy
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest

from polybatch_sandbox import VENDORS as MOUNTED
from polybatch_sandbox import Sandbox, serve
from tests.sandbox.server_lab import CREATE_PATH, KEY, START, VENDORS, document, exchange, items, open_lab


@pytest.fixture
def lab():
    with open_lab() as lab:
        yield lab


@pytest.fixture(params=VENDORS)
def vendor(lab, request):
    return lab.vendor(request.param)


def date(reply):
    return parsedate_to_datetime(reply.headers["Date"]).timestamp()


def test_it_says_what_is_mounted_where(lab):
    shown = lab.control("GET", "")
    assert shown["vendors"] == list(MOUNTED)
    assert shown["mounts"] == {vendor: f"{lab.server.url}/{vendor}" for vendor in MOUNTED}
    assert shown["results"] == lab.server.result_url_base
    assert (shown["clock"], shown["speed"], shown["seed"]) == ("2026-11-18T11:06:40.000000Z", 0, 7)
    assert not shown["lenient_ids"]
    assert set(shown["modes"]) == set(MOUNTED)


def test_the_clock_moves_forward_only(lab):
    assert lab.control("POST", "/clock", {"advance": 90.5}) == {"clock": "2026-11-18T11:08:10.500000Z"}
    for wrong in (-1, "1", None, True, 1e12, float("nan")):
        lab.control("POST", "/clock", {"advance": wrong}, status=400)
    assert lab.control("POST", "/clock", {}, status=400) == {"error": "the body lacks 'advance'"}
    assert lab.control("GET", "")["clock"] == "2026-11-18T11:08:10.500000Z"


def test_every_reply_has_the_date_of_the_sandbox(lab, vendor):
    lab.advance(1000)
    replies = [
        vendor.get(f"{CREATE_PATH[vendor.name]}/x", judged=False),
        exchange(lab.server.url, "GET", "/_sandbox", headers={}),
        exchange(lab.server.url, "GET", "/nowhere", headers={}),
        exchange(lab.server.result_url_base, "GET", "/nothing", headers={}),
        exchange(lab.server.url, "POST", "/", headers={"Content-Length": "x"}),
    ]
    assert [date(reply) for reply in replies] == [START + 1000] * len(replies)
    assert all(reply.headers.get_all("Date") == [reply.headers["Date"]] for reply in replies)


def test_sandbox_time_runs_at_its_speed():
    real = [START]
    with Sandbox(speed=1000, now=lambda: real[0]) as sandbox:
        assert sandbox.clock.now() == START
        real[0] += 0.25
        assert sandbox.clock.now() == START + 250
        real[0] -= 100
        assert sandbox.clock.now() == START + 250, "a clock that is set back does not turn sandbox time back"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("GET", "/clock", 405), ("DELETE", "/ledger", 405), ("OPTIONS", "/faults", 204)],
)
def test_other_paths_and_methods(lab, method, path, status):
    assert exchange(lab.server.url, method, f"/_sandbox{path}", headers={}).status == status


def test_unknown_places_are_refused_in_the_vendors_shape(vendor):
    reply = vendor.get("/v1/nothing", judged=False)
    assert reply.status == 404
    assert set(reply.json) <= {"type", "error", "request_id", "detail"}
    reply = vendor.call("PUT", CREATE_PATH[vendor.name], judged=False)
    assert (reply.status, "POST" in reply.headers["Allow"]) == (405, True)
    assert vendor.call("FROBNICATE", CREATE_PATH[vendor.name], judged=False).status == 405
    assert vendor.get(CREATE_PATH[vendor.name] + "/", judged=False).status == 404


def test_options_and_head(vendor):
    path = f"{CREATE_PATH[vendor.name]}/x"
    options = vendor.call("OPTIONS", path, judged=False)
    assert (options.status, options.body) == (204, b"")
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["Allow"].split(", "))
    head, get = vendor.call("HEAD", path, judged=False), vendor.get(path, judged=False)
    assert (head.status, head.body, head.headers["Content-Length"]) == (get.status, b"", get.headers["Content-Length"])


def test_the_root_names_the_mounts(lab):
    reply = exchange(lab.server.url, "GET", "/", headers={})
    assert reply.status == 404
    assert all(vendor in reply.json["error"] for vendor in VENDORS)


def test_the_ledger_has_every_vendor(lab):
    assert lab.control("GET", "/ledger") == {vendor: [] for vendor in MOUNTED}
    for name in VENDORS:
        lab.vendor(name).create(items(name, 2))
    ledger = lab.control("GET", "/ledger?requests=1")
    for name in VENDORS:
        (entry,) = ledger[name]
        assert set(entry) == {"id", "items", "created_at", "cancelled", "deleted", "billed", "requests"}
        assert (entry["items"], len(set(entry["requests"]))) == (2, 2)


def test_modes_are_set_for_the_named_vendors_and_reset_by_leaving_them_out(lab):
    lab.control("PUT", "/modes", {"letta": {"stuck": True, "dropped": 3}, "meshapi": {"list": "full"}})
    shown = lab.control("PUT", "/modes", {"letta": {"dropped": 1}})
    assert (shown["letta"]["stuck"], shown["letta"]["dropped"], shown["meshapi"]["list"]) == (False, 1, "full")


@pytest.mark.parametrize(
    "modes",
    [
        {"nobody": {}},
        {"letta": {"colour": "red"}},
        {"letta": {"stuck": 1}},
        {"letta": {"dropped": -1}},
        {"letta": {"dropped": True}},
        {"meshapi": {"results": "pigeon"}},
        {"meshapi": "file"},
        {"anthropic": {}, "meshapi": {"colour": 1}},
    ],
)
def test_modes_that_do_not_exist_are_refused(lab, modes):
    before = lab.control("GET", "")["modes"]
    assert "error" in lab.control("PUT", "/modes", modes, status=400)
    assert lab.control("GET", "")["modes"] == before
    with pytest.raises((ValueError, AttributeError)):
        serve(modes=modes)


def test_modes_can_be_given_at_the_start():
    with open_lab(modes={"letta": {"auth": "none"}}) as lab:
        assert lab.vendor("letta").get("/v1/messages/batches", headers={}).json == []


@pytest.mark.parametrize(("name", "status"), [("anthropic", 413), ("letta", 400), ("meshapi", 413), ("onerouter", 413)])
def test_a_body_beyond_what_the_document_allows(name, status):
    small = copy.deepcopy(document(name))
    small["paths"][CREATE_PATH[name]]["post"]["requestBody"]["x-max-bytes"] = 50
    with open_lab(documents={name: small}.__getitem__) as lab:
        assert lab.vendor(name).post(CREATE_PATH[name], {"requests": items(name, 1)}).status == status


def test_wrong_options_leave_nothing_open():
    with pytest.raises(ValueError, match="speed"):
        serve(speed=-1)
    with open_lab() as lab, pytest.raises(OSError, match="in use"):
        serve(port=urlsplit(lab.server.url).port)


@pytest.fixture
def lenient():
    with open_lab(lenient_ids=True) as lab:
        yield lab


def test_any_id_stands_for_an_ended_batch_with_one_result(lenient):
    anthropic = lenient.vendor("anthropic")
    assert anthropic.get("/v1/messages/batches/whatever").json["processing_status"] == "ended"
    assert len(anthropic.get("/v1/messages/batches/whatever/results").lines) == 1
    assert anthropic.post("/v1/messages/batches/whatever/cancel").json["id"] == "whatever"
    assert anthropic.call("DELETE", "/v1/messages/batches/whatever").json["id"] == "whatever"
    assert anthropic.get("/v1/messages/batches/whatever").status == 200
    meshapi = lenient.vendor("meshapi")
    assert len(meshapi.get("/v1/batches/whatever").json["results"]) == 1
    assert len(meshapi.get("/v1/files/whatever/content").lines) == 1
    assert meshapi.post("/v1/batches/whatever/cancel").status == 200
    onerouter = lenient.vendor("onerouter")
    task = onerouter.get("/v1/batches/batch_x").json
    assert (task["status"], task["total_requests"]) == ("SUCCESS", 1)
    base, slash, rest = task["result_url"].partition("/batch-llm")
    assert len(exchange(base, "GET", slash + rest, headers={}).lines) == 1
    letta = lenient.vendor("letta")
    assert letta.get("/v1/messages/batches/whatever").json["status"] == "completed"
    assert [row["role"] for row in letta.get("/v1/messages/batches/whatever/messages").json["messages"]] == [
        "tool",
        "assistant",
        "user",
    ]
    assert letta.call("PATCH", "/v1/messages/batches/whatever/cancel").body == b"null"
    assert lenient.control("GET", "/ledger") == {vendor: [] for vendor in MOUNTED}


def test_lenient_ids_know_real_batches_too_and_take_any_cursor(lenient):
    for name in VENDORS:
        vendor = lenient.vendor(name)
        batch = vendor.create(items(name, 3) + items(name, 1))  # an id twice is a rule, not a matter of the document
        assert vendor.get(f"{CREATE_PATH[name]}/{batch['id']}").status == 200
    anthropic = lenient.vendor("anthropic")
    (row,) = anthropic.get("/v1/messages/batches?after_id=x&before_id=y").json["data"]
    assert len(anthropic.get(f"/v1/messages/batches/{row['id']}/results").lines) == 4
    assert len(lenient.vendor("meshapi").get("/v1/batches?after=x").json["data"]) == 1
    assert len(lenient.vendor("letta").get("/v1/messages/batches?after=x&before=y").json) == 1
    assert lenient.vendor("letta").get("/v1/messages/batches/x/messages?after=y").status == 200


def test_lenient_ids_still_enforce_schema_and_keys(lenient):
    for name in VENDORS:
        vendor = lenient.vendor(name)
        assert vendor.post(CREATE_PATH[name], {"requests": [{}]}).status in {400, 422}
        headers = {key: value for key, value in KEY[name].items() if key == "anthropic-version"}
        assert vendor.get(f"{CREATE_PATH[name]}/x", headers=headers).status == 401
