"""How a command ends: the exit codes of INTERFACE, which exception has which, and an exception in two lines."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import click

from polybatch import errors


class Code(IntEnum):
    """What an exit code says."""

    SUCCEEDED = 0
    SOME_FAILED = 1
    USAGE = 2
    STOPPED = 3
    UNDECIDED = 4
    DUPLICATE = 5
    LOCKED = 6
    INTERRUPTED = 130


WEIGHT = (
    Code.LOCKED, Code.USAGE, Code.UNDECIDED, Code.DUPLICATE,
    Code.INTERRUPTED, Code.STOPPED, Code.SOME_FAILED, Code.SUCCEEDED,
)  # fmt: skip
"""When several apply, the first of these."""

CODES: tuple[tuple[type[BaseException], Code], ...] = (
    (errors.RunLocked, Code.LOCKED),
    (errors.RunHeld, Code.UNDECIDED),
    (errors.UnknownOutcome, Code.UNDECIDED),
    (errors.InputError, Code.USAGE),
    (errors.Unsupported, Code.USAGE),
    (errors.PolybatchError, Code.STOPPED),
    (click.Abort, Code.INTERRUPTED),
    (KeyboardInterrupt, Code.INTERRUPTED),
    (click.ClickException, Code.USAGE),
    (BrokenPipeError, Code.STOPPED),
    (OSError, Code.USAGE),
)
"""Exception to code; the first that fits."""

ROOM = "make room on the disk, then give the command again"
UNFIT = "does this place keep files as a local disk does? Name another --run-dir, or give the command again"
DISK = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EIO: "is the disk sound, and is there room on it? Then give the command again",
    errno.EROFS: "make it writable, then give the command again",
    errno.EINVAL: UNFIT,
    errno.ENOSYS: UNFIT,
    errno.ENOLCK: UNFIT,
    errno.EOPNOTSUPP: UNFIT,
}
"""Errors of a disk, whatever was written just then, and what to do."""

HELP = """Exit codes: 0 every request succeeded, 1 finished but some did not, 2 wrong usage or input (nothing was
sent), 3 stopped and can be resumed (130 after Ctrl-C), 4 needs a decision, 5 a duplicate batch was found (`polybatch
status` tells all about both), 6 the run belongs to another process."""

PHRASES = {
    "or give api_key=": "in the environment; a key is never an option",
    "use run(), which splits": "use `polybatch run`, which splits",
    "go in by run(…, prompt='Classify: {text}')": "go in by `polybatch run … --prompt 'Classify: {text}'`",
    ": --lossy, lossy=True": " by --lossy",
    ' (in Python model="M")': "",
    ': Request.chat(…, model="M")': "",
    "it would hold a": "`polybatch runs` lists those of this machine; it would hold a",
}
"""Phrases of hints that speak Python, and how the command line says them."""
NOT_THE_VENDOR = "is the base URL the vendor's?"
LONGEST = 600
"""Characters of a message; a vendor's can be a whole page."""


def code_of(error: BaseException) -> Code:
    """The exit code of an exception. Raises it again where it has none: that is a defect, not an outcome."""
    for kind, code in CODES:
        if isinstance(error, kind):
            return code
    if isinstance(error, endings()):  # the journal's: all others have a code of their own
        return Code.STOPPED
    raise error


def endings() -> tuple[type[BaseException], ...]:
    """What may end a run that was begun."""
    import sqlite3  # noqa: PLC0415 - most commands touch no journal

    return errors.PolybatchError, OSError, sqlite3.Error, KeyboardInterrupt


def heaviest(codes: Iterable[Code]) -> Code:
    """The one that counts."""
    return min(codes, key=WEIGHT.index)


def wording(error: BaseException) -> tuple[str, str]:
    """What happened, and what to do about it (may be empty)."""
    if isinstance(error, errors.PolybatchError):
        message = str(error).removesuffix(f" ({error.hint})")
        hint = error.hint or (NOT_THE_VENDOR if isinstance(error, errors.ContractError) else _about(error.__cause__))
        hint = spoken(hint)
    elif isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        message = " ".join(error.format_message().split())  # click lists words on lines of their own
        hint = f"{context.command_path} --help" if context else ""
    elif isinstance(error, OSError):
        place = f": {error.filename}" if error.filename else ""
        message, hint = f"{error.strerror or error}{place}", _about(error)
    elif isinstance(error, KeyboardInterrupt | click.Abort):
        message, hint = "interrupted", ""
    else:  # sqlite3's: nothing else has a code
        message, hint = f"the journal, or a table beside it, cannot be used: {error}", DISK[errno.EIO]
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}…", hint


def spoken(hint: str) -> str:
    """A hint in the words of the command line."""
    for phrase, said in PHRASES.items():
        hint = hint.replace(phrase, said)
    return hint


def _about(cause: BaseException | None) -> str:
    return DISK.get(cause.errno or 0, "") if isinstance(cause, OSError) else ""


@contextmanager
def placed(folder: Path) -> Iterator[None]:
    """A disk's error that names no file comes from a file of this folder."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno in DISK:
            error.filename = str(folder)
        raise
