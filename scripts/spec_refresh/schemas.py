"""What a schema says, in one form: two ways of writing the same schema give the same facts.

A union is the set of its alternatives, null among them is `nullable`, a constant is an enum of one word, references and
`allOf` are followed. Descriptions, titles, examples and the extensions of documentation tools are never looked at.
"""

import json
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from scripts.spec_compiler.walking import Schema

from .leaves import AROUND, HOME, LIMITS, PROSE, leaves, limit, required_of, text_of, words
from .nodes import Facts, Node, Reader

OURS = ("x-max-bytes", "x-open-batches", "x-max-hours", "x-group-by", "x-versions", "x-known-values", "x-naive-utc")
"""Our own words (specs/README.md): a vendor has none, so that its silence about them is no change."""
EXTRA = ".*"
"""The step to the fields that have no name."""
LINE = " (line)"
"""The step from a file of lines to one of them."""

_RULES = ("not", "if", "then", "else", "dependentRequired", "dependentSchemas", "propertyNames", "patternProperties")
_MORE_RULES = ("prefixItems", "contains", "unevaluatedProperties")


def without_prose(node: Any) -> Any:
    """A value without prose, for what is compared as a whole. A member may well be called `title`: it is a schema."""
    if isinstance(node, dict):
        return {
            key: without_prose(value)
            for key, value in node.items()
            if not (key.startswith("x-") or (key in PROSE and not isinstance(value, dict)))
        }
    return [without_prose(value) for value in node] if isinstance(node, list) else node


def schema_node(reader: Reader, raw: Any) -> "SchemaNode":
    """The node of a schema; every reference to a component gives the same one, so that cycles end."""
    schema = raw if isinstance(raw, dict) else {}
    while "$ref" in schema and not _apart(schema):
        target = reader.follow({"$ref": schema["$ref"]})
        if target is schema:
            break
        schema = target
    node = reader.nodes.get(id(schema))
    if not isinstance(node, SchemaNode):
        node = reader.nodes[id(schema)] = SchemaNode(reader, schema)
    return node


def _apart(schema: Schema) -> bool:
    """Does the reference stand beside something that matters?"""
    return any(key not in PROSE and key != "$ref" for key in schema)


class SchemaNode(Node):
    """A schema with the places below it. Nothing is followed before it is asked for."""

    def __init__(self, reader: Reader, raw: Schema) -> None:
        self.reader = reader
        self.raw = raw
        self.name = reader.name(raw)

    @cached_property
    def _around(self) -> list[Schema]:
        """The schema and what it is merely another way of writing, outermost first."""
        found, schema = [self.raw], self.raw
        while len(found) < 50:
            parts = schema.get("allOf", [])
            if "$ref" in schema:
                schema = self.reader.follow({"$ref": schema["$ref"]})
            elif len(parts) == 1 and not schema.keys() - AROUND - {"allOf"}:
                schema = parts[0]
            else:
                break
            found.append(schema)
        return found

    @cached_property
    def _leaves(self) -> list[Schema]:
        """The alternatives, each of one type (or of any), null included."""
        return list(leaves(self.reader, self.raw, []))

    @cached_property
    def _solid(self) -> list[Schema]:
        return [leaf for leaf in self._leaves if leaf.get("type") != "null"]

    @cached_property
    def facts(self) -> Facts:
        """Types, words, limits."""
        solid = self._solid
        types = {leaf.get("type", "") for leaf in solid} or {"null"}
        found: Facts = {
            "type": frozenset() if "" in types else frozenset(types - ({"integer"} if "number" in types else set())),
            "nullable": len(solid) < len(self._leaves),
            **words(solid),
            **{word: value for word in LIMITS & set().union(*solid) if (value := limit(word, solid)) is not None},
        }
        rules = [without_prose({key: leaf[key] for key in (*_RULES, *_MORE_RULES) if key in leaf}) for leaf in solid]
        if any(rules):
            found["rules"] = text_of(sorted(filter(None, rules), key=text_of))
        for holder in self._around:
            found.update({word: holder[word] for word in OURS if word in holder})
            if holder.get("deprecated") is True:
                found["deprecated"] = True
        # A default of null says what silence says.
        defaults = [holder["default"] for holder in self._around if holder.get("default") is not None]
        if defaults:
            found["default"] = text_of(defaults[0])
        return found

    @property
    def says(self) -> bool:
        """Does it rule anything out?"""
        return self.facts.keys() != {"type", "nullable"} or bool(self.facts["type"] or self.children)

    @cached_property
    def children(self) -> dict[str, Node]:
        """Elements and lines."""
        found: dict[str, Node] = {}
        items = [leaf["items"] for leaf in self._solid if isinstance(leaf.get("items"), dict)]
        if items:
            found["[]"] = schema_node(self.reader, items[0] if len(items) == 1 else {"anyOf": items})
        for holder in self._around:
            if "x-item-schema" in holder:
                found[LINE] = schema_node(self.reader, holder["x-item-schema"])
        return found

    @cached_property
    def variants(self) -> dict[str, Node]:
        """What it may be as an object."""
        found: dict[str, Node] = {}
        for number, leaf in enumerate(self._solid, start=1):
            if leaf.get("type") == "object":
                node = form_node(self.reader, leaf)
                label = node.word or node.name or f"form {number}"
                found[f"{label} {number}" if label in found else label] = node
        return found


