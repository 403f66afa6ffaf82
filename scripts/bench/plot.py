"""Wall time and memory against the number of requests, as a picture; matplotlib is needed here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

from scripts.bench import report
from scripts.bench.cases import ARRAY, ENVELOPE, OURS, OURS_READ, SDK
from scripts.bench.racing import Case, Figures

PANELS: Sequence[tuple[str, Sequence[tuple[str, Mapping[str, str]]]]] = (
    ("results of 2.1 KB", (("results", {OURS: OURS, OURS_READ: OURS_READ, SDK: SDK, ENVELOPE: ENVELOPE}),)),
    (
        "requests of 1 KB",
        (
            ("submit", {OURS: "polybatch, create", SDK: SDK, ARRAY: ARRAY}),
            ("submit-run", {OURS: "polybatch, durable run"}),
        ),
    ),
)
"""A row of the picture: what it is about, and of which goals it shows whom under which name."""
COLOURS = {OURS: "#0072b2", "polybatch, create": "#0072b2", OURS_READ: "#56b4e9", "polybatch, durable run": "#56b4e9"}
COLOURS |= {SDK: "#d55e00", ENVELOPE: "#009e73", ARRAY: "#009e73"}
"""Told apart also by those who see few colours (Okabe and Ito)."""
MARKERS = "osD^v"


def draw(path: Path, cases_run: Sequence[tuple[str, Case, Mapping[str, Figures]]]) -> None:
    """Draw what there is. Raises ImportError without matplotlib."""
    import_module("matplotlib").use("Agg")
    plt = import_module("matplotlib.pyplot")

    figure, axes = plt.subplots(len(PANELS), 2, figsize=(10, 8), layout="constrained")
    for row, (title, parts) in zip(axes, PANELS, strict=True):
        found = [one for goal, labels in parts for one in report.series(cases_run, goal, labels)]
        for (label, points), marker in zip(found, MARKERS, strict=False):
            sizes, walls, memory = zip(*points, strict=True)
            for axis, values in zip(row, (walls, memory), strict=True):
                axis.plot(sizes, values, marker=marker, color=COLOURS[label], label=label)
        for axis, what in zip(row, ("wall time, s", "peak memory (RSS), MB"), strict=True):
            axis.set(xscale="log", xlabel=f"number of {title}", ylabel=what)
            axis.grid(visible=True, alpha=0.3)
            if found:
                axis.legend(fontsize="small")
        row[0].set_yscale("log")
        row[1].set_ylim(bottom=0)
    figure.savefig(path, dpi=72)
    plt.close(figure)
