"""Does what a vendor sent keep to its document? Judged after the fact, reply by reply and line by line; pure.

What the document lists is all that is expected: an unlisted field, word or variant is a departure, fields also where an
object is kept open so that nobody stumbles over new ones. Where it allows any text beside the known words, or lists no
fields at all, nothing is expected.

    strict schema ──closed──► is_valid, one call, for whatever keeps to it
                                 └─ else its errors, of a union those of the variant that was meant ──► departures
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from attrs import frozen

from polybatch.document import Document
from polybatch.framing import LineFramer
from polybatch.reading import UNREADABLE, mended, shorten
from polybatch.schemas import JSON_TYPES, PARTS, closed, closed_components

if TYPE_CHECKING:
    import jsonschema_rs

Schema: TypeAlias = Mapping[str, Any]
ROOT = "$"
LONGEST = 60
"""Characters of a vendor's own words that a departure keeps."""
LINE = "x-item-schema"
NOTHING = "nothing"


class Kind(StrEnum):
    """How an answer leaves its document."""

    FIELD = "field"
    """One that is not listed."""
    WORD = "word"
    """One that is not listed."""
    VARIANT = "variant"
    """Of a union: one that is not listed."""
    MISSING = "missing"
    TYPE = "type"
    LIMIT = "limit"
    STATUS = "status"
    MEDIA = "media"
    NOT_JSON = "not JSON"


@frozen
class Departure:
    """One place where an answer leaves its document; the same in two entries of a list, or in two lines, is equal."""

    operation: str
    place: str
    """As `$.request_counts.processing`; `$.data[]` is any entry of a list, and of a line `$` is the line itself."""
    kind: Kind
    said: str
    """What was there. Only words are quoted: what a model wrote stays where it is."""


@frozen
class _Compiled:
    root: Schema
    validator: jsonschema_rs.Validator


