"""Scripted trouble: one word for each coming call of an operation.

| word | executed | the caller sees |
|---|---|---|
| `ok` | yes | the reply |
| `drop_before` | no | the connection closes |
| `status:CODE` | no | an error in the vendor's shape |
| `retry_after:SECONDS` | no | 429 with that `Retry-After` |
| `drop_after` | yes | the connection closes |
| `status_after:CODE` | yes | an error in the vendor's shape |
| `late_accept:SECONDS` | later | the connection closes; the batch is booked that much sandbox time after the call |
| `slow:SECONDS` | yes | the reply, real seconds late |
| `cut:BYTES` | yes | so many bytes of the reply's body, then the connection closes |
| `html`, `empty` | yes | 200 with a web page, 200 with no body |
| `unknown_status` | yes | the reply with a status word that no document has |
| `fail:N[:CODE]` … `stuck` | yes | a batch that is marked (`life.Marks`); on create only |

Words joined by `+` act on the same call: `fail:1+expire:2`, `drop_after+stuck`.
"""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from polybatch_sandbox.life import Marks
from polybatch_sandbox.message import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNKNOWN_WORD = "resting_for_a_while"
PAGE = b"<!doctype html><title>Gateway</title><p>This page is not the answer.</p>\n"
DROPPED = Response(0, dropped=True)


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one call."""

    words: str = "ok"
    drop_before: bool = False
    refuse: int | None = None
    retry_after: str | None = None
    late: float | None = None
    drop_after: bool = False
    refuse_after: int | None = None
    delay: float = 0.0
    cut: int | None = None
    html: bool = False
    empty: bool = False
    unknown_status: bool = False
    marks: Marks = field(default_factory=Marks)

    def word(self, status: str) -> str:
        """The status word to show."""
        return UNKNOWN_WORD if self.unknown_status else status

    def dress(self, response: Response) -> Response:
        """The reply as the caller gets it to see."""
        if self.drop_after or self.late is not None:
            return DROPPED
        if self.html:
            response = Response(200, (("Content-Type", "text/html; charset=utf-8"),), PAGE)
        if self.empty:
            response = replace(response, status=200, body=b"")
        return replace(response, delay=self.delay, cut=self.cut)


NOTHING = Effect()


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is not a whole number")
    return int(text)


def _status(text: str) -> int:
    code = _count(text)
    if not 400 <= code <= 599:
        raise ValueError(f"{code} is not the status of an error")
    return code


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < float("inf"):
        raise ValueError(f"{text!r} is not a number of seconds")
    return seconds


Change = dict[str, Any]

PLAIN: dict[str, Change] = {
    "ok": {},
    "drop_before": {"drop_before": True},
    "drop_after": {"drop_after": True},
    "html": {"html": True},
    "empty": {"empty": True},
    "unknown_status": {"unknown_status": True},
}
WITH_VALUE: dict[str, Callable[[str], Change]] = {
    "status": lambda text: {"refuse": _status(text)},
    "status_after": lambda text: {"refuse_after": _status(text)},
    "retry_after": lambda text: {"refuse": 429, "retry_after": str(_count(text))},
    "late_accept": lambda text: {"late": _seconds(text)},
    "slow": lambda text: {"delay": _seconds(text)},
    "cut": lambda text: {"cut": _count(text)},
}
MARKS = frozenset({"batch_failed", "stuck"})
COUNTED_MARKS = frozenset({"fail", "expire", "cancelled", "missing_lines", "duplicate_lines", "foreign_lines"})


def parse(script: str) -> Effect:
    """An effect out of its words; ValueError names what is wrong."""
    effect = Effect(words=script)
    for word in script.split("+"):
        name, _, value = word.partition(":")
        if word in PLAIN:
            effect = _with(effect, PLAIN[word])
        elif word in MARKS:
            effect = replace(effect, marks=_marked(effect.marks, {word: True}))
        elif name in COUNTED_MARKS and value:
            effect = replace(effect, marks=_marked(effect.marks, _mark(name, value)))
        elif name in WITH_VALUE and value:
            effect = _with(effect, WITH_VALUE[name](value))
        else:
            known = sorted([*PLAIN, *MARKS, *(f"{name}:N" for name in [*COUNTED_MARKS, *WITH_VALUE])])
            raise ValueError(f"{word!r} is none of {', '.join(known)}")
    return effect


def _mark(name: str, value: str) -> Change:
    number, _, code = value.partition(":")
    if code and name != "fail":
        raise ValueError(f"{name} takes no code")
    return {name: _count(number)} | ({"fail_code": code} if code else {})


def _with(effect: Effect, change: Change) -> Effect:
    return replace(effect, **change)


def _marked(marks: Marks, change: Change) -> Marks:
    return replace(marks, **change)


class Faults:
    """The scripts, by vendor and operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._scripts: defaultdict[tuple[str, str], deque[Effect]] = defaultdict(deque)

    def script(self, vendor: str, operation: str, words: Sequence[str]) -> None:
        """Adds words to the end of an operation's script; all of them or none."""
        effects = [parse(word) for word in words]
        creation_only = [effect.words for effect in effects if effect.late is not None or effect.marks != Marks()]
        if creation_only and operation != "create":
            raise ValueError(f"{creation_only[0]!r} can be scripted on create only")
        with self._lock:
            self._scripts[vendor, operation].extend(effects)

    def take(self, vendor: str, operation: str) -> Effect:
        """The effect of the next call."""
        with self._lock:
            script = self._scripts.get((vendor, operation))
            return script.popleft() if script else NOTHING

    def clear(self) -> None:
        """Forgets all scripts."""
        with self._lock:
            self._scripts.clear()

    def document(self) -> dict[str, dict[str, list[str]]]:
        """What is still to come."""
        out: dict[str, dict[str, list[str]]] = {}
        with self._lock:
            for (vendor, operation), script in self._scripts.items():
                if script:
                    out.setdefault(vendor, {})[operation] = [effect.words for effect in script]
        return out
