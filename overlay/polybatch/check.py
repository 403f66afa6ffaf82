"""Is an item one that the vendor would take? Judged by the vendor's own document, before anything is sent.

Refused is what the document forbids: a missing field, a wrong JSON type, a limit, a rule.
What a vendor may have added since (a new field, enum word or union variant) passes, with one warning.

    strict schema ──opened──► judge that refuses
                └──closed──► judge that only warns
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from .document import Document
from .narrow import matcher, narrowed
from .schemas import closed, closed_components, of_version, opened

if TYPE_CHECKING:
    import jsonschema_rs


ID = "custom_id"
"""The member of an item that names it, wherever an item has a name."""


class ItemCheck:
    """Checks items of one vendor; compiled once, then a microsecond or two an item."""

    def __init__(self, document: Document, *, version: str | None = None) -> None:
        components = {"schemas": document.data.get("components", {}).get("schemas", {})}
        item, components = of_version(document.items["items"], version), of_version(components, version)
        self._version, self._item, self._components = version, item, components

    @cached_property
    def _refuse(self) -> jsonschema_rs.Validator:
        return _compiled({**opened(self._item), "components": opened(self._components)})

    @cached_property
    def _warn(self) -> jsonschema_rs.Validator:
        return _compiled({**closed(self._item), "components": closed_components(self._components["schemas"])})

    def decoder(self) -> msgspec.json.Decoder[Any] | None:
        """What decodes a line only where its item passes and is known, but for its id, which may be any text."""
        item = self._follow(self._item)
        item = {**item, "properties": {**item["properties"], ID: {"type": "string", "minLength": 1}}}
        kind = narrowed(item, self._follow)
        return None if kind is None else msgspec.json.Decoder(kind)

    def naming(self) -> Callable[[str], object] | None:
        """What is true of an id that passes; `None` where no pattern tells."""
        return matcher(self._follow(self._follow(self._item)["properties"][ID]))

    def _follow(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while (ref := schema.get("$ref")) is not None:
            schema = self._components["schemas"][ref.rpartition("/")[2]]
        return schema

    def passes(self, *, known: bool) -> Callable[[Any], bool]:
        """What tells whether an item is not refused, nor warned of if all of it has to be `known`."""
        return (self._warn if known else self._refuse).is_valid

    def refusals(self, item: Mapping[str, Any]) -> Iterator[str]:
        """Why the vendor would refuse the item; nothing if it would not."""
        return self._said(self._refuse, item)

    def warning(self, item: Mapping[str, Any]) -> str | None:
        """What the document does not know about an item that is not refused."""
        return next(self._said(self._warn, item), None)

    def _said(self, judge: jsonschema_rs.Validator, item: Mapping[str, Any]) -> Iterator[str]:
        if judge.is_valid(item):
            return
        try:
            for error in judge.iter_errors(item):
                yield explain(error, self._version)
        except ValueError:  # an error holds the value, and the judge cannot hand out what is nested deeper than that
            yield "it is nested too deeply for the judge to say what is wrong"


def _compiled(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    import jsonschema_rs  # noqa: PLC0415 - requests of the usual form need no judge

    return jsonschema_rs.Draft202012Validator(schema)


def explain(error: jsonschema_rs.ValidationError, version: str | None = None) -> str:
    """One line: where in the item, and what is wrong there."""
    error = _deepest(error)
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path).lstrip(".")
    message = error.message
    if unlisted := getattr(error.kind, "unexpected", ()):
        where, message = f"{where}.{unlisted[0]}".lstrip("."), "no such field"
    if error.kind.name in {"not", "falseSchema"}:
        message = "is not accepted" + (f" with version {version}" if version else "")
    if len(message) > MAX_MESSAGE:
        message = f"{message[: MAX_MESSAGE // 2]} … {message[-MAX_MESSAGE // 2 :]}"
    return f"{where}: {message}" if where else message


MAX_MESSAGE = 240
"""Characters of a judge's message; it quotes the value, which may be a whole document."""


def _deepest(error: jsonschema_rs.ValidationError) -> jsonschema_rs.ValidationError:
    """Of a union that nothing fits, the complaint of the variant that fits furthest."""
    branches: Sequence[Sequence[jsonschema_rs.ValidationError]] = getattr(error.kind, "context", [])
    candidates = [_deepest(inner) for branch in branches for inner in branch[:1]]
    return max([error, *candidates], key=lambda each: (len(each.instance_path), hasattr(each.kind, "unexpected")))
