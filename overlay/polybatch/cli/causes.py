"""What went wrong in a run, grouped by cause, and what to do about it; read from its results in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from attrs import define, field

from polybatch import source
from polybatch.model import Finish, Outcome
from polybatch.reading import UNREADABLE, shorten
from polybatch.run.reconcile import ABANDONED, GONE, NEVER_SENT
from polybatch.vendor import Profile

from . import exits, terminal

MOST_CODES = 1000
"""Different error codes that are told apart; a vendor that numbers its errors must not fill the memory."""
MOST_MESSAGES = 3
"""Different messages of one code that are told apart."""
FIRST = 5
"""Causes in the summary for people; the data has them all."""
LONGEST = 2000
"""Characters of a message that are kept of each cause."""
SENTENCE, LONGEST_ID, LONGEST_CODE = 120, 30, 40
"""Characters of somebody else's words in the summary."""
VARYING = re.compile(r"\S*\d\S*")
"""Words of a message that differ from request to request: numbers, ids, places."""
OTHERS = "other messages"

AGAIN = "this may pass: run them anew, or let --retries=1 do it"
STILL = "these were sent again and failed again; run them anew at another time"
BY_CODE = {
    ABANDONED: "run them anew if the vendor's console shows no batch of them",
    NEVER_SENT: "run them anew if they are still wanted",
    GONE: "run them anew; fetch results before the vendor lets go of them",
    "unreadable_line": "write the file anew: polybatch results RUN_DIR",
}
BY_WORD = (
    (("auth", "api_key", "permission", "forbidden", "401", "403"), "is {key} the right key, and may it do this?"),
    (("billing", "credit", "quota", "spend", "402"), "look at the account at the vendor"),
    (("too_large", "too_long", "context_window", "413"), "send less in each request"),
    (("model", "not_found", "404"), "is the model's name right, and may the key use it?"),
    (("policy", "refus"), "put these requests in other words"),
    (("invalid", "bad_request", "validation", "unprocessable", "400", "422"), "mend these requests, and run them anew"),
)  # fmt: skip
"""Parts of a code, or the HTTP status, and what they call for; the first that fits. The vendor's own hints go first."""
BY_OUTCOME: dict[str, str] = {
    Outcome.EXPIRED: "the vendor ran out of time: run them anew, or let --retries=1 do it",
    Outcome.CANCELLED: "run them anew if they are still wanted",
}
NOTHING_ELSE = "look at `error` on their lines of the results"
MISFIT = "misfit"
"""Stands among the finish reasons for an answer that is not as its schema wants it."""
WARNINGS: dict[str, tuple[str, str]] = {
    Finish.LENGTH: ("cut at max_tokens", "give these requests more max_tokens"),
    Finish.REFUSAL: ("refused by the model", "put these requests in other words, or take another model"),
    Finish.PAUSED: ("left unfinished by the model", "send the conversation on, the answer in it"),
    MISFIT: ("not as the schema wants", "look at `invalid` on their lines of the results"),
}
"""What is to be said of answers that came and yet want a look, and what to do about them."""


@define
class Cause:
    """Requests that went the same way."""

    outcome: str
    code: str
    next: str
    """What to do about them."""
    custom_id: str
    """Of the first of them."""
    example: str
    """What the vendor said to it, or the beginning of that."""
    requests: int = 0
    retryable: int = 0
    """How many of them may succeed when they are sent again."""


@define
class Causes:
    """What a results file tells beside answers, the most frequent first."""

    errors: list[Cause] = field(factory=list)
    warnings: list[Cause] = field(factory=list)


class _Error(msgspec.Struct, gc=False):
    code: str | None = None
    message: str | None = None
    status: int | None = None
    retryable: bool = False


class _Line(msgspec.Struct, gc=False):
    custom_id: str
    outcome: str
    error: _Error | None = None
    finish: str | None = None
    invalid: Any = None


Key = tuple[str, str, str]


