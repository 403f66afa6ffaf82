"""Reading what a vendor sent without ever losing it: what can be read is read, what cannot is named.

Pure; knows no vendor. The structs it fills come from `polybatch_generated.<vendor>.wire`.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, TypeVar, cast, get_args, get_origin

import msgspec

from .errors import ContractError

S = TypeVar("S")
UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
"""What msgspec raises for bytes that are not JSON, or not of the wanted type."""
LONE = re.compile(rb"\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)", re.DOTALL)
"""Half of a surrogate pair, as a text cut by a JavaScript server ends; JSON allows it, msgspec does not."""


PUNCTUATION = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},:]', re.DOTALL)
"""What tells where a member or an entry ends; a text counts as a whole, and needs no memory for a way back."""


def tolerant(raw: bytes, kind: type[S], *, torn: bool = False) -> tuple[S, tuple[str, ...]]:
    """Decode a JSON object into `kind`; members that do not fit are dropped and named.

    `torn`: one entry that is no JSON does not cost the others; lists of raw entries keep it as it came.
    Raises ContractError where the bytes are no JSON object at all.
    """
    try:
        return _decoder(kind).decode(raw), ()  # type: ignore[arg-type]  # a class is hashable
    except UNREADABLE:
        return _mended(raw, kind, torn=torn)


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    """What decodes into a struct, made once for each."""
    return msgspec.json.Decoder(cast("Any", kind))


def _mended(raw: bytes, kind: type[S], *, torn: bool) -> tuple[S, tuple[str, ...]]:
    """What `tolerant` gives for bytes that do not fit as they are."""
    if torn:
        with suppress(*UNREADABLE, ValueError):
            cut: list[str] = []
            return _cut_out(raw, kind, cut), tuple(cut)
    for text in (raw, mended(raw)):
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


def mended(raw: bytes) -> bytes:
    """The same without half surrogate pairs."""
    return raw if b"\\u" not in raw else LONE.sub(lambda found: b"\\ufffd" if found[1] else found[0], raw)


def _cut_out(raw: bytes, kind: Any, dropped: list[str]) -> Any:
    """An object of which each member is decoded for itself. Raises ValueError for what is no object."""
    members = dict(_pair(part) for part in parts(raw, b"{"))
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if (member := members.get(field.encode_name)) is None:
            continue
        listed = next((part for part in get_args(field.type) or (field.type,) if get_origin(part) is list), None)
        if get_args(listed) == (msgspec.Raw,) and member.startswith(b"["):
            values[field.name] = [msgspec.Raw(part) for part in parts(member, b"[")]
            continue
        for value in _kept(msgspec.Raw(mended(member)), field.type, f"$.{field.encode_name}", dropped):
            values[field.name] = value
    return kind(**values)


def parts(raw: bytes, opening: bytes) -> list[bytes]:
    """The members of an object or entries of an array, not decoded. Raises ValueError for what is none."""
    raw = raw.strip()
    if not raw.startswith(opening):
        raise ValueError("no object or array")
    depth, start, found = 0, 1, list[bytes]()
    for mark in PUNCTUATION.finditer(raw):
        sign = mark[0]
        if sign in b"{[":
            depth += 1
        elif sign in b"}]":
            depth -= 1
        if (depth == 1 and sign == b",") or depth == 0:
            if part := raw[start : mark.start()].strip():
                found.append(part)
            start = mark.end()
            if depth == 0:
                break
    if depth or start != len(raw):
        raise ValueError("it does not end")
    return found


def _pair(part: bytes) -> tuple[str, bytes]:
    """Name and value of a member."""
    name = PUNCTUATION.match(part)
    if name is None:
        raise ValueError("a member without a name")
    return str(msgspec.json.decode(name[0], type=str)), part[name.end() :].lstrip().removeprefix(b":").strip()


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
