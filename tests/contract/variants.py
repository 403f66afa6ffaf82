"""Variants of an instance, made from its schema alone: combinations of members, boundary values, mutants.

Each variant says what it ought to be: inside the document (`leaves` is False), outside (True), or for somebody else to
say (None), where a condition or a union of objects decides. That is read off the schema here, without a judge's engine.
"""

from __future__ import annotations

import copy
import itertools
import math
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from tests.contract.bodies import Json, Schema
from tests.contract.judge import Judge

Path = tuple[str | int, ...]

MOST = 32
"""Combinations of one object's members; of an object that has more, a seeded sample of so many."""
LONGEST = 1_000
"""Items of an array whose limit is tried; a limit beyond it is for tests that take their time."""
OTHERS: tuple[Json, ...] = ("a text", 7, 7.5, True, ["a text"], {"a": "text"})
"""One value of each JSON type but null."""
UNKNOWN_WORD, EXTRA = "a_word_of_tomorrow", "a_member_of_tomorrow"
RULES = frozenset({"if", "then", "else", "not", "allOf", "dependentRequired"})
STRANGE = ("", "!", "ü", "x" * 65)


@frozen
class Place:
    """A value inside an instance, and the schema that describes it there."""

    path: Path
    schema: Schema
    """Its references followed and its unions decided."""
    value: Json
    ident: str
    """What tells this schema from others at the same place."""
    sure: bool
    """Whether the schema alone decides: no condition, and no other object of a union that might fit as well."""

    @property
    def at(self) -> str:
        """The path without the places in arrays."""
        return ".".join("*" if isinstance(part, int) else part for part in self.path) or "itself"


@frozen
class Variant:
    """An instance with one thing changed."""

    where: str
    kind: str
    value: Json
    leaves: bool | None

    def __str__(self) -> str:
        return f"{self.where}: {self.kind}"


