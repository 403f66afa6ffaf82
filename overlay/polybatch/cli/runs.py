"""The commands of a run: run, plan, status, results, resume, cancel, verify."""

from __future__ import annotations

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
from polybatch.errors import RunHeld
from polybatch.run import Listener, Run, RunStatus, offline
from polybatch.run.dry import rehearse
from polybatch.run.opening import STDOUT, Settings, default_paths
from polybatch.vendors import find_vendor
from polybatch.wire import Timer

from . import exits, options, progress, report, terminal
from .exits import Code
from .options import Given
from .stopping import Stop

SANDBOX_SPEED, SANDBOX_POLL, POLL = 1000.0, 0.05, 5.0
STOPPING = b"\nfinishing the step under way; press Ctrl-C again to stop at once (safe, but may need a decision later)\n"
NOT_OF_THE_RUN = ("base_url", "option", "allow_http", "ca_file", "as_json")
"""Options of the client or of the command line."""
Act = Callable[..., Any]


@click.command(epilog=exits.HELP)
@options.input_
@options.vendor
@options.run_dir
@options.driving
def run(input_: str, vendor: str, **given: Any) -> int:
    """Send all requests of INPUT as batches, wait for the end, and write one line of results for each.

    INPUT holds one request a line, as JSON (.gz and .zst too; - is standard input). The same command again resumes a
    run that was stopped or killed. A create whose reply was lost is looked for at the vendor, never just sent again.

    \b
    {"custom_id": "a", "params": {"model": "claude-opus-5-5", "max_tokens": 99,
     "messages": [{"role": "user", "content": "Hello"}]}}         (one line)
    polybatch run requests.jsonl --vendor anthropic --sandbox
    polybatch run requests.jsonl --vendor anthropic -o answers.jsonl
    polybatch run requests.jsonl --vendor anthropic --canary 20 --retries 2
    """
    wanted = Given(**given)
    return _carry_out(vendor, input_, wanted, options.read_pairs(wanted.option, vendor), Run.wait)


@click.command()
@options.input_
@options.vendor
@options.stacked(
    options.option, options.model, options.max_items, options.max_requests, options.canary, options.no_check
)
@options.as_json
def plan(input_: str, vendor: str, *, as_json: bool, **given: Any) -> int:
    """Show what `run` would send and list every line it would refuse; nothing is sent, nothing is left behind.

    Exits with 0 if the whole input can be sent, else with 2.

    \b
    polybatch plan requests.jsonl --vendor anthropic --max-items-per-batch 1000
    """
    kind = find_vendor(vendor)
    made = kind(options.read_pairs(given.pop("option"), vendor), kind.document.server)
    out, run_dir = default_paths(Path(input_), vendor)
    found = rehearse(made, Path(input_), Settings(out=out, run_dir=run_dir, **given))
    if as_json:
        terminal.emit(attrs.asdict(found))
    else:
        rows = [(number, f"{s.requests:,}", f"{s.bytes:,}", s.group or "") for number, s in enumerate(found.shards)]
        heads = ("Shard", "Requests", "Bytes", "Model" if any(s.group for s in found.shards) else "")
        if rows:
            terminal.tell(terminal.table(heads, rows, numbers=frozenset({0, 1, 2})))
        terminal.tell(f"{found.total:,} requests, {found.bytes:,} bytes; batches: {len(rows):,}")
        if (first := given["canary"]) is not None and first < found.total:
            terminal.tell(f"sent first, alone: {first:,}; the others only if all of these succeed")
        for refusal in found.refused:
            terminal.tell(f"line {refusal.line}: {refusal.reason}")
    if found.refused:
        hints = {refusal.hint for refusal in found.refused}
        message = f"{input_}: refused lines: {len(found.refused):,}; `run` would send nothing"
        terminal.complain(message, hints.pop() if len(hints) == 1 else "")
    return Code.USAGE if found.refused else Code.SUCCEEDED


@click.command()
@options.folder
@options.as_json
def status(folder: Path, *, as_json: bool) -> int:
    """Show how far a run is, also while another process drives it, and what each open batch waits for.

    Exits as `run` would if it ended now: 0 or 1 when all is done, 3 while something is open, 4 when it needs a
    decision, 5 when a duplicate batch was found. Times after "until" are the vendor's.

    \b
    polybatch status requests.jsonl.anthropic.polybatch
    """
    return report.present(report.look(folder), as_json=as_json, table=True)


@click.command()
@options.folder
@options.out
@options.as_json
def results(folder: Path, out: Path | None, *, as_json: bool) -> int:
    """Write the results of a run anew from what was fetched; needs no key and no network.

    \b
    polybatch results requests.jsonl.anthropic.polybatch
    polybatch results requests.jsonl.anthropic.polybatch -o - | head
    """
    with offline.opened(folder) as core:
        target = out or Path(core.desk.facts["out"])
        to_stdout = target.name in {"-", STDOUT}
        if to_stdout:
            for line in offline.lines(core):
                terminal.write(line)
        else:
            offline.rewrite(core, target)
    found = report.look(folder, None if to_stdout else target)
    return report.present(found, as_json=as_json, messages=to_stdout)


