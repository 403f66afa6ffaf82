"""Is an item one that the vendor would take? Judged by the vendor's own document, before anything is sent.

Refused is what the document forbids: a missing field, a wrong JSON type, a limit, a rule.
What a vendor may have added since (a new field, enum word or union variant) passes, with one warning.

    strict schema ──open_schema──► judge that refuses
                └────────────────► judge that only warns
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs
from jsonschema_rs import ValidationErrorKind as Error

from .document import Document


class ItemCheck:
    """Checks items of one vendor; compiled once, then a few microseconds an item."""

    def __init__(self, document: Document, *, version: str | None = None) -> None:
        definitions = document.data.get("components", {})
        item = document.items["items"]
        opened = open_schema(definitions, version=version)
        self._refuse = jsonschema_rs.Draft202012Validator({**open_schema(item, version=version), "components": opened})
        known = {"schemas": shut_schema(definitions.get("schemas", {}))}
        self._warn = jsonschema_rs.Draft202012Validator({**shut_schema(item), "components": known})
        self._document, self._item, self._version = document, item, version

    def refusals(self, item: Mapping[str, Any]) -> Iterator[str]:
        """Why the vendor would refuse the item; nothing if it would not."""
        if not self._refuse.is_valid(item):
            for error in self._refuse.iter_errors(item):
                yield explain(error, self._version)

    def warning(self, item: Mapping[str, Any]) -> str | None:
        """What the document does not know about an item that is not refused."""
        if not self._warn.is_valid(item):
            return next((explain(error, self._version) for error in self._warn.iter_errors(item)), None)
        return next((f"{path}: no such field" for path in self._unlisted(item, self._item)), None)

    def _unlisted(self, value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
        """Fields of an object, and of the objects in it, that the document does not list although it takes them.

        A schema for further fields means that the vendor takes any (MeshAPI's body); mere openness is our own.
        """
        schema = self._document.follow(schema)
        known = schema.get("properties")
        if known is None or not isinstance(value, Mapping):
            return
        free = isinstance(schema.get("additionalProperties"), Mapping)
        for name, inner in value.items():
            place = f"{path}.{name}".lstrip(".")
            if name in known:
                yield from self._unlisted(inner, known[name], place)
            elif not free:
                yield place


def open_schema(node: Any, *, version: str | None = None) -> Any:
    """A copy of a schema that accepts words, fields and variants added later.

    `version`: a property that carries `x-versions` is forbidden unless the version is among them.
    """
    if isinstance(node, list):
        return [open_schema(item, version=version) for item in node]
    if not isinstance(node, Mapping):
        return node
    if version is not None and version not in node.get("x-versions", [version]):
        return {"not": {}}
    opened = {
        key: _open_member(key, value, version)
        for key, value in node.items()
        if key not in SHUTS_OUT and not (key in MAY_SHUT_OUT and value is False)
    }
    if "enum" in node and "type" not in node:
        opened["type"] = sorted({_json_type(word) for word in node["enum"]})
    if "oneOf" in opened:
        opened["anyOf"] = opened.pop("oneOf")  # branches that were opened may overlap
    if "anyOf" in opened and "discriminator" in node:
        opened["anyOf"] = [*opened["anyOf"], _other_variant(node["discriminator"])]
    return opened


def shut_schema(node: Any) -> Any:
    """A copy of a schema in which an object that lists its fields, and says nothing of others, has no others."""
    if isinstance(node, list):
        return [shut_schema(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    shut = {key: value if key in DATA | REFINES else shut_schema(value) for key, value in node.items()}
    if isinstance(node.get("properties"), Mapping) and not MAY_SHUT_OUT & node.keys():
        shut["unevaluatedProperties" if REFINES & node.keys() else "additionalProperties"] = False
    return shut


def _open_member(key: str, value: Any, version: str | None) -> Any:
    if key in DATA:
        return value
    if key in NAMED and isinstance(value, Mapping):
        return {name: open_schema(inner, version=version) for name, inner in value.items()}
    return open_schema(value, version=version)


NAMED = frozenset({"properties", "patternProperties", "$defs", "schemas"})
"""Keywords whose keys are names chosen by the vendor, not keywords."""
DATA = frozenset({"const", "default", "example", "examples", "if", "not"})
"""Keywords whose value is a value, or a condition that opening would turn round."""
REFINES = frozenset({"then", "else"})
"""Keywords whose value says more about an object that is described already."""
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


def explain(error: jsonschema_rs.ValidationError, version: str | None = None) -> str:
    """One line: where in the item, and what is wrong there."""
    error = _deepest(error)
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path).lstrip(".")
    message = error.message
    if isinstance(error.kind, UNLISTED):
        where, message = f"{where}.{error.kind.unexpected[0]}".lstrip("."), "no such field"
    if error.kind.name in {"not", "falseSchema"}:
        message = "is not accepted" + (f" with version {version}" if version else "")
    if len(message) > MAX_MESSAGE:
        message = f"{message[: MAX_MESSAGE // 2]} … {message[-MAX_MESSAGE // 2 :]}"
    return f"{where}: {message}" if where else message


UNLISTED = (Error.AdditionalProperties, Error.UnevaluatedProperties)
MAX_MESSAGE = 240
"""Characters of a judge's message; it quotes the value, which may be a whole document."""


def _deepest(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Of a union that nothing fits, the complaint of the variant that fits furthest."""
    branches: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
    candidates = [_deepest(inner) for branch in branches for inner in branch[:1]]
    if not candidates:
        return error
    best = max(candidates, key=lambda inner: len(inner.instance_path))
    return best if len(best.instance_path) > len(error.instance_path) else error
