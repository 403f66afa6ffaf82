"""The goals, and when each is met.

    goal ─► cases ─► contenders ─► figures ─► verdicts

"Faster" is said of wall time, which a user waits for; the ratio of CPU time stands beside it, since a busy machine
disturbs that less.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.bench import cases
from scripts.bench.cases import (
    ARRAY,
    BASE,
    ENVELOPE,
    FIRST,
    HELP,
    MESH_SDK,
    OURS,
    OURS_READ,
    OWN,
    REFERENCE,
    SDK,
    SDK_READ,
    Sizes,
)
from scripts.bench.racing import Case, Figures, Stage

SAME = 1.15
"""Peak memory is the same where it differs by less than this."""
Found = Mapping[str, Mapping[str, Figures]]
"""By case, then by contender."""


@dataclass(frozen=True)
class Verdict:
    """A goal, what was found, and whether that is enough; `None` where somebody did not take part."""

    goal: str
    found: str
    met: bool | None


@dataclass(frozen=True)
class Goal:
    """A row of the goals."""

    title: str
    cases: Callable[[Stage, Sizes], Sequence[Case]]
    judge: Callable[[Found, Sizes], Iterator[Verdict]] = lambda _found, _sizes: iter(())


def figure(found: Found, case: str, who: str, name: str) -> float | None:
    """A median, if that contender took part."""
    figures = found.get(case, {}).get(who)
    return figures.median(name) if figures else None


def ratio(found: Found, above: tuple[str, str], below: tuple[str, str], name: str) -> float | None:
    """Of two medians, each of a case and a contender."""
    upper, lower = figure(found, *above, name), figure(found, *below, name)
    return upper / lower if upper is not None and lower else None


def judged(goal: str, value: float | None, met: Callable[[float], bool], words: str) -> Verdict:
    """A verdict on one figure; `words` has a place for it."""
    if value is None:
        return Verdict(goal, "not measured", None)
    return Verdict(goal, words.format(value), met(value))


def faster(found: Found, case: str, who: str, than: str, times: float) -> Verdict:
    """Whether one is so many times faster than another."""
    cpu = ratio(found, (case, than), (case, who), "cpu")
    words = "{:.1f} times" + (f" (CPU {cpu:.1f})" if cpu is not None else "")
    wall = ratio(found, (case, than), (case, who), "wall")
    much = f"at least {times:g} times faster" if times > 1 else "faster"
    return judged(f"{who}: {much} than {than}", wall, lambda value: value >= times, words)


def near(found: Found, case: str, who: str, floor: str, times: float, name: str = "wall") -> Verdict:
    """Whether one needs at most so many times what a floor does."""
    other = "cpu" if name == "wall" else "wall"
    beside = ratio(found, (case, who), (case, floor), other)
    words = "{:.2f} times" + (f" ({_called(other)} {beside:.2f})" if beside is not None else "")
    goal = f"{who}: at most {times:g} times {floor}, in {_called(name)} time"
    return judged(goal, ratio(found, (case, who), (case, floor), name), lambda value: value <= times, words)


def _called(name: str) -> str:
    return "CPU" if name == "cpu" else name


def memory(found: Found, case: str, most: float, who: str = OURS) -> Verdict:
    """Whether peak memory stays within bounds."""
    goal = f"{who}: at most {most:g} MB"
    return judged(goal, figure(found, case, who, "rss"), lambda value: value <= most, "{:.1f} MB")


def flat(found: Found, few: str, many: str, sizes: tuple[int, int], who: str = OURS) -> Verdict:
    """Whether peak memory is the same for few and many."""
    words = (
        f"{{:.2f}} times ({figure(found, few, who, 'rss') or 0:.1f} and {figure(found, many, who, 'rss') or 0:.1f} MB)"
    )
    goal = f"{who}: the same memory at {sizes[0]:,} and {sizes[1]:,}"
    value = ratio(found, (many, who), (few, who), "rss")
    return judged(goal, value, lambda value: value < SAME, words)


# -- when a goal is met


def results(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Downloads."""
    large = f"results-{sizes.large}"
    yield faster(found, large, OURS, SDK, 10)
    yield near(found, large, OURS, ENVELOPE, 1.4, "cpu")
    yield faster(found, large, OURS_READ, SDK_READ, 6)
    first = figure(found, large, OURS, "first")
    yield judged(f"{OURS}: first result under 0.1 s", first, lambda value: value < 0.1, "{:.3f} s")
    yield memory(found, large, 60)
    for few, many in ((sizes.small, sizes.large), (sizes.large, sizes.huge)):
        yield flat(found, f"results-{few}", f"results-{many}", (few, many))


