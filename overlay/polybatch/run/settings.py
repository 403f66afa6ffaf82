"""How a run is done: what its user may choose, checked, and where its files go."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal, TypedDict, get_args

import attrs
from attrs import field, frozen

from polybatch.errors import InputError
from polybatch.schema_of import json_schema_of
from polybatch.tables.template import Template
from polybatch.tables.writing import is_table

Decision = Literal["hold", "resubmit", "abandon"]
DECISIONS = get_args(Decision)
STDOUT = "stdout.jsonl"
"""File in the run directory that holds the results until they are written to standard output, at the end."""
ARRIVED = "arrived.jsonl"
"""File in the run directory that holds the results as they come, where the output is made of all of them at the end."""
IMITATED = "sandbox"
"""Instead of an address, where a run is a trial."""


class RunSettings(TypedDict, total=False):
    """What `client.run` takes besides the requests: the options of `polybatch run`, by the same names."""

    out: str | Path
    """Where results go; `.csv`, `.tsv` and `.parquet` make a table of them."""
    run_dir: str | Path
    """Where the journal is; needed where no file holds the requests."""
    poll: float
    """Seconds between two looks at a batch."""
    settle: float
    """Seconds within which a create whose reply was lost may still show up."""
    on_unknown: Decision
    """What to do about a create of which nobody knows whether it arrived."""
    retries: int
    """Repair rounds."""
    canary: int | None
    """So many requests are sent first; the others only if all of these succeed."""
    max_items_per_batch: int | None
    max_requests: int | None
    """More than these are refused."""
    model: str | None
    """For requests that name none."""
    lossy: bool
    """Leave out what the vendor cannot carry of a portable request, instead of refusing it."""
    no_check: bool
    """Send what the vendor's document forbids."""
    prompt: str | None
    """What to ask of each row, with the names of columns in braces."""
    system: str | None
    """The instruction that goes with it."""
    id_column: str | None
    schema: Any
    """What the answers have to look like: a JSON Schema, a file that holds one, or a type."""
    max_tokens: int | None
    in_order: bool
    """Keep the output in the order of the input, as tables always are."""


def _absolute(path: Path) -> Path:
    """So that a process may change its directory while it drives."""
    return path.absolute()


@frozen(kw_only=True)
class Settings:
    """How a run is done; the names are the command line's options."""

    out: Path = field(converter=_absolute)
    run_dir: Path = field(converter=_absolute)
    poll: float = 5.0
    settle: float = 900.0
    """Seconds, by the vendor's clock, within which a create whose reply was lost may still show up."""
    on_unknown: Decision = "hold"
    retries: int = 0
    """Repair rounds."""
    canary: int | None = None
    """So many requests are sent first; the others only if all of these succeed."""
    max_items_per_batch: int | None = None
    max_requests: int | None = None
    model: str | None = None
    lossy: bool = False
    """Whether what the vendor cannot carry of a portable request is left out, instead of refused."""
    instead: bool = False
    """Whether `model` takes the place of the one that a portable request names."""
    no_check: bool = False
    sandbox: bool = False
    prompt: str | None = None
    """What to ask of each row of the input, with the names of columns in braces."""
    system: str | None = None
    """The instruction that goes with it; braces as in the prompt."""
    id_column: str | None = None
    schema: dict[str, Any] | None = field(default=None, converter=attrs.converters.optional(json_schema_of))
    """What the answers have to look like: a JSON Schema, a file that holds one, or a type."""
    max_tokens: int | None = None
    in_order: bool = False
    """Whether the output keeps to the order of the input, as tables always do."""

    def __attrs_post_init__(self) -> None:
        rules = (
            ("poll", "a number of seconds above 0", _number(self.poll) and 0 < self.poll < math.inf),
            ("on_unknown", f"one of {', '.join(DECISIONS)}", self.on_unknown in DECISIONS),
            ("settle", "a number of seconds from 0", _number(self.settle) and 0 <= self.settle < math.inf),
            ("retries", "a number from 0", self.retries == 0 or _count(self.retries)),
            ("canary", "a number from 1", _count(self.canary)),
            ("max_items_per_batch", "a number from 1", _count(self.max_items_per_batch)),
            ("max_requests", "a number from 1", _count(self.max_requests)),
            ("max_tokens", "a number from 1", _count(self.max_tokens)),
        )
        for name, wanted, kept in rules:
            if not kept:
                raise InputError(f"{name} is {wanted}, not {getattr(self, name)!r}")
        _ = self.template  # which refuses what is none

    @property
    def template(self) -> Template:
        """What is made of each row of the input."""
        return Template(self.prompt, self.system, self.id_column, self.max_tokens, self.schema)

    @property
    def exported(self) -> bool:
        """Whether the output is written at the end, of all results."""
        return self.in_order or is_table(self.out)

    @property
    def arrived(self) -> Path:
        """Where results are written as they come."""
        return self.run_dir / ARRIVED if self.exported else self.out


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0)


def paths(requests: object, vendor: str, out: Path | None, run_dir: Path | None) -> tuple[Path, Path]:
    """Where results and journal go; `-` is standard input, or standard output. Raises InputError."""
    if not isinstance(requests, Path) or str(requests) == "-":
        if run_dir is None:
            what = "standard input needs" if isinstance(requests, Path) else "rows that no file holds need"
            raise InputError(f"{what} --run-dir", hint="so that the run can be resumed")
        default = run_dir / "results.jsonl"
    else:
        default, beside = default_paths(requests, vendor)
        run_dir = run_dir or beside
    if out is not None and out.suffix in {".gz", ".zst"}:
        raise InputError(f"{out}: results are not written compressed", hint=f"name it {out.with_suffix('')}")
    return run_dir / STDOUT if str(out) == "-" else out or default, run_dir


def default_paths(requests: Path, vendor: str) -> tuple[Path, Path]:
    """Where results and journal go unless named. Raises InputError for what cannot be a file."""
    if not (name := requests.name):
        raise InputError(f"{requests} is no file")
    for ending in (".gz", ".zst"):
        name = name.removesuffix(ending)
    out = requests.with_name(f"{Path(name).stem}.{vendor}.results.jsonl")
    return out, requests.with_name(f"{requests.name}.{vendor}.polybatch")
