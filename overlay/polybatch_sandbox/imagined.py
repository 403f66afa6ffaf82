"""What the imaginary model does with tools, schemas and room for thought, in either way of asking for them.

| a request | is answered |
|---|---|
| that must call a tool | with a call of it, besides the echo |
| that may call tools | with a call of each whose name stands in the last user message, besides the echo |
| that ends with results of tools | with an echo of these alone |
| with a JSON schema | with JSON that fits: the last user message if that does, else the least, out of its words |
| with thinking, or an effort | with a thought before the echo |
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

THOUGHT = "It asks for an echo."
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DEEP = 8
"""Levels of a schema that refers to itself which are filled in."""
NOTHING: dict[str, Any] = {}


def brief(params: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What the answer is made of; members that say nothing special are left out."""
    made: dict[str, Any] = {"model": params["model"], "text": text}
    if (schema := _schema(params)) is not None:
        made["text"] = json.dumps(fitting(schema, text), ensure_ascii=False)
    if calls := _calls(params, text):
        made["calls"] = calls
    thinking = _object(params.get("thinking")).get("type") in {"enabled", "adaptive"}
    if thinking or params.get("reasoning_effort") not in {None, "none"}:
        made["thought"] = THOUGHT
    return made


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else NOTHING


def _schema(params: Mapping[str, Any]) -> Any:
    """The schema of the answer, in Anthropic's place or in OpenAI's."""
    form = _object(_object(params.get("output_config")).get("format")) or _object(params.get("response_format"))
    if form.get("type") == "json_object":
        return {"type": "object"}
    return form.get("schema", _object(form.get("json_schema")).get("schema"))


def _tools(params: Mapping[str, Any]) -> dict[str, Any]:
    """The caller's tools, their schemas by their names; the vendor's own are left to the vendor."""
    listed = params.get("tools")
    found: dict[str, Any] = {}
    for tool in listed if isinstance(listed, list) else ():
        function = _object(_object(tool).get("function"))
        if "name" in function:
            found[str(function["name"])] = function.get("parameters", NOTHING)
        elif "input_schema" in _object(tool):
            found[str(tool.get("name"))] = tool["input_schema"]
    return found


def _calls(params: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    tools, asked = _tools(params), params.get("tool_choice")
    choice = _object(asked) or {"type": asked or "auto"}
    name = choice.get("name", _object(choice.get("function")).get("name"))
    named = [tool for tool in tools if re.search(rf"\b{re.escape(tool)}\b", text)]
    if choice.get("type") in {"any", "required"}:
        wanted: Sequence[str] = named or [*tools][:1]
    elif name is not None:
        wanted = [str(name)] if name in tools else []
    else:
        wanted = named if choice.get("type") == "auto" and not _answers_a_tool(params) else []
    return [{"name": name, "arguments": fitting(tools[name], text)} for name in wanted]


def _answers_a_tool(params: Mapping[str, Any]) -> bool:
    messages = params.get("messages")
    last = _object(messages[-1]) if isinstance(messages, list) and messages else NOTHING
    content = last.get("content")
    blocks = content if isinstance(content, list) else []
    return last.get("role") == "tool" or any(_object(block).get("type") == "tool_result" for block in blocks)


def fitting(schema: Any, said: str) -> Any:
    """JSON that fits a schema: what was said where that is some, else the least there is."""
    try:
        given = json.loads(said)
        if jsonschema_rs.is_valid(schema, given):
            return given
    except ValueError:  # no JSON, or no schema
        pass
    return _least(schema, schema, said, 0)


def _least(schema: Any, whole: Any, said: str, depth: int) -> Any:
    schema = _joined(_object(schema), whole)
    if "const" in schema:
        return schema["const"]
    if words := schema.get("enum"):
        return next((word for word in words if isinstance(word, str) and word and word in said), words[0])
    for several in ("anyOf", "oneOf"):
        if schema.get(several):
            return _least(schema[several][0], whole, said, depth)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) and kind else kind
    if kind == "object":
        members = _object(schema.get("properties"))
        needed = schema.get("required", ()) if depth >= DEEP else members
        return {name: _least(members.get(name, NOTHING), whole, said, depth + 1) for name in needed}
    if kind == "array":
        count = schema.get("minItems", 0 if depth >= DEEP or schema.get("maxItems") == 0 else 1)
        return [_least(schema.get("items", NOTHING), whole, said, depth + 1) for _ in range(count)]
    return _scalar(schema, kind, said)


def _scalar(schema: Mapping[str, Any], kind: object, said: str) -> Any:
    if kind in {"integer", "number"}:
        return _first(schema, [*_numbers(said, whole=kind == "integer"), *_bounds(schema)])
    if kind == "string":
        return _first(schema, [said, said.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]])
    return True if kind == "boolean" else None


def _joined(schema: dict[str, Any], whole: Any) -> dict[str, Any]:
    """The schema with what it refers to within the document, and what it is made of."""
    for _ in range(DEEP):
        place = schema.get("$ref")
        if not isinstance(place, str) or not place.startswith("#"):
            break
        found = whole
        for step in place.split("/")[1:]:
            found = _object(found).get(step)
        schema = {**_object(found), **{name: value for name, value in schema.items() if name != "$ref"}}
    for part in schema.get("allOf", ()):
        more = _joined(_object(part), whole)
        members = {**_object(schema.get("properties")), **_object(more.get("properties"))}
        schema = {**more, **schema, **({"properties": members} if members else {})}
    return schema


def _numbers(said: str, *, whole: bool) -> Iterable[float]:
    for found in NUMBER.findall(said):
        if not whole or "." not in found:
            yield int(found) if "." not in found else float(found)


def _bounds(schema: Mapping[str, Any]) -> Iterable[float]:
    yield 0
    for name, step in (("minimum", 0), ("maximum", 0), ("exclusiveMinimum", 1), ("exclusiveMaximum", -1)):
        if name in schema:
            yield schema[name] + step


def _first(schema: Mapping[str, Any], offered: Sequence[Any]) -> Any:
    """The first that fits, else the last."""
    alone = {name: value for name, value in schema.items() if name not in {"$ref", "allOf", "$defs"}}
    return next((value for value in offered if jsonschema_rs.is_valid(alone, value)), offered[-1])
