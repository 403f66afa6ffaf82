"""Portable requests: what is one, what of it each vendor carries, and that nothing is lost on the way."""

from __future__ import annotations

import json
import logging
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import polybatch
from polybatch import Answer, Outcome, Request, Result, ToolCall, features, portable
from polybatch.check import ItemCheck
from polybatch.errors import InputError
from polybatch.features import Feature
from polybatch.intake import Intake
from polybatch.vendor import Vendor
from polybatch.vendors import find_vendor, names
from tests.portable_requests import (
    AGENT,
    CHATS,
    FULL,
    HELLO,
    from_agent,
    from_completion,
    from_messages,
    plain,
)

INVERSES = {  # of the others it is a chat completion
    "anthropic": from_messages,
    "onerouter": from_messages,
    "letta": from_agent,
}
VENDORS = {
    **{name: (name, {}) for name in names()},
    "anthropic 2023-06-01": ("anthropic", {"version": "2023-06-01"}),
}
every_vendor = pytest.mark.parametrize("key", sorted(VENDORS))


def vendor_of(key: str) -> Vendor:
    name, options = VENDORS[key]
    kind = find_vendor(name)
    return kind(options, kind.document.server)


@cache
def judge_of(key: str) -> ItemCheck:
    vendor = vendor_of(key)
    return ItemCheck(vendor.document, version=vendor.version())


def line(**members: Any) -> bytes:
    return msgspec.json.encode({"custom_id": "a", "messages": HELLO, **members})


# -- what is one


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"temprature": 1}, "temprature: no such member"),
        ({"messages": []}, "messages: Expected `array` of length >= 1"),
        ({"messages": "hello"}, "messages: Expected `array`, got `str`"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages[0].role: Invalid value 'robot'"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages[0].content: there is nothing in it"),
        ({"messages": [{"role": "assistant"}]}, "messages[0].content: there is nothing in it"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0]: Object missing required field `tool_call_id`"),
        ({"messages": [{**HELLO[0], "name": "x"}]}, "messages[0]: Object contains unknown field `name`"),
        ({"max_tokens": 0}, "max_tokens: Expected `int` >= 1"),
        ({"tool_choice": "maybe"}, "tool_choice: Invalid enum value 'maybe'"),
        ({"extra": {"nobody": {}}}, "extra.nobody: no such vendor"),
    ],
)  # fmt: skip
def test_what_is_none_is_refused_with_line_and_place(members: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as refused:
        Intake(vendor_of("meshapi"), model="m").read(line(**members), "in.jsonl, line 3")
    assert refused.value.message == f"in.jsonl, line 3: {words}"


def test_an_unknown_member_is_answered_with_the_known_ones() -> None:
    with pytest.raises(InputError) as refused:
        portable.read({"messages": HELLO, "temprature": 1})
    assert refused.value.hint.startswith("known are: agent_id, extra, frequency_penalty, ")


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("ftp://example.org/a.png", "image_url.url: Expected `str` matching regex"),
        ("data:image/png;base64,", "image_url.url: a data URL begins with data:image/TYPE;base64, and goes on"),
        ("data:image/png,abc", "image_url.url: a data URL begins with data:image/TYPE;base64, and goes on"),
    ],
)
def test_an_image_is_an_address_or_base64(part: str, words: str) -> None:
    messages = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": part}}]}]
    with pytest.raises(InputError, match=r"^messages\[0\]\.content\[0\]\.") as refused:
        portable.read({"messages": messages})
    assert words in refused.value.message


@pytest.mark.parametrize("arguments", ["[1]", "{", "nothing"])
def test_arguments_of_a_call_are_an_object(arguments: str) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    with pytest.raises(InputError, match=r"^messages\[0\]\.tool_calls\[0\]\.function\.arguments: expected a JSON obj"):
        portable.read({"messages": [{"role": "assistant", "tool_calls": [call]}]})


def test_what_is_nested_without_end_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["items"] = endless
    chat = {"messages": HELLO, "response_format": {"json_schema": {"schema": endless}}}
    with pytest.raises(InputError, match=r"^line 1: nested too deeply"):
        Intake(vendor_of("anthropic"), model="m").encode(Request("a", chat, portable=True), "line 1")
    with pytest.raises(InputError, match=r"arguments: expected a JSON object as text: maximum recursion depth"):
        Request.chat("a", [*HELLO, portable.said(None, [("1", "f", '{"a":' + "[" * 100_000)])])


