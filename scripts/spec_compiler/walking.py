"""Where the schemas of an OpenAPI document are, and how to go through them."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .documents import Document
from .errors import SpecError

Schema = dict[str, Any]

PREFIX = "#/components/schemas/"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_ONE = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "x-item-schema")
_SOME = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs")


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Every (path, method, operation)."""
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def parameters(document: Document) -> Iterator[Document]:
    """Every parameter object that is written out (a reference to one is not)."""
    yield from document.get("components", {}).get("parameters", {}).values()
    for item in document.get("paths", {}).values():
        for holder in (item, *(item[method] for method in METHODS if method in item)):
            yield from (parameter for parameter in holder.get("parameters", []) if "$ref" not in parameter)


def media_types(holder: Document) -> Iterator[tuple[str, Document]]:
    """(content type, media-type object) of a request body or a response."""
    yield from holder.get("content", {}).items()


def resolve(document: Document, holder: Document) -> Document:
    """What a reference refers to; anything else is itself."""
    while isinstance(holder.get("$ref"), str):
        reference = holder["$ref"]
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(place, dict) or key not in place:
                msg = f"{reference} leads nowhere"
                raise SpecError(msg)
            place = place[key]
        holder = place
    return holder


def name_of(schema: object) -> str | None:
    """The component a schema refers to, if it is a reference."""
    reference = schema.get("$ref") if isinstance(schema, dict) else None
    return reference.removeprefix(PREFIX) if isinstance(reference, str) and reference.startswith(PREFIX) else None


def ref(name: str) -> Schema:
    """A reference to a component schema."""
    return {"$ref": PREFIX + name}


def children(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """(path below, sub-schema), one level down."""
    for key in _ONE:
        if isinstance(schema.get(key), dict):
            yield key, schema[key]
    for key in _SOME:
        yield from ((f"{key}/{index}", branch) for index, branch in enumerate(schema.get(key, [])))
    for key in _NAMED:
        if isinstance(schema.get(key), dict):
            yield from ((f"{key}/{name}", branch) for name, branch in schema[key].items())


def rewrite(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with `change` applied to it and to all below, innermost first."""
    result = dict(schema)
    for key in _ONE:
        if isinstance(result.get(key), dict):
            result[key] = rewrite(result[key], change)
    for key in _SOME:
        if key in result:
            result[key] = [rewrite(branch, change) for branch in result[key]]
    for key in _NAMED:
        if isinstance(result.get(key), dict):
            result[key] = {name: rewrite(branch, change) for name, branch in result[key].items()}
    return change(result)


def holders(document: Document) -> Iterator[tuple[str, Document, str]]:
    """(pointer, object, key) of every place outside components/schemas where a schema stands."""
    components = document.get("components", {})
    for kind in ("parameters", "headers"):
        for name, holder in components.get(kind, {}).items():
            yield from _in_holder(f"#/components/{kind}/{name}", holder)
    for kind in ("requestBodies", "responses"):
        for name, holder in components.get(kind, {}).items():
            yield from _in_body(f"#/components/{kind}/{name}", holder)
    for path, item in document.get("paths", {}).items():
        yield from _in_item(f"#/paths/{path.replace('/', '~1')}", item)


def _in_item(pointer: str, item: Document) -> Iterator[tuple[str, Document, str]]:
    for index, parameter in enumerate(item.get("parameters", [])):
        yield from _in_holder(f"{pointer}/parameters/{index}", parameter)
    for method in METHODS:
        operation = item.get(method)
        if operation is None:
            continue
        here = f"{pointer}/{method}"
        for index, parameter in enumerate(operation.get("parameters", [])):
            yield from _in_holder(f"{here}/parameters/{index}", parameter)
        yield from _in_body(f"{here}/requestBody", operation.get("requestBody", {}))
        for status, response in operation.get("responses", {}).items():
            yield from _in_body(f"{here}/responses/{status}", response)
        for name, callback in operation.get("callbacks", {}).items():
            for expression, below in callback.items():
                yield from _in_item(f"{here}/callbacks/{name}/{expression.replace('/', '~1')}", below)


def _in_body(pointer: str, body: Document) -> Iterator[tuple[str, Document, str]]:
    for name, header in body.get("headers", {}).items():
        yield from _in_holder(f"{pointer}/headers/{name}", header)
    for media, content in media_types(body):
        for key in ("schema", "x-item-schema"):
            if isinstance(content.get(key), dict):
                yield f"{pointer}/content/{media.replace('/', '~1')}/{key}", content, key


def _in_holder(pointer: str, holder: Document) -> Iterator[tuple[str, Document, str]]:
    if isinstance(holder.get("schema"), dict):
        yield f"{pointer}/schema", holder, "schema"


def rewrite_all(document: Document, change: Callable[[Schema], Schema]) -> None:
    """Applies `change` to every schema of the document, in place."""
    for _, holder, key in list(holders(document)):
        holder[key] = rewrite(holder[key], change)
    schemas = document.get("components", {}).get("schemas", {})
    for name in schemas:
        schemas[name] = rewrite(schemas[name], change)


def references(node: object) -> Iterator[str]:
    """Every `$ref` and discriminator mapping below a node, whatever the node is."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        discriminator = node.get("discriminator")
        if isinstance(discriminator, dict) and isinstance(discriminator.get("mapping"), dict):
            # A bare name is allowed here beside a reference.
            mapping = discriminator["mapping"].values()
            yield from (target if "/" in target else PREFIX + target for target in mapping if isinstance(target, str))
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def reachable(document: Document, start: Iterable[str]) -> set[str]:
    """All references (`#/components/…`) that can be reached from these, themselves included."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        reference = waiting.pop()
        if reference not in seen:
            seen.add(reference)
            waiting.extend(references(resolve(document, {"$ref": reference})))
    return seen
