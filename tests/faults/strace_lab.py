"""System calls of a run: which there were, in which order, and what happens when one of them kills or fails.

lab.run(program=traced(log, DURABLE, call=Call("fsync", 3), fate="signal=SIGKILL"))
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

DURABLE = ("fsync", "fdatasync", "rename", "unlink", "ftruncate", "mkdir", "sendto", "recvfrom")
"""What makes something lasting, or lets the vendor do so."""
WRITES = ("write", "pwrite64")
LINE = re.compile(r"^\d+ +(?P<name>\w+)\((?P<given>.*)\) += (?P<result>-?\d+|\?)(?P<rest>.*)$")
PATH = re.compile(r"<([^<>]*)>")
NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Call(NamedTuple):
    """The n-th of one system call."""

    name: str
    nth: int

    def __str__(self) -> str:
        return f"{self.name}-{self.nth}"


class Seen(NamedTuple):
    """A line of a log."""

    name: str
    given: str
    result: int | None
    """None: the process did not live to see it."""
    injected: bool

    @property
    def path(self) -> str:
        """The file it works on; of a rename, the new name."""
        if self.name in {"rename", "unlink", "mkdir"}:
            return NAMED.findall(self.given)[-1]
        found = PATH.search(self.given)
        return found[1] if found else ""

    @property
    def text(self) -> str:
        """The beginning of what is written or sent."""
        found = NAMED.search(self.given)
        return found[1] if found else ""


STRACE = ("strace", "-f", "-qq", "-y", "-s", "200")
ATTACHED = """
import ctypes, json, os, runpy, subprocess, sys
strace = json.loads(sys.argv.pop(1))
ctypes.CDLL(None).prctl(0x59616D61, -1)  # PR_SET_PTRACER: where a process may trace its children only
tracer = subprocess.Popen([*strace, "-p", str(os.getpid())], stdout=subprocess.DEVNULL)
while "TracerPid:\\t0\\n" in open("/proc/self/status").read():
    if tracer.poll() is not None:
        sys.exit(99)
"""
LOADED = "import polybatch.cli, polybatch.client, polybatch.run, polybatch.vendors\n"
RUN = "runpy.run_module('polybatch', run_name='__main__', alter_sys=True)\n"
"""`python -m polybatch`, with a tracer that comes when the imports are over: they are thousands of calls."""


@cache
def obstacle() -> str | None:
    """Why nothing can be traced here, if so."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    probe = subprocess.run(
        [sys.executable, "-c", ATTACHED, json.dumps([*STRACE, "-o", "/dev/null"])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return f"strace cannot trace here: {probe.stderr.strip()}" if probe.returncode else None


def needs_strace() -> None:
    """Skip where nothing can be traced."""
    if (why := obstacle()) is not None:
        pytest.skip(why)


def traced(
    log: Path | str, calls: Iterable[str], *, call: Call | None = None, fate: str = "", more: Sequence[str] = (),
    first: str = "", onwards: bool = False,
) -> tuple[str, ...]:  # fmt: skip
    """A program for a lab; at one call, or from it onwards, fate comes: `signal=SIGKILL`, `error=EIO`.

    `first` is Python that runs before everything else.
    """
    words = [*STRACE, *more, "-o", str(log), "-e", f"trace={','.join(dict.fromkeys(calls))}"]
    if call is not None:
        words += ["-e", f"inject={call.name}:{fate}:when={call.nth}{'+' if onwards else ''}"]
    return ("-c", first + LOADED + ATTACHED + RUN, json.dumps(words))


def read(log: Path) -> Iterator[Seen]:
    """The calls of a log, in their order."""
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if (found := LINE.match(line)) is not None:
            result = None if found["result"] == "?" else int(found["result"])
            yield Seen(found["name"], found["given"], result, "(INJECTED)" in found["rest"])
        elif "(" in line:
            assert "<unfinished ...>" not in line, f"a second thread: {line}"


def numbered(seen: Iterable[Seen]) -> Iterator[tuple[Call, Seen]]:
    """Each call with its number among those of its name, by which strace finds it again."""
    counts = Counter[str]()
    for one in seen:
        counts[one.name] += 1
        yield Call(one.name, counts[one.name]), one
