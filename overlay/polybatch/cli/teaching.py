"""Help that teaches: a tour, commands in the order in which they are needed, options under headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "From requests to results": {
        "run": "send all requests, wait, fetch, write; again: go on",
        "plan": "what a run would send, and what it would refuse",
    },
    "One run, by its directory": {
        "status": "how far it is, and what it waits for (--watch)",
        "resume": "go on with it",
        "cancel": "stop it at the vendor, and fetch what was answered",
        "results": "write its results anew, from disk",
        "verify": "prove from disk that every request has its result",
    },
    "Round about": {
        "runs": "the runs on this machine",
        "vendors": "who can answer: limits, abilities, keys, options",
        "sandbox": "a local imitation of all vendors, for any client",
        "completion": "let your shell complete commands, options and runs",
    },
    "At the vendor, without a run": {
        "batch": "create, get, list, cancel, delete one batch, or fetch it",
        "contract": "whether a server keeps to a vendor's document",
    },
}
"""By heading, each command and what it is for, in a line."""
OPTIONS: Mapping[str, Sequence[str]] = {
    "What is asked": ("prompt", "system", "id_column", "schema", "model", "max_tokens", "lossy", "no_check"),
    "Who answers": ("vendor", "to", "sandbox", "base_url", "option", "allow_http", "ca_file"),
    "Where it goes": ("out", "in_order", "run_dir", "as_json"),
    "How much of it": ("canary", "max_requests", "max_items_per_batch"),
    "When something fails": ("retries", "on_unknown", "settle"),
    "How often to look": ("poll",),
}
"""By heading, the options that stand under it, as click names them."""
FEW = 9
"""Options that need no headings."""
LONGEST = 200
"""Characters of a command's first sentence."""


class Command(click.Command):
    """A command whose options stand under headings where they are many."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write them down."""
        given = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        records = {param.name: record for param in given if (record := param.get_help_record(ctx))}
        if len(records) <= FEW:
            super().format_options(ctx, formatter)
            return
        known = {name for names in OPTIONS.values() for name in names}
        for heading, names in {**OPTIONS, "Besides": [name for name in records if name not in known]}.items():
            if rows := [records[name] for name in names if name in records]:
                with formatter.section(heading):
                    formatter.write_dl(rows)


class Group(click.Group):
    """A group whose commands keep the order in which they were added."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write them down, each with its whole first sentence."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(LONGEST)) for name, each in self.commands.items()])


class Tour(Group):
    """The group of all commands, under headings."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write them down."""
        for heading, lines in COMMANDS.items():
            with formatter.section(heading):
                formatter.write_dl([*lines.items()])
