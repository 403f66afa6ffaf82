"""One measurement in a fresh process: `worker.py [--profile] MODULE FUNCTION ARGUMENTS` prints one line of JSON.

MODULE is one of `ours`, `sdks`, `floors`; the function measures with the meter it is given, and what it returns, if
anything, goes into the line. ARGUMENTS are its keyword arguments as JSON.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.bench.meter import Meter, peak_mb

TOP = 15
"""Lines of a profile."""


def main(module: str, function: str, arguments: str, *, profile: bool) -> None:
    """Measure, and print."""
    measure = getattr(importlib.import_module(f"scripts.bench.{module}"), function)
    if profile:
        show_profile(measure, json.loads(arguments))
        return
    meter = Meter()
    told = measure(meter, **json.loads(arguments)) or {}
    print(json.dumps({**meter.measured, "rss": peak_mb(), **told}))


def show_profile(measure: Callable[..., object], arguments: dict[str, Any]) -> None:
    """Print what took the longest of what is measured, its own time first."""
    import cProfile  # noqa: PLC0415 - would cost the others memory
    import pstats  # noqa: PLC0415

    profiler = cProfile.Profile()
    measure(Meter(profiler), **arguments)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(TOP)


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--profile"]
    main(*given, profile="--profile" in sys.argv)
