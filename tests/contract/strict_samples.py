"""Reads the strict documents for the contract tests: operations, references, values that a schema describes."""

import copy
import functools
import importlib
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "generated" / "polybatch_generated"
MANIFEST = tomllib.loads((ROOT / "specs" / "manifest.toml").read_text(encoding="utf-8"))
VENDORS = sorted(MANIFEST)
Json = Any
Place = tuple[str | int, ...]


@functools.cache
def document(vendor: str) -> dict[str, Any]:
    return json.loads((GENERATED / vendor / "openapi.json").read_bytes())


def operation(vendor: str, name: str) -> ModuleType:
    return importlib.import_module(f"polybatch_generated.{vendor}.client.api.batches.{name}")


def declared(vendor: str, name: str) -> dict[str, Any]:
    """The operation object of the strict document."""
    items = document(vendor)["paths"].values()
    return next(op for item in items for op in item.values() if isinstance(op, dict) and op.get("operationId") == name)


def verb_and_path(vendor: str, name: str) -> tuple[str, str]:
    wanted = declared(vendor, name)
    paths = document(vendor)["paths"].items()
    return next((verb.upper(), path) for path, item in paths for verb, op in item.items() if op is wanted)


def resolve(vendor: str, node: Json) -> Json:
    """What a reference refers to; anything else is itself."""
    while "$ref" in node:
        place = document(vendor)
        for part in node["$ref"].split("/")[1:]:
            place = place[part]
        node = place
    return node


def responses(vendor: str, name: str) -> dict[str, Any]:
    return {code: resolve(vendor, response) for code, response in declared(vendor, name)["responses"].items()}


def parameters(vendor: str, name: str) -> list[dict[str, Any]]:
    return [resolve(vendor, parameter) for parameter in declared(vendor, name).get("parameters", [])]


def sample(vendor: str, schema: Json, *, full: bool = False, depth: int = 0) -> Json:
    """A value that a schema describes: first of every choice, and only what is required unless it is to be full."""
    schema = resolve(vendor, schema)

    def below(part: Json) -> Json:
        return sample(vendor, part, full=full and depth < 6, depth=depth + 1)

    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if branches(schema):
        return sample(vendor, branches(schema)[0], full=full, depth=depth)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object" or "properties" in schema:
        wanted = schema.get("properties", {}) if full else schema.get("required", [])
        return {key: below(schema["properties"][key]) for key in wanted}
    if kind == "array":
        return [below(schema["items"])] if depth < 6 and "items" in schema else []
    if schema.get("format") == "date-time":
        return "2026-11-22T10:00:00Z"
    return {"string": "x", "integer": 1, "number": 1.5, "boolean": True}.get(kind)


def json_schema(vendor: str, name: str) -> Json:
    """The schema of the JSON that a 2xx of the operation carries, or None where it carries bytes."""
    ok = next(response for code, response in responses(vendor, name).items() if code.startswith("2"))
    return ok.get("content", {}).get("application/json", {}).get("schema")


def branches(schema: Json) -> list[Json]:
    """The alternatives of a schema that is nothing but a union (or a single allOf), null last."""
    if "properties" in schema:
        return []
    found = [branch for key in ("oneOf", "anyOf", "allOf") for branch in schema.get(key, [])]
    return sorted(found, key=lambda branch: branch.get("type") == "null")


def places(vendor: str, schema: Json, value: Json, path: Place = ()) -> Iterator[tuple[tuple[Any, ...], Json]]:
    """(path, schema) of every value inside a sample."""
    schema = resolve(vendor, schema)
    yield path, schema
    if branches(schema):
        yield from places(vendor, branches(schema)[0], value, path)
    if isinstance(value, dict):
        for key, below in value.items():
            if key in schema.get("properties", {}):
                yield from places(vendor, schema["properties"][key], below, (*path, key))
    elif isinstance(value, list) and value and "items" in schema:
        yield from places(vendor, schema["items"], value[0], (*path, 0))


def changed(value: Json, path: Place, new: Json) -> Json:
    result = copy.deepcopy(value)
    place = result
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = new
    return result


def at(value: Json, path: Place) -> Json:
    for part in path:
        value = value[part]
    return value
