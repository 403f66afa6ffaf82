"""Threads that wait for the network, so that steps are carried out at once; the flows' own code stays out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, Generic, TypeVar

from .hold import Hold

L = TypeVar("L")

MOST = 16
"""Threads of one flow; what is more than that waits its turn."""


class Crew(Generic[L]):
    """The threads of one flow; none is there before it is needed, none when it is closed."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._busy: dict[Future[Any], tuple[L, Hold]] = {}

    def __bool__(self) -> bool:
        return bool(self._busy)

    def send(self, lane: L, act: Callable[[], Any]) -> None:
        """Carry out a step beside the others."""
        self._pool = self._pool or ThreadPoolExecutor(MOST, thread_name_prefix="polybatch")
        hold = Hold()
        self._busy[self._pool.submit(partial(hold.during, act))] = lane, hold

    def back(self, timeout: float | None) -> Iterator[tuple[L, Any]]:
        """What was carried out, as soon as something was, and for whom; raises what a step raised."""
        for done in wait(self._busy, timeout, FIRST_COMPLETED).done:
            lane, _ = self._busy.pop(done)
            yield lane, done.result()

    def close(self) -> None:
        """Break off what is under way, and wait for its end."""
        for _, hold in self._busy.values():
            hold.cut()
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
