"""Every item is checked before anything is sent: one place for a single create and for a run; pure.

line of bytes ─► Request ─► the vendor's item ─► judged ─► encoded bytes
      │             ▲
      │             └── translated, where it is a portable one
      └── is the vendor's item, and judged as it is ──────────────┘
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import starmap
from typing import Any

import msgspec
from attrs import define, evolve, field

from . import features, portable
from .check import ID, ItemCheck
from .document import Document
from .errors import ContractError, InputError
from .features import Feature
from .model import Request
from .reading import UNREADABLE, loads, shorten
from .vendor import Vendor
from .vendors import names

logger = logging.getLogger("polybatch")
NO_MODEL = f'"{Feature.MODEL}" is a required property'
"""How the judge says it."""
encoder, decoder = msgspec.json.Encoder(), msgspec.json.Decoder()


@define
class Intake:
    """Turns what the user gave into items a vendor takes. Every complaint is an InputError that says where."""

    vendor: Vendor
    check: bool = True
    """Whether items are judged by the vendor's document."""
    model: str | None = None
    """The model for items that name none."""
    lossy: bool = False
    """Whether what a vendor cannot carry of a portable request is left out, instead of refused."""
    instead: bool = False
    """Whether `model` takes the place of the one that a portable request names."""
    quiet: bool = False
    """Whether all of it was said before."""
    filled: frozenset[str] = frozenset()
    """Options that gave members of the requests."""
    model_hint: str = 'give --model M (in Python model="M"), or name it in each request'
    """Where a model can be named."""
    _warned: bool = field(default=False, init=False)
    _lost: set[Feature] = field(factory=set, init=False)
    """What was left out already."""
    _own: frozenset[str] = field(init=False)
    """Members of the vendor's own item."""
    _passes: Callable[[Any], bool] | None = field(default=None, init=False)
    _most: float = field(init=False)
    """Bytes of one request, encoded."""

    def __attrs_post_init__(self) -> None:
        limits = self.vendor.profile.limits
        self._most = limits.max_item_bytes or limits.max_bytes or math.inf
        document = self.vendor.document
        self._own = frozenset(document.follow(document.items["items"])["properties"]) - {ID}

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
        if portable.is_portable(item, self._own):
            custom_id = item.pop(ID, None)
            if not isinstance(custom_id, str) or not custom_id:
                what = "is missing" if custom_id is None else "is not a text, or empty"
                raise InputError(f"{where}: custom_id {what}", hint="every request needs a custom_id of its own")
            return self.own(Request(custom_id, item, portable=True), where)
        try:
            return self.vendor.request(item)
        except InputError as error:
            needed = self.vendor.document.follow(self.vendor.document.items["items"]).get("required", ())
            hint = f"a request to {self.vendor.profile.title} needs {', '.join(needed)}; a portable one messages"
            raise InputError(f"{where}: {error.message}", hint=error.hint or hint) from error

    def own(self, request: Request, where: str) -> Request:
        """A request in the vendor's own form; one that has it already is given back."""
        if not request.portable:
            return request
        try:
            return evolve(request, body=self._translated(request, where), portable=False)
        except InputError as error:
            told = error.message if error.message.startswith(where) else f"{where}: {error.message}"
            raise InputError(told, hint=error.hint) from error
        except RecursionError as error:
            raise InputError(f"{where}: nested too deeply") from error

    def _translated(self, request: Request, where: str) -> Mapping[str, Any]:
        vendor, name = self.vendor, self.vendor.profile.name
        chat = portable.read(request.body)
        if self.model is not None and self.instead:
            chat = msgspec.structs.replace(chat, model=self.model)
        if lacking := [*features.lacking(chat, vendor.carried())]:
            self._leave_out(lacking, where)
            chat = features.without(chat, [feature for feature, _ in lacking])
        if chat.extra and (unknown := chat.extra.keys() - {*names()}):
            raise InputError(f"extra.{min(unknown)}: no such vendor", hint=f"known are: {', '.join(names())}")
        extra = (chat.extra or {}).get(name, {})
        most = extra.get(Feature.MAX_TOKENS)
        if chat.max_tokens is msgspec.UNSET and isinstance(most, int):  # else a number of ours would contradict it
            chat = msgspec.structs.replace(chat, max_tokens=most)
        return portable.merged(vendor.chat(chat), extra, f"extra.{name}")

    def _leave_out(self, lacking: Sequence[tuple[Feature, str]], where: str) -> None:
        """Raises InputError, unless it may be left out; then it is said once for each kind."""
        vendor, version = self.vendor, self.vendor.version()
        who = vendor.profile.title + (f" (version {version})" if version else "")
        if not self.lossy:
            places, it = ", ".join(starmap(self._said, lacking)), "it" if len(lacking) == 1 else "them"
            hint = f"take {it} out of the request, or have {it} left out: --lossy, lossy=True"
            raise InputError(f"{where}: {places}: {who} has no place for {it}", hint=hint)
        for feature, place in lacking:
            if feature not in self._lost and not self.quiet:
                logger.warning(
                    "%s: %s: %s has no place for it; left out (said once for %s)", where, place, who, feature
                )
            self._lost.add(feature)

    def _said(self, feature: Feature, place: str) -> str:
        """A place in a request, and the option by which it was filled."""
        option = "schema" if feature is Feature.SCHEMA else str(feature)
        return f"{place} (--{option.replace('_', '-')})" if option in self.filled else place

    def encode(self, request: Request, where: str) -> bytes:
        """The bytes of a request as they travel, after it was judged."""
        request = self.own(request, where)
        if self.model is not None:
            request = self.vendor.with_model(request, self.model)
            if self.instead and (named := self.vendor.model(request)) not in {self.model, None}:
                hint = "a request in the vendor's own form keeps its model; a portable one takes any"
                raise InputError(f"{where}: it names the model {named!r}, not {self.model!r}", hint=hint)
        try:
            item = msgspec.to_builtins(self.vendor.item(request), str_keys=True)
            encoded = encoder.encode(item)
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{where}: cannot be written as JSON: {error}") from error
        if (lost := _lost(item)) is not None:
            raise InputError(f"{where}: {lost}, which JSON cannot carry")
        if self.check:
            self._judged(request, item, where)
        if len(encoded) > self._most:
            title = self.vendor.profile.title
            raise InputError(f"{where}: the request has {len(encoded):,} bytes, {title} takes {self._most:,} at most")
        return encoded

    def _judged(self, request: Request, item: Mapping[str, Any], where: str) -> None:
        judge = _judge(self.vendor.document, self.vendor.version())
        for refusal in judge.refusals(item):
            if Feature.MODEL in self.vendor.carried() and Feature.MODEL not in request.body and NO_MODEL in refusal:
                raise InputError(f"{where}: no model", hint=self.model_hint)
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
