"""The opened schema: it never refuses what the strict one accepts, and refuses what the document forbids."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from polybatch.check import MAX_MESSAGE, ItemCheck
from polybatch.document import Document
from polybatch.schemas import opened

NEWER, OLDER = "2026-10-21", "2023-06-01"
BODY = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}

SCALARS: st.SearchStrategy[Any] = (
    st.sampled_from(["a", "b", "ab", ""]) | st.integers(0, 3) | st.booleans() | st.none() | st.just(0.5)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abt"), inner, max_size=3),
    max_leaves=5,
)
TYPES = st.sampled_from(["string", "integer", "number", "boolean", "null", "object", "array"])
LEAVES = (
    st.fixed_dictionaries({"type": TYPES | st.lists(TYPES, min_size=1, max_size=2, unique=True)})
    | st.fixed_dictionaries({"enum": st.lists(VALUES, min_size=1, max_size=3)})
    | st.fixed_dictionaries({"type": st.just("string"), "enum": st.lists(st.sampled_from(["a", "b"]), min_size=1)})
    | st.fixed_dictionaries({"const": SCALARS})
    | st.fixed_dictionaries({"type": st.just("string")}, optional={"minLength": st.just(1), "maxLength": st.just(1)})
    | st.fixed_dictionaries({"type": st.just("integer")}, optional={"minimum": st.just(1), "maximum": st.just(2)})
)


def with_tag(word: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {"t": {"const": word}, "a": schema}, "required": ["t"]}


def bigger(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    named = st.dictionaries(st.sampled_from("abt"), inner, max_size=3)
    return (
        st.fixed_dictionaries(
            {"type": st.just("object"), "properties": named},
            optional={
                "required": st.lists(st.sampled_from("ab"), unique=True),
                "additionalProperties": st.booleans() | inner,
                "maxProperties": st.just(2),
            },
        )
        | st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"maxItems": st.just(1)})
        | st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"oneOf": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"allOf": st.lists(inner, min_size=1, max_size=2)})
        | st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner})
        | st.builds(
            lambda one, two: {
                "oneOf": [with_tag("a", one), with_tag("b", two)],
                "discriminator": {"propertyName": "t", "mapping": {"a": "#/A", "b": "#/B"}},
            },
            inner,
            inner,
        )
    )


SCHEMAS = st.recursive(LEAVES, bigger, max_leaves=6)


@given(SCHEMAS, st.lists(VALUES, min_size=1, max_size=8))
@example({"oneOf": [{"enum": ["a"]}, {"enum": ["b"]}]}, ["a"])
@example({"enum": [{"a": 1}]}, [{"a": 1}])
@example({"enum": [["a"], None, 1, 0.5, True]}, [["a"], None, 1, 0.5, True])
@example({"oneOf": [{"enum": ["a"]}, {"type": "null"}], "anyOf": [{"type": "null"}]}, [None])
@example({"not": {"type": "string", "enum": ["a"]}}, ["b"])
@example({"if": {"enum": ["a"]}, "then": {"maxLength": 1}, "else": {"maxLength": 3}}, ["ab", "a"])
def test_what_the_strict_schema_accepts_the_opened_one_accepts(schema: dict[str, Any], values: list[Any]) -> None:
    strict = jsonschema_rs.Draft202012Validator(schema)
    accepted = [value for value in values if strict.is_valid(value)]
    assume(accepted)
    wide = jsonschema_rs.Draft202012Validator(opened(schema))
    assert [value for value in accepted if not wide.is_valid(value)] == []


@given(VALUES)
def test_what_the_opened_schema_refuses_is_a_type_a_limit_or_a_missing_field(value: Any) -> None:
    schema = {"type": "object", "required": ["a"], "additionalProperties": False, "properties": {"a": {"enum": ["a"]}}}
    wide = jsonschema_rs.Draft202012Validator(opened(schema))
    assert wide.is_valid(value) is (isinstance(value, dict) and isinstance(value.get("a"), str))


def judge(version: str | None = NEWER) -> ItemCheck:
    return ItemCheck(Document("anthropic"), version=version)


def item(**body: Any) -> dict[str, Any]:
    return {"custom_id": "a", "params": {**BODY, **body}}


def without(name: str) -> dict[str, Any]:
    return {"custom_id": "a", "params": {key: value for key, value in BODY.items() if key != name}}


@pytest.mark.parametrize(
    ("given_", "where", "words"),
    [
        (without("max_tokens"), "params", "max_tokens"),
        (without("model"), "params", "model"),
        (without("messages"), "params", "messages"),
        ({"custom_id": "a"}, "", "params"),
        ({"params": BODY}, "", "custom_id"),
        (item(max_tokens="8"), "params.max_tokens", "integer"),
        (item(max_tokens=1.5), "params.max_tokens", "integer"),
        (item(max_tokens=True), "params.max_tokens", "integer"),
        (item(max_tokens=0), "params.max_tokens", "minimum"),
        (item(model=None), "params.model", "string"),
        (item(messages="hi"), "params.messages", "array"),
        (item(messages=[{"role": "user"}]), "params.messages[0]", "content"),
        (item(messages=[{"role": 1, "content": "hi"}]), "params.messages[0].role", "string"),
        (item(messages=[BODY["messages"], "hi"]), "params.messages[0]", "object"),
        (item(stream=True), "params.stream", "false"),
        (item(temperature=0.5), "params.temperature", f"version {NEWER}"),
        (item(top_p=1), "params.top_p", f"version {NEWER}"),
        (item(top_k=5), "params.top_k", f"version {NEWER}"),
        (item(speed="fast"), "params.speed", "null"),
        (item(stop_sequences="END"), "params.stop_sequences", "array"),
        ({"custom_id": "a" * 65, "params": BODY}, "custom_id", "longer than 64"),
        ({"custom_id": "row 1", "params": BODY}, "custom_id", "does not match"),
        ({"custom_id": "é", "params": BODY}, "custom_id", "does not match"),
        ({"custom_id": "", "params": BODY}, "custom_id", ""),
        ({"custom_id": 5, "params": BODY}, "custom_id", "string"),
        ({"custom_id": "a", "params": []}, "params", "object"),
    ],
)
def test_what_the_document_forbids_is_refused_with_its_place(given_: dict[str, Any], where: str, words: str) -> None:
    refusals = list(judge().refusals(given_))
    assert refusals
    assert refusals[0].startswith(f"{where}: " if where else '"')
    assert words in refusals[0]


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_the_older_version_takes_the_sampling_parameters(name: str) -> None:
    assert list(judge(OLDER).refusals(item(**{name: 1}))) == []
    assert list(judge(OLDER).refusals(item(**{name: "1"})))


@pytest.mark.parametrize(
    "given_",
    [
        item(new_field={"deep": [1]}),
        {**item(), "priority": "low"},
        item(service_tier="next_year"),
        item(messages=[{"role": "narrator", "content": "hi"}]),
        item(thinking={"type": "sideways", "depth": 3}),
        item(tool_choice={"type": "dice"}),
    ],
)
def test_what_a_vendor_may_have_added_since_passes(given_: dict[str, Any]) -> None:
    assert list(judge().refusals(given_)) == []


def test_a_new_word_is_warned_of_and_a_plain_item_is_not() -> None:
    assert judge().warning(item()) is None
    assert "next_year" in (judge().warning(item(service_tier="next_year")) or "")


def test_a_message_does_not_quote_a_whole_document() -> None:
    (refusal,) = judge().refusals(item(max_tokens="x" * 10_000))
    assert len(refusal) < MAX_MESSAGE + 40


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi", "onerouter"])
def test_every_vendors_item_schema_compiles(vendor: str) -> None:
    check = ItemCheck(Document(vendor))
    assert list(check.refusals({}))
