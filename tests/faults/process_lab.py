"""Runs as processes of their own, which are killed, starved and stopped; the sandbox outlives them and is the witness.

with open_lab(folder, PLACES["anthropic"]) as lab:
    lab.run(at=Moment("after", "create", 1))      # dies when its first create was accepted and not yet answered
    lab.judge(lab.run(), reference)               # the plain command again
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import pytest

from polybatch_sandbox import Request, Response, Sandbox, Server
from tests.conftest import CANARY
from tests.sandbox.run_lab import rows

T = TypeVar("T")
SPEED = 1000.0
COUNT = 5
LIMITS = ("--max-items-per-batch", "3")
"""Five requests in batches of three: several shards, of different sizes."""
FAST = ("--poll", "0.02", "--settle", "5", "--json")
"""A vendor that is asked again is asked a while after its last word: the next process takes longer to start."""
PATIENCE = 60
"""Real seconds after which a process hangs."""
WORKERS = 2
OWN_ID = re.compile(r"[0-9a-f]{8}-\d{6}-\d+-\d{6}")
"""An id under which a request of a run travels; Letta shows it in its answers, and each run has its own."""
PLAIN = "-m", "polybatch"
# A job in the background ignores Ctrl-C, and so would its children: the test may be one.
HEARING = "import signal; signal.signal(2, signal.default_int_handler); signal.signal(1, signal.SIG_DFL)\n"
WITH_CTRL_C = ("-c", f"{HEARING}import runpy; runpy.run_module('polybatch', run_name='__main__', alter_sys=True)")


@dataclass(frozen=True)
class Place:
    """A vendor as it is met, and when a run there may hold after its process was killed and the command given again."""

    vendor: str
    modes: Mapping[str, Any]
    holds: Hold


class Hold(Enum):
    """Whether a run may end undecided, exit 4, because a create's fate cannot be found out."""

    NEVER = "never"
    UNTRIED = "while the vendor has no batch of the run, which would show that it gives back what it is sent"
    PERHAPS = "whenever a create is lost"


FINISHED, HELD = 0, 4
PLACES = {
    "anthropic": Place("anthropic", {}, Hold.NEVER),
    "meshapi": Place("meshapi", {"metadata": "echo"}, Hold.UNTRIED),
    "meshapi-mute": Place("meshapi", {"metadata": "none"}, Hold.PERHAPS),
    "letta": Place("letta", {}, Hold.PERHAPS),
    "onerouter": Place("onerouter", {}, Hold.PERHAPS),
}
"""ARCHITECTURE §7."""


POLITE = (signal.SIGINT, signal.SIGTERM)


class Moment(NamedTuple):
    """The n-th call of an operation, before or after the vendor carries it out; word `any` counts every call."""

    when: str
    word: str
    nth: int

    def __str__(self) -> str:
        return f"{self.when} {self.word} {self.nth}"


@dataclass
class Watch:
    """What happens at one moment of one process."""

    moment: Moment | None = None
    act: Callable[[], None] = lambda: None
    lost: bool = True
    """Whether the call is lost then: before, the vendor never hears of it; after, its reply never arrives."""
    seen: Counter[str] = field(default_factory=Counter)
    calls: list[str] = field(default_factory=list)
    came: bool = False

    def passes(self, when: str, word: str) -> bool:
        """Count a call; whether this was the moment."""
        if when == "before":
            self.seen.update((word, "any"))
            self.calls.append(word)
        if self.moment is None or self.came or self.moment.when != when or self.moment.word not in {word, "any"}:
            return False
        self.came = self.seen[self.moment.word] == self.moment.nth
        return self.came


TWO_BATCHES = Moment("after", "get", 1)
"""Both creates are answered; the process dies at its first look."""


