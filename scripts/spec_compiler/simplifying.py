"""Puts schemas into the few shapes that both generators read well, without changing what a valid value is."""

import re
from typing import Any

from .walking import Schema, name_of

_NOISE = ("example", "examples", "deprecated", "externalDocs", "xml", "$comment")
_RULES = ("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "propertyNames")
_BOUNDS = ("minProperties", "maxProperties", "unevaluatedProperties")


def pascal(words: str) -> str:
    """`request_counts` and `anthropic-version` as RequestCounts and AnthropicVersion."""
    return "".join(word[0].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", words) if word)


def is_null(schema: Schema) -> bool:
    """Does the schema allow null and nothing else?"""
    return schema.get("type") == "null"


def is_map(schema: Schema) -> bool:
    """An object of which no property is named."""
    return schema.get("type") == "object" and not any(
        key in schema for key in ("properties", "allOf", "anyOf", "oneOf", "$ref")
    )


def is_free(schema: Schema) -> bool:
    """An object about which nothing is said."""
    return is_map(schema) and schema.get("additionalProperties", True) in (True, {}) and "const" not in schema


def words_of(schema: Schema) -> list[str]:
    """The words of a closed string enum, else nothing."""
    values = schema.get("enum", [])
    return list(values) if values and all(isinstance(value, str) for value in values) else []


def branches(schema: Schema) -> list[Schema]:
    """The alternatives of a union, else nothing."""
    return [*schema.get("anyOf", []), *schema.get("oneOf", [])]


def simplify(schema: Schema) -> Schema:
    """One schema whose sub-schemas are simple already."""
    result = {key: value for key, value in schema.items() if key not in _NOISE}
    alone = result if name_of(result) else _alone(result)
    if alone:
        plain = {"$ref": alone["$ref"]}
        # A default beside a reference is only read in a union of one.
        return {"anyOf": [plain], "default": result["default"]} if "default" in result else plain
    result = _without_rules(result)
    result = _nullable(result)
    if len(words_of(result)) == 1:
        result["const"] = result.pop("enum")[0]
    if isinstance(result.get("const"), bool):
        # Without it openapi-python-client writes `Trueand not isinstance(…)`.
        result["type"] = "boolean"
    return result


def _alone(schema: Schema) -> Schema | None:
    """The reference of an `allOf: [$ref]` that is only there to carry a description."""
    parts = schema.get("allOf", [])
    return parts[0] if len(parts) == 1 and name_of(parts[0]) and "properties" not in schema else None


def _without_rules(schema: Schema) -> Schema:
    """Drops what only restricts a named object: no generator has a type for "exactly one of these two"."""
    if "properties" not in schema:
        return schema
    result = {key: value for key, value in schema.items() if key not in (*_RULES, *_BOUNDS)}
    for key in ("allOf", "anyOf", "oneOf"):
        kept = [branch for branch in result.pop(key, []) if "$ref" in branch or (key == "allOf" and "type" in branch)]
        if kept:
            result[key] = kept
    return result


def _nullable(schema: Schema) -> Schema:
    """Writes every nullable schema as `anyOf: [schema, null]`."""
    kinds = schema.get("type")
    if isinstance(kinds, list) and len(kinds) == 1:
        return {**schema, "type": kinds[0]}
    null_word = None in schema.get("enum", [])
    if not isinstance(kinds, list) and not null_word:
        return schema
    outer: Schema = {key: value for key, value in schema.items() if key in ("title", "description", "default")}
    inner = {key: value for key, value in schema.items() if key not in outer}
    if null_word:
        inner["enum"] = [value for value in schema["enum"] if value is not None]
    if not isinstance(kinds, list):
        return {**outer, "anyOf": [inner, {"type": "null"}]}
    options: list[Any] = [{**_fitting(inner, kind), "type": kind} for kind in kinds if kind != "null"]
    if "null" in kinds:
        options.append({"type": "null"})
    return {**outer, "anyOf": options}


def _fitting(schema: Schema, kind: str) -> Schema:
    """The keywords of a schema of several types that say something about this one."""
    of_kind = {
        "array": {"items", "minItems", "maxItems", "uniqueItems", "prefixItems"},
        "object": {"properties", "required", "additionalProperties", "allOf", "x-item-schema"},
    }
    special = set().union(*of_kind.values())
    return {key: value for key, value in schema.items() if key not in special or key in of_kind.get(kind, set())}
