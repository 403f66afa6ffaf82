"""How long it takes until something can begin: imports, and the command line's help, in processes of their own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from typing import Any

from scripts.bench.meter import Meter

TIMED = """
import time
wall, cpu = time.perf_counter(), time.process_time()
{code}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
import json, sys
sys.path.append({root!r})
from scripts.bench.meter import peak_mb
vendors = {{name.split(".")[1] for name in sys.modules if name.startswith("polybatch_generated.")}}
print(json.dumps({{"wall": wall, "cpu": cpu, "rss": peak_mb(), "vendors": len(vendors)}}))
"""
IMPORTTIME = "import sys; sys.stderr.write('--\\n'); import polybatch; polybatch.BatchClient"


def imports(meter: Meter, *, code: str, times: int) -> dict[str, Any]:
    """The medians of running some code; and how many vendors it loaded."""
    command = [sys.executable, "-P", "-c", TIMED.format(code=code, root=sys.path[0])]
    found = [json.loads(_said(command)) for _ in range(times)]
    return {**meter.measured, **{name: statistics.median(one[name] for one in found) for name in found[0]}}


def command(meter: Meter, *, words: list[str], times: int) -> dict[str, Any]:
    """The median of a whole process, from its start to its end."""
    walls = []
    for _ in range(times):
        start = time.perf_counter()
        _said([sys.executable, "-P", *words])
        walls.append(time.perf_counter() - start)
    return {**meter.measured, "wall": statistics.median(walls)}


def costliest(_: Meter, *, most: int = 10) -> dict[str, Any]:
    """Modules whose own part of importing the client takes longest, in milliseconds."""
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-P", "-X", "importtime", "-c", IMPORTTIME], capture_output=True, text=True, check=True
    ).stderr.partition("--\n")[2]
    rows = [line.removeprefix("import time:").split("|") for line in told.splitlines() if line.count("|") == 2]
    found = sorted(((int(own) / 1000, name.strip()) for own, _, name in rows), reverse=True)
    return {"modules": {name: cost for cost, name in found[:most]}}


def nothing(meter: Meter) -> None:
    """What a worker needs for itself."""
    with meter:
        pass


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own code
