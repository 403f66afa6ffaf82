"""What is tried again, what is waited for, and for how long; on virtual time."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from polybatch import (
    BatchClient,
    BatchStatus,
    NotReady,
    PolybatchError,
    VendorError,
)
from tests.conftest import Clock, Connect, always, batch_document, ended_document, reply, scripted

Sandboxed = Callable[..., BatchClient]
ENVELOPE = {"type": "error", "error": {"type": "api_error", "message": "no"}, "request_id": "req_1"}
CALLS: dict[str, Callable[[BatchClient], Any]] = {
    "get": lambda client: client.get("msgbatch_01"),
    "cancel": lambda client: client.cancel("msgbatch_01"),
    "delete": lambda client: client.delete("msgbatch_01"),
    "list": lambda client: list(client.list()),
}


@pytest.mark.parametrize("status", [429, 500, 503, 520, 529])
def test_a_safe_call_is_repeated_as_the_vendor_asks(connect: Connect, clock: Clock, status: int) -> None:
    desk = scripted(
        reply(ENVELOPE, status, retry_after="30"),
        reply(ENVELOPE, status, retry_after_ms="1500"),
        reply(ENVELOPE, status),
        httpx.ReadTimeout("slow"),
        reply(batch_document()),
    )
    assert connect(desk).get("msgbatch_01").id == "msgbatch_01"
    assert clock.naps == [30.0, 1.5, 2.0, 4.0]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("status", [500, 520, 529])
def test_a_vendor_in_trouble_is_given_up_in_the_end(
    connect: Connect, call: Callable[[BatchClient], Any], status: int
) -> None:
    desk = always(status, json.dumps(ENVELOPE))
    with pytest.raises(VendorError, match=rf"HTTP {status} api_error: no \[request req_1\]") as refused:
        call(connect(desk))
    assert refused.value.transient
    assert len(desk.requests) == 5


def test_the_vendor_may_forbid_or_ask_for_another_attempt(connect: Connect) -> None:
    desk = scripted(reply(ENVELOPE, 500, x_should_retry="false"))
    with pytest.raises(VendorError):
        connect(desk).get("msgbatch_01")
    desk = scripted(reply(ENVELOPE, 400, x_should_retry="true"), reply(batch_document()))
    connect(desk).get("msgbatch_01")


def test_a_vendor_that_asks_for_an_hour_gets_no_silent_wait(connect: Connect, clock: Clock) -> None:
    with pytest.raises(VendorError) as refused:
        connect(scripted(reply(ENVELOPE, 429, retry_after="3600"))).get("msgbatch_01")
    assert refused.value.retry_after == 3600.0
    assert clock.naps == []


# -- wait


def test_waiting_looks_at_once_and_backs_off(connect: Connect, clock: Clock) -> None:
    desk = scripted(*[reply(batch_document()) for _ in range(9)], reply(ended_document()))
    assert connect(desk).wait("msgbatch_01").status is BatchStatus.COMPLETED
    assert clock.naps[:4] == [5.0, 7.5, 11.25, 16.875]
    assert clock.naps[-2:] == [60.0, 60.0]


def test_waiting_for_what_has_ended_does_not_wait(connect: Connect, clock: Clock) -> None:
    connect(scripted(reply(ended_document()))).wait("msgbatch_01", timeout=0)
    assert clock.naps == []


def test_waiting_honours_retry_after_and_the_first_interval(connect: Connect, clock: Clock) -> None:
    running = batch_document()
    desk = scripted(
        reply(running, retry_after="20"), reply(running, retry_after="1"), reply(running), reply(ended_document())
    )
    connect(desk).wait("msgbatch_01", poll=2)
    assert clock.naps == [20.0, 3.0, 4.5]
    clock.naps.clear()
    connect(scripted(*[reply(running)] * 2, reply(ended_document()))).wait("msgbatch_01", poll=100)
    assert clock.naps == [100.0, 100.0], "an interval longer than ours is the caller's wish"


def test_waiting_looks_once_more_when_the_time_is_up(connect: Connect, clock: Clock) -> None:
    desk = always(200, json.dumps(batch_document()))
    with pytest.raises(NotReady, match=r"batch msgbatch_01 is in_progress after 8 s.*wait again later") as late:
        connect(desk).wait("msgbatch_01", timeout=8)
    assert clock.naps == [5.0, 3.0]
    assert len(desk.requests) == 3
    assert late.value.transient


def test_waiting_does_not_look_earlier_than_the_vendor_allows(connect: Connect, clock: Clock) -> None:
    desk = always(200, json.dumps(batch_document()), retry_after="60")
    with pytest.raises(NotReady, match="after 0 s"):
        connect(desk).wait("msgbatch_01", timeout=30)
    assert clock.naps == []


TROUBLES = {
    "503": lambda: reply(ENVELOPE, 503),
    "429": lambda: reply(ENVELOPE, 429),
    "cut": lambda: httpx.ReadError("gone"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_waiting_outlasts_trouble_that_passes(connect: Connect, clock: Clock, trouble: Callable[[], Any]) -> None:
    many = [trouble() for _ in range(30)]
    desk = scripted(reply(batch_document()), *many, reply(ended_document()))
    assert connect(desk).wait("msgbatch_01").status is BatchStatus.COMPLETED
    with pytest.raises(NotReady, match=r"is in_progress after \d+ s"):
        connect(scripted(reply(batch_document()), *many)).wait("msgbatch_01", timeout=20)


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_waiting_raises_trouble_before_the_first_answer(connect: Connect, trouble: Callable[[], Any]) -> None:
    with pytest.raises(PolybatchError) as raised:
        connect(scripted(*[trouble() for _ in range(30)])).wait("msgbatch_01")
    assert raised.value.transient


def test_waiting_goes_on_over_a_status_nobody_knows_and_says_so_once(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    odd = batch_document(processing_status="resting")
    batch = connect(scripted(reply(odd), reply(odd), reply(ended_document()))).wait("msgbatch_01")
    assert batch.status is BatchStatus.COMPLETED
    assert [record.getMessage() for record in caplog.records if record.name == "polybatch"] == [
        "Anthropic uses a batch status that polybatch does not know: 'resting'"
    ]
