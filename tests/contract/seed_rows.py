"""Checks a row of tests/cases/seed_facts.json against an OpenAPI document: one comparison for each kind of fact.

The document is a parameter, so that the checker itself can be tested on small made-up ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from tests.contract.seed_document import METHODS, Document, Mismatch, Node, NotThere

ABSENT = "absent"  # a corrected value: the document must not have this field or parameter
TAG = "type"  # the property that tells the variants of every union in the seeds apart


@dataclass(frozen=True)
class Row:
    """One fact of a seed; `expected` is what the document must say."""

    id: str
    vendor: str
    place: str
    path: str
    fact: str
    expected: Any

    @classmethod
    def of(cls, row: dict[str, Any]) -> Row:
        expected = row["corrected"] if "corrected" in row else row["value"]
        return cls(row["id"], row["vendor"], row["place"], row["path"], row["fact"], expected)

    def report(self, problem: object) -> str:
        return f"{self.id} {self.vendor} {self.place} {self.path or '(itself)'}: {self.fact}: {problem}"


# -- comparisons of a schema; each raises Mismatch


def _same(actual: Any, expected: Any) -> None:
    if type(actual) is not type(expected) or actual != expected:
        raise Mismatch(f"expected {expected!r}, found {actual!r}")


def _same_words(actual: Iterable[Any], expected: Iterable[Any], what: str = "words") -> None:
    missing, extra = set(expected) - set(actual), set(actual) - set(expected)
    if missing or extra:
        raise Mismatch(f"{what} missing {sorted(missing)}, too many {sorted(extra)}")


def _type(_: Document, node: Node, expected: list[str]) -> None:
    actual = node.types
    if "number" in expected and "integer" not in expected:  # the TypeScript pages have one word for both
        actual = {"number" if word == "integer" else word for word in actual}
    if actual != set(expected):
        raise Mismatch(f"expected {sorted(expected)}, found {sorted(actual)}")


def _accepts(_: Document, node: Node, expected: list[str]) -> None:
    if node.types != {"any"} and not set(expected) <= node.types:
        raise Mismatch(f"an example has {expected}, the document admits {sorted(node.types)}")


def _default(_: Document, node: Node, expected: Any) -> None:
    stated = node.stated("default")
    if not stated and expected is None and node.required is False and "null" in node.types:
        return  # leaving out an optional nullable field is how a default of null is written without the keyword
    if not stated:
        raise Mismatch(f"expected {expected!r}, found no default")
    for value in stated:
        _same(value, expected)


def _words(_: Document, node: Node, expected: list[str]) -> None:
    if node.types == {"any"} or any(b.words is None and "string" in b.types for b in node.branches):
        return
    if missing := set(expected) - node.words:
        raise Mismatch(f"words not admitted: {sorted(missing)}; there are {sorted(node.words)}")


def _keyword(name: str) -> Callable[[Document, Node, Any], None]:
    def compare(_: Document, node: Node, expected: Any) -> None:
        stated = node.stated(name)
        if not stated and expected is not None:
            raise Mismatch(f"expected {expected!r}, found none")
        for value in stated:
            _same(value, expected)

    return compare


def _deprecated(_: Document, node: Node, expected: bool) -> None:  # noqa: FBT001
    _same(node.deprecated or any(node.stated("deprecated")), expected)


def _variants(document: Document, node: Node, expected: list[str]) -> None:
    _same_words(_tagged(document, node), expected, "variants")


def _has_variants(document: Document, node: Node, expected: list[str]) -> None:
    if missing := set(expected) - _tagged(document, node):
        raise Mismatch(f"variants missing {sorted(missing)}")


def _tagged(document: Document, node: Node) -> set[Any]:
    words: set[Any] = set()
    for branch in node.branches:
        own = document.tag_words(branch, TAG)
        if wrong := {word for name, word in branch.tags if name == TAG} - own:
            raise Mismatch(
                f"the discriminator maps {sorted(wrong)} to {branch.names[-1]}, whose own words are {sorted(own)}"
            )
        words |= own
    return words


def _name(document: Document, node: Node, expected: str) -> None:
    names = {name for branch in node.branches for name in branch.names}
    if expected not in names:
        raise Mismatch(f"expected the schema {expected}, found {sorted(names) or 'an unnamed schema'}")


def _example(document: Document, node: Node, expected: Any) -> None:
    schema = {"allOf": [node.raw], "components": document.json.get("components", {})}
    errors = list(jsonschema_rs.Draft202012Validator(schema).iter_errors(expected))
    if errors:
        raise Mismatch(f"refused: {errors[0].message}")


_NODE_FACTS: dict[str, Callable[[Document, Node, Any], None]] = {
    "type": _type,
    "accepts": _accepts,
    "required": lambda _, node, expected: _same(node.required, expected),
    "default": _default,
    "enum": lambda _, node, expected: _same_words(node.words, expected),
    "const": lambda _, node, expected: _same_words(node.words, [expected]),
    "words": _words,
    "maxLength": _keyword("maxLength"),
    "minLength": _keyword("minLength"),
    "format": _keyword("format"),
    "deprecated": _deprecated,
    "variants": _variants,
    "has_variants": _has_variants,
    "name": _name,
    "example": _example,
}


def _check_vendor(row: Row, document: Document) -> None:
    if row.fact == "server":
        servers = [server["url"].rstrip("/") for server in document.json.get("servers", [])]
        _same(servers[0] if servers else None, row.expected)
        return
    names = {name for choice in document.json.get("security", []) for name in choice}
    for item in document.json.get("paths", {}).values():
        names |= {name for m in METHODS if m in item for choice in item[m].get("security", []) for name in choice}
    schemes = [document.json.get("components", {}).get("securitySchemes", {}).get(name, {}) for name in sorted(names)]
    if not any({key: scheme.get(key) for key in row.expected} == row.expected for scheme in schemes):
        raise Mismatch(f"no scheme in use is {row.expected}; in use are {schemes}")


def _check_operation(row: Row, document: Document) -> None:
    path, method, operation, _ = document.operation(row.place)
    if row.fact in {"limit", "model_rule"}:
        parts = [
            operation,
            *map(document.deref, [operation.get("requestBody", {}), *operation.get("responses", {}).values()]),
        ]
        for name, value in row.expected.items():
            key = "x-" + name.replace("_", "-")
            stated = [part[key] for part in parts if key in part]
            if not stated:
                raise Mismatch(f"{key} is neither on the operation nor on its request body or a response")
            _same(stated[0], value)
        return
    content = document.deref(operation.get("requestBody", {})).get("content", {})
    actual = {
        "path": path,
        "method": method.upper(),
        "deprecated": operation.get("deprecated", False),
        "content_type": row.expected if row.expected in content else sorted(content),
    }
    _same(actual[row.fact], row.expected)


def _check_part(row: Row, document: Document) -> None:
    document.operation(row.place.partition(".")[0])
    if row.expected == ABSENT:
        _check_absent(row, document)
    elif row.fact == "status":
        document.part(f"{row.place.rpartition('.')[0]}.{row.expected}")
    elif row.fact == "content_type":
        content = document.part(row.place).get("content", {})
        _same(row.expected if row.expected in content else sorted(content), row.expected)
    elif row.fact == "method":
        operation = document.operation(row.place.partition(".")[0])[2]
        _same_words({method.upper() for method, _ in document.callbacks(operation)}, [row.expected], "methods")
    else:
        _NODE_FACTS[row.fact](document, document.walk(row.place, row.path), row.expected)


def _check_absent(row: Row, document: Document) -> None:
    if row.path:  # the parent must be there, or its absence would hide a renamed one
        parent, _, name = row.path.rpartition(".")
        if not any(name in branch.properties for branch in document.walk(row.place, parent).branches):
            return
    else:
        try:
            document.part(row.place)
        except NotThere:
            return
    raise Mismatch("is still there")


def check_document(row: Row, document: Document) -> str:
    """What is wrong with a row, in one line; empty if it holds."""
    try:
        if row.place == "vendor":
            _check_vendor(row, document)
        elif "." in row.place:
            _check_part(row, document)
        else:
            _check_operation(row, document)
    except Mismatch as problem:
        return row.report(problem)
    return ""
