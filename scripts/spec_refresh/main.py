"""The command line of scripts/refresh_specs."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.spec_compiler import toolchain
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.manifest import Vendor, read_manifest

# What needs the tools is imported late: toolchain.require must be able to speak first.
if TYPE_CHECKING:
    from .explaining import Refresh
    from .report import Result

USAGE = 2
"""The exit code of wrong usage, or tools that are missing."""
_ROOT = Path(__file__).parents[2]
_EPILOG = """\
exit code (with several vendors the highest):
  0  nothing changed for us
  1  it could not be done: a source is unreachable, has moved or is another
     document, or --write failed; nothing is written
  2  wrong usage, or tools that are missing
  3  something changed, and all of it is additive
  4  something changed that breaks
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares, reports, and with --write takes over."""
    options = parser().parse_args(arguments)
    tools = toolchain.pins()
    try:
        toolchain.require(tools)
        vendors = read_manifest(options.root / "specs" / "manifest.toml")
    except SpecError as error:
        return _refuse(str(error))
    unknown = [name for name in options.vendors if name not in vendors]
    if unknown:
        return _refuse(f"unknown vendor {unknown[0]!r}; the manifest has {', '.join(vendors)}")
    if options.given and len(options.vendors) != 1:
        return _refuse("--from goes with exactly one VENDOR")
    from .report import FAILED, markdown, table  # noqa: PLC0415

    results = [_refreshed(vendors[name], options, tools) for name in options.vendors or vendors]
    sys.stdout.write(table(results))
    sys.stdout.flush()
    for result in results:
        for line in result.error.splitlines():
            sys.stderr.write(f"refresh_specs: {result.vendor}: {line}\n")
    if options.report:
        try:
            options.report.write_text(markdown(results), encoding="utf-8", newline="\n")
        except OSError as error:
            sys.stderr.write(f"refresh_specs: {options.report} cannot be written: {error.strerror}\n")
            return FAILED
    return max(result.code for result in results)


def _refreshed(vendor: Vendor, options: argparse.Namespace, tools: dict[str, str]) -> "Result":
    from scripts.spec_compiler.documents import load_yaml  # noqa: PLC0415

    from .explaining import Refresh  # noqa: PLC0415
    from .fetching import Bounds, SourceError  # noqa: PLC0415
    from .report import Result  # noqa: PLC0415
    from .sources import read_source  # noqa: PLC0415

    folder = options.root / "specs" / vendor.name
    try:
        known, patches = load_yaml(folder / "openapi.yaml"), load_yaml(folder / "patches.yaml")
        source = read_source(vendor, known, options.given, Bounds())
        if source.document is None:
            return Result(vendor.name, note=source.note)
        refresh = Refresh(known, patches, source.document, vendor.aside)
        result = Result(vendor.name, refresh.changes, source.note)
    except (SourceError, SpecError) as error:
        return Result(vendor.name, error=str(error))
    if not options.write or all(change.beside for change in result.counted):
        return result
    try:
        _write(vendor, refresh, options.root, tools)
    except (SpecError, OSError) as error:
        return Result(vendor.name, result.changes, result.note, error=f"not written: {error}")
    return Result(vendor.name, result.changes, result.note, written=True)


def _write(vendor: Vendor, refresh: "Refresh", root: Path, tools: dict[str, str]) -> None:
    from . import installing  # noqa: PLC0415
    from .taking_over import take_over  # noqa: PLC0415
    from .yaml_text import rewritten  # noqa: PLC0415

    text = (root / "specs" / vendor.name / "openapi.yaml").read_text(encoding="utf-8")
    take_over(refresh)
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    installing.install(root, vendor.name, rewritten(text, refresh.old), today, tools)


def parser() -> argparse.ArgumentParser:
    """Its options."""
    found = argparse.ArgumentParser(
        prog="refresh_specs",
        description="Says what changed for us in what the vendors publish. Without --write nothing is written.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("vendors", nargs="*", metavar="VENDOR", help="only these (default: all of the manifest)")
    found.add_argument(
        "--from",
        dest="given",
        metavar="URL|FILE",
        help="another source for one VENDOR: a document, a page with a fenced block, a server, a .stats.yml",
    )
    found.add_argument("--write", action="store_true", help="take it over: openapi.yaml, generated/, the lock")
    found.add_argument("--report", type=Path, metavar="FILE", help="write the report as Markdown too")
    found.add_argument("--root", type=Path, default=_ROOT, metavar="DIR", help="where specs/ and generated/ are")
    return found


def _refuse(text: str) -> int:
    sys.stderr.write(f"refresh_specs: {text}\n")
    return USAGE
