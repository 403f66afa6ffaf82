"""One command for every goal of speed and memory: `python scripts/bench`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - the message is for those who run an older one
    sys.exit("bench: needs Python 3.11 or newer, with: pip install -e '.[bench]'")

HERE = Path(__file__).resolve().parent
sys.path[0] = str(HERE.parents[1])  # as a folder that is run, this one would stand there

from scripts.bench import plot, racing, report  # noqa: E402
from scripts.bench.cases import FULL, QUICK, Sizes  # noqa: E402
from scripts.bench.goals import GOALS, Verdict  # noqa: E402
from scripts.bench.racing import Case, Contender, Figures, Stage  # noqa: E402

OUT = racing.ROOT / ".cache" / "bench"
EXTRA = "pip install -e '.[bench]'"
EPILOG = """
Every contender of a case runs once a round, each time in a fresh process on one core; the server, which answers from
rendered bytes, has another. Tables go to standard output, progress to standard error. `ratio` is wall time against the
first row. The official SDKs are installed into .cache/oracle when they are first needed.

goals:
{goals}

examples:
  python scripts/bench                                  everything: about 15 minutes and 5 GB of disk
  python scripts/bench --quick --rounds 1               does it all work? a hundred times smaller, half a minute
  python scripts/bench --only results --size 100000     one goal at one size
  python scripts/bench --profile submit                 where our part of it spends its time
  python scripts/bench --out FOLDER                     FOLDER/bench.json with every figure, FOLDER/bench.png
  python scripts/bench --write-readme                   and the tables into scripts/bench/README.md
"""
Run = list[tuple[str, Case, Mapping[str, Figures]]]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    names = "\n".join(f"  {name:12} {goal.title}" for name, goal in GOALS.items())
    made = argparse.ArgumentParser(
        prog="python scripts/bench",
        description="Measures polybatch beside the vendors' official SDKs and the least that Python needs.",
        epilog=EPILOG.format(goals=names),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--only", action="append", metavar="GOAL", choices=GOALS, help="this goal; may be repeated")
    made.add_argument("--size", type=int, metavar="N", help="only cases with so many requests")
    made.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds, of which the medians count (3)")
    made.add_argument("--quick", action="store_true", help="a hundred times smaller; no goal is judged")
    made.add_argument(
        "--out", type=Path, metavar="DIR", default=OUT, help="for bench.json and bench.png (.cache/bench)"
    )
    made.add_argument("--write-readme", action="store_true", help="write tables and picture beside this command")
    made.add_argument("--profile", metavar="GOAL", choices=GOALS, help="run our part under cProfile, measure nothing")
    return made


def tell(words: str) -> None:
    """Progress."""
    print(words, file=sys.stderr, flush=True)


def measured(
    stage: Stage, names: Sequence[str], sizes: Sizes, rounds: int, size: int | None, failures: racing.Failures
) -> tuple[Run, dict[str, list[Verdict]]]:
    """Run the goals; each table is shown as soon as it is there."""
    run: Run = []
    judged: dict[str, list[Verdict]] = {}
    for name in names:
        goal = GOALS[name]
        for case in goal.cases(stage, sizes):
            if size in {None, case.size}:
                run.append((name, case, racing.race(case, rounds, stage.folder, tell, failures)))
                print(f"\n{shown(run[-1])}", flush=True)
        found = {case.name: figures for _, case, figures in run}
        judged[name] = [one if sizes is FULL else replace(one, met=None) for one in goal.judge(found, sizes)]
        if judged[name]:
            print(f"\n{report.verdicts(judged[name])}", flush=True)
    return run, judged


def shown(one: tuple[str, Case, Mapping[str, Figures]]) -> str:
    """A case and its table."""
    goal, case, found = one
    return f"### {goal}: {case.title}\n\n{report.results(case, found)}"


def profile(stage: Stage, name: str, sizes: Sizes, size: int | None) -> None:
    """Show where our worker of a goal spends its time."""
    made = GOALS[name].cases(stage, sizes)
    case = next((case for case in made if case.size == (size or sizes.large)), made[0])
    tell(f"profile of {case.name}: {case.contenders[0].label}")
    case.prepare()
    print(racing.measure(case.contenders[0], stage.folder, profile=True))


def costliest(stage: Stage) -> str:
    """What importing the client consists of."""
    told = json.loads(racing.measure(Contender("importtime", "starting", "costliest", {}), stage.folder))
    rows = [[name, report.brief(cost)] for name, cost in told["modules"].items()]
    return (
        f"### startup: the costliest modules of `polybatch.BatchClient`\n\n{report.table(['module', 'own ms'], rows)}"
    )


def text(run: Run, judged: Mapping[str, Sequence[Verdict]], extra: str, machine: str) -> str:
    """The whole report."""
    parts = [machine]
    for name, verdicts in judged.items():
        parts += [shown(one) for one in run if one[0] == name]
        parts += [report.verdicts(verdicts)] if verdicts else []
    return "\n\n".join([*parts, *([extra] if extra else [])])


def main() -> int:
    """Measure what was asked for; 1 where somebody broke down."""
    made = parser()
    given = made.parse_args()
    if given.rounds < 1:
        made.error("--rounds is a number from 1")
    if given.write_readme and (given.only or given.size or given.quick):
        made.error("--write-readme wants every goal at its full size")
    sizes = QUICK if given.quick else FULL
    names = [name for name in GOALS if name in (given.only or GOALS)]
    failures = racing.Failures(tell)
    with racing.stage() as stage:
        if given.profile:
            if given.profile == "startup":
                print(costliest(stage))
            else:
                profile(stage, given.profile, sizes, given.size)
            return 0
        machine = report.machine()
        words = report.described(machine, given.rounds)
        print(words)
        if stage.pinned is None:
            tell("workers and server share their cores here: the server may be the limit")
        run, judged = measured(stage, names, sizes, given.rounds, given.size, failures)
        extra = costliest(stage) if "startup" in names else ""
        print(f"\n{extra}" if extra else "")
    if not run:
        made.error(f"no case has {given.size} requests")
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "bench.json").write_text(json.dumps(report.raw(run, judged, machine), indent=1) + "\n")
    for folder in (given.out, *([HERE] if given.write_readme else [])):
        try:
            plot.draw(folder / "bench.png", run)
        except ImportError:
            tell(f"no picture: matplotlib is missing ({EXTRA})")
    tell(f"every figure stands in {given.out / 'bench.json'}")
    if given.write_readme:
        report.into_readme(HERE / "README.md", text(run, judged, extra, words))
    return int(failures.broken > 0)


if __name__ == "__main__":
    sys.exit(main())
