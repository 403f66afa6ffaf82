"""The commands of runs: run, plan, status, results, resume, cancel, verify; and `runs`, which lists them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, SupportsBytes

import click

from polybatch.vendors import find_vendor

from . import exits, options, terminal
from .exits import Code
from .stopping import Stop
from .teaching import Command

# What carries a command out is imported by it: the help, and the offline commands, need no HTTP.


@click.command(cls=Command, epilog=exits.HELP)
@options.input_
@options.one_vendor
@options.to
@options.base_urls
@options.run_dir
@options.driving
def run(input_: str, vendor: str | None, to: tuple[str, ...], base_url: tuple[str, ...], **given: Any) -> int:
    """Send all requests of INPUT as batches, wait for the end, and write one line of results for each.

    The same command again goes on with a run that was stopped or killed. A create whose reply was lost is looked for
    at the vendor, never just sent again.

    INPUT holds one request a line (.gz and .zst too; - is standard input), the same for every vendor, or the vendor's
    own item. With --prompt it is a table instead, CSV, Parquet or JSONL, and each row becomes a request.

    \b
    {"custom_id": "a", "model": "claude-opus-5-5",
     "messages": [{"role": "user", "content": "Hello"}]}          (one line)
    polybatch run requests.jsonl --vendor anthropic --sandbox
    polybatch run requests.jsonl --vendor anthropic --canary 20 --retries 2
    polybatch run reviews.csv --vendor anthropic --model claude-opus-5-5 \\
      --prompt 'Good or bad? {text}' -o answers.csv
    polybatch run requests.jsonl --to anthropic:claude-opus-5-5 --to meshapi:M
    """
    if to and (vendor or given["model"]):
        raise click.UsageError(f"--to and --{'vendor' if vendor else 'model'} exclude each other: --to names both")
    if vendor is None and not to:
        context = click.get_current_context()
        raise click.MissingParameter(
            ctx=context, param=next(param for param in context.command.params if param.name == "vendor")
        )
    from . import driving, fanning  # noqa: PLC0415

    if vendor is None:
        return fanning.carry_out(to, input_, driving.Given(**given), base_url)
    wanted = driving.Given(**given, base_url=base_url[-1] if base_url else None)
    return driving.carry_out(vendor, input_, wanted, options.read_pairs(wanted.option, vendor))


@click.command(cls=Command)
@options.input_
@options.vendor
@options.stacked(
    options.option, options.model, options.max_items, options.max_requests, options.canary, options.no_check,
    options.lossy, options.making,
)  # fmt: skip
@options.as_json
def plan(input_: str, vendor: str, *, as_json: bool, **given: Any) -> int:
    """Show what `run` would send, the first request whole, and list every line it would refuse.

    Nothing is sent, nothing is left behind. Exits with 0 if the whole input can be sent, else with 2.

    \b
    polybatch plan requests.jsonl --vendor anthropic --max-items-per-batch 1000
    polybatch plan reviews.csv --vendor meshapi --model M --prompt 'Good? {text}'
    """
    import attrs  # noqa: PLC0415

    from polybatch.run.dry import rehearse  # noqa: PLC0415
    from polybatch.run.settings import Settings, default_paths  # noqa: PLC0415

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
        if found.first is not None:
            terminal.tell(f"the first request, as it is sent:\n{_shown(found.first)}")
        for reason, lines in _grouped((refusal.reason, refusal.line) for refusal in found.refused).items():
            more = f" and {len(lines) - PLACES:,} more" if len(lines) > PLACES else ""
            counted = found.counted + "s" * (len(lines) > 1)
            terminal.tell(f"{counted} {', '.join(map(str, lines[:PLACES]))}{more}: {reason}")
    if found.refused:
        hints = {refusal.hint for refusal in found.refused}
        message = f"{input_}: refused {found.counted}s: {len(found.refused):,}; `run` would send nothing"
        terminal.complain(message, exits.spoken(hints.pop()) if len(hints) == 1 else "")
    return Code.USAGE if found.refused else Code.SUCCEEDED


def _shown(raw: SupportsBytes) -> str:
    """As much of somebody's JSON as one wants to see."""
    import msgspec  # noqa: PLC0415

    text = msgspec.json.format(bytes(raw), indent=2).decode()
    lines = [terminal.harmless(line) for line in text.split("\n")]
    cut = [line if len(line) <= LONGEST else f"{line[:LONGEST]}…" for line in lines[:LINES]]
    return "\n".join([*cut, *(["…"] if len(lines) > LINES else [])])


