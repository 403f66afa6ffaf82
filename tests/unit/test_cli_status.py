"""What a status says: what each shard waits for and until when, how it looks, and with which code it ends."""

from __future__ import annotations

import errno
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch import InputError
from polybatch.cli import exits, main, report, shards, terminal
from polybatch.cli.causes import Causes
from polybatch.cli.driving import FORGOTTEN, Given
from polybatch.cli.exits import Code
from polybatch.cli.report import Report
from polybatch.limits import Limits
from polybatch.model import BatchStatus, Outcome
from polybatch.run.machine import Shard, State, status_of
from polybatch.run.offline import Beginning
from polybatch.run.settings import Settings
from polybatch.run.waiting import Gate, Wait, gate, waits
from polybatch.vendors import find_vendor

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANY = Limits()


def shard(number: int = 0, state: State = State.PLANNED, **more: Any) -> Shard:
    made = Shard(number, more.pop("generation", 0), more.pop("items", 1), 1, state=state)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def done(number: int = 0, **more: Any) -> Shard:
    return shard(number, State.DONE, **{"outcomes": {Outcome.SUCCEEDED.value: 1}, **more})


class TestAShardWaits:
    @pytest.mark.parametrize(
        ("made", "wait"),
        [
            (shard(), Wait("its turn")),
            (shard(note="HTTP 401"), Wait("another try; its create was refused: HTTP 401")),
            (shard(state=State.SUBMITTED, until=NOON), Wait("the vendor", NOON)),
            (shard(state=State.SUBMITTED), Wait("the vendor")),
            (shard(state=State.UNKNOWN, until=NOON), Wait("its batch to show up in the vendor's list", NOON)),
            (shard(state=State.HELD, until=NOON), Wait("a decision")),
            (shard(state=State.FETCHED, until=NOON), Wait("its results to be written")),
            (shard(state=State.ENDED, until=NOON), Wait("its results to be fetched")),
            (done(moved=3), Wait("a repair round for 3 of its requests")),
            (done(watched=True, watch_until=NOON), Wait("a late duplicate that may still show up", NOON)),
        ],
        ids=lambda given: given.what if isinstance(given, Wait) else "",
    )
    def test_for_what_its_state_calls_for(self, made: Shard, wait: Wait) -> None:
        assert waits({}, [made], ANY) == {0: (wait,)}

    def test_for_nothing_when_it_is_done(self) -> None:
        assert waits({}, [done(), done(1, moved=1, repaired=True)], ANY) == {}

    @pytest.mark.parametrize("state", list(State))
    def test_for_something_in_every_other_state(self, state: State) -> None:
        assert bool(waits({}, [shard(state=state)], ANY)) is (state is not State.DONE)

    def test_for_two_things_while_its_late_duplicate_is_watched_for(self) -> None:
        found = waits({}, [shard(state=State.SUBMITTED, watched=True, watch_until=NOON)], ANY)
        assert found == {0: (Wait("the vendor"), Wait("a late duplicate that may still show up", NOON))}

    def test_for_the_end_of_a_duplicate_that_was_found(self) -> None:
        facts = {"duplicates": {"b": {"shard": 0, "batch_id": "b", "ended": False}}}
        made = [done(watched=True, watch_until=NOON)]
        assert waits(facts, made, ANY) == {0: (Wait("the end of its duplicate, batch b"),)}
        facts["duplicates"]["b"]["ended"] = True
        assert waits(facts, made, ANY)[0][0].until == NOON

    def test_for_the_proof_that_a_provisional_batch_is_ours(self) -> None:
        (found,) = waits({}, [shard(state=State.SUBMITTED, provisional=True, until=NOON)], ANY)[0]
        assert "its first result tells whether the batch is ours" in found.what
        assert found.until == NOON

    def test_until_the_vendor_forgets_its_results(self) -> None:
        made = shard(state=State.ENDED, created_at=NOON)
        (found,) = waits({}, [made], Limits(retention=timedelta(days=29)))[0]
        assert found.until == NOON + timedelta(days=29)

    @pytest.mark.parametrize(
        ("state", "what"),
        [
            (State.SUBMITTING, "the create of shard 3"),
            (State.UNKNOWN, "the lost create of shard 3"),
            (State.HELD, "the decision of shard 3"),
        ],
        ids=["submitting", "unknown", "held"],
    )
    def test_for_the_fate_of_another(self, state: State, what: str) -> None:
        assert waits({}, [shard(3, state), shard(4)], ANY)[4] == (Wait(what),)

    def test_for_a_place_among_as_many_batches_as_the_vendor_admits(self) -> None:
        made = [shard(0, State.SUBMITTED), shard(1, State.SUBMITTED), shard(2)]
        assert waits({}, made, Limits(open_batches=3))[2] == (Wait("its turn"),)
        full = Wait("a free place at the vendor, who admits 2 batches at a time")
        assert waits({}, made, Limits(open_batches=2))[2] == (full,)

    def test_for_nothing_any_more_in_a_run_that_is_cancelled(self) -> None:
        found = waits({"cancelling": True, "canary": 1}, [shard(note="HTTP 401"), shard(1)], ANY)
        assert {wait.what for each in found.values() for wait in each} == {
            "nothing; the run is cancelled, and it is not sent"
        }


