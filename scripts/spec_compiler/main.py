"""The command line of scripts/regenerate."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from . import toolchain
from .errors import SpecError

_ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: done, or in step; 1: out of step, or specs/ is at fault; 2: wrong usage or tools."""
    options = _parser().parse_args(arguments)
    tools = toolchain.pins()
    try:
        toolchain.require(tools)
    except SpecError as error:
        return _say(f"regenerate: {error}", 2)
    # Imported late: toolchain.require must be able to speak first.
    from . import building  # noqa: PLC0415

    try:
        if not options.check:
            building.write(options.root, options.vendors, tools)
            return 0
        found = building.out_of_step(options.root, options.vendors, tools)
        return _say("\n".join([*found, "run scripts/regenerate"]), 1) if found else 0
    except SpecError as error:
        return _say(f"regenerate: {error}", 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="regenerate", description="Compiles specs/ into generated/.")
    parser.add_argument("vendors", nargs="*", metavar="VENDOR", help="only these (default: all of the manifest)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 naming each file out of step")
    parser.add_argument("--root", type=Path, default=_ROOT, metavar="DIR", help="where specs/ and generated/ are")
    return parser


def _say(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code
