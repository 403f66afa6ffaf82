"""Applies patches.yaml, an OpenAPI Overlay 1.1 document, strictly: an action that does not bite is an error.

No published applier fails when a target no longer matches; a vendored document needs exactly that, for it says that
the vendor has mended or moved what the patch was written for.
"""

from copy import deepcopy
from typing import Any

from jsonpath_rfc9535 import JSONPathError, JSONPathNode, find

from .documents import Document
from .errors import SpecError

_VERBS = ("update", "remove", "copy")
_KEYS = {"target", "description", "x-source", *_VERBS}


class _Refused(Exception):
    """Why an action cannot be applied; the caller adds its number, target and description."""


def apply_patches(document: Document, overlay: Document) -> Document:
    """A copy of `document` with every action of `overlay` applied, in order."""
    patched = deepcopy(document)
    if overlay.get("overlay") != "1.1.0":
        msg = "patches.yaml must say `overlay: 1.1.0`"
        raise SpecError(msg)
    for number, action in enumerate(overlay.get("actions", []), start=1):
        try:
            _apply(patched, action)
        except (_Refused, JSONPathError) as error:
            msg = f"patch {number}: target {action.get('target')!r} ({action.get('description')}): {error}"
            raise SpecError(msg) from None
    return patched


def _apply(document: Document, action: Document) -> None:
    unknown = [key for key in action if key not in _KEYS]
    verbs = [verb for verb in _VERBS if verb in action]
    if unknown:
        msg = f"unknown key {unknown[0]!r}"
        raise _Refused(msg)
    if len(verbs) != 1 or not all(action.get(key) for key in ("target", "description", "x-source")):
        msg = f"an action has a target, a description, an x-source and exactly one of {', '.join(_VERBS)}"
        raise _Refused(msg)
    nodes = list(find(action["target"], document))
    if not nodes:
        msg = "matches nothing"
        raise _Refused(msg)
    if "remove" in action:
        if action["remove"] is not True:
            msg = "`remove` can only be true"
            raise _Refused(msg)
        _remove(document, nodes)
        return
    value = _copied(document, action["copy"]) if "copy" in action else action["update"]
    changed = [_update(document, node, value) for node in nodes]
    if not any(changed):
        msg = "changes nothing"
        raise _Refused(msg)


def _remove(document: Document, nodes: list[JSONPathNode]) -> None:
    # Last first: removing an element must not move one that is still to go.
    for location in sorted({node.location for node in nodes}, key=_order, reverse=True):
        if not location:
            msg = "the whole document cannot be removed"
            raise _Refused(msg)
        del _at(document, location[:-1])[location[-1]]


def _order(location: tuple[int | str, ...]) -> list[tuple[bool, int, str]]:
    return [(isinstance(part, str), part if isinstance(part, int) else 0, str(part)) for part in location]


def _copied(document: Document, path: str) -> Any:
    found = list(find(path, document))
    if len(found) != 1:
        msg = f"copy {path!r} matches {len(found)} places, not one"
        raise _Refused(msg)
    return found[0].value


def _update(document: Document, node: JSONPathNode, value: Any) -> bool:
    if isinstance(node.value, dict):
        if not isinstance(value, dict):
            msg = "an object can only be merged with an object"
            raise _Refused(msg)
        return _merge(node.value, value)
    if isinstance(node.value, list):
        node.value.append(deepcopy(value))
        return True
    if isinstance(value, dict | list):
        msg = "a primitive can only be replaced by a primitive: remove it, then update its parent"
        raise _Refused(msg)
    _at(document, node.location[:-1])[node.location[-1]] = value
    return not _same(node.value, value)


def _merge(into: Document, value: Document) -> bool:
    changed = False
    for key, new in value.items():
        old = into.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            changed |= _merge(old, new)
        elif isinstance(old, list) and isinstance(new, list):
            old.extend(deepcopy(new))
            changed |= bool(new)
        elif key not in into or not _same(old, new):
            into[key] = deepcopy(new)
            changed = True
    return changed


def _same(one: Any, other: Any) -> bool:
    # True equals 1 in Python; in JSON it does not.
    return type(one) is type(other) and bool(one == other)


def _at(document: Document, location: tuple[int | str, ...]) -> Any:
    place: Any = document
    for part in location:
        place = place[part]
    return place
