"""Answers that were asked for as JSON: decoded, checked by a schema, or made into an object of the caller's type.

text ─► without its fence ─► JSON ─► fits the schema or the type      what does not is an OutputError that says why

Pure; knows no vendor. A pydantic model is known by its methods, so that pydantic is never imported here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NoReturn

import msgspec

from .check import explain
from .errors import InputError, OutputError
from .model import Finish, Outcome, Result
from .reading import UNREADABLE, mended, shorten

FENCE, UNFENCE = re.compile(r"```(?:json)?[ \t]*\r?\n", re.IGNORECASE), re.compile(r"\n[ \t]*```")
"""How a Markdown fence begins and ends: models write one around a whole answer that were only asked for JSON. No JSON
begins with a backtick, so that nothing is taken for a fence that is JSON as it stands."""
WHOLE = frozenset('}]"')
"""The last characters of JSON that cannot go on: half of a number is a number too."""
Reader = Callable[[bytes], Any]


class Misfit(ValueError):
    """JSON that does not fit; says where and why."""


def parsed(result: Result, kind: Any = None) -> Any:
    """What `Result.parse` gives. Raises OutputError, InputError for a kind that is none."""
    return json_of(result, reader(kind), named(kind))[1]


def json_of(result: Result, read: Reader, wanted: str) -> tuple[bytes, Any]:
    """The JSON of an answer, and what `read` makes of it. Raises OutputError."""

    def refuse(problem: str, hint: str = "") -> NoReturn:
        raise OutputError(problem, custom_id=result.custom_id, hint=hint, raw=result.body_raw)

    if result.outcome is not Outcome.SUCCEEDED:
        code = result.error and result.error["code"]
        refuse(f"there is no answer, it is {result.outcome}" + (f" ({code})" if code else ""))
    answer = result.answer
    if answer.finish is Finish.REFUSAL:
        words = answer.refusal or answer.text
        refuse("the model refused" + (f": {shorten(words)}" if words else " to answer"))
    text = _unfenced((answer.text or "").strip())
    cut = f"the answer was cut at max_tokens, after {len(text):,} characters", "allow more tokens"
    if answer.finish is Finish.LENGTH and text[-1:] not in WHOLE:
        refuse(*cut)
    if not text:
        calls = ", ".join(str(call.name) for call in answer.tool_calls)
        refuse("the answer has no text" + (f" but calls {calls}" if calls else ""))
    raw = mended(text.encode())
    try:
        return raw, read(raw)
    except (Misfit, *UNREADABLE) as error:
        if answer.finish is Finish.LENGTH:
            refuse(*cut)
        if isinstance(error, Misfit):
            refuse(f"the answer does not fit {wanted}: {error}")
        refuse(f"the answer is no JSON: {error}; it begins: {shorten(text, 60)}")


def _unfenced(text: str) -> str:
    """What stands in a fence, where that is around all of it; each character is looked at a few times at most."""
    if (start := FENCE.match(text)) is None or not text.endswith("```"):
        return text
    end = UNFENCE.search(text, start.end())
    return text[start.end() : -3].strip() if end is None or end.end() == len(text) else text


def decoded(text: str, what: str) -> Any:
    """Any JSON. Raises OutputError."""
    raw = mended(text.encode())
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE as error:
        raise OutputError(f"{what} is no JSON: {error}; it begins: {shorten(text, 60)}") from error


def reader(kind: Any) -> Reader:
    """What reads JSON as a kind of thing, raising Misfit or UNREADABLE. Raises InputError for a kind that is none."""
    try:
        return _schema(msgspec.json.encode(kind)) if isinstance(kind, Mapping) else _type(kind)
    except TypeError as error:
        hint = "give a JSON Schema, or a msgspec, attrs, dataclass, TypedDict or pydantic type"
        raise InputError(f"an answer cannot be read as {named(kind)}: {error}", hint=hint) from error


def named(kind: Any) -> str:
    """What a kind is called."""
    return "the JSON Schema" if isinstance(kind, Mapping) else getattr(kind, "__name__", None) or repr(kind)


@lru_cache(maxsize=64)
def _type(kind: Any) -> Reader:
    """The way to a type; pydantic's own read for themselves, for they may check more than their fields say."""
    if kind is None:
        return msgspec.json.Decoder().decode
    own = getattr(kind, "model_validate_json", None)
    own = own or getattr(getattr(kind, "__pydantic_validator__", kind), "validate_json", None)
    decode = msgspec.json.Decoder(Any if own else kind).decode

    def read(raw: bytes) -> Any:
        try:
            value = decode(raw)
            return own(raw) if own else value
        except msgspec.ValidationError as error:
            what, _, where = str(error).partition(" - at ")
            raise Misfit(_placed(where.strip("`").removeprefix("$").removeprefix("."), what)) from error
        except msgspec.DecodeError:
            raise
        except ValueError as error:  # pydantic's
            raise Misfit(_pydantic(error)) from error

    return read


def _pydantic(error: ValueError) -> str:
    """The first of what pydantic complains of; its own words for all of it take several lines, and quote the value."""
    errors = getattr(error, "errors", None)
    if errors is None:
        return shorten(str(error))
    first = errors()[0]
    return _placed(".".join(map(str, first["loc"])), first["msg"])


def _placed(where: str, what: str) -> str:
    return f"{where}: {what}" if where else what


@lru_cache(maxsize=64)
def _schema(schema: bytes) -> Reader:
    """The way to JSON that fits a schema. Raises InputError for a schema that is none."""
    import jsonschema_rs  # noqa: PLC0415 - only those who give a schema need it

    try:
        judge = jsonschema_rs.validator_for(msgspec.json.decode(schema), retriever=_not_fetched)
    except ValueError as error:
        message = getattr(error, "message", error)
        raise InputError(f"this is no JSON Schema: {shorten(str(message))}", hint="nothing was read") from error

    def read(raw: bytes) -> Any:
        value = msgspec.json.decode(raw)
        if judge.is_valid(value):
            return value
        try:
            raise Misfit(explain(next(judge.iter_errors(value))))
        except ValueError as error:
            if isinstance(error, Misfit):
                raise
            raise Misfit("it is nested too deeply for the judge to say what is wrong") from error

    return read


def _not_fetched(address: str) -> NoReturn:
    raise ValueError(f"{address} is not fetched")