class Judge:
    """Judges by one vendor's document; a schema is compiled when something is first judged by it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._compiled: dict[int, _Compiled] = {}
        self._lines: dict[str, _Compiled] = {}

    def reply(self, operation: str, status: int, headers: Mapping[str, str], content: bytes) -> tuple[Departure, ...]:
        """Every departure of a whole reply; none where the document has no such operation."""
        responses = self._document.operations.get(operation, {}).get("responses")
        if responses is None:
            return ()
        word = next((word for word in (str(status), f"{status // 100}XX", "default") if word in responses), None)
        if word is None:
            return (Departure(operation, ROOT, Kind.STATUS, str(status)),)
        declared = self._document.follow(responses[word])
        lowered = {name.lower(): value for name, value in headers.items()}
        found = [*self._headers(operation, declared, lowered), *self._body(operation, declared, lowered, content)]
        return tuple(dict.fromkeys(found))

    def line(self, operation: str, record: bytes) -> tuple[Departure, ...]:
        """Every departure of one result, in the form that `Vendor.records` emits; `operation` is where it came from."""
        compiled = self._lines.get(operation)
        if compiled is None:
            compiled = self._lines[operation] = self._compile(self._line_schema(operation))
        return _judged(operation, compiled, record)

    # -- what the document says

    def _headers(self, operation: str, declared: Schema, given: Mapping[str, str]) -> Iterator[Departure]:
        for name, raw in declared.get("headers", {}).items():
            header, place = self._document.follow(raw), f"header {name}"
            if name.lower() in given:
                compiled = self._compile(header["schema"])
                for error in compiled.validator.iter_errors(given[name.lower()]):
                    yield Departure(operation, place, Kind.LIMIT, error.message)
            elif header.get("required"):
                yield Departure(operation, place, Kind.MISSING, NOTHING)

    def _body(
        self, operation: str, declared: Schema, headers: Mapping[str, str], content: bytes
    ) -> Iterator[Departure]:
        types = declared.get("content")
        if not types:
            return
        said = headers.get("content-type", "")
        media = said.partition(";")[0].strip().lower()
        if media not in types:
            yield Departure(operation, ROOT, Kind.MEDIA, shorten(said, LONGEST))
        expected = types.get(media) or next(iter(types.values()))
        compiled = self._compile(expected.get(LINE) or expected.get("schema", {}))
        for record in _lines(content) if LINE in expected else [content]:
            for departure in _judged(operation, compiled, record):
                if media in types or departure.kind != Kind.NOT_JSON:  # of a web page the media type says enough
                    yield departure

    def _line_schema(self, operation: str) -> Schema:
        """Of a line of its own reply; else of a line at an address in some reply; else of the reply itself."""
        responses = self._document.operations.get(operation, {}).get("responses", {})
        own = [response for word, response in responses.items() if word.startswith("2")]
        media = [value for response in own for value in self._document.follow(response)["content"].values()]
        linked = _deep(LINE, self._document.data["components"])
        schemas = [value[LINE] for value in media if LINE in value], linked, [value["schema"] for value in media]
        found: Schema | None = next((schema for group in schemas for schema in group), None)
        if found is None:
            raise LookupError(f"{self._document.vendor}: the document has no lines for {operation}")
        return found

    def _compile(self, schema: Schema) -> _Compiled:
        # By identity: every schema is a part of the document, which stays.
        if id(schema) not in self._compiled:
            root = {**closed(schema), "components": self._components}
            import jsonschema_rs  # noqa: PLC0415 - not to look at a run

            validator = jsonschema_rs.Draft202012Validator(root, validate_formats=True, mask="the value")
            self._compiled[id(schema)] = _Compiled(root, validator)
        return self._compiled[id(schema)]

    @cached_property
    def _components(self) -> Schema:
        schemas = self._document.data["components"]["schemas"]
        return closed_components(schemas)


def _deep(key: str, node: Any) -> Iterator[Any]:
    """Every value of a key, at any depth."""
    if isinstance(node, Mapping):
        if key in node:
            yield node[key]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _deep(key, inner)


def _lines(content: bytes) -> list[bytes]:
    framer = LineFramer(max_line=len(content))
    return [*framer.push(content), *framer.finish()]


# -- what is wrong


def _judged(operation: str, compiled: _Compiled, record: bytes) -> tuple[Departure, ...]:
    try:
        value = _decoded(record)
    except UNREADABLE as error:
        return (Departure(operation, ROOT, Kind.NOT_JSON, _unreadable(record, error)),)
    if compiled.validator.is_valid(value):
        return ()
    found = _departures(compiled.validator.iter_errors(value), compiled.root)
    return tuple(dict.fromkeys(Departure(operation, *each) for each in found))


decode = msgspec.json.Decoder().decode


def _decoded(record: bytes) -> Any:
    try:
        return decode(record)
    except UNREADABLE:
        return decode(mended(record))


def _unreadable(record: bytes, error: Exception) -> str:
    if not record.strip():
        return NOTHING
    return "a web page" if record.lstrip().startswith(b"<") else str(error).partition(" (byte ")[0]


Place: TypeAlias = tuple[str, Kind, str]
"""Where, how, and what was there."""
Found: TypeAlias = list[Place]


def _departures(errors: Iterable[jsonschema_rs.ValidationError], root: Schema) -> Found:
    return [each for error in errors for each in _departure(error, root)]


def _departure(error: jsonschema_rs.ValidationError, root: Schema) -> Found:
    from jsonschema_rs import ValidationErrorKind as Error  # noqa: PLC0415

    place = _place(error.instance_path)
    value: Any = error.instance
    found: Found
    match error.kind:
        case Error.AdditionalProperties(unexpected=names) | Error.UnevaluatedProperties(unexpected=names):
            found = [(_below(place, name), Kind.FIELD, _type(value[name])) for name in names]
        case Error.Required(property=name):
            found = [(_below(place, name), Kind.MISSING, NOTHING)]
        case Error.Type(types=types):
            found = [_mistyped(place, value, types)]
        case Error.Format(format=kind):
            found = [_mistyped(place, value, [kind])]
        case Error.Enum(options=words):
            found = [_word(place, value, words)]
        case Error.Constant(expected_value=word):
            found = [_word(place, value, [word])]
        case Error.AnyOf(context=branches) | Error.OneOfNotValid(context=branches):
            found = _of_union(error, [_departures(branch, root) for branch in branches], root)
        case Error.OneOfMultipleValid() | Error.Not() | Error.FalseSchema():
            found = [(place, Kind.VARIANT, _type(value))]
        case _:
            found = [(place, Kind.LIMIT, error.message)]
    return found


def _of_union(error: jsonschema_rs.ValidationError, branches: Sequence[Found], root: Schema) -> Found:
    """The departures from the variant that was meant: the one with that tag, else the one that fits best."""
    place, value = _place(error.instance_path), error.instance
    *way, keyword = error.schema_path
    union: Any = root
    for part in way:
        union = union[part]
    discriminator = union.get("discriminator", {})
    tag, mapping = discriminator.get("propertyName"), discriminator.get("mapping", {})
    meant: Sequence[Found] = branches
    if mapping and isinstance(value, Mapping):
        if tag not in value:
            return [(_below(place, tag), Kind.MISSING, NOTHING)]
        word = value[tag]
        if not isinstance(word, str):
            return [_mistyped(_below(place, tag), word, ["string"])]
        if word not in mapping:
            return [(place, Kind.VARIANT, shorten(word, LONGEST))]
        refs = [branch.get("$ref", "").replace(*reversed(PARTS)) for branch in union[keyword]]
        meant = [found for ref, found in zip(refs, branches, strict=True) if ref == mapping[word]] or branches
    return min(meant, key=lambda found: (any(each[:2] == (place, Kind.TYPE) for each in found), len(found)))


def _word(place: str, value: Any, known: Sequence[Any]) -> Place:
    types = sorted(set(map(_type, known)))
    if isinstance(value, str) and "string" in types:
        return place, Kind.WORD, shorten(value, LONGEST)
    return _mistyped(place, value, types)


def _mistyped(place: str, value: Any, types: Sequence[str]) -> Place:
    return place, Kind.TYPE, f"{_type(value)}, not {' or '.join(types)}"


def _place(path: Sequence[str | int]) -> str:
    place = ROOT
    for part in path:
        place = f"{place}[]" if isinstance(part, int) else _below(place, part)
    return place


def _below(place: str, name: str) -> str:
    return f"{place}.{shorten(name, LONGEST)}"


def _type(value: Any) -> str:
    return next((name for kind, name in JSON_TYPES if isinstance(value, kind)), "null")
