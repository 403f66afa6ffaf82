"""Prints the README's table of vendors, from their documents and profiles; --write puts it into README.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from polybatch.vendor import Capabilities, capabilities
from polybatch.vendors import find_vendor, names

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- vendor table: written by scripts/vendor_table.py -->\n"
END = "<!-- end of vendor table -->\n"
OPERATIONS = ("create_batch", "get_batch", "list_batches", "cancel_batch", "delete_batch", "batch_results")


def table() -> str:
    """Two Markdown tables: what limits a batch, and how each operation is known."""
    return "\n".join([*_limits(), "", *_evidence()]) + "\n"


def _limits() -> Iterator[str]:
    yield "| vendor | requests | bytes | open batches | window | results kept | a lost create is found by |"
    yield "|---|---|---|---|---|---|---|"
    for name, found in _all():
        limits = found.limits
        yield "| " + " | ".join(
            (
                name,
                _number(limits.max_items, ours=limits.assumed),
                _number(limits.max_bytes, ours=limits.assumed),
                _number(limits.open_batches),
                "not published" if limits.window is None else f"{limits.window.total_seconds() / 3600:g} h",
                "not published" if limits.retention is None else f"{limits.retention.days} days",
                found.find.value,
            )
        ) + " |"  # fmt: skip


def _evidence() -> Iterator[str]:
    yield "| vendor | " + " | ".join(name.replace("_", " ") for name in OPERATIONS) + " |"
    yield "|---|" + "---|" * len(OPERATIONS)
    for name, found in _all():
        yield f"| {name} | " + " | ".join(found.evidence.get(operation, "none") for operation in OPERATIONS) + " |"


def _all() -> Iterator[tuple[str, Capabilities]]:
    for name in names():
        yield name, capabilities(find_vendor(name))


def _number(value: int | None, *, ours: bool = False) -> str:
    return "not published" if value is None else f"{value:,}" + (" (ours, none is published)" if ours else "")


def filled(readme: str) -> str:
    """The README with the table of today."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{table()}{END}{tail}"


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table(), end="")
