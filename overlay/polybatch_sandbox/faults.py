"""Trouble for the coming calls of an operation: one scripted word for each, then at random if that was asked for.

| word | executed | the caller sees |
|---|---|---|
| `ok` | yes | the reply |
| `drop_before` | no | the connection closes |
| `status:CODE` | no | an error in the vendor's shape |
| `retry_after:SECONDS` | no | 429 with that `Retry-After` |
| `retry_date:SECONDS` | no | 429 with the date of then as `Retry-After` |
| `drop_after` | yes | the connection closes |
| `status_after:CODE` | yes | an error in the vendor's shape |
| `late_accept:SECONDS` | later | the connection closes; the batch is booked that much sandbox time after the call |
| `slow:SECONDS` | yes | the reply, real seconds late |
| `cut:BYTES` | yes | so many bytes of the reply's body, then the connection closes |
| `undelimited` | yes | the reply without a length: it ends where the connection does |
| `gzip` | yes | the reply in gzip, whatever was asked for |
| `html`, `empty` | yes | 200 with a web page, 200 with no body |
| `unknown_status` | yes | the reply with a status word that no document has |
| `says:WORD` | yes | the reply with that status word |
| `fail:N[:CODE]` … `stuck` | yes | a batch that is marked (`life.Marks`); on create only |

The marks: `fail:N[:CODE]`, `expire:N`, `cancelled:N` items; `batch_failed[:WORD]`, WORD being why; `stuck`;
`missing_lines:N`; `duplicate_lines:N`; `conflict_lines:N` (a second, different answer); `foreign_lines:N`;
`garbage_lines:N` (no JSON at the end of the results; strings where they are an array); and of the items that succeed,
`refuse:N` (the model refuses) and `truncate:N` (half an answer), which Letta's messages do not show.

Words joined by `+` act on the same call: `fail:1+expire:2`, `drop_after+stuck`, `undelimited+cut:99`;
`late_accept:300+status_after:524` shows an error instead of closing the connection.
"""

from __future__ import annotations

import gzip
import random
import threading
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from polybatch_sandbox.life import Marks
from polybatch_sandbox.message import Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

UNKNOWN_WORD = "resting_for_a_while"
PAGE = b"<!doctype html><title>Gateway</title><p>This page is not the answer.</p>\n"
DROPPED = Response(0, dropped=True)
AT_RANDOM = ("drop_before", "drop_after", "status:503", "status_after:500", "cut:{}", "html", "empty")


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to one call."""

    words: str = "ok"
    drop_before: bool = False
    refuse: int | None = None
    retry_after: str | None = None
    retry_date: float | None = None
    late: float | None = None
    drop_after: bool = False
    refuse_after: int | None = None
    delay: float = 0.0
    cut: int | None = None
    html: bool = False
    empty: bool = False
    undelimited: bool = False
    gzip: bool = False
    says: str | None = None
    marks: Marks = field(default_factory=Marks)

    def word(self, status: str) -> str:
        """The status word to show."""
        return self.says or status

    def dress(self, response: Response) -> Response:
        """The reply as the caller gets it to see."""
        if self.drop_after or (self.late is not None and self.refuse_after is None):
            return DROPPED
        if self.html:
            response = Response(200, (("Content-Type", "text/html; charset=utf-8"),), PAGE)
        if self.empty:
            response = replace(response, status=200, body=b"")
        if self.gzip:
            packed = replace(response, body=gzip.compress(response.read(), mtime=0))
            response = packed.adding([("Content-Encoding", "gzip")])
        fault = "" if self == NOTHING else self.words
        return replace(response, delay=self.delay, cut=self.cut, undelimited=self.undelimited, fault=fault)


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
    "undelimited": {"undelimited": True},
    "gzip": {"gzip": True},
    "unknown_status": {"says": UNKNOWN_WORD},
}
WITH_VALUE: dict[str, Callable[[str], Change]] = {
    "status": lambda text: {"refuse": _status(text)},
    "status_after": lambda text: {"refuse_after": _status(text)},
    "retry_after": lambda text: {"refuse": 429, "retry_after": str(_count(text))},
    "retry_date": lambda text: {"refuse": 429, "retry_date": _seconds(text)},
    "says": lambda text: {"says": text},
    "late_accept": lambda text: {"late": _seconds(text)},
    "slow": lambda text: {"delay": _seconds(text)},
    "cut": lambda text: {"cut": _count(text)},
}
MARKS = frozenset({"batch_failed", "stuck"})
COUNTED_MARKS = frozenset(
    {"fail", "expire", "cancelled", "refuse", "truncate"}
    | {f"{kind}_lines" for kind in ("missing", "duplicate", "conflict", "foreign", "garbage")}
)


def parse(script: str) -> Effect:
    """An effect out of its words; ValueError names what is wrong."""
    effect = Effect(words=script)
    for word in script.split("+"):
        name, _, value = word.partition(":")
        if word in PLAIN:
            effect = _with(effect, PLAIN[word])
        elif word in MARKS:
            effect = replace(effect, marks=_marked(effect.marks, {word: True}))
        elif name == "batch_failed" and value:
            effect = replace(effect, marks=_marked(effect.marks, {"batch_failed": True, "failure": value}))
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


def drawn(rate: float, lot: str) -> Effect:
    """With this probability one of the words of AT_RANDOM, as the lot has it."""
    dice = random.Random(lot)  # noqa: S311 - wanted repeatable
    if dice.random() >= rate:
        return NOTHING
    return parse(dice.choice(AT_RANDOM).format(int(2 ** dice.uniform(0, 12)) - 1))


class Faults:
    """What is still to come, by vendor and operation; random trouble also for `*`, which is all of them."""

    def __init__(self, chaos: tuple[int, float] | None = None) -> None:
        self._lock = threading.Lock()
        self._scripts: defaultdict[tuple[str, str], deque[Effect]] = defaultdict(deque)
        self._random: dict[tuple[str, str], tuple[int, float]] = {}
        self._calls: Counter[tuple[str, str]] = Counter()
        if chaos is not None and chaos[1]:
            self.at_random("*", "*", *chaos)

    def at_random(self, vendor: str, operation: str, seed: int, rate: float) -> None:
        """From now on a call without a scripted word has trouble with this probability: a function of seed and call."""
        if not 0 <= rate <= 1:
            raise ValueError(f"{rate!r} is not a probability")
        with self._lock:
            self._random[vendor, operation] = (seed, rate)

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
            if script:
                return script.popleft()
            places = ((vendor, operation), (vendor, "*"), ("*", "*"))
            found = next((self._random[place] for place in places if place in self._random), None)
            if found is None:
                return NOTHING
            self._calls[vendor, operation] += 1
            return drawn(found[1], f"{found[0]}/{vendor}/{operation}/{self._calls[vendor, operation]}")

    def clear(self) -> None:
        """Forgets all scripts, and how many calls there were."""
        with self._lock:
            for kept in (self._scripts, self._random, self._calls):
                kept.clear()

    def document(self) -> dict[str, dict[str, list[str]]]:
        """What is still to come."""
        out: dict[str, dict[str, list[str]]] = {}
        with self._lock:
            for (vendor, operation), words in [*self._to_come()]:
                out.setdefault(vendor, {}).setdefault(operation, []).extend(words)
        return out

    def _to_come(self) -> Iterator[tuple[tuple[str, str], list[str]]]:
        for place, script in self._scripts.items():
            if script:
                yield place, [effect.words for effect in script]
        for place, (seed, rate) in self._random.items():
            yield place, [f"random:{rate}:{seed}"]
