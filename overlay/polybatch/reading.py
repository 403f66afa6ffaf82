"""Reading what a vendor sent without ever losing it: what can be read is read, what cannot is named.

Pure; knows no vendor. The structs it fills come from `polybatch_generated.<vendor>.wire`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from .errors import ContractError

S = TypeVar("S")
PATH = re.compile(r"`\$\.?([^`]*)`$")
"""Where msgspec says that a value does not fit."""


def tolerant(raw: bytes, kind: type[S]) -> tuple[S, tuple[str, ...]]:
    """Decode a JSON object into `kind`; members that do not fit are dropped and named.

    Raises ContractError where the bytes are no JSON object at all.
    """
    try:
        return msgspec.json.decode(raw, type=kind), ()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        value = loads(raw)
    if not isinstance(value, dict):
        raise ContractError(f"expected a JSON object, got {shorten(raw)}", raw=raw)
    dropped: list[str] = []
    while True:
        try:
            return msgspec.json.decode(msgspec.json.encode(value), type=kind), tuple(dropped)
        except msgspec.ValidationError as misfit:
            found = PATH.search(str(misfit))
            if found is None or not _drop(value, found[1]):
                raise ContractError(f"the answer cannot be read: {misfit}", raw=raw) from misfit
            dropped.append(str(misfit))


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
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ContractError(f"expected JSON, got {shorten(raw)}", raw=raw) from error


def _drop(value: Any, path: str) -> bool:
    """Remove the member at a msgspec path such as `a.b[...].c`; of a list, every element's member."""
    head, _, rest = path.partition(".")
    name, bracket, _ = head.partition("[")
    if not isinstance(value, dict) or name not in value:
        return False
    if not rest:
        del value[name]
        return True
    inner = value[name]
    targets = inner if bracket and isinstance(inner, list) else [inner]
    if not sum(_drop(target, rest) for target in targets):  # every element must be tried
        del value[name]
    return True


def raw_bytes(value: msgspec.Raw | msgspec.UnsetType) -> bytes:
    """A member left undecoded, as bytes; nothing where it is absent."""
    return b"" if isinstance(value, msgspec.UnsetType) else bytes(value)


def when(value: object) -> datetime | None:
    """A vendor's time as aware UTC: RFC 3339, a naive ISO time (taken as UTC), or Unix seconds.

    0 and what is no time are `None`.
    """
    if isinstance(value, str):
        try:
            time = datetime.fromisoformat(value)
        except ValueError:
            return None
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        try:
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
