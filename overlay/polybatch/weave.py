"""A flow, and those it wants done together, taken from step to step; what is to be carried out, the drivers do.

The one place that says whose turn it is: sync and async weave alike. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Generic, TypeAlias, TypeVar

from attrs import define, field, frozen

from .errors import PolybatchError
from .flow import Clock, Emit, Exchange, Flow, Now, Open, Pause, Read, Step, Together, Warn

B = TypeVar("B")


@frozen
class Leave:
    """A flow is over: let go of the body that it may not have read to its end."""


Carried: TypeAlias = Exchange | Open | Read | Emit | Pause | Clock | Now | Warn | Leave
"""What drivers carry out."""


@define(eq=False)
class Lane(Generic[B]):
    """One flow on its way."""

    flow: Flow[Any]
    body: B
    """Where its driver keeps what it has opened."""
    above: Lane[B] | None = None
    """Whose flow wants it done together with others."""
    answer: Any = None
    outcome: Any = None
    over: bool = False
    below: list[Lane[B]] = field(factory=list)
    going: int = 0
    """How many of those below have not ended."""


class Weave(Generic[B]):
    """Whose turn it is."""

    def __init__(self, flow: Flow[Any], body: Callable[[], B]) -> None:
        self._body = body
        self.root = Lane(flow, body())
        self._open: dict[Lane[B], None] = {self.root: None}
        """In the order in which they began."""
        self._ready = deque([self.root])
        self._paused: list[tuple[float, Lane[B]]] = []
        self._away = 0

    @property
    def going(self) -> bool:
        """Whether the flow has not ended."""
        return bool(self._open)

    @property
    def alone(self) -> bool:
        """Whether nothing goes on beside the lane whose turn it is."""
        return not (self._ready or self._paused or self._away)

    @property
    def bodies(self) -> list[B]:
        """Of all flows that have not ended."""
        return [lane.body for lane in self._open]

    def turns(self) -> Iterator[tuple[Lane[B], Carried]]:
        """The steps that are to be carried out now; of each either `answer`, `pause` or `send_away` tells."""
        while self._ready:
            lane = self._ready.popleft()
            step = self._next(lane)
            if isinstance(step, Together):
                lane.below = [Lane(flow, self._body(), lane) for flow in step.flows]
                lane.going = len(lane.below)
                self._open.update(dict.fromkeys(lane.below))
                self._ready.extend(lane.below)
                if not lane.below:
                    self.answer(lane, [])
            else:
                yield lane, step

    def answer(self, lane: Lane[B], answer: Any = None) -> None:
        """What a step has brought."""
        if not lane.over:
            lane.answer = answer
            self._ready.append(lane)
            return
        del self._open[lane]
        if (above := lane.above) is not None:
            above.going -= 1
            if not above.going:
                self.answer(above, [each.outcome for each in above.below])
                above.below = []

    def send_away(self) -> None:
        """A step is carried out beside the others."""
        self._away += 1

    def come_back(self, lane: Lane[B], answer: Any) -> None:
        """What it has brought."""
        self._away -= 1
        self.answer(lane, answer)

    def pause(self, lane: Lane[B], until: float) -> None:
        """A flow waits while others go on."""
        self._paused.append((until, lane))

    def left(self, now: float) -> float | None:
        """Seconds until the first flow that waits goes on, if one does."""
        return max(0.0, min(until for until, _ in self._paused) - now) if self._paused else None

    def wake(self, now: float, *, slept: bool) -> None:
        """Let those go on whose time has come; the first in any case if it was slept for."""
        due = min((until for until, _ in self._paused), default=now)
        now = max(now, due) if slept else now
        paused, self._paused = self._paused, []
        for until, lane in paused:
            if until <= now:
                self.answer(lane)
            else:
                self._paused.append((until, lane))

    def close(self) -> None:
        """End all flows, those within others first."""
        with ExitStack() as stack:
            for lane in self._open:
                stack.callback(lane.flow.close)

    def _next(self, lane: Lane[B]) -> Step | Leave:
        """A lane's next step; trouble is an answer that is thrown."""
        answer, lane.answer = lane.answer, None
        try:
            return lane.flow.throw(answer) if isinstance(answer, PolybatchError) else lane.flow.send(answer)
        except StopIteration as stop:
            lane.outcome = stop.value
        except PolybatchError as error:
            if lane.above is None:
                raise
            lane.outcome = error
        lane.over = True
        return Leave()
