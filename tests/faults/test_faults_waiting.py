"""F23 to F32: what a vendor can say, or not say, of a batch until it has ended; at every vendor that it can hit."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from polybatch import BatchStatus, ContractError, NotFound, NotReady, Unsupported, parse_callback
from polybatch.cli import progress, report
from polybatch.cli.exits import Code, code_of
from polybatch.run import journal
from polybatch.run.journal import read
from polybatch_sandbox import Response
from tests.faults.fault_lab import (
    DAY,
    dated,
    documents,
    each_counted,
    each_listed,
    each_vendor,
    kinds,
    operation,
    outcome_of,
    proved,
    replies,
    whole,
)
from tests.sandbox.run_lab import Call, Lab, rows

HOUR = 3600.0
OVER = {"anthropic": "ended", "letta": "completed", "meshapi": "completed", "onerouter": "completed"}
"""The word with which a batch has ended."""


def half_done(lab: Lab, vendor: str, count: int = 4, **settings: Any) -> None:
    """A run whose batches are at the vendor, stopped."""
    lab.write(rows(count, vendor))
    with lab.run(vendor, **settings) as run:
        run.wait(lambda status: run.run.stop() if status.shards.keys() == {"submitted"} else None)
        assert not run.status().finished


# -- what it says


@each_vendor
def test_f23_a_status_that_nobody_knows_is_waited_out_and_told_once(
    lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(rows(4, vendor))
    lab.script("get", *["unknown_status"] * 3, vendor=vendor)
    assert lab.finish(vendor, poll=2).all_succeeded
    assert caplog.text.count("uses a batch status that polybatch does not know") == 1
    whole(lab, vendor)


@each_vendor
@pytest.mark.parametrize("lies", [1, 2])
def test_f23_an_end_that_is_taken_back_is_no_end(lab: Lab, vendor: str, lies: int) -> None:
    """Once while polling, and once more while the results are asked for, which are not there yet."""
    lab.write(rows(4, vendor))
    lab.script("get", "ok", *[f"says:{OVER[vendor]}"] * lies, vendor=vendor)
    assert lab.finish(vendor, poll=5).all_succeeded
    assert len(lab.creates) == 1
    whole(lab, vendor)


@each_vendor
def test_f23_what_is_fetched_stays_fetched_whatever_is_said_later(lab: Lab, vendor: str) -> None:
    lab.write(rows(4, vendor))
    with lab.run(vendor) as run:
        run.wait(lambda status: run.run.stop() if "fetched" in status.shards else None)
    replies(lab, "get", lambda _: Response(200, body=b'{"status": "in_progress"}'))
    replies(lab, "results", lambda _: Response(200, body=b""))
    sent = len(lab.transport.calls)
    assert lab.finish(vendor).all_succeeded
    assert lab.finish(vendor).all_succeeded
    assert len(lab.transport.calls) == sent
    whole(lab, vendor)


@each_vendor
def test_f24_a_batch_that_never_ends_is_said_to_be_late_and_neither_cancelled_nor_sent_again(
    lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture
) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "stuck", vendor=vendor)
    begun = lab.time.now
    run = lab.run(vendor, poll=1800, max_items_per_batch=5)
    with run, pytest.raises(NotReady, match=r"for 4\d h") as late:
        run.wait()
    (batch_id,) = [shard.batch_id for shard in read(lab.run_dir(vendor))[1] if shard.state == "submitted"]
    assert f"batch {batch_id} is late" in caplog.text
    assert "allows itself 24 h" in caplog.text
    assert str(batch_id) in str(late.value)
    assert 47 * HOUR < lab.time.now - begun < 50 * HOUR
    assert len(lab.creates) == 2
    assert not any(entry["cancelled"] for entry in lab.ledger(vendor))
    assert lab.outcomes(vendor) == {"succeeded": 4}, "the other batch came home"
    assert code_of(late.value) is Code.STOPPED


@each_counted
def test_f25_all_requests_are_counted_but_the_batch_has_not_ended(lab: Lab, vendor: str) -> None:
    lab.write(rows(4, vendor))
    seen: list[str] = []

    def full(document: dict[str, Any]) -> dict[str, Any]:
        seen.append(document.get("processing_status") or document["status"])
        counts = {"processing": 0, "succeeded": 4, "errored": 0, "canceled": 0, "expired": 0} | {
            "total": 4, "completed": 4, "failed": 0,
        }  # fmt: skip
        return document | {"request_counts": counts, "completed_count": 4, "failed_count": 0, "progress": "100%"}

    documents(lab, "get", full)
    told: set[str] = set()
    early: list[Call] = []
    lab.transport.before = lambda call: (
        early.append(call) if operation(call) == "results" and seen[-1] in {"in_progress", "finalizing"} else None
    )
    with lab.run(vendor, poll=15) as run:
        status = run.wait(lambda status: told.add(progress.phrase(status)))
    assert status.all_succeeded
    assert "0 of 4 requests have their result, 4 are answered; batches: 1 submitted" in told
    assert len(seen) > 3
    assert early == []
    whole(lab, vendor)


PARTLY = {"expired": "expire:2", "cancelled": "cancelled:2", "failed": "batch_failed+fail:2:api_error"}


@each_vendor
@pytest.mark.parametrize("end", PARTLY)
def test_f26_a_batch_that_ended_badly_has_answers_all_the_same(lab: Lab, vendor: str, end: str) -> None:
    lab.write(rows(6, vendor))
    lab.script("create", PARTLY[end], vendor=vendor)
    status = lab.finish(vendor)
    assert (status.outcomes["succeeded"], status.settled) == (4, 6)
    assert all(line["text"] for line in lab.lines(vendor) if line["outcome"] == "succeeded")
    whole(lab, vendor)


@each_vendor
@pytest.mark.parametrize("end", ["expired", "failed"])
def test_f26_only_what_has_no_answer_is_sent_again(lab: Lab, vendor: str, end: str) -> None:
    lab.write(rows(6, vendor))
    lab.script("create", PARTLY[end], vendor=vendor)
    status = lab.finish(vendor, retries=1)
    assert status.all_succeeded
    assert [entry["items"] for entry in lab.ledger(vendor)] == [6, 2]
    assert len(lab.lines(vendor)) == 6
    proved(lab, vendor)


@each_vendor
def test_f27_not_one_request_succeeded(lab: Lab, vendor: str) -> None:
    lab.write(rows(6, vendor))
    # Of an agent that failed Letta has nothing to show, so there it is the whole batch that fails.
    lab.script("create", "batch_failed" if vendor == "letta" else "fail:6:invalid_request_error", vendor=vendor)
    status = lab.finish(vendor)
    assert status.finished
    assert outcome_of(lab.lines(vendor)) == dict.fromkeys((f"row-{number}" for number in range(6)), "errored")
    assert all(line["error"]["message"] for line in lab.lines(vendor))
    found = report.look(lab.run_dir(vendor))
    assert (found.code, sum(trouble.requests for trouble in found.causes.errors)) == (Code.SOME_FAILED, 6)
    whole(lab, vendor)


def test_f27_there_are_no_results_but_only_errors_beside_them(lab: Lab) -> None:
    """Completed, no file of results, and what went wrong in a place of its own."""
    lab.write(rows(4, "meshapi"))

    def apart(document: dict[str, Any]) -> dict[str, Any]:
        if not document["results"]:
            return document
        errors = [
            {"custom_id": line["custom_id"], "error": {"code": "bad_request", "message": "no such tool"}}
            for line in document["results"]
        ]
        counts = {"total": 4, "completed": 0, "failed": 4}
        return document | {
            "results": None, "output_file_id": None, "errors_detail": errors, "request_counts": counts,
        }  # fmt: skip

    documents(lab, "get", apart)
    assert lab.finish("meshapi").outcomes == {"errored": 4}
    assert {line["error"]["message"] for line in lab.lines("meshapi")} == {"no such tool"}
    whole(lab, "meshapi")


@each_vendor
def test_f28_a_batch_that_this_key_does_not_see(lab: Lab, vendor: str) -> None:
    half_done(lab, vendor)
    lab.script("get", "status:404", vendor=vendor)
    with lab.run(vendor, retries=2) as run:
        with pytest.raises(NotFound) as gone:
            run.wait()
        assert run.status().shards == {"submitted": 1}
    key = read(lab.run_dir(vendor))[0]["key"]
    assert f"made with another key than the one marked {key}?" in str(gone.value)
    assert code_of(gone.value) is Code.STOPPED
    assert len(lab.creates) == 1, "nothing is sent again unasked"
    assert lab.finish(vendor, retries=2).all_succeeded
    whole(lab, vendor)


@each_vendor
@pytest.mark.parametrize("trouble", ["HTTP 503", pytest.param("no reply", marks=pytest.mark.slow)])
def test_f29_two_hours_in_which_no_batch_can_be_looked_at(lab: Lab, vendor: str, trouble: str) -> None:
    half_done(lab, vendor, 9, max_items_per_batch=5)
    begun, before = lab.time.now, kinds(lab, vendor)
    tried: list[float] = []

    def fail(call: Call) -> None:
        if lab.time.now - begun < 2 * HOUR:
            tried.append(lab.time.now - begun)
            assert kinds(lab, vendor) == before, "no state changes"
            if trouble == "no reply":
                raise httpx.ReadTimeout("")
            lab.script("get", "status:503", vendor=vendor)

    lab.transport.before = fail
    assert lab.finish(vendor, max_items_per_batch=5).all_succeeded
    assert 2 * HOUR < lab.time.now - begun < 2 * HOUR + 900
    assert 50 < len(tried) < 500, "it goes on asking, but ever less often"
    assert len(lab.creates) == 2
    whole(lab, vendor)


def test_f30_what_is_paid_for_comes_home_before_more_is_ordered(lab: Lab) -> None:
    """MeshAPI takes ten batches at once; the eleventh waits for room, and behind the results."""
    lab.write(rows(14, "meshapi"))
    called: list[str] = []
    lab.transport.after = lambda call: called.append(operation(call))
    assert lab.finish("meshapi", max_items_per_batch=1, poll=70).all_succeeded
    assert called[:21] == ["list"] + ["create"] * 10 + ["get"] * 10
    # Then all ten have ended: one is seen to have, and is fetched, before its room is used.
    assert called[21:24] == ["get", "get", "create"]


@pytest.mark.parametrize(("days", "part"), [(15, "50%"), (24, "80%")])
def test_f30_results_that_will_soon_be_gone_are_fetched_with_a_warning(
    lab: Lab, days: int, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    half_done(lab, "anthropic")
    lab.time.now += days * DAY
    assert lab.finish().all_succeeded
    assert f"{part} of the time is over" in caplog.text
    whole(lab)


def test_f30_results_that_are_gone_are_lost_and_told_and_not_ordered_again(
    lab: Lab, caplog: pytest.LogCaptureFixture
) -> None:
    half_done(lab, "anthropic")
    lab.time.now += 30 * DAY
    assert lab.finish(retries=3).outcomes == {"missing": 4}
    assert {line["error"]["code"] for line in lab.lines()} == {"results_gone"}
    assert "they are lost" in caplog.text
    assert len(lab.creates) == 1
    assert report.look(lab.run_dir()).code is Code.SOME_FAILED


# -- clocks


@each_listed
@pytest.mark.parametrize("days", [-3, 3])
def test_f31_the_clock_of_this_machine_jumps(lab: Lab, vendor: str, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three days to and fro at every look; nothing is decided by it."""
    looks = iter(range(10**6))

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Jumping:
            there = cls.fromtimestamp(lab.time.now, tz)
            return there + timedelta(days=days) if next(looks) % 2 else there

    monkeypatch.setattr(journal, "datetime", Jumping)
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:550", vendor=vendor)
    begun = lab.time.now
    assert lab.finish(vendor, settle=600, max_items_per_batch=5).all_succeeded
    assert next(looks) > 10
    assert 550 <= lab.time.now - begun < 1200
    whole(lab, vendor)


