"""Where a module of ours writes, as a word of its own, what a vendor's document uses as a name.

`tests/meta/test_literals.py` forbids it, and allows what is a coincidence. For a vendor that comes later
every word that only its document has is one, because the module was there before.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

METHODS = {"get", "put", "post", "delete", "patch"}
REASON = "our own word, which stood here before the vendor came"


def collisions(root: Path, document: dict[str, Any]) -> dict[str, dict[str, str]]:
    """By module of overlay/polybatch: words of ours that of all documents only this new one has as names."""
    known: set[str] = set()
    for path in (root / "generated" / "polybatch_generated").glob("*/openapi.json"):
        known |= names_of(json.loads(path.read_text(encoding="utf-8")))
    new = names_of(document) - known
    overlay = root / "overlay" / "polybatch"
    found: dict[str, dict[str, str]] = {}
    for path in sorted(overlay.rglob("*.py")):
        words = sorted({value for _, value in literals(path)} & new) if path.parent.name != "vendors" else []
        if words:
            found[path.relative_to(overlay).as_posix()] = dict.fromkeys(words, REASON)
    return found


def names_of(document: dict[str, Any]) -> set[str]:
    """Paths, verbs, parameters, headers and fields of a strict document."""
    names: set[str] = set(document["paths"])
    for item in document["paths"].values():
        names |= {method.upper() for method in item if method in METHODS}
    _collect(document, names)
    return names


def _collect(node: Any, names: set[str]) -> None:
    if isinstance(node, list):
        for inner in node:
            _collect(inner, names)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("properties"), dict):
        names.update(node["properties"])
    if node.get("in") in {"header", "query", "path"} and isinstance(node.get("name"), str):
        names.add(node["name"])
    if isinstance(node.get("headers"), dict):
        names.update(node["headers"])
    for inner in node.values():
        _collect(inner, names)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Line and value of each string literal that is no docstring, no annotation and no key of a table of words."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.AnnAssign):
            skipped.update(ast.walk(node.annotation))
            if isinstance(node.value, ast.Dict):
                skipped.update(key for key in node.value.keys if key is not None)
        elif isinstance(node, ast.JoinedStr):
            skipped.update(node.values)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"cast", "TypeVar"}:
            skipped.update(node.args[:1])
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.lineno, node.value
