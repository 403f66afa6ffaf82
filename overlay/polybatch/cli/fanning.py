"""`run --to … --to …`: one input to several targets at the same time, each a run of its own, and a comparison.

All runs are opened, and so planned, before any of them sends anything. They go on as tasks of one event loop: both
drivers carry out the same flows, so that one thread suffices, one signal reaches all, and no two messages mix.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import attrs
import click
from attrs import define, field

from polybatch import source
from polybatch.client import AsyncBatchClient
from polybatch.errors import InputError, RunHeld, RunLocked
from polybatch.run import AsyncRun, beside, sink
from polybatch.run.beside import Comparison
from polybatch.run.settings import default_paths
from polybatch.run.withdrawing import is_planned, withdraw
from polybatch.wire import Timer

from . import abreast, driving, exits, progress, report, targets, terminal
from .driving import Given
from .exits import Code
from .stopping import SLICE, Stop

if TYPE_CHECKING:
    from rich.progress import Progress

REFUSED = "nothing is sent to any target before all of them can be sent everything"
MODEL = "give --model M"
"""What a hint says to give, where here a target has it."""
NOT_THAT_FILE = ("name another file with --out", "name another --run-dir")
"""What a hint says of results, and what it says of those of a target: --out is the comparison."""


@define
class Lane:
    """A target, its run, and what became of it."""

    name: str
    place: Path
    """Its run directory."""
    client: AsyncBatchClient
    open: Callable[[], AsyncRun]
    new: bool = field(init=False)
    """Whether the directory will be made by this command."""
    planned: bool = field(init=False)
    """Whether there was a run before."""
    run: AsyncRun | None = field(default=None, init=False)
    codes: list[Code] = field(factory=list, init=False)
    trouble: str = field(default="", init=False)
    found: report.Report | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.new, self.planned = not self.place.exists(), is_planned(self.place)

    def begin(self) -> None:
        """Check and plan, or take up again; what hinders it is said and kept."""
        with self._speaking():
            try:
                with exits.placed(self.place):
                    self.run = self.open()
            except exits.endings() as error:
                self._complain(error, sent=False)

    def withdraw(self) -> None:
        """Leave no trace of a run that was planned just now."""
        if self.run is not None:
            self.run.close()
            if not self.planned:
                withdraw(self.place, whole=self.new)

    async def drive(self, among: Progress | None, stop: Stop) -> None:
        """Drive the run as far as it goes; its trouble is nobody else's."""
        if self.run is None:
            return
        terminal.speaker.set(self.name)  # in this task only
        try:
            with progress.shown(self.run.status(), among, self.name) as listener, exits.placed(self.place):
                await self.run.wait(listener=driving.telling(listener, self.place))
        except exits.endings() as error:
            self._complain(error, sent=self.run.status().shards.keys() != {"planned"}, quiet=stop.signal is not None)
        finally:
            self.run.close()  # now: another run of the account may wait for what it has locked

    def look(self, again: str) -> None:
        """Read what stands on disk."""
        with self._speaking():
            try:
                self.found = report.look(self.place, again=again)
                self.codes.append(self.found.code)
            except exits.endings() as error:
                if not self.trouble:
                    self._complain(error, sent=True)

    @property
    def over(self) -> bool:
        """Whether nothing is left to do."""
        return self.found is not None and self.found.over

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        before = terminal.speaker.set(self.name)
        try:
            yield
        finally:
            terminal.speaker.reset(before)

    def _complain(self, error: BaseException, *, sent: bool, quiet: bool = False) -> None:
        if isinstance(error, KeyboardInterrupt):
            raise error
        code = exits.code_of(error)
        self.codes.append(Code.STOPPED if code is Code.USAGE and sent else code)
        self.trouble, hint = exits.wording(error)
        if not quiet:
            terminal.complain(self.trouble, "" if isinstance(error, RunHeld) else self._meant(hint))

    def _meant(self, hint: str) -> str:
        return hint.replace(*NOT_THAT_FILE).replace(MODEL, f"give --to {self.name}:MODEL")


