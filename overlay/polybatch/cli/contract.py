"""`contract check`: does a server keep to a vendor's document?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from . import options, teaching


@click.group(cls=teaching.Group, invoke_without_command=True)
@click.pass_context
def contract(context: click.Context) -> None:
    """Whether a server keeps to a vendor's document.

    \b
    polybatch contract check --vendor anthropic
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@contract.command()
@options.reaching
@click.option("--batch", "known", metavar="ID", help="The batch to look at; without it the newest that is listed.")
@click.option("--spend", is_flag=True, help="Also create a batch with one request, look at it, cancel and delete it.")
@click.option("--model", metavar="M", help="The model of that request; it may answer with one token.")
@click.option("--request", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="That request, one line as in an input file, where a model is not enough (Letta).")  # fmt: skip
def check(
    *, as_json: bool, known: str | None, spend: bool, model: str | None, request: Path | None, vendor: str,
    option: Sequence[str], **reach: Any,
) -> int:  # fmt: skip
    """Ask a server that claims to speak V, and report field by field where its answers leave V's document.

    \b
    polybatch sandbox --port 8040 --speed 60
    polybatch contract check --vendor anthropic --spend --model m \\
      --base-url http://127.0.0.1:8040/anthropic

    It reads only: the list, the newest batch, results of one that has ended, a batch that does not exist, and a call
    without a key. With --spend it also makes a batch of one request, with an answer of one token, and cancels it; the
    vendor charges that request at most. The key comes from the environment.

    Exit codes: 0 no departure, 1 departures found, 2 wrong usage, 3 no departure, but the server was not reached or
    refused something.
    """
    if spend == (model is None and request is None):
        said = "--spend needs --model M, or --request FILE" if spend else "--model and --request go with --spend"
        raise click.UsageError(said)
    from polybatch.client import BatchClient  # noqa: PLC0415 - the help needs no HTTP

    from . import checking  # noqa: PLC0415

    client = BatchClient(vendor, options=options.read_pairs(option, vendor), **reach)
    return checking.carry_out(client, known, model, request, as_json=as_json)
