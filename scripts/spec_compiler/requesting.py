"""Derives the PARAMS document: the schemas of what a user may put into a create request."""

from .documents import Document
from .errors import SpecError
from .manifest import Vendor
from .simplifying import is_free, simplify
from .walking import PREFIX, Schema, name_of, operations, reachable, resolve, rewrite


def params_document(strict: Document, vendor: Vendor) -> Document:
    """What datamodel-code-generator is given for params.py."""
    start = [PREFIX + name for name in (vendor.item, _create_body(strict))]
    names = {reference.removeprefix(PREFIX) for reference in reachable(strict, start) if reference.startswith(PREFIX)}
    schemas: dict[str, Schema] = {}
    for name, schema in strict["components"]["schemas"].items():
        if name in vendor.free or (name in names and is_free(schema)):
            # `{}` and not true: of that datamodel-code-generator makes an empty TypedDict.
            schemas[name] = {"type": "object", "additionalProperties": {}}
        elif name in names:
            schemas[name] = rewrite(schema, _plain)
    # What only a freed schema refers to is not wanted any more.
    document: Document = {
        "openapi": "3.1.0",
        "info": {"title": vendor.name, "version": "1"},
        "paths": {},
        "components": {"schemas": schemas},
    }
    wanted = reachable(document, start)
    document["components"]["schemas"] = {name: schemas[name] for name in schemas if PREFIX + name in wanted}
    return document


def _plain(schema: Schema) -> Schema:
    result = simplify(schema)
    return {key: value for key, value in result.items() if key not in ("discriminator", "default", "format", "title")}


def _create_body(strict: Document) -> str:
    for _, _, operation in operations(strict):
        if operation["operationId"] == "create_batch":
            body = resolve(strict, operation.get("requestBody", {}))
            name = name_of(body.get("content", {}).get("application/json", {}).get("schema"))
            if name:
                return name
    msg = "create_batch has no JSON body that refers to a named schema"
    raise SpecError(msg)
