"""`Result.parse`: JSON, checked by a schema or made into a type; what does not fit is said with its place."""

from __future__ import annotations

import json
import re
from dataclasses import asdict as dataclass_asdict
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import attrs
import msgspec
import pydantic
import pydantic.dataclasses
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch import Answer, Finish, InputError, Outcome, OutputError, Result, ToolCall
from polybatch.model import ErrorInfo


class Struct(msgspec.Struct):
    name: str
    count: int
    tags: list[str]
    score: float | None = None


@attrs.define
class Attrs:
    name: str
    count: int
    tags: list[str]
    score: float | None = None


@dataclass
class Data:
    name: str
    count: int
    tags: list[str]
    score: float | None = None


class Typed(TypedDict):
    name: str
    count: int
    tags: list[str]
    score: float | None


class Model(pydantic.BaseModel):
    name: str
    count: int
    tags: list[str]
    score: float | None = None


@pydantic.dataclasses.dataclass
class PydanticData:
    name: str
    count: Annotated[int, pydantic.Field(gt=-(2**70))]
    tags: list[str]
    score: float | None = None


SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "score": {"type": ["number", "null"]},
    },
    "required": ["name", "count", "tags"],
    "additionalProperties": False,
}
KINDS: dict[str, Any] = {
    "struct": (Struct, msgspec.structs.asdict),
    "attrs": (Attrs, attrs.asdict),
    "dataclass": (Data, dataclass_asdict),
    "typed dict": (Typed, dict),
    "pydantic": (Model, Model.model_dump),
    "pydantic dataclass": (PydanticData, dataclass_asdict),
    "pydantic adapter": (pydantic.TypeAdapter(Model), Model.model_dump),
    "schema": (SCHEMA, dict),
    "nothing": (None, dict),
}
TYPES = [kind for kind, _ in KINDS.values() if kind is not None]


def result(text: str | None, finish: Finish | None = Finish.STOP, **more: Any) -> Result:
    return Result(
        "row-1", Outcome.SUCCEEDED, "v", "b", body_raw=b"{}", read=lambda _: Answer(text, None, finish, **more)
    )


def refused(found: Result, kind: Any = None) -> OutputError:
    with pytest.raises(OutputError) as caught:
        found.parse(kind)
    assert caught.value.message.startswith("request 'row-1': ")
    assert (caught.value.custom_id, caught.value.raw, caught.value.transient) == ("row-1", found.body_raw, False)
    return caught.value


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.fixed_dictionaries(
    {
        "name": st.text(),
        "count": st.integers(-(2**63), 2**63 - 1),
        "tags": st.lists(st.text(), max_size=3),
        "score": st.none() | FLOATS,
    }
)


@settings(max_examples=30)
@given(
    VALUES,
    st.booleans(),
    st.sampled_from([None, 1]),
    st.sampled_from(["{}", " \n{}\n", "```json\n{}\n```", "```\n{}```"]),
)
def test_every_kind_reads_what_plain_json_reads(
    value: dict[str, Any],
    ascii_: bool,  # noqa: FBT001
    indent: int | None,
    around: str,
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_, indent=indent)
    found = result(around.format(text))
    for kind, plain in KINDS.values():
        assert plain(found.parse(kind)) == json.loads(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=30)
@given(JSON)
def test_any_json_is_read_as_it_is(value: Any) -> None:
    assert result(json.dumps(value)).parse() == value


@settings(max_examples=30)
@given(st.text())
def test_any_text_is_json_or_an_error_of_ours(text: str) -> None:
    for kind, _ in KINDS.values():
        try:
            result(text).parse(kind)
        except OutputError as error:
            assert error.problem  # noqa: PT017 - most texts are none