@pytest.mark.parametrize("custom_id", [None, "", 3])
def test_a_portable_line_has_an_id(custom_id: object) -> None:
    given = {"messages": HELLO} | ({} if custom_id is None else {"custom_id": custom_id})
    with pytest.raises(InputError, match=r"^line 1: custom_id is (missing|not a text, or empty) \("):
        Intake(vendor_of("anthropic")).read(json.dumps(given).encode(), "line 1")


def test_an_image_is_made_of_an_address_or_of_bytes() -> None:
    assert polybatch.image("https://example.org/a.png")["image_url"] == {"url": "https://example.org/a.png"}
    part = polybatch.image(b"\x89PNG", "image/png")
    read = portable.read({"messages": [{"role": "user", "content": [part]}]})
    assert [found.inline for message in read.messages for found in message.content] == [("image/png", "iVBORw==")]


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\n\n\x00\x00WEBPVP8 ", "image/webp"),
    ],
)
def test_an_image_says_itself_what_it_is(head: bytes, kind: str) -> None:
    for data in (head, bytearray(head), memoryview(head)):
        assert polybatch.image(data)["image_url"]["url"].startswith(f"data:{kind};base64,")
    assert polybatch.image(head, "image/avif")["image_url"]["url"].startswith("data:image/avif;base64,")


@pytest.mark.parametrize("given", ["nothere.png", "file:///a.png", "", Path("a.png"), None], ids=repr)
def test_what_is_no_image_is_refused_at_once(given: Any) -> None:
    with pytest.raises(InputError, match=rf"^image: {re.escape(repr(given))} is neither bytes nor an ad") as refused:
        polybatch.image(given)
    assert refused.value.hint == "of a file give the bytes: image(Path(…).read_bytes())"


@pytest.mark.parametrize("given", [b"", b"BM6", b"RIFF\n\n\x00\x00WAVE", b" GIF89a"])
def test_bytes_that_nobody_knows_need_their_type(given: bytes) -> None:
    words = r"^image: the bytes are none of image/png, image/jpeg, image/gif, image/webp \(or say so: media_type=\)"
    with pytest.raises(InputError, match=words):
        polybatch.image(given)


def test_parts_go_into_a_turn() -> None:
    parts = [{"type": "text", "text": "What is this?"}, polybatch.image("https://example.org/a.png")]
    with pytest.raises(InputError, match=r"^request 'a': messages\[0\]: .*`role`") as refused:
        Request.chat("a", parts)
    assert refused.value.hint == 'parts go into a turn: [{"role": "user", "content": [...]}]'
    assert Request.chat("a", [{"role": "user", "content": parts}])


def test_chat_makes_a_portable_request_and_refuses_what_is_none() -> None:
    request = Request.chat("a", "hello", model="m", max_tokens=5, temperature=None)
    assert request == Request("a", {"messages": HELLO, "model": "m", "max_tokens": 5}, portable=True)
    with pytest.raises(InputError, match=r"^request 'a': top_k: Expected `int` >= 1"):
        Request.chat("a", HELLO, top_k=0)


def test_a_schema_may_be_a_type() -> None:
    class Verdict(msgspec.Struct):
        good: bool

    asked = Request.chat("a", "good?", schema=Verdict).body["response_format"]["json_schema"]
    assert asked["name"] == "Verdict"
    assert asked["schema"]["properties"] == {"good": {"type": "boolean"}}


# -- whose line it is


@pytest.mark.parametrize(
    ("vendor", "item"),
    [
        ("anthropic", {"params": {"model": "m", "max_tokens": 1, "messages": HELLO}}),
        ("onerouter", {"params": {"model": "m", "max_tokens": 1, "messages": HELLO}}),
        ("meshapi", {"body": {"model": "m", "messages": HELLO}}),
        ("letta", {"agent_id": AGENT, "messages": [{"role": "user", "content": "hello", "otid": "mine"}]}),
        ("letta", {"agent_id": AGENT, "messages": HELLO, "max_steps": 3}),
        ("letta", {"agent_id": AGENT, "messages": HELLO, "of_a_later_version": 3}),
        ("letta", {"agent_id": AGENT, "input": "hello"}),
    ],
)
def test_a_vendors_own_item_stays_what_it_is(vendor: str, item: dict[str, Any]) -> None:
    made = vendor_of(vendor)
    raw = msgspec.json.encode({"custom_id": "a", **item})
    assert Intake(made).read(raw, "line 1") == made.request({"custom_id": "a", **item})