def carry_out(to: Sequence[str], requests: str, given: Given, base_urls: Sequence[str]) -> int:
    """Open a run for each target, drive all of them, compare them, and print what came of it."""
    wanted = targets.read(to)
    if given.sandbox and base_urls:
        raise click.UsageError("--sandbox and --base-url exclude each other")
    stop, port, path = Stop(), driving.free_port() if given.sandbox else 0, _path(requests, given.run_dir)
    places = [target.places(path, given.run_dir) for target in wanted]
    timer = Timer(asleep=partial(_asleep, stop))
    clients = _clients(wanted, [place for _, place in places], given, base_urls, port, timer)
    lanes = []
    for target, client, (out, place) in zip(wanted, clients, places, strict=True):
        own = attrs.evolve(given, out=out, run_dir=place, model=target.model).settings()
        own["instead"] = bool(target.model)
        lanes.append(Lane(target.name, place, client, partial(client.run, path, **own)))
    default = default_paths(path, "compared")[0]
    out = Path(given.out or default.with_name(default.name.removesuffix("results.jsonl") + "jsonl"))
    out = out if str(out) == "-" else out.absolute()
    if str(out) != "-":
        beside.refuse_foreign(out, [lane.place for lane in lanes])
    if not _begin(lanes, path if requests == "-" else None):
        terminal.say(REFUSED)
        return exits.heaviest(code for lane in lanes for code in lane.codes)
    with ExitStack() as stack:
        for lane in lanes:
            if lane.run is not None:
                stack.callback(lane.run.close)
        if given.sandbox and any(lane.run is not None for lane in lanes):
            stack.enter_context(_imitation(lanes, path, given.run_dir, port))
        codes = _drive(lanes, stop)
    return _conclude(lanes, out, given, stop, codes)


def _path(requests: str, run_dir: Path | None) -> Path:
    """The input; standard input is kept for all targets in their common directory. Raises InputError."""
    if requests != "-":
        return Path(requests)
    if run_dir is None:
        raise InputError("standard input needs --run-dir", hint="so that the runs can be resumed")
    return run_dir / sink.INPUT


def _clients(
    wanted: Sequence[targets.Target], places: Sequence[Path], given: Given, base_urls: Sequence[str], port: int,
    timer: Timer,
) -> list[AsyncBatchClient]:  # fmt: skip
    """A client for each target. Raises InputError."""
    options, urls = targets.own_options(given.option, wanted), targets.base_urls(base_urls, wanted)
    return [
        AsyncBatchClient(
            target.vendor, api_key=driving.key_for(target.vendor, place, sandbox=given.sandbox),
            options=options[target.vendor],
            base_url=f"http://127.0.0.1:{port}/{target.vendor}" if given.sandbox else urls[target.vendor],
            allow_http=given.allow_http, ca_file=given.ca_file, timer=timer,
        )
        for target, place in zip(wanted, places, strict=True)
    ]  # fmt: skip


async def _asleep(stop: Stop, seconds: float) -> None:
    """Sleep, but not beyond a signal."""
    end = time.monotonic() + seconds
    while stop.signal is None and (left := end - time.monotonic()) > 0:  # noqa: ASYNC110 - set by a signal handler
        await asyncio.sleep(min(left, SLICE))


# -- opening


def _begin(lanes: Sequence[Lane], spool: Path | None) -> bool:
    """Open all runs; gives whether they may be driven. A refusal of one holds all; other trouble is only its own."""
    if any(sink.has_journal(sink.Folder(lane.place)) for lane in lanes):
        spool = None  # it was read by the command that began
    try:
        if spool is not None:
            _keep_stdin(spool, {lane.place.name for lane in lanes})
        for lane in lanes:
            lane.begin()
    except BaseException:
        _undo(lanes, spool)
        raise
    if any(code is Code.USAGE for lane in lanes for code in lane.codes):
        _undo(lanes, spool)
        return False
    return True


def _undo(lanes: Sequence[Lane], spool: Path | None) -> None:
    for lane in lanes:
        lane.withdraw()
    if spool is not None:
        spool.unlink(missing_ok=True)
        with suppress(OSError):  # something else stands there too
            spool.parent.rmdir()


def _keep_stdin(path: Path, names: AbstractSet[str]) -> None:
    """Read standard input once, for all targets. Raises InputError."""
    ours = {path.name, f"{path.name}.part", driving.IMITATED, *names}
    if strange := sorted(each.name for each in path.parent.glob("*") if each.name not in ours):
        raise InputError(f"{path.parent} is no directory of runs: it holds {strange[0]}", hint="name another --run-dir")
    path.parent.mkdir(parents=True, exist_ok=True, mode=sink.PRIVATE_DIR)
    try:
        with source.open_input(Path("-")) as stream:
            sink.spool(stream, path)
    except (OSError, EOFError) as error:
        raise InputError(f"cannot read standard input: {error}", hint="is it complete?") from error


