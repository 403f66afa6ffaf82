"""Every item is checked before anything is sent: one place for a single create and for a run; pure.

line of bytes ─► Request ─► the vendor's item ─► judged ─► encoded bytes
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

import msgspec
from attrs import define, field

from .check import ItemCheck
from .errors import ContractError, InputError
from .model import Request
from .reading import loads, shorten
from .vendor import Vendor

logger = logging.getLogger("polybatch")
encoder = msgspec.json.Encoder()


@define
class Intake:
    """Turns what the user gave into items a vendor takes. Every complaint is an InputError that says where."""

    vendor: Vendor
    check: bool = True
    """Whether items are judged by the vendor's document."""
    model: str | None = None
    """The model for items that name none."""
    _judge: ItemCheck = field(init=False, repr=False)
    _warned: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self._judge = ItemCheck(self.vendor.document, version=self.vendor.version())

    def read(self, line: bytes, where: str) -> Request:
        """A line of an input file."""
        try:
            item = loads(line)
        except ContractError as error:
            raise InputError(f"{where}: not JSON: {_reason(line)}") from error
        if not isinstance(item, dict):
            raise InputError(f"{where}: expected a JSON object, got {shorten(line, 60)}")
        try:
            return self.vendor.request(item)
        except InputError as error:
            raise InputError(f"{where}: {error.message}", hint=error.hint) from error

    def encode(self, request: Request, where: str) -> bytes:
        """The bytes of a request as they travel, after it was judged."""
        if self.model is not None:
            request = self.vendor.with_model(request, self.model)
        item = self.vendor.item(request)
        try:
            # Encoding comes first: it refuses what JSON cannot carry, and gives the judge plain JSON values.
            encoded = encoder.encode(item)
        except (TypeError, ValueError, UnicodeEncodeError, OverflowError, RecursionError) as error:
            raise InputError(f"{where}: cannot be written as JSON: {error}") from error
        if (path := _not_finite(item)) is not None:
            raise InputError(f"{where}: {path} is NaN or infinite, which JSON cannot carry")
        if self.check:
            self._judged(msgspec.json.decode(encoded), where)
        limit = self.vendor.profile.limits.max_item_bytes or self.vendor.profile.limits.max_bytes
        if limit is not None and len(encoded) > limit:
            title = self.vendor.profile.title
            raise InputError(f"{where}: the request has {len(encoded):,} bytes, {title} takes {limit:,} at most")
        return encoded

    def _judged(self, item: Mapping[str, Any], where: str) -> None:
        for refusal in self._judge.refusals(item):
            hint = f"the {self.vendor.profile.title} document forbids it; --no-check sends it all the same"
            raise InputError(f"{where}: {refusal}", hint=hint)
        if not self._warned and (warning := self._judge.warning(item)):
            self._warned = True
            logger.warning("%s: %s; not in the vendor's document, sent as it is (said once)", where, warning)


def _reason(line: bytes) -> str:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"invalid UTF-8 at byte {error.start}"
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        said = str(error) or type(error).__name__
        number = any(word in line for word in (b"NaN", b"Infinity"))
        return f"{said}; NaN and Infinity are not JSON" if number else said
    return shorten(line, 60)


def _not_finite(value: Any, path: str = "") -> str | None:
    """Where a number is that JSON has no words for; the encoder would write null for it."""
    if isinstance(value, float):
        return None if math.isfinite(value) else path
    if isinstance(value, Mapping):
        members = ((f"{path}.{name}".lstrip("."), inner) for name, inner in value.items())
    elif isinstance(value, list | tuple):
        members = ((f"{path}[{index}]", inner) for index, inner in enumerate(value))
    else:
        return None
    return next((found for name, inner in members if (found := _not_finite(inner, name)) is not None), None)