def test_half_a_character_in_an_answer_costs_only_itself() -> None:
    assert result('{"a": "wave \\ud83d"}').parse() == {"a": "wave \ufffd"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"count": "three"}, "count: "),
        ({"tags": ["a", 5]}, "tags"),
        ({"name": None}, "name: "),
        ({"count": ...}, "count"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    value = {"name": "x", "count": 3, "tags": ["a"], "score": 1.5} | change
    text = json.dumps({name: member for name, member in value.items() if member is not ...})
    for kind in TYPES:
        error = refused(result(text), kind)
        assert error.problem.startswith("the answer does not fit ")
        assert place in error.problem
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Struct, "the answer does not fit Struct: tags[1]: Expected `str`, got `int`"),
        (Typed, "the answer does not fit Typed: tags[1]: Expected `str`, got `int`"),
        (Model, "the answer does not fit Model: tags.1: Input should be a valid string"),
        (SCHEMA, 'the answer does not fit the JSON Schema: tags[1]: 5 is not of type "string"'),
        (list[int], "the answer does not fit list: Expected `array`, got `object`"),
    ],
    ids=["struct", "typed dict", "pydantic", "schema", "list"],
)
def test_the_words_of_a_misfit(kind: Any, said: str) -> None:
    assert refused(result('{"name": "x", "count": 3, "tags": ["a", 5], "score": null}'), kind).problem == said


def test_a_whole_answer_of_another_type() -> None:
    assert refused(result("[]"), Struct).problem == "the answer does not fit Struct: Expected `object`, got `array`"
    assert refused(result("[]"), {"type": "object"}).problem == (
        'the answer does not fit the JSON Schema: [] is not of type "object"'
    )


def test_what_a_type_checks_by_itself_is_checked() -> None:
    @attrs.define
    class Positive:
        count: int = attrs.field(validator=attrs.validators.gt(0))

    class Odd(pydantic.BaseModel):
        count: int

        @pydantic.field_validator("count")
        @classmethod
        def odd(cls, count: int) -> int:
            if count % 2 == 0:
                raise ValueError("it is even")
            return count

    assert "'count' must be > 0: 0" in refused(result('{"count": 0}'), Positive).problem
    assert refused(result('{"count": 2}'), Odd).problem.endswith("fit Odd: count: Value error, it is even")


def test_a_class_of_another_library_that_reads_for_itself() -> None:
    class Own:
        @classmethod
        def model_validate_json(cls, raw: bytes) -> str:
            if raw == b"1":
                raise ValueError("not this one")
            return raw.decode()

    assert result("2").parse(Own) == "2"
    assert refused(result("1"), Own).problem == "the answer does not fit Own: not this one"


# -- what is no JSON


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Sure! Here it is: {}",
            "the answer is no JSON: JSON is malformed: invalid character (byte 0); it begins: Sure!",
        ),
        ('{"name": "x"', "the answer is no JSON: Input data was truncated; it begins: "),
        ("{'name': 1}", "the answer is no JSON: JSON is malformed: "),
        ("```json\n{}\n```\nThat is all.", "the answer is no JSON: "),
        ("```json\n{}\n```\n```json\n{}\n```", "the answer is no JSON: "),
        ("```yaml\na: 1\n```", "the answer is no JSON: "),
        ("", "the answer has no text"),
        (" \n", "the answer has no text"),
        (None, "the answer has no text"),
        ("``````", "the answer is no JSON: "),
    ],
)
def test_what_is_no_json(text: str | None, said: str) -> None:
    for kind in [None, *TYPES]:
        assert refused(result(text), kind).problem.startswith(said)


def test_one_fence_around_the_whole_answer_is_taken_off() -> None:
    assert result('```JSON\r\n{"a": "```"}\r\n```').parse() == {"a": "```"}
    assert result("\n```json \n[1]```  ").parse() == [1]


def test_a_model_that_went_on_with_blanks_is_read_in_no_time() -> None:
    blanks = "\n   " * 250_000  # each looked at once for all others would take hours
    assert result(f"```json\n[{blanks}]\n```").parse() == []
    assert refused(result(f"```json\n[{blanks}]")).problem.startswith("the answer is no JSON: ")


