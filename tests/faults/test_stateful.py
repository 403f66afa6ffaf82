"""Whatever happens to a run, in whatever order: hypothesis stops, kills and resumes it, while its vendor has trouble.

What must hold is judged after each step: by the sandbox's ledger, by the output, and by what the journal shows anybody.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import ExitStack, closing, suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from polybatch import BatchClient, PolybatchError
from polybatch.errors import NotReady, RunHeld
from polybatch.run import RunStatus, journal, offline
from polybatch.run.machine import Shard, State, status_of
from polybatch.run.reconcile import bit
from polybatch.run.sink import Folder
from polybatch_sandbox.faults import Faults
from tests.sandbox.run_lab import InProcess, events, open_run_lab, row, rows

COUNT, LIMIT = 8, 3
SETTLE, INSIDE, BEYOND = 300, 100, 500
"""Seconds: the window, and when a create comes through whose reply was lost."""
STRANGERS = 4
"""Batches of somebody else; at MeshAPI they are open as long as nobody asks for them, and ten are the most."""
DRIVES = 8
"""So many drives without any trouble bring every run to its end."""
POLL = {"letta": 600}
"""Letta never ends a job of which every agent failed; nobody wants to look at it every minute for two days."""
CALLS = (
    "drop_before", "drop_after", "status:500", "status:503", "html", "empty", "cut:30", "retry_after:40",
    "unknown_status", "ok",
)  # fmt: skip
LOST = (
    "drop_before", "drop_after", "status:500", "status_after:529", "html", "empty", "cut:20", "retry_after:40",
    f"late_accept:{INSIDE}", f"late_accept:{BEYOND}", f"late_accept:{BEYOND}+status_after:524",
)  # fmt: skip
MARKS = (
    "fail:1", "fail:2:api_error", "expire:1", "missing_lines:1", "missing_lines:3", "duplicate_lines:2",
    "conflict_lines:1", "foreign_lines:2", "garbage_lines:1", "batch_failed", "batch_failed:rate_limit_exceeded",
    "unknown_status",
)  # fmt: skip
CREATES = st.one_of(
    st.sampled_from(LOST),
    st.sampled_from(MARKS),
    st.builds("{}+{}".format, st.sampled_from(LOST), st.sampled_from(MARKS)),
)


@cache
def digests(vendor: str) -> list[str]:
    """By what the ledger knows the requests of the input, in their order."""
    with TemporaryDirectory() as folder, open_run_lab(Path(folder), asynchronous=False) as lab:
        lab.write(rows(COUNT, vendor))
        lab.finish(vendor)
        found: list[str] = lab.ledger(vendor)[0]["requests"]
        return found


class Machine(RuleBasedStateMachine):
    """A run at one vendor."""

    vendor: ClassVar[str]
    modes: ClassVar[dict[str, Any]] = {}
    seen: ClassVar[set[str]]
    """What was journaled in any example."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        self.lab = self.stack.enter_context(open_run_lab(Path(folder), asynchronous=False))
        self.lab.sandbox.set_modes({self.vendor: self.modes})
        self.lab.transport.keep = False
        self.lab.write(rows(COUNT, self.vendor))
        self.run_dir, self.output = self.lab.run_dir(self.vendor), self.lab.out(self.vendor)
        self.strangers: set[str] = set()
        self.over = False

    # -- what happens

    def open(self, **more: Any) -> Any:
        given = {"poll": POLL.get(self.vendor, 25), "settle": SETTLE, "max_items_per_batch": LIMIT} | more
        return self.lab.run(self.vendor, **given)

    @rule(retries=st.sampled_from([0, 1]), on_unknown=st.sampled_from(["hold", "hold", "resubmit", "abandon"]))
    def drive(self, retries: int, on_unknown: str) -> None:
        with suppress(PolybatchError), self.open(retries=retries, on_unknown=on_unknown) as run:
            run.wait()

    @rule(steps=st.integers(0, 12), retries=st.sampled_from([0, 1]))
    def stop(self, steps: int, retries: int) -> None:
        left = [steps]

        def count(_: RunStatus) -> None:
            left[0] -= 1
            if left[0] <= 0:
                run.run.stop()

        with suppress(PolybatchError), self.open(retries=retries) as run:
            run.wait(count)

    @rule(moment=st.integers(0, 60), retries=st.sampled_from([0, 1]))
    def kill(self, moment: int, retries: int) -> None:
        with self.lab.stop_at(moment).watched(), suppress(PolybatchError), self.open(retries=retries) as run:
            run.wait()

    @precondition(lambda self: self.run_dir.exists())
    @rule(sure=st.integers(0, 4))
    def cancel(self, sure: int) -> None:
        if sure == 4:
            with suppress(PolybatchError), self.open() as run:
                run.cancel()

    @rule(seconds=st.sampled_from([7, 61, 310, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.lab.time.now += seconds

    @initialize(words=st.lists(CREATES, min_size=1, max_size=5))
    def trouble_from_the_start(self, words: list[str]) -> None:
        self.trouble_with_creates(words)

    @rule(words=st.lists(CREATES, min_size=1, max_size=3))
    def trouble_with_creates(self, words: list[str]) -> None:
        self.lab.script("create", *words, vendor=self.vendor)

    @rule(
        operation=st.sampled_from(["get", "list", "results", "cancel"]),
        words=st.lists(st.sampled_from(CALLS), max_size=5),
    )
    def trouble_with_calls(self, operation: str, words: list[str]) -> None:
        if operation in self.lab.sandbox.offered(self.vendor):
            self.lab.script(operation, *words, vendor=self.vendor)

    @precondition(lambda self: len(self.strangers) < STRANGERS)
    @rule(count=st.integers(1, LIMIT))
    def somebody_elses_batch(self, count: int) -> None:
        """Of the same account, of as many requests; all goes well with it."""
        sandbox, first = self.lab.sandbox, 100 * (1 + len(self.strangers))
        own = self.lab.directory.with_name("theirs.jsonl")
        own.write_text("\n".join(json.dumps(row(n, vendor=self.vendor)) for n in range(first, first + count)))
        troubles, sandbox.faults = sandbox.faults, Faults()
        base, wire = self.lab.base_url(self.vendor), InProcess(sandbox)
        with suppress(PolybatchError), BatchClient(self.vendor, api_key="t", base_url=base, transport=wire) as client:
            self.strangers.add(client.create(own).id)
        sandbox.faults = troubles

    # -- what must hold

    def batches(self) -> list[dict[str, Any]]:
        """Those of the run that are live, as the vendor knows them."""
        found = [entry for entry in self.lab.ledger(self.vendor) if entry["id"] not in self.strangers]
        return [entry for entry in found if not entry["cancelled"] and not entry["deleted"]]

    def lines(self) -> list[dict[str, Any]]:
        """The output as far as the journal vouches for it; what a dead process wrote after that is cut off."""
        with closing(sqlite3.connect(self.run_dir / "journal.sqlite")) as db:
            (committed,) = db.execute("SELECT value FROM meta WHERE key = 'committed'").fetchone()
        data = self.output.read_bytes()[: int(committed)] if self.output.exists() else b""
        assert len(data) == int(committed)
        return [json.loads(line) for line in data.splitlines()]

    def rows_of(self, shard: Shard) -> list[int]:
        """Places in the input of a shard's requests."""
        return [number - 1 for number in Folder(self.run_dir).members(shard.number, shard.items)[1]]

    @invariant()
    def everything_adds_up(self) -> None:
        if not (self.run_dir / "journal.sqlite").exists():
            return
        try:
            facts, shards = journal.read(self.run_dir)
        except PolybatchError:  # killed before its plan was kept
            assert self.batches() == []
            return
        status, lines = status_of(facts, shards, self.run_dir), self.lines()
        assert sum(shard.items for shard in shards if shard.generation == 0) == COUNT
        again = sum(shard.items for shard in shards if shard.generation)
        assert again == sum(shard.moved for shard in shards if shard.repaired)
        for shard in shards:
            done = sum(shard.outcomes.values()) + shard.moved
            assert done == (shard.items if shard.state is State.DONE else 0)
        assert len({line["custom_id"] for line in lines}) == len(lines) == status.settled
        assert Counter(line["outcome"] for line in lines) == status.outcomes
        self.answers_are_their_own(lines)
        self.strangers_are_left_alone(lines)
        self.nothing_is_in_two_live_batches(status, shards)

    def answers_are_their_own(self, lines: list[dict[str, Any]]) -> None:
        taken = {entry["id"]: entry["requests"] for entry in self.lab.ledger(self.vendor)}
        for line in lines:
            if line["outcome"] == "succeeded":
                place = int(line["custom_id"].removeprefix("row-"))
                # Of two answers either may have been the first; at Letta they stand in one result, one below the other.
                said = {answer.partition(",")[0] for answer in line["text"].split("\n")}
                assert said == {f"question {place}"}
                assert digests(self.vendor)[place] in taken[line["batch_id"]]

    def strangers_are_left_alone(self, lines: list[dict[str, Any]]) -> None:
        assert self.strangers.isdisjoint(line["batch_id"] for line in lines)
        touched = [entry for entry in self.lab.ledger(self.vendor) if entry["cancelled"] or entry["deleted"]]
        assert self.strangers.isdisjoint(entry["id"] for entry in touched)

    def nothing_is_in_two_live_batches(self, status: RunStatus, shards: list[Shard]) -> None:
        """But for what was sent again for a reason, and late duplicates that are reported or still looked for."""
        live = Counter(digest for entry in self.batches() if self.can_be_told(entry) for digest in entry["requests"])
        told = Counter(event["shard"] for event in events(self.run_dir) if event["kind"] in {"resubmit", "crowded_out"})
        allowed = Counter(digests(self.vendor))
        for shard in shards:
            places = self.rows_of(shard)
            moved = [place for at, place in enumerate(places) if bit(self.moved(shard), at)]
            allowed.update(digests(self.vendor)[place] for place in moved)
            again = told[shard.number] + (shard.watched and not self.over)
            again += sum(duplicate.shard == shard.number for duplicate in status.duplicates)
            for place in places:
                allowed[digests(self.vendor)[place]] += again
        assert live <= allowed, live - allowed

    def can_be_told(self, entry: dict[str, Any]) -> bool:
        """Whether anything shows whose a batch is: at Anthropic only its results do, and they may all be withheld."""
        batch = self.lab.sandbox.store.get(self.vendor, entry["id"], now=self.lab.time.now)
        return self.vendor != "anthropic" or (batch is not None and batch.marks.missing_lines < batch.items)

    def moved(self, shard: Shard) -> bytes:
        with closing(sqlite3.connect(self.run_dir / "journal.sqlite")) as db:
            found = db.execute("SELECT moved_map FROM shard WHERE number = ?", (shard.number,)).fetchone()
        return found[0] or b""

    # -- the end

    def teardown(self) -> None:
        with self.stack:
            self.lab.sandbox.faults.clear()
            self.finish()
            self.over = True
            self.everything_adds_up()
            self.seen.update(event["kind"] for event in events(self.run_dir))
            assert sorted(line["custom_id"] for line in self.lines()) == sorted(f"row-{n}" for n in range(COUNT))
            with offline.opened(self.run_dir) as core:
                assert offline.verify(core).problems == []

    def finish(self) -> None:
        """Every request has its outcome, or the run is held and its user gives up what nobody can find out."""
        decision = "hold"
        for _ in range(DRIVES):
            with self.open(on_unknown=decision) as run:
                try:
                    if run.wait().finished:
                        return
                except NotReady:  # Letta never ends a job of which every agent failed
                    assert self.vendor == "letta"
                    run.cancel()
                except RunHeld:
                    self.everything_adds_up()
                    assert decision == "hold"
                    decision = "abandon"
        raise AssertionError("the run does not come to its end")


PLACES: dict[str, tuple[str, dict[str, Any]]] = {
    "anthropic": ("anthropic", {}),
    "meshapi": ("meshapi", {"metadata": "echo"}),
    "meshapi-mute": ("meshapi", {"metadata": "none"}),
    "letta": ("letta", {}),
    "onerouter": ("onerouter", {}),
}


def tried(name: str, examples: int, steps: int) -> set[str]:
    """Try so many stories of so many steps; gives what was journaled in them."""
    vendor, modes = PLACES[name]
    machine: Any = type(f"RunAt{name.title()}", (Machine,), {"vendor": vendor, "modes": modes, "seen": set()})
    given = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=given)
    seen: set[str] = machine.seen
    return seen


@pytest.mark.parametrize("name", PLACES)
def test_a_run_survives_a_few_stories(name: str) -> None:
    assert {"planned", "done"} <= tried(name, 4, 8)


REACHED = {
    "anthropic": {"adopted", "absent", "duplicate"},
    "meshapi": {"adopted", "absent"},
    "meshapi-mute": {"adopted", "held", "abandoned"},
    "letta": {"adopted", "held", "abandoned"},
    "onerouter": {"held", "abandoned"},
}
"""Events without which the stories would not be worth much."""


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_a_run_survives_many_stories(name: str) -> None:
    assert REACHED[name] | {"unknown", "repair"} <= tried(name, 60, 12)
