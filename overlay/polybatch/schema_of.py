"""What an answer has to look like, as a JSON Schema: from a file, a schema, or a type of the caller's.

An object that lists its properties and is silent about further ones is closed (`additionalProperties: false`):
Anthropic refuses a schema with an object that is not (BerriAI/litellm#35808 quotes its reply; its own SDK closes all of
them, anthropic 2.12.0, lib/_parse/_transform.py), so does OpenAI's strict mode (openai/openai-java#139), and elsewhere
it says what was meant. What says something else itself, and a schema whose parts add up (`allOf` and the like), is left
as it is: closed, it could mean something that nothing fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from .errors import InputError
from .reading import UNREADABLE, shorten

MAPS, LISTS, SINGLES = ("$defs", "definitions", "properties"), ("anyOf", "oneOf", "allOf", "prefixItems"), ("items",)
"""Where schemas stand in a schema: by name, in a list, alone."""
ADDING = frozenset({"not", "if", "dependentSchemas", "$dynamicRef"})
BESIDE = frozenset({"anyOf", "oneOf", "allOf", "$ref", "patternProperties", "unevaluatedProperties"})
"""Words by which other schemas add to the properties that an object lists."""
KINDS = "a JSON Schema, a file that holds one, or a msgspec, attrs, dataclass, TypedDict or pydantic type"
Schema = dict[str, Any]


def json_schema_of(kind: Any) -> Schema:
    """A kind of answer as a JSON Schema that stands for itself. Raises InputError for what is none."""
    if isinstance(kind, str | Path):
        where, found = str(kind), _file(Path(kind))
    elif isinstance(kind, Mapping):
        where, found = "the schema", dict(kind)
    else:
        where, found = getattr(kind, "__name__", repr(kind)), _type(kind)
    try:
        _check(found, where)
        return closed(_rooted(found))
    except RecursionError as error:
        raise InputError(f"{where} is nested too deeply") from error


def closed(schema: Schema) -> Schema:
    """The same, with every object closed that lists its properties and is silent about others."""
    return schema if any(map(_adds_up, _parts(schema))) else _closed(schema)


def _file(path: Path) -> Schema:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except UNREADABLE as error:
        raise InputError(f"{path}: not JSON: {error}", hint="a JSON Schema is wanted") from error
    if not isinstance(found, dict):
        raise InputError(f"{path}: a JSON Schema is an object")
    return found


def _type(kind: Any) -> Schema:
    own = getattr(kind, "model_json_schema", None)  # pydantic's
    try:
        found: Schema = msgspec.json.schema(kind) if own is None else own()
    except (TypeError, ValueError, RuntimeError) as error:
        what = f"no JSON Schema can be made of {kind!r}: {shorten(str(error))}"
        raise InputError(what, hint=f"give {KINDS}") from error
    return found


def _check(schema: Schema, where: str) -> None:
    """Raises InputError unless it is a JSON Schema; nothing is fetched."""
    import jsonschema_rs  # noqa: PLC0415 - few requests ask for it

    try:
        jsonschema_rs.validator_for(msgspec.json.decode(msgspec.json.encode(schema)), retriever=_not_fetched)
    except (TypeError, ValueError) as error:
        place = ".".join(map(str, getattr(error, "instance_path", None) or ()))
        said = shorten(str(error).partition("\n")[0])
        raise InputError(f"{where} is no JSON Schema: {f'{place}: ' if place else ''}{said}") from error


def _not_fetched(address: str) -> NoReturn:
    raise ValueError(f"{address} is not fetched")


def _rooted(schema: Schema) -> Schema:
    """The same without a reference at its root, as msgspec writes it and vendors do not take it."""
    ref, definitions = schema.get("$ref", ""), schema.get("$defs", {})
    name = ref.removeprefix("#/$defs/")
    if schema.keys() != {"$ref", "$defs"} or name not in definitions:
        return schema
    used = {part.get("$ref") for part in _parts({"$defs": definitions})}
    rest = {other: part for other, part in definitions.items() if other != name or ref in used}
    return {**definitions[name], **({"$defs": rest} if rest else {})}


def _parts(schema: Any) -> Iterator[Schema]:
    """A schema and all schemas in it."""
    if not isinstance(schema, dict):  # true and false are schemas too
        return
    yield schema
    for part in chain(*[_all(schema.get(word)) for word in (*MAPS, *LISTS)]):
        yield from _parts(part)
    for word in SINGLES:
        yield from _parts(schema.get(word))


def _all(parts: Any) -> Iterable[Any]:
    """Schemas that stand together; none where the word means something else in that draft of JSON Schema."""
    return parts.values() if isinstance(parts, Mapping) else parts if isinstance(parts, list) else ()


def _adds_up(part: Schema) -> bool:
    """Whether other schemas say which properties an object has."""
    several = len([*_all(part.get("allOf"))]) > 1
    return several or not ADDING.isdisjoint(part) or ("properties" in part and not BESIDE.isdisjoint(part))


def _closed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    for word in MAPS:
        if isinstance(made.get(word), Mapping):
            made[word] = {name: _closed(part) for name, part in made[word].items()}
    for word in LISTS:
        if isinstance(made.get(word), list):
            made[word] = [_closed(part) for part in made[word]]
    for word in SINGLES:
        if word in made:
            made[word] = _closed(made[word])
    return {"additionalProperties": False, **made} if "properties" in made else made