class Witness(Sandbox):
    """A sandbox that shows a test every call of an operation."""

    watch = Watch()

    def handle(self, request: Request) -> Response:
        """The reply of the first host."""
        vendor, _, rest = request.path.removeprefix("/").partition("/")
        routes = self.mount(vendor).contract.routes(f"/{rest}") if vendor in self.vendors else {}
        answer = super().handle
        return self._watched(routes[request.method].word, request, answer) if routes else answer(request)

    def handle_file(self, request: Request) -> Response:
        """The reply of the second host."""
        return self._watched("file", request, super().handle_file)

    def _watched(self, word: str, request: Request, answer: Callable[[Request], Response]) -> Response:
        watch = self.watch
        for when in ("before", "after"):
            reply = Response(0, dropped=True) if when == "before" else answer(request)
            if watch.passes(when, word):
                watch.act()
                if watch.lost:
                    return Response(0, dropped=True)
        return reply


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """What it printed for programs."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    def __str__(self) -> str:
        return f"exit {self.code}\nstdout: {self.out[-900:]}\nstderr: {self.err[-900:]}"


@dataclass(frozen=True)
class Reference:
    """What an undisturbed run has to show."""

    lines: list[str]
    requests: Counter[str]
    calls: list[str]


class Lab:
    """A vendor, and a folder with an input and a run."""

    def __init__(self, folder: Path, place: Place, server: Server, sandbox: Witness) -> None:
        self.folder, self.place, self._server, self._sandbox = folder, place, server, sandbox
        self.run_dir = folder / f"in.jsonl.{place.vendor}.polybatch"
        self.output = folder / f"in.{place.vendor}.results.jsonl"
        self.messages = folder / "messages"
        self.where: tuple[str, ...] = ()
        self.started: list[subprocess.Popen[str]] = []

    def move(self, folder: Path) -> None:
        """Have the run and its output somewhere else."""
        self.run_dir, self.output = folder / "run", folder / "out.jsonl"
        self.where = ("--run-dir", str(self.run_dir), "--out", str(self.output))

    def names(self, text: str) -> bool:
        """Whether a message says which file, or which folder, it is about."""
        return self.run_dir.name in text or self.output.name in text

    # -- processes

    @property
    def environment(self) -> dict[str, str]:
        """With a key for the vendor; nothing is compiled, so that every process makes the same system calls."""
        return {**os.environ, f"{self.place.vendor.upper()}_API_KEY": CANARY, "PYTHONDONTWRITEBYTECODE": "1"}

    def command(self, *more: str, program: Sequence[str] = PLAIN) -> list[str]:
        """The plain command."""
        there = ("--vendor", self.place.vendor, "--base-url", self._server.base_url(self.place.vendor))
        return [sys.executable, *program, "run", "in.jsonl", *there, *LIMITS, *FAST, *self.where, *more]

    def start(
        self,
        *more: str,
        wrapper: Sequence[str] = (),
        program: Sequence[str] = PLAIN,
        command: Sequence[str] | None = None,
        at: Moment | None = None,
        send: int | Sequence[int] = signal.SIGKILL,
        **settings: Any,
    ) -> subprocess.Popen[str]:
        """Start it; at a moment it is sent signals. `wrapper` stands before it: strace."""
        words = [*wrapper, *(command or self.command(*more, program=program))]
        signals = [send] if isinstance(send, int) else send
        watch = self._sandbox.watch = Watch(at, lost=signal.SIGKILL in signals)
        process = subprocess.Popen(
            words, cwd=self.folder, text=True, stdin=subprocess.DEVNULL,
            **{"env": self.environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **settings},
        )  # fmt: skip
        watch.act = lambda: self.signalled(process, signals)
        self.started.append(process)
        return process

    def signalled(self, process: subprocess.Popen[str], signals: Sequence[int]) -> None:
        """Send signals; one that stops politely is heard before the next is sent, or both would be one."""
        for number in signals:
            said = self.said()
            process.send_signal(number)
            end = time.monotonic() + PATIENCE
            while number in POLITE and len(signals) > 1 and self.said() == said and process.poll() is None:
                assert time.monotonic() < end, "nobody heard the signal"
                time.sleep(0.005)

    def said(self) -> str:
        """What a process has told so far that was started with `stderr=lab.aside`."""
        return self.messages.read_text() if self.messages.exists() else ""

    @property
    def aside(self) -> IO[str]:
        """A file for messages, where somebody must read along."""
        return self.messages.open("w")

    def finish(self, process: subprocess.Popen[str]) -> Done:
        """Wait for its end."""
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"it hangs; so far: {process.communicate()}") from None
        done = Done(process.returncode, out or "", err or self.said())
        assert CANARY not in done.out + done.err
        return done

    def run(self, *more: str, **settings: Any) -> Done:
        """Start it, and wait for its end."""
        return self.finish(self.start(*more, **settings))

    def close(self) -> None:
        """Leave no process behind."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    # -- the witness

    @property
    def watch(self) -> Watch:
        """What the vendor has seen of the last process."""
        return self._sandbox.watch

    def told(self, path: str, document: object = None) -> Any:
        """The sandbox's control."""
        body = None if document is None else json.dumps(document).encode()
        with urllib.request.urlopen(urllib.request.Request(f"{self._server.url}/_sandbox{path}", body)) as reply:
            return json.loads(reply.read())

    def live(self) -> list[dict[str, Any]]:
        """The batches that the vendor has and that nobody cancelled or deleted."""
        found = self.told("/ledger?requests=1")[self.place.vendor]
        return [batch for batch in found if not batch["cancelled"] and not batch["deleted"]]

    def ids(self) -> list[str]:
        """What these batches are called."""
        return [batch["id"] for batch in self.live()]

    def taken(self) -> Counter[str]:
        """In how many live batches each request is."""
        return Counter(digest for batch in self.live() for digest in batch["requests"])

    # -- the judge

    def lines(self) -> list[dict[str, Any]]:
        """The output; a torn line fails."""
        data = self.output.read_bytes()
        assert data.endswith(b"\n") or not data
        return [json.loads(line) for line in data.split(b"\n")[:-1]]

    def judge(self, done: Done, reference: Reference) -> None:
        """After the plain command: each request in exactly one live batch and with one outcome, or the run held."""
        assert done.code in {FINISHED, HELD}, f"neither finished nor held: {done}"
        self.unharmed(done)
        if done.code == HELD:
            assert self.place.holds is not Hold.NEVER, f"held: {done}"
            assert self.place.holds is not Hold.UNTRIED or not self.live(), f"held: {done}"
            done = self.decide(done)
            self.unharmed(done)
        lines = self.lines()
        ids = sorted(line["custom_id"] for line in lines)
        assert ids == sorted(f"row-{n}" for n in range(COUNT)), f"not one line each but {ids}: {done}"
        if done.code == FINISHED:
            assert self.taken() == reference.requests, f"not each request in one batch: {done}"
            assert plain(lines) == reference.lines, f"the output is another one: {done}"
            return
        assert done.code == 1, f"not ended by the decision: {done}"
        given_up = [line for line in lines if line["outcome"] != "succeeded"]
        assert {line["error"]["code"] for line in given_up} == {"abandoned_create"}, f"not given up: {done}"
        kept = plain(line for line in lines if line not in given_up)
        assert set(kept) <= set(reference.lines), f"the output is another one: {done}"

    def unharmed(self, done: Done) -> None:
        """Whatever happened: nothing is paid twice, and nobody is shown a traceback."""
        assert "Traceback" not in done.err, f"a traceback: {done}"
        twice = [digest for digest, times in self.taken().items() if times > 1]
        assert not twice, f"{len(twice)} requests are paid twice: {done}"

    def decide(self, held: Done) -> Done:
        """What an operator does who can look at the vendor: send what the vendor has not, give up what it has."""
        assert held.report["held"], str(held)
        known = {batch["batch_id"] for batch in held.report["batches"]}
        strangers = set(self.ids()) - known
        return self.run("--on-unknown", "abandon" if strangers else "resubmit")


