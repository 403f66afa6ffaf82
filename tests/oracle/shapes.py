"""Two JSON Schemas side by side: fields, requiredness, nullability, words of enumerations, JSON types.

    ours    a strict document            theirs    an SDK's types, as `drivers/signatures.py` writes them

A place is called by the schema of ours that is nearest above it: `BetaUsage.speed`, `create_batch.requests`.
Objects of a union that name a word of their own (`type`, `role`) are compared with those of the same word. Others are
taken together: a field is always there only if all of them demand it. Formats, limits and conditions (`if`, `not`)
are not compared: no type of an SDK says them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Found = dict[tuple[str, str], tuple[list[str], list[str]]]
"""Ours and theirs by place and by what it is about: `fields`, `presence`, `type`, `variants` or `words`."""
PRESENCE = {
    (True, False): "always",
    (True, True): "always, may be null",
    (False, False): "may be absent",
    (False, True): "may be absent or null",
}
UNTOLD = "not always, absent or null is untold"
"""Of a field with the default null an SDK's model does not tell which of the three it is."""
ANYTHING = "anything"
OTHER = "any other"


@dataclass(frozen=True)
class Leaf:
    """A schema that is no union, and the name it was found under."""

    schema: Schema
    name: str | None

    @property
    def type(self) -> str:
        """Its JSON type."""
        if "type" in self.schema:
            return str(self.schema["type"])
        return "string" if self.words else "object" if "properties" in self.schema else ANYTHING

    @property
    def words(self) -> set[str]:
        """The only strings it takes, if it names them."""
        return set(self.schema.get("enum", [self.schema["const"]] if "const" in self.schema else []))

    @property
    def fields(self) -> Schema:
        """Its properties."""
        declared: Schema = self.schema.get("properties", {})
        return declared


Pair = tuple[Sequence[Leaf], Sequence[Leaf]]


class Document:
    """What references refer to."""

    def __init__(self, root: Schema) -> None:
        self.root = root

    def resolve(self, schema: Schema) -> tuple[Schema, str | None]:
        """A schema, its references followed, and the name of the first."""
        name = None
        while "$ref" in schema or "allOf" in schema:
            if "allOf" in schema:
                (schema,) = schema["allOf"]
                continue
            parts = schema["$ref"].removeprefix("#/").split("/")
            name = name or parts[-1]
            schema = self.root
            for part in parts:
                schema = schema[part]
        return schema, name

    def leaves(self, schemas: Iterable[Schema]) -> list[Leaf]:
        """Everything that one of the schemas takes."""
        return [leaf for schema in schemas for leaf in self._leaves(schema)]

    def _leaves(self, schema: Schema) -> Iterator[Leaf]:
        schema, name = self.resolve(schema)
        parts = [part for union in ("anyOf", "oneOf") for part in schema.get(union, [])]
        if isinstance(types := schema.get("type"), list):
            words = [word for word in schema.get("enum", []) if word is not None]
            parts = [{**schema, "type": one} | ({"enum": words} if words else {}) for one in types if one != "null"]
            parts += [{"type": "null"}] if "null" in types else []
        if not parts:
            yield Leaf(schema, name)
        for part in parts:
            yield from (Leaf(leaf.schema, leaf.name or name) for leaf in self._leaves(part))

    def name(self, schemas: Sequence[Schema]) -> str | None:
        """What all of the schemas are called, null left aside."""
        outer = {self.resolve(schema)[1] for schema in schemas}
        inner = {leaf.name for leaf in self.leaves(schemas) if leaf.type != "null"}
        return next((names.pop() for names in (outer, inner) if len(names) == 1 and None not in names), None)

    def presence(self, leaves: Sequence[Leaf], name: str) -> str:
        """Whether objects have a field, and whether it may be null."""
        required = all(name in leaf.schema.get("required", ()) for leaf in leaves)
        declared = [leaf.fields[name] for leaf in leaves if name in leaf.fields]
        if any(schema.get("default", "") is None for schema in declared):
            return UNTOLD
        return PRESENCE[required, any(leaf.type in {"null", ANYTHING} for leaf in self.leaves(declared))]

    def tag(self, leaf: Leaf, field: str) -> set[str]:
        """The words that an object's field may be, none if it may be anything."""
        return {word for part in self.leaves([leaf.fields.get(field, {})]) for word in part.words}


