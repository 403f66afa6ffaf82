"""OneRouter's batches in all the variants that the facts name, over real HTTP, answers judged by the document."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from tests.sandbox.server_lab import KEY, START, document, exchange, items, open_lab, valid

PATH = "/v1/batches"


@pytest.fixture
def lab():
    with open_lab() as lab:
        yield lab


@pytest.fixture
def vendor(lab):
    return lab.vendor("onerouter")


def download(url, **headers):
    base, slash, rest = url.partition("/batch-llm")
    return exchange(base, "GET", slash + rest, headers=headers)


def lines_of(vendor, count=4):
    """The result lines of a batch that has just been run; each is judged."""
    batch = vendor.create(items("onerouter", count))
    vendor.lab.advance(60)
    lines = download(vendor.get(f"{PATH}/{batch['id']}").json["result_url"]).lines
    for line in lines:
        valid("onerouter", {"$ref": "#/components/schemas/BatchResultLine"}, line)
    return lines


def test_create_and_retrieve_have_different_shapes(lab, vendor):
    created = vendor.create(items("onerouter", 3))
    published = document("onerouter")["components"]["schemas"]["BatchCreated"]["properties"]
    assert set(created) == set(published)
    assert (created["object"], created["status"], created["id"]) == ("batch", "validating", created["batch_id"])
    lab.advance(20)
    task = vendor.get(f"{PATH}/{created['id']}").json
    assert set(task) == set(document("onerouter")["components"]["schemas"]["BatchTask"]["properties"])
    assert (task["status"], task["progress"], task["completed_count"]) == ("IN_PROGRESS", "33%", 1)
    assert (task["submit_time"], task["start_time"], task["finish_time"]) == (int(START), 0, 0)
    assert (task["result_url"], task["fees"], task["error"], task["fail_reason"]) == ("", "0", "", "")
    lab.advance(40)
    done = vendor.get(f"{PATH}/{created['id']}").json
    assert (done["status"], done["progress"], done["completed_count"], done["start_time"]) == ("SUCCESS", "100%", 3, 0)
    assert done["total_tokens"] == done["prompt_tokens"] + done["completion_tokens"] > 0
    assert isinstance(done["fees"], str)
    assert Decimal(done["fees"]) > 0
    assert vendor.ledger()[0]["billed"] == 3


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("task", ["QUEUED", "IN_PROGRESS", "SUCCESS"]),
        ("sibling", ["pending", "processing", "completed"]),
        ("openai", ["validating", "in_progress", "completed"]),
    ],
)
def test_three_vocabularies(lab, vendor, mode, words):
    vendor.modes(statuses=mode)
    batch = vendor.create(items("onerouter", 1))
    seen = []
    for seconds in (0, 30, 30):
        lab.advance(seconds)
        seen.append(vendor.get(f"{PATH}/{batch['id']}").json["status"])
    assert seen == words


def test_retrieve_may_answer_the_shape_of_create(lab, vendor):
    batch = vendor.create(items("onerouter", 2))
    vendor.modes(retrieve="create")
    assert vendor.get(f"{PATH}/{batch['id']}").json["id"] == batch["id"]
    lab.advance(60)
    done = vendor.get(f"{PATH}/{batch['id']}").json
    assert (done["status"], done["request_counts"]["completed"], done["completed_at"]) == (
        "completed",
        2,
        int(START) + 60,
    )
    vendor.modes(retrieve="create_first")
    assert vendor.get(f"{PATH}/{batch['id']}").json["status"] == "SUCCESS"
    running = vendor.create(items("onerouter", 2))
    assert vendor.get(f"{PATH}/{running['id']}").json["status"] == "validating"


def test_lines_in_openais_shape(vendor):
    lines = lines_of(vendor)
    keys = [line["custom_id"] for line in lines]
    assert sorted(keys) == [f"row-{index}" for index in range(4)] != keys
    assert {line["response"]["status_code"] for line in lines} == {200}
    assert all("status" not in line["response"] for line in lines)


def test_lines_with_the_alias(vendor):
    vendor.modes(lines="alias")
    assert [line["response"]["status"] for line in lines_of(vendor)] == [200] * 4
    assert all("status_code" not in line["response"] for line in lines_of(vendor))


def test_lines_in_anthropics_shape(vendor):
    vendor.modes(lines="anthropic")
    for line in lines_of(vendor):
        assert line["result"]["message"]["content"][0]["text"] == f"Question {line['custom_id'][4:]}"


def test_the_result_file_keeps_its_name_and_wants_no_key(lab, vendor):
    batch = vendor.create(items("onerouter", 1))
    lab.advance(60)
    url = vendor.get(f"{PATH}/{batch['id']}").json["result_url"]
    assert url.startswith(f"{lab.server.result_url_base}/batch-llm/azure-batch%2F{batch['id']}_")
    assert lab.server.result_url_base != lab.server.url
    assert download(url).status == 200
    assert download(url.replace("%2F", "/")).status == 404
    assert download(url.replace("%2F", "%2f")).status == 404
    assert lab.control("GET", "")["refused_credentials"] == []
    assert download(url, Authorization="Bearer key").status == 403
    assert download(url, **{"X-Api-Key": "key"}).status == 403
    path = url.removeprefix(lab.server.result_url_base)
    assert lab.control("GET", "")["refused_credentials"] == [
        {"path": path, "headers": ["authorization"]},
        {"path": path, "headers": ["x-api-key"]},
    ]


def test_there_is_no_file_before_the_end(lab, vendor):
    first = vendor.create(items("onerouter", 1))
    lab.advance(60)
    url = vendor.get(f"{PATH}/{first['id']}").json["result_url"]
    second = vendor.create(items("onerouter", 1))
    assert download(url.replace(first["id"], second["id"])).status == 404
    assert exchange(lab.server.result_url_base, "POST", "/batch-llm/x", headers={}, body=b"").status == 404


def test_cancel_answers_the_created_shape(lab, vendor):
    batch = vendor.create(items("onerouter", 6))
    lab.advance(20)
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").json["status"] == "cancelling"
    assert vendor.get(f"{PATH}/{batch['id']}").json["status"] == "CANCELLING"
    lab.advance(5)
    cancelled = vendor.get(f"{PATH}/{batch['id']}").json
    assert (cancelled["status"], cancelled["completed_count"]) == ("CANCELLED", 2)
    assert len(download(cancelled["result_url"]).lines) == 2
    assert vendor.ledger()[0] | {"id": "", "created_at": ""} == {
        "id": "",
        "items": 6,
        "created_at": "",
        "cancelled": True,
        "deleted": False,
        "billed": 2,
    }
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").json["status"] == "cancelled"


def test_the_cancel_path_may_be_absent(vendor):
    vendor.modes(cancel="absent")
    batch = vendor.create(items("onerouter", 1))
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").status == 404
    assert not vendor.ledger()[0]["cancelled"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer invalid"}])
def test_no_key_or_a_wrong_one_is_refused(vendor, headers):
    reply = vendor.get(f"{PATH}/b", headers=headers)
    assert (reply.status, reply.json["error"]["code"], type(reply.json["error"]["param"])) == (401, 401, str)


def test_errors_may_hide_inside_a_200(vendor):
    plain = vendor.get(f"{PATH}/nothing")
    assert (plain.status, plain.json["error"]["code"]) == (404, 404)
    vendor.modes(errors="in_200")
    hidden = vendor.get(f"{PATH}/nothing")
    assert (hidden.status, hidden.json) == (200, plain.json)
    assert vendor.post(PATH, {"requests": []}).status == 400, "the request itself is at fault"
    vendor.script("create", "status:402", "status:502")
    assert vendor.post(PATH, {"requests": items("onerouter", 1)}).status == 402
    hidden = vendor.post(PATH, {"requests": items("onerouter", 1)})
    assert (hidden.status, hidden.json["error"]["code"]) == (200, 502)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "requests"),
        ({"requests": []}, "requests"),
        ({"requests": [{"custom_id": "a", "params": {"model": "m", "messages": []}}]}, "requests.0.params.max_tokens"),
        ({"requests": [{**items("onerouter", 1)[0], "custom_id": ""}]}, "requests.0.custom_id"),
        ({"requests": items("onerouter", 1) * 2}, "requests"),
    ],
)
def test_a_create_that_the_document_forbids(vendor, body, param):
    reply = vendor.post(PATH, body)
    assert (reply.status, reply.json["error"]["code"], reply.json["error"]["param"]) == (400, 400, param)
    assert vendor.ledger() == []


def test_there_is_no_list_and_no_delete(vendor):
    reply = vendor.get(PATH, judged=False)
    assert (reply.status, reply.headers["Allow"]) == (405, "OPTIONS, POST")
    assert reply.json["error"]["code"] == 405
    assert vendor.call("DELETE", f"{PATH}/b", judged=False).status == 405


def test_answers_are_streams_of_json_lines(vendor):
    assert all(json.dumps(line) for line in lines_of(vendor, 300))
    assert KEY["onerouter"] == {"Authorization": "Bearer key"}
