"""Whether a difference breaks us: a table by aspect and direction.

What we send must still be taken, what comes back must still be there. A word, field or variant that is added to a reply
breaks nothing, because the client reads those as data.
"""

from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple

from .leaves import LOWER, UPPER
from .nodes import Node

Direction = Literal["request", "response"]


class _Taken:
    """What a patch says of a place that it takes away: nothing."""


TAKEN = _Taken()


class Verdict(NamedTuple):
    """One difference in words."""

    text: str
    breaking: bool
    explained: bool = False
    """Whether a patch says it already, or takes the place away."""


def differences(aspect: str, direction: Direction, old: Any, ours: Any, new: Any) -> Iterator[Verdict]:
    """The verdicts on one aspect that was `old`, is `new`, and in the patched document `ours`."""
    if isinstance(old, frozenset) and isinstance(new, frozenset) and aspect in _NOUNS:
        patched = ours if isinstance(ours, frozenset) else old
        for word in sorted(new - old):
            yield _member(aspect, direction, word, ours is TAKEN or word in patched, appeared=True)
        for word in sorted(old - new):
            yield _member(aspect, direction, word, ours is TAKEN or word not in patched, appeared=False)
        return
    explained = ours is TAKEN or ours == new
    base = old if explained else ours
    yield Verdict(_text(aspect, base, new), _breaks(aspect, direction, base, new), explained)


def presence(step: str, direction: Direction, node: Node, *, appeared: bool) -> tuple[str, bool]:
    """Words for a place that is new or gone, and whether that breaks."""
    needed = appeared and bool(node.facts.get("required"))
    if step.startswith("response"):
        return _noted("status", appeared), not appeared and step.startswith("response 2")
    if step == "[]":
        return _noted("rule for the elements", appeared), appeared == (direction == "request")
    if step.startswith(" header"):
        return _noted("header", appeared), not appeared
    if direction == "response":
        return _noted("field", appeared, "read as data"), not appeared
    noun = "body" if step == "request" else "parameter" if " parameter " in step else "field"
    return _noted(noun, appeared, "required" if needed else "optional"), needed or not appeared


def _noted(noun: str, appeared: bool, note: str = "") -> str:  # noqa: FBT001
    return f"new {noun}{', ' if note else ''}{note}" if appeared else f"{noun} is gone"


def variant(label: str, direction: Direction, *, appeared: bool) -> tuple[str, bool]:
    """The same for one form of an object."""
    if appeared:
        return f"new variant {label!r}{', read as data' if direction == 'response' else ''}", False
    return f"variant {label!r} is gone", direction == "request"


_NOUNS = {"words": "word", "known words": "known word", "media": "media type", "servers": "server"}
"""Aspects that are sets, of which each member is looked at for itself."""


def _member(aspect: str, direction: Direction, word: str, explained: bool, *, appeared: bool) -> Verdict:  # noqa: FBT001
    note = ", read as data" if aspect == "words" and direction == "response" and appeared else ""
    text = f"new {_NOUNS[aspect]} {word}{note}" if appeared else f"{_NOUNS[aspect]} {word} is gone"
    harmless = appeared or aspect == "known words" or (aspect == "words" and direction == "response")
    return Verdict(text, not harmless, explained)


def _text(aspect: str, old: Any, new: Any) -> str:
    if aspect in _TEXTS:
        return _TEXTS[aspect](old, new)
    name = f"limit {aspect}" if aspect in (*UPPER, *LOWER) else aspect
    return f"{name} {'none' if old is None else old} -> {'none' if new is None else new}"


def _listed(words: frozenset[str] | None, joint: str, none: str) -> str:
    return joint.join(sorted(words)) if words else none


_TEXTS: dict[str, Callable[[Any, Any], str]] = {
    "type": lambda old, new: f"type {_listed(old, ' or ', 'anything')} -> {_listed(new, ' or ', 'anything')}",
    "security": lambda old, new: f"key: {_listed(old, ' or ', 'none')} -> {_listed(new, ' or ', 'none')}",
    "words": lambda old, new: f"words {_listed(old, ', ', 'any')} -> {_listed(new, ', ', 'any')}",
    "known words": lambda old, new: f"known words {_listed(old, ', ', 'none')} -> {_listed(new, ', ', 'none')}",
    "nullable": lambda _, new: "may be null now" if new else "is never null now",
    "required": lambda _, new: "required now" if new else "no longer required",
    "deprecated": lambda _, new: "deprecated now" if new else "no longer deprecated",
    "extra": lambda old, new: f"additional fields: {old} -> {new}",
    "rules": lambda *_: "conditions changed",
}


def _breaks(aspect: str, direction: Direction, old: Any, new: Any) -> bool:
    sent = direction == "request"
    if aspect in _BREAKS:
        return _BREAKS[aspect](sent, old, new)
    if not sent:
        return aspect in ("format", "style", "contentEncoding") and old is not None
    if aspect in UPPER or aspect in LOWER:
        return new is not None and (old is None or (new < old if aspect in UPPER else new > old))
    return new is not None or aspect == "style"


_BREAKS: dict[str, Callable[[bool, Any, Any], bool]] = {
    "type": lambda sent, old, new: _narrower(old, new) if sent else _narrower(new, old),
    "security": lambda _, old, new: bool(new) and not (old and old <= new),
    "nullable": lambda sent, _, new: bool(new) != sent,
    "required": lambda sent, _, new: bool(new) == sent,
    "deprecated": lambda *_: False,
    "known words": lambda *_: False,
    "extra": lambda sent, old, new: new != "free" and old != "refused" if sent else old == "typed",
    "default": lambda sent, old, _: sent and old is not None,
}


def _narrower(old: frozenset[str] | None, new: frozenset[str] | None) -> bool:
    """Does `new` leave out what `old` allows? No type at all is any type."""
    return bool(new) and not (old and _widened(old) <= _widened(new or frozenset()))


def _widened(types: frozenset[str]) -> frozenset[str]:
    return types | {"integer"} if "number" in types else types