def submit(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Uploads."""
    large = f"submit-{sizes.large}"
    yield faster(found, large, OURS, SDK, 8)
    yield near(found, large, OURS, ARRAY, 2)
    yield memory(found, large, 64)
    yield flat(found, f"submit-{sizes.small}", large, (sizes.small, sizes.large))


def submit_run(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Durable uploads."""
    large, huge = f"submit-run-{sizes.large}", f"submit-run-{sizes.huge}"
    yield faster(found, large, OURS, SDK, 5)
    yield near(found, large, OURS, ARRAY, 3.5)
    yield memory(found, large, 64)
    yield flat(found, large, huge, (sizes.large, sizes.huge))


def whole_run(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """From file to file."""
    case = f"run-{sizes.small}"
    yield faster(found, case, OURS, SDK, 3)
    yield near(found, case, OURS, REFERENCE, 1.5)


def million(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Many."""
    case = f"million-{sizes.huge}"
    yield judged(f"{OURS}: under 45 s", figure(found, case, OURS, "wall"), lambda value: value < 45, "{:.1f} s")
    yield memory(found, case, 100)
    yield flat(found, f"million-{sizes.large}", case, (sizes.large, sizes.huge))


def tables(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Tables."""
    yield memory(found, f"tables-{sizes.rows}", 250)


def mesh(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """One document."""
    case = f"meshapi-{sizes.large}"
    yield memory(found, case, 64)
    yield faster(found, case, OURS, MESH_SDK, 1)


def watching(found: Found, sizes: Sizes) -> Iterator[Verdict]:
    """Looks."""
    most, calls = math.ceil(sizes.watched / 100), figure(found, f"watching-{sizes.watched}", OURS, "calls")
    goal = f"{OURS}: at most {most} requests for {sizes.watched:,} batches"
    yield judged(goal, calls, lambda value: value <= most, "{:.0f}")


def startup(found: Found, _: Sizes) -> Iterator[Verdict]:
    """Imports."""
    own, base = figure(found, "startup", OWN, "wall"), figure(found, "startup", BASE, "wall")
    more = None if own is None or base is None else 1000 * (own - base)
    yield judged(f"{OWN}: at most 60 ms above {BASE}", more, lambda value: value <= 60, "{:.0f} ms")
    loaded = figure(found, "startup", OWN, "vendors")
    yield judged(f"{OWN}: no vendor loaded", loaded, lambda value: value == 0, "{:.0f}")
    loaded = figure(found, "startup", FIRST, "vendors")
    yield judged(f"{FIRST}: one vendor loaded", loaded, lambda value: value == 1, "{:.0f}")
    wall = figure(found, "startup", HELP, "wall")
    yield judged(f"{HELP}: under 0.25 s", wall, lambda value: value < 0.25, "{:.3f} s")


GOALS: Mapping[str, Goal] = {
    "results": Goal("download and decode results (Anthropic)", cases.results, results),
    "submit": Goal("one create from a file, `client.create`", cases.submit, submit),
    "submit-run": Goal("the same through `client.run`, until all is sent", cases.submit_run, submit_run),
    "run": Goal("a whole durable run, from file to file", cases.whole_run, whole_run),
    "million": Goal("a million requests end to end", cases.million, million),
    "tables": Goal("a run from a Parquet file to a Parquet file", cases.tables, tables),
    "meshapi": Goal("results in one large document (MeshAPI)", cases.mesh, mesh),
    "letta": Goal("messages of a job (Letta; no goal of its own)", cases.letta),
    "watching": Goal("looking at a thousand batches", cases.watching, watching),
    "startup": Goal("imports, and the command line's help", cases.startup, startup),
}
