"""Watching many batches through the vendor's list: how many requests that takes, and that nothing hangs on the list."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

import pytest
from attrs import evolve

from polybatch import NotReady
from polybatch.vendors import find_vendor
from polybatch.vendors.letta import Letta
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, Stop, events, rows, stop_if
from tests.sandbox.test_run_lost import create_elsewhere, without_lists

WITH_LIST = [name for name in ("anthropic", "letta", "meshapi", "onerouter") if find_vendor(name).profile.watch]
ENOUGH = 8
"""More batches than are asked for one by one."""


def kind(call: Call) -> str:
    """What a call is, by its address; the vendors name their results differently, but after a batch's id."""
    if call.creates:
        return "create"
    if call.path.endswith("batches"):
        return "list"
    return "get" if call.path.rsplit("/", 2)[1] == "batches" else "results"


def watched(lab: Lab) -> dict[float, Counter[str]]:
    """By time, the calls from now on."""
    seen: dict[float, Counter[str]] = defaultdict(Counter)
    lab.transport.before = lambda call: seen[lab.time.now].update([kind(call)])
    return seen


def rewritten(lab: Lab, change: Any) -> None:
    """The list's rows pass through `change`, which may leave some out by giving nothing."""

    def rewrite(call: Call, reply: Response) -> Response:
        if kind(call) != "list" or reply.status != 200:
            return reply
        page = json.loads(reply.read())
        rows = page if isinstance(page, list) else page["data"]
        rows[:] = [changed for row in rows if (changed := change(row)) is not None]
        return replace(reply, body=json.dumps(page).encode())

    lab.transport.rewrite = rewrite


def test_vendors_with_a_list_that_is_as_good_as_a_get() -> None:
    assert WITH_LIST == ["anthropic", "letta"]  # MeshAPI's list moves only when a get has asked the provider


@pytest.mark.parametrize("count", [ENOUGH, pytest.param(250, marks=pytest.mark.slow)])
@pytest.mark.parametrize("vendor", WITH_LIST)
def test_one_request_answers_for_a_hundred_batches(lab: Lab, vendor: str, count: int) -> None:
    lab.write(rows(count, vendor))
    seen = watched(lab)
    assert lab.finish(vendor, max_items_per_batch=1, poll=20).all_succeeded
    begin, *sweeps, end = [seen[time] for time in sorted(seen)]
    most = math.ceil(count / 100)
    assert (begin["create"], begin["get"]) == (count, 0)
    assert begin["list"] <= 1 + most  # the first asks for the date
    assert len(sweeps) == 2
    for sweep in sweeps:
        assert sweep.total() == sweep["list"] <= most
    assert end["list"] <= most
    # The end that is read from a list is confirmed by the fetch itself; where it is not listed, it is asked for first.
    assert end["get"] == (count if vendor == "anthropic" else 2 * count)
    assert end["results"] == count
    assert set(lab.accepted(vendor).values()) == {1}


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi"])
def test_a_few_are_asked_for_one_by_one(lab: Lab, vendor: str) -> None:
    lab.write(rows(2, vendor))
    lab.time.now += 1
    begun, seen = lab.time.now, watched(lab)
    assert lab.finish(vendor, max_items_per_batch=1).all_succeeded
    later = sum((calls for time, calls in seen.items() if time > begun), Counter[str]())
    assert later["list"] == 0
    assert later["get"] > 2


def test_where_the_list_lags_all_are_asked_for(lab: Lab) -> None:
    lab.write(rows(9, "meshapi"))
    begun, seen = lab.time.now, watched(lab)
    assert lab.finish("meshapi", max_items_per_batch=1).all_succeeded
    assert sum(calls["list"] for time, calls in seen.items() if time > begun) == 0