@each_listed
@pytest.mark.parametrize("days", [-3, 3])
@pytest.mark.parametrize("name", ["create", *(pytest.param(name, marks=pytest.mark.slow) for name in ("list", "get"))])
def test_f31_one_reply_has_a_wrong_date(sync_lab: Lab, vendor: str, name: str, days: int) -> None:
    """A gateway in front of the vendor has a clock of its own, and answers now and then."""
    lab = sync_lab
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:550+status_after:524", vendor=vendor)
    count = iter(range(10**6))
    replies(lab, name, lambda reply: dated(reply, days) if next(count) == 1 else reply)
    begun = lab.time.now
    status = lab.finish(vendor, settle=600, max_items_per_batch=5)
    assert status.all_succeeded
    assert next(count) > 1
    assert (status.duplicates, len(lab.creates)) == ((), 2)
    assert lab.time.now - begun < 1200
    whole(lab, vendor)


def patient(lab: Lab) -> None:
    """What should take minutes is stopped after hours."""
    begun = lab.time.now

    def look(_: Call) -> None:
        assert lab.time.now - begun < 3 * HOUR, "it goes on for days"

    lab.transport.before = look


@each_listed
@pytest.mark.parametrize("days", [-3, 3])
@pytest.mark.parametrize("name", ["create"])
def test_f31_one_of_the_vendors_hosts_has_a_wrong_date(sync_lab: Lab, vendor: str, name: str, days: int) -> None:
    """The host that takes creates has a clock of its own; the one that lists them is the vendor's clock."""
    lab = sync_lab
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:550+status_after:524", vendor=vendor)
    replies(lab, name, lambda reply: dated(reply, days))
    begun = lab.time.now
    patient(lab)
    status = lab.finish(vendor, settle=600, max_items_per_batch=5)
    assert status.all_succeeded
    assert (status.duplicates, len(lab.creates)) == ((), 2)
    assert lab.time.now - begun < 1200
    whole(lab, vendor)


