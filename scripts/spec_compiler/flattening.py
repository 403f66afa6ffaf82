"""Derives the WIRE document: structs that read whatever can be read of a line, at the price of checking nothing.

It is written as OpenAPI 3.0 because there `nullable` makes datamodel-code-generator write `T | None = None`.
"""

from typing import Any

from .documents import Document
from .errors import SpecError
from .manifest import Vendor
from .simplifying import branches, is_map, is_null, pascal, simplify, words_of
from .unions import members, properties
from .walking import Schema, name_of, ref, resolve, rewrite

RAW = "RawJson"
_ANY: Schema = {"nullable": True}
_NULL: Schema = {"nullable": True, "description": "null"}
_SCALARS = {"string", "integer", "number", "boolean"}


def wire_document(strict: Document, vendor: Vendor) -> Document:
    """What datamodel-code-generator is given for wire.py; `RawJson` in it stands for msgspec.Raw."""
    builder = _Builder(strict, set(vendor.raw))
    for name in (*vendor.lines, *vendor.views):
        if not builder.add(name):
            msg = f"the manifest names {name} as a line or view, but it is no object"
            raise SpecError(msg)
    for glance in vendor.glances:
        name, _, only = glance.partition(":")
        builder.glance(name, only.split(",") if only else [], vendor)
    return {
        "openapi": "3.0.3",
        "info": {"title": vendor.name, "version": "1"},
        "paths": {},
        "components": {"schemas": {RAW: {"type": "object", "properties": {"_": {}}}, **builder.structs}},
    }


class _Builder:
    """Collects the structs; every reference to a raw schema from another struct becomes RawJson."""

    def __init__(self, strict: Document, raw: set[str]) -> None:
        self.strict = strict
        self.raw = raw
        self.structs: dict[str, Schema] = {}

    def add(self, name: str) -> bool:
        """Makes a struct of a component; False if it is none."""
        schema = rewrite(resolve(self.strict, ref(name)), simplify)
        variants = self._objects(schema)
        if variants is None:
            return False
        self._struct(name, variants, schema)
        return True

    def glance(self, name: str, only: list[str], vendor: Vendor) -> None:
        """Makes a struct of a request's object that does not descend: what is no scalar is Any."""
        if name in self.structs:
            msg = f"the manifest names {name} as a glance, but there is a full struct of that name"
            raise SpecError(msg)
        found = properties(self.strict, rewrite(resolve(self.strict, ref(name)), simplify))
        if missing := [key for key in only if key not in found]:
            msg = f"{vendor.name}: the manifest wants {missing[0]} of {name}, which has no such member"
            raise SpecError(msg)
        fields = {key: _shallow(self.strict, found[key]) for key in only or found}
        self.structs[name] = {"type": "object", "properties": fields}

    def _objects(self, schema: Schema) -> list[Schema] | None:
        """The objects a value may be: one, or the variants of a union; None if it may be something else."""
        if properties(self.strict, schema):
            return [schema]
        options = members(self.strict, schema)
        return options if options and all(properties(self.strict, option) for option in options) else None

    def _struct(self, name: str, variants: list[Schema], schema: Schema) -> None:
        if name in self.structs:
            return
        self.structs[name] = {}
        fields: dict[str, Schema] = {}
        for variant in variants:
            for key, value in properties(self.strict, variant).items():
                # Vendors change between numbers and text for a time, whatever the document says.
                timed = key.endswith(("_at", "_time"))
                field = _ANY if timed else self._field(rewrite(value, simplify), name + pascal(key))
                fields[key] = self._common(fields.get(key, field), field)
        self.structs[name] = {"type": "object", "properties": fields}
        if "description" in schema:
            self.structs[name]["description"] = schema["description"]

    def _common(self, one: Schema, other: Schema) -> Schema:
        """One field of two variants: null fits everything, raw takes everything, else it may be anything."""
        if other in (one, _NULL):
            return one
        if one == _NULL:
            return other
        return ref(RAW) if ref(RAW) in (one, other) else _ANY

    def _field(self, schema: Schema, name: str) -> Schema:
        target = name_of(schema)
        if target:
            return self._reference(target)
        options = [branch for branch in branches(schema) if not is_null(branch)]
        if options and "properties" not in schema:
            return self._field(options[0], name) if len(options) == 1 else self._union(schema, name)
        if schema.get("type") == "array":
            items = self._field(schema.get("items", {}), name)
            # An element is not null: `list[X | None]` would burden every reader for what no vendor sends.
            return {"type": "array", "nullable": True, "items": {k: v for k, v in items.items() if k != "nullable"}}
        if is_map(schema):
            return {"type": "object", "additionalProperties": True, "nullable": True}
        return _scalar(schema)

    def _reference(self, target: str) -> Schema:
        if target in self.raw:
            return ref(RAW)
        schema = rewrite(resolve(self.strict, ref(target)), simplify)
        variants = self._objects(schema)
        if variants is None:
            return self._field(schema, target)
        if self._touches_raw(variants):
            return ref(RAW)
        self._struct(target, variants, schema)
        return {"allOf": [ref(target)], "nullable": True}

    def _union(self, schema: Schema, name: str) -> Schema:
        variants = self._objects(schema)
        if variants is not None:
            if self._touches_raw(variants):
                return ref(RAW)
            self._struct(name, variants, schema)
            return {"allOf": [ref(name)], "nullable": True}
        fields = [_scalar(resolve(self.strict, option)) for option in members(self.strict, schema)]
        return fields[0] if all(field == fields[0] for field in fields) else _ANY

    def _touches_raw(self, variants: list[Schema]) -> bool:
        return any(name_of(variant) in self.raw for variant in variants)


def _shallow(strict: Document, schema: Schema) -> Schema:
    schema = rewrite(resolve(strict, schema), simplify)
    options = [branch for branch in branches(schema) if not is_null(branch)]
    return _shallow(strict, options[0]) if len(options) == 1 else _scalar(schema)


def _scalar(schema: Schema) -> Schema:
    """A scalar without its constraints; a date is Any."""
    values: list[Any] = [schema["const"]] if "const" in schema else schema.get("enum", [])
    if is_null(schema):
        return _NULL
    if schema.get("format") in ("date-time", "date"):
        return _ANY
    if words_of(schema) or (values and all(isinstance(value, str) for value in values)):
        return {"type": "string", "nullable": True}
    kind = schema.get("type")
    return {"type": kind, "nullable": True} if kind in _SCALARS else _ANY