@settings(max_examples=25)
@given(chat=CHATS)
def test_every_portable_line_is_known_as_one(chat: dict[str, Any]) -> None:
    for key in sorted(VENDORS):
        members = {"custom_id": "a", **chat}
        own = frozenset(vendor_of(key).document.follow(vendor_of(key).document.items["items"])["properties"])
        assert portable.is_portable(members, own - {"custom_id"})


# -- what each vendor carries


def carried(vendor: Vendor, chat: dict[str, Any]) -> tuple[portable.Chat, dict[str, Any]]:
    """What is left of a request where all is left out that the vendor cannot carry; and its body."""
    read = portable.read(chat)
    read = features.without(read, [feature for feature, _ in features.lacking(read, vendor.carried())])
    return read, msgspec.to_builtins(vendor.chat(read))


@every_vendor
@settings(max_examples=25)
@given(chat=CHATS)
def test_what_is_carried_arrives_whole(key: str, chat: dict[str, Any]) -> None:
    vendor = vendor_of(key)
    left, body = carried(vendor, {**chat, "agent_id": AGENT})
    members = msgspec.to_builtins(left)
    if vendor.profile.name in {"anthropic", "onerouter"}:
        members.setdefault("max_tokens", portable.MAX_TOKENS)
    assert INVERSES.get(vendor.profile.name, from_completion)(body) == plain(members)


@every_vendor
@settings(max_examples=25)
@given(chat=CHATS)
def test_every_body_keeps_to_the_vendors_document(key: str, chat: dict[str, Any]) -> None:
    vendor = vendor_of(key)
    _, body = carried(vendor, {"model": "m", **chat, "agent_id": AGENT})
    judge = judge_of(key)
    item = msgspec.to_builtins(vendor.item(Request("a", body)))
    assert (list(judge.refusals(item)), judge.warning(item)) == ([], None)


@settings(max_examples=25)
@given(chat=CHATS, refused=st.sets(st.sampled_from(list(Feature))))
def test_what_is_left_out_is_all_that_is_lacking_and_nothing_else(chat: dict[str, Any], refused: set[Feature]) -> None:
    read, has = portable.read(chat), frozenset(Feature) - refused
    found = [feature for feature, _ in features.lacking(read, has)]
    assert set(found) <= refused
    try:
        left = features.without(read, found)
    except InputError:
        assert {Feature.IMAGE_URL, Feature.IMAGE_DATA} & set(found)  # the user has sent nothing else
        return
    assert not list(features.lacking(left, has))
    kept = [feature for feature in Feature if feature not in found and next(features.FEATURES[feature].find(read), "")]
    beside = {Feature.LATER_SYSTEM, Feature.TURNS, Feature.CALLS, Feature.TOOLS, Feature.SCHEMA}  # others are in them
    if not beside & set(found):
        assert all(next(features.FEATURES[feature].find(left), "") for feature in kept)
    if not found:
        assert left is read


def test_there_is_a_request_for_each_feature() -> None:
    assert FULL.keys() == set(Feature) == features.FEATURES.keys()
    for feature, members in FULL.items():
        found = [one for one, _ in features.lacking(portable.read({"messages": HELLO, **members}), frozenset())]
        assert feature in found


@every_vendor
@pytest.mark.parametrize("feature", list(Feature))
def test_what_cannot_be_carried_is_refused_by_line_field_and_vendor(
    key: str, feature: Feature, caplog: pytest.LogCaptureFixture
) -> None:
    vendor = vendor_of(key)
    raw = line(**{"agent_id": AGENT, **FULL[feature]})
    place = next(features.FEATURES[feature].find(portable.read({"messages": HELLO, **FULL[feature]})))
    version = vendor.version()
    who = f"{vendor.profile.title} (version {version})" if version else vendor.profile.title
    if feature in vendor.carried():
        Intake(vendor).read(raw, "in.jsonl, line 7")
        return
    with pytest.raises(InputError) as refused:
        Intake(vendor).read(raw, "in.jsonl, line 7")
    said = refused.value.message
    assert said.startswith("in.jsonl, line 7: ")
    assert place in said
    assert f"{who} has no place for" in said
    assert "--lossy" in refused.value.hint
    with caplog.at_level(logging.WARNING, "polybatch"):
        lossy = Intake(vendor, lossy=True)
        lossy.read(raw, "in.jsonl, line 7")
        lossy.read(raw, "in.jsonl, line 8")
    assert [record for record in caplog.messages if place in record and "line 7" in record]
    assert not [record for record in caplog.messages if "line 8" in record]


