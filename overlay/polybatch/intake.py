"""Every item is checked before anything is sent: one place for a single create and for a run; pure.

line of bytes ─► Request ─► the vendor's item ─► judged ─► encoded bytes
      └── is the vendor's item, and judged as it is ──────────────┘
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from attrs import define, field

from .check import ID, ItemCheck
from .document import Document
from .errors import ContractError, InputError
from .model import Request
from .reading import UNREADABLE, loads, shorten
from .vendor import Vendor

logger = logging.getLogger("polybatch")
encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder()


@define
class Intake:
    """Turns what the user gave into items a vendor takes. Every complaint is an InputError that says where."""

    vendor: Vendor
    check: bool = True
    """Whether items are judged by the vendor's document."""
    model: str | None = None
    """The model for items that name none."""
    _warned: bool = field(default=False, init=False)
    _passes: Callable[[Any], bool] | None = field(default=None, init=False)
    _most: float = field(init=False)
    """Bytes of one request, encoded."""

    def __attrs_post_init__(self) -> None:
        limits = self.vendor.profile.limits
        self._most = limits.max_item_bytes or limits.max_bytes or math.inf

    @property
    def verbatim(self) -> bool:
        """Whether lines may travel as they are, but for their ids: nothing has to be added to them."""
        return self.vendor.profile.verbatim and self.model is None

    def usual(self, lines: Sequence[bytes], *, renamed: bool = False) -> list[str] | None:
        """The ids on lines that all may travel as they are and have the usual form; `None` where one has not.

        `renamed`: they travel under other ids than their own.
        """
        if not (self.verbatim and self.check) or self.vendor.profile.one_model:
            return None
        decode, passes = _decoder(self.vendor.document, self.vendor.version())
        if decode is None or passes is None or max(map(len, lines), default=0) > self._most:
            return None
        try:
            ids = [decode(line).custom_id for line in lines]
        except UNREADABLE:
            return None
        return ids if renamed or all(map(passes, ids)) else None

    def admitted(self, line: bytes, travelling: str | None = None) -> tuple[str, dict[str, Any]] | None:
        """Id and item of a line that may travel as it is and of which there is nothing to say; `None` for any other.

        `travelling`: the id under which it will travel, where that is not its own.
        """
        if not (self.verbatim and self.check) or len(line) > self._most:
            return None
        if self._passes is None:
            judge = _judge(self.vendor.document, self.vendor.version())
            self._passes = judge.passes(known=not self._warned)
        try:
            item = decoder.decode(line)
            custom_id = item[ID]
            if travelling is not None and isinstance(custom_id, str):
                item[ID] = travelling
            return (custom_id, item) if custom_id and self._passes(item) else None
        except (*UNREADABLE, TypeError, KeyError):
            return None

    def read(self, line: bytes, where: str) -> Request:
        """A line of an input file."""
        try:
            item = loads(line)
        except ContractError as error:
            raise InputError(f"{where}: not JSON: {_reason(line, error.__cause__)}") from error
        if not isinstance(item, dict):
            raise InputError(f"{where}: expected a JSON object, got {shorten(line, 60)}")
        try:
            return self.vendor.request(item)
        except InputError as error:
            needed = self.vendor.document.follow(self.vendor.document.items["items"]).get("required", ())
            hint = error.hint or f"a request to {self.vendor.profile.title} needs {', '.join(needed)}"
            raise InputError(f"{where}: {error.message}", hint=hint) from error

    def encode(self, request: Request, where: str) -> bytes:
        """The bytes of a request as they travel, after it was judged."""
        if self.model is not None:
            request = self.vendor.with_model(request, self.model)
        try:
            item = msgspec.to_builtins(self.vendor.item(request), str_keys=True)
            encoded = encoder.encode(item)
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{where}: cannot be written as JSON: {error}") from error
        if (lost := _lost(item)) is not None:
            raise InputError(f"{where}: {lost}, which JSON cannot carry")
        if self.check:
            self._judged(item, where)
        if len(encoded) > self._most:
            title = self.vendor.profile.title
            raise InputError(f"{where}: the request has {len(encoded):,} bytes, {title} takes {self._most:,} at most")
        return encoded

    def _judged(self, item: Mapping[str, Any], where: str) -> None:
        judge = _judge(self.vendor.document, self.vendor.version())
        for refusal in judge.refusals(item):
            hint = f"the {self.vendor.profile.title} document forbids it; --no-check sends it all the same"
            raise InputError(f"{where}: {refusal}", hint=hint)
        if not self._warned and (warning := judge.warning(item)):
            self._warned, self._passes = True, None  # from now on what is not known is no news
            logger.warning("%s: %s; not in the vendor's document, sent as it is (said once)", where, warning)


@cache
def _judge(document: Document, version: str | None) -> ItemCheck:
    """Compiled when the first item is judged: that takes as long as judging a thousand."""
    return ItemCheck(document, version=version)


@cache
def _decoder(
    document: Document, version: str | None
) -> tuple[Callable[[bytes], Any] | None, Callable[[str], object] | None]:
    """What decodes a line of the usual form, and nothing that would not pass; and what its id has to pass besides."""
    judge = _judge(document, version)
    found = judge.decoder()
    return None if found is None else found.decode, judge.naming()


def _reason(line: bytes, said: object) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"invalid UTF-8 at byte {error.start}"
    number = any(word in line for word in (b"NaN", b"Infinity"))
    return f"{said}; NaN and Infinity are not JSON" if number else str(said)


def _lost(item: Any) -> str | None:
    """What the encoder would write as something else: null for such a number, a text for such an integer."""
    rest = [("", item)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, Mapping):
            rest.extend((f"{path}.{name}".lstrip("."), inner) for name, inner in value.items())
        elif isinstance(value, list | tuple):
            rest.extend((f"{path}[{index}]", inner) for index, inner in enumerate(value))
        elif isinstance(value, float) and not math.isfinite(value):
            return f"{path} is NaN or infinite"
        elif isinstance(value, int) and not -(2**63) <= value < 2**64:
            return f"{path} is an integer of more than 64 bits"
    return None
