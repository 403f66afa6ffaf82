"""Two requests side by side, and the table of the differences that are meant to be.

A difference is known by its part: `method`, `path`, `query NAME`, `header NAME`, `body` (how it is JSON at all) or
`body /json/pointer`. Bodies are compared as JSON: the order of members and white space say nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Self

from tests.oracle.between import Sent

Value = str | None
"""As text; None where the request has no such part."""
Differences = dict[str, tuple[Value, Value]]
"""Ours and theirs by part."""


def parts(sent: Sent) -> dict[str, str]:
    """A request taken apart."""
    found = {"method": sent.method, "path": sent.path, "body": "JSON" if sent.body else ""}
    many: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in sent.query:
        many[f"query {name}"].append(value)
    for name, value in sent.headers:
        many[f"header {name.lower()}"].append(value)
    found |= {name: " & ".join(values) for name, values in many.items()}
    if sent.body:
        found |= {f"body {pointer}": leaf for pointer, leaf in _leaves(json.loads(sent.body), "")}
    return found


def _leaves(value: Any, pointer: str) -> Iterable[tuple[str, str]]:
    """Every scalar and every empty container of a JSON document, as JSON text."""
    inner = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    if not inner:
        yield pointer or "/", json.dumps(value)
    for name, one in inner:
        yield from _leaves(one, f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}")


def differences(ours: Sent, theirs: Sent) -> Differences:
    """What is not the same."""
    our, their = parts(ours), parts(theirs)
    names = [*our, *(name for name in their if name not in our)]
    return {name: (our.get(name), their.get(name)) for name in names if our.get(name) != their.get(name)}


@dataclass(frozen=True)
class Row:
    """One difference that is meant to be, in every exchange that one of `where` names."""

    where: Sequence[str]
    part: str
    ours: Any
    theirs: Any
    reason: str

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Out of the table."""
        return cls(**row)

    def concerns(self, exchange: str) -> bool:
        """Whether the difference is expected there."""
        return any(fnmatchcase(exchange, pattern) for pattern in self.where)

    def covers(self, part: str, ours: Value, theirs: Value) -> bool:
        """Whether it is this difference."""
        return fnmatchcase(part, self.part) and _as_told(self.ours, ours) and _as_told(self.theirs, theirs)


def _as_told(told: Any, value: Value) -> bool:
    """A value is told as it is, or as {"like": pattern}."""
    if isinstance(told, Mapping):
        return value is not None and fnmatchcase(value, told["like"])
    return bool(value == told)


def unexplained(exchange: str, found: Differences, rows: Sequence[Row]) -> list[str]:
    """Differences without exactly one row, and rows whose difference is not there."""
    rows = [row for row in rows if row.concerns(exchange)]
    complaints = []
    for part, (ours, theirs) in found.items():
        covering = [row for row in rows if row.covers(part, ours, theirs)]
        if len(covering) != 1:
            listed = f"listed {len(covering)} times" if covering else "not listed"
            complaints.append(f"{exchange}: {part}: ours {ours!r}, theirs {theirs!r}: {listed}")
    idle = [row for row in rows if not any(row.covers(part, *values) for part, values in found.items())]
    return complaints + [f"{exchange}: {row.part}: listed ({row.reason}), but it does not occur" for row in idle]
