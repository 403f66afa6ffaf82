"""A document's facts without its prose: the batch operations and what they reach, as OpenAPI 3.1."""

from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.walking import Schema, reachable, references, resolve, rewrite_all
from scripts.spec_compiler.walking import operations as operations_of

from .choosing import Operations

PROSE = frozenset(
    {"description", "summary", "title", "example", "examples", "externalDocs", "termsOfService", "contact"}
)
NAMED = frozenset(
    {"properties", "patternProperties", "schemas", "responses", "headers", "requestBodies", "securitySchemes", "paths"}
    | {"$defs", "dependentSchemas", "content", "callbacks", "mapping", "variables", "scopes", "examples"}
)
"""Keys below which the keys are names, so that a field called `title` stays."""
VALUES = frozenset({"default", "const", "enum", "required"})
"""Keys whose value is data."""


def reduced(document: Document, operations: Operations) -> tuple[Document, Operations]:
    """What goes into openapi.yaml, and the operations with their paths there.

    A path in the server's address is written into the path keys, and parameters of a path into its operations: so every
    reader of the document finds them in one place.
    """
    server = urlsplit(next((server["url"] for server in document.get("servers", []) if "url" in server), ""))
    prefix = server.path.rstrip("/") if "{" not in server.geturl() else ""
    wanted: dict[str, dict[str, Any]] = {}
    for path, method in operations.values():
        wanted.setdefault(prefix + path, {})[method] = _operation(document, document["paths"][path], method)
    info = document.get("info", {})
    host = f"{server.scheme}://{server.netloc}" if server.netloc and "{" not in server.netloc else ""
    result: Document = {
        "openapi": "3.1.0",
        "info": {"title": str(info.get("title", "untitled")), "version": str(info.get("version", "1"))},
        "servers": [{"url": host}] if host else [],
        "paths": wanted,
    }
    if "security" in document:
        result["security"] = document["security"]
    result["components"] = _components(document, wanted)
    if str(document["openapi"]).startswith("3.0"):
        rewrite_all(result, _as_31)
    return result, {name: (prefix + path, method) for name, (path, method) in operations.items()}


def _operation(document: Document, item: Document, method: str) -> Document:
    """An operation with the parameters of its path, unless it has others of these names."""
    operation: Document = _bare(item[method])
    operation.pop("callbacks", None)
    own = [resolve(document, parameter) for parameter in operation.get("parameters", [])]
    names = {(parameter["in"], parameter["name"]) for parameter in own}
    shared = [_bare(parameter) for parameter in item.get("parameters", [])]
    more = [one for one in shared if (resolve(document, one)["in"], resolve(document, one)["name"]) not in names]
    if more:
        operation["parameters"] = [*operation.get("parameters", []), *more]
    operation["responses"] = {status: _said(status, reply) for status, reply in operation["responses"].items()}
    return operation


def _components(document: Document, paths: Document) -> Document:
    """What the operations reach, and the ways to present a key that they take, or all where none is named."""
    reached = reachable(document, references(paths))
    asked = [operation.get("security", []) for _, _, operation in operations_of({"paths": paths})]
    taken = {name for each in (document.get("security", []), *asked) for entry in each for name in entry}
    kept: Document = {}
    for kind, entries in document.get("components", {}).items():
        if kind == "securitySchemes":
            names = [name for name in entries if name in taken or not taken]
        else:
            names = [name for name in entries if f"#/components/{kind}/{name}" in reached]
        if names and not kind.startswith("x-"):
            kept[kind] = {name: _bare(entries[name]) for name in names}
    for status, reply in kept.get("responses", {}).items():
        kept["responses"][status] = _said("", reply)
    return kept


def _bare(node: Any, *, names: bool = False) -> Any:
    if isinstance(node, list):
        return [_bare(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if names:
            result[key] = _bare(value)
        elif key == "additionalProperties" and value is True:
            result[key] = {}  # the same, as the documents here write what a vendor says (overlay/polybatch/check.py)
        elif key in VALUES:
            result[key] = deepcopy(value)
        elif key not in PROSE and not key.startswith("x-"):
            result[key] = _bare(value, names=key in NAMED and isinstance(value, dict))
    return result


def _said(status: str, reply: Document) -> Document:
    """A reply must have a description; ours says as much as its status."""
    if "$ref" in reply:
        return reply
    return {"description": "Success." if status.startswith("2") else "A reply." if not status else "Refused.", **reply}


def _as_31(schema: Schema) -> Schema:
    """Null and exclusive bounds as JSON Schema has them; OpenAPI 3.0 had words of its own."""
    result = dict(schema)
    nullable = result.pop("nullable", False)
    for bound, own in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if result.get(bound) is True:
            result[bound] = result.pop(own)
        elif result.get(bound) is False:
            del result[bound]
    if not nullable:
        return result
    if isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
        if "enum" in result and None not in result["enum"]:
            result["enum"] = [*result["enum"], None]
        return result
    return {"anyOf": [result, {"type": "null"}]}
