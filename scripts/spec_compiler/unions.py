"""Reads unions: their variants, the property that tells them apart, and what an object has once allOf is merged."""

from .documents import Document
from .simplifying import branches, is_null
from .walking import Schema, name_of, resolve


def members(document: Document, schema: Schema) -> list[Schema]:
    """The alternatives of a union without null; unions in unions are opened out, references to objects stay."""
    found: list[Schema] = []
    for branch in branches(schema):
        target = resolve(document, branch)
        if branches(target) and "properties" not in target:
            found.extend(members(document, target))
        elif not is_null(target):
            found.append(branch)
    return found


def properties(document: Document, schema: Schema) -> dict[str, Schema]:
    """All properties of an object, those of its allOf included."""
    target = resolve(document, schema)
    found: dict[str, Schema] = {}
    for branch in target.get("allOf", []):
        found.update(properties(document, branch))
    found.update(target.get("properties", {}))
    return found


def is_object(document: Document, schema: Schema) -> bool:
    """Has the schema named properties?"""
    return bool(properties(document, schema))


def tag(document: Document, union: Schema) -> str | None:
    """The property whose word tells the variants apart, declared or evident."""
    variants = members(document, union)
    if "discriminator" in union:
        return str(union["discriminator"]["propertyName"])
    if len(variants) < 2 or not all(is_object(document, variant) for variant in variants):
        return None
    words: dict[str, set[str]] = {}
    for variant in variants:
        for name, schema in properties(document, variant).items():
            constant = resolve(document, schema).get("const")
            if isinstance(constant, str):
                words.setdefault(name, set()).add(constant)
    # Every variant has the property, and no two the same word.
    evident = [name for name, seen in words.items() if len(seen) == len(variants)]
    return evident[0] if evident else None


def tags(document: Document, unions: list[Schema]) -> dict[str, set[str]]:
    """For each component that is a variant somewhere (or a part of one): its tag properties."""
    found: dict[str, set[str]] = {}
    for union in unions:
        name = tag(document, union)
        if name:
            for variant in members(document, union):
                for component in _parts(document, variant):
                    found.setdefault(component, set()).add(name)
    return found


def _parts(document: Document, schema: Schema) -> list[str]:
    name = name_of(schema)
    target = resolve(document, schema)
    below = [part for branch in target.get("allOf", []) for part in _parts(document, branch)]
    return [name, *below] if name else below
