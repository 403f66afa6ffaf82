"""Instances of a schema, made from the schema alone: the smallest, the fullest, and the fullest with one thing changed.

Deterministic. Patterns have samples here, and a pattern without one is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = Any
Schema = dict[str, Any]

FORMATS = {
    "date-time": "2026-11-22T09:00:00.100435+00:00",
    "uri": "https://example.org/hook",
    "date": "2026-11-22",
    "uuid": "123e4567-e89b-42d3-8456-426614174000",
}
SAMPLES = (
    "row-1",
    "agent-123e4567-e89b-42d3-8456-426614174000",
    "job-123e4567-e89b-42d3-8456-426614174000",
    "message-123e4567-e89b-42d3-8456-426614174000",
    "user-123e4567-e89b-42d3-8456-426614174000",
    "2026-08",
    "60.5",
    "100%",
)
DEEP = 7
"""Levels after which only what is required is made."""


def examples(document: Schema, schema: Schema) -> Iterator[Json]:
    """The smallest instance, the fullest, and for each alternative inside the fullest one instance that takes it."""
    maker = _Maker(document)
    yield maker.make(schema, full=False)
    fullest = list(maker.all(schema, 0))
    yield from fullest


class _Maker:
    def __init__(self, document: Schema) -> None:
        self.document = document

    def follow(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            target: Any = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
        return schema

    def all(self, schema: Schema, depth: int) -> Iterator[Json]:
        """The fullest instance first, then one for each alternative."""
        schema = self.follow(schema)
        branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if branches and "properties" not in schema:
            for branch in branches:
                for made in self.all(branch, depth):
                    yield self._tagged(schema, branch, made)
            return
        kinds = schema.get("type", "object" if "properties" in schema else None)
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            yield from self._of(kind, schema, depth)

    def make(self, schema: Schema, *, full: bool, depth: int = 0) -> Json:
        """One instance: the fullest, or the smallest."""
        if full:
            return next(self.all(schema, depth))
        schema = self.follow(schema)
        branches = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if branches and "properties" not in schema:
            return self._tagged(schema, branches[0], self.make(branches[0], full=False, depth=depth))
        kinds = schema.get("type", "object" if "properties" in schema else None)
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if kind == "object":
            wanted = schema.get("required", [])
            return {name: self.make(self._property(schema, name), full=False, depth=depth + 1) for name in wanted}
        if kind == "array":
            return [self.make(schema.get("items", {}), full=False, depth=depth + 1)] * schema.get("minItems", 0)
        return next(self._of(kind, schema, depth))

    def _tagged(self, union: Schema, branch: Schema, made: Json) -> Json:
        """With the tag by which OpenAPI tells the variants apart, even where it may be left out."""
        tag = union.get("discriminator", {}).get("propertyName")
        known = self.follow(branch).get("properties", {}).get(tag, {})
        return {tag: known["const"], **made} if isinstance(made, dict) and "const" in known else made

    def _of(self, kind: str | None, schema: Schema, depth: int) -> Iterator[Json]:
        if "const" in schema and kind != "null":
            yield schema["const"]
        elif "enum" in schema and kind != "null":
            yield from schema["enum"]
        elif kind == "object":
            yield from self._objects(schema, depth)
        elif kind == "array":
            count = max(1, schema.get("minItems", 0))
            for item in self.all(schema.get("items", {}), depth + 1) if depth < DEEP else ():
                yield [item] * count
            if not schema.get("minItems"):
                yield []
        elif kind == "string":
            yield self._string(schema)
        else:
            lowest = schema.get("minimum")
            yield {"integer": lowest or 1, "number": lowest or 0.5, "boolean": True, "null": None}.get(
                kind or "", "any"
            )

    def _objects(self, schema: Schema, depth: int) -> Iterator[Json]:
        required = schema.get("required", [])
        names = list(schema.get("properties", {})) if depth < DEEP else required
        base = {name: self.make(self._property(schema, name), full=True, depth=depth + 1) for name in names}
        if schema.get("additionalProperties") not in (False, None):
            extra = schema["additionalProperties"]
            base["extra"] = "anything" if extra is True else self.make(extra, full=True, depth=depth + 1)
        yield base
        for name in names:
            for other in list(self.all(self._property(schema, name), depth + 1))[1:]:
                yield {**base, name: other}

    def _property(self, schema: Schema, name: str) -> Schema:
        found: Schema = schema.get("properties", {}).get(name, {})
        return found

    def _string(self, schema: Schema) -> str:
        if "pattern" in schema:
            for sample in SAMPLES:
                if re.search(schema["pattern"], sample):
                    return sample
            msg = f"no sample fits the pattern {schema['pattern']!r}: add one to SAMPLES"
            raise LookupError(msg)
        found = FORMATS.get(schema.get("format", ""), "text")
        return found.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 10_000)]
