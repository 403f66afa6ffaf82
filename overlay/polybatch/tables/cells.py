"""Cells of a table as JSON carries them, and as a text; what JSON cannot carry is a ValueError that says so; pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

EXACT = frozenset({str, int, float, bool})
"""Types that can be written as they are; what builds on them, as some of NumPy's do, cannot."""


def plain(value: Any) -> Any:
    """A value as JSON has it: a time as ISO text, a Decimal or UUID as text, a NumPy value as Python's."""
    if what := _unfit(value):
        raise ValueError(what)
    if value is None or type(value) in EXACT:
        return value
    if isinstance(value, str):
        return str.__str__(value)  # what an enum would write for itself is its name
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else _other(value)


def _unfit(value: Any) -> str:
    """Why JSON cannot carry a value; empty where nothing is known against it."""
    if isinstance(value, bytes | bytearray | memoryview):
        return "bytes, which JSON cannot carry; make them text, for instance base64"
    if isinstance(value, float | datetime) and value != value:  # noqa: PLR0124 - NaN, and pandas' NaT
        return f"{value}, which JSON cannot carry; make it null"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, which JSON cannot carry"
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return "an integer of more than 64 bits, which few read as it is; make it a text"
    return ""


def _other(value: Any) -> Any:
    if hasattr(value, "tolist"):  # NumPy's
        return plain(value.tolist())
    try:
        made = msgspec.to_builtins(value, builtin_types=(bytes, bytearray, memoryview, datetime))
    except TypeError as error:
        raise ValueError(f"{type(value).__name__}, which JSON cannot carry") from error
    return plain(made)


def text(value: Any) -> str:
    """A value as a text: nothing is empty, a text is itself, anything else is its JSON."""
    if type(value) is str:
        return value
    if type(value) is int:
        return str(value)
    if value is None:
        return ""
    made = plain(value)
    return made if isinstance(made, str) else json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def weight(value: Any) -> int:
    """About how many bytes a value takes."""
    if isinstance(value, str):
        return len(value)
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return 8 + sum(map(weight, inner))


def filled(value: Any) -> Any:
    """The same without members that are null: in Arrow data every struct has all members."""
    if isinstance(value, dict):
        return {name: filled(inner) for name, inner in value.items() if inner is not None}
    return [filled(inner) for inner in value] if isinstance(value, list) else value
