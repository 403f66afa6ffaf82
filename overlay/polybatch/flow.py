"""Conversations with a vendor, written once for sync and async.

A *flow* is a generator: it yields steps and is sent what each step brought; `wire` has the two drivers.

    Exchange ─► Reply            one request, its whole reply, or the head of a long one
    Open     ─► Reply            one request, the body of a success left on the wire
    Read     ─► bytes            the next piece of a body that was opened or has begun, b"" at its end
    Emit     ─► None             results for whoever iterates over the flow
    Pause    ─► None             wait so many seconds
    Clock    ─► float            monotonic seconds
    Now      ─► datetime         the time at the vendor, by its Date header; None before its first reply
    Warn     ─► None             something the user should hear of
    Together ─► list             what came of other flows, carried out at the same time

Pure: no sockets, clock or sleep here.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from attrs import field, frozen

from . import retry
from .errors import TransportError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@frozen
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)


@frozen
class Exchange:
    """One request, as a generated operation describes it."""

    operation: str
    request: Mapping[str, Any] = field(repr=False)
    """Keyword arguments from the operation's `request_kwargs`."""
    safe: bool = True
    """Whether sending it twice is harmless."""
    foreign: bool = False
    """Whether the address came from the vendor's answer and not from its document."""
    head: int = 0
    """So many bytes of a success come with the reply, and what is left can be read piece by piece; 0: all come."""

    def begun(self, reply: Reply) -> bool:
        """Whether a reply has only the beginning of what was sent."""
        return 0 < self.head <= len(reply.content) and 200 <= reply.status < 300


@frozen
class Open:
    """Send, but leave a success's body to be read piece by piece."""

    exchange: Exchange


@frozen
class Read:
    """The next piece of the opened body."""


@frozen
class Emit:
    """Hand these to the caller."""

    items: Sequence[Any]


@frozen
class Pause:
    """Wait."""

    seconds: float


@frozen
class Clock:
    """Ask for the monotonic time."""


@frozen
class Now:
    """Ask for the vendor's time: its last `Date`, carried on by the monotonic clock; `None` before its first reply."""


@frozen
class Warn:
    """Tell the user."""

    message: str


@frozen
class Together:
    """Carry flows out at the same time; brings of each, in their order, its value or the PolybatchError it raised.

    The code of all of them runs in turn and in one thread: only their waiting for the network is done at once. Each
    has an opened body of its own, and what they emit goes out as it comes.
    """

    flows: Sequence[Flow[Any]] = field(repr=False)


Step: TypeAlias = Exchange | Open | Read | Emit | Pause | Clock | Now | Warn | Together
Flow: TypeAlias = Generator[Step, Any, T]


