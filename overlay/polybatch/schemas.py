"""A vendor's schemas, made wider or narrower than they are written; pure, on copies.

opened: what the vendor may have added since passes     closed: nothing passes that is not listed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any


def opened(node: Any) -> Any:
    """A copy of a schema that accepts words, fields and variants added later."""
    if isinstance(node, list):
        return [opened(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    wide = {
        key: _below(key, value, opened)
        for key, value in node.items()
        if key not in SHUTS_OUT and not (key in MAY_SHUT_OUT and value is False)
    }
    if "enum" in node and "type" not in node:
        wide["type"] = sorted({_json_type(word) for word in node["enum"]})
    if "oneOf" in wide:
        wide["anyOf"] = wide.pop("oneOf")  # branches that were opened may overlap
    if "anyOf" in wide and "discriminator" in node:
        wide["anyOf"] = [*wide["anyOf"], _other_variant(node["discriminator"])]
    return wide


def _below(key: str, value: Any, change: Callable[[Any], Any]) -> Any:
    """What becomes of a keyword's value."""
    if key in DATA:
        return value
    if key in NAMED and isinstance(value, Mapping):
        return {name: change(inner) for name, inner in value.items()}
    return change(value)


NAMED = frozenset({"properties", "patternProperties", "$defs", "schemas"})
"""Keywords whose keys are names chosen by the vendor, not keywords."""
DATA = frozenset({"const", "default", "example", "examples", "if", "not"})
"""Keywords whose value is a value, or a condition that opening would turn round."""
SHUTS_OUT = frozenset({"enum", "discriminator"})
MAY_SHUT_OUT = frozenset({"additionalProperties", "unevaluatedProperties"})


def _other_variant(discriminator: Mapping[str, Any]) -> dict[str, Any]:
    """The branch that takes a tag which none of the known variants has."""
    tag = discriminator["propertyName"]
    known = sorted(discriminator.get("mapping", {}))
    unknown = {"type": "string", "not": {"enum": known}} if known else {"type": "string"}
    return {"type": "object", "required": [tag], "properties": {tag: unknown}}


def _json_type(word: Any) -> str:
    return next((name for kind, name in JSON_TYPES if isinstance(word, kind)), "null")


JSON_TYPES = (
    (bool, "boolean"), (str, "string"), (int, "integer"), (float, "number"), (list, "array"), (dict, "object"),
)  # fmt: skip


AS_THEY_ARE = DATA | {"then", "else", "discriminator"}
"""Keywords whose value lists no fields: data, conditions, and what those ask for besides."""
COMPOSED = frozenset({"allOf", "anyOf", "oneOf", "if"})
"""Keywords by which several schemas speak of one object."""
PARTS = "#/components/schemas/", "#/components/parts/"
"""Where a schema stands closed, and where as a part."""


def closed(node: Any, *, part: bool = False) -> Any:
    """A copy of a schema whose objects have no other fields than those it lists.

    A schema for further fields means that the vendor takes any, and so does none for any; mere openness is our own.
    `part`: the schema speaks of an object to which others add fields, so that it cannot be closed by itself.
    """
    if isinstance(node, list):
        return [closed(item, part=part) for item in node]
    if not isinstance(node, Mapping):
        return node
    listing, free = bool(node.get("properties")), isinstance(node.get("additionalProperties"), Mapping)
    shut = {key: _closed_member(key, value, part=part or listing) for key, value in node.items()}
    if part and "$ref" in node:
        shut["$ref"] = node["$ref"].replace(*PARTS)
    if (listing or "allOf" in node) and not free:
        shut.pop("additionalProperties", None)
        if not part:
            shut["unevaluatedProperties" if COMPOSED & node.keys() else "additionalProperties"] = False
    return shut


def _closed_member(key: str, value: Any, *, part: bool) -> Any:
    if key in AS_THEY_ARE:
        return value
    if key in NAMED:
        return {name: closed(inner) for name, inner in value.items()}
    return closed(value, part=key == "allOf" or (key in COMPOSED and part))


def closed_components(schemas: Mapping[str, Any]) -> dict[str, Any]:
    """What closed schemas refer to: each named schema closed, and as a part of others."""
    return {
        "schemas": {name: closed(schema) for name, schema in schemas.items()},
        "parts": {name: closed(schema, part=True) for name, schema in schemas.items()},
    }


def of_version(node: Any, version: str | None) -> Any:
    """A copy of a schema in which what only other versions of the contract have is forbidden (`x-versions`)."""
    if isinstance(node, list):
        return [of_version(item, version) for item in node]
    if not isinstance(node, Mapping):
        return node
    if version is not None and version not in node.get("x-versions", [version]):
        return {"not": {}}
    return {key: _below(key, value, partial(of_version, version=version)) for key, value in node.items()}
