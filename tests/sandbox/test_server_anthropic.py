"""Anthropic's Message Batches as the facts describe them, over real HTTP, each answer judged by the document."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.server_lab import KEY, START_ISO, document, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox.server_lab import Lab, Vendor

PATH = "/v1/messages/batches"


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


@pytest.fixture
def vendor(lab: Lab) -> Vendor:
    return lab.vendor("anthropic")


def params(**more: Any) -> Any:
    return {"model": "claude-x", "max_tokens": 16, "messages": [{"role": "user", "content": "Hello"}]} | more


def outcome_of(vendor: Vendor, body: Any, **headers: Any) -> Any:
    """What becomes of one item of an ended batch."""
    reply = vendor.post(PATH, {"requests": [{"custom_id": "a", "params": body}]}, headers=KEY["anthropic"] | headers)
    assert reply.status == 200, reply.body
    vendor.lab.advance(60)
    return vendor.get(f"{PATH}/{reply.json['id']}/results").lines[0]["result"]


def test_counts_are_frozen_until_the_whole_batch_has_ended(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 3))
    assert batch["processing_status"] == "in_progress"
    assert batch["request_counts"] == {"processing": 3, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    assert (batch["created_at"], batch["expires_at"]) == (START_ISO, "2026-11-19T11:06:40.000000Z")
    assert [batch[name] for name in ("ended_at", "archived_at", "cancel_initiated_at", "results_url")] == [None] * 4
    lab.advance(59.9)
    assert vendor.get(f"{PATH}/{batch['id']}").json == batch
    lab.advance(0.1)
    ended = vendor.get(f"{PATH}/{batch['id']}").json
    assert ended["processing_status"] == "ended"
    assert ended["request_counts"] == {"processing": 0, "succeeded": 3, "errored": 0, "canceled": 0, "expired": 0}
    assert ended["ended_at"] == "2026-11-18T11:07:40.000000Z"
    assert ended["results_url"] == f"{vendor.base}{PATH}/{batch['id']}/results"


def test_results_echo_the_last_user_message_in_another_order(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 8, text="Wörter \u2028 {}"))
    lab.advance(60)
    lines = vendor.get(f"{PATH}/{batch['id']}/results").lines
    keys = [line["custom_id"] for line in lines]
    assert sorted(keys) == [f"row-{index}" for index in range(8)] != keys
    for line in lines:
        message = line["result"]["message"]
        assert message["content"][0]["text"] == f"Wörter \u2028 {line['custom_id'][4:]}"
        assert message["usage"]["service_tier"] == "batch"
        assert message["usage"]["input_tokens"] > message["usage"]["output_tokens"] > 0


def test_results_before_the_end_are_refused(vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 1))
    reply = vendor.get(f"{PATH}/{batch['id']}/results")
    assert (reply.status, reply.json["error"]["type"]) == (404, "not_found_error")
    assert reply.json["request_id"] == reply.headers["request-id"]


def test_cancel_keeps_what_was_finished(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 6))
    lab.advance(20)
    cancelled = vendor.post(f"{PATH}/{batch['id']}/cancel").json
    assert cancelled["processing_status"] == "canceling"
    assert cancelled["cancel_initiated_at"] == "2026-11-18T11:07:00.000000Z"
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").json == cancelled
    lab.advance(5)
    ended = vendor.get(f"{PATH}/{batch['id']}").json
    assert ended["processing_status"] == "ended"
    assert ended["request_counts"] == {"processing": 0, "succeeded": 2, "errored": 0, "canceled": 4, "expired": 0}
    types = [line["result"]["type"] for line in vendor.get(f"{PATH}/{batch['id']}/results").lines]
    assert sorted(types) == ["canceled"] * 4 + ["succeeded"] * 2
    assert vendor.post(f"{PATH}/{batch['id']}/cancel").json == ended
    assert vendor.ledger()[0] | {"id": ""} == {
        "id": "",
        "items": 6,
        "created_at": START_ISO,
        "cancelled": True,
        "deleted": False,
        "billed": 2,
    }


def test_delete_is_possible_after_the_end_only(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 1))
    refused = vendor.call("DELETE", f"{PATH}/{batch['id']}")
    assert (refused.status, refused.json["error"]["type"]) == (400, "invalid_request_error")
    lab.advance(60)
    deleted = vendor.call("DELETE", f"{PATH}/{batch['id']}")
    assert deleted.json == {"id": batch["id"], "type": "message_batch_deleted"}
    assert vendor.get(f"{PATH}/{batch['id']}").status == 404
    assert vendor.get(PATH).json["data"] == []
    assert vendor.ledger()[0]["deleted"]


def test_list_pages_in_both_directions_newest_first(lab: Lab, vendor: Vendor) -> None:
    made = []
    for _ in range(5):
        made.insert(0, vendor.create(items("anthropic", 1))["id"])
        lab.advance(1)

    def page(query: Any) -> Any:
        found = vendor.get(f"{PATH}?{query}").json
        ids = [row["id"] for row in found["data"]]
        assert (found["first_id"], found["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
        return ids, found["has_more"]

    assert page("limit=2") == (made[:2], True)
    assert page(f"limit=2&after_id={made[1]}") == (made[2:4], True)
    assert page(f"limit=2&after_id={made[3]}") == (made[4:], False)
    assert page(f"limit=2&before_id={made[4]}") == (made[2:4], True)
    assert page(f"limit=2&before_id={made[2]}") == (made[:2], False)
    assert page(f"after_id={made[4]}") == ([], False)
    assert vendor.get(f"{PATH}?after_id=msgbatch_nothing").status == 400
    assert vendor.get(f"{PATH}?after_id={made[0]}&before_id={made[4]}").status == 400
    assert vendor.get(f"{PATH}?limit=1001").status == 400
    assert vendor.get(f"{PATH}?limit=many").status == 400


def test_a_deleted_batch_still_is_a_cursor(lab: Lab, vendor: Vendor) -> None:
    old = vendor.create(items("anthropic", 1))["id"]
    lab.advance(60)
    new = vendor.create(items("anthropic", 1))["id"]
    lab.advance(60)
    vendor.call("DELETE", f"{PATH}/{new}")
    assert [row["id"] for row in vendor.get(f"{PATH}?after_id={new}").json["data"]] == [old]


def test_results_are_gone_29_days_after_the_create(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create(items("anthropic", 1))
    lab.advance(29 * 86_400 - 1)
    assert vendor.get(f"{PATH}/{batch['id']}/results").status == 200
    lab.advance(1)
    archived = vendor.get(f"{PATH}/{batch['id']}").json
    assert (archived["archived_at"], archived["results_url"]) == ("2026-12-17T11:06:40.000000Z", None)
    gone = vendor.get(f"{PATH}/{batch['id']}/results")
    assert (gone.status, gone.json["error"]["type"]) == (404, "not_found_error")
    assert "no longer" in gone.json["error"]["message"], "not as before the end"
    assert archived["request_counts"]["succeeded"] == 1
    assert vendor.get(PATH).json["data"] == [archived], "the batch itself is still there (§2.4)"
    assert vendor.call("DELETE", f"{PATH}/{batch['id']}").status == 200


def test_batches_of_another_user_of_the_account_stand_in_the_list(lab: Lab, vendor: Vendor) -> None:
    """Nothing in a row tells whose it is: a look-alike has the same count and time."""
    theirs = KEY["anthropic"] | {"x-api-key": "of-somebody-else"}
    ours = vendor.create(items("anthropic", 3))
    other = vendor.post(PATH, {"requests": items("anthropic", 3, text="Theirs {}")}, headers=theirs).json
    assert [row["id"] for row in vendor.get(PATH).json["data"]] == [other["id"], ours["id"]]
    assert {name: value for name, value in other.items() if name != "id"} == {
        name: value for name, value in ours.items() if name != "id"
    }
    lab.advance(60)
    (first, *_) = vendor.get(f"{PATH}/{other['id']}/results").lines
    assert first["result"]["message"]["content"][0]["text"].startswith("Theirs")


@pytest.mark.parametrize("headers", [{"x-api-key": "k"}, {"Authorization": "Bearer k"}])
@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
def test_both_versions_and_both_headers_of_a_key(vendor: Vendor, headers: Any, version: Any) -> None:
    sent = headers | {"anthropic-version": version, "anthropic-beta": "message-batches-2024-09-24,other"}
    assert vendor.post(f"{PATH}?beta=true", {"requests": items("anthropic", 1)}, headers=sent).status == 200


@pytest.mark.parametrize(
    "headers", [{}, {"x-api-key": "invalid"}, {"Authorization": "Bearer invalid"}, {"Authorization": "k"}]
)
def test_no_key_or_a_wrong_one_is_refused(vendor: Vendor, headers: Any) -> None:
    reply = vendor.get(PATH, headers=headers | {"anthropic-version": "2023-06-01"})
    assert (reply.status, reply.json["error"]["type"]) == (401, "authentication_error")


@pytest.mark.parametrize("headers", [{}, {"anthropic-version": "1999-01-01"}])
def test_the_version_is_needed_and_must_be_known(vendor: Vendor, headers: Any) -> None:
    reply = vendor.get(PATH, headers=headers | {"x-api-key": "k"})
    assert (reply.status, reply.json["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"requests": []}, "requests"),
        ({}, "requests"),
        ({"requests": [{"custom_id": "a b", "params": params()}]}, "requests.0.custom_id"),
        ({"requests": [{"custom_id": "a" * 65, "params": params()}]}, "requests.0.custom_id"),
        ({"requests": [{"custom_id": "a", "params": {"model": "m", "messages": []}}]}, "requests.0.params.max_tokens"),
        ({"requests": [{"custom_id": "a", "params": params(max_tokens="9")}]}, "requests.0.params.max_tokens"),
        (
            {"requests": [{"custom_id": "a", "params": params()}, {"custom_id": "a", "params": params()}]},
            "requests.1.custom_id",
        ),
        (b'{"requests": [NaN]}', "body"),
        (b'{"requests": [1e999]}', "body"),
        (b"{", "body"),
        (None, "body"),
        (b"[" * 100_000, "body"),
    ],
)
def test_a_create_is_refused_as_a_whole_and_names_the_place(vendor: Vendor, body: Any, where: Any) -> None:
    reply = vendor.post(PATH, body)
    assert (reply.status, reply.json["error"]["type"]) == (400, "invalid_request_error")
    assert reply.json["error"]["message"].startswith(f"{where}: ")
    assert vendor.ledger() == []


def test_a_body_must_be_announced_as_json(vendor: Vendor) -> None:
    reply = vendor.post(
        PATH, {"requests": items("anthropic", 1)}, headers=KEY["anthropic"] | {"Content-Type": "text/plain"}
    )
    assert reply.status == 400


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_sampling_fields_end_as_errored_in_the_newer_version_only(vendor: Vendor, name: Any) -> None:
    refused = outcome_of(vendor, params(**{name: 1, "extra": 0.5}))
    assert refused["type"] == "errored"
    assert refused["error"]["type"] == "error"
    assert refused["error"]["error"]["type"] == "invalid_request_error"
    assert outcome_of(vendor, params(**{name: 1}), **{"anthropic-version": "2023-06-01"})["type"] == "succeeded"


@pytest.mark.parametrize(
    "message",
    [
        {"role": "assistant", "content": [{"type": "document", "source": {"type": "text", "data": "x"}}]},
        {"role": "user", "content": [{"type": "text", "text": "x", "citations": [{"type": "char_location"}]}]},
    ],
)
def test_blocks_that_the_newer_version_refuses(vendor: Vendor, message: Any) -> None:
    body = params(messages=[message, {"role": "user", "content": "Hello"}])
    assert outcome_of(vendor, body)["type"] == "errored"
    assert outcome_of(vendor, body, **{"anthropic-version": "2023-06-01"})["type"] == "succeeded"


def test_items_that_are_refused_one_by_one(vendor: Vendor) -> None:
    assert outcome_of(vendor, params(thinking={"type": "enabled", "budget_tokens": 1024}))["type"] == "errored"
    assert (
        outcome_of(vendor, params(max_tokens=2048, thinking={"type": "enabled", "budget_tokens": 1024}))["type"]
        == "succeeded"
    )
    assert (
        outcome_of(vendor, params(billing_policy={"type": "billing_policy", "bill_to": "user_profile"}))["type"]
        == "errored"
    )
    conflict = {"anthropic-user-profile-id": "profile-1"}
    assert outcome_of(vendor, params(user_profile_id="profile-2"), **conflict)["type"] == "errored"
    assert outcome_of(vendor, params(user_profile_id="profile-1"), **conflict)["type"] == "succeeded"


@pytest.mark.parametrize("field", [{"stream": True}, {"speed": "fast"}, {"max_tokens": 0}])
def test_what_a_batch_cannot_do_never_succeeds(vendor: Vendor, field: Any) -> None:
    """Either the document refuses the create, or the item ends as errored."""
    reply = vendor.post(PATH, {"requests": [{"custom_id": "a", "params": params(**field)}]})
    if reply.status == 200:
        vendor.lab.advance(60)
        assert vendor.get(f"{PATH}/{reply.json['id']}/results").lines[0]["result"]["type"] == "errored"
    else:
        assert reply.json["error"]["type"] == "invalid_request_error"


def test_errored_items_are_counted_and_not_billed(lab: Lab, vendor: Vendor) -> None:
    batch = vendor.create([*items("anthropic", 2), {"custom_id": "c", "params": params(top_k=1)}])
    lab.advance(60)
    counts = vendor.get(f"{PATH}/{batch['id']}").json["request_counts"]
    assert (counts["succeeded"], counts["errored"]) == (2, 1)
    assert vendor.ledger()[0]["billed"] == 2


def test_batches_belong_to_a_workspace(vendor: Vendor) -> None:
    here = KEY["anthropic"] | {"anthropic-workspace-id": "wrkspc_1"}
    reply = vendor.post(PATH, {"requests": items("anthropic", 1)}, headers=here)
    assert reply.headers["anthropic-workspace-id"] == "wrkspc_1"
    batch = f"{PATH}/{reply.json['id']}"
    assert vendor.get(batch, headers=here).status == 200
    assert vendor.get(batch).status == 404
    assert vendor.get(PATH).json["data"] == []


def test_an_id_with_a_slash_in_it_is_one_segment(vendor: Vendor) -> None:
    assert vendor.get(f"{PATH}/a%2Fb%3Fc").json["error"]["message"].endswith("a/b?c")


def test_a_body_beyond_the_limit(lab: Lab) -> None:
    small = json.loads(json.dumps(document("anthropic")))
    create = small["paths"][PATH]["post"]
    assert create["requestBody"]["x-max-bytes"] == 256_000_000
    create["requestBody"]["x-max-bytes"] = 100
    with open_lab(documents={"anthropic": small}.__getitem__) as other:
        vendor = other.vendor("anthropic")
        reply = vendor.post(PATH, {"requests": items("anthropic", 1)})
        assert (reply.status, reply.json["error"]["type"]) == (413, "request_too_large")
        vendor.modes(too_large="html")
        reply = vendor.post(PATH, {"requests": items("anthropic", 1)}, judged=False)
        assert (reply.status, reply.headers["Content-Type"]) == (413, "text/html")
        assert vendor.ledger() == []


def test_results_url_on_a_foreign_host(lab: Lab, vendor: Vendor) -> None:
    vendor.modes(results_url="foreign")
    batch = vendor.create(items("anthropic", 1))
    lab.advance(60)
    url = vendor.get(f"{PATH}/{batch['id']}").json["results_url"]
    assert url == f"{lab.server.result_url_base}{PATH}/{batch['id']}/results"


def test_the_ledger_has_the_fingerprint_of_each_item_without_its_id(vendor: Vendor) -> None:
    requests = [{"custom_id": "a", "params": params(metadata={"user_id": "é"})}, {"custom_id": "b", "params": params()}]
    vendor.create(requests)
    expected = [
        hashlib.sha256(
            json.dumps({"params": one["params"]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest()
        for one in requests
    ]
    assert vendor.ledger(requests=True)[0]["requests"] == expected
    assert "requests" not in vendor.ledger()[0]


def test_an_answer_depends_on_the_seed_and_the_item_but_not_on_its_id() -> None:
    def answer(seed: Any, custom_id: Any, text: Any) -> Any:
        with open_lab(seed=seed) as lab:
            vendor = lab.vendor("anthropic")
            lab.advance(len(custom_id))  # another time, the same answer
            batch = vendor.create(
                [{"custom_id": custom_id, "params": params(messages=[{"role": "user", "content": text}])}]
            )
            lab.advance(60)
            return vendor.get(f"{PATH}/{batch['id']}/results").lines[0]["result"]

    one = answer(1, "a", "Hello")
    assert one == answer(1, "another", "Hello")
    assert one["message"]["id"] != answer(2, "a", "Hello")["message"]["id"]
    assert one["message"]["id"] != answer(1, "a", "Hello!")["message"]["id"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        (
            [{"type": "text", "text": "one "}, {"type": "image", "source": {}}, {"type": "text", "text": "two"}],
            "one two",
        ),
        ([], ""),
    ],
)
def test_the_echo_is_the_text_of_the_last_user_message(vendor: Vendor, content: Any, text: Any) -> None:
    earlier = [{"role": "user", "content": "first"}, {"role": "assistant", "content": "between"}]
    body = params(messages=[*earlier, {"role": "user", "content": content}, {"role": "assistant", "content": "after"}])
    assert outcome_of(vendor, body)["message"]["content"][0]["text"] == text


def test_lone_surrogates_come_back(lab: Lab, vendor: Vendor) -> None:
    raw = json.dumps(
        {"requests": [{"custom_id": "a", "params": params(messages=[{"role": "user", "content": "\ud800"}])}]}
    )
    reply = vendor.post(PATH, raw.encode())
    lab.advance(60)
    line = vendor.get(f"{PATH}/{reply.json['id']}/results").lines[0]
    assert line["result"]["message"]["content"][0]["text"] == "\ud800"
