"""A result as a line of the output: the same members for every vendor, in the same order; pure.

Runs of earlier versions go on with the eight members they began with, so that each line can be written anew as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define, field
from msgspec.structs import astuple

from polybatch import structured
from polybatch.errors import OutputError
from polybatch.model import ErrorInfo, Finish, Outcome, Result, ToolCall, Usage
from polybatch.reading import UNREADABLE, mended

VERSION = 2
"""Kept in the journal of a run: by which form its output is written; without it, the one of eight members."""
encoder = msgspec.json.Encoder()


class First(msgspec.Struct, gc=False):
    """The members that INTERFACE fixes."""

    custom_id: str
    outcome: Outcome
    text: str | None
    body: msgspec.Raw | None
    usage: Usage | None
    error: ErrorInfo | None
    vendor: str
    batch_id: str | None


class Called(msgspec.Struct, gc=False):
    """A call of a tool."""

    id: str | None
    name: str | None
    arguments: msgspec.Raw | str
    """As JSON where it is JSON, else the text as it came."""


class Plain(First, gc=False):
    """What else every line has."""

    finish: Finish | None = None
    model: str | None = None
    tool_calls: list[Called] | None = None
    request_id: str | None = None


class Checked(Plain, gc=False):
    """What a line has besides where a schema says how answers look; nulls where there is no answer."""

    parsed: msgspec.Raw | None = None
    """The answer's JSON, where it fits."""
    invalid: str | None = None
    """Why it does not."""


@define
class Form:
    """How the results of a run are written."""

    schema: Mapping[str, Any] | None = None
    """What answers have to look like."""
    version: int = VERSION
    _read: structured.Reader | None = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._read = None if self.schema is None else structured.reader(self.schema)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Form:
        """The form of a run, by what its journal says."""
        return cls(facts.get("schema"), facts.get("form", 1))

    def line(self, result: Result) -> bytes:
        """A line of the output."""
        return encoder.encode(self.members(result)) + b"\n"

    def members(self, result: Result) -> First:
        """Its members. A text is an answer only where the request succeeded; so is a call."""
        answer, body, outcome = result.answer, result.body_raw, result.outcome
        text, calls = (answer.text, answer.tool_calls) if outcome is Outcome.SUCCEEDED else (None, ())
        plain = Plain(
            result.custom_id, outcome, text, msgspec.Raw(body) if body else None, answer.usage, result.error,
            result.vendor, result.batch_id or None, answer.finish, answer.model,
            [*map(_called, calls)] if calls else None, result.request_id,
        )  # fmt: skip
        if self.version < VERSION:
            return First(*astuple(plain)[: len(First.__struct_fields__)])
        if self._read is None:
            return plain
        return Checked(*astuple(plain), *(_checked(result, self._read) if outcome is Outcome.SUCCEEDED else ()))


PLAIN = Form()
"""Where nothing is known of how answers have to look."""


def _called(call: ToolCall) -> Called:
    raw = mended(call.arguments.encode())
    try:
        return Called(call.id, call.name, msgspec.Raw(_compact(raw)))
    except UNREADABLE:
        return Called(call.id, call.name, call.arguments)


def _checked(result: Result, read: structured.Reader) -> tuple[msgspec.Raw | None, str | None]:
    try:
        raw, _ = structured.json_of(result, read, "the schema")
    except OutputError as error:
        return None, error.problem
    return msgspec.Raw(_compact(raw)), None


def _compact(raw: bytes) -> bytes:
    """JSON on one line, every number as it stands. Raises one of UNREADABLE."""
    msgspec.json.decode(raw)  # what formats is content with less
    return msgspec.json.format(raw, indent=-1)
