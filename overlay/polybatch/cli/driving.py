"""Driving a run: its client, a sandbox beside it if wanted, progress, Ctrl-C, and the summary at the end."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import attrs
import click

from polybatch.client import BatchClient
from polybatch.errors import InputError, RunError, RunHeld
from polybatch.run import Listener, Run, RunStatus, offline
from polybatch.run.settings import default_paths
from polybatch.vendors import find_vendor
from polybatch.wire import Timer

from . import exits, options, progress, report, terminal
from .exits import Code
from .stopping import Stop

UNUSED = "unused"
"""Instead of a key, where nobody is asked."""
SANDBOX_SPEED, SANDBOX_POLL, POLL = 1000.0, 0.05, 5.0
IMITATED = "sandbox"
"""Where the sandbox of a run keeps its state, in the run directory."""
STOPPING = b"\nfinishing the step under way; press Ctrl-C again to stop at once (safe, but may need a decision later)\n"
NOT_OF_THE_RUN = ("base_url", "option", "allow_http", "ca_file", "as_json")
"""Options of the client or of the command line."""
Act = Callable[..., Any]


@attrs.frozen(kw_only=True)
class Given:
    """The options of `run`, as they were given."""

    out: Path | None = None
    in_order: bool = False
    base_url: str | None = None
    option: tuple[str, ...] = ()
    model: str | None = None
    sandbox: bool = False
    run_dir: Path | None = None
    poll: float | None = None
    settle: float = 900.0
    on_unknown: str = "hold"
    max_items_per_batch: int | None = None
    max_requests: int | None = None
    retries: int = 0
    canary: int | None = None
    allow_http: bool = False
    ca_file: Path | None = None
    no_check: bool = False
    lossy: bool = False
    prompt: str | None = None
    system: str | None = None
    id_column: str | None = None
    schema: Path | None = None
    max_tokens: int | None = None
    as_json: bool = False

    def settings(self) -> dict[str, Any]:
        """What the run itself is told."""
        told = attrs.asdict(self, filter=attrs.filters.exclude(*NOT_OF_THE_RUN))
        return {**told, "poll": self.poll or (SANDBOX_POLL if self.sandbox else POLL)}

    def again(self) -> str:
        """What no journal keeps, as words of a command that goes on; decisions are not taken a second time by it."""
        words: list[str] = []
        for option in attrs.fields(Given):
            value = getattr(self, option.name)
            if option.name in FORGOTTEN and value != option.default:
                said = f"{value:.15g}" if isinstance(value, float) else shlex.quote(str(value))
                words += [f"--{option.name.replace('_', '-')}", *([] if value is True else [said])]
        return " ".join(words)


FORGOTTEN = {"settle", "max_items_per_batch", "max_requests", "retries", "allow_http", "ca_file"}
"""Options that a resume has to be given again."""


def go_on(folder: Path, given: Given, act: Act = Run.wait) -> int:
    """Go on with the run of a folder, as its journal says."""
    begun = offline.recall(folder)
    here = begun.base_url == "sandbox" and given.base_url is None
    wanted = attrs.evolve(
        given, run_dir=folder.absolute(), out=given.out or Path(begun.out), model=given.model or begun.model,
        base_url=given.base_url or (None if here or given.sandbox else begun.base_url), sandbox=given.sandbox or here,
        in_order=given.in_order or bool(begun.in_order),
    )  # fmt: skip
    pairs = options.read_pairs(given.option, begun.vendor) if given.option else begun.options
    return carry_out(begun.vendor, begun.input, wanted, pairs, act)


def carry_out(vendor: str, requests: str, given: Given, pairs: dict[str, Any], act: Act = Run.wait) -> int:
    """Open a run, with a sandbox beside it if wanted, drive it, and print its summary."""
    if given.sandbox and given.base_url:
        raise click.UsageError("--sandbox and --base-url exclude each other")
    stop, port = Stop(), free_port() if given.sandbox else 0
    base = f"http://127.0.0.1:{port}/{vendor}" if given.sandbox else given.base_url
    place = given.run_dir or default_paths(Path(requests), vendor)[1]
    timer = Timer(sleep=stop.sleep)
    client = BatchClient(
        vendor,
        api_key=key_for(vendor, place, sandbox=given.sandbox),
        base_url=base,
        options=pairs,
        allow_http=given.allow_http,
        ca_file=given.ca_file,
        timer=timer,
    )
    with client:
        with exits.placed(place):
            opened = client.run(requests, **given.settings())
        folder = Path(opened.status().run_dir)
        with opened, imitation(port, folder / IMITATED) if given.sandbox else nullcontext():
            return _drive(opened, act, stop, folder, given)


def key_for(vendor: str, run_dir: Path, *, sandbox: bool) -> str | None:
    """What takes the place of a key where none is needed: in the sandbox, and for a run that has nothing left to do."""
    if sandbox:
        return "sandbox"
    if os.environ.get(find_vendor(vendor).profile.key_variable):
        return None
    try:
        return UNUSED if report.look(run_dir, brief=True).over else None
    except (InputError, RunError):  # there is no run yet, or it says so when it is opened
        return None


def imitation(port: int, state: Path) -> AbstractContextManager[object]:
    """A sandbox; where several runs share one, a file in each run directory names its state."""
    from polybatch_sandbox import serve  # noqa: PLC0415 - heavy, and rarely used

    shared = Path(state.read_text(encoding="utf-8")) if state.is_file() else state
    return serve(port=port, speed=SANDBOX_SPEED, state_dir=shared)


def _drive(opened: Run, act: Act, stop: Stop, folder: Path, given: Given) -> int:
    codes: list[Code] = []
    try:
        with (
            stop.listening(opened.stop, note=STOPPING),
            progress.shown(opened.status()) as listener,
            exits.placed(folder),
        ):
            act(opened, listener=telling(listener, folder))
    except exits.endings() as error:
        code = exits.code_of(error)
        sent = opened.status().shards.keys() != {"planned"}
        codes.append(Code.STOPPED if code is Code.USAGE and sent else code)
        if stop.signal is None:
            message, hint = exits.wording(error)
            terminal.complain(message, "" if isinstance(error, RunHeld) else hint)  # what to do then is said below
    found = report.look(folder, again=given.again())
    codes.append(found.code)
    if stop.signal is not None and not found.over:
        codes.append(Code.INTERRUPTED if stop.signal == signal.SIGINT else Code.STOPPED)
        kept = (
            "every request has its result, only the watch was cut short" if found.status.finished else "nothing is lost"
        )
        terminal.say(f"stopped; {kept}")
    if not found.over:
        terminal.say(f"go on with: {found.next_step()}")
    try:
        _print(found, as_json=given.as_json)
    except BrokenPipeError:
        raise
    except OSError as error:
        terminal.abandon_stdout()
        again = f"polybatch {f'results {found.place} -o -' if found.to_stdout else f'status {found.place}'}"
        terminal.complain(f"{error.strerror}: standard output", f"{again} prints it again")
        codes.append(Code.STOPPED)
    return exits.heaviest(codes)


def _print(found: report.Report, *, as_json: bool) -> None:
    if found.to_stdout and found.over:
        with found.written.open("rb") as file:
            for line in file:
                terminal.write(line)
    report.present(found, as_json=as_json, messages=found.to_stdout, said=True)
    sys.stdout.flush()


def telling(listener: Listener, folder: Path) -> Listener:
    """The same, but it says what is waited for when that is no batch: a lost create, or a late duplicate."""
    told: tuple[bool, int] | None = None

    def heard(status: RunStatus) -> None:
        nonlocal told
        listener(status)
        reason = status.finished, status.shards.get("unknown", 0)
        if any(reason) and reason != told:
            for line in report.look(folder, brief=True).lost():
                terminal.say(f"waiting: {line}")
        told = reason

    return heard


def free_port() -> int:
    """A port for the sandbox: its address must be known before the run is opened, and its state is the run's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