def _imitation(lanes: Sequence[Lane], path: Path, run_dir: Path | None, port: int) -> AbstractContextManager[object]:
    """One sandbox for all; each run remembers where its state is, so that it can be resumed by itself."""
    state = path.with_name(f"{path.name}.{driving.IMITATED}") if run_dir is None else run_dir / driving.IMITATED
    for lane in lanes:
        if lane.run is not None and not (named := lane.place / driving.IMITATED).exists():
            sink.keep(named, str(state.absolute()).encode())
    try:
        return driving.imitation(port, state)
    except RuntimeError as error:  # the same command goes on elsewhere, and some of its runs are over
        raise RunLocked(str(error)) from error


# -- driving


def _drive(lanes: Sequence[Lane], stop: Stop) -> list[Code]:
    def halt() -> None:
        for lane in lanes:
            if lane.run is not None:
                lane.run.stop()

    drawn = sys.stderr.isatty()
    # Bars are drawn over as many lines as they took: there must be as many below the note.
    note = driving.STOPPING + b"\n" * (len(lanes) - 1 if drawn else 0)
    going: list[asyncio.Task[None]] = []
    try:
        with (
            stop.listening(halt, note=note),
            progress.bars() if drawn else nullcontext() as among,
            asyncio.Runner() as runner,
            ExitStack() as ending,
        ):
            ending.callback(lambda: runner.run(_part(lanes, going)))
            runner.run(_together(lanes, going, among, stop))
    except KeyboardInterrupt:
        return [Code.INTERRUPTED]
    return []


async def _together(lanes: Sequence[Lane], going: list[asyncio.Task[None]], among: Progress | None, stop: Stop) -> None:
    ways = [asyncio.ensure_future(lane.drive(among, stop)) for lane in lanes]
    going += [*ways, cast("asyncio.Task[None]", asyncio.current_task())]
    for error in await asyncio.gather(*ways, return_exceptions=True):
        if error is not None:  # a defect; the other runs have gone as far as they could
            raise error


async def _part(lanes: Sequence[Lane], going: Sequence[asyncio.Task[None]]) -> None:
    """Close all connections, when nothing goes on that may open one: a second signal leaves all where it is."""
    for task in going:
        task.cancel()
    await asyncio.gather(*going, return_exceptions=True)
    for lane in lanes:
        await lane.client.close()


# -- the end


def _conclude(lanes: Sequence[Lane], out: Path, given: Given, stop: Stop, codes: list[Code]) -> Code:
    for lane in lanes:
        lane.look(given.again())
    codes += [code for lane in lanes for code in lane.codes]
    over, to_stdout = all(lane.over for lane in lanes), str(out) == "-"
    if stop.signal is not None and not over:
        codes.append(Code.INTERRUPTED if stop.signal == signal.SIGINT else Code.STOPPED)
        terminal.say("stopped; nothing is lost")
    if not over:
        terminal.say("go on with: the same command again")
    fan = abreast.Fan({lane.name: lane.found for lane in lanes}, {lane.name: lane.trouble for lane in lanes})
    if any(lane.over for lane in lanes) and (over or stop.signal is None):
        fan.compared = _compared(lanes, out, codes)
        fan.out = out
    try:
        abreast.present(fan, as_json=given.as_json, messages=to_stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        terminal.abandon_stdout()
        terminal.complain(f"{error.strerror}: standard output", "the same command prints it again and sends nothing")
        codes.append(Code.STOPPED)
    return exits.heaviest(codes)


def _compared(lanes: Sequence[Lane], out: Path, codes: list[Code]) -> Comparison | None:
    """Write the runs side by side; those that cannot be read are left out."""
    runs = {lane.name: lane.place for lane in lanes if lane.found is not None and lane.run is not None}
    try:
        return beside.merge(runs, out) if str(out) != "-" else _shown(runs)
    except (BrokenPipeError, KeyboardInterrupt):
        raise
    except exits.endings() as error:
        message, hint = exits.wording(error)
        terminal.complain(f"the comparison: {message}", hint)
        code = exits.code_of(error)
        codes.append(Code.STOPPED if code is Code.USAGE else code)
        return None


def _shown(runs: Mapping[str, Path]) -> Comparison:
    with beside.lines(runs) as (found, made):
        for line in made:
            terminal.write(line)
    return found
