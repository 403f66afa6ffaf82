"""Prints how many lines of code each part of the overlay has, against the budgets that keep it thin.

A line of code holds a token other than a comment or a docstring. More than the budget wants a reason in REASONS.
"""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "overlay"
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}

BUDGETS = (
    (
        "the interface without vendors",
        1500,
        ("polybatch/*.py", "polybatch/dialects/*.py", "polybatch/vendors/__init__.py"),
    ),
    ("tables", 450, ("polybatch/tables/*.py",)),
    ("contract", 450, ("polybatch/contract/*.py",)),
    ("run", 1800, ("polybatch/run/*.py",)),
    ("cli", 800, ("polybatch/cli/*.py",)),
    ("the sandbox", 2500, ("polybatch_sandbox/**/*.py",)),
)
VENDOR_BUDGET = 250
MODULE_LINES = 400
LONG = "results that come in one document are streamed, and what stands around them is judged apart"
REASONS: dict[str, str] = {
    "the interface without vendors": "dialects/messages and dialects/openai_lines (164) hold what three vendor files"
    " had in common and serve the vendors to come; tolerant reading grew with what the tests of hostile answers found;"
    " network (236) and inflate (125) bound where a connection may lead, how slow and how large a reply may be,"
    " which no HTTP library does; arrays, grouping, repeats, naming and narrow (390) keep the memory flat and the lines"
    " bytes; weave, crew, hold and line (230) carry out several transfers at once, in threads and on a loop; portable,"
    " features, to_messages and to_completions (535) are the one form of request for all vendors, structured and"
    " schema_of (200) its answers in JSON",
    "run": "finding a lost create again, watching for a late one, repair rounds, the canary, quarantine and the proof"
    " of the key are each a module of about a hundred lines, or a part of one (creating, searching, repairing);"
    " drift (118) notes what the vendor's document does not name",
    "tables": "reading (rows, template, cells: 420) and writing (writing, beside) each have rules of their own for CSV,"
    " for Parquet and for what JSON or a spreadsheet cannot carry, and refusals that name row, column and remedy",
    "vendor letta": LONG,
    "polybatch/vendors/letta.py": "a request is a message in a stored conversation, and a result is read out of one, so"
    " that both directions need readers that no other vendor has",
    "vendor meshapi": LONG,
    "cli": "shards (45, what each batch waits for) and decisions (68, a held run and the commands that decide) are what"
    " an operator reads; the rest are words for duplicates, quarantine, watches and a disk that fails; checking (107)"
    " asks and reports; causes (141, what went wrong and what to do), watching and overview (133, runs that others"
    " drive), teaching and completing (107, help and shells) are what a newcomer meets; fanning, abreast and targets"
    " (377) ask several vendors at once",
    "the sandbox": "chaos (a proxy, 145) and malice (a hostile vendor, 135) are tools of fault injection beside the"
    " imitation of the vendors; trouble at random and the words for conflicts, garbage and failures took another 40;"
    " imagined (115) answers tools, schemas and thought, so that whoever asks for them can be tested offline;"
    " pytest_plugin (89) is for testing one's own pipeline; body (190) takes a large create item by item",
}
"""Part or file to why it is over its budget."""


def code_lines(path: Path) -> int:
    """Lines of a file that hold code."""
    source = path.read_text(encoding="utf-8")
    documentation = set(_docstring_lines(ast.parse(source)))
    lines: set[int] = set()
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type not in SILENT:
                lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documentation)


def _docstring_lines(tree: ast.AST) -> Iterator[int]:
    """Lines of strings that stand alone: docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def parts() -> Iterator[tuple[str, int, int]]:
    """Name, lines and budget of each part."""
    for name, budget, patterns in BUDGETS:
        yield name, sum(code_lines(path) for pattern in patterns for path in ROOT.glob(pattern)), budget
    for path in sorted(ROOT.glob("polybatch/vendors/[a-z]*.py")):
        yield f"vendor {path.stem}", code_lines(path), VENDOR_BUDGET


def main() -> int:
    """Print the table; 1 if something is over its budget without a reason."""
    failed = False
    for name, lines, budget in parts():
        over = lines > budget
        failed |= over and name not in REASONS
        print(f"{name:32}{lines:6,} of {budget:5,} lines of code")
        if over:
            print(f"    over, because: {REASONS.get(name, 'no reason is given in scripts/budgets.py')}")
    for path in sorted(ROOT.rglob("*.py")):
        name, count = path.relative_to(ROOT).as_posix(), len(path.read_text(encoding="utf-8").splitlines())
        if count > MODULE_LINES:
            failed |= name not in REASONS
            print(f"{name}: {count} lines, more than {MODULE_LINES}  {REASONS.get(name, 'without a reason')}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
