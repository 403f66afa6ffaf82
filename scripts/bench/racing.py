"""Measuring: contenders of a case take turns, each time in a fresh process, while the server has a core of its own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.oracle.sdks import PYTHON, SDKS, NotInstalled, install

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
PATIENCE = 1800
"""Seconds after which a measurement is given up."""


@dataclass(frozen=True)
class Contender:
    """One who does the work of a case."""

    label: str
    module: str
    function: str
    arguments: Mapping[str, Any]
    sdk: str | None = None
    """The official SDK it needs, as its folder is called; ours and floors need none."""
    rounds: int | None = None
    """At most so many, where one takes minutes."""


@dataclass(frozen=True)
class Case:
    """One task of one size, and all who do it."""

    name: str
    title: str
    size: int
    contenders: Sequence[Contender]
    prepare: Callable[[], object] = field(default=lambda: None)
    compared: bool = True
    """Whether the rows do the same, so that they can be compared with the first."""


@dataclass(frozen=True)
class Figures:
    """What one contender's rounds gave."""

    runs: Sequence[Mapping[str, Any]]

    def median(self, name: str) -> float | None:
        """Of one figure."""
        values = self.values(name)
        return statistics.median(values) if values else None

    def values(self, name: str) -> list[float]:
        """All rounds of one figure."""
        return [run[name] for run in self.runs if name in run]


@dataclass(frozen=True)
class Stage:
    """A running server, and folders for its files and those of the workers."""

    folder: Path
    port: int
    pinned: tuple[int, int] | None
    """The core of the workers and the server's, where processes can be held to one."""

    def url(self, mount: str) -> str:
        """Where a mount of the server is."""
        return f"http://127.0.0.1:{self.port}/{mount}"

    @property
    def scratch(self) -> str:
        """A folder that a worker may make; its name only."""
        return str(self.folder / "run")


def cores() -> tuple[int, int] | None:
    """The core of the workers and the server's; nothing where a process cannot be held to one, or there is only one."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    allowed = sorted(os.sched_getaffinity(0))
    return (allowed[0], allowed[-1]) if len(allowed) > 1 else None


@contextmanager
def stage() -> Iterator[Stage]:
    """The server, started; ended afterwards, and its files removed."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    pinned = cores()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=cache) as name:
        command = [sys.executable, str(HERE / "server.py"), name, *([str(pinned[1])] if pinned else [])]
        with subprocess.Popen(  # noqa: S603 - our own server
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            if server.stdout is None:
                raise TypeError("the server was started without pipes")
            line = server.stdout.readline()
            if pinned:
                os.sched_setaffinity(0, {pinned[0]})  # and all whom this process starts
            yield Stage(Path(name), int(line), pinned)
            server.communicate()


def measure(contender: Contender, folder: Path, *, profile: bool = False) -> str:
    """What one worker prints. Raises RuntimeError with its last words, NotInstalled, TimeoutExpired."""
    environment = {name: value for name, value in os.environ.items() if name in {"PATH", "SYSTEMROOT", "TMPDIR"}}
    if contender.sdk is not None:
        sdk = SDKS[contender.sdk]
        install(sdk)
        python: Sequence[str] = PYTHON
        environment["PYTHONPATH"] = str(sdk.folder)
    else:
        python = (sys.executable, "-P")
        environment["PYTHONPATH"] = os.pathsep.join(str(ROOT / name) for name in ("overlay", "generated"))
    environment["XDG_STATE_HOME"] = str(folder / "state")
    command = [*python, str(HERE / "worker.py"), *(["--profile"] if profile else [])]
    command += [contender.module, contender.function, json.dumps(contender.arguments)]
    done = subprocess.run(  # noqa: S603 - our own worker
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(" | ".join(done.stderr.strip().splitlines()[-6:]))
    return done.stdout


@dataclass
class Failures:
    """Who could not take part, and why."""

    tell: Callable[[str], None]
    broken: int = 0
    """Not counting SDKs that are not installed and cannot be."""

    def add(self, contender: Contender, reason: Exception) -> None:
        """One more."""
        self.broken += not isinstance(reason, NotInstalled)
        self.tell(f"left out: {contender.label}: {reason}")


def race(case: Case, rounds: int, folder: Path, tell: Callable[[str], None], failures: Failures) -> dict[str, Figures]:
    """Every contender once a round, each round beginning with another; who fails is left out from then on."""
    case.prepare()
    if hasattr(os, "sync"):
        os.sync()  # what was rendered is not written while somebody waits for the disk
    runs: dict[str, list[dict[str, Any]]] = {contender.label: [] for contender in case.contenders}
    out: set[str] = set()
    for turn in range(rounds):
        start = turn % len(case.contenders)
        for contender in (*case.contenders[start:], *case.contenders[:start]):
            if contender.label in out or (contender.rounds is not None and turn >= contender.rounds):
                continue
            tell(f"{case.name}, round {turn + 1}: {contender.label}")
            try:
                runs[contender.label].append(json.loads(measure(contender, folder)))
            except (RuntimeError, NotInstalled, subprocess.TimeoutExpired) as reason:
                failures.add(contender, reason)
                out.add(contender.label)
    return {label: Figures(found) for label, found in runs.items() if found}
