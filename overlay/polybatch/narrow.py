"""A type that takes less than a schema: whatever decodes into it is valid, what does not may still be; pure.

To decode and to judge a request of the usual form so takes no longer than to decode it. A member that no type can
express is left out of its struct: a request that has it is judged by the schema itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from keyword import iskeyword
from typing import Annotated, Any, Literal, Union

import msgspec
from msgspec import UNSET, Meta, UnsetType

Schema = Mapping[str, Any]
SAYS_NOTHING = frozenset({"title", "description", "default", "example", "examples", "deprecated", "format"})
"""Keywords that a validator does not heed unless it is told to."""
PLAIN = re.compile(r"\^(\[[A-Za-z0-9_.:-]+\](\{[0-9]+,[0-9]+\}|[+*]))+\$")
"""Patterns that mean the same to Python as to ECMA-262, but for their end."""
BOUNDS = {"minimum": "ge", "maximum": "le", "exclusiveMinimum": "gt", "exclusiveMaximum": "lt"}
LENGTHS = {"minLength": "min_length", "maxLength": "max_length"}
COUNTS = {"minItems": "min_length", "maxItems": "max_length"}


class Inexpressible(Exception):
    """No type takes less than this schema."""


def narrowed(schema: Schema, follow: Callable[[Schema], Schema]) -> Any | None:
    """A type for msgspec, or `None` where there is none; `follow` gives what a `$ref` stands for."""
    try:
        return Narrowing(follow).of(schema)
    except Inexpressible:
        return None


def matcher(schema: Schema) -> Callable[[str], object] | None:
    """What is true of a text, and not of the empty one, that a schema takes; `None` where no pattern can tell."""
    said = {key: value for key, value in schema.items() if key not in SAYS_NOTHING}
    pattern = said.pop("pattern", "^.*$")
    if said.pop("type", None) != "string" or said.keys() - LENGTHS.keys():
        return None
    if pattern != "^.*$" and not PLAIN.fullmatch(pattern):
        return None
    least, most = max(1, said.get("minLength", 1)), said.get("maxLength", "")
    return re.compile(rf"(?=.{{{least},{most}}}\Z){pattern[1:-1]}", re.DOTALL).fullmatch


class Narrowing:
    """One schema on its way to a type."""

    def __init__(self, follow: Callable[[Schema], Schema]) -> None:
        self._follow = follow
        self._open: list[str] = []
        """References that are being followed: what holds itself is not expressed."""

    def of(self, schema: Schema) -> Any:
        """The type of a schema. Raises Inexpressible."""
        if not isinstance(schema, Mapping):
            raise Inexpressible
        said = {key: value for key, value in schema.items() if key not in SAYS_NOTHING and not key.startswith("x-")}
        if (ref := said.pop("$ref", None)) is not None:
            if ref in self._open or said:
                raise Inexpressible
            self._open.append(ref)
            try:
                return self.of(self._follow({"$ref": ref}))
            finally:
                self._open.pop()
        if "anyOf" in said:
            said.pop("discriminator", None)
            return self.union([*self._expressible(said.pop("anyOf"))], said)
        kind = said.pop("type", None)
        if isinstance(kind, list):
            return self.union([*self._expressible({**said, "type": each} for each in kind)], {})
        if kind not in KINDS:
            return Any if kind is None and not said else _refuse()
        return KINDS[kind](self, said)

    def _expressible(self, schemas: Any) -> Iterator[tuple[str, Any]]:
        """Kind and type of what can be expressed, the first of each kind: msgspec tells no more apart."""
        kinds = set[str]()
        for schema in schemas:
            kind = self._follow(schema).get("type")
            if isinstance(kind, str) and kind not in kinds:
                try:
                    found = self.of(schema)
                except Inexpressible:
                    continue
                kinds |= {kind, *ALIKE.get(kind, ())}
                yield kind, found

    def union(self, parts: list[tuple[str, Any]], rest: Schema) -> Any:
        """One of several."""
        return Union[tuple(part for _, part in parts)] if parts and not rest else _refuse()  # noqa: UP007 - made here

    def string(self, said: Schema) -> Any:
        """A text, or one of some words."""
        words = said.get("enum") or ([said["const"]] if "const" in said else None)
        if words is not None:
            rest = said.keys() - {"enum", "const"}
            return Literal[tuple(words)] if all(isinstance(word, str) for word in words) and not rest else _refuse()
        pattern, bounds = said.get("pattern"), _renamed({k: v for k, v in said.items() if k != "pattern"}, LENGTHS)
        if pattern is not None:
            bounds["pattern"] = pattern[:-1] + r"\Z" if PLAIN.fullmatch(pattern) else _refuse()
        return Annotated[str, Meta(**bounds)] if bounds else str

    def number(self, said: Schema, kind: type = float) -> Any:
        """A number, maybe within bounds."""
        bounds = _renamed(said, BOUNDS)
        return Annotated[kind, Meta(**bounds)] if bounds else kind

    def integer(self, said: Schema) -> Any:
        """The same, whole."""
        return self.number(said, int)

    def boolean(self, said: Schema) -> Any:
        """True or false."""
        return _refuse() if said else bool

    def null(self, said: Schema) -> Any:
        """Nothing."""
        return _refuse() if said else None

    def array(self, said: Schema) -> Any:
        """A list."""
        rest = dict(said)
        listed: Any = list.__class_getitem__(self.of(rest.pop("items", {})))
        bounds = _renamed(rest, COUNTS)
        return Annotated[listed, Meta(**bounds)] if bounds else listed

    def object(self, said: Schema) -> Any:
        """An object: a struct of the members that can be expressed."""
        rest = dict(said)
        properties, required = rest.pop("properties", {}), {*rest.pop("required", [])}
        more = rest.pop("additionalProperties", True)
        if rest.pop("if", None) is not None:  # whatever the condition says: what both sides ask for is asked for
            for side in (rest.pop("then", {}), rest.pop("else", {})):
                required |= {*side["required"]} if side.keys() == {"required"} else _refuse() if side else set()
        if rest or required - properties.keys() or not (properties or more in (True, {})):
            raise Inexpressible
        if not properties:
            return dict[str, Any]
        fields, names = list[Any](), dict[str, str]()
        for place, (name, schema) in enumerate(properties.items()):
            try:
                kind = self.of(schema)
            except Inexpressible:
                if name in required:
                    raise
                continue
            field = f"member_{place}" if iskeyword(name) or not name.isidentifier() else name
            names[field] = name
            fields.append((field, kind) if name in required else (field, kind | UnsetType, UNSET))
        # Members that are not listed would be skipped, not read: nobody would know whether they are JSON.
        return msgspec.defstruct("Narrow", fields, rename=names, forbid_unknown_fields=True, gc=False, kw_only=True)


KINDS: Mapping[str, Callable[[Narrowing, Schema], Any]] = {
    "string": Narrowing.string, "number": Narrowing.number, "integer": Narrowing.integer,
    "boolean": Narrowing.boolean, "null": Narrowing.null, "array": Narrowing.array, "object": Narrowing.object,
}  # fmt: skip
ALIKE = {"number": ("integer",), "integer": ("number",)}


def _renamed(said: Schema, names: Mapping[str, str]) -> dict[str, Any]:
    if said.keys() - names.keys():
        raise Inexpressible
    return {names[key]: value for key, value in said.items()}


def _refuse() -> Any:
    raise Inexpressible
