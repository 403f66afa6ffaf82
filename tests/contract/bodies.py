"""Judging one body: schemas whose objects are closed, JSON as it may travel, complaints in plain words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import jsonschema_rs
from attrs import frozen

Json = Any
Schema = dict[str, Any]
Validator = jsonschema_rs.Draft202012Validator

COMPOSED = frozenset({"allOf", "anyOf", "oneOf", "if"})


def closed(schema: Json, *, part: bool = False) -> Json:
    """The schema, its objects shut; what only refines another object (`part`) is shut with that one."""
    if not isinstance(schema, dict):
        return schema
    lists = "properties" in schema
    out: Schema = {}
    for key, value in schema.items():
        if key == "properties":
            out[key] = {name: closed(inner) for name, inner in value.items()}
        elif key in {"items", "additionalProperties"}:
            out[key] = closed(value)
        elif key in {"allOf", "anyOf", "oneOf"}:
            out[key] = [closed(inner, part=part or lists or key == "allOf") for inner in value]
        elif key == "$ref" and part:
            out[key] = value.replace("#/components/schemas/", "#/components/open/")
        else:
            out[key] = value
    if (lists or "allOf" in schema) and not part and "additionalProperties" not in schema:
        out["unevaluatedProperties" if COMPOSED & schema.keys() else "additionalProperties"] = False
    return out


def versioned(schema: Json, versions: frozenset[str]) -> Json:
    """The schema without the members that exist only in versions other than these."""
    if isinstance(schema, list):
        return [versioned(inner, versions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "x-versions" in schema and versions.isdisjoint(schema["x-versions"]):
        return {"not": {}}
    return {key: versioned(value, versions) for key, value in schema.items()}


def nodes(node: Json) -> Iterator[Schema]:
    """Every object inside a document."""
    if isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from nodes(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from nodes(inner)


class NotJson(ValueError):
    """Bytes that are not JSON."""


def decoded(raw: bytes) -> Json:
    """JSON as RFC 8259 has it: UTF-8, no NaN; half of a surrogate pair, which a judge cannot take, becomes `?`."""
    try:
        value = json.loads(raw.decode(), parse_constant=_constant)
        if b"\\u" in raw:
            value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    except (ValueError, RecursionError) as error:
        raise NotJson(f"not JSON: {error}") from error
    return value


def _constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


@frozen
class Content:
    """A declared body of one media type: a document, or a document a line."""

    validator: Validator
    lines: bool


def complaints(content: Content, body: bytes) -> Iterator[str]:
    """Every way in which a body leaves its schema."""
    parts = body.split(b"\n") if content.lines else [body]
    for number, part in enumerate(parts, 1):
        if content.lines and not part.strip():
            continue
        where = f"line {number}" if content.lines else "body"
        try:
            value = decoded(part)
        except NotJson as error:
            yield f"{where}: {error}"
            continue
        if not content.validator.is_valid(value):
            for error in _plain(content.validator.iter_errors(value)):
                yield f"{where}{_place(error.instance_path)}: {error.message[:200]}"


def _plain(errors: Iterable[jsonschema_rs.ValidationError]) -> Iterator[jsonschema_rs.ValidationError]:
    """The errors; of a union that nothing fits, those of the variant that fits furthest."""
    for error in errors:
        branches = [list(_plain(branch)) for branch in getattr(error.kind, "context", ())]
        if branches:
            yield from max(branches, key=lambda branch: (max(len(one.instance_path) for one in branch), -len(branch)))
        else:
            yield error


def _place(path: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