def test_a_request_that_says_nothing_without_what_is_left_out_is_refused_all_the_same() -> None:
    only_image = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b.png"}}]}]
    read = portable.read({"messages": only_image})
    with pytest.raises(InputError, match="nothing that a user says is left of it"):
        features.without(read, [Feature.IMAGE_URL])


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
def test_instructions_alone_are_no_messages(vendor: str) -> None:
    raw = msgspec.json.encode({"custom_id": "a", "model": "m", "messages": [{"role": "system", "content": "x"}]})
    with pytest.raises(InputError, match=r"^line 1: messages: there are only instructions"):
        Intake(vendor_of(vendor)).read(raw, "line 1")


def test_a_budget_has_room_within_the_tokens() -> None:
    with pytest.raises(InputError, match=r"^line 1: reasoning_budget: 5,000 tokens, where max_tokens is 4,096; it has"):
        Intake(vendor_of("anthropic")).read(line(reasoning_budget=5000), "line 1")


# -- one vendor's own


def test_extra_is_merged_into_its_vendors_body_alone() -> None:
    extra = {"anthropic": {"output_config": {"effort": "max"}, "service_tier": "auto"}}
    raw = line(model="m", extra=extra, response_format=FULL[Feature.SCHEMA]["response_format"])
    body = Intake(vendor_of("anthropic")).read(raw, "line 1").body
    assert body["output_config"].keys() == {"format", "effort"}
    assert body["service_tier"] == "auto"
    assert "service_tier" not in Intake(vendor_of("meshapi")).read(raw, "line 1").body


def test_extra_may_not_say_something_else() -> None:
    raw = line(model="m", max_tokens=5, extra={"anthropic": {"max_tokens": 6}})
    with pytest.raises(InputError, match=r"^line 1: extra\.anthropic\.max_tokens: the request says something else"):
        Intake(vendor_of("anthropic")).read(raw, "line 1")


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
def test_extra_may_say_what_would_be_ours_to_say(vendor: str) -> None:
    raw = line(model="m", reasoning_budget=4500, extra={vendor: {"max_tokens": 6000}})
    body = Intake(vendor_of(vendor)).read(raw, "line 1").body
    assert (body["max_tokens"], body["thinking"]["budget_tokens"]) == (6000, 4500)


# -- the model


@pytest.mark.parametrize(("instead", "expected"), [(False, "mine"), (True, "theirs")])
def test_a_model_fills_or_takes_the_place(instead: bool, expected: str) -> None:  # noqa: FBT001
    vendor = vendor_of("meshapi")
    intake = Intake(vendor, model="theirs", instead=instead)
    assert (
        msgspec.json.decode(intake.encode(intake.read(line(model="mine"), "line 1"), "x"))["body"]["model"] == expected
    )
    assert msgspec.json.decode(intake.encode(intake.read(line(), "line 1"), "x"))["body"]["model"] == "theirs"


# -- the schema in the repository


def test_the_schema_of_a_line_is_the_codes() -> None:
    path = Path(portable.__file__).with_name("portable.schema.json")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert found == portable.line_schema(), "run: python scripts/vendor_table.py --write"


@settings(max_examples=25)
@given(chat=CHATS)
def test_the_schema_takes_what_is_portable(chat: dict[str, Any]) -> None:
    judge = jsonschema_rs.validator_for(portable.line_schema())
    assert judge.is_valid({"custom_id": "a", **chat})
    assert not judge.is_valid({"custom_id": "a", **chat, "temprature": 1})


# -- a conversation goes on


def test_what_a_model_said_and_called_is_the_next_requests_message() -> None:
    calls = (ToolCall("t1", "look", '{"at": 1}'), ToolCall("t2", "look", ""))
    answered = Result(
        "a", Outcome.SUCCEEDED, "x", "b", body_raw=b"{}", read=lambda _: Answer("Well.", tool_calls=calls)
    )
    results = [{"role": "tool", "tool_call_id": call.id, "content": "2"} for call in answered.tool_calls]
    talk = [*HELLO, answered.message, *results]
    body = Intake(vendor_of("anthropic"), model="m").read(line(messages=talk), "line 1").body
    assert body["messages"][1:] == [
        {"role": "assistant", "content": [
            {"type": "text", "text": "Well."},
            {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": 1}},
            {"type": "tool_use", "id": "t2", "name": "look", "input": {}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t1", "content": "2"},
            {"type": "tool_result", "tool_use_id": "t2", "content": "2"}]},
    ]  # fmt: skip
    only_text = Result("a", Outcome.SUCCEEDED, "x", "b", body_raw=b"{}", read=lambda _: Answer("Well."))
    assert only_text.message == {"role": "assistant", "content": "Well."}
