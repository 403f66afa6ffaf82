"""What was measured, as tables, as JSON, and in the README of this folder."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scripts.bench import cases
from scripts.bench.goals import Verdict
from scripts.bench.racing import Case, Figures

LIBRARIES = ("httpx", "msgspec", "attrs", "jsonschema_rs")
SDKS = (cases.ANTHROPIC, cases.LETTA, cases.MESH)
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
"""Between these two the README holds the last tables."""
NONE = "-"
MET = {True: "met", False: "**not met**", None: "not judged"}


def brief(value: float | None) -> str:
    """Three digits of a number, or a dash."""
    if value is None:
        return NONE
    digits = next((digits for limit, digits in ((1, 3), (10, 2), (100, 1)) if abs(value) < limit), 0)
    return f"{value:,.{digits}f}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns stand below each other; all but the first are numbers."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    ruler = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        first, *others = cells
        aligned = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        return f"| {' | '.join([first.ljust(widths[0]), *aligned])} |"

    return "\n".join(map(line, (heads, ruler, *rows)))


def spread(values: Sequence[float]) -> str:
    """The least and the most of some rounds."""
    return f"{brief(min(values))}-{brief(max(values))}" if len(values) > 1 else "once" if values else NONE


def columns(figures: Figures, ours: Figures | None) -> Mapping[str, str]:
    """The cells of one contender's row."""
    wall, own = figures.median("wall"), ours.median("wall") if ours else None
    memory = figures.median("rss")
    return {
        "wall s": brief(wall),
        "min-max": spread(figures.values("wall")),
        "CPU s": brief(figures.median("cpu")),
        "RSS MB": NONE if memory is None else f"{memory:.0f}",
        "first s": brief(figures.median("first")),
        "calls": brief(figures.median("calls")).partition(".")[0],
        "ratio": brief(wall / own) if wall is not None and own else NONE,
    }


def results(case: Case, found: Mapping[str, Figures]) -> str:
    """The table of one case; `ratio` is wall time against the first row's, which is ours."""
    ours = found.get(case.contenders[0].label) if case.compared else None
    cells = {label: columns(figures, ours) for label, figures in found.items()}
    heads = [name for name in next(iter(cells.values()), {}) if any(row[name] != NONE for row in cells.values())]
    return table(["who", *heads], [[label, *(row[name] for name in heads)] for label, row in cells.items()])


def verdicts(found: Sequence[Verdict]) -> str:
    """The goals and whether they are met, one a line."""
    return "\n".join(f"* {one.goal}: {one.found}; {MET[one.met]}" for one in found)


def machine() -> dict[str, Any]:
    """Where and when, and with which versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "cpu": names[0] if names else platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": {name: version(name) for name in ("polybatch", *LIBRARIES)},
        "sdks": list(SDKS),
    }


def described(told: Mapping[str, Any], rounds: int) -> str:
    """The machine in words."""
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    return (
        f"{told['date']}; {told['cpu']}, {told['cores']} cores, {told['system']}, {told['python']}; rounds: {rounds};"
        f" load before: {told['load']:.1f}.\n"
        f"{versions}.\nSDKs: {', '.join(told['sdks'])}."
    )


def raw(
    cases_run: Sequence[tuple[str, Case, Mapping[str, Figures]]],
    judged: Mapping[str, Sequence[Verdict]],
    told: Mapping[str, Any],
) -> dict[str, Any]:
    """All figures, for a program."""
    measured = [
        {"goal": goal, "case": case.name, "title": case.title, "size": case.size,
         "runs": {label: list(figures.runs) for label, figures in found.items()}}
        for goal, case, found in cases_run
    ]  # fmt: skip
    return {
        "machine": told,
        "cases": measured,
        "verdicts": {goal: [asdict(one) for one in all_] for goal, all_ in judged.items()},
    }


def into_readme(path: Path, text: str) -> None:
    """Put the tables where the README has its last ones. Raises ValueError where it has no place for them."""
    head, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{path} holds no {BEGIN} … {END}")
    path.write_text(f"{head}{BEGIN}\n\n{text.strip()}\n\n{END}{tail}", encoding="utf-8")


def series(
    cases_run: Sequence[tuple[str, Case, Mapping[str, Figures]]], goal: str, labels: Mapping[str, str]
) -> Iterator[tuple[str, list[tuple[int, float, float]]]]:
    """For a drawing: of each label its sizes with wall time and memory, under another name."""
    for label, shown in labels.items():
        points = [
            (case.size, wall, memory)
            for name, case, found in cases_run
            if name == goal and label in found
            if (wall := found[label].median("wall")) is not None and (memory := found[label].median("rss")) is not None
        ]
        if points:
            yield shown, points
