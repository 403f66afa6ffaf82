"""What a run does next: whatever a vendor answers, it ends in done, or held, or with trouble that was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.model import Outcome
from polybatch.run.machine import LOST, OPEN, Deed, Duplicate, Shard, State, Window, next_due, status_of, together

OPEN_FOR_EVER = Window(None)


def shard(number: int, state: State, **more: object) -> Shard:
    made = Shard(number, 0, 1, 1, state=state)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def due(shards: list[Shard], now: float, window: Window) -> tuple[Deed, Shard] | None:
    """The next deed; what may be done beside it is another matter."""
    return next(iter(together(shards, now, window, 1)), None)


class TestTheNextDeed:
    def test_brings_home_what_is_paid_for_before_more_is_ordered(self) -> None:
        shards = [
            shard(0, State.SUBMITTED), shard(1, State.PLANNED), shard(2, State.ENDED), shard(3, State.FETCHED),
            shard(4, State.DONE), shard(5, State.UNKNOWN), shard(6, State.SUBMITTING), shard(7, State.HELD),
            shard(8, State.DONE, watched=True),
        ]  # fmt: skip
        order = []
        while (found := due(shards, 0.0, OPEN_FOR_EVER)) is not None:
            order.append(found[0])
            found[1].state, found[1].watched = State.DONE, False
        assert order == [Deed.FINISH, Deed.FETCH, Deed.SEARCH, Deed.SUBMIT, Deed.POLL, Deed.WATCH] == list(Deed)
        assert next_due(shards, OPEN_FOR_EVER) is None

    def test_looks_first_where_it_is_longest_due(self) -> None:
        shards = [
            shard(0, State.SUBMITTED, due=5.0),
            shard(1, State.SUBMITTED, due=3.0),
            shard(2, State.SUBMITTED, due=9.0),
        ]
        assert due(shards, 2.9, OPEN_FOR_EVER) is None
        assert next_due(shards, OPEN_FOR_EVER) == 3.0
        assert due(shards, 8.0, OPEN_FOR_EVER) == (Deed.POLL, shards[1])

    def test_waits_before_a_download_is_tried_again(self) -> None:
        shards = [shard(0, State.ENDED, due=5.0)]
        assert due(shards, 4.0, OPEN_FOR_EVER) is None
        assert next_due(shards, OPEN_FOR_EVER) == 5.0
        assert due(shards, 5.0, OPEN_FOR_EVER) == (Deed.FETCH, shards[0])

    def test_sends_last_what_was_refused_before(self) -> None:
        shards = [shard(0, State.PLANNED, note="HTTP 400"), shard(1, State.PLANNED), shard(2, State.PLANNED)]
        assert due(shards, 0.0, OPEN_FOR_EVER) == (Deed.SUBMIT, shards[1])
        shards[1].state = shards[2].state = State.DONE
        assert due(shards, 0.0, OPEN_FOR_EVER) == (Deed.SUBMIT, shards[0])

    def test_leaves_alone_what_was_set_aside(self) -> None:
        shards = [shard(place, state, parked=True) for place, state in enumerate(State)]
        assert due(shards, 9.0, Window(None, 5.0)) is None
        assert next_due(shards, Window(None, 50.0)) is None

    @pytest.mark.parametrize("state", sorted(OPEN))
    def test_sends_no_more_than_the_vendor_admits(self, state: State) -> None:
        shards = [shard(0, state, due=50.0), shard(1, State.ENDED, due=60.0), shard(2, State.PLANNED)]
        assert due(shards, 0.0, Window(1)) is None
        assert due(shards, 0.0, Window(2)) == (Deed.SUBMIT, shards[2])
        assert due(shards, 0.0, Window(2, 1.0)) is None
        assert next_due(shards, Window(2, 1.0)) == 1.0
        looked_at = state in {State.SUBMITTED, State.UNKNOWN}
        assert next_due(shards, Window(1, 1.0)) == (50.0 if looked_at else 60.0)

    def test_waits_for_nothing_that_will_never_come(self) -> None:
        """A limit that was met once is no reason to wait while nothing may be sent."""
        shards = [shard(0, State.HELD), shard(1, State.PLANNED)]
        assert due(shards, 9.0, Window(0, 5.0)) is None
        assert next_due(shards, Window(0, 5.0)) is None

    def test_looks_for_a_lost_create_when_its_time_has_come(self) -> None:
        shards = [shard(0, State.UNKNOWN, due=5.0), shard(1, State.PLANNED)]
        assert due(shards, 4.0, Window(0)) is None
        assert next_due(shards, Window(0)) == 5.0
        assert due(shards, 5.0, Window(0)) == (Deed.SEARCH, shards[0])

    def test_keeps_back_what_waits_for_the_canary(self) -> None:
        shards = [shard(0, State.DONE), shard(1, State.PLANNED, gated=True)]
        assert due(shards, 9.0, OPEN_FOR_EVER) is None
        assert next_due(shards, Window(None, 5.0)) is None
        shards[1].gated = False
        assert due(shards, 9.0, OPEN_FOR_EVER) == (Deed.SUBMIT, shards[1])


class TestWhatIsDoneTogether:
    def test_is_one_deed_unless_there_are_results(self) -> None:
        shards = [shard(0, State.FETCHED), shard(1, State.ENDED), shard(2, State.ENDED), shard(3, State.PLANNED)]
        assert together(shards, 0.0, OPEN_FOR_EVER, 4) == [(Deed.FINISH, shards[0])]
        assert together([shard(0, State.SUBMITTED, due=1.0)], 0.0, OPEN_FOR_EVER, 4) == []

    def test_is_so_many_downloads_the_longest_due_first_and_one_create(self) -> None:
        shards = [shard(n, State.ENDED, due=5.0 - n) for n in range(5)]
        shards += [shard(5, State.ENDED, due=9.0), shard(6, State.ENDED, parked=True), shard(7, State.SUBMITTED)]
        planned = [shard(8, State.PLANNED), shard(9, State.PLANNED)]
        downloads = [(Deed.FETCH, shards[n]) for n in (4, 3, 2)]
        assert together(shards, 5.0, OPEN_FOR_EVER, 3) == downloads
        assert together([*shards, *planned], 5.0, OPEN_FOR_EVER, 3) == [*downloads, (Deed.SUBMIT, planned[0])]
        assert together([*shards, *planned], 5.0, Window(0), 3) == downloads
        assert together([*shards, *planned], 5.0, Window(None, 6.0), 3) == downloads
        assert together([shard(0, State.UNKNOWN), *shards, *planned], 5.0, Window(0), 3) == downloads


class TestALateDuplicate:
    @pytest.mark.parametrize("state", State)
    def test_is_watched_for_only_while_the_shards_own_batch_is_known(self, state: State) -> None:
        watched = shard(0, state, watched=True, watch_due=5.0, parked=True)
        unclear = state in LOST or state is State.PLANNED
        assert watched.watching is not unclear
        assert due([watched], 5.0, OPEN_FOR_EVER) == (None if unclear else (Deed.WATCH, watched))
        assert next_due([watched], OPEN_FOR_EVER) == (None if unclear else 5.0)

    def test_is_looked_for_at_its_time_and_after_everything_else(self) -> None:
        shards = [shard(0, State.DONE, watched=True, watch_due=5.0), shard(1, State.SUBMITTED, due=4.0)]
        assert due(shards, 5.0, OPEN_FOR_EVER) == (Deed.POLL, shards[1])
        shards[1].due = 6.0
        assert due(shards, 4.5, OPEN_FOR_EVER) is None
        assert next_due(shards, OPEN_FOR_EVER) == 5.0
        assert due(shards, 5.0, OPEN_FOR_EVER) == (Deed.WATCH, shards[0])

    def test_is_told_with_what_the_first_batch_used(self) -> None:
        found = Duplicate(batch_id="b", shard=3, requests=1200, status="cancelled", answered=7, cancelled=True,
                          tokens={"input_tokens": 5000, "output_tokens": 30, "reasoning_tokens": 0})  # fmt: skip
        assert str(found) == (
            "batch b holds the 1,200 requests of shard 3 a second time; it is cancelled, 7 of them answered;"
            " the first time they used 5,000 input tokens, 30 output tokens; its cancel was asked for"
        )
        unsaid = Duplicate(batch_id="b", shard=3, requests=1, status="in_progress")
        assert str(unsaid).endswith("it is in_progress, an unknown number of them answered")


ANSWERS = {
    Deed.SUBMIT: ["accepted", "full", "refused", "lost", "interrupted"],
    Deed.SEARCH: ["found", "absent", "nothing yet", "undecided"],
    Deed.POLL: ["ended", "running", "trouble", "gone", "somebody else's"],
    Deed.FETCH: ["fetched", "broken", "not ready", "gone"],
    Deed.FINISH: ["written"],
    Deed.WATCH: ["over", "watched on"],
}
"""What can come of a deed; the first of each brings a run nearer to its end."""
PATIENCE = 60
"""Steps after which the vendor answers well."""


class Model:
    """A driver and a vendor. Time passes only in waits, and each wait must be for something that then is due."""

    def __init__(self, count: int, admitted: int | None, *, abandon: bool, draw: Callable[[Any], Any]) -> None:
        self.shards = [shard(number, State.PLANNED) for number in range(count)]
        self.admitted, self.abandon, self.draw = admitted, abandon, draw
        self.now, self.not_before, self.shut, self.steps = 1000.0, 0.0, False, 0

    @property
    def lost(self) -> bool:
        return any(one.state in LOST for one in self.shards)

    @property
    def held(self) -> bool:
        return any(one.state is State.HELD for one in self.shards)

    def step(self) -> bool:
        """Whether it went on."""
        self.steps += 1
        assert self.steps < 50 * PATIENCE, "the run turns in circles"
        for one in self.shards:
            if one.state is State.SUBMITTING:
                self.hear(self.draw(st.sampled_from(["accepted", "lost", "full"])), one)
        window = Window(0 if self.lost or self.shut else self.admitted, self.not_before)
        found = due(self.shards, self.now, window)
        if found is not None:
            self.carry_out(*found)
            return True
        wake = next_due(self.shards, window)
        if wake is None:
            return False
        assert wake > self.now, "a wait that does not wait"
        self.now = wake
        return True

    def carry_out(self, deed: Deed, one: Shard) -> None:
        if deed is Deed.SUBMIT:
            working = sum(other.state in OPEN for other in self.shards)
            assert not self.lost
            assert self.admitted is None or working < self.admitted
        answers = ANSWERS[deed]
        self.hear(self.draw(st.sampled_from(answers)) if self.steps < PATIENCE else answers[0], one)

    def hear(self, answer: str, one: Shard) -> None:
        soon = self.now + self.draw(st.sampled_from([0.5, 5.0, 60.0]))
        states = {
            "accepted": State.SUBMITTED, "found": State.SUBMITTED, "not ready": State.SUBMITTED,
            "interrupted": State.SUBMITTING, "lost": State.UNKNOWN, "somebody else's": State.UNKNOWN,
            "absent": State.PLANNED, "full": State.PLANNED, "undecided": State.FETCHED if self.abandon else State.HELD,
            "ended": State.ENDED, "fetched": State.FETCHED, "written": State.DONE,
        }  # fmt: skip
        one.state = states.get(answer, one.state)
        if answer in {"accepted", "found", "lost", "somebody else's", "ended"}:
            one.due = self.now
        elif answer in {"not ready", "running", "trouble", "broken", "nothing yet"}:
            one.due = soon
        if answer in {"full", "ended"}:
            self.not_before = soon if answer == "full" else 0.0
        elif answer in {"refused", "gone"}:
            one.parked = True
            self.shut |= answer == "refused"
        elif answer == "absent":
            one.watched = True
        elif answer == "over":
            one.watched = False
        elif answer == "watched on":
            one.watch_due = soon


@settings(max_examples=3 * settings.default.max_examples)
@given(count=st.integers(1, 6), admitted=st.none() | st.integers(1, 3), abandon=st.booleans(), data=st.data())
def test_whatever_the_vendor_answers_the_run_ends(
    count: int, admitted: int | None, *, abandon: bool, data: st.DataObject
) -> None:
    model = Model(count, admitted, abandon=abandon, draw=data.draw)
    while model.step():
        pass
    said = any(one.parked for one in model.shards)
    for one in model.shards:
        settled = one.state in {State.DONE, State.HELD} or one.parked
        assert settled or (one.state is State.PLANNED and (model.held or said)), one
        assert not one.watching, "nobody watches for ever"
    assert said or model.held or all(one.state is State.DONE for one in model.shards)


class TestHowFarItIs:
    def test_adds_up(self) -> None:
        shards = [
            Shard(0, 0, 10, 1, state=State.DONE, outcomes={"succeeded": 7, "missing": 1}, moved=2,
                  usage={"input_tokens": 5}, odd={"foreign": 1}),
            Shard(1, 0, 10, 1, state=State.SUBMITTED, succeeded=4),
            Shard(2, 0, 5, 1, state=State.HELD, note="why"),
            Shard(3, 0, 5, 1),
            Shard(4, 1, 2, 1, state=State.DONE, outcomes={"succeeded": 2}, round=1, parents=[0],
                  usage={"input_tokens": 2, "output_tokens": 1}),
            Shard(5, 0, 3, 1, state=State.UNKNOWN, note="being looked for"),
        ]  # fmt: skip
        kept = {"batch_id": "b", "shard": 0, "requests": 10, "answered": 1, "status": "completed", "ended": True}
        status = status_of({"vendor": "v", "duplicates": {"b": kept}}, shards, PurePath("somewhere"))
        assert status.shards == {"done": 2, "submitted": 1, "held": 1, "planned": 1, "unknown": 1}
        assert status.outcomes == {"succeeded": 9, "missing": 1}
        assert (status.total, status.settled, status.finished, status.answered) == (33, 10, False, 14)
        assert status.held == ("shard 2 (5 requests): why",), "what is being looked for needs no decision"
        assert (status.run_dir, status.vendor) == ("somewhere", "v")
        assert (status.usage, status.odd) == ({"input_tokens": 7, "output_tokens": 1}, {"foreign": 1})
        assert status.repeated == 2
        (duplicate,) = status.duplicates
        assert (duplicate.batch_id, duplicate.ended, duplicate.tokens) == ("b", True, {"input_tokens": 5})

    def test_a_shard_that_was_cut_in_two_counts_once(self) -> None:
        shards = [
            Shard(0, 0, 4, 1, state=State.DONE, moved=4, repaired=True),
            Shard(1, 1, 2, 1, state=State.DONE, outcomes={"succeeded": 2}, parents=[0]),
            Shard(2, 1, 2, 1, state=State.DONE, outcomes={"succeeded": 2}, parents=[0]),
        ]
        status = status_of({"vendor": "v"}, shards, PurePath())
        assert (status.total, status.settled, status.answered) == (4, 4, 4)
        assert status.all_succeeded
        assert [one.sent for one in shards] == [False, True, True]

    @pytest.mark.parametrize("outcome", Outcome)
    def test_all_succeeded_says_what_it_says(self, outcome: Outcome) -> None:
        done = Shard(0, 0, 2, 1, state=State.DONE, outcomes={outcome.value: 2})
        status = status_of({"vendor": "v"}, [done], PurePath())
        assert status.finished
        assert status.all_succeeded == (outcome is Outcome.SUCCEEDED)