LINES, LONGEST = 30, 240
"""Of a request that is shown."""
PLACES = 5
"""So many places are named of each reason."""


def _grouped(refused: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """The places of each reason."""
    found: dict[str, list[int]] = {}
    for reason, line in refused:
        found.setdefault(reason, []).append(line)
    return found


@click.command(cls=Command)
@options.folder
@click.option("--watch", is_flag=True, help="Look again and again until the run is over; Ctrl-C ends only the watch.")
@click.option(
    "--every", type=click.FloatRange(min=0.1), metavar="SECONDS", help="The pause between two looks of --watch (2)."
)
@options.as_json
def status(folder: Path, *, watch: bool, every: float | None, as_json: bool) -> int:
    """Show how far a run is, also while another process drives it, and what each open batch waits for.

    Exits as `run` would if it ended now: 0 or 1 when all is done, 3 while something is open, 4 when it needs a
    decision, 5 when a duplicate batch was found. Times after "until" are the vendor's.

    With --watch a terminal is drawn anew; a file gets a line when something has changed. Nothing is driven by it.

    \b
    polybatch status requests.jsonl.anthropic.polybatch
    polybatch status requests.jsonl.anthropic.polybatch --watch
    """
    from . import report, watching  # noqa: PLC0415

    if watch:
        return watching.watch(folder, every or watching.EVERY, as_json=as_json, stop=Stop())
    if every is not None:
        raise click.UsageError("--every goes with --watch")
    return report.present(report.look(folder), as_json=as_json, table=True)


@click.command(cls=Command)
@options.folder
@options.out
@options.in_order
@options.as_json
def results(folder: Path, out: Path | None, *, in_order: bool, as_json: bool) -> int:
    """Write the results of a run anew from what was fetched; needs no key and no network.

    A FILE that ends in .csv, .tsv or .parquet is a table, in the order of the input; where the input was a table its
    columns come first.

    \b
    polybatch results requests.jsonl.anthropic.polybatch -o answers.csv
    polybatch results requests.jsonl.anthropic.polybatch
    polybatch results requests.jsonl.anthropic.polybatch -o - | head
    """
    from polybatch.run import offline  # noqa: PLC0415
    from polybatch.run.settings import STDOUT  # noqa: PLC0415

    from . import report  # noqa: PLC0415

    with offline.opened(folder) as core:
        target = out or Path(core.desk.facts["out"])
        to_stdout = target.name in {"-", STDOUT}
        if to_stdout:
            for line in offline.lines(core, in_order=in_order or core.desk.settings.in_order):
                terminal.write(line)
        else:
            offline.rewrite(core, target, in_order=in_order)
    found = report.look(folder, None if to_stdout else target)
    return report.present(found, as_json=as_json, messages=to_stdout)


@click.command(cls=Command, epilog=exits.HELP)
@options.folder
@options.base_url
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


@click.command(cls=Command, epilog=exits.HELP)
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


@click.command(cls=Command)
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


@click.command("runs", cls=Command)
@click.option("--forget", is_flag=True, help="Leave out from now on the runs whose directory is gone.")
@click.option("--all", "whole", is_flag=True, help="Show all of them, not only the newest 20.")
@options.as_json
def known(*, forget: bool, whole: bool, as_json: bool) -> int:
    """List the runs that were begun on this machine, the newest first: how far they are, and where.

    running: a process drives it; stopped: nobody does, and it can be resumed; held: it needs a decision; finished;
    gone: its directory is not there (any more).

    \b
    polybatch runs
    polybatch runs --json
    """
    from polybatch.run import registry  # noqa: PLC0415

    from . import overview  # noqa: PLC0415

    found, entries = [], registry.entries()
    most = None if whole or as_json else overview.NEWEST
    for run in overview.known(entries if forget else entries[:most]):
        if forget and run.state == overview.GONE:
            run.entry.forget()
            terminal.say(f"forgotten: {run.entry.run_dir}")
        else:
            found.append(run)
    if as_json:
        for run in found:
            terminal.emit(overview.data(run))
    elif found:
        terminal.tell("\n".join(overview.words(found[:most])))
    else:
        terminal.say("no runs are known on this machine; `polybatch run` begins one")
    if (more := len(found if forget else entries) - len(found[:most])) > 0:
        terminal.say(f"and {more:,} older; polybatch runs --all shows them too")
    if any(run.state == overview.GONE for run in found) and not as_json:
        terminal.say("polybatch runs --forget leaves out those that are gone")
    return Code.SUCCEEDED