def test_a_long_answer_is_not_quoted_whole() -> None:
    assert len(str(refused(result("word " * 1000)))) < 250
    assert len(str(refused(result(json.dumps({"a": "x" * 5000})), {"type": "string"}))) < 400


# -- what is not there


def test_a_refusal_comes_before_anything_else() -> None:
    assert refused(result('{"a": 1}', Finish.REFUSAL)).problem == 'the model refused: {"a": 1}'
    assert refused(result(None, Finish.REFUSAL)).problem == "the model refused to answer"
    assert refused(result("No", Finish.REFUSAL, refusal="I will not.")).problem == "the model refused: I will not."


@pytest.mark.parametrize("text", ['{"name": "x", "tags": ["a', "12", '{"name": {}', "```json\n[1"])
def test_an_answer_that_was_cut(text: str) -> None:
    for kind in [None, *TYPES]:
        error = refused(result(text, Finish.LENGTH), kind)
        assert re.fullmatch(r"the answer was cut at max_tokens, after \d+ characters", error.problem)
        assert error.hint == "allow more tokens"


def test_an_answer_that_was_cut_behind_its_end_is_whole() -> None:
    assert result('{"a": 1}  \n', Finish.LENGTH).parse() == {"a": 1}
    assert refused(result("", Finish.LENGTH)).problem == "the answer was cut at max_tokens, after 0 characters"


def test_an_answer_that_calls_tools_instead() -> None:
    calls = (ToolCall("1", "weather", "{}"), ToolCall("2", None, "{}"))
    assert refused(result(None, tool_calls=calls)).problem == "the answer has no text but calls weather, None"


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.SUCCEEDED])
def test_a_request_that_did_not_succeed(outcome: Outcome) -> None:
    error = ErrorInfo(code="api_error", message="m", status=None, retryable=True)
    found = Result("row-1", outcome, "v", "b", error=error)
    assert refused(found).problem == f"there is no answer, it is {outcome} (api_error)"
    assert refused(Result("row-1", outcome, "v", "b")).problem == f"there is no answer, it is {outcome}"


# -- what is no kind


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"type": "strin"}, "this is no JSON Schema: "),
        ({"$ref": "#/$defs/gone"}, "this is no JSON Schema: Pointer '/$defs/gone' does not exist"),
        ({"$ref": "https://example.com/x.json"}, "this is no JSON Schema: "),
        ({"enum": {1j}}, "an answer cannot be read as the JSON Schema: "),
        (5, "an answer cannot be read as 5: "),
        (Struct | Data, "an answer cannot be read as "),
    ],
    ids=["type", "ref", "address", "no json", "number", "union"],
)
def test_what_is_no_kind(kind: Any, said: str) -> None:
    with pytest.raises(InputError) as caught:
        result("{}").parse(kind)
    assert caught.value.message.startswith(said)
    assert caught.value.hint


def test_nothing_is_fetched_for_a_schema() -> None:
    with pytest.raises(InputError, match=r"http://127\.0\.0\.1:9/x is not fetched"):
        result("{}").parse({"$ref": "http://127.0.0.1:9/x"})


def test_a_deeply_nested_answer() -> None:
    text = "[" * 900 + "]" * 900
    assert refused(result(text), {"type": "object"}).problem == (
        "the answer does not fit the JSON Schema: it is nested too deeply for the judge to say what is wrong"
    )
    assert refused(result("[" * 100_000 + "]" * 100_000)).problem.startswith("the answer is no JSON: ")


def test_pydantic_is_not_imported_for_others() -> None:
    import subprocess
    import sys

    code = (
        "import sys, msgspec; from polybatch.model import *; r = Result('a', Outcome.SUCCEEDED, 'v', 'b', "
        "body_raw=b'{}', read=lambda _: Answer('{\"a\":1}')); assert r.parse({'type': 'object'}) == {'a': 1}; "
        "assert 'pydantic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
