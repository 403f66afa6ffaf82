"""Checks a row of tests/cases/seed_facts.json against the code generated for its vendor.

The document says which named component a row's path ends in; the class of that name must have the field: a TypedDict of
`params` for what is sent, an attrs class of `client.models` for what is received. Headers and query parameters are
compared with the signature of the create operation, its verb and path with what that function returns.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, Required, cast, get_origin, get_type_hints, is_typeddict
from unittest.mock import MagicMock

import attrs

from tests.contract.seed_document import Branch, Document, Mismatch, Node
from tests.contract.seed_rows import ABSENT, Row


@dataclass(frozen=True)
class Code:
    """The generated classes by normalised name, and the create operation's function."""

    models: Mapping[str, Any]
    params: Mapping[str, Any]
    create: Callable[..., Mapping[str, Any]]

    @classmethod
    def of(cls, vendor: str) -> Code:
        package = f"polybatch_generated.{vendor}"
        operation = importlib.import_module(f"{package}.client.api.batches.create_batch")
        models = importlib.import_module(f"{package}.client.models")
        params = importlib.import_module(f"{package}.params")
        return cls(by_name(models, attrs.has), by_name(params, is_typeddict), operation.request_kwargs)


def by_name(module: object, wanted: Callable[[Any], bool]) -> dict[str, Any]:
    # Through getattr: a module may load its classes only when they are asked for.
    values = ((name, getattr(module, name)) for name in {*dir(module), *getattr(module, "__all__", ())})
    return {_plain(name): value for name, value in values if isinstance(value, type) and wanted(value)}


def in_code(row: Row) -> bool:
    """Whether generated code has a place for the fact: it knows no server, security, limit or callback."""
    if row.place == "vendor" or ".callback" in row.place:
        return False
    return "." in row.place or row.fact in {"method", "path"}


def check_code(row: Row, document: Document, code: Code) -> str:
    """What is wrong with a row, in one line; empty if it holds."""
    try:
        kind = row.place.split(".")[1] if "." in row.place else ""
        if not kind:
            _check_call(row, code)
        elif kind in {"header", "query"}:
            _check_parameter(row, document, code)
        elif row.path:
            _check_field(row, document, code)
        else:
            _named(document, document.node(row.place).branches, _classes(row, code))
    except Mismatch as problem:
        return row.report(f"generated code: {problem}")
    return ""


def _check_call(row: Row, code: Code) -> None:
    given = {name: MagicMock() for name, p in inspect.signature(code.create).parameters.items() if p.default is p.empty}
    call = code.create(**given)
    actual = call["url" if row.fact == "path" else "method"]
    if str(actual).lower() != row.expected.lower():
        raise Mismatch(f"expected {row.expected!r}, the operation calls {actual!r}")


def _check_parameter(row: Row, document: Document, code: Code) -> None:
    known = inspect.signature(code.create).parameters
    found = next((known[name] for name in _spellings(row.place.split(".", 2)[2]) if name in known), None)
    if (found is None) != (row.expected == ABSENT):
        raise Mismatch(f"the create operation takes {sorted(known)}")
    if found is not None and row.fact == "required":
        has_default = bool(document.node(row.place).stated("default"))
        must = found.default is found.empty
        if must != (row.expected and not has_default):
            raise Mismatch(f"parameter {found.name} is {'required' if must else 'optional'}")


def _check_field(row: Row, document: Document, code: Code) -> None:
    if row.expected == ABSENT:
        parent, _, name = row.path.rpartition(".")
        node = document.walk(row.place, parent)
        # A free map has no class that could have the field.
        owners: tuple[Branch, ...] = tuple(branch for branch in node.branches if branch.properties)
    else:
        node = document.walk(row.place, row.path)
        owners, name = node.owners, node.name
    if not name:  # only selectors: the row speaks of the variant itself
        owners = node.branches
    for owner in owners:
        _check_class(row, name, _named(document, (owner,), _classes(row, code)))


def _check_class(row: Row, name: str, cls: Any) -> None:
    fields = _fields(cls)
    there = not name or bool(fields.keys() & _spellings(name))
    if there != (row.expected != ABSENT):
        raise Mismatch(f"{cls.__name__} has {sorted(fields)}")
    if row.fact == "required" and name in fields and is_typeddict(cls) and fields[name] is not row.expected:
        raise Mismatch(f"{cls.__name__}.{name} is {'required' if fields[name] else 'not required'}")


def _classes(row: Row, code: Code) -> Mapping[str, Any]:
    return code.params if ".request" in row.place else code.models


def _named(document: Document, branches: tuple[Branch, ...], classes: Mapping[str, Any]) -> Any:
    """The class of the outermost component on the way that has one; a title is a name too."""
    schemas = document.json.get("components", {}).get("schemas", {})
    names = dict.fromkeys(
        alias for b in branches for name in b.names for alias in (name, schemas.get(name, {}).get("title", name))
    )
    for name in names:
        if _plain(name) in classes:
            return classes[_plain(name)]
    raise Mismatch(f"no class for {' or '.join(names)}" if names else f"{Node(branches)} has no name, so no class")


@functools.cache
def _fields(cls: Any) -> dict[str, bool]:
    """Field names, and whether each must be given."""
    if not is_typeddict(cls):
        return {field.name: field.default is attrs.NOTHING for field in attrs.fields(cls)}
    must: dict[str, bool] = {}
    # Hints, not __required_keys__ alone: with postponed annotations that set does not see NotRequired.
    for name, hint in get_type_hints(cls, include_extras=True).items():
        mark = get_origin(hint)
        must[name] = mark is Required or (mark is not NotRequired and name in cast("Any", cls).__required_keys__)
    return must


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _spellings(name: str) -> set[str]:
    """A wire name as Python writes it: snake case, with a trailing underscore where the word is taken."""
    snake = re.sub(r"[^a-zA-Z0-9]+", "_", name).lower()
    return {name, snake, f"{snake}_"}
