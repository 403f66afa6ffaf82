"""What a worker measures of itself: wall time, CPU time, the time to the first result, and its largest memory.

Knows the standard library only: it is imported beside every SDK.
"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

OWN_STATUS = Path("/proc/self/status")


class Profiler(Protocol):
    """What watches calls, as `cProfile.Profile` does."""

    def enable(self) -> None:
        """Begin."""

    def disable(self) -> None:
        """End."""


class Meter:
    """Measures what happens within it, once; a profiler, if there is one, watches just that."""

    def __init__(self, profiler: Profiler | None = None) -> None:
        self._wall = self._cpu = 0.0
        self._profiler = profiler
        self.measured: dict[str, Any] = {}

    def __enter__(self) -> Self:
        if self._profiler is not None:
            self._profiler.enable()
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def first(self) -> None:
        """The first result is there."""
        self.measured["first"] = time.perf_counter() - self._wall

    def __exit__(self, *_: object) -> None:
        self.measured["wall"] = time.perf_counter() - self._wall
        self.measured["cpu"] = time.process_time() - self._cpu
        if self._profiler is not None:
            self._profiler.disable()


def peak_mb() -> float:
    """Megabytes of memory that the process held at most, since it became this program.

    `ru_maxrss` would do, but Linux hands that of the starting process on.
    """
    if OWN_STATUS.exists():
        line = next(line for line in OWN_STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


@contextmanager
def fresh(path: str) -> Iterator[Path]:
    """A folder that is made anew and removed at the end."""
    folder = Path(path)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)
