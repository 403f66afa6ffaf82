"""specs/manifest.toml: per vendor, where its document comes from and what of it is wanted."""

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .errors import SpecError


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """One table of the manifest."""

    name: str
    title: str
    source: str
    kind: str
    retrieved: dt.date
    operations: tuple[str, ...]
    item: str
    lines: tuple[str, ...]
    views: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    glances: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    @property
    def schemas(self) -> tuple[str, ...]:
        """Every schema the manifest names."""
        glances = (glance.partition(":")[0] for glance in self.glances)
        return (self.item, *self.lines, *self.views, *self.raw, *self.free, *glances)


def read_manifest(path: Path) -> dict[str, Vendor]:
    """All vendors by name, in the order of the file."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{path}: no such file"
        raise SpecError(msg) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        msg = f"{path}: {error}"
        raise SpecError(msg) from error
    return {name: _vendor(path, name, table) for name, table in tables.items()}


def _vendor(path: Path, name: str, table: Any) -> Vendor:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not isinstance(table, dict):
        msg = f"{path}: [{name}] is not a vendor table with a lower-case name"
        raise SpecError(msg)
    known = [field.name for field in fields(Vendor) if field.name != "name"]
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            msg = f"{path}: [{name}] has the unknown key {key!r}; known are {', '.join(known)}"
            raise SpecError(msg)
        if not _fits(key, value):
            msg = f"{path}: [{name}] {key} has the wrong type"
            raise SpecError(msg)
        values[key] = tuple(value) if isinstance(value, list) else value
    try:
        return Vendor(name=name, **values)
    except TypeError as error:
        msg = f"{path}: [{name}] {error}"
        raise SpecError(msg) from None


def _fits(key: str, value: object) -> bool:
    if key == "retrieved":
        return isinstance(value, dt.date)
    if key in ("title", "source", "kind", "item"):
        return isinstance(value, str)
    return isinstance(value, list) and all(isinstance(word, str) for word in value)
