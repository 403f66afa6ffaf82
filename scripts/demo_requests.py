"""Writes a request file for the demo: each docstring of the standard library is a text to be summarised."""

from __future__ import annotations

import argparse
import ast
import json
import sys
import sysconfig
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LIMIT = 20_000
"""Characters of a docstring that go into a request."""
PROMPT = "Summarise this Python docstring in one sentence.\n\n"


def docstrings(root: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every docstring under a folder of sources, tests and installed packages left out."""
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if {"test", "tests", "idle_test", "site-packages", "dist-packages", "lib2to3"} & set(parts):
            continue
        try:
            tree = ast.parse(path.read_bytes())
        except SyntaxError as error:
            print(f"left out {path}: {error}", file=sys.stderr)
            continue
        yield from _inside(tree, ".".join(parts))


def _inside(node: ast.AST, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        text = ast.get_docstring(node)
        if text:
            yield name, text[:LIMIT]
    for child in ast.iter_child_nodes(node):
        inner = getattr(child, "name", None)
        yield from _inside(child, f"{name}.{inner}" if isinstance(inner, str) else name)


def item(vendor: str, custom_id: str, text: str) -> dict[str, Any]:
    """A vendor's own form of the request."""
    messages = [{"role": "user", "content": PROMPT + text}]
    if vendor == "letta":
        # An agent takes part in a batch once, so that each text gets an agent of its own.
        agent = uuid.UUID(bytes=uuid.uuid5(uuid.NAMESPACE_URL, custom_id).bytes, version=4)
        return {"custom_id": custom_id, "agent_id": f"agent-{agent}", "messages": messages}
    if vendor == "meshapi":
        body = {"model": "openai/gpt-5-nano", "max_tokens": 100, "messages": messages}
        return {"custom_id": custom_id, "body": body}
    model = "claude-opus-5-5" if vendor == "anthropic" else "openai/gpt-4o-mini-batch"
    return {"custom_id": custom_id, "params": {"model": model, "max_tokens": 100, "messages": messages}}


def main() -> None:
    """Write the file and say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vendor", required=True)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    seen: dict[str, int] = {}
    foreign = 0
    with arguments.out.open("w", encoding="utf-8", newline="\n") as file:
        for name, text in docstrings(Path(sysconfig.get_path("stdlib"))):
            seen[name] = seen.get(name, 0) + 1
            custom_id = name if seen[name] == 1 else f"{name}#{seen[name]}"
            foreign += not text.isascii()
            file.write(json.dumps(item(arguments.vendor, custom_id, text), ensure_ascii=False) + "\n")
    size = arguments.out.stat().st_size
    print(
        f"{sum(seen.values()):,} docstrings ({foreign:,} not ASCII, {size / 1e6:.1f} MB) in {arguments.out}",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