class TestTheCanary:
    @pytest.mark.parametrize(
        ("made", "expected"),
        [
            ([shard(0, State.SUBMITTED), shard(1)], Gate.WAITING),
            ([shard(0), shard(1)], Gate.WAITING),
            ([done(0, moved=1), shard(1)], Gate.WAITING),
            ([done(0, moved=1, repaired=True), shard(1), shard(2, generation=1)], Gate.WAITING),
            ([done(0), shard(1)], Gate.OPEN),
            ([done(0, outcomes={"errored": 1}), shard(1)], Gate.SHUT),
            ([done(0, outcomes={"errored": 1}), shard(1, State.SUBMITTED), shard(2)], Gate.OPEN),
            ([shard(0, State.SUBMITTED)], Gate.OPEN),
        ],
        ids=[
            "runs", "planned", "repairs", "is repaired", "succeeded", "failed", "was overruled", "is all there is",
        ],
    )  # fmt: skip
    def test_keeps_the_others_back_until_it_has_succeeded(self, made: list[Shard], expected: Gate) -> None:
        assert gate({"canary": 1}, made) is expected
        assert gate({}, made) is Gate.OPEN

    def test_is_what_the_others_wait_for(self) -> None:
        assert waits({"canary": 1}, [shard(0), shard(1)], ANY) == {
            0: (Wait("its turn"),), 1: (Wait("the canary: the first requests must all succeed"),),
        }  # fmt: skip
        failed = [done(0, outcomes={"errored": 1}), shard(1)]
        (found,) = waits({"canary": 1}, failed, ANY)[1]
        assert found.what == "a resume without --canary: not all of the first requests succeeded"


