"""MeshAPI's batches as the facts describe them, over real HTTP, each answer judged by the document."""

from __future__ import annotations

import pytest

from tests.sandbox.server_lab import KEY, START, items, open_lab

PATH = "/v1/batches"


@pytest.fixture
def lab():
    with open_lab() as lab:
        yield lab


@pytest.fixture
def vendor(lab):
    return lab.vendor("meshapi")


def one(model="openai/m", custom_id="a"):
    return [{"custom_id": custom_id, "body": {"model": model, "messages": [{"role": "user", "content": "Hello"}]}}]


def test_statuses_and_counts_move_on(lab, vendor):
    batch = vendor.create(items("meshapi", 4), metadata={"token": "t-1"}, completion_window="24h")
    seen = [(batch["status"], batch["request_counts"]["completed"])]
    for seconds in (5, 25, 25, 5):
        lab.advance(seconds)
        found = vendor.get(f"{PATH}/{batch['id']}").json
        seen.append((found["status"], found["request_counts"]["completed"]))
    assert seen == [("validating", 0), ("in_progress", 0), ("in_progress", 2), ("finalizing", 3), ("completed", 4)]
    assert found["metadata"] == {"token": "t-1"}
    assert (found["created_at"], found["completed_at"]) == (int(START), int(START) + 60)


def test_results_are_inline_and_in_another_order(lab, vendor):
    batch = vendor.create(items("meshapi", 6))
    assert vendor.get(f"{PATH}/{batch['id']}").json["results"] is None
    lab.advance(60)
    ended = vendor.get(f"{PATH}/{batch['id']}").json
    keys = [line["custom_id"] for line in ended["results"]]
    assert sorted(keys) == [f"row-{index}" for index in range(6)] != keys
    for line in ended["results"]:
        body = line["response"]["body"]
        assert (line["response"]["status_code"], line["error"]) == (200, None)
        assert body["choices"][0]["message"]["content"] == f"Question {line['custom_id'][4:]}"
        assert body["model"] == "gpt-5-nano"
        assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] + body["usage"]["completion_tokens"]
    assert vendor.get(f"/v1/files/{ended['output_file_id']}/content").status == 404


def test_results_by_file(lab, vendor):
    vendor.modes(results="file")
    batch = vendor.create(items("meshapi", 3))
    lab.advance(60)
    ended = vendor.get(f"{PATH}/{batch['id']}").json
    assert ended["results"] is None
    lines = vendor.get(f"/v1/files/{ended['output_file_id']}/content").lines
    assert sorted(line["custom_id"] for line in lines) == ["row-0", "row-1", "row-2"]
    assert all(line["response"]["request_id"] for line in lines)
    vendor.modes(results="gone")
    assert vendor.get(f"{PATH}/{batch['id']}").json["results"] is None
    assert vendor.get(f"/v1/files/{ended['output_file_id']}/content").status == 404


def test_a_file_of_a_running_batch_is_not_there(vendor):
    vendor.modes(results="file")
    batch = vendor.create(items("meshapi", 1))
    assert vendor.get(f"/v1/files/file-{batch['id'].removeprefix('batch_')}-out/content").status == 404
    assert vendor.get("/v1/files/anything/content").status == 404


def test_one_batch_one_model(vendor):
    reply = vendor.post(PATH, {"requests": [*one("openai/m"), *one("openai/n", "b")]})
    assert (reply.status, reply.json["error"]["code"]) == (400, "mixed_models")


def test_a_model_without_batches(vendor):
    reply = vendor.post(PATH, {"requests": one("nobatch/m")})
    assert (reply.status, reply.json["error"]["code"]) == (501, "not_implemented")


def test_ten_open_batches_and_no_more(lab, vendor):
    made = [vendor.create(one())["id"] for _ in range(10)]
    reply = vendor.post(PATH, {"requests": one()})
    assert (reply.status, reply.json["error"]["code"]) == (429, "batch_limit_exceeded")
    lab.advance(60)
    assert vendor.post(PATH, {"requests": one()}).status == 429, "nobody has polled, so all of them count as open"
    assert vendor.get(f"{PATH}/{made[0]}").json["status"] == "completed"
    assert vendor.post(PATH, {"requests": one()}).status == 200
    assert len(vendor.ledger()) == 11


def test_the_first_get_that_finds_the_end_bills(lab, vendor):
    batch = vendor.create(items("meshapi", 3))
    lab.advance(60)
    assert vendor.ledger()[0]["billed"] == 0
    vendor.get(PATH)
    assert vendor.ledger()[0]["billed"] == 0
    vendor.get(f"{PATH}/{batch['id']}")
    vendor.get(f"{PATH}/{batch['id']}")
    assert vendor.ledger()[0]["billed"] == 3


def test_list_rows_are_lean_and_lag(lab, vendor):
    batch = vendor.create(items("meshapi", 1), metadata={"token": "t"})
    lab.advance(60)
    (row,) = vendor.get(PATH).json["data"]
    assert (row["status"], row["usage_synced"], row["completed_at"]) == ("validating", False, None)
    assert not {"results", "request_counts", "metadata"} & set(row)
    vendor.get(f"{PATH}/{batch['id']}")
    (row,) = vendor.get(PATH).json["data"]
    assert (row["status"], row["usage_synced"], row["completed_at"]) == ("completed", True, int(START) + 60)
    vendor.modes(list="full")
    (row,) = vendor.get(PATH).json["data"]
    assert (row["metadata"], row["request_counts"]["total"]) == ({"token": "t"}, 1)


