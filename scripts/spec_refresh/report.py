"""The words of a refresh: a short table with one line a difference for a terminal, Markdown for a pull request."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .comparing import Change, grouped

NOTHING, FAILED, ADDITIVE, BREAKING = 0, 1, 3, 4
_WIDTH = 80


@dataclass(frozen=True)
class Result:
    """What came of one vendor."""

    vendor: str
    changes: Sequence[Change] = ()
    note: str = ""
    error: str = ""
    written: bool = False

    @property
    def counted(self) -> list[Change]:
        """The differences that nothing explains."""
        return [change for change in self.changes if not change.explained]

    @property
    def code(self) -> int:
        """The exit code."""
        if self.error:
            return FAILED
        if any(change.breaking for change in self.counted):
            return BREAKING
        return ADDITIVE if self.counted else NOTHING

    @property
    def word(self) -> str:
        """The outcome in a word or two."""
        words = {FAILED: "failed", BREAKING: "breaking", ADDITIVE: "additive", NOTHING: "unchanged"}
        return words[self.code] + (", written" if self.written else "")


def _counts(result: Result) -> tuple[int, int, int]:
    lines = grouped(list(result.changes))
    counted = [change for change, _ in lines if not change.explained]
    breaking = sum(change.breaking for change in counted)
    return breaking, len(counted) - breaking, len(lines) - len(counted)


def _ordered(changes: Iterable[Change]) -> Iterator[tuple[str, Change, str]]:
    """(word, change, where), what breaks first and what is explained last."""
    lines = grouped(list(changes))
    for change, more in sorted(lines, key=lambda line: (bool(line[0].explained), not line[0].breaking)):
        word = "explained" if change.explained else "breaking" if change.breaking else "additive"
        schema = f" ({change.schema})" if change.schema else ""
        yield word, change, f"{change.where}{schema}" + (f" and {more} more" if more else "")


def table(results: Sequence[Result]) -> str:
    """For a terminal: no line is wider than 80 columns, URLs and words of a document aside."""
    width = max([len("vendor"), *(len(result.vendor) for result in results)])
    lines = [f"{'vendor':{width}}  {'result':19}  breaking  additive  explained"]
    for result in results:
        breaking, additive, explained = _counts(result)
        lines.append(f"{result.vendor:{width}}  {result.word:19}  {breaking:8}  {additive:8}  {explained:9}")
    for result in results:
        lines.extend(_details(result))
    return "\n".join(lines) + "\n"


def _details(result: Result) -> Iterator[str]:
    if result.note:
        yield from ("", *_wrapped(f"{result.vendor}: {result.note}", ""))
    if result.changes:
        yield from ("", result.vendor)
    for word, change, where in _ordered(result.changes):
        reason = f" [{change.explained}]" if change.explained else ""
        yield from _wrapped(f"{where}: {change.text}{reason}", f"  {word:9}  ")


def _wrapped(text: str, head: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=head, subsequent_indent=" " * (len(head) or 2), break_on_hyphens=False
    )


def markdown(results: Sequence[Result]) -> str:
    """For a pull request."""
    lines = ["| vendor | result | breaking | additive | explained |", "|---|---|---|---|---|"]
    for result in results:
        counts = " | ".join(str(count) for count in _counts(result))
        lines.append(f"| {result.vendor} | {result.word} | {counts} |")
    for result in results:
        lines += ["", f"## {result.vendor}", ""]
        lines += [f"{_cell(result.note)}.", ""] if result.note else []
        if result.error:
            lines += ["It could not be done:", "", *(f"* {_code(line)}" for line in result.error.splitlines())]
        elif not result.changes:
            lines.append("Nothing changed for us.")
        if result.changes:
            lines += ["| | where | what | why it does not count |", "|---|---|---|---|"]
            lines += [
                f"| {word} | {_code(where)} | {_code(change.text)} | {change.explained} |"
                for word, change, where in _ordered(result.changes)
            ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    """As code, so that a vendor's words can neither mention anybody nor break the table."""
    return "`" + text.replace("`", "'").replace("|", "\\|").replace("\n", " ") + "`"
