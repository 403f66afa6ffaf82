"""The command line of scripts/new_vendor."""

import argparse
import datetime as dt
import json
import keyword
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts.spec_compiler import toolchain
from scripts.spec_compiler.errors import SpecError

from .asking import questions
from .collisions import collisions

_ROOT = Path(__file__).parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: done; 1: nothing was written, or questions are open; 2: wrong usage or tools."""
    options = _parser().parse_args(arguments)
    if options.questions:
        found = list(questions(options.root))
        return _say("\n".join(found), 1) if found else 0
    if options.name is None:
        return _say("new_vendor: NAME is missing", 2)
    try:
        toolchain.require(toolchain.pins())
    except SpecError as error:
        return _say(f"new_vendor: {error}", 2)
    try:
        files = scaffold(options.root, options.name, options.source)
        if not options.dry_run:
            _write(options.root, files)
    except SpecError as error:
        return _say("\n".join(f"new_vendor: {line}" for line in str(error).splitlines()), 1)
    lines = _next(options.root, options.name) if not options.dry_run else ["nothing was written (--dry-run)"]
    sys.stdout.write("\n".join([*_summary(files), "", *lines]) + "\n")
    return 0


def scaffold(root: Path, name: str, source: str | None) -> dict[str, str]:
    """Every file of a new vendor and its whole new text. Raises SpecError; writes nothing."""
    places = _places(name)
    _check_name(root, name, places)
    # Imported late: toolchain.require must be able to speak first.
    from .building import built  # noqa: PLC0415

    manifest = root / "specs" / "manifest.toml"
    texts = built(name, source, dt.datetime.now(tz=dt.UTC).date())
    table = texts.pop("manifest")
    files = {places[kind]: text for kind, text in texts.items()}
    files["specs/manifest.toml"] = manifest.read_text(encoding="utf-8").rstrip("\n") + "\n" + table
    strict = _compile(name, files)
    cases = json.loads(texts["cases"])
    cases["facts"]["collisions"] = collisions(root, strict)
    files[places["cases"]] = json.dumps(cases, indent=1, ensure_ascii=False) + "\n"
    return files


def _places(name: str) -> dict[str, str]:
    return {
        "openapi": f"specs/{name}/openapi.yaml",
        "patches": f"specs/{name}/patches.yaml",
        "cases": f"tests/cases/{name}.json",
        "vendor": f"overlay/polybatch/vendors/{name}.py",
        "behaviour": f"overlay/polybatch_sandbox/behaviours/{name}.py",
    }


def _check_name(root: Path, name: str, places: Mapping[str, str]) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or keyword.iskeyword(name):
        raise SpecError(
            f"{name!r} cannot be a vendor's name: small letters, digits and _, a letter first, no word of Python"
        )
    from scripts.spec_compiler.manifest import read_manifest  # noqa: PLC0415

    known = read_manifest(root / "specs" / "manifest.toml")
    if name in known:
        raise SpecError(
            f"there is a vendor {name!r} already (specs/manifest.toml); take another name, or edit its files"
        )
    there = [place for place in places.values() if (root / place).exists()]
    if there:
        raise SpecError(f"{', '.join(there)} exists already; delete it, or take another name")


def _compile(name: str, files: Mapping[str, str]) -> dict[str, Any]:
    """The strict document. What the compiler refuses is refused before anything is written."""
    from scripts.spec_compiler.checks import check  # noqa: PLC0415
    from scripts.spec_compiler.documents import load_yaml  # noqa: PLC0415
    from scripts.spec_compiler.manifest import read_manifest  # noqa: PLC0415
    from scripts.spec_compiler.patching import apply_patches  # noqa: PLC0415
    from scripts.spec_compiler.pruning import prune  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), {place: text for place, text in files.items() if place.startswith("specs/")})
        specs = Path(folder) / "specs"
        vendor = read_manifest(specs / "manifest.toml")[name]
        patches = load_yaml(specs / name / "patches.yaml")
        strict = prune(apply_patches(load_yaml(specs / name / "openapi.yaml"), patches), vendor)
        try:
            check(strict, vendor)
        except SpecError as error:
            raise SpecError(f"the document cannot be compiled; mend a copy of it and give that:\n{error}") from None
    return strict


def _write(root: Path, files: Mapping[str, str]) -> None:
    """All files or none."""
    before = {place: (root / place).read_bytes() for place in files if (root / place).exists()}
    try:
        for place, text in files.items():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        for place in files:
            if place in before:
                (root / place).write_bytes(before[place])
            else:
                (root / place).unlink(missing_ok=True)
        raise SpecError(f"{error.filename} cannot be written: {error.strerror}; nothing was changed") from None


def _summary(files: Mapping[str, str]) -> Iterator[str]:
    for place, text in files.items():
        asked = text.count("ASK:")
        lines = len(text.splitlines())
        yield f"{place:<50}{lines:5} lines" + (f", {asked} questions" if asked else "")


def _next(root: Path, name: str) -> list[str]:
    where = "" if root == _ROOT else f" --root {root}"
    return [
        "next:",
        f"1. python scripts/regenerate{where} {name}",
        f"2. python -m pytest tests/contract tests/unit/test_cases.py -k {name}",
        f"3. answer the questions in the vendor's own pages: python scripts/new_vendor{where} --questions",
        f"   first in specs/{name}, then tests/cases/{name}.json (red), overlay/polybatch/vendors/{name}.py (green),",
        f"   and overlay/polybatch_sandbox/behaviours/{name}.py, from the pages and not from the client",
        "4. python scripts/vendor_table.py --write",
        "5. sh scripts/test",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="new_vendor", description="Writes the skeleton of a new vendor.")
    parser.add_argument("name", nargs="?", metavar="NAME", help="small letters, digits and _")
    parser.add_argument(
        "--from", dest="source", metavar="DOCUMENT", help="OpenAPI 3 as JSON or YAML, a file or an address"
    )
    parser.add_argument("--root", type=Path, default=_ROOT, metavar="DIR", help="where specs/, overlay/ and tests/ are")
    parser.add_argument("--dry-run", action="store_true", help="say what would be written, and write nothing")
    parser.add_argument(
        "--questions", action="store_true", help="list what is still to be answered; exit 1 if anything is"
    )
    return parser


def _say(text: str, code: int) -> int:
    sys.stderr.write(text + "\n")
    return code
