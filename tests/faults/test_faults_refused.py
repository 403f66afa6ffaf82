"""F10 to F17 and F22: a create that the vendor refuses, that cannot reach it, or that the user does not want to pay."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from polybatch import InputError, PolybatchError, Unsupported, VendorError
from polybatch.cli.exits import Code, code_of
from polybatch.run.journal import read
from tests.faults.fault_lab import (
    create_elsewhere,
    each_vendor,
    honest,
    kinds,
    operation,
    proved,
    replies,
    whole,
)
from tests.sandbox.run_lab import Call, Lab, events, rows

HOUR = 3600.0
SEVERAL: dict[str, Any] = {"max_items_per_batch": 5}
"""Nine requests then make two batches."""


# -- the create is refused


def plain_429(lab: Lab, vendor: str) -> None:
    """A limit at the door: Letta's own 429 means that the messages are in the agents' memory already."""
    if vendor == "letta":
        replies(lab, "create", lambda reply: replace(reply, body=b"slow down") if reply.status == 429 else reply)


def pauses(lab: Lab) -> list[float]:
    """Filled with the seconds between two creates."""
    found: list[float] = []
    last: list[float] = []

    def note(call: Call) -> None:
        if call.creates:
            found.extend(lab.time.now - before for before in last)
            last[:] = [lab.time.now]

    lab.transport.before = note
    return found


@each_vendor
def test_f10_a_limit_says_in_any_form_how_long_to_wait(lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture) -> None:
    lab.write(rows(4, vendor))
    plain_429(lab, vendor)
    words = ("retry_date:45", "retry_after:30", "retry_after:0", "retry_after:1000000000", "status:429")
    lab.script("create", *words, vendor=vendor)
    waited = pauses(lab)
    states: set[str] = set()
    with lab.run(vendor) as run:
        assert run.wait(lambda status: states.update(status.shards)).all_succeeded
    # Our own pause doubles from 10 s; what the vendor asks for beyond it is honoured, up to an hour.
    assert waited == [45, 30, 40, 3600, 160]
    assert [f"trying again in {seconds} s" in caplog.text for seconds in (45, 30, 40, 3600, 160)] == [True] * 5
    assert states == {"planned", "submitted", "ended", "fetched", "done"}
    assert kinds(lab, vendor).count("refused") == 5
    whole(lab, vendor)


@pytest.mark.parametrize("said", ["soon", "-30", "nan", "inf", "1e999", "", "Thu, 99 Foo 2026 25:61:61 GMT"])
def test_f10_a_limit_whose_pause_is_nonsense(sync_lab: Lab, said: str) -> None:
    lab = sync_lab
    lab.write(rows(4))
    lab.script("create", "status:429")
    replies(
        lab, "create", lambda reply: reply.adding([("Retry-After", said)]) if reply.status == 429 else reply
    )  # fmt: skip
    waited = pauses(lab)
    assert lab.finish().all_succeeded
    assert waited == [10]


def test_f11_batches_of_others_count_against_the_limit(lab: Lab) -> None:
    theirs = {create_elsewhere(lab, 1, "meshapi") for _ in range(8)}
    lab.write(rows(6, "meshapi"))
    together: list[int] = []

    def count(_: Call) -> None:
        found = [lab.sandbox.store.get("meshapi", entry["id"], now=lab.time.now) for entry in lab.ledger("meshapi")]
        together.append(sum(batch is not None and batch.observed != "completed" for batch in found))

    lab.transport.after = count
    assert lab.finish("meshapi", max_items_per_batch=1).all_succeeded
    assert max(together) == 10
    assert len(lab.creates) < 20, "two at a time fit, and others are tried now and then only"
    assert not any(entry["cancelled"] for entry in lab.ledger("meshapi"))
    assert {entry["id"] for entry in lab.ledger("meshapi")} >= theirs
    assert "unknown" not in kinds(lab, "meshapi")
    proved(lab, "meshapi")


CROWDED = "batch_failed:token_limit_exceeded"
WITH_CAPACITY = pytest.mark.parametrize("vendor", ["meshapi", "onerouter"])
"""Vendors behind whom OpenAI may stand; the others name no such failure."""


@WITH_CAPACITY
def test_f12_a_batch_that_fails_for_want_of_room_is_sent_again(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", CROWDED, CROWDED, vendor=vendor)
    status = lab.finish(vendor, **SEVERAL)
    assert status.all_succeeded
    assert (status.repeated, len(lab.creates)) == (0, 4), "that is no error of a request and no repair"
    assert kinds(lab, vendor).count("crowded_out") == 2
    told = {each["batch_id"] for each in events(lab.run_dir(vendor)) if each.get("batch_id")}
    assert told == {entry["id"] for entry in lab.ledger(vendor)}, "the batches that failed are not forgotten"
    assert [entry["billed"] for entry in lab.ledger(vendor)] == [5, 0, 0, 4]
    proved(lab, vendor)


@WITH_CAPACITY
def test_f12_a_batch_for_which_there_is_never_room_becomes_smaller(sync_lab: Lab, vendor: str) -> None:
    """The vendor's queue takes two requests at once, however long one waits."""
    lab = sync_lab
    lab.write(rows(7, vendor))

    def overfull(call: Call) -> None:
        if call.creates:
            assert len(lab.creates) < 40, "the run turns in circles"
            lab.sandbox.faults.clear()
            lab.script("create", CROWDED if len(call.requests) > 2 else "ok", vendor=vendor)

    lab.transport.before = overfull
    assert lab.finish(vendor).all_succeeded
    proved(lab, vendor)