# -- what somebody else says


def said_done(batch_id: str) -> bytes:
    """Letta's callback, as anybody can post it."""
    return json.dumps({"job_id": batch_id, "status": "completed", "completed_at": "2026-11-18T00:00:00Z"}).encode()


def test_f32_a_callback_is_a_hint_and_changes_nothing(sync_lab: Lab) -> None:
    lab = sync_lab
    half_done(lab, "letta")
    (entry,) = lab.ledger("letta")
    before = kinds(lab, "letta")
    first, again = (parse_callback("letta", said_done(entry["id"])) for _ in range(2))
    assert (first.batch_id, first.status) == (entry["id"], BatchStatus.COMPLETED)
    assert first == again, "a second one says no more than the first"
    assert parse_callback("letta", said_done("job-that-nobody-has")).batch_id == "job-that-nobody-has"
    assert kinds(lab, "letta") == before
    assert lab.finish("letta").all_succeeded, "the run believes only what it asked for itself"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"job_id": 7}', b"x" * 10**6])
def test_f32_what_is_no_callback_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(ContractError):
        parse_callback("letta", body)


@pytest.mark.parametrize("vendor", ["anthropic", "meshapi", "onerouter"])
def test_f32_of_a_vendor_without_callbacks_none_is_read(vendor: str) -> None:
    with pytest.raises(Unsupported, match="call back"):
        parse_callback(vendor, said_done("batch"))
