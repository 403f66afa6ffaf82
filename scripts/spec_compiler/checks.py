"""What the compiler refuses in a strict document: faults that a generator would swallow or turn into bad names."""

import re
from collections.abc import Iterator

from .documents import Document
from .errors import SpecError
from .manifest import Vendor
from .walking import PREFIX, Schema, children, holders, operations, references, resolve


def check(document: Document, vendor: Vendor) -> None:
    """Raises one SpecError that lists every fault found."""
    faults = [*_names(document, vendor), *_dangling(document)]
    # A dangling reference would stop the checks below half way.
    faults = faults or [*_operations(document), *_inline(document)]
    if faults:
        raise SpecError("\n".join(faults))


def _names(document: Document, vendor: Vendor) -> Iterator[str]:
    if not str(document.get("openapi", "")).startswith("3.1."):
        yield f"openapi {document.get('openapi')!r}: only 3.1 documents are understood by both generators"
    found = [operation.get("operationId") for _, _, operation in operations(document)]
    yield from (
        f"the manifest wants the operation {name!r}, the document has it {found.count(name)} times"
        for name in vendor.operations
        if found.count(name) != 1
    )


def _dangling(document: Document) -> Iterator[str]:
    for reference in sorted(set(references(document))):
        if not reference.startswith("#/components/"):
            yield f"$ref {reference}: only references into #/components/ are followed"
            continue
        try:
            resolve(document, {"$ref": reference})
        except SpecError as error:
            yield f"$ref {error}"


def _operations(document: Document) -> Iterator[str]:
    for path, method, operation in operations(document):
        here = f"{method.upper()} {path}"
        if "?" in path:
            yield f"{here}: a path key holds no query; httpx would discard it"
        if operation.get("tags") != ["batches"]:
            yield f"{here}: tags must be [batches]"
        shared = document["paths"][path].get("parameters", [])
        given = [resolve(document, parameter) for parameter in [*shared, *operation.get("parameters", [])]]
        for parameter in given:
            if parameter.get("in") == "header" and str(parameter.get("name", "")).lower() == "authorization":
                yield f"{here}: Authorization is a security scheme, not a parameter"
        in_path = {parameter["name"] for parameter in given if parameter.get("in") == "path"}
        if in_path != set(re.findall(r"{([^}]+)}", path)):
            yield f"{here}: path parameters {sorted(in_path)} do not fit the path"
        body = resolve(document, operation.get("requestBody", {}))
        if body and list(body.get("content", {})) != ["application/json"]:
            yield f"{here}: only application/json request bodies are supported"
        if not any(status.startswith("2") for status in operation.get("responses", {})):
            yield f"{here}: no 2xx response"


def _inline(document: Document) -> Iterator[str]:
    for pointer, holder, key in holders(document):
        if "properties" in holder[key]:
            yield f"{pointer}: an object without a name"
        yield from _below(pointer, holder[key])
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        yield from _below(PREFIX + name, schema)


def _below(pointer: str, schema: Schema) -> Iterator[str]:
    for path, child in children(schema):
        keyword = path.split("/")[0]
        # Branches of a named object that only restrict it make no class of their own.
        restricts = keyword in {"allOf", "not", "if", "then", "else", "dependentSchemas"} or (
            keyword in {"anyOf", "oneOf"} and "properties" in schema
        )
        if "properties" in child and not restricts:
            yield f"{pointer}/{path}: an object without a name"
        if not restricts or keyword == "allOf":
            yield from _below(f"{pointer}/{path}", child)
