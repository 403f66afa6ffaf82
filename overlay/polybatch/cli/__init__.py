"""The command line: it turns words into calls and outcomes into words and exit codes; everything else is decided below.

exits       exit codes, exceptions in words        options     what several commands take
terminal    what is printed, and where             progress    how far a run is, while it goes on
stopping    Ctrl-C                                 report      a run in words and as data
shards      what each of them waits for            decisions   what an operator must know of a held run
driving     a run while the command drives it      checking    what `contract check` asks and reports
runs, batches, contract, catalogue                 the commands; what carries one out is imported by it
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from polybatch.vendors import names
from polybatch.version import __version__

from . import batches, catalogue, contract, exits, runs, terminal
from .exits import Code


class Program(click.Group):
    """The group of all commands; it ends every command the same way."""

    def main(self, *args: Any, **settings: Any) -> NoReturn:
        """Run a command and exit with its code."""
        settings["standalone_mode"] = False
        try:
            with terminal.warnings_shown():
                code = super().main(*args, **settings)
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - code_of raises again what it does not know
            code = exits.code_of(error)
            message, hint = exits.wording(error)
            if isinstance(error, click.MissingParameter) and error.param and error.param.name == "vendor":
                hint = f"known are: {', '.join(names())}"
            terminal.complain(message, hint)
        sys.exit(Code.SUCCEEDED if code is None else code)

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command; a reader who left early is no crash."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            terminal.abandon_stdout()
            return exits.code_of(error)
        return code


@click.group("polybatch", cls=Program, invoke_without_command=True, epilog=exits.HELP)
@click.version_option(__version__, prog_name="polybatch")
@click.pass_context
def main(context: click.Context) -> None:
    """LLM batches at any vendor: one command from a file of requests to a file of results.

    \b
    polybatch run requests.jsonl --vendor anthropic --sandbox

    Keys come from the environment only; `polybatch vendors` names each vendor's variable.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    runs.run, runs.plan, runs.status, runs.results, runs.resume, runs.cancel, runs.verify,
    batches.batch, contract.contract, catalogue.vendors, catalogue.sandbox,
):  # fmt: skip
    main.add_command(command)

__all__ = ["main"]