class TestTheTable:
    def drawn(self, made: list[Shard], facts: dict[str, Any] | None = None) -> list[str]:
        found = waits(facts or {}, made, ANY)
        return "\n".join(shards.table(made, found)).splitlines()

    def test_fits_and_names_every_shard(self) -> None:
        long = "msgbatch_" + "x" * 90
        made = [
            shard(0, State.SUBMITTED, items=100_000, batch_id=long, status=BatchStatus.IN_PROGRESS, until=NOON),
            shard(1, State.UNKNOWN, items=99_999, until=NOON, note="HTTP 500; " + "words " * 30),
            shard(123, State.PLANNED, generation=12, items=100_000),
            done(7, watched=True, watch_until=NOON),
        ]
        lines = self.drawn(made)
        assert max(map(len, lines)) <= 80
        starts = [line.split("  ")[0] for line in lines]
        assert [start for start in starts if start] == [
            "Shard", "0", "1", "123 (12)", "7", "(in brackets: generation, where requests are sent again)",
        ]  # fmt: skip
        joined = " ".join(" ".join(lines).split())
        assert "the vendor, until 2026-11-23 12:00 UTC" in joined
        assert "the lost create of shard 1" in joined
        assert long in "".join(" ".join(lines).split())

    def test_shows_no_control_character_of_a_vendor(self) -> None:
        lines = self.drawn([shard(0, State.SUBMITTED, batch_id="b\x1b[2J\nrow")])
        assert not any("\x1b" in line for line in lines)
        assert "batch b\\x1b[2J\\nrow" in " ".join(lines)

    def test_is_nothing_where_nothing_is_waited_for(self) -> None:
        assert self.drawn([done()]) == []

    @pytest.mark.parametrize(
        ("seconds", "said"),
        [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (172_799, "47 h"),
         (172_800, "2 days"), (-5, "0 s")],
    )  # fmt: skip
    def test_says_how_long_ago(self, seconds: int, said: str) -> None:
        assert shards.age((NOON - timedelta(seconds=seconds)).isoformat(timespec="milliseconds"), NOON) == said

    def test_knows_no_age_of_what_was_never_touched(self) -> None:
        assert shards.age("", NOON) == "-"

    def test_a_summary_names_the_first_of_many(self) -> None:
        made = [shard(number, State.SUBMITTED) for number in range(9)] + [shard(9)]
        lines = list(shards.under_way(made, waits({}, made, ANY)))
        assert lines[0] == "shard 0, submitted: the vendor"
        assert (len(lines), lines[-1]) == (6, "and 4 more; polybatch status shows all")

    @given(st.text(), st.text())
    def test_words_beside_a_label_stand_beside_it(self, label: str, text: str) -> None:
        shown = terminal.paragraph(terminal.harmless(label)[:9], text)
        assert all(line[: terminal.LABEL].strip() == "" for line in shown.split("\n")[1:])
        assert terminal.harmless(shown.replace("\n", "")) == shown.replace("\n", "")


class TestTheCode:
    def report(self, *made: Shard, facts: dict[str, Any] | None = None) -> Report:
        facts = {"vendor": "anthropic", **(facts or {})}
        begun = Beginning("anthropic", "sandbox", {}, None, "in", "out", in_order=None, cancelling=None)
        return Report(
            status=status_of(facts, made, PurePath("r")), title="V", begun=begun, shards=made,
            waits=waits(facts, made, ANY), gate=gate(facts, made), decisions=[], resume="polybatch resume r", reach="",
            written=Path("out"), causes=Causes(),
        )  # fmt: skip

    twice = {"duplicates": {"b": {"batch_id": "b", "shard": 0, "requests": 1}}}  # noqa: RUF012 - read only

    @pytest.mark.parametrize(
        ("made", "facts", "code"),
        [
            ([done()], {}, 0),
            ([done(outcomes={"errored": 1})], {}, 1),
            ([done(), shard(1)], {}, 3),
            ([done(watched=True)], {}, 3),
            ([done()], twice, 5),
            ([done(), shard(1)], twice, 5),
            ([done(), shard(1, State.HELD)], {}, 4),
            ([done(), shard(1, State.HELD)], twice, 4),
        ],
        ids=["done", "failed", "open", "watched", "twice", "twice and open", "held", "held and twice"],
    )
    def test_is_the_heaviest_that_applies(self, made: list[Shard], facts: dict[str, Any], code: int) -> None:
        assert self.report(*made, facts=facts).code == code

    def test_what_is_over_is_finished_and_watched_for_no_longer(self) -> None:
        assert self.report(done()).over
        assert not self.report(done(watched=True)).over
        assert not self.report(shard()).over

    @pytest.mark.parametrize(("base", "said"), [
        ("sandbox", "anthropic (sandbox)"),
        ("http://127.0.0.1:8765/anthropic", "anthropic (local)"),
        ("https://gateway.example/anthropic", "anthropic (elsewhere)"),
        (find_vendor("anthropic").document.server, "anthropic"),
    ])  # fmt: skip
    def test_it_says_where_the_vendor_is(self, base: str, said: str) -> None:
        made = self.report(done())
        made = attrs.evolve(made, begun=attrs.evolve(made.begun, base_url=base))
        assert made.vendor == said
        told = [line for line in report.words(made, table=True) if line.startswith("vendor ")]
        assert told == ([] if said == "anthropic" else [f"vendor    {said}"])

    def test_the_next_step_is_a_command_or_a_decision(self) -> None:
        assert self.report(done()).next_step() == ""
        assert self.report(done(watched=True)).next_step() == "polybatch resume r"
        assert "--on-unknown resubmit (or abandon)" in self.report(shard(0, State.HELD)).next_step()
        failed = self.report(done(0, outcomes={"errored": 1}), shard(1), facts={"canary": 1})
        assert failed.next_step() == "look at the results; this sends the others all the same: polybatch resume r"


