"""Letta's batches as the last published server behaves, over real HTTP, answers judged by the document."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

import pytest

from tests.sandbox.server_lab import START_ISO, agent, items, open_lab

PATH = "/v1/messages/batches"


@pytest.fixture
def lab():
    with open_lab() as lab:
        yield lab


@pytest.fixture
def vendor(lab):
    return lab.vendor("letta")


def rows_of(vendor, batch, query="limit=1000"):
    return vendor.get(f"{PATH}/{batch['id']}/messages?{query}").json["messages"]


def sent_text(row):
    (call,) = row["tool_calls"]
    assert call["function"]["name"] == "send_message"
    return json.loads(call["function"]["arguments"])["message"]


def test_a_job_runs_and_completes(lab, vendor):
    job = vendor.create(items("letta", 2))
    assert (job["status"], job["created_at"], job["callback_url"]) == ("running", START_ISO, "None")
    assert (job["job_type"], job["metadata"], job["completed_at"]) == ("batch", {"job_type": "batch_messages"}, None)
    lab.advance(60)
    done = vendor.get(f"{PATH}/{job['id']}").json
    assert done["status"] == "completed"
    assert done["completed_at"] == "2026-11-18T11:07:40.000000", "the server writes no zone"
    assert (done["callback_sent_at"], done["callback_status_code"]) == (done["completed_at"], None)
    assert done["callback_error"]
    assert done["user_id"].startswith("user-")
    assert vendor.ledger()[0]["billed"] == 2


def test_a_callback_url_is_kept(vendor):
    job = vendor.create(items("letta", 1), callback_url="https://example.org/hook")
    assert job["callback_url"] == "https://example.org/hook"
    assert vendor.post(PATH, {"requests": items("letta", 1), "callback_url": "no url"}).status == 422


def test_messages_newest_first_with_the_callers_mark_on_the_users(lab, vendor):
    job = vendor.create(items("letta", 3))
    assert [row["role"] for row in rows_of(vendor, job)] == ["user"] * 3
    lab.advance(60)
    rows = rows_of(vendor, job)
    assert [row["role"] for row in rows] == ["tool", "assistant"] * 3 + ["user"] * 3
    moments = [datetime.fromisoformat(row["created_at"]) for row in rows]
    assert moments == sorted(moments, reverse=True)
    marks = {row["agent_id"]: row["otid"] for row in rows if row["role"] == "user"}
    assert marks == {agent(index): f"row-{index}" for index in range(3)}
    for row in rows:
        index = [agent(one) for one in range(3)].index(row["agent_id"])
        if row["role"] == "assistant":
            assert sent_text(row) == f"Question {index}"
            assert row["content"] is None
        if row["role"] == "tool":
            assert row["tool_returns"][0]["status"] == "success"
    assert len({row["batch_item_id"] for row in rows}) == 3
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_running_job_shows_its_requests_with_mark_and_agent(lab, vendor):
    """They are stored by the create, whatever became of its reply (§3.3)."""
    vendor.script("create", "status_after:502")
    assert vendor.post(PATH, {"requests": items("letta", 3)}, judged=False).status == 502
    (job,) = vendor.get(PATH).json
    lab.advance(30)
    assert vendor.get(f"{PATH}/{job['id']}").json["status"] == "running"
    rows = rows_of(vendor, job)
    assert {(row["agent_id"], row["otid"], row["role"]) for row in rows} == {
        (agent(index), f"row-{index}", "user") for index in range(3)
    }
    assert all(row["batch_item_id"] for row in rows)
    assert [row["otid"] for row in rows_of(vendor, job, f"agent_id={agent(1)}")] == ["row-1"]
    vendor.call("PATCH", f"{PATH}/{job['id']}/cancel")
    assert rows_of(vendor, job) == rows, "nor does a cancel take them away"


def test_messages_oldest_first_are_the_same_backwards(lab, vendor):
    job = vendor.create(items("letta", 5))
    lab.advance(60)
    assert rows_of(vendor, job, "order=asc") == rows_of(vendor, job)[::-1]


def test_message_paging_is_broken_as_the_servers(lab, vendor):
    job = vendor.create(items("letta", 40))
    lab.advance(60)
    rows = rows_of(vendor, job)
    assert len(rows) == 120
    assert rows_of(vendor, job, "order=desc") == rows[:100], "the default limit"
    assert rows_of(vendor, job, f"limit=7&before={rows[9]['id']}") == rows[:7], "before is ignored"
    reply = vendor.get(f"{PATH}/{job['id']}/messages?after={rows[9]['id']}")
    assert (reply.status, list(reply.json)) == (500, ["detail"])
    mine = rows_of(vendor, job, f"agent_id={agent(4)}")
    assert [row["role"] for row in mine] == ["tool", "assistant", "user"]
    assert {row["agent_id"] for row in mine} == {agent(4)}


def test_the_list_has_running_jobs_only(lab, vendor):
    made = []
    for _ in range(4):
        made.append(vendor.create(items("letta", 1))["id"])
        lab.advance(1)

    def ids(query=""):
        return [row["id"] for row in vendor.get(f"{PATH}?{query}").json]

    assert ids() == made[::-1]
    assert ids("order=asc") == made
    assert ids("limit=2") == [made[3], made[2]]
    assert ids(f"before={made[2]}") == [made[1], made[0]], "before means older"
    assert ids(f"after={made[1]}") == [made[3], made[2]], "after means newer"
    assert ids(f"after={made[1]}&order=asc") == [made[2], made[3]]
    assert ids(f"before={made[3]}&after={made[0]}&order=asc&limit=1") == [made[1]]
    vendor.call("PATCH", f"{PATH}/{made[3]}/cancel")
    lab.advance(57)
    assert ids() == [made[2]], "two have completed, one was cancelled"
    assert ids(f"after={made[0]}") == [made[2]], "a job that is not listed still is a cursor"
    assert vendor.get(f"{PATH}?before=job-00000000-0000-4000-8000-000000000000").status == 400


def test_cancel_answers_null_whatever_the_state(lab, vendor):
    job = vendor.create(items("letta", 3))
    lab.advance(30)
    reply = vendor.call("PATCH", f"{PATH}/{job['id']}/cancel")
    assert (reply.status, reply.body) == (200, b"null")
    lab.advance(60)
    cancelled = vendor.get(f"{PATH}/{job['id']}").json
    assert (cancelled["status"], cancelled["completed_at"]) == ("cancelled", None)
    assert [row["role"] for row in rows_of(vendor, job)] == ["user"] * 3, "no answer is collected after a cancel"
    ended = vendor.create(items("letta", 1))
    lab.advance(60)
    assert vendor.get(f"{PATH}/{ended['id']}").json["status"] == "completed"
    assert vendor.call("PATCH", f"{PATH}/{ended['id']}/cancel").body == b"null"
    after = vendor.get(f"{PATH}/{ended['id']}").json
    assert (after["status"], after["completed_at"] is None) == ("cancelled", False)
    assert len(rows_of(vendor, ended)) == 3


def test_cancel_may_be_disabled_and_cancels_all_the_same(vendor):
    vendor.modes(cancel="disabled")
    job = vendor.create(items("letta", 1))
    reply = vendor.call("PATCH", f"{PATH}/{job['id']}/cancel")
    assert (reply.status, list(reply.json)) == (501, ["detail"])
    assert vendor.get(f"{PATH}/{job['id']}").json["status"] == "cancelled"


def test_the_same_agent_twice_is_refused_after_it_was_accepted(lab, vendor):
    reply = vendor.post(PATH, {"requests": items("letta", 2) + items("letta", 1)})
    assert (reply.status, list(reply.json)) == (409, ["detail"])
    (entry,) = vendor.ledger()
    assert entry["items"] == 3
    assert vendor.get(PATH).json == []
    assert vendor.get(f"{PATH}/{entry['id']}").json["status"] == "failed"
    lab.advance(60)
    assert vendor.ledger()[0]["billed"] == 3


def test_an_unknown_agent(vendor):
    nobody = {"agent_id": agent(0)[:-12] + "0" * 12, "input": "Hello"}
    reply = vendor.post(PATH, {"requests": [nobody]})
    assert (reply.status, list(reply.json)) == (500, ["detail"])
    assert vendor.ledger() == []


def test_an_empty_list(vendor):
    reply = vendor.post(PATH, {"requests": []})
    assert (reply.status, list(reply.json)) == (400, ["detail"])


@pytest.mark.parametrize(
    "request_",
    [
        {"agent_id": agent(0)},
        {"agent_id": agent(0), "input": "a", "messages": [{"role": "user", "content": "a"}]},
        {"agent_id": "agent-1", "input": "a"},
        {"input": "a"},
        {"agent_id": agent(0), "messages": [{"role": "tool", "content": "a"}]},
    ],
)
def test_the_detail_of_a_422_is_a_string_or_an_array(vendor, request_):
    reply = vendor.post(PATH, {"requests": [request_]})
    assert (reply.status, type(reply.json["detail"])) == (422, str)
    assert reply.json["detail"].startswith("[{'type': ")
    vendor.modes(detail="array")
    detail = vendor.post(PATH, {"requests": [request_]}).json["detail"]
    assert detail[0]["loc"][:3] == ["body", "requests", 0]
    assert vendor.ledger() == []


def test_approvals_pass_the_document_and_fail_in_the_runner(vendor):
    approval = {"type": "approval", "approve": True, "approval_request_id": "message-1"}
    reply = vendor.post(PATH, {"requests": [{"agent_id": agent(0), "messages": [approval]}]})
    assert (reply.status, list(reply.json)) == (400, ["detail"])


@pytest.mark.parametrize("batch_id", ["job-1", "msgbatch_1", "job-123e4567-e89b-12d3-8456-426614174000"])
def test_an_id_of_another_form(vendor, batch_id):
    assert vendor.get(f"{PATH}/{batch_id}").status == 400
    assert vendor.call("PATCH", f"{PATH}/{batch_id}/cancel").status == 400
    assert vendor.get(f"{PATH}/{batch_id}/messages").status == 400


def test_an_unknown_id(vendor):
    assert vendor.get(f"{PATH}/job-123e4567-e89b-42d3-8456-426614174000").status == 404


def test_input_is_one_user_message(lab, vendor):
    parts = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    job = vendor.create([{"agent_id": agent(0), "input": "Hello"}, {"agent_id": agent(1), "input": parts}])
    lab.advance(60)
    texts = {row["agent_id"]: sent_text(row) for row in rows_of(vendor, job) if row["role"] == "assistant"}
    assert texts == {agent(0): "Hello", agent(1): "one two"}


def test_every_message_of_a_request_comes_back(vendor):
    messages = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"text": "Hello"}], "otid": "mark", "name": "Ann"},
    ]
    job = vendor.create([{"agent_id": agent(0), "messages": messages}])
    rows = rows_of(vendor, job, "order=asc")
    assert [(row["role"], row["content"][0]["text"], row["otid"], row["name"]) for row in rows] == [
        ("system", "Be brief.", None, None),
        ("user", "Hello", "mark", "Ann"),
    ]


def test_a_stuck_job_never_ends(lab, vendor):
    vendor.modes(stuck=True)
    job = vendor.create(items("letta", 2))
    lab.advance(86_400 * 20)
    assert vendor.get(f"{PATH}/{job['id']}").json["status"] == "running"
    assert [row["role"] for row in rows_of(vendor, job)] == ["user"] * 2


def test_dropped_agents_leave_no_trace(lab, vendor):
    vendor.modes(dropped=2)
    job = vendor.create(items("letta", 3))
    none_left = vendor.create(items("letta", 2))
    lab.advance(60)
    assert vendor.get(f"{PATH}/{job['id']}").json["status"] == "completed"
    answered = {row["agent_id"] for row in rows_of(vendor, job) if row["role"] == "assistant"}
    assert answered == {agent(2)}
    assert vendor.get(f"{PATH}/{none_left['id']}").json["status"] == "running", "with no answer at all a job never ends"


def test_answers_in_plain_text(lab, vendor):
    vendor.modes(answers="text")
    job = vendor.create(items("letta", 1))
    lab.advance(60)
    (row,) = (row for row in rows_of(vendor, job) if row["role"] == "assistant")
    assert (row["content"][0]["text"], row["tool_calls"]) == ("Question 0", None)
    assert {row["role"] for row in rows_of(vendor, job)} == {"assistant", "user"}


@pytest.mark.parametrize("status", [404, 405, 410, 501])
def test_a_server_without_batches(vendor, status):
    vendor.modes(create=status)
    reply = vendor.post(PATH, {"requests": items("letta", 1)}, judged=False)
    assert (reply.status, list(reply.json)) == (status, ["detail"])
    assert vendor.ledger() == []


@pytest.mark.parametrize(
    ("mode", "headers", "status"),
    [
        ("key", {}, 401),
        ("key", {"Authorization": "Bearer k"}, 200),
        ("key", {"Authorization": "Bearer invalid"}, 401),
        ("key", {"X-BARE-PASSWORD": "password k"}, 401),
        ("password", {}, 401),
        ("password", {"X-BARE-PASSWORD": "password k"}, 200),
        ("password", {"X-BARE-PASSWORD": "password invalid"}, 401),
        ("password", {"X-BARE-PASSWORD": "k"}, 401),
        ("password", {"Authorization": "Bearer k"}, 200),
        ("none", {}, 200),
        ("none", {"Authorization": "Bearer invalid"}, 401),
    ],
)
def test_three_ways_to_let_people_in(vendor, mode, headers, status):
    vendor.modes(auth=mode)
    reply = vendor.get(PATH, headers=headers)
    assert reply.status == status
    if status == 401:
        assert reply.json == {"detail": "Unauthorized"}


def test_a_malformed_user_is_refused(vendor):
    headers = {"Authorization": "Bearer k"}
    assert vendor.get(PATH, headers=headers | {"user_id": "somebody"}).status == 400
    assert vendor.get(PATH, headers=headers | {"user_id": "user-123e4567-e89b-42d3-8456-426614174000"}).status == 200


@pytest.mark.parametrize(
    ("status", "word"), [(402, "llm_insufficient_credits"), (429, "llm_rate_limit"), (504, "llm_timeout")]
)
def test_what_the_provider_refuses_while_creating(vendor, status, word):
    vendor.script("create", f"status:{status}")
    reply = vendor.post(PATH, {"requests": items("letta", 1)})
    assert (reply.status, reply.json["error"]["type"]) == (status, word)


def test_the_size_is_taken_from_the_header_alone(lab):
    from tests.sandbox.server_lab import document

    small = json.loads(json.dumps(document("letta")))
    small["paths"][PATH]["post"]["requestBody"]["x-max-bytes"] = 50
    with open_lab(documents={"letta": small}.__getitem__) as other:
        vendor = other.vendor("letta")
        body = {"requests": items("letta", 1)}
        assert vendor.post(PATH, body).status == 400
        raw = json.dumps(body).encode()
        chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(raw), raw)
        headers = {"Authorization": "Bearer k", "Transfer-Encoding": "chunked"}
        assert vendor.post(PATH, chunked, headers=headers).status == 200


def test_the_fingerprint_leaves_out_the_callers_mark_only(vendor):
    (request,) = items("letta", 1)
    vendor.create([request])
    del request["messages"][0]["otid"]
    expected = hashlib.sha256(json.dumps(request, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    assert vendor.ledger(requests=True)[0]["requests"] == [expected]


def test_answers_depend_on_the_item_and_not_on_its_mark():
    def rows(mark, seed=1):
        with open_lab(seed=seed) as lab:
            vendor = lab.vendor("letta")
            job = vendor.create([{"agent_id": agent(0), "messages": [{"role": "user", "content": "Hi", "otid": mark}]}])
            lab.advance(60)
            return [row for row in rows_of(vendor, job) if row["role"] != "user"]

    assert rows("a") == rows("b") != rows("a", seed=2)
