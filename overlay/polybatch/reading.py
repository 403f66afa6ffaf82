"""Reading what a vendor sent without ever losing it: what can be read is read, what cannot is named.

Pure; knows no vendor. The structs it fills come from `polybatch_generated.<vendor>.wire`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from .errors import ContractError

S = TypeVar("S")
UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What msgspec raises for bytes that are not JSON, or not of the wanted type."""
LONE = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)", re.DOTALL)
"""Half of a surrogate pair, as a text cut by a JavaScript server ends; JSON allows it, msgspec does not."""


def tolerant(raw: bytes, kind: type[S]) -> tuple[S, tuple[str, ...]]:
    """Decode a JSON object into `kind`; members that do not fit are dropped and named.

    Raises ContractError where the bytes are no JSON object at all.
    """
    for text in (raw, LONE.sub(lambda found: b"\\ufffd" if found[1] else found[0], raw)):
        dropped: list[str] = []
        try:
            return _fitting(text, kind, "$", dropped), tuple(dropped)
        except UNREADABLE as error:
            misfit = error
    raise unexpected("a JSON object", raw) from misfit


def unexpected(what: str, raw: bytes) -> ContractError:
    """The exception for bytes that are something else."""
    return ContractError(f"expected {what}, got {shorten(raw)}", hint=NOT_THE_VENDOR, raw=raw)


NOT_THE_VENDOR = "is the base URL the vendor's?"


def readable(raw: bytes, kind: type[S]) -> S:
    """The same, but what is no JSON object at all reads as an empty one."""
    try:
        return tolerant(raw, kind)[0]
    except ContractError:
        return kind()


def loads(raw: bytes) -> Any:
    """Decode any JSON value. Raises ContractError, which says what the bytes look like."""
    try:
        return msgspec.json.decode(raw)
    except UNREADABLE as error:
        raise unexpected("JSON", raw) from error


def _fitting(raw: bytes, kind: Any, where: str, dropped: list[str]) -> Any:
    """As much of a value as fits. Raises what msgspec raises where nothing does."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNREADABLE:
        for part in get_args(kind) if isinstance(kind, UnionType) else (kind,):
            if get_origin(part) is list:
                items = enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw]))
                (inner,) = get_args(part)
                return [found for i, item in items for found in _kept(item, inner, f"{where}[{i}]", dropped)]
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                members = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
                values: dict[str, Any] = {}
                for field in msgspec.structs.fields(part):
                    if (name := field.encode_name) in members:
                        for value in _kept(members[name], field.type, f"{where}.{name}", dropped):
                            values[field.name] = value
                return part(**values)
        raise


def _kept(raw: msgspec.Raw, kind: Any, where: str, dropped: list[str]) -> Iterator[Any]:
    """The one value, or none where it does not fit."""
    try:
        yield _fitting(bytes(raw), kind, where, dropped)
    except UNREADABLE as misfit:
        dropped.append(f"{where}: {misfit}")


def raw_bytes(value: msgspec.Raw | msgspec.UnsetType) -> bytes:
    """A member left undecoded, as bytes; nothing where it is absent."""
    return b"" if isinstance(value, msgspec.UnsetType) else bytes(value)


def when(value: object) -> datetime | None:
    """A vendor's time as aware UTC: RFC 3339, a naive ISO time (taken as UTC), or Unix seconds.

    0 and what is no time are `None`.
    """
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value.upper())
            return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def shorten(raw: bytes | str, limit: int = 160) -> str:
    """Somebody else's words, in one harmless line."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    if not text.strip():
        return "nothing"
    text = " ".join(text.split())
    text = "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
    return text if len(text) <= limit else f"{text[:limit]}…"
