"""One outcome for each request, whatever a vendor sends, in whatever order."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.model import BatchStatus, ErrorInfo, Outcome, Result
from polybatch.run.reconcile import (
    ABANDONED,
    GONE,
    NEVER_SENT,
    REASONS,
    UNANSWERED,
    Matcher,
    Tally,
    bit,
    bits,
    renamed,
    repeatable,
    stand_in,
)


def result(custom_id: str, alias: str | None = None, raw: bytes = b"") -> Result:
    return Result(custom_id, Outcome.SUCCEEDED, "v", "b", raw, alias=alias)


IDS = st.one_of(st.integers(0, 30).map("own-{}".format), st.text(max_size=6))


@given(st.integers(0, 20), st.lists(st.tuples(IDS, st.sampled_from([b"", b"x", b"y"])), max_size=40))
def test_any_order_gaps_doubles_and_strangers_give_one_outcome_each(items: int, sent: list[tuple[str, bytes]]) -> None:
    places = {f"own-{place}": place for place in range(items)}
    tally, quarantine = Tally(), list[tuple[str, bytes]]()
    matcher = Matcher(items, places.get, tally, lambda reason, raw: quarantine.append((reason, raw)))
    matched = [place for own, raw in sent if (place := matcher.match(result(own, raw=raw))) is not None]
    unanswered = list(matcher.unanswered())
    assert sorted(matched + unanswered) == list(range(items))
    first: dict[str, bytes] = {}
    odd = Counter[str]()
    expected: list[tuple[str, bytes]] = []
    for own, raw in sent:
        kind = (
            "foreign" if own not in places else "" if own not in first else "same" if first[own] == raw else "conflict"
        )
        first.setdefault(own, raw)
        odd[kind] += 1
        expected += [(kind, raw)] * (kind in {"foreign", "conflict"})
    assert set(matched) == {places[own] for own in first if own in places}
    assert tally == Tally(foreign=odd["foreign"], duplicates=odd["same"], conflicts=odd["conflict"])
    assert quarantine == expected


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
    odd: list[tuple[str, bytes]] = []
    matcher = Matcher(1, {"a": 0}.get, odd=lambda *given: odd.append(given))
    assert [matcher.match(result("a", raw=raw)) for raw in (b"1", b"1", b"2", b"2", b"1")] == [0, *[None] * 4]
    assert matcher.tally.found() == {"duplicates": 2, "conflicts": 2}
    assert odd == [("conflict", b"2")] * 2


def test_what_cannot_be_read_goes_into_quarantine() -> None:
    odd: list[tuple[str, bytes]] = []
    matcher = Matcher(1, {"a": 0}.get, odd=lambda *given: odd.append(given))
    matcher.unreadable(b"<p>")
    assert (matcher.tally.found(), odd, list(matcher.unanswered())) == (
        {"unreadable": 1},
        [("unreadable", b"<p>")],
        [0],
    )


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
    [
        (ABANDONED, BatchStatus.UNKNOWN, Outcome.MISSING),
        (NEVER_SENT, BatchStatus.CANCELLED, Outcome.CANCELLED),
        *((GONE, status, Outcome.MISSING) for status in BatchStatus if status.terminal),
    ],
)
def test_a_decision_is_named(note: str, status: BatchStatus, outcome: Outcome) -> None:
    made = stand_in("a", "v", "", status, note)
    assert made.outcome is outcome
    assert made.error is not None
    assert (made.error["code"], made.error["retryable"]) == (note, False)
    assert not repeatable(made)


def test_another_note_is_no_code() -> None:
    error = stand_in("a", "v", "", BatchStatus.COMPLETED, "HTTP 429").error
    assert error is not None
    assert error["code"] == "no_result"


def test_a_result_gets_the_callers_id_back() -> None:
    assert renamed(result("own"), "the caller's") == result("the caller's")


@pytest.mark.parametrize("status", [status for status in BatchStatus if status.terminal])
def test_a_request_that_got_no_answer_may_be_sent_again_unless_it_was_cancelled(status: BatchStatus) -> None:
    assert repeatable(stand_in("a", "v", "b", status)) is (status is not BatchStatus.CANCELLED)


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("retryable", [None, False, True])
def test_only_what_may_succeed_is_sent_again(outcome: Outcome, *, retryable: bool | None) -> None:
    error = None if retryable is None else ErrorInfo(code="c", message=None, status=None, retryable=retryable)
    found = Result("a", outcome, "v", "b", error=error)
    unanswered = outcome in {Outcome.EXPIRED, Outcome.MISSING}
    assert repeatable(found) is (unanswered or (outcome is Outcome.ERRORED and retryable is True))


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("outcome", Outcome)
def test_what_has_a_reason_of_its_own_is_never_sent_again(code: str, outcome: Outcome) -> None:
    error = ErrorInfo(code=code, message=None, status=None, retryable=True)
    assert not repeatable(Result("a", outcome, "v", "b", error=error))


@given(st.integers(1, 70), st.data())
def test_a_map_has_a_bit_for_each_place(items: int, data: st.DataObject) -> None:
    places = data.draw(st.sets(st.integers(0, items - 1)))
    found = bits(sorted(places), items)
    assert len(found) == -(-items // 8)
    assert {place for place in range(items) if bit(found, place)} == places
    assert int.from_bytes(found).bit_count() == len(places)
    assert not any(bit(b"", place) for place in range(items))