def places(judge: Judge, schema: Schema, value: Json, path: Path = (), *, sure: bool = True) -> Iterator[Place]:
    """Every value inside an instance, itself first."""
    ident = str(schema.get("$ref", "")).rpartition("/")[2]
    schema = judge.follow(schema)
    if "properties" not in schema and (branches := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")):
        taken = [branch for branch in branches if judge.validator(branch).is_valid(value)]
        rivals = isinstance(value, dict) and "discriminator" not in schema and len(kinds(judge, schema)["object"]) > 1
        yield from places(judge, taken[0], value, path, sure=sure and not rivals)
        return
    sure = sure and not RULES & schema.keys()
    yield Place(path, schema, value, ident, sure)
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in schema.get("properties", {}):
                yield from places(judge, schema["properties"][name], inner, (*path, name), sure=sure)
    elif isinstance(value, list) and value:
        yield from places(judge, schema.get("items", {}), value[0], (*path, 0), sure=sure)


def kinds(judge: Judge, schema: Schema) -> dict[str, list[Schema]]:
    """The alternatives of a schema by JSON type; an empty schema takes every type."""
    schema = judge.follow(schema)
    found: dict[str, list[Schema]] = {name: [] for name in TYPES}
    if "properties" not in schema and (branches := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")):
        for branch in branches:
            for name, alternatives in kinds(judge, branch).items():
                found[name] += alternatives
        return found
    named = schema.get("type", "object" if "properties" in schema else None)
    words = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if named is None and words is not None:
        named = [_type(word) for word in words]
    for name in TYPES if named is None else [named] if isinstance(named, str) else named:
        found[name].append(schema)
    found["integer"] += found["number"]
    return found


TYPES = ("null", "string", "integer", "number", "boolean", "array", "object")


def _type(value: Json) -> str:
    """The JSON type of a value; 1.0 is an integer (JSON Schema, 6.1.1)."""
    names = {type(None): "null", str: "string", bool: "boolean", int: "integer", list: "array", dict: "object"}
    return names.get(type(value)) or ("integer" if value == int(value) else "number")


def changed(value: Json, path: Path, new: Json) -> Json:
    """A copy with another value at a place."""
    if not path:
        return new
    result = copy.copy(value)
    result[path[0]] = changed(value[path[0]], path[1:], new)
    return result


def combinations(judge: Judge, instance: Json, place: Place) -> tuple[Iterator[Variant], int]:
    """The object at a place with its optional members there or not and its nullable ones null or not.

    All combinations of MOST or fewer, else a sample; the second value says how many there are.
    """
    given, required = place.value, place.schema.get("required", [])
    states: dict[str, list[str]] = {}
    for name, inner in place.schema.get("properties", {}).items():
        if name in given:
            nullable = given[name] is not None and bool(kinds(judge, inner)["null"])
            states[name] = ["there", *["null"] * nullable, *["left out"] * (name not in required)]
    free = {name: found for name, found in states.items() if len(found) > 1}
    total = math.prod(len(found) for found in free.values())

    def made() -> Iterator[Variant]:
        dice = random.Random(place.at)  # noqa: S311 - wanted repeatable
        every = itertools.product(*free.values())
        sample = ([dice.choice(found) for found in free.values()] for _ in range(MOST))
        for chosen in every if total <= MOST else sample:
            said = dict(zip(free, chosen, strict=True))
            new = {
                name: None if said.get(name) == "null" else value
                for name, value in given.items()
                if said.get(name) != "left out"
            }
            yield Variant(place.at, "combination", changed(instance, place.path, new), False if place.sure else None)

    return made(), total


def mutants(judge: Judge, whole: Schema, instance: Json, place: Place) -> Iterator[Variant]:
    """The object at a place with each member dropped, null, of another type, an unknown word; and with one more.

    At the top also something else instead of it all.
    """
    given, schema = place.value, place.schema
    if not place.path:
        takes = kinds(judge, whole)
        yield from (Variant("itself", _type(one), one, leaves=True) for one in (None, *OTHERS) if not takes[_type(one)])
    if not isinstance(given, dict):
        return

    def variant(name: str, kind: str, new: Json, *, leaves: bool) -> Variant:
        value = changed(instance, place.path, new)
        return Variant(f"{place.at}.{name}".removeprefix("itself."), kind, value, leaves if place.sure else None)

    for name in sorted(schema.get("properties", {}).keys() & given.keys()):
        allowed = kinds(judge, schema["properties"][name])
        rest = {key: value for key, value in given.items() if key != name}
        yield variant(name, "dropped", rest, leaves=name in schema.get("required", []))
        if given[name] is not None:
            yield variant(name, "null", given | {name: None}, leaves=not allowed["null"])
        wrong = next((other for other in OTHERS if not allowed[_type(other)]), None)
        if wrong is not None:
            yield variant(name, "wrong type", given | {name: wrong}, leaves=True)
        shut = [one for one in allowed["string"] if "enum" in one or "const" in one]
        if shut:
            yield variant(name, "unknown word", given | {name: UNKNOWN_WORD}, leaves=shut == allowed["string"])
    if "properties" in schema:
        further = given | {EXTRA: "a text"}
        yield variant(EXTRA, "extra", further, leaves=schema.get("additionalProperties", False) is False)


def boundaries(judge: Judge, instance: Json, place: Place, *, longest: int = LONGEST) -> Iterator[Variant]:
    """The value at a place at, inside and outside every limit of its schema."""
    for value, outside in limits(place.schema, place.value, longest=longest):
        kind = f"{'outside' if outside else 'inside'}: {str(value)[:40]!r}"
        yield Variant(place.at, kind, changed(instance, place.path, value), outside if place.sure else None)


def limits(schema: Schema, sample: Json, *, longest: int = LONGEST) -> Iterator[tuple[Json, bool]]:
    """Values at, inside (False) and outside (True) the limits of a schema, like the sample in all else."""
    if isinstance(sample, int | float) and not isinstance(sample, bool):
        step = 1 if schema.get("type") == "integer" else 0.25
        for limit, beyond in ((schema.get("minimum"), -step), (schema.get("maximum"), step)):
            yield from _around(limit, beyond, lambda number: number)
    elif isinstance(sample, list) and sample:
        for name, beyond in (("minItems", -1), ("maxItems", 1)):
            limit = schema.get(name)
            yield from _around(limit if (limit or 0) <= longest else None, beyond, lambda count: [sample[0]] * count)
    elif isinstance(sample, str) and not {"enum", "const"} & schema.keys():
        yield from _of_text(schema, sample)


def _of_text(schema: Schema, sample: str) -> Iterator[tuple[str, bool]]:
    pattern = re.compile(re.sub(r"\$$", r"\\Z", schema.get("pattern", "")))
    for name, beyond in (("minLength", -1), ("maxLength", 1)):
        found = _around(schema.get(name), beyond, lambda count: (sample + "x" * count)[:count])
        yield from ((text, outside) for text, outside in found if outside or pattern.search(text))
    if "pattern" in schema:
        nines = (sample[:at] + "9" + sample[at + 1 :] for at in range(len(sample)))
        strange = (*STRANGE, sample + "!", sample + "\n", "!" + sample, *nines)
        yield from ((text, True) for text in strange if not pattern.search(text))
    if schema.get("format") == "date-time":
        yield "yesterday", True


def _around(limit: Any, beyond: Any, made: Callable[[Any], Json]) -> Iterator[tuple[Json, bool]]:
    """At a limit, inside and beyond it."""
    if limit is not None:
        yield made(limit), False
        yield made(limit - beyond), False
        if not isinstance(made(limit), str | list) or limit + beyond >= 0:
            yield made(limit + beyond), True
