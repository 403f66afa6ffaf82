"""One outcome for each request, whatever a vendor sends, in whatever order."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.model import BatchStatus, Outcome, Result
from polybatch.run.reconcile import ABANDONED, NEVER_SENT, UNANSWERED, Matcher, Tally, renamed, stand_in


def result(custom_id: str, alias: str | None = None) -> Result:
    return Result(custom_id, Outcome.SUCCEEDED, "v", "b", alias=alias)


IDS = st.one_of(st.integers(0, 30).map("own-{}".format), st.text(max_size=6))


@given(st.integers(0, 20), st.lists(IDS, max_size=80))
def test_any_order_gaps_doubles_and_strangers_give_one_outcome_each(items: int, sent: list[str]) -> None:
    places = {f"own-{place}": place for place in range(items)}
    tally = Tally()
    matcher = Matcher(items, places.get, tally)
    matched = [place for own in sent if (place := matcher.match(result(own))) is not None]
    unanswered = list(matcher.unanswered())
    assert sorted(matched + unanswered) == list(range(items))
    counts = Counter(own for own in sent if own in places)
    assert set(matched) == {places[own] for own in counts}
    assert tally == Tally(
        foreign=sum(own not in places for own in sent), duplicates=sum(counts.values()) - len(counts), unreadable=0
    )


@given(
    st.lists(st.tuples(st.sampled_from(["mark-0", "mark-1", "other"]), st.sampled_from([None, "agent-0", "agent-1"])))
)
def test_a_second_name_counts_only_where_the_first_says_nothing(sent: list[tuple[str, str | None]]) -> None:
    places = {"mark-0": 0, "mark-1": 1, "agent-0": 0, "agent-1": 1}
    matcher = Matcher(2, places.get)
    for mark, agent in sent:
        expected = places.get(mark, places.get(agent or ""))
        known = expected is not None and matcher.seen[expected]
        assert matcher.match(result(mark, agent)) == (None if known else expected)


def test_a_place_outside_the_shard_is_a_stranger() -> None:
    matcher = Matcher(2, {"a": 2, "b": -1}.get)
    assert matcher.match(result("a")) is matcher.match(result("b")) is None
    assert matcher.tally.foreign == 2


def test_the_first_of_two_results_counts() -> None:
    matcher = Matcher(1, {"a": 0}.get)
    assert [matcher.match(result("a")) for _ in range(3)] == [0, None, None]
    assert matcher.tally.found() == {"duplicates": 2}


def test_nothing_odd_is_nothing_to_tell() -> None:
    assert Tally().found() == {}
    assert Tally(foreign=1, unreadable=2).found() == {"foreign": 1, "unreadable": 2}


@pytest.mark.parametrize("status", [status for status in BatchStatus if status.terminal])
def test_who_got_no_result_shares_the_fate_of_the_batch(status: BatchStatus) -> None:
    made = stand_in("a", "v", "b", status)
    assert made.outcome is UNANSWERED.get(status, Outcome.MISSING)
    assert (made.outcome is Outcome.MISSING) == (status is BatchStatus.COMPLETED)
    assert made.error is not None
    assert made.error["code"] == ("no_result" if made.outcome is Outcome.MISSING else f"batch_{status}")
    assert made.error["retryable"]
    assert (made.custom_id, made.vendor, made.batch_id, made.raw, made.body, made.text) == (
        "a",
        "v",
        "b",
        b"",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("note", "status", "outcome"),
    [(ABANDONED, BatchStatus.UNKNOWN, Outcome.MISSING), (NEVER_SENT, BatchStatus.CANCELLED, Outcome.CANCELLED)],
)
def test_a_decision_is_named(note: str, status: BatchStatus, outcome: Outcome) -> None:
    made = stand_in("a", "v", "", status, note)
    assert made.outcome is outcome
    assert made.error is not None
    assert (made.error["code"], made.error["retryable"]) == (note, False)


def test_another_note_is_no_code() -> None:
    error = stand_in("a", "v", "", BatchStatus.COMPLETED, "HTTP 429").error
    assert error is not None
    assert error["code"] == "no_result"


def test_a_result_gets_the_callers_id_back() -> None:
    assert renamed(result("own"), "the caller's") == result("the caller's")