def causes(results: Path, profile: Profile, *, repeated: bool) -> Causes:
    """Group the lines of a results file; `repeated`: whether the run has sent requests again.

    Raises InputError where the file is gone.
    """
    errors: dict[Key, Cause] = {}
    warnings: dict[str, Cause] = {}
    messages: dict[tuple[str, str], set[str]] = {}
    decode = msgspec.json.Decoder(_Line).decode
    for _, number, raw in source.lines(results):
        try:
            line = decode(raw)
        except UNREADABLE as error:
            line = _Line(f"line {number}", Outcome.ERRORED, _Error("unreadable_line", str(error)))
        if line.outcome != Outcome.SUCCEEDED:
            said = line.error or _Error()
            key = _key(line, said, messages)
            if (cause := errors.get(key)) is None:
                cause = errors[key] = _first(key, line, said, _advice(profile, line, said, again=not repeated))
            cause.requests += 1
            cause.retryable += said.retryable or line.outcome == Outcome.EXPIRED
            continue
        for word in (line.finish or "", "" if line.invalid is None else MISFIT):
            if word in WARNINGS:
                meaning, advice = WARNINGS[word]
                warnings.setdefault(word, Cause(line.outcome, word, advice, line.custom_id, meaning)).requests += 1
    return Causes(*(sorted(found.values(), key=lambda cause: -cause.requests) for found in (errors, warnings)))


def _key(line: _Line, error: _Error, messages: dict[tuple[str, str], set[str]]) -> Key:
    """What lines of the same cause share: outcome, code, and the message without what varies in it."""
    pair = (line.outcome, error.code or line.outcome)
    if pair not in messages and len(messages) >= MOST_CODES:
        pair = (line.outcome, "other codes")
    known = messages.setdefault(pair, set())
    shape = VARYING.sub("#", shorten(error.message or "", SENTENCE))
    if shape not in known and len(known) >= MOST_MESSAGES:
        return *pair, OTHERS
    known.add(shape)
    return *pair, shape


def _first(key: Key, line: _Line, error: _Error, advice: str) -> Cause:
    """A cause, from the first line of it."""
    outcome, code, _ = key
    return Cause(outcome, code, advice, line.custom_id, (error.message or "")[:LONGEST])


def _advice(profile: Profile, line: _Line, error: _Error, *, again: bool) -> str:
    """What to do about a line; `again`: whether the run has sent nothing again yet."""
    code = error.code or ""
    if hint := profile.hints.get(code) or BY_CODE.get(code):
        return exits.spoken(hint)
    if error.retryable and line.outcome not in BY_OUTCOME:
        return AGAIN if again else STILL
    text = f"{code} {error.status}" if line.outcome == Outcome.ERRORED else ""
    fitting = (advice for words, advice in BY_WORD if any(word in text for word in words))
    known = next(fitting, None) or BY_OUTCOME.get(line.outcome, NOTHING_ELSE)
    return known.format(key=profile.key_variable)


# -- for people


def words(found: Causes) -> Iterator[str]:
    """Errors as a table, and warnings beside a label."""
    rows = [
        (f"{cause.requests:,}", _cut(cause.code, LONGEST_CODE), [_said(cause), cause.next])
        for cause in found.errors[:FIRST]
    ]
    if rows:
        heads = ("Requests", "Cause", "First of them, and what to do")
        yield "\n" + terminal.table(heads, rows, numbers=frozenset({0}))
        if (more := len(found.errors) - FIRST) > 0:
            yield f"and {more:,} more causes; --json shows all"
        yield ""
    for cause in found.warnings:
        yield terminal.paragraph("warning", f"{_answers(cause)} {cause.example}: {cause.next}")
        yield f"{'':10}first: {_cut(cause.custom_id, LONGEST_ID)}"


def _answers(cause: Cause) -> str:
    return f"{cause.requests:,} answer{'s were' if cause.requests != 1 else ' was'}"


def _said(cause: Cause) -> str:
    said = f": {_cut(cause.example, SENTENCE)}" if cause.example else ""
    return f"{_cut(cause.custom_id, LONGEST_ID)}{said}"


def _cut(text: str, limit: int) -> str:
    """Somebody else's words on one line, and no more of them than there is room for."""
    line = terminal.harmless(" ".join(text.split()))
    return line if len(line) <= limit else f"{line[:limit]}…"