@dataclass
class Comparison:
    """Collects what differs."""

    ours: Document
    theirs: Document
    found: Found = field(default_factory=dict)
    places: set[str] = field(default_factory=set)
    """Every field that both have."""
    _seen: dict[tuple[str, tuple[int, ...]], Pair] = field(default_factory=dict)
    """Kept, so that no other schema is given the identity of one that is gone."""

    def compare(self, where: str, ours: Sequence[Schema], theirs: Sequence[Schema]) -> None:
        """What one of ours takes with what one of theirs takes; where ours has a name, the place bears it."""
        self._unions(self.ours.name(ours) or where, (self.ours.leaves(ours), self.theirs.leaves(theirs)))

    def _differ(self, where: str, what: str, ours: Iterable[str], theirs: Iterable[str]) -> None:
        """Notes what only one side has; a place that several of theirs belong to has the differences of all."""
        mine, other = set(ours), set(theirs)
        if mine == other:
            return
        before = self.found.get((where, what), ((), ()))
        self.found[where, what] = (sorted((mine - other).union(before[0])), sorted((other - mine).union(before[1])))

    def _unions(self, where: str, pair: Pair) -> None:
        key = (where, tuple(sorted(id(leaf.schema) for leaf in pair[1])))
        if key in self._seen:
            return
        self._seen[key] = pair
        ours, theirs = ({leaf.type for leaf in leaves} - {"null"} for leaves in pair)
        self._differ(where, "type", ours, theirs)
        for type_, compare in (("string", self._words), ("array", self._arrays), ("object", self._objects)):
            if type_ in ours & theirs:
                compare(
                    where,
                    (
                        [leaf for leaf in pair[0] if leaf.type == type_],
                        [leaf for leaf in pair[1] if leaf.type == type_],
                    ),
                )

    def _words(self, where: str, pair: Pair) -> None:
        self._differ(where, "words", *({word for leaf in leaves for word in leaf.words or {OTHER}} for leaves in pair))

    def _arrays(self, where: str, pair: Pair) -> None:
        self.compare(f"{where}[]", *([leaf.schema.get("items", {}) for leaf in leaves] for leaves in pair))

    def _objects(self, where: str, pair: Pair) -> None:
        tag = self._tag(pair)
        if tag is None:
            self._fields(where, pair)
            return
        alone: tuple[set[str], set[str]] = (set(), set())
        for words, ours, theirs in self._groups(tag, pair):
            if ours and theirs:
                name = ours[0].name if len(ours) == 1 < len(pair[0]) else None
                self._fields(name or where, (ours, theirs))
            else:
                alone[0 if ours else 1].update(words)
        self._differ(where, "variants", *alone)

    def _tag(self, pair: Pair) -> str | None:
        """The field by whose words the objects of a union are told apart, if there is one."""
        if max(map(len, pair)) > 1:
            for tag in ("type", "role"):
                if all(self.ours.tag(leaf, tag) for leaf in pair[0]) and all(
                    self.theirs.tag(leaf, tag) for leaf in pair[1]
                ):
                    return tag
        return None

    def _groups(self, tag: str, pair: Pair) -> list[tuple[set[str], list[Leaf], list[Leaf]]]:
        """Objects that share a word, be it by way of others."""
        groups: list[tuple[set[str], list[Leaf], list[Leaf]]] = []
        alone = [(self.ours.tag(leaf, tag), [leaf], []) for leaf in pair[0]]
        alone += [(self.theirs.tag(leaf, tag), [], [leaf]) for leaf in pair[1]]
        for group in alone:
            whole = group
            for near in [one for one in groups if one[0] & group[0]]:
                groups.remove(near)
                whole = (near[0] | whole[0], near[1] + whole[1], near[2] + whole[2])
            groups.append(whole)
        return groups

    def _fields(self, where: str, pair: Pair) -> None:
        names = [{name for leaf in leaves for name in leaf.fields} for leaves in pair]
        self._differ(where, "fields", *(one or {OTHER} for one in names))
        for name in sorted(names[0] & names[1]):
            place = f"{where}.{name}"
            self.places.add(place)
            ours, theirs = self.ours.presence(pair[0], name), self.theirs.presence(pair[1], name)
            if theirs != UNTOLD or ours == PRESENCE[True, False]:
                self._differ(place, "presence", [ours], [theirs])
            self.compare(place, *([leaf.fields[name] for leaf in leaves if name in leaf.fields] for leaves in pair))
        if not any(names):
            values = ([leaf.schema.get("additionalProperties", True) for leaf in leaves] for leaves in pair)
            self.compare(
                f"{where}{{}}", *([{} if isinstance(one, bool) else one for one in schemas] for schemas in values)
            )