def test_metadata_need_not_come_back(vendor):
    vendor.modes(metadata="none")
    batch = vendor.create(items("meshapi", 1), metadata={"token": "t"})
    assert batch["metadata"] is None
    assert vendor.get(f"{PATH}/{batch['id']}").json["metadata"] is None


def test_list_pages(lab, vendor):
    made = []
    for _ in range(3):
        made.insert(0, vendor.create(one())["id"])
        lab.advance(1)
    first = vendor.get(f"{PATH}?limit=2").json
    assert [row["id"] for row in first["data"]] == made[:2]
    assert (first["has_more"], first["first_id"], first["last_id"]) == (True, made[0], made[1])
    second = vendor.get(f"{PATH}?limit=2&after={made[1]}").json
    assert ([row["id"] for row in second["data"]], second["has_more"]) == (made[2:], False)
    empty = vendor.get(f"{PATH}?after={made[2]}").json
    assert (empty["data"], empty["first_id"]) == ([], None)
    assert vendor.get(f"{PATH}?after=batch_nothing").status == 404
    assert vendor.get(f"{PATH}?limit=101").status == 422


def test_cancel_then_partial_results(lab, vendor):
    batch = vendor.create(items("meshapi", 6))
    lab.advance(20)
    cancelling = vendor.post(f"{PATH}/{batch['id']}/cancel", {}).json
    assert cancelling["status"] == "cancelling"
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").json == cancelling
    assert vendor.get(f"{PATH}/{batch['id']}").json["results"] is None
    lab.advance(5)
    cancelled = vendor.get(f"{PATH}/{batch['id']}").json
    assert cancelled["status"] == "cancelled"
    assert len(cancelled["results"]) == cancelled["request_counts"]["completed"] == 2
    assert vendor.post(f"{PATH}/{batch['id']}/cancel", {}).json["status"] == "cancelled"
    assert (vendor.ledger()[0]["cancelled"], vendor.ledger()[0]["billed"]) == (True, 2)


@pytest.mark.parametrize(("sent", "served"), [(None, "2026-08"), ("2026-08", "2026-08"), ("2026-09", "2026-09")])
def test_the_version_is_echoed_on_every_reply(vendor, sent, served):
    headers = KEY["meshapi"] | ({} if sent is None else {"X-Mesh-Version": sent})
    for reply in (vendor.get(PATH, headers=headers), vendor.get(f"{PATH}/nothing", headers=headers)):
        assert reply.headers["X-Mesh-Version"] == served
        assert reply.headers["x-request-id"].startswith("req_01")


@pytest.mark.parametrize("version", ["2026-10", "latest", "", "2026-08, 2026-09"])
def test_an_unknown_version_is_refused_before_the_key_is_looked_at(vendor, version):
    reply = vendor.get(PATH, headers={"X-Mesh-Version": version})
    assert (reply.status, reply.json["error"]["code"]) == (400, "invalid_api_version")
    assert reply.json["request_id"] == reply.headers["x-request-id"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer invalid"}, {"x-api-key": "key"}])
def test_no_key_or_a_wrong_one_is_refused(vendor, headers):
    reply = vendor.get(PATH, headers=headers)
    assert (reply.status, reply.json["error"]["code"]) == (401, "unauthorized")


def test_the_three_shapes_of_an_error(vendor):
    bad = {"requests": [{"custom_id": "a"}]}
    envelope = vendor.post(PATH, bad)
    assert (envelope.status, envelope.json["error"]["code"]) == (422, "validation_error")
    assert envelope.json["error"]["details"][0]["loc"] == ["body", "requests", 0, "body"]
    vendor.modes(errors="detail")
    assert vendor.post(PATH, bad).json["detail"][0]["type"] == "missing"
    assert isinstance(vendor.get(f"{PATH}/nothing").json["detail"], str)
    vendor.modes(errors="text")
    plain = vendor.get(f"{PATH}/nothing", judged=False)
    assert (plain.status, plain.headers["Content-Type"]) == (404, "text/plain")


@pytest.mark.parametrize("requests", [[], [*one(), *one()]])
def test_lists_that_cannot_be_a_batch(vendor, requests):
    reply = vendor.post(PATH, {"requests": requests})
    assert (reply.status, reply.json["error"]["code"]) == (400, "invalid_request")


def test_a_message_without_content(lab, vendor):
    batch = vendor.create([{"custom_id": "a", "body": {"model": "m", "messages": [{"role": "user", "content": None}]}}])
    lab.advance(60)
    (line,) = vendor.get(f"{PATH}/{batch['id']}").json["results"]
    assert line["response"]["body"]["choices"][0]["message"]["content"] == ""


def test_what_was_cancelled_is_not_in_the_file(lab, vendor):
    vendor.modes(results="file")
    batch = vendor.create(items("meshapi", 2))
    lab.advance(30)
    vendor.post(f"{PATH}/{batch['id']}/cancel")
    lab.advance(30)
    ended = vendor.get(f"{PATH}/{batch['id']}").json
    assert len(vendor.get(f"/v1/files/{ended['output_file_id']}/content").lines) == 1


def test_an_id_in_an_escaped_form_is_found(vendor):
    batch = vendor.create(one())
    assert vendor.get(f"{PATH}/{batch['id'].replace('_', '%5F')}").json["id"] == batch["id"]
