"""Prints the README's table of vendors, from their documents and profiles; --write puts it into README.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from polybatch.vendor import Capabilities, FindBy, Profile, capabilities
from polybatch.vendors import find_vendor, names

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- vendor table: written by scripts/vendor_table.py -->\n"
END = "<!-- end of vendor table -->\n"
OPERATIONS = ("create_batch", "get_batch", "list_batches", "cancel_batch", "delete_batch", "batch_results")


def table() -> str:
    """Three Markdown tables: what limits a batch, what becomes of a lost create, and how each operation is known."""
    return "\n".join([*_limits(), "", *_lost(), "", *_evidence()]) + "\n"


def _limits() -> Iterator[str]:
    yield "| vendor | requests | bytes | open batches | window | results kept |"
    yield "|---|---|---|---|---|---|"
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
            )
        ) + " |"  # fmt: skip


def _lost() -> Iterator[str]:
    yield "| vendor | a lost create is looked for | where it is not found | a late duplicate of it is |"
    yield "|---|---|---|---|"
    for name in names():
        profile = find_vendor(name).profile
        yield f"| {name} | {_looked_for(profile)} | {_not_found(profile)} | {_late(profile)} |"


def _looked_for(profile: Profile) -> str:
    by_list = "by its size; its first result proves it" if profile.distinct else "by the ids in its requests"
    return {
        FindBy.KEY: "by its idempotency key",
        FindBy.METADATA: "in the list, by a token in its metadata",
        FindBy.LIST: f"in the list, {by_list}",
        FindBy.NOTHING: "nowhere, there is no list",
    }[profile.find]


def _not_found(profile: Profile) -> str:
    if not profile.absence:
        return "the run holds"
    token = profile.find is FindBy.METADATA
    return "sent again" + (", once a batch has come back with its token; else the run holds" if token else "")


def _late(profile: Profile) -> str:
    if profile.find is FindBy.NOTHING:
        return "never seen"
    return "reported when it has ended" if profile.distinct else "cancelled and reported"


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
