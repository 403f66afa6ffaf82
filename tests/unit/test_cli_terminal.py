"""What is printed: nobody's control characters reach a terminal, tables fit it, data stays data."""

from __future__ import annotations

import io
import json
import logging
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.cli import progress, terminal
from polybatch.run import RunStatus

HOSTILE = "\x1b[31mred\x07 \x9b2J \x7f \u202eback \u2028 \ud800 tab\t line\n"


class Tty(io.TextIOWrapper):
    """A stream that says it is a terminal."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict", write_through=True)

    def isatty(self) -> bool:
        return True

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)  # type: ignore[attr-defined]


def test_hostile_text_is_spelled_out() -> None:
    assert terminal.harmless(HOSTILE) == ("\\x1b[31mred\\x07 \\x9b2J \\x7f \\u202eback \\u2028 \\ud800 tab\\t line\\n")


def test_ordinary_text_of_any_script_stays() -> None:
    text = "naïve 日本語 \u3000 😀 a\u00a0b e\u0301"
    assert terminal.harmless(text) == text


@given(st.text(st.characters()))
def test_whatever_is_printed_is_one_line_without_controls(text: str) -> None:
    shown = terminal.harmless(text)
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown)
    shown.encode()  # no lone surrogate is left either


def test_data_on_a_terminal_keeps_its_meaning_and_loses_its_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    tty = Tty()
    monkeypatch.setattr(sys, "stdout", tty)
    value = {"text": "\x9b2J \x7f \u202e \U000e0001 日本"}
    terminal.emit(value)
    assert json.loads(tty.text()) == value
    assert "日本" in tty.text()
    assert not any(char in tty.text() for char in "\x9b\x7f\u202e\U000e0001")


def test_data_elsewhere_is_left_alone(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    terminal.write(b'{"text":"\xc2\x9b"}\n')
    sys.stdout.flush()
    assert capfdbinary.readouterr().out == b'{"text":"\xc2\x9b"}\n'


def test_a_terminal_that_cannot_show_a_character_gets_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    tty = Tty("ascii")
    monkeypatch.setattr(sys, "stdout", tty)
    terminal.tell("ü\nö")
    assert tty.text() == "\\xfc\n\\xf6\n"


def test_a_table_fits_eighty_columns_and_loses_nothing() -> None:
    long = "msgbatch_" + "x" * 90
    drawn = terminal.table(("Batch", "Note"), [(long, "why " * 40), ("b", "\x1b[2J")])
    assert max(map(len, drawn.splitlines())) <= 80
    assert sum(line.count("x") for line in drawn.splitlines()) == 90 + 1  # one of \x1b
    assert "\x1b" not in drawn


def test_numbers_of_a_table_stand_to_the_right() -> None:
    drawn = terminal.table(("Shard", "Requests"), [(0, "1,000"), (10, "5")], numbers=frozenset({0, 1}))
    assert drawn.splitlines() == ["Shard  Requests", "    0     1,000", "   10         5"]


def test_what_the_library_warns_of_is_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with terminal.warnings_shown():
        logging.getLogger("polybatch").warning("the status is %r", "\x1b[0m")
    logging.getLogger("polybatch.other").debug("not this")
    assert capsys.readouterr() == ("", "warning: the status is '\\x1b[0m'\n")
    assert not any(isinstance(handler, terminal.Warnings) for handler in logging.getLogger("polybatch").handlers)


def status(settled: int = 0, answered: int = 0, **shards: int) -> RunStatus:
    return RunStatus(
        run_dir="d", vendor="v", total=2500, shards=shards, outcomes={"succeeded": settled}, answered=answered
    )


def test_progress_in_words() -> None:
    assert progress.phrase(status(1000, 1700, submitted=2, done=1)) == (
        "1,000 of 2,500 requests have their result, 1,700 are answered; batches: 2 submitted, 1 done"
    )
    assert progress.phrase(status(0, 0, planned=3)) == "0 of 2,500 requests have their result; batches: 3 planned"


def test_lines_come_when_something_changed_and_never_as_a_flood(capsys: pytest.CaptureFixture[str]) -> None:
    time = 0.0
    listener = progress._lines(status(planned=1), lambda: time)
    for _ in range(100):
        listener(status(planned=1))
    assert len(capsys.readouterr().err.splitlines()) == 1, "nothing changed"
    for done in range(1000):
        listener(status(planned=1, done=done))
    assert len(capsys.readouterr().err.splitlines()) == progress.BURST, "a thousand changes in no time"
    for done in range(1000):
        time += 0.01
        listener(status(planned=2, done=done))
    assert len(capsys.readouterr().err.splitlines()) == pytest.approx(10, abs=1), "a hundred a second for ten seconds"


def test_a_bar_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    tty = Tty()
    monkeypatch.setattr(sys, "stderr", tty)
    monkeypatch.setenv("TERM", "xterm")
    with progress.shown(status(planned=3)) as listener:
        listener(status(2500, 2500, done=3))
    assert "\x1b[" in tty.text()
    assert "2,500/2,500" in tty.text()
    assert "3 done" in tty.text()


def test_a_bar_keeps_its_numbers_where_there_is_not_room_for_all_words(monkeypatch: pytest.MonkeyPatch) -> None:
    tty = Tty()
    monkeypatch.setattr(sys, "stderr", tty)
    for name, value in (("TERM", "xterm"), ("COLUMNS", "80"), ("LINES", "24")):
        monkeypatch.setenv(name, value)
    many = status(1000, 1000, done=1234, planned=1100, submitting=1, submitted=10, ended=3, fetched=2)
    with progress.shown(many) as listener:
        listener(many)
    (last, *_) = [line for line in re.split(r"[\r\n]", tty.text()) if "1,000/2,500" in line]
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", last)
    assert re.fullmatch(r"1,000/2,500 [━╸╺]{20} 0:00:00 1,100 planned, 1 submitting, 10 submit…", plain)


def test_states_come_in_the_order_in_which_a_batch_passes_through_them() -> None:
    assert progress.batches(status(0, 0, done=1, held=2, planned=3)) == "3 planned, 2 held, 1 done"
