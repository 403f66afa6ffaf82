"""The command line: it turns words into calls and outcomes into words and exit codes; everything else is decided below.

exits       exit codes, exceptions in words        options     what several commands take
terminal    what is printed, and where             progress    how far a run is, while it goes on
stopping    Ctrl-C                                 report      a run in words and as data
shards      what each of them waits for            decisions   what an operator must know of a held run
driving     a run while the command drives it      checking    what `contract check` asks and reports
causes      what went wrong, and what to do        watching    a run that somebody else drives
overview    the runs on this machine               teaching    how help is laid out
completing  what a shell completes                 targets     what `--to` names, and its files
fanning     several runs driven at the same time   abreast     these in words and as data
runs, batches, contract, catalogue                 the commands; what carries one out is imported by it
"""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click

from polybatch.vendors import names
from polybatch.version import __version__

from . import batches, catalogue, completing, contract, exits, runs, teaching, terminal
from .exits import Code


class Program(teaching.Tour):
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


@click.group(
    "polybatch", cls=Program, invoke_without_command=True, epilog=exits.HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.version_option(__version__, prog_name="polybatch")
@click.pass_context
def main(context: click.Context) -> None:
    """LLM batches at any vendor: one command from a file of requests to a file of results.

    A first run, against an imitation of the vendor on this machine, without a key. A table and a prompt make requests:

    \b
      printf 'text\\nI love it\\nIt broke\\n' > reviews.csv
      polybatch run reviews.csv --prompt 'Good or bad? {text}' \\
        --vendor anthropic --model claude-opus-5-5 \\
        --sandbox --run-dir trial -o trial.csv

    At the vendor itself: its key in the environment, and no --sandbox. After Ctrl-C or a crash the same command goes
    on where it was.

    \b
      export ANTHROPIC_API_KEY=...
      polybatch run reviews.csv --prompt 'Good or bad? {text}' \\
        --vendor anthropic --model claude-opus-5-5 -o answers.csv

    Requests of your own, one a line, the same for every vendor; also for several at once, side by side:

    \b
      {"custom_id": "a", "model": "claude-opus-5-5",
       "messages": [{"role": "user", "content": "Hello"}]}        (one line)
      polybatch run requests.jsonl --vendor anthropic
      polybatch run requests.jsonl --to anthropic:claude-opus-5-5 --to meshapi:M

    Later, or from another terminal:

    \b
      polybatch runs
      polybatch status RUN_DIR --watch

    To test a program of your own without a key, `polybatch sandbox` serves all vendors to any client.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for command in (
    runs.run, runs.plan, runs.status, runs.resume, runs.cancel, runs.results, runs.verify, runs.known,
    catalogue.vendors, catalogue.sandbox, completing.completion, batches.batch, contract.contract,
):  # fmt: skip
    main.add_command(command)

__all__ = ["main"]
