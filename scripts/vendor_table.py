"""Prints what is written from code: the README's tables of vendors, and the JSON Schema of a portable line.

--write puts them into README.md and overlay/polybatch/portable.schema.json.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from polybatch import portable
from polybatch.features import Feature
from polybatch.vendor import Capabilities, FindBy, Profile, capabilities
from polybatch.vendors import find_vendor, names

README = Path(__file__).parent.parent / "README.md"
BEGIN = "<!-- vendor table: written by scripts/vendor_table.py -->\n"
END = "<!-- end of vendor table -->\n"
CARRIED_BEGIN = "<!-- table of portable requests: written by scripts/vendor_table.py -->\n"
CARRIED_END = "<!-- end of table of portable requests -->\n"
SCHEMA = Path(__file__).parent.parent / "overlay" / "polybatch" / "portable.schema.json"
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


def carried() -> str:
    """A Markdown table: what of a portable request each vendor, in each version of its contract, has a place for."""
    found = [*_versions()]
    lines = [
        "| | " + " | ".join(name for name, _ in found) + " |",
        "|---|" + ":-:|" * len(found),
        *(
            f"| {feature} | " + " | ".join("yes" if feature in has else "no" for _, has in found) + " |"
            for feature in Feature
        ),
    ]
    return "\n".join(lines) + "\n"


def _versions() -> Iterator[tuple[str, frozenset[Feature]]]:
    """Each vendor with what it carries, the newest version of its contract first."""
    for name in names():
        kind = find_vendor(name)
        newest = kind({}, kind.document.server).version()
        if newest is None:
            yield name, kind({}, kind.document.server).carried()
            continue
        older = set(re.findall(r"\d{4}-\d\d-\d\d", json.dumps(list(_marks(kind.document.data))))) - {newest}
        for version in (newest, *sorted(older, reverse=True)):
            yield f"{name} {version}", kind({"version": version}, kind.document.server).carried()


def _marks(value: object) -> Iterator[object]:
    """The versions for which a document keeps a member."""
    if isinstance(value, dict):
        yield from value.get("x-versions", ())
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from _marks(inner)


def schema() -> str:
    """The JSON Schema of a portable line."""
    return (
        msgspec.json.format(msgspec.json.encode(portable.line_schema(), order="deterministic"), indent=2).decode()
        + "\n"
    )


def _all() -> Iterator[tuple[str, Capabilities]]:
    for name in names():
        yield name, capabilities(find_vendor(name))


def _number(value: int | None, *, ours: bool = False) -> str:
    return "not published" if value is None else f"{value:,}" + (" (ours, none is published)" if ours else "")


def filled(readme: str) -> str:
    """The README with the tables of today."""
    for begin, text, end in ((BEGIN, table(), END), (CARRIED_BEGIN, carried(), CARRIED_END)):
        head, _, rest = readme.partition(begin)
        _, _, tail = rest.partition(end)
        readme = f"{head}{begin}{text}{end}{tail}"
    return readme


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
        SCHEMA.write_text(schema(), encoding="utf-8")
    else:
        print(table(), carried(), schema(), sep="\n", end="")
