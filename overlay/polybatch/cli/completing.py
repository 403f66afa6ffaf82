"""What a shell completes: `completion` prints click's script for it, and these find words that click cannot know."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class

from polybatch.vendors import find_vendor, names

from . import teaching, terminal
from .exits import Code

INSTALL = {
    "bash": """echo 'eval "$(polybatch completion bash)"' >> ~/.bashrc""",
    "zsh": """echo 'eval "$(polybatch completion zsh)"' >> ~/.zshrc""",
    "fish": "polybatch completion fish > ~/.config/fish/completions/polybatch.fish",
}
"""By shell, the command that makes its completion last."""
VARIABLE = "_POLYBATCH_COMPLETE"
"""By this the script asks; click makes the name from the program's."""


def vendors(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of vendors."""
    return [name for name in names() if name.startswith(incomplete)]


def pairs(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of a vendor's options, as `--option` takes them; of all vendors while none is named."""
    vendor = context.params.get("vendor")
    known = names() if vendor is None else {vendor} & {*names()}
    found = {f"{name}=": None for each in known for name in typing.get_type_hints(find_vendor(each).options_type)}
    return [pair for pair in found if pair.startswith(incomplete)]


def runs(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem[Any]]:
    """Directories of known runs; any directory where none fits."""
    # The directories come first: in bash they would displace what came before.
    return [CompletionItem(incomplete, type="dir"), *map(CompletionItem, _runs(incomplete))]


def _runs(incomplete: str) -> Iterator[str]:
    from polybatch.run import registry  # noqa: PLC0415 - not for other words

    from .overview import short  # noqa: PLC0415

    with suppress(OSError):  # a shell that completes has nowhere to say so
        for entry in registry.entries():
            if (entry.run_dir / "journal.sqlite").exists():
                forms = dict.fromkeys((short(entry.run_dir, quoted=False), str(entry.run_dir)))
                yield from [form for form in forms if form.startswith(incomplete)][:1]


@click.command(cls=teaching.Command)
@click.argument("shell", type=click.Choice([*INSTALL]), metavar="SHELL")
@click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
def completion(shell: str, *, as_json: bool) -> int:
    """Print what makes SHELL (bash, zsh or fish) complete commands, options, vendors and known runs.

    \b
    eval "$(polybatch completion bash)"
    polybatch completion fish > ~/.config/fish/completions/polybatch.fish
    """
    from . import main  # noqa: PLC0415 - the group that this command belongs to

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"click has no completion for {shell}")
    script = kind(main, {}, "polybatch", VARIABLE).source()
    if as_json:
        terminal.emit({"shell": shell, "script": script, "install": INSTALL[shell]})
    else:
        terminal.tell(f"{script}\n# to have it in every shell: {INSTALL[shell]}")
    return Code.SUCCEEDED
