"""Keeps the operations the manifest names and what they reach; the rest of a document is not our business."""

from copy import deepcopy

from .documents import Document
from .manifest import Vendor
from .walking import METHODS, PREFIX, operations, reachable, references

_TOP = ("openapi", "info", "servers", "paths", "components", "tags", "security")


def prune(document: Document, vendor: Vendor) -> Document:
    """The STRICT document."""
    pruned: Document = {key: deepcopy(document[key]) for key in _TOP if key in document}
    pruned.update({key: deepcopy(value) for key, value in document.items() if key.startswith("x-")})
    paths: Document = {}
    for path, item in pruned.get("paths", {}).items():
        kept = {key: value for key, value in item.items() if key not in METHODS or _wanted(value, vendor)}
        if any(method in kept for method in METHODS):
            paths[path] = kept
    pruned["paths"] = paths
    wanted = reachable(document, [*references(paths), *(PREFIX + name for name in vendor.schemas)])
    components: Document = {}
    for kind, entries in pruned.get("components", {}).items():
        if kind == "securitySchemes":
            names = _security(pruned)
            kept = {name: scheme for name, scheme in entries.items() if name in names}
        elif kind.startswith("x-"):
            kept = entries
        else:
            kept = {name: entry for name, entry in entries.items() if f"#/components/{kind}/{name}" in wanted}
        if kept:
            components[kind] = kept
    pruned["components"] = components
    used = {tag for _, _, operation in operations(pruned) for tag in operation.get("tags", [])}
    if "tags" in pruned:
        pruned["tags"] = [tag for tag in pruned["tags"] if tag.get("name") in used]
    return pruned


def _wanted(operation: Document, vendor: Vendor) -> bool:
    return operation.get("operationId") in vendor.operations


def _security(document: Document) -> set[str]:
    requirements = list(document.get("security", []))
    for _, _, operation in operations(document):
        requirements.extend(operation.get("security", []))
    return {name for requirement in requirements for name in requirement}
