"""Finds its way through an OpenAPI document: from a place and a path to the schemas that stand there.

A place is an operation or one of its parts (`create_batch.request`, `create_batch.response.200` ...); a path walks
from there through $ref, allOf, anyOf and oneOf. Nothing here knows a vendor, and the document is a parameter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

Schema = dict[str, Any]
AnySchema = Schema | bool

_STEP = re.compile(
    r"(?P<items>\[\])|(?P<map>\.\*)|<has:(?P<has>[\w-]+)>|<is:(?P<is>[\w-]+)>|<(?P<tag>[\w-]+)=(?P<word>[\w-]+)>|\.?(?P<name>[\w-]+)"
)
METHODS = ("get", "put", "post", "patch", "delete")
_COMBINATORS = ("$ref", "allOf", "anyOf", "oneOf", "discriminator")
_RULE_KEYS = {"required", "properties", "not", "type", "title", "description"}
_JSON_TYPES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class Mismatch(Exception):
    """The document or the code does not say what the row says; the message tells the difference."""


class NotThere(Mismatch):
    """The place or path cannot be walked to its end."""


@dataclass(frozen=True)
class Branch:
    """One alternative of a schema, free of $ref, allOf, anyOf and oneOf, with the components it came through."""

    schema: Schema
    names: tuple[str, ...] = ()
    tags: frozenset[tuple[str, str]] = frozenset()  # (property, word) by the discriminator mappings above it

    @property
    def properties(self) -> Schema:
        return cast("Schema", self.schema.get("properties", {}))

    @property
    def words(self) -> list[Any] | None:
        if "const" in self.schema:
            return [self.schema["const"]]
        return cast("list[Any] | None", self.schema.get("enum"))

    @property
    def types(self) -> set[str]:
        stated = self.schema.get("type")
        if stated is not None:
            return {stated} if isinstance(stated, str) else set(stated)
        if self.words is not None:
            return {_JSON_TYPES[type(word)] for word in self.words}
        if {"properties", "additionalProperties"} & self.schema.keys():
            return {"object"}
        return {"array"} if "items" in self.schema else {"any"}


@dataclass(frozen=True)
class Node:
    """Where a path leads: the alternatives there, and the property that led to them."""

    branches: tuple[Branch, ...]
    raw: AnySchema = field(default_factory=dict)
    required: bool | None = None
    deprecated: bool = False
    owners: tuple[Branch, ...] = ()
    name: str = ""

    @property
    def types(self) -> set[str]:
        found = set[str]().union(*(branch.types for branch in self.branches))
        return {"any"} if "any" in found else found

    @property
    def words(self) -> set[Any]:
        return {word for branch in self.branches for word in branch.words or () if word is not None}

    def stated(self, keyword: str) -> list[Any]:
        return [branch.schema[keyword] for branch in self.branches if keyword in branch.schema]

    def __str__(self) -> str:
        return " | ".join(
            branch.names[-1] if branch.names else "/".join(sorted(branch.types)) for branch in self.branches
        )


class Document:
    """An OpenAPI 3.1 document and the way through it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.json = document

    def deref(self, value: Schema) -> Schema:
        """Follow a reference that stands for a whole part (parameter, request body, response)."""
        while "$ref" in value:
            value = self._pointer(value["$ref"])
        return value

    def _pointer(self, ref: str) -> Schema:
        found: Any = self.json
        for part in ref.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                raise NotThere(f"dangling reference {ref}")
            found = found[key]
        return cast("Schema", found)

    # -- operations and their parts

    def operation(self, operation_id: str) -> tuple[str, str, Schema, Schema]:
        """Path, method, operation and path item."""
        for path, item in self.json.get("paths", {}).items():
            for method in METHODS:
                if method in item and item[method].get("operationId") == operation_id:
                    return path, method, item[method], item
        raise NotThere(f"no operation {operation_id}")

    def callbacks(self, operation: Schema) -> Iterator[tuple[str, Schema]]:
        """Method and operation of every callback."""
        for callback in operation.get("callbacks", {}).values():
            for item in self.deref(callback).values():
                yield from ((method, item[method]) for method in METHODS if method in item)

    def part(self, place: str) -> Schema:
        """The request body, response or parameter that a place names (not its schema)."""
        operation_id, kind, argument = [*place.split(".", 2), "", ""][:3]
        _, _, operation, item = self.operation(operation_id)
        if kind == "callback":
            operation = next((found for _, found in self.callbacks(operation)), {})
        if kind in {"request", "callback"}:
            if "requestBody" not in operation:
                raise NotThere(f"no request body at {place}")
            return self.deref(operation["requestBody"])
        if kind == "response":
            if argument not in operation.get("responses", {}):
                raise NotThere(f"no response {argument}; there are {sorted(operation.get('responses', {}))}")
            return self.deref(operation["responses"][argument])
        for parameter in map(self.deref, operation.get("parameters", []) + item.get("parameters", [])):
            if parameter["in"] == kind and parameter["name"].lower() == argument.lower():
                return parameter
        raise NotThere(f"no {kind} parameter {argument!r}")

    def node(self, place: str) -> Node:
        part = self.part(place)
        media: Schema = part if "schema" in part else part.get("content", {}).get("application/json", {})
        raw = media.get("schema", {})
        body = "content" in part or "schema" in part
        return Node(
            tuple(self.branches(raw)), raw, part.get("required", False) if body else None, part.get("deprecated", False)
        )

    # -- schemas

    def branches(self, schema: AnySchema, names: tuple[str, ...] = ()) -> list[Branch]:
        """The alternatives of a schema; what stands beside a reference or a union is pushed into each of them."""
        if isinstance(schema, bool):
            return [Branch({}, names)] if schema else []
        own = {key: value for key, value in schema.items() if key not in _COMBINATORS}
        found = [Branch(own, names)]
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            found = _product(found, self.branches(self._pointer(schema["$ref"]), (*names, name)))
        for part in schema.get("allOf", []):
            found = _product(found, self.branches(part, names))
        for union in (schema[key] for key in ("anyOf", "oneOf") if key in schema):
            if "properties" in own and all(member.keys() <= _RULE_KEYS for member in union):
                # A rule about which of the properties must be given, not a choice of shapes.
                always = set.intersection(*(set(member.get("required", [])) for member in union))
                found = [replace(b, schema=_merge(b.schema, {"required": sorted(always)})) for b in found]
                continue
            members = [
                replace(branch, tags=branch.tags | _mapped(schema.get("discriminator", {}), member))
                for member in union
                for branch in self.branches(member, names)
            ]
            found = _product(found, members)
        return found

    def walk(self, place: str, path: str) -> Node:
        node = self.node(place)
        for step in steps(path):
            node = self._step(node, step)
        return node

    def _step(self, node: Node, step: re.Match[str]) -> Node:
        if step["items"]:
            return self._into(node, [b.schema["items"] for b in node.branches if "items" in b.schema], "array items")
        if step["map"]:
            maps = [b.schema.get("additionalProperties", {}) for b in node.branches if b.types & {"object", "any"}]
            return self._into(node, [value for value in maps if value is not False], "free keys")
        if step["has"]:
            return _chosen(node, [b for b in node.branches if step["has"] in b.properties], f"property {step['has']!r}")
        if step["is"]:
            return _chosen(node, [b for b in node.branches if step["is"] in b.names], f"name {step['is']!r}")
        if step["tag"]:
            spoken = [(b, self.tag_words(b, step["tag"])) for b in node.branches]
            exact = [b for b, words in spoken if words == {step["word"]}]
            loose = [b for b, words in spoken if step["word"] in words]
            return _chosen(node, exact or loose, f"{step['tag']} {step['word']!r}")
        name = step["name"]
        owners = tuple(branch for branch in node.branches if name in branch.properties)
        if not owners:
            known = sorted({key for branch in node.branches for key in branch.properties})
            raise NotThere(f"no property {name!r} in {node}; there are {known}")
        raw = owners[0].properties[name]
        if any(owner.properties[name] != raw for owner in owners):
            raise Mismatch(f"property {name!r} differs between the variants {node}: the path must choose one")
        required = all(name in owner.schema.get("required", []) for owner in owners)
        return Node(tuple(self.branches(raw)), raw, required, owners=owners, name=name)

    def _into(self, node: Node, schemas: list[Any], what: str) -> Node:
        if not schemas:
            raise NotThere(f"no {what} in {node}")
        branches = tuple(branch for schema in schemas for branch in self.branches(schema))
        return Node(branches, schemas[0], owners=node.owners, name=node.name)

    def tag_words(self, branch: Branch, tag: str) -> set[Any]:
        """The words by which a variant is told apart: its own, else the discriminator's."""
        own = Node(tuple(self.branches(branch.properties.get(tag, {})))).words
        return own or {word for name, word in branch.tags if name == tag}


