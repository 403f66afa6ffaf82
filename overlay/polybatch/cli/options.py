"""What several commands take, declared once; and `--option K=V` read for a vendor."""

from __future__ import annotations

import glob
import typing
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

from polybatch.errors import InputError
from polybatch.vendors import find_vendor

from . import completing

C = TypeVar("C", bound=Callable[..., Any])
Decorator = Callable[[C], C]


def stacked(*options: Decorator[Any]) -> Decorator[Any]:
    """Several options as one decorator, in this order in the help."""
    return lambda command: reduce(lambda made, option: option(made), reversed(options), command)


class RunDir(click.Path):
    """A run directory; whoever names the input of a run is told its directories."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read one."""
        path = Path(value)
        if path.is_file():
            beside = sorted(each.name for each in path.parent.glob(f"{glob.escape(path.name)}.*.polybatch"))
            known = f"; its runs are: {', '.join(beside)}" if beside else ""
            self.fail(f"{value} is a file, and a run is a directory{known}", param, ctx)
        return super().convert(value, param, ctx)


FOLDER = click.Path(path_type=Path, file_okay=False)

vendor = click.option(
    "--vendor", required=True, metavar="V", shell_complete=completing.vendors,
    help="Who answers; `polybatch vendors` lists them.",
)  # fmt: skip
one_vendor = click.option(
    "--vendor", metavar="V", shell_complete=completing.vendors, help="Who answers; `polybatch vendors` lists them."
)
to = click.option(
    "--to", multiple=True, metavar="V[:M]", shell_complete=completing.vendors,
    help="Instead of --vendor and --model, several times: each target is a run of its own, all at the same time, and"
    " --out has their answers side by side.",
)  # fmt: skip
as_json = click.option("--json", "as_json", is_flag=True, help="Print data for programs.")
option = click.option(
    "--option", multiple=True, metavar="K=V", shell_complete=completing.pairs,
    help="An option of the vendor; V is JSON, text, or a list with commas.",
)  # fmt: skip
base_url = click.option("--base-url", metavar="URL", help="Where the vendor is, if not at its own address.")
base_urls = click.option(
    "--base-url", multiple=True, metavar="URL",
    help="Where the vendor is, if not at its own address; for one of several, V=URL (and --option V.K=V).",
)  # fmt: skip
allow_http = click.option(
    "--allow-http", is_flag=True, help="Allow plain http to another machine; the key travels unencrypted."
)
ca_file = click.option(
    "--ca-file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Certificates (PEM) to trust besides the usual ones.",
)  # fmt: skip
no_check = click.option("--no-check", is_flag=True, help="Do not check requests against the vendor's document.")
lossy = click.option(
    "--lossy", is_flag=True, help="Leave out what the vendor cannot carry of a portable request, with a warning."
)
model = click.option("--model", metavar="M", help="The model for requests that name none.")
max_items = click.option(
    "--max-items-per-batch", type=click.IntRange(min=1), metavar="N", help="A lower limit than the vendor's."
)
max_requests = click.option(
    "--max-requests", type=click.IntRange(min=1), metavar="N",
    help="Refuse an input with more requests; those that are sent again count too.",
)  # fmt: skip
retries = click.option(
    "--retries", type=click.IntRange(min=0), default=0, show_default=True, metavar="N",
    help="Rounds in which requests are sent again that expired, got no answer, or failed by an error that may pass.",
)  # fmt: skip
canary = click.option(
    "--canary", type=click.IntRange(min=1), metavar="N",
    help="Send the first N requests alone, and the others only if all of these succeed.",
)  # fmt: skip
poll = click.option(
    "--poll", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS",
    help="First polling interval, from where it backs off (5; with --sandbox 0.05).",
)  # fmt: skip
settle = click.option(
    "--settle", type=click.FloatRange(min=0), default=900.0, metavar="SECONDS",
    help="How long, by the vendor's clock, a create whose reply was lost may still show up there (900); three readings"
    " of the vendor's whole list come on top before it is taken not to exist.",
)  # fmt: skip
on_unknown = click.option(
    "--on-unknown", type=click.Choice(["hold", "resubmit", "abandon"]), default="hold", show_default=True,
    help="What to do with a create whose reply was lost and whose fate cannot be found out: stop with exit code 4, send"
    " it again (may pay twice), or give its requests up.",
)  # fmt: skip
sandbox = click.option(
    "--sandbox", is_flag=True, help="Use a local imitation of the vendor, 1000 times faster; needs no key."
)
run_dir = click.option("--run-dir", type=FOLDER, metavar="DIR", help="Its directory, unless INPUT.VENDOR.polybatch.")
out = click.option(
    "-o", "--out", type=Path, metavar="FILE",
    help="Results: JSON lines, or a table (.csv, .tsv, .parquet); - is standard output, written at the end.",
)  # fmt: skip
in_order = click.option(
    "--in-order", is_flag=True, help="Results in the order of the input, written at the end; tables always are."
)
prompt = click.option(
    "--prompt", metavar="TEXT",
    help="Make a request of each row of INPUT: {name} stands for the cell of that column, {{ and }} for braces.",
)  # fmt: skip
system = click.option("--system", metavar="TEXT", help="The instruction that goes with it, for requests without one.")
id_column = click.option("--id-column", metavar="NAME", help="The column that names a row (custom_id, else row-N).")
schema = click.option(
    "--schema", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="A JSON Schema that the answers have to fit.",
)  # fmt: skip
max_tokens = click.option(
    "--max-tokens", type=click.IntRange(min=1), metavar="N",
    help="Tokens of an answer at most, for requests that do not say.",
)  # fmt: skip
making = stacked(prompt, system, id_column, schema, max_tokens)
"""How requests are made of rows."""
folder = click.argument(
    "folder", type=RunDir(path_type=Path, file_okay=False), metavar="RUN_DIR", shell_complete=completing.runs
)
input_ = click.argument("input_", metavar="INPUT")
reaching = stacked(vendor, base_url, option, allow_http, ca_file, as_json)
"""How one batch at the vendor is reached."""
driving = stacked(
    out, in_order, making, option, model, sandbox, poll, settle, on_unknown, retries, canary, max_items,
    max_requests, allow_http, ca_file, no_check, lossy, as_json,
)  # fmt: skip
"""What a run takes besides its input, its place and its vendor's."""


def read_pairs(pairs: Sequence[str], vendor: str) -> dict[str, Any]:
    """`K=V`, several times, as options of a vendor; names and types are the vendor's to judge."""
    kind = find_vendor(vendor).options_type
    types = typing.get_type_hints(kind)
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise InputError(f"--option {pair}: expected K=V", hint=f"the options are: {', '.join(types) or 'none'}")
        if name in found:
            raise InputError(f"--option {name} is given twice", hint=f"a list is written {name}=a,b")
        found[name] = _value(value, types.get(name, Any))
    return found


def _value(text: str, kind: Any) -> Any:
    """The first reading of a text that fits the type; the plainest where none does."""
    import msgspec  # noqa: PLC0415 - not for the help

    readings: list[Any] = [text, text.split(",")]
    with suppress(ValueError):  # not JSON
        readings.insert(0, msgspec.json.decode(text))
    for reading in readings:
        try:
            msgspec.convert(reading, kind)
        except msgspec.ValidationError:
            continue
        return reading
    return readings[0]
