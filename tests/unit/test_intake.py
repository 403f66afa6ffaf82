"""What the user gives, turned into the vendor's items or refused with the place and the reason."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polybatch import InputError, Request
from polybatch.intake import Intake
from polybatch.vendors import find_vendor

BODY = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}


def intake(*, check: bool = True, model: str | None = None) -> Intake:
    return Intake(find_vendor("anthropic")({}, "https://api.anthropic.com"), check=check, model=model)


def line(**changes: Any) -> bytes:
    return json.dumps({"custom_id": "a", "params": BODY, **changes}).encode()


def test_a_line_becomes_a_request_and_its_bytes() -> None:
    request = intake().read(line(priority="low"), "line 1")
    assert request == Request("a", BODY, item={"priority": "low"})
    assert json.loads(intake().encode(request, "line 1")) == {"custom_id": "a", "params": BODY, "priority": "low"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"nope", "in.jsonl, line 3: not JSON: JSON is malformed"),
        (b'{"custom_id":"a",}', "line 3: not JSON"),
        (b'{"custom_id":"a"', "line 3: not JSON"),
        (b'{"custom_id":"a"}{"custom_id":"b"}', "line 3: not JSON"),
        (b"'a'", "line 3: not JSON"),
        (b"\xff\xfe{\x00", "line 3: not JSON: invalid UTF-8 at byte 0"),
        (b'{"custom_id":"\xe9"}', "line 3: not JSON: invalid UTF-8 at byte 14"),
        (b'{"custom_id":"a","params":{"x":NaN}}', "NaN and Infinity are not JSON"),
        (b'{"custom_id":"a","params":{"x":-Infinity}}', "NaN and Infinity are not JSON"),
        (b'{"custom_id":"a","params":{"x":1e999}}', "line 3: not JSON: Number out of range"),
        (b'{"custom_id":"\\ud800"}', "line 3: not JSON"),
        # How deep is too deep depends on the Python; it is refused either way.
        (b"[" * 5000 + b"]" * 5000, "line 3: (not JSON|expected a JSON object)"),
        (b'["a"]', r'line 3: expected a JSON object, got \["a"\]'),
        (b"null", "line 3: expected a JSON object, got null"),
        (b'"text"', 'line 3: expected a JSON object, got "text"'),
        (b"{}", "line 3: custom_id is missing"),
        (b'{"params":{}}', "line 3: custom_id is missing"),
        (b'{"custom_id":null,"params":{}}', "line 3: custom_id is missing"),
        (b'{"custom_id":"","params":{}}', "line 3: custom_id is empty"),
        (b'{"custom_id":5,"params":{}}', "line 3: .*custom_id"),
        (b'{"custom_id":"a"}', "line 3: request 'a' has no body.*params"),
        (b'{"custom_id":"a","body":{}}', "line 3: request 'a' has no body.*params"),
        (b'{"custom_id":"a","params":[]}', "line 3: request 'a': its body is no JSON object"),
    ],
)
def test_a_line_that_is_no_request_is_refused_with_its_place(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        intake().read(data, "in.jsonl, line 3")


@given(st.binary() | st.text().map(str.encode))
def test_any_line_is_a_request_or_an_input_error(data: bytes) -> None:
    try:
        intake().read(data, "line 1")
    except InputError as error:
        assert error.message.startswith("line 1: ")  # noqa: PT017 - not every line is refused


def encoded(body: Any, *, check: bool = True, **item: Any) -> bytes:
    return intake(check=check).encode(Request("a", body, item=item), "request 0 (a)")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x": math.nan}, "request 0 .a.: params.x is NaN or infinite"),
        ({"x": -math.inf}, "params.x is NaN or infinite"),
        (
            {"messages": [{"role": "user", "content": [{"deep": (1.0, math.inf)}]}]},
            r"params.messages\[0\].content\[0\]",
        ),
        ({"x": {1.0, math.nan}}, "NaN or infinite"),
        ({"x": 2**64}, "params.x is an integer of more than 64 bits"),
        ({"x": -(2**63) - 1}, "params.x is an integer of more than 64 bits"),
        ({"x": "\ud800"}, "cannot be written as JSON"),
        ({"\ud800": "x"}, "cannot be written as JSON"),
        ({"x": object()}, "cannot be written as JSON"),
        ({"x": {(1, 2): 3}}, "cannot be written as JSON"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_what_json_cannot_carry_is_refused(changes: dict[str, Any], words: str, *, check: bool) -> None:
    with pytest.raises(InputError, match=words):
        encoded({**BODY, **changes}, check=check)


def test_nesting_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(InputError, match="cannot be written as JSON"):
        encoded({**BODY, "x": endless})


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@settings(max_examples=15)
@given(st.integers(1, 1500))
@example(500)
@example(990)
def test_deep_nesting_is_written_or_refused(depth: int) -> None:
    try:
        text = encoded({**BODY, "x": nested(depth)})
    except InputError as error:
        assert "cannot be written as JSON" in error.message  # noqa: PT017 - where the limit is does not matter
    else:
        assert text.count(b"[") == depth + 2


@pytest.mark.parametrize(
    ("value", "sent"),
    [((1, 2), b"[1,2]"), (2**64 - 1, b"18446744073709551615"), (-(2**63), b"-9223372036854775808"), (1e300, b"1e300"),
     (Decimal("1.5"), b'"1.5"'), (None, b"null"), ("\u2028é\n", '"\u2028é\\n"'.encode())],
)  # fmt: skip
def test_what_json_can_carry_is_written(value: Any, sent: bytes) -> None:
    assert encoded({**BODY, "x": value}).endswith(b'"x":' + sent + b"}}")


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner),
    max_leaves=10,
)  # fmt: skip


@given(st.dictionaries(TEXTS, JSON))
def test_what_is_sent_is_what_was_given(body: Mapping[str, Any]) -> None:
    sent = json.loads(encoded(body, check=False))
    assert sent == {"custom_id": "a", "params": body}


def test_a_refusal_says_how_to_send_it_all_the_same() -> None:
    with pytest.raises(InputError, match=r"request 0 \(a\): params: .*max_tokens.*Anthropic document.*--no-check"):
        encoded({"model": "m", "messages": []})
    assert encoded({"model": "m", "messages": []}, check=False)


ANY_MODEL = 'give --model M (in Python model="M"), or name it in each request'


@pytest.mark.parametrize(("vendor", "member"), [("anthropic", "params"), ("meshapi", "body"), ("onerouter", "params")])
def test_a_request_without_a_model_is_told_where_to_name_one(vendor: str, member: str) -> None:
    found = Intake(find_vendor(vendor)({}, "https://api.example.com"))
    body = {name: value for name, value in BODY.items() if name != "model"}
    for item in (body, {member: body}):
        with pytest.raises(InputError) as refused:
            found.encode(found.read(json.dumps({"custom_id": "a", **item}).encode(), "row 1"), "row 1")
        assert (refused.value.message, refused.value.hint) == ("row 1: no model", ANY_MODEL)


def test_a_model_of_the_wrong_type_is_not_a_missing_one() -> None:
    with pytest.raises(InputError, match=r"request 0 \(a\): params.model: 3 is not of type \"string\" .*--no-check"):
        encoded({**BODY, "model": 3})


def test_what_an_option_gave_is_named_with_its_option() -> None:
    form = {"json_schema": {"schema": {}}}
    chat = Request("a", {"messages": BODY["messages"], "response_format": form, "max_tokens": 5}, portable=True)
    told = {
        frozenset({"schema", "prompt"}): r"^x: response_format \(--schema\), max_tokens: Letta has no place for them",
        frozenset({"max_tokens"}): r"^x: response_format, max_tokens \(--max-tokens\): Letta has",
    }
    for filled, words in told.items():
        with pytest.raises(InputError, match=words):
            Intake(find_vendor("letta")({}, "https://api.letta.com"), filled=filled).encode(chat, "x")


def test_who_answers_at_letta_may_stand_in_a_column() -> None:
    found = Intake(find_vendor("letta")({}, "https://api.letta.com"))
    words = r"^row 1: agent_id: Letta needs it, to know who answers \(.*; in a table a column agent_id does\)$"
    with pytest.raises(InputError, match=words):
        found.encode(Request("a", {"messages": BODY["messages"]}, portable=True), "row 1")


def test_the_item_does_not_rename_the_request() -> None:
    assert json.loads(encoded(BODY, custom_id="b", params={}))["custom_id"] == "a"
    assert json.loads(encoded(BODY, custom_id="b", params={}))["params"] == BODY


def test_a_model_fills_only_what_names_none() -> None:
    body = {name: value for name, value in BODY.items() if name != "model"}
    assert json.loads(intake(model="other").encode(Request("a", body), "x"))["params"]["model"] == "other"
    assert json.loads(intake(model="other").encode(Request("a", BODY), "x"))["params"]["model"] == "m"


def test_an_item_larger_than_the_vendor_takes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    vendor = find_vendor("anthropic")
    small = attrs.evolve(vendor.profile, limits=attrs.evolve(vendor.profile.limits, max_item_bytes=1000))
    monkeypatch.setattr(vendor, "profile", small)
    found = intake()
    big = {**BODY, "system": "x" * 2000}
    with pytest.raises(InputError, match=r"line 7: the request has 2,\d\d\d bytes, Anthropic takes 1,000 at most"):
        found.encode(Request("a", big), "line 7")
    assert found.encode(Request("a", BODY), "line 7")


def test_what_the_document_does_not_know_is_warned_of_once(caplog: pytest.LogCaptureFixture) -> None:
    found = intake()
    with caplog.at_level(logging.WARNING, "polybatch"):
        for number in range(3):
            found.encode(Request("a", {**BODY, "service_tier": f"new {number}"}), f"line {number}")
    (record,) = caplog.records
    assert "line 0" in record.getMessage()
    assert "new 0" in record.getMessage()
    assert "said once" in record.getMessage()


TALK = BODY["messages"]
UNLISTED = [
    ("anthropic", {"model": "m", "max_tokens": 5, "messages": TALK, "max_tokns": 5}, {}, "params.max_tokns"),
    (
        "anthropic",
        {"model": "m", "max_tokens": 5, "messages": TALK, "metadata": {"user": "u"}},
        {},
        "params.metadata.user",
    ),
    ("onerouter", {"model": "m", "max_tokens": 5, "messages": TALK, "newer": 5}, {}, "params.newer"),
    ("onerouter", {"model": "m", "max_tokens": 5, "messages": TALK}, {"beside": 1}, "beside"),
    ("meshapi", {"model": "m", "messages": TALK}, {"beside": 1}, "beside"),
    ("letta", {"agent_id": "agent-123e4567-e89b-42d3-8456-426614174000", "messages": TALK, "newer": 1}, {}, "newer"),
]


@pytest.mark.parametrize(("vendor", "body", "item", "field"), UNLISTED)
def test_a_field_that_the_document_does_not_list_is_sent_with_a_warning(
    vendor: str, body: dict[str, Any], item: dict[str, Any], field: str, caplog: pytest.LogCaptureFixture
) -> None:
    encoded = Intake(find_vendor(vendor)({}, "https://example.org")).encode(Request("a", body, item=item), "here")
    assert field.rpartition(".")[2].encode() in encoded
    (record,) = caplog.records
    assert record.getMessage().startswith(f"here: {field}: no such field; not in the vendor's document, sent as it is")


def test_where_the_vendor_takes_any_field_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    body = {"model": "m", "messages": TALK, "top_logprobs": 3}
    Intake(find_vendor("meshapi")({}, "https://example.org")).encode(Request("a", body), "here")
    assert caplog.records == []