def test_pages_are_as_large_as_the_vendor_allows(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    vendor = find_vendor("anthropic")
    plain = vendor.list
    monkeypatch.setattr(vendor, "list", lambda self, limit: asked.append(limit) or plain(self, limit))
    monkeypatch.setitem(vars(vendor.document), "largest_page", 5)
    lab.write(rows(ENOUGH))
    lab.finish(max_items_per_batch=1)
    assert set(asked[1:]) == {5}  # the first asks for the date


@pytest.mark.parametrize(
    "words", [["status:500"] * 5, ["status:403"], ["cut:40"] * 5, ["html"]], ids=lambda words: words[0]
)
def test_a_list_that_fails_is_made_up_for_and_not_asked_again_at_once(
    lab: Lab, words: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(rows(ENOUGH))
    lab.script("list", "ok", *words)
    seen = watched(lab)
    assert lab.finish(max_items_per_batch=1).all_succeeded
    calls = sum(seen.values(), Counter[str]())
    assert calls["list"] == 1 + len(words)
    assert calls["get"] == 4 * ENOUGH  # three looks, and one before the results
    assert caplog.messages == []


@pytest.mark.slow
def test_a_list_that_is_refused_for_good_is_tried_now_and_then(lab: Lab) -> None:
    lab.write(rows(ENOUGH))
    lab.script("create", *["stuck"] * ENOUGH)
    without_lists(lab)
    begun, seen = lab.time.now, watched(lab)
    with lab.run(max_items_per_batch=1) as run:
        run.wait(lambda _: run.run.stop() if lab.time.now > begun + 3000 else None)
    assert 5 <= sum(calls["list"] for calls in seen.values()) <= 12


def test_what_the_list_leaves_out_is_asked_for(lab: Lab) -> None:
    lab.write(rows(ENOUGH))
    hidden: set[str] = set()

    def hide(row: dict[str, Any]) -> dict[str, Any] | None:
        if len(hidden) < 4:
            hidden.add(row["id"])
        return None if row["id"] in hidden else row

    rewritten(lab, hide)
    seen = watched(lab)
    assert lab.finish(max_items_per_batch=1).all_succeeded
    assert sum(calls["get"] for calls in seen.values()) == ENOUGH + 3 * 4
    assert set(lab.accepted().values()) == {1}


def test_other_peoples_batches_do_not_make_it_dearer(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(find_vendor("anthropic").document), "largest_page", 2)
    lab.write(rows(ENOUGH))
    with lab.run(max_items_per_batch=1) as run:
        run.wait(lambda status: run.run.stop() if status.shards == {"submitted": ENOUGH} else None)
    lab.time.now += 1
    for _ in range(20):
        create_elsewhere(lab, 1)
    seen = watched(lab)
    assert lab.finish(max_items_per_batch=1).all_succeeded
    calls = sum(seen.values(), Counter[str]())
    assert calls["list"] == ENOUGH // 3  # given up, and not tried again while the run lasts
    assert calls["get"] == 4 * ENOUGH


@pytest.mark.parametrize("word", ["ended", "in_progress"])
def test_a_list_that_lies_costs_nothing_but_time(lab: Lab, word: str) -> None:
    """An end that is none is found out before the results are fetched; one that is not told is waited for."""
    lab.write(rows(ENOUGH))
    until = lab.time.now + 200

    def lie(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "processing_status": word} if lab.time.now < until else row

    rewritten(lab, lie)
    assert lab.finish(max_items_per_batch=1).all_succeeded
    assert set(lab.accepted().values()) == {1}
    assert len(lab.lines()) == ENOUGH


def test_nothing_is_sent_again_on_a_lists_word(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A vendor whose batches fail for want of room: a list that says so wrongly must not cost a second batch."""
    monkeypatch.setattr(Letta, "profile", evolve(Letta.profile, capacity=frozenset({"error"})))
    lab.write(rows(ENOUGH, "letta"))
    rewritten(lab, lambda row: {**row, "status": "failed", "stop_reason": "error"})
    assert lab.finish("letta", max_items_per_batch=1).all_succeeded
    assert set(lab.accepted("letta").values()) == {1}


def test_a_batch_taken_for_ours_is_believed_only_with_its_results(lab: Lab) -> None:
    lab.write(rows(30))
    lab.script("create", *["ok"] * 5, "drop_after")
    assert lab.finish(max_items_per_batch=5, settle=60).all_succeeded
    assert set(lab.accepted().values()) == {1}
    told = [event["kind"] for event in events(lab.run_dir())]
    assert told.count("provisional") == 1
    assert told.index("provisional") < told.index("adopted")


@pytest.mark.slow
def test_batches_that_never_end_are_each_left_alone_in_the_end(lab: Lab) -> None:
    lab.write(rows(ENOUGH))
    lab.script("create", *["stuck"] * 5)
    with lab.run(max_items_per_batch=1, poll=600) as run, pytest.raises(NotReady, match=r"shard 0 .* nobody waits"):
        run.wait()
    assert len(lab.lines()) == ENOUGH - 5


def test_an_unchanged_status_is_not_journaled(lab: Lab) -> None:
    lab.write(rows(ENOUGH))
    lab.script("create", *["stuck"] * ENOUGH)
    begun = lab.time.now
    with lab.run(max_items_per_batch=1) as run:
        run.wait(lambda _: run.run.stop() if lab.time.now > begun + 600 else None)
    kinds = Counter(event["kind"] for event in events(lab.run_dir()))
    assert kinds.keys() == {"planned", "submitting", "replied", "submitted"}


def test_is_left_at_any_moment_without_loss(lab: Lab) -> None:
    lab.write(rows(ENOUGH))
    lab.transport.before = lambda call: stop_if(kind(call) == "list" and len(lab.creates) == ENOUGH)
    with pytest.raises(Stop), lab.run(max_items_per_batch=1) as run:
        run.wait()
    lab.transport.before = lambda _: None
    assert lab.finish(max_items_per_batch=1).all_succeeded
    assert set(lab.accepted().values()) == {1}
