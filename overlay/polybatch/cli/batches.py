"""`batch`: one batch at the vendor, without a journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options, teaching, terminal
from .exits import Code

if TYPE_CHECKING:
    from polybatch.client import BatchClient
    from polybatch.model import Batch, Result

OWN_AFFAIRS = ("raw", "retry_after", "warnings")
"""Members of a batch that are shown otherwise or not at all."""
identity = click.argument("known", metavar="BATCH_ID")


@click.group(cls=teaching.Group, invoke_without_command=True)
@click.pass_context
def batch(context: click.Context) -> None:
    """One batch at the vendor; nothing is kept here. For anything that matters use `run`.

    \b
    polybatch batch create requests.jsonl --vendor anthropic
    polybatch batch list --vendor anthropic
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@batch.command()
@options.input_
@options.reaching
@options.no_check
@options.lossy
def create(input_: str, *, as_json: bool, no_check: bool, lossy: bool, **reach: Any) -> int:
    """Create one batch from INPUT, one request a line; the ids in the file are the ids at the vendor.

    \b
    polybatch batch create requests.jsonl --vendor anthropic
    """
    with _client(**reach) as client:
        return _show(client.create(input_, check=not no_check, lossy=lossy), as_json=as_json)


@batch.command()
@identity
@options.reaching
def get(known: str, *, as_json: bool, **reach: Any) -> int:
    """Show one batch.

    \b
    polybatch batch get msgbatch_01AbC --vendor anthropic
    """
    with _client(**reach) as client:
        return _show(client.get(known), as_json=as_json)


@batch.command("list")
@options.reaching
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="Page size.")
def list_(*, as_json: bool, limit: int, **reach: Any) -> int:
    """List all batches that the vendor shows; with --json one a line, as they come.

    \b
    polybatch batch list --vendor anthropic --json
    """
    with _client(**reach) as client:
        if as_json:
            for found in client.list(limit=limit):
                _show(found, as_json=True)
            return Code.SUCCEEDED
        rows = []
        for found in client.list(limit=limit):
            _warn(found)
            total = found.counts.total
            rows.append((found.id, found.status, "-" if total is None else f"{total:,}", _time(found.created_at)))
    terminal.tell(terminal.table(("Batch", "Status", "Requests", "Created"), rows, numbers=frozenset({2})))
    return Code.SUCCEEDED


@batch.command()
@identity
@options.reaching
def cancel(known: str, *, as_json: bool, **reach: Any) -> int:
    """Ask the vendor to stop a batch; what is answered already stays answered.

    \b
    polybatch batch cancel msgbatch_01AbC --vendor anthropic
    """
    with _client(**reach) as client:
        return _show(client.cancel(known), as_json=as_json)


@batch.command()
@identity
@options.reaching
def delete(known: str, *, as_json: bool, **reach: Any) -> int:
    """Delete a batch that has ended, where the vendor can.

    \b
    polybatch batch delete msgbatch_01AbC --vendor anthropic
    """
    with _client(**reach) as client:
        client.delete(known)
        if as_json:
            terminal.emit({"deleted": known})
        else:
            terminal.tell(f"deleted {known}")
    return Code.SUCCEEDED


@batch.command()
@identity
@options.reaching
@options.out
def results(known: str, *, as_json: bool, out: Path | None, **reach: Any) -> int:
    """Fetch the results of a batch that has ended, in the same form for every vendor: JSON lines, CSV or Parquet.

    The name of the file says which. Exits with 0 if every request succeeded, else with 1.

    \b
    polybatch batch results msgbatch_01AbC --vendor anthropic -o results.jsonl
    """
    from polybatch.model import Outcome  # noqa: PLC0415
    from polybatch.run import exporting, sink  # noqa: PLC0415
    from polybatch.tables.writing import refuse_unwritable  # noqa: PLC0415

    target = None if out is None or str(out) == "-" else out
    if target is not None:
        refuse_unwritable(target)
        sink.refuse_foreign(target)
    counts = Counter[str]()
    with _client(**reach) as client:
        found = _counted(client.results(known), counts)
        if target is None:
            for result in found:
                terminal.write(sink.line(result))
        else:
            with sink.SafeFile(target) as file:
                exporting.write(file, target, found)
    if target is not None:
        if as_json:
            terminal.emit({"out": str(target), "outcomes": counts})
        else:
            words = ", ".join(f"{count:,} {outcome}" for outcome, count in counts.items())
            terminal.tell(f"{counts.total():,} results in {target}: {words}")
    return Code.SUCCEEDED if counts[Outcome.SUCCEEDED] == counts.total() else Code.SOME_FAILED


def _counted(results: Iterable[Result], counts: Counter[str]) -> Iterator[Result]:
    for result in results:
        counts[result.outcome] += 1
        yield result


def _client(*, vendor: str, option: Sequence[str], **reach: Any) -> BatchClient:
    from polybatch.client import BatchClient  # noqa: PLC0415 - the help needs no HTTP

    return BatchClient(vendor, options=options.read_pairs(option, vendor), **reach)


def _show(found: Batch, *, as_json: bool) -> Code:
    import msgspec  # noqa: PLC0415
    from attrs import asdict, fields, filters  # noqa: PLC0415

    _warn(found)
    if as_json:
        # The vendor's own JSON becomes a part of ours, on the same line.
        raw = msgspec.Raw(msgspec.json.format(found.raw, indent=-1))
        ours = asdict(found, filter=filters.exclude(*(getattr(fields(type(found)), name) for name in OWN_AFFAIRS)))
        terminal.emit({**ours, "raw": raw})
        return Code.SUCCEEDED
    counts = [f"{count:,} {word}" for word, count in asdict(found.counts).items() if count is not None]
    terminal.tell(f"batch     {found.id}\nstatus    {found.status}\nrequests  {', '.join(counts) or 'not told'}")
    terminal.tell(f"created   {_time(found.created_at)}\nexpires   {_time(found.expires_at)}")
    terminal.tell(f"ended     {_time(found.ended_at)}")
    return Code.SUCCEEDED


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M:%S} UTC" if time else "-"


def _warn(found: Batch) -> None:
    for warning in found.warnings:
        terminal.say(f"warning: {warning}")