def plain(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Output lines in a form in which two runs can be compared: any order, no batch, no id of ours."""
    bare = ({name: value for name, value in line.items() if name != "batch_id"} for line in lines)
    return sorted(OWN_ID.sub("ID", json.dumps(line, sort_keys=True)) for line in bare)


@contextmanager
def open_lab(folder: Path, place: Place, **options: Any) -> Iterator[Lab]:
    """A vendor of its own for one run; everything is gone afterwards unless something failed."""
    folder.mkdir(parents=True)
    written = [json.dumps(row) + "\n" for row in rows(COUNT, place.vendor)]
    (folder / "in.jsonl").write_text("".join(written), encoding="utf-8")
    sandbox = Witness(**{"seed": 7, "speed": SPEED, "modes": {place.vendor: place.modes}} | options)
    with Server(sandbox) as server:
        lab = Lab(folder, place, server, sandbox)
        try:
            yield lab
        finally:
            lab.close()
    shutil.rmtree(folder)


def undisturbed(folder: Path, place: Place) -> Reference:
    """A run that nobody disturbs."""
    with open_lab(folder, place) as lab:
        # The one run that may compile what all the others import.
        done = lab.run(env={**lab.environment, "PYTHONDONTWRITEBYTECODE": ""})
        assert done.code == FINISHED, str(done)
        taken = lab.taken()
        assert sorted(taken.values()) == [1] * COUNT
        return Reference(plain(lab.lines()), taken, lab.watch.calls)


def each(points: Sequence[T], trial: Callable[[T], object]) -> None:
    """Try every point, two at a time, and fail with all that fail."""
    failures: list[str] = []

    def one(point: T) -> None:
        try:
            trial(point)
        except Exception as error:  # noqa: BLE001 - it fails the test, with the others
            failures.append(f"-- {point}: {type(error).__name__}\n{error}")

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(one, points))
    assert points
    if failures:
        pytest.fail(f"{len(failures)} of {len(points)} points failed\n" + "\n".join(failures), pytrace=False)
