"""`vendors` and `sandbox`: what there is to talk to."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import click

from polybatch.vendors import find_vendor, names

from . import options, terminal
from .exits import Code
from .stopping import Stop

SHORT = {"server-source": "server", "published": "doc"}
"""Evidence, in words short enough for a table."""
LEGEND = (
    "Evidence: doc (published by the vendor), sdk (its official SDK), server (its\n"
    "server's source), inferred (by us), - (there is no such operation).\n"
    "Verified against a live vendor: never."
)


@click.command()
@options.as_json
def vendors(*, as_json: bool) -> int:
    """List the vendors: limits of one batch, what they can do, and how sure we are of each operation.

    \b
    polybatch vendors
    polybatch vendors --json
    """
    from attrs import asdict  # noqa: PLC0415

    from polybatch.vendor import capabilities  # noqa: PLC0415

    about: dict[str, Any] = {}
    for name in names():
        kind = find_vendor(name)
        profile, can = kind.profile, capabilities(kind)
        if as_json:
            whole: dict[str, Any] = {
                "vendor": name, "title": profile.title, "key_variable": profile.key_variable,
                "base_url": kind.document.server, **asdict(can), "verified_live": None,
            }  # fmt: skip
            terminal.emit(whole)
        ours = {"max_items": None, "max_bytes": None} if can.limits.assumed else {}
        about[name] = {**asdict(can.limits), **ours, **asdict(can), **can.evidence, "key": profile.key_variable}
    for columns in () if as_json else TABLES:
        rows = [(name, *(_cell(facts.get(column)) for column in columns)) for name, facts in about.items()]
        terminal.tell(terminal.table(("Vendor", *columns.values()), rows) + "\n")
    if not as_json:
        terminal.tell(LEGEND)
    return Code.SUCCEEDED


LIMITS: dict[str, str] = {
    "max_items": "Requests", "max_bytes": "Bytes", "open_batches": "Open batches",
    "window": "Done in", "retention": "Kept",
}  # fmt: skip
ABILITIES: dict[str, str] = {
    "list": "List", "cancel": "Cancel", "delete": "Delete", "callback": "Callback", "find": "Lost create found by",
}  # fmt: skip
OPERATIONS: dict[str, str] = {
    "create_batch": "Create", "get_batch": "Get", "list_batches": "List", "cancel_batch": "Cancel",
    "delete_batch": "Delete", "batch_results": "Results",
}  # fmt: skip
KEYS: dict[str, str] = {"key": "Key variable", "options": "Options (--option K=V)"}
TABLES = (LIMITS, ABILITIES, OPERATIONS, KEYS)


def _cell(fact: Any) -> str:
    if fact is None:
        return "-"
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    if isinstance(fact, int):
        return f"{fact:,}"
    if isinstance(fact, timedelta):
        return f"{fact.days} days" if fact.days > 1 else f"{fact / timedelta(hours=1):g} h"
    return ", ".join(fact) if isinstance(fact, tuple) else SHORT.get(fact, str(fact))


AT_ONCE = 100_000.0
"""The speed at which a batch has ended at the first look at it."""
SCRIPT = "--script"


@click.command(context_settings={"allow_interspersed_args": False})  # options behind COMMAND are its own
@click.argument("command", nargs=-1, metavar="[COMMAND]...", type=click.UNPROCESSED)
@click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="P", help="Port (any free one).")
@click.option("--speed", type=click.FloatRange(min=0), metavar="X",
              help="Sandbox seconds for each real second; a batch takes 60 of them"
              " (1; with COMMAND 100,000).")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, metavar="S", help="What answers are drawn from.")
@click.option("--lenient-ids", is_flag=True, help="Any id stands for a batch, any operation is possible.")
@click.option(SCRIPT, "scripts", multiple=True, metavar="V.OPERATION=WORD",
              help="Trouble for the next call of create, get, list, cancel, delete or results; the next such option is"
              " for the call after it. The words stand at the top of polybatch_sandbox/faults.py.")  # fmt: skip
@options.as_json
def sandbox(
    *, command: Sequence[str], port: int, speed: float | None, seed: int, lenient_ids: bool, scripts: Sequence[str],
    as_json: bool,
) -> int:  # fmt: skip
    """Serve a local imitation of all vendors until Ctrl-C, and print their base URLs; or only while COMMAND runs.

    COMMAND has a key and the address of each vendor in its environment: ANTHROPIC_API_KEY, ANTHROPIC_BASE_URL and so
    on. A shell is a command too.

    \b
    polybatch sandbox python pipeline.py
    polybatch sandbox --script anthropic.create=fail:2 python pipeline.py
    polybatch sandbox --speed 10 sh
    polybatch sandbox --port 8040 --speed 60
    polybatch run in.jsonl --vendor letta --base-url http://127.0.0.1:8040/letta

    Any key is accepted except `invalid`.
    """
    if command and as_json:
        raise click.UsageError("--json and COMMAND exclude each other: the addresses are in its environment")
    from polybatch_sandbox import VENDORS, serve  # noqa: PLC0415 - heavy things when used

    stop, pace = Stop(), speed if speed is not None else AT_ONCE if command else 1.0
    with stop.listening(), serve(port=port, speed=pace, seed=seed, lenient_ids=lenient_ids) as server:
        for text in scripts:
            _script(server, text)
        if command:
            return _within(command, server.environment())
        bases = {vendor: server.base_url(vendor) for vendor in VENDORS}
        if as_json:
            terminal.emit({"sandbox": server.url, "base_urls": bases, "result_files": server.result_url_base})
        else:
            terminal.tell("\n".join(_addresses(bases, server.result_url_base)))
        terminal.say("Ctrl-C stops it")
        while stop.signal is None:
            stop.sleep(60)
    return Code.SUCCEEDED


def _script(server: Any, text: str) -> None:
    """Trouble for one call. Raises BadParameter."""
    called, _, word = text.partition("=")
    vendor, _, operation = called.partition(".")
    try:
        server.sandbox.script(vendor, operation, [word])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=f"'{SCRIPT} {text}'") from error


def _within(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, with more in its environment; gives its exit code as a shell would."""
    try:
        child = subprocess.Popen(command, env={**os.environ, **environment})  # noqa: S603 - it is what was asked for
    except OSError as error:
        raise click.UsageError(f"cannot run {command[0]}: {error.strerror}") from error
    # Ctrl-C reaches the command by itself, and is for it to decide about.
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda number, _: child.send_signal(number))
    code = child.wait()
    return code if code >= 0 else 128 - code


def _addresses(bases: dict[str, str], files: str) -> Iterator[str]:
    for vendor, url in bases.items():
        yield f"{vendor:14}{url}"
    yield f"{'result files':14}{files}"
