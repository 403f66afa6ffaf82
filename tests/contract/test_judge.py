"""The strict judge names every way to leave a document; each by an exchange made by hand."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.contract.bodies import closed
from tests.contract.judge import Judge, judge

KEY, VERSION, JSON = ("x-api-key", "key"), ("anthropic-version", "2026-10-21"), ("Content-Type", "application/json")
GOOD = [KEY, VERSION, JSON]
BATCHES = "/v1/messages/batches"
ITEM = {"custom_id": "a", "params": {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}}


def create(**changes: Any) -> bytes:
    return json.dumps({"requests": [{**ITEM, **changes}]}).encode()


def test_what_keeps_to_the_document_is_not_named() -> None:
    ruling = judge("anthropic")
    assert ruling.request("POST", f"{BATCHES}?beta=true", [*GOOD, ("Host", "h"), ("User-Agent", "u")], create()) == []
    assert ruling.request("GET", f"{BATCHES}?limit=1000", [("Authorization", "Bearer k"), VERSION], b"") == []
    old = {**ITEM["params"], "temperature": 1}
    given = [KEY, JSON, ("anthropic-version", "2023-06-01")]
    assert ruling.request("POST", BATCHES, given, create(params=old)) == []


@pytest.mark.parametrize(("method", "target", "headers", "body", "said"), [
    ("GET", "/v1/elsewhere", GOOD, b"", "path: the document has no GET /v1/elsewhere"),
    ("PUT", BATCHES, GOOD, b"", f"path: the document has no PUT {BATCHES}"),
    ("GET", f"{BATCHES}/a/b", GOOD, b"", f"path: the document has no GET {BATCHES}/a/b"),
    ("GET", f"{BATCHES}?colour=blue", GOOD, b"", "query colour: not declared"),
    ("GET", f"{BATCHES}?limit=0", GOOD, b"", "query limit: 0 is less than the minimum of 1"),
    ("GET", f"{BATCHES}?limit=ten", GOOD, b"", 'query limit: "ten" is not of type "integer"'),
    ("GET", f"{BATCHES}?limit=1&limit=2", GOOD, b"", "query limit: given 2 times"),
    ("GET", f"{BATCHES}?beta=yes", GOOD, b"", 'query beta: "yes" is not of type "boolean"'),
    ("GET", BATCHES, [KEY], b"", "header anthropic-version: missing"),
    ("GET", BATCHES, [*GOOD, ("X-Colour", "blue")], b"", "header x-colour: not declared"),
    ("GET", BATCHES, [VERSION], b"", "credentials: none that the document declares"),
    ("GET", BATCHES, [VERSION, ("Authorization", "Basic k")], b"", "credentials: none that the document declares"),
    ("GET", BATCHES, [KEY, VERSION, ("Cookie", "key")], b"", "header cookie: not declared"),
    ("GET", BATCHES, GOOD, b"{}", "body: none is declared"),
    ("POST", BATCHES, GOOD, b"", "body: missing"),
    ("POST", BATCHES, [KEY, VERSION, ("Content-Type", "text/plain")], create(), "media type: create_batch takes no"),
    ("POST", BATCHES, GOOD, b"{", "body: not JSON"),
    ("POST", BATCHES, GOOD, b'{"requests": NaN}', "body: not JSON: NaN is no number"),
    ("POST", BATCHES, GOOD, b'{"requests": []}', "body.requests: [] has less than 1 item"),
    ("POST", BATCHES, GOOD, create(custom_id="x" * 65), "body.requests[0].custom_id: "),
    ("POST", BATCHES, GOOD, create(colour="blue"), "body.requests[0]: Additional properties are not allowed ('colour'"),
    ("POST", BATCHES, GOOD, create(params={**ITEM["params"], "top_k": 1}), "body.requests[0].params.top_k: "),
])  # fmt: skip
def test_a_request_outside_is_named(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes, said: str
) -> None:
    left = judge("anthropic").request(method, target, headers, body)
    assert any(one.startswith(said) for one in left), left
    assert all("Basic" not in one and "key" not in one for one in left)


def test_a_create_has_one_model_and_a_size() -> None:
    items = [{"custom_id": name, "body": {"model": name, "messages": []}} for name in "ab"]
    left = judge("meshapi").request(
        "POST", "/v1/batches", [JSON, ("Authorization", "Bearer k")], json.dumps({"requests": items}).encode()
    )
    assert left == ["body: 2 different body.model, one batch takes one"]
    narrow = copy.deepcopy(judge("anthropic").document)
    narrow["paths"][BATCHES]["post"]["requestBody"]["x-max-bytes"] = len(create())
    assert Judge(narrow).request("POST", BATCHES, GOOD, create()) == []
    left = Judge(narrow).request("POST", BATCHES, GOOD, create() + b" ")
    assert left == [f"body: {len(create()) + 1} bytes, {len(create())} at most"]


LINE = {"custom_id": "a", "result": {"type": "canceled"}}


def test_replies_and_lines() -> None:
    ruling, results = judge("anthropic"), f"{BATCHES}/b/results"
    lines = [("Content-Type", "application/x-jsonl; charset=utf-8"), ("Date", "now"), ("request-id", "r")]
    good = json.dumps(LINE).encode()
    assert ruling.reply("GET", results, 200, lines, good + b"\n\n" + good) == []
    assert ruling.reply("GET", results, 200, lines, good + b"\n{}") == [
        'line 2: "custom_id" is a required property', 'line 2: "result" is a required property',
    ]  # fmt: skip
    assert ruling.reply("GET", results, 302, [], b"") == ["status: batch_results declares no 302"]
    assert ruling.reply("GET", results, 529, [JSON], b"{}")[0].startswith("body: ")
    assert ruling.reply("GET", results, 200, [("X-Colour", "blue")], good) == [
        "header x-colour: not declared", "media type: batch_results 200 declares no ''",
    ]  # fmt: skip
    late = ruling.reply("GET", results, 200, lines, json.dumps({**LINE, "result": {"type": "late"}}).encode())
    assert late[0].startswith("line 1.result")


def test_only_what_lists_its_members_is_closed() -> None:
    free, mapped = {"type": "object"}, {"properties": {}, "additionalProperties": {"type": "string"}}
    assert closed(free) == free
    assert closed(mapped) == mapped
    assert closed({"properties": {"a": {"properties": {}}}}) == {
        "properties": {"a": {"properties": {}, "additionalProperties": False}}, "additionalProperties": False,
    }  # fmt: skip
    refined = {"properties": {"a": {}}, "if": {"properties": {"a": {"const": 1}}}, "then": {"properties": {"b": {}}}}
    assert closed(refined) == {**refined, "unevaluatedProperties": False}