class TestTheCommandThatGoesOn:
    def test_is_plain_by_default(self) -> None:
        assert Given().again() == ""

    def test_repeats_what_no_journal_keeps(self) -> None:
        given = Given(
            settle=1234567.5, retries=2, max_requests=9, max_items_per_batch=3, allow_http=True, ca_file=Path("a b.pem")
        )
        assert given.again() == (
            "--settle 1234567.5 --max-items-per-batch 3 --max-requests 9 --retries 2 --allow-http --ca-file 'a b.pem'"
        )

    def test_takes_no_decision_again(self) -> None:
        assert Given(on_unknown="resubmit").again() == ""
        assert "on_unknown" not in FORGOTTEN


class TestADiskThatFails:
    @pytest.mark.parametrize("number", exits.DISK)
    def test_is_named_by_the_folder_where_it_names_nothing(self, number: int) -> None:
        with pytest.raises(OSError, match="why") as caught, exits.placed(Path("folder")):
            raise OSError(number, "why")
        message, hint = exits.wording(caught.value)
        assert message == "why: folder"
        assert "give the command again" in hint

    def test_keeps_the_name_it_has(self) -> None:
        with pytest.raises(OSError, match="why") as caught, exits.placed(Path("folder")):
            raise OSError(errno.ENOSPC, "why", "file")
        assert exits.wording(caught.value)[0] == "why: file"

    def test_is_not_blamed_for_something_else(self) -> None:
        with pytest.raises(BrokenPipeError) as caught, exits.placed(Path("folder")):
            raise BrokenPipeError(errno.EPIPE, "why")
        assert caught.value.filename is None

    def test_may_stand_behind_an_error_of_ours(self) -> None:
        error = InputError("x cannot be a run directory: No space left on device")
        error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
        assert exits.wording(error) == (error.message, exits.DISK[errno.ENOSPC])

    def test_may_speak_through_sqlite(self) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        assert exits.code_of(error) is Code.STOPPED
        message, hint = exits.wording(error)
        assert message.endswith("database disk image is malformed")
        assert "is the disk sound" in hint


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("run", {"--settle", "--retries", "--canary", "--on-unknown"}),
        ("resume", {"--settle", "--retries", "--canary", "--on-unknown"}),
        ("cancel", {"--settle", "--on-unknown"}),
        ("plan", {"--canary"}),
    ],
)
def test_a_command_offers_what_it_can_use(command: str, options: set[str]) -> None:
    found = {name for param in main.commands[command].params for name in param.opts}
    assert found & {"--settle", "--retries", "--canary", "--on-unknown"} == options


def test_defaults_are_the_runs() -> None:
    names = {field.name for field in attrs.fields(Settings)} & {field.name for field in attrs.fields(Given)}
    ours, theirs = Given(), Settings(out=Path("o"), run_dir=Path("r"))
    assert {
        name for name in names - {"out", "run_dir", "poll"} if getattr(ours, name) != getattr(theirs, name)
    } == set()