class FormNode(Node):
    """One form of an object: its fields."""

    def __init__(self, reader: Reader, raw: Schema) -> None:
        self.reader = reader
        self.raw = raw
        self.name = reader.name(raw) or raw.get("x-name", "") or reader.name(raw.get(HOME, {}))

    @property
    def homes(self) -> list[Schema]:
        """The schemas of the document that this form was put together from."""
        return [*_homes(self.reader, self.raw.get(HOME, self.raw))]

    @cached_property
    def word(self) -> str:
        """The constant that tells this form from others, where it has one."""
        fields = self.raw.get("properties", {})
        for key in sorted(fields, key=lambda name: (name not in ("type", "role", "object"), name)):
            words = schema_node(self.reader, fields[key]).facts.get("words", ())
            if len(words) == 1:
                return str(json.loads(next(iter(words))))
        return ""

    @cached_property
    def facts(self) -> Facts:
        """What becomes of fields without a name."""
        extra = self.raw.get("additionalProperties", True)
        said = isinstance(extra, dict) and schema_node(self.reader, extra).says
        return {"extra": "refused" if extra is False else "typed" if said else "free"}

    @cached_property
    def children(self) -> dict[str, Node]:
        """Its fields."""
        found: dict[str, Node] = {
            f".{key}": FieldNode(self, value, required=key in required_of(self.raw))
            for key, value in self.raw.get("properties", {}).items()
        }
        if self.facts["extra"] == "typed":
            found[EXTRA] = schema_node(self.reader, self.raw["additionalProperties"])
        return found


class FieldNode(Node):
    """A field: whether it must be there, and its schema."""

    def __init__(self, form: FormNode, schema: Any, *, required: bool) -> None:
        self.raw = form.raw
        self.form = form
        self.name = form.name
        self.required = required
        self._schema = schema_node(form.reader, schema)

    @cached_property
    def facts(self) -> Facts:
        """Whether it must be there."""
        return {"required": self.required}

    @cached_property
    def children(self) -> dict[str, Node]:
        """Its schema."""
        return {"": self._schema}


def _homes(reader: Reader, schema: Schema) -> Iterator[Schema]:
    yield schema
    for part in schema.get("allOf", []):
        yield from _homes(reader, reader.follow(part))


def form_node(reader: Reader, leaf: Schema) -> FormNode:
    """The node of a leaf, the same for the same one."""
    node = reader.forms.get(id(leaf))
    if not isinstance(node, FormNode):
        node = reader.forms[id(leaf)] = FormNode(reader, leaf)
    return node