def steps(path: str) -> list[re.Match[str]]:
    found, at = [], 0
    while at < len(path):
        step = _STEP.match(path, at)
        if step is None:
            raise ValueError(f"path {path!r} cannot be read from {path[at:]!r} on")
        found.append(step)
        at = step.end()
    return found


def _chosen(node: Node, branches: list[Branch], what: str) -> Node:
    if not branches:
        raise NotThere(f"no variant with {what} in {node}")
    return replace(node, branches=tuple(branches))


def _mapped(discriminator: Schema, member: Schema) -> frozenset[tuple[str, str]]:
    mapping = discriminator.get("mapping", {})
    return frozenset(
        (discriminator["propertyName"], word) for word, ref in mapping.items() if ref == member.get("$ref")
    )


def _product(left: Iterable[Branch], right: Sequence[Branch]) -> list[Branch]:
    return [
        Branch(_merge(a.schema, b.schema), tuple(dict.fromkeys(a.names + b.names)), a.tags | b.tags)
        for a in left
        for b in right
    ]


def _merge(outer: Schema, inner: Schema) -> Schema:
    """Both at once; what the outer one says wins where only one can be told."""
    merged = {**inner, **outer}
    if "properties" in outer and "properties" in inner:
        both = {
            key: {"allOf": [outer["properties"][key], inner["properties"][key]]}
            for key in outer["properties"].keys() & inner["properties"]
        }
        merged["properties"] = {**inner["properties"], **outer["properties"], **both}
    if "required" in outer and "required" in inner:
        merged["required"] = [*outer["required"], *inner["required"]]
    if "type" in outer and "type" in inner:
        merged["type"] = sorted(Branch(outer).types & Branch(inner).types) or outer["type"]
    return merged
