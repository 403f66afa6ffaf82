"""Flows without a driver: what is repeated, what is not, and that nothing is lost when one flow stands in another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from polybatch import TransportError
from polybatch.flow import Clock, Emit, Exchange, Flow, Open, Pause, Reply, Step, Warn, call, exchange, mapped, send
from polybatch_generated.anthropic.client.api.batches import get_batch

SAFE = Exchange("get", {}, safe=True)
UNSAFE = Exchange("create", {}, safe=False)
LOST = TransportError("lost")
UNSENT = TransportError("unreachable", sent=False)


def driven(flow: Flow[Any], *answers: Reply | Exception) -> tuple[list[Step], Any]:
    """Drive a flow with these answers to its exchanges; the steps it took, and its value or what it raised."""
    rest = iter(answers)
    steps: list[Step] = []
    answer: Any = None
    error: Exception | None = None
    while True:
        try:
            step = flow.throw(error) if error else flow.send(answer)
        except StopIteration as stop:
            return steps, stop.value
        except TransportError as raised:
            return steps, raised
        steps.append(step)
        answer, error = None, None
        if isinstance(step, Exchange | Open):
            found = next(rest)
            answer, error = (None, found) if isinstance(found, Exception) else (found, None)


def ok(**headers: str) -> Reply:
    return Reply(200, headers, b"{}")


def refused(status: int, **headers: str) -> Reply:
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"")


def pauses(steps: Sequence[Step]) -> list[float]:
    return [step.seconds for step in steps if isinstance(step, Pause)]


def test_a_safe_exchange_is_repeated_until_it_goes_through() -> None:
    steps, reply = driven(send(SAFE), LOST, refused(529), refused(429, retry_after="7"), ok())
    assert pauses(steps) == [0.5, 1.0, 7.0]
    assert reply.status == 200


def test_a_safe_exchange_is_given_up_after_five_attempts() -> None:
    steps, lost = driven(send(SAFE), *[LOST] * 5)
    assert lost is LOST
    assert pauses(steps) == [0.5, 1.0, 2.0, 4.0]
    steps, reply = driven(send(SAFE), *[refused(500)] * 5)
    assert (reply.status, len(steps)) == (500, 9)


@pytest.mark.parametrize(
    "answer", [LOST, refused(429, retry_after="1"), refused(503), refused(400, x_should_retry="true")]
)
def test_an_unsafe_exchange_that_may_have_arrived_is_sent_once(answer: Reply | Exception) -> None:
    steps, _ = driven(send(UNSAFE), answer)
    assert steps == [UNSAFE]


def test_an_unsafe_exchange_that_never_left_is_repeated() -> None:
    steps, reply = driven(send(UNSAFE), UNSENT, UNSENT, ok())
    assert pauses(steps) == [0.5, 1.0]
    assert reply.status == 200
    steps, raised = driven(send(UNSAFE), UNSENT, LOST)
    assert raised is LOST
    assert len(steps) == 3


def test_a_success_is_never_repeated_whatever_its_headers_say() -> None:
    steps, _ = driven(send(SAFE), Reply(200, {"x-should-retry": "true", "retry-after": "9"}))
    assert steps == [SAFE]


def test_opening_is_repeated_like_any_other_exchange() -> None:
    steps, _ = driven(send(SAFE, opened=True), refused(500), ok())
    assert steps == [Open(SAFE), Pause(0.5), Open(SAFE)]


def test_a_call_is_parsed_by_its_operation() -> None:
    steps, response = driven(call(get_batch, {"url": "/x"}), Reply(200, {}, b"<html>"))
    assert steps == [Exchange("get_batch", {"url": "/x"})]
    assert response.parsed is None
    assert response.decode_error is not None
    assert exchange(get_batch, {}, safe=False).safe is False


Change = Callable[[Sequence[Any]], Sequence[Any]]


def double(items: Sequence[Any]) -> Sequence[Any]:
    return [2 * item for item in items]


class Witness:
    """A flow that tells how it ended."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def flow(self) -> Flow[str]:
        try:
            yield Emit([1])
            try:
                reply = yield SAFE
                self.seen.append(f"status {reply.status}")
            except TransportError as lost:
                self.seen.append(str(lost))
            now = yield Clock()
            yield Warn(f"at {now}")
            yield Emit([2, 3])
            return "value"
        finally:
            self.seen.append("closed")


def test_a_mapped_flow_changes_what_is_emitted_and_nothing_else() -> None:
    witness = Witness()
    steps, value = driven(mapped(witness.flow(), double), ok())
    assert steps == [Emit([2]), SAFE, Clock(), Warn("at None"), Emit([4, 6])]
    assert value == "value"
    assert witness.seen == ["status 200", "closed"]


def test_a_mapped_flow_hears_what_the_driver_throws() -> None:
    witness = Witness()
    _, value = driven(mapped(witness.flow(), double), LOST)
    assert value == "value"
    assert witness.seen == ["lost", "closed"]


def test_a_mapped_flow_that_is_left_early_is_closed() -> None:
    witness = Witness()
    flow = mapped(witness.flow(), double)
    next(flow)
    flow.close()
    assert witness.seen == ["closed"]


def test_an_error_while_mapping_closes_the_inner_flow() -> None:
    witness = Witness()

    def broken(items: Sequence[Any]) -> Sequence[Any]:
        raise LookupError(str(items))

    with pytest.raises(LookupError):
        next(mapped(witness.flow(), broken))
    assert witness.seen == ["closed"]


def test_the_request_of_an_exchange_is_not_shown() -> None:
    assert "secret" not in repr(Exchange("create", {"headers": {"x": "secret"}}))
    shown: Mapping[str, Any] = {"content": b"secret"}
    assert "secret" not in repr(Open(Exchange("create", shown)))
    assert "secret" not in repr(Reply(200, {}, b"secret"))
