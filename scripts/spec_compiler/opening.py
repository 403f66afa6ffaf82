"""Derives the OPEN document from the strict one: a tolerant reader, in which tomorrow's words and variants are data.

Only what can be part of an answer is opened; what we send stays as strict as the vendor published it.
"""

from copy import deepcopy

from .documents import Document
from .errors import SpecError
from .hoisting import hoist
from .manifest import Vendor
from .simplifying import branches, is_free, is_null, pascal, simplify, words_of
from .unions import members, tag, tags
from .walking import (
    PREFIX,
    Schema,
    children,
    holders,
    name_of,
    operations,
    parameters,
    reachable,
    ref,
    references,
    resolve,
    rewrite,
    rewrite_all,
)

_LISTS = ("allOf", "anyOf", "oneOf")


def open_document(strict: Document, vendor: Vendor) -> Document:
    """What openapi-python-client is given."""
    document = deepcopy(strict)
    _operations(document)
    start = _incoming(document, vendor)
    for _, _, operation in operations(document):
        operation.pop("callbacks", None)
    enums = {name: schema for name, schema in _schemas(document).items() if words_of(schema)}
    rewrite_all(document, simplify)
    # A named enum of one word is still an enum.
    _schemas(document).update(enums)
    _without_defaults(document)
    hoist(document)
    _Opener(document).open(reachable(document, start))
    rewrite_all(document, _client_shape)
    return document


def _schemas(document: Document) -> dict[str, Schema]:
    schemas: dict[str, Schema] = document.setdefault("components", {}).setdefault("schemas", {})
    return schemas


def _operations(document: Document) -> None:
    """Security beside each operation, where the generator looks for it; anything that is not JSON is bytes."""
    security = document.pop("security", None)
    for _, _, operation in operations(document):
        if security is not None:
            operation.setdefault("security", security)
        for response in operation["responses"].values():
            content = resolve(document, response).get("content", {})
            if content and not any("json" in media and not media.endswith(("jsonl", "ndjson")) for media in content):
                items = [entry["x-item-schema"] for entry in content.values() if "x-item-schema" in entry]
                content.clear()
                content["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
                if items:
                    content["application/octet-stream"]["x-item-schema"] = items[0]


def _incoming(document: Document, vendor: Vendor) -> list[str]:
    """The schemas a vendor sends: responses, callbacks, result lines."""
    found = [PREFIX + name for name in (*vendor.lines, *vendor.views)]
    for _, _, operation in operations(document):
        found.extend(references(operation["responses"]))
        found.extend(references(operation.get("callbacks", {})))
    return found


def _without_defaults(document: Document) -> None:
    """A vendor's default is the vendor's to apply: what the user did not say is not sent."""

    def drop(schema: Schema) -> Schema:
        return schema if "const" in schema else {key: value for key, value in schema.items() if key != "default"}

    for name, schema in _schemas(document).items():
        _schemas(document)[name] = rewrite(schema, drop)
    for parameter in parameters(document):
        if "schema" in parameter:
            schema = _not_null(parameter["schema"])
            parameter["schema"] = schema if parameter.get("required") else rewrite(schema, drop)


def _not_null(schema: Schema) -> Schema:
    """A parameter that is null is a parameter that is absent."""
    kept = [branch for branch in schema.get("anyOf", []) if not is_null(branch)]
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, "anyOf": kept} if kept else schema


class _Opener:
    """One pass over the schemas that may be part of an answer."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.before = deepcopy(document)
        self.schemas = _schemas(document)
        self.enums = {name for name, schema in self.schemas.items() if words_of(schema)}
        self.tags = tags(self.before, [schema for schema in self._all() if branches(schema)])

    def _all(self) -> list[Schema]:
        waiting = [*self.schemas.values(), *(holder[key] for _, holder, key in holders(self.document))]
        found: list[Schema] = []
        while waiting:
            schema = waiting.pop()
            found.append(schema)
            waiting.extend(child for _, child in children(schema))
        return found

    def open(self, incoming: set[str]) -> None:
        for name in sorted(self.schemas):
            if PREFIX + name in incoming:
                self.schemas[name] = self._open(self.schemas[name], name, name, top=True)
        for pointer, holder, key in list(holders(self.document)):
            # A request body is what we send.
            if "/requestBody" not in pointer:
                holder[key] = self._open(holder[key], "", None)

    def _open(self, schema: Schema, name: str, owner: str | None, *, top: bool = False) -> Schema:
        target = name_of(schema)
        if target:
            return {"anyOf": [ref(target), {"type": "string"}]} if target in self.enums else schema
        if not top and isinstance(schema.get("const"), str):
            return {key: value for key, value in schema.items() if key not in ("const", "default")} | {"type": "string"}
        result = dict(schema)
        if result.get("additionalProperties") is False:
            del result["additionalProperties"]
        fixed = self.tags.get(owner or "", set())
        if "properties" in result:
            result["properties"] = {
                key: value if key in fixed else self._open(value, name + pascal(key), None)
                for key, value in result["properties"].items()
            }
        for key in ("items", "additionalProperties"):
            if isinstance(result.get(key), dict):
                result[key] = self._open(result[key], name, None)
        for key in _LISTS:
            if key in result:
                result[key] = [self._open(branch, name, owner if key == "allOf" else None) for branch in result[key]]
        return self._with_unknown(schema, result, name)

    def _with_unknown(self, schema: Schema, result: Schema, name: str) -> Schema:
        word = tag(self.before, schema) if branches(schema) else None
        if word is None or len(members(self.before, schema)) < 2:
            return result
        if not name:
            msg = f"a union told apart by {word!r} stands in a response without a name: give it one by a patch"
            raise SpecError(msg)
        key = "oneOf" if "oneOf" in result else "anyOf"
        self.schemas[f"Unknown{name}"] = {
            "type": "object",
            "description": "A variant that the document does not name.",
            "required": [word],
            "properties": {word: {"type": "string"}},
        }
        return {**result, key: [*result[key], ref(f"Unknown{name}")]}


def _client_shape(schema: Schema) -> Schema:
    """The last differences: what the generator ignores or makes a clumsy class of."""
    if is_free(schema):
        return {key: schema[key] for key in ("title", "description") if key in schema}
    return {key: value for key, value in schema.items() if key != "discriminator"}
