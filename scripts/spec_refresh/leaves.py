"""The alternatives of a schema: each of one type, references and `allOf` followed, null and enums in one form."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from scripts.spec_compiler.walking import Schema

from .nodes import Facts, Reader

UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties", "x-max-bytes", "x-open-batches")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
FORMS = ("format", "pattern", "multipleOf", "uniqueItems", "contentEncoding", "contentMediaType")
LIMITS = {*UPPER, *LOWER, *FORMS}
PROSE = ("title", "description", "summary", "example", "examples", "externalDocs", "xml", "$comment")
"""What only a reader of the documentation needs."""
AROUND = {"default", "deprecated", "nullable", "discriminator", "readOnly", "writeOnly", *PROSE}
"""What may stand around a schema without making it another one."""
HOME = "x-home"
"""Beside a leaf that was put together here: the schema of the document it was made from."""

_ARRAY = {"items", "minItems", "maxItems", "uniqueItems", "prefixItems", "contains"}
_OBJECT = {"properties", "required", "additionalProperties", "minProperties", "maxProperties"}
_STRING = {"minLength", "maxLength", "pattern", "contentEncoding", "contentMediaType"}
_NUMBER = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}
_ABOUT = {"array": _ARRAY, "object": _OBJECT, "string": _STRING, "number": _NUMBER, "integer": _NUMBER}
_SPECIAL = _ARRAY | _OBJECT | _STRING | _NUMBER
_TYPE_OF = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def text_of(value: Any) -> str:
    """A value as JSON, equal for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def required_of(schema: Schema) -> list[str]:
    """The fields that must be there; older drafts have a boolean here, which says nothing of them."""
    required = schema.get("required")
    return required if isinstance(required, list) else []


def leaves(reader: Reader, schema: Any, above: list[int]) -> Iterator[Schema]:
    """Null is one of them; `above` are the schemas that led here, so that a union of itself ends."""
    if not isinstance(schema, dict) or id(schema) in above:
        return
    above = [*above, id(schema)]
    if "$ref" in schema:
        target = reader.follow({"$ref": schema["$ref"]})
        beside = {key: value for key, value in schema.items() if key != "$ref" and key not in AROUND}
        name = {"x-name": reader.name(schema)}
        yield from leaves(reader, {**target, **beside, **name} if beside else target, above)
        return
    parts = schema.get("allOf", [])
    if len(parts) == 1 and not schema.keys() - AROUND - {"allOf"}:
        yield from leaves(reader, parts[0], above)
    elif parts:
        yield from leaves(reader, _together(reader, schema), above)
    else:
        branches = [] if "properties" in schema else [*schema.get("anyOf", []), *schema.get("oneOf", [])]
        for branch in branches:
            yield from leaves(reader, branch, above)
        if not branches:
            yield from _typed(schema)
    if schema.get("nullable") is True:
        yield {"type": "null"}


def _together(reader: Reader, schema: Schema) -> Schema:
    """What allOf says, as one schema."""
    merged: Schema = {}
    own = {key: value for key, value in schema.items() if key != "allOf"}
    for part in (*(reader.follow(part) for part in schema["allOf"]), own):
        whole = _together(reader, part) if part.get("allOf") else part
        joined = {**merged.get("properties", {}), **whole.get("properties", {})}
        required = [*merged.get("required", []), *required_of(whole)]
        merged = {**merged, **whole, "required": required, **({"properties": joined} if joined else {})}
    return {**merged, "x-name": reader.name(schema), HOME: schema}


def _typed(schema: Schema) -> Iterator[Schema]:
    """One leaf for each type the schema allows."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    if not kinds:
        kinds = _evident(schema, values)
    for kind in kinds:
        leaf = {key: value for key, value in schema.items() if key not in _SPECIAL or key in _ABOUT.get(kind, ())}
        leaf.pop("const", None)
        if values is not None and kind not in ("array", "object", "null"):
            leaf["enum"] = [value for value in values if value is not None]
        for word, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            # The boolean of OpenAPI 3.0 makes the bound itself exclusive.
            if isinstance(leaf.get(word), bool):
                exclusive = leaf.pop(word)
                leaf.update({word: leaf.pop(bound)} if exclusive and bound in leaf else {})
        # A leaf that is the schema itself stays it, because nodes are found by identity; any other says whose it is.
        yield (
            schema
            if leaf == schema and schema.get("type") == kind
            else {**leaf, "type": kind, HOME: schema.get(HOME, schema)}
        )
    if not kinds:
        yield {key: value for key, value in schema.items() if key != "type"} if "type" in schema else schema
    if values is not None and None in values and "null" not in kinds:
        yield {"type": "null"}


def _evident(schema: Schema, values: Sequence[Any] | None) -> list[str]:
    """The types of a schema that does not name them."""
    if values is not None:
        return sorted({_TYPE_OF[type(value)] for value in values if value is not None})
    return [kind for kind, word in (("object", "properties"), ("array", "items")) if word in schema]


def words(solid: list[Schema]) -> Facts:
    """The words of an enum: all that are taken, or the known ones where others of the type are taken too."""
    plain = [leaf for leaf in solid if leaf.get("type") not in ("array", "object")]
    closed = [leaf for leaf in plain if "enum" in leaf]
    if not closed:
        return {}
    words = frozenset(text_of(value) for leaf in closed for value in leaf["enum"])
    kinds = {leaf.get("type") for leaf in closed}
    is_open = any(leaf.get("type") in kinds for leaf in plain if "enum" not in leaf)
    return {"known words" if is_open else "words": words}


def limit(word: str, solid: list[Schema]) -> Any:
    """The loosest of the limits in force, or None where an alternative of the type has none."""
    kinds = {kind for kind, words in _ABOUT.items() if word in words}
    leaves = [leaf for leaf in solid if leaf.get("type") in kinds] if kinds else solid
    found = [leaf[word] for leaf in leaves if word in leaf]
    if word == "format" and found:
        return found[0] if len(set(found)) == 1 else None
    if not found or len(found) < len(leaves):
        return None
    if word in FORMS:
        plain = [value for value in found if value is not False]
        return plain[0] if len(plain) == 1 else text_of(sorted(plain, key=text_of)) if plain else None
    loosest = max(found) if word in UPPER else min(found)
    # No size is below nought, so that a limit of nought says nothing.
    return None if loosest == 0 and word in ("minLength", "minItems", "minProperties") else loosest
