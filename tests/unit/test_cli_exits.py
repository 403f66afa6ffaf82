"""Exit codes and the words of errors: INTERFACE's table, one exception at a time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import polybatch.errors
from polybatch import (
    AuthError,
    ContractError,
    InputError,
    NotFound,
    NotReady,
    OutputError,
    PolybatchError,
    RateLimited,
    RunError,
    RunHeld,
    RunLocked,
    TooManyBatches,
    TransportError,
    UnknownOutcome,
    Unsupported,
    VendorError,
)
from polybatch.cli.exits import LONGEST, PHRASES, WEIGHT, Code, code_of, heaviest, wording

OVERLAY = Path(polybatch.errors.__file__).parent
EXPECTED: dict[type[PolybatchError], int] = {
    PolybatchError: 3,
    InputError: 2,
    Unsupported: 2,
    NotReady: 3,
    TransportError: 3,
    UnknownOutcome: 4,
    ContractError: 3,
    OutputError: 3,
    VendorError: 3,
    AuthError: 3,
    NotFound: 3,
    RateLimited: 3,
    TooManyBatches: 3,
    RunError: 3,
    RunHeld: 4,
    RunLocked: 6,
}


def made(kind: type[PolybatchError]) -> PolybatchError:
    return kind("why", status=500) if issubclass(kind, VendorError) else kind("why")


@pytest.mark.parametrize("kind", EXPECTED, ids=lambda kind: kind.__name__)
def test_every_exception_has_its_code(kind: type[PolybatchError]) -> None:
    assert code_of(made(kind)) == EXPECTED[kind]


def test_no_exception_is_left_out() -> None:
    tree = {kind for _, kind in inspect.getmembers(polybatch.errors, inspect.isclass)}
    assert {kind for kind in tree if issubclass(kind, PolybatchError)} == set(EXPECTED)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (click.UsageError("why"), 2),
        (FileNotFoundError(2, "No such file", "x"), 2),
        (BrokenPipeError(), 3),
    ],
)
def test_what_others_raise_has_its_code_too(error: BaseException, code: int) -> None:
    assert code_of(error) == code


def test_a_defect_is_no_outcome() -> None:
    with pytest.raises(ZeroDivisionError):
        code_of(ZeroDivisionError())


def test_when_several_apply_the_order_is_the_contracts() -> None:
    order = [6, 2, 4, 5, 3, 1, 0]
    assert [code for code in WEIGHT if code != Code.INTERRUPTED] == order
    assert set(WEIGHT) == set(Code)
    for place, code in enumerate(order):
        assert heaviest(Code(other) for other in reversed(order[place:])) == code
    assert heaviest([Code.STOPPED, Code.INTERRUPTED]) == Code.INTERRUPTED
    assert heaviest([Code.INTERRUPTED, Code.UNDECIDED]) == Code.UNDECIDED


def test_message_and_hint_are_told_apart() -> None:
    error = VendorError("no", status=404, code="not_found", request_id="req_1", hint="look again")
    assert wording(error) == ("HTTP 404 not_found: no [request req_1]", "look again")
    assert wording(InputError("line 3 (of 4) (look)", hint="look")) == ("line 3 (of 4) (look)", "look")
    assert wording(InputError("no hint")) == ("no hint", "")


def test_an_answer_that_cannot_be_the_vendors_asks_for_the_base_url() -> None:
    assert wording(ContractError("expected JSON"))[1] == "is the base URL the vendor's?"


def test_a_message_does_not_fill_the_screen() -> None:
    message, _ = wording(RunHeld("x" * 10_000))
    assert len(message) == LONGEST + 1


def test_a_system_error_names_the_file() -> None:
    assert wording(PermissionError(13, "Permission denied", "/r")) == ("Permission denied: /r", "")


def hints() -> Iterator[str]:
    for path in OVERLAY.rglob("*.py"):
        if path.parent.name != "cli":
            yield path.read_text(encoding="utf-8")


@pytest.mark.parametrize("phrase", PHRASES)
def test_every_phrase_that_is_translated_is_still_said(phrase: str) -> None:
    assert any(phrase in text for text in hints())


def test_hints_speak_the_command_line() -> None:
    _, hint = wording(InputError("no key", hint="set X_API_KEY or give api_key="))
    assert hint == "set X_API_KEY in the environment; a key is never an option"