class Response(Protocol[T_co]):
    """What a generated operation's `parse_response` gives; the bytes are kept whatever happens."""

    @property
    def status_code(self) -> int: ...  # noqa: D102
    @property
    def content(self) -> bytes: ...  # noqa: D102
    @property
    def headers(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def parsed(self) -> T_co | None: ...  # noqa: D102
    @property
    def decode_error(self) -> Exception | None: ...  # noqa: D102


class Operation(Protocol[T_co]):
    """A generated operation module."""

    __name__: str

    def parse_response(self, *, status_code: int, content: bytes, headers: Mapping[str, str]) -> Response[T_co]:
        """Decode a reply without ever raising."""


def exchange(operation: Operation[Any], request: Mapping[str, Any], *, safe: bool = True) -> Exchange:
    """One request of a generated operation."""
    return Exchange(operation.__name__.rpartition(".")[2], request, safe=safe)


Meaning: TypeAlias = Callable[[Reply], int]
"""The status a reply amounts to."""


def as_said(reply: Reply) -> int:
    """Its own status; not so where a vendor hides errors in successes."""
    return reply.status


def call(
    operation: Operation[T], request: Mapping[str, Any], *, safe: bool = True, meaning: Meaning = as_said
) -> Flow[Response[T]]:
    """Carry out a generated operation, repeating it only where that is harmless."""
    reply = yield from send(exchange(operation, request, safe=safe), meaning=meaning)
    return operation.parse_response(status_code=reply.status, content=reply.content, headers=reply.headers)


def send(step: Exchange, *, opened: bool = False, meaning: Meaning = as_said) -> Flow[Reply]:
    """Send an exchange; a lost or refused one is repeated if it is safe, or was certainly never sent."""
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = cast("Reply", (yield Open(step) if opened else step))
        except TransportError as lost:
            pause = retry.delay(attempt) if step.safe or not lost.sent else None
            if pause is None:
                raise
        else:
            status = meaning(reply)
            pause = retry.delay(attempt, status=status, headers=reply.headers) if step.safe else None
            if pause is None or 200 <= status < 300:
                return reply
        yield Pause(pause)


def _asked(
    flow: Flow[Any],
    step: Step,
    within: Callable[[Flow[Any]], Flow[Any]],
    hear: Callable[[Step, Any], None] | None = None,
) -> Flow[Callable[[], Step]]:
    """Hand an inner flow's step on; what is given back takes the inner flow to its next step, or ends it.

    `within`: what becomes of the flows that it wants done together.
    """
    if isinstance(step, Together):
        step, hear = Together([within(each) for each in step.flows]), None
    try:
        answer = yield step
    except Exception as error:  # noqa: BLE001 - whatever the driver throws belongs to the inner flow
        return partial(flow.throw, error)
    if hear is not None:
        hear(step, answer)
    return partial(flow.send, answer)


def mapped(flow: Flow[T], change: Callable[[Sequence[Any]], Sequence[Any]]) -> Flow[T]:
    """The same flow, with everything it emits passed through `change`."""
    act: Callable[[], Step] = partial(next, flow)
    within = partial(mapped, change=change)
    try:
        while True:
            step = act()
            act = yield from _asked(flow, Emit(change(step.items)) if isinstance(step, Emit) else step, within)
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        flow.close()


def overheard(flow: Flow[T], hear: Callable[[Step, Any], None]) -> Flow[T]:
    """The same flow; `hear` gets each step and what it brought before the flow itself does."""
    act: Callable[[], Step] = partial(next, flow)
    within = partial(overheard, hear=hear)
    try:
        while True:
            act = yield from _asked(flow, act(), within, hear)
    except StopIteration as stop:
        return cast("T", stop.value)
    finally:
        flow.close()


def tapped(flow: Flow[T], hear: Callable[[Reply], None]) -> Flow[T]:
    """The same flow; `hear` gets the reply to whatever must not be sent twice before the flow itself does."""

    def heard(step: Step, answer: Any) -> None:
        if isinstance(step, Exchange) and not step.safe:
            hear(answer)

    return overheard(flow, heard)


def replayed(flow: Flow[T], reply: Reply) -> Flow[T]:
    """What a flow of one exchange makes of a reply that came before. Raises what the flow raises."""
    yield from ()
    next(flow)
    try:
        flow.send(reply)
    except StopIteration as stop:
        return cast("T", stop.value)
    raise AssertionError("the flow wants more than one exchange")


def until(flow: Flow[Any], enough: Callable[[Sequence[Any]], bool]) -> Flow[bool]:
    """Carry out a flow until `enough` says so of what it emits, and leave the rest unread; whether it said so."""
    said = False

    def watched(inner: Flow[T]) -> Flow[T | None]:
        nonlocal said
        act: Callable[[], Step] = partial(next, inner)
        try:
            while not said:
                step = act()
                if not isinstance(step, Emit):
                    act = yield from _asked(inner, step, watched)
                else:
                    act, said = partial(next, inner), said or enough(step.items)
        except StopIteration as stop:
            return cast("T", stop.value)
        finally:
            inner.close()
        return None

    yield from watched(flow)
    return said
