"""A thread that waits for the network cannot be stopped, but what it waits for can be broken off from outside."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


class Hold:
    """What one thread waits for."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._off = False

    def during(self, act: Callable[[], T]) -> T:
        """Carry something out in this thread."""
        _holds.set(self)
        return act()

    def take(self, stream: Any) -> None:
        """The thread is about to wait for this connection. Raises httpx.ReadError where it shall not."""
        self._stream = stream
        if self._off:
            raise httpx.ReadError("it was broken off")

    def cut(self) -> None:
        """Break it off; what is still being connected has a short time-out of its own."""
        self._off = True
        if self._stream is not None:
            with suppress(OSError):  # it may be closed already; SSLSocket's own shutdown would pull TLS from under it
                socket.socket.shutdown(self._stream.get_extra_info("socket"), socket.SHUT_RDWR)


_holds: ContextVar[Hold | None] = ContextVar("_holds", default=None)


def held(stream: Any) -> None:
    """Say that this thread is about to wait for a connection of httpcore's."""
    if (hold := _holds.get()) is not None:
        hold.take(stream)
