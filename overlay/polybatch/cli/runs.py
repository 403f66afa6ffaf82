"""The commands of a run: run, plan, status, results, resume, cancel, verify."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from polybatch.vendors import find_vendor

from . import exits, options, terminal
from .exits import Code

# What carries a command out is imported by it: the help, and the offline commands, need no HTTP.


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
    from . import driving  # noqa: PLC0415

    wanted = driving.Given(**given)
    return driving.carry_out(vendor, input_, wanted, options.read_pairs(wanted.option, vendor))


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
    import attrs  # noqa: PLC0415

    from polybatch.run.dry import rehearse  # noqa: PLC0415
    from polybatch.run.opening import Settings, default_paths  # noqa: PLC0415

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
    from . import report  # noqa: PLC0415

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
    from polybatch.run import offline  # noqa: PLC0415
    from polybatch.run.opening import STDOUT  # noqa: PLC0415

    from . import report  # noqa: PLC0415

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
    from . import driving  # noqa: PLC0415

    return driving.go_on(folder, driving.Given(**given))


@click.command(epilog=exits.HELP)
@options.folder
@options.stacked(options.poll, options.settle, options.on_unknown, options.allow_http, options.ca_file, options.as_json)
def cancel(folder: Path, **given: Any) -> int:
    """Ask the vendor to stop the open batches of a run, send nothing more, and fetch what was answered.

    \b
    polybatch cancel requests.jsonl.anthropic.polybatch
    """
    from polybatch.run import Run  # noqa: PLC0415

    from . import driving  # noqa: PLC0415

    return driving.go_on(folder, driving.Given(**given), Run.cancel)


@click.command()
@options.folder
@options.as_json
def verify(folder: Path, *, as_json: bool) -> int:
    """Prove from disk alone that every request has exactly one line of results and that it is what was fetched.

    Exits with 0 if all agrees, with 1 if not.

    \b
    polybatch verify requests.jsonl.anthropic.polybatch
    """
    import attrs  # noqa: PLC0415

    from polybatch.run import offline  # noqa: PLC0415

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