@each_vendor
def test_f13_a_limit_far_below_the_published_one(lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture) -> None:
    lab.write(rows(9, vendor))
    plain_429(lab, vendor)
    begun = lab.time.now

    def narrow(call: Call) -> None:
        if call.creates and len(lab.creates) > 1 and lab.time.now - begun < 3 * HOUR:
            lab.script("create", "status:429", vendor=vendor)

    lab.transport.before = narrow
    assert lab.finish(vendor, **SEVERAL).all_succeeded
    assert lab.time.now - begun >= 3 * HOUR
    assert len(lab.creates) < 60, "ever longer pauses"
    assert "refused for 2.9 h, batches of this run in progress: 0" in caplog.text
    whole(lab, vendor)


@each_vendor
def test_f14_the_account_is_refused_in_the_middle_of_a_run(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    decided: dict[str, Any] = {}
    for done, status in enumerate((401, 402, 403), 1):
        lab.script("create", "ok", f"status:{status}", vendor=vendor)
        run = lab.run(vendor, max_items_per_batch=2, **decided)
        with run, pytest.raises(PolybatchError, match=str(status)) as refused:
            run.wait()
        assert len(lab.creates) == 2 * done, "nothing more is sent"
        accepted = sum(entry["items"] for entry in lab.ledger(vendor))
        assert lab.outcomes(vendor) == {"succeeded": accepted}, "what was paid for is brought home"
        code = code_of(refused.value)
        # Where it is the provider behind Letta that refuses, the messages are in the agents' memory already.
        assert code is (Code.UNDECIDED if vendor == "letta" and status == 402 else Code.STOPPED)
        decided = {"on_unknown": "resubmit"} if code is Code.UNDECIDED else {}
    assert lab.finish(vendor, max_items_per_batch=2, **decided).all_succeeded
    whole(lab, vendor)


@each_vendor
def test_f15_a_batch_that_is_too_large_although_it_keeps_to_the_limit(lab: Lab, vendor: str) -> None:
    lab.write(rows(8, vendor))
    lab.script("create", "status:413", "status:413", vendor=vendor)
    assert lab.finish(vendor).all_succeeded
    whole(lab, vendor)
    shards = read(lab.run_dir(vendor))[1]
    split = [shard for shard in shards if shard.moved]
    assert [shard.number for shard in split] == [0, 1]
    assert all((shard.batch_id, shard.state) == (None, "done") for shard in split)
    assert {parent for shard in shards for parent in shard.parents} == {0, 1}
    assert max(shard.generation for shard in shards) == 2
    assert max(entry["items"] for entry in lab.ledger(vendor)) <= 5


@each_vendor
def test_f15_a_single_request_that_is_too_large_is_said(lab: Lab, vendor: str) -> None:
    lab.write(rows(1, vendor))
    lab.script("create", "status:413", vendor=vendor)
    with lab.run(vendor) as run, pytest.raises(VendorError, match=r"413.*shard 0 \(line 1[,)]"):
        run.wait()
    assert lab.ledger(vendor) == []


def test_f16_a_model_without_batches_is_named_before_anything_is_paid(lab: Lab) -> None:
    lab.write(rows(4, "meshapi"))
    lab.script("create", "status:501", vendor="meshapi")  # the vendor's own words name no model
    with lab.run("meshapi") as run, pytest.raises(Unsupported, match="take another model") as refused:
        run.wait()
    assert lab.ledger("meshapi") == []
    assert code_of(refused.value) is Code.USAGE
    assert "openai/gpt-5-nano" in str(refused.value)
    assert lab.finish("meshapi").all_succeeded, "and once the vendor has learned it, it goes on"


def caused(error: httpx.TransportError, cause: Exception) -> httpx.TransportError:
    error.__cause__ = cause
    return error


def no_tls() -> Exception:
    """What comes of a handshake with a host that speaks plain HTTP."""
    told, said = ssl.MemoryBIO(), ssl.MemoryBIO()
    told.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    talk = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(told, said, server_hostname="localhost")
    with pytest.raises(ssl.SSLError) as refused:
        talk.do_handshake()
    return refused.value


UNSENT: dict[str, Callable[[], httpx.TransportError]] = {
    "no such host": lambda: caused(httpx.ConnectError("no name"), socket.gaierror(-2, "name or service not known")),
    "refused": lambda: httpx.ConnectError("connection refused"),
    "no answer": lambda: httpx.ConnectTimeout(""),
    "no TLS": lambda: caused(httpx.ConnectError("tls"), no_tls()),
}


@each_vendor
def test_f17_what_was_certainly_not_sent_is_simply_sent_again(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    troubles = iter([None, *UNSENT.values()])

    def fail(call: Call) -> None:
        if call.creates and (trouble := next(troubles, None)) is not None:
            raise trouble()

    lab.transport.before = fail
    assert lab.finish(vendor, **SEVERAL).all_succeeded
    assert "unknown" not in kinds(lab, vendor)
    asked = [call for call in lab.transport.calls[1:] if operation(call) == "list"]
    assert not asked, "but for the vendor's time, before the first create"
    assert len(lab.ledger(vendor)) == 2
    whole(lab, vendor)


# -- a limit of the user's own


@each_vendor
def test_f22_more_requests_than_allowed_are_refused_before_anything_is_sent(lab: Lab, vendor: str) -> None:
    lab.write(rows(6, vendor))
    with pytest.raises(InputError, match="more than the 5 requests that --max-requests allows") as refused:
        lab.run(vendor, max_requests=5)
    assert code_of(refused.value) is Code.USAGE
    assert lab.transport.calls == []
    assert not lab.run_dir(vendor).exists()


@each_vendor
def test_f22_repairs_count_too(lab: Lab, vendor: str) -> None:
    lab.write(rows(6, vendor))
    lab.script("create", "missing_lines:4", vendor=vendor)
    status = lab.finish(vendor, retries=5, max_requests=8)
    assert status.outcomes == {"succeeded": 4, "missing": 2}
    assert sum(entry["items"] for entry in lab.ledger(vendor)) == 8
    honest(lab)
    assert lab.finish(vendor, retries=5, max_requests=8).finished
    assert sum(entry["items"] for entry in lab.ledger(vendor)) == 8
