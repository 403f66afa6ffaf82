"""What a run does next: whatever a vendor answers, it ends in done, or held, or with trouble that was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from polybatch.model import Outcome
from polybatch.run.machine import Deed, Shard, State, Window, due, next_due, status_of, summed

OPEN_FOR_EVER = Window(None)


def shard(number: int, state: State, **more: object) -> Shard:
    made = Shard(number, 0, 1, 1, state=state)
    for name, value in more.items():
        setattr(made, name, value)
    return made


class TestTheNextDeed:
    def test_brings_home_what_is_paid_for_before_more_is_ordered(self) -> None:
        shards = [
            shard(0, State.SUBMITTED), shard(1, State.PLANNED), shard(2, State.ENDED), shard(3, State.FETCHED),
            shard(4, State.DONE), shard(5, State.UNKNOWN), shard(6, State.SUBMITTING),
        ]  # fmt: skip
        order = []
        while (found := due(shards, 0.0, OPEN_FOR_EVER)) is not None:
            order.append(found[0])
            found[1].state = State.DONE
        assert order == [Deed.FINISH, Deed.FETCH, Deed.SUBMIT, Deed.POLL]
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

    @pytest.mark.parametrize("state", [State.SUBMITTING, State.UNKNOWN, State.SUBMITTED])
    def test_sends_no_more_than_the_vendor_admits(self, state: State) -> None:
        shards = [shard(0, state, due=50.0), shard(1, State.ENDED, due=60.0), shard(2, State.PLANNED)]
        assert due(shards, 0.0, Window(1)) is None
        assert due(shards, 0.0, Window(2)) == (Deed.SUBMIT, shards[2])
        assert due(shards, 0.0, Window(2, 1.0)) is None
        assert next_due(shards, Window(2, 1.0)) == 1.0
        assert next_due(shards, Window(1, 1.0)) == (50.0 if state is State.SUBMITTED else 60.0)

    def test_waits_for_nothing_that_will_never_come(self) -> None:
        """A limit that was met once is no reason to wait while nothing may be sent."""
        shards = [shard(0, State.UNKNOWN), shard(1, State.PLANNED)]
        assert next_due(shards, Window(0, 5.0)) is None


ANSWERS = {
    Deed.SUBMIT: ["accepted", "full", "refused", "lost"],
    Deed.POLL: ["ended", "running", "trouble", "gone"],
    Deed.FETCH: ["fetched", "broken", "not ready", "gone"],
    Deed.FINISH: ["written"],
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
    def held(self) -> bool:
        return any(one.state is State.UNKNOWN for one in self.shards)

    def step(self) -> bool:
        """Whether it went on."""
        self.steps += 1
        assert self.steps < 50 * PATIENCE, "the run turns in circles"
        for one in self.shards:
            if one.state is State.UNKNOWN and self.abandon:
                one.state = State.FETCHED
        window = Window(0 if self.held or self.shut else self.admitted, self.not_before)
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
            working = sum(other.state in {State.SUBMITTED, State.UNKNOWN} for other in self.shards)
            assert not self.held
            assert self.admitted is None or working < self.admitted
        answers = ANSWERS[deed]
        self.hear(self.draw(st.sampled_from(answers)) if self.steps < PATIENCE else answers[0], one)

    def hear(self, answer: str, one: Shard) -> None:
        soon = self.now + self.draw(st.sampled_from([0.5, 5.0, 60.0]))
        if answer in {"accepted", "not ready"}:
            one.state, one.due = State.SUBMITTED, self.now if answer == "accepted" else soon
        elif answer == "full":
            self.not_before = soon
        elif answer == "lost":
            one.state = State.UNKNOWN
        elif answer in {"running", "trouble", "broken"}:
            one.due = soon
        elif answer == "ended":
            one.state, one.due, self.not_before = State.ENDED, 0.0, 0.0
        elif answer in {"refused", "gone"}:
            one.parked = True
            self.shut |= answer == "refused"
        else:
            one.state = State.FETCHED if answer == "fetched" else State.DONE


@settings(max_examples=300)
@given(count=st.integers(1, 6), admitted=st.none() | st.integers(1, 3), abandon=st.booleans(), data=st.data())
def test_whatever_the_vendor_answers_the_run_ends(
    count: int, admitted: int | None, *, abandon: bool, data: st.DataObject
) -> None:
    model = Model(count, admitted, abandon=abandon, draw=data.draw)
    while model.step():
        pass
    said = any(one.parked for one in model.shards)
    for one in model.shards:
        settled = one.state is State.DONE or one.state is State.UNKNOWN or one.parked
        assert settled or (one.state is State.PLANNED and (model.held or said)), one
    assert said or model.held or all(one.state is State.DONE for one in model.shards)


class TestHowFarItIs:
    def test_adds_up(self) -> None:
        shards = [
            Shard(0, 0, 10, 1, state=State.DONE, outcomes={"succeeded": 7, "missing": 3}),
            Shard(1, 0, 10, 1, state=State.SUBMITTED, succeeded=4),
            Shard(2, 0, 5, 1, state=State.UNKNOWN, note="why"),
            Shard(3, 0, 5, 1),
        ]
        assert summed(shards) == (
            {"done": 1, "submitted": 1, "unknown": 1, "planned": 1},
            {"succeeded": 7, "missing": 3},
            14,
        )
        status = status_of({"vendor": "v"}, shards, PurePath("somewhere"))
        assert (status.total, status.settled, status.finished, status.answered) == (30, 10, False, 14)
        assert status.held == ("shard 2 (5 requests): why",)
        assert (status.run_dir, status.vendor) == ("somewhere", "v")

    @pytest.mark.parametrize("outcome", Outcome)
    def test_all_succeeded_says_what_it_says(self, outcome: Outcome) -> None:
        done = Shard(0, 0, 2, 1, state=State.DONE, outcomes={outcome.value: 2})
        status = status_of({"vendor": "v"}, [done], PurePath())
        assert status.finished
        assert status.all_succeeded == (outcome is Outcome.SUCCEEDED)