@click.command(epilog=exits.HELP)
@options.folder
@options.driving
def resume(folder: Path, **given: Any) -> int:
    """Go on with a run that was stopped; input, vendor and options are read from its journal.

    An option that contradicts the journal is refused by name. --settle, --retries, --canary and limits are not kept:
    give them again.

    \b
    polybatch resume requests.jsonl.anthropic.polybatch
    """
    return _go_on(folder, Given(**given), Run.wait)


@click.command(epilog=exits.HELP)
@options.folder
@options.stacked(options.poll, options.settle, options.on_unknown, options.allow_http, options.ca_file, options.as_json)
def cancel(folder: Path, **given: Any) -> int:
    """Ask the vendor to stop the open batches of a run, send nothing more, and fetch what was answered.

    \b
    polybatch cancel requests.jsonl.anthropic.polybatch
    """
    return _go_on(folder, Given(**given), Run.cancel)


@click.command()
@options.folder
@options.as_json
def verify(folder: Path, *, as_json: bool) -> int:
    """Prove from disk alone that every request has exactly one line of results and that it is what was fetched.

    Exits with 0 if all agrees, with 1 if not.

    \b
    polybatch verify requests.jsonl.anthropic.polybatch
    """
    with offline.opened(folder) as core:
        verdict, repeated = offline.verify(core), core.status().repeated
    if as_json:
        terminal.emit({"ok": not verdict.count, **attrs.asdict(verdict)})
    else:
        for problem in verdict.problems:
            terminal.tell(problem)
        if (more := verdict.count - len(verdict.problems)) > 0:
            terminal.tell(f"and {more:,} more")
        agrees = f"problems: {verdict.count:,}" if verdict.count else "input, journal, fetched files and results agree"
        again = f"; {repeated:,} requests were sent again, and their last word counts" if repeated else ""
        terminal.tell(f"{verdict.total:,} requests, {verdict.lines:,} lines of results: {agrees}{again}")
    return Code.SOME_FAILED if verdict.count else Code.SUCCEEDED


# -- driving a run


def _go_on(folder: Path, given: Given, act: Act) -> int:
    begun = offline.recall(folder)
    here = begun.base_url == "sandbox" and given.base_url is None
    wanted = attrs.evolve(
        given, run_dir=folder.absolute(), out=given.out or Path(begun.out), model=given.model or begun.model,
        base_url=given.base_url or (None if here or given.sandbox else begun.base_url), sandbox=given.sandbox or here,
    )  # fmt: skip
    pairs = options.read_pairs(given.option, begun.vendor) if given.option else begun.options
    return _carry_out(begun.vendor, begun.input, wanted, pairs, act)


def _carry_out(vendor: str, requests: str, given: Given, pairs: dict[str, Any], act: Act) -> int:
    """Open a run, with a sandbox beside it if wanted, drive it, and print its summary."""
    if given.sandbox and given.base_url:
        raise click.UsageError("--sandbox and --base-url exclude each other")
    stop, port = Stop(), _free_port() if given.sandbox else 0
    base, key = (f"http://127.0.0.1:{port}/{vendor}", "sandbox") if given.sandbox else (given.base_url, None)
    timer = Timer(sleep=stop.sleep)
    client = BatchClient(
        vendor,
        api_key=key,
        base_url=base,
        options=pairs,
        allow_http=given.allow_http,
        ca_file=given.ca_file,
        timer=timer,
    )
    settings = attrs.asdict(given, filter=attrs.filters.exclude(*NOT_OF_THE_RUN))
    settings["poll"] = given.poll or (SANDBOX_POLL if given.sandbox else POLL)
    with client:
        with exits.placed(given.run_dir or default_paths(Path(requests), vendor)[1]):
            opened = client.run(requests, **settings)
        folder = Path(opened.status().run_dir)
        with opened, _imitation(port, folder) if given.sandbox else nullcontext():
            return _drive(opened, act, stop, folder, given)


def _imitation(port: int, folder: Path) -> AbstractContextManager[object]:
    from polybatch_sandbox import serve  # noqa: PLC0415 - heavy, and rarely used

    return serve(port=port, speed=SANDBOX_SPEED, state_dir=folder / "sandbox")


def _drive(opened: Run, act: Act, stop: Stop, folder: Path, given: Given) -> int:
    codes: list[Code] = []
    try:
        with (
            stop.listening(opened.stop, note=STOPPING),
            progress.shown(opened.status()) as listener,
            exits.placed(folder),
        ):
            act(opened, listener=_telling(listener, folder))
    except exits.ENDINGS as error:
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
    report.present(found, as_json=as_json, messages=found.to_stdout)
    sys.stdout.flush()


def _telling(listener: Listener, folder: Path) -> Listener:
    """The same, but it says what is waited for when that is no batch: a lost create, or a late duplicate."""
    told: tuple[bool, int] | None = None

    def heard(status: RunStatus) -> None:
        nonlocal told
        listener(status)
        reason = status.finished, status.shards.get("unknown", 0)
        if any(reason) and reason != told:
            for line in report.waiting(folder):
                terminal.say(f"waiting: {line}")
        told = reason

    return heard


def _free_port() -> int:
    """A port for the sandbox: its address must be known before the run is opened, and its state is the run's."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
