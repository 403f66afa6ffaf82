"""A TCP proxy that does harm: `python -m polybatch_sandbox.chaos --target 127.0.0.1:8040 --rate 0.01`.

One word for each turn; a turn is a request and its reply, so that a connection that is kept alive has many of them.
First come the words of the script, then words drawn with the probability `rate`, a function of seed and turn.

| word | does |
|---|---|
| `pass` | nothing |
| `cut:N` | passes N bytes of the reply on, then closes; the target has had the whole request |
| `cut_request:N` | passes N bytes of the request on, then closes |
| `reset:N` | passes N bytes of the reply on, then resets the connection |
| `slow:N` | passes the reply on N bytes at a time, with a pause after each |
| `blackhole` | takes everything, passes nothing on and says nothing until the caller hangs up |
"""

from __future__ import annotations

import argparse
import contextlib
import random
import selectors
import socket
import socketserver
import struct
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

from polybatch_sandbox.ports import Port, interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PLAIN = ("pass", "blackhole")
COUNTED = ("cut", "cut_request", "reset", "slow")
AT_RANDOM = ("cut", "cut_request", "reset")  # what needs no patience of the caller
READ = 65_536
NO_LINGER = struct.pack("ii", 1, 0)  # a close with this option sends a reset


@dataclass(frozen=True, slots=True)
class Word:
    """What happens to one turn."""

    kind: str = "pass"
    count: int = 0

    def __str__(self) -> str:
        return f"{self.kind}:{self.count}" if self.kind in COUNTED else self.kind

    def most(self, *kinds: str) -> int | None:
        """How many bytes may pass, if this is one of these kinds."""
        return self.count if self.kind in kinds else None


def parse(text: str) -> Word:
    """A word; ValueError names what is wrong."""
    kind, _, count = text.partition(":")
    if text in PLAIN:
        return Word(text)
    if kind in COUNTED and count.isdecimal() and (kind != "slow" or int(count)):
        return Word(kind, int(count))
    raise ValueError(f"{text!r} is none of {', '.join([*PLAIN, *(f'{kind}:N' for kind in COUNTED)])}")


class Chaos(Port):
    """The proxy: `with Chaos("127.0.0.1:8040", script=["pass", "cut:10"]) as chaos: …`, its address is `chaos.url`."""

    def __init__(
        self,
        target: str,
        *,
        script: Sequence[str] = (),
        seed: int = 0,
        rate: float = 0.0,
        pause: Callable[[], object] | None = None,
        port: int = 0,
    ) -> None:
        host, _, number = target.removeprefix("http://").rpartition(":")
        self.target = (host, int(number))
        if not 0 <= rate <= 1:
            raise ValueError(f"{rate!r} is not a probability")
        self._script = [parse(text) for text in script]
        self._seed, self._rate = seed, rate
        self._lock = threading.Lock()
        self.taken: list[str] = []
        """The words of all turns so far."""
        super().__init__(port, Connection)
        self.pause = pause or (lambda: self.closing.wait(1.0))

    def take(self) -> Word:
        """The word of the next turn."""
        with self._lock:
            turn = len(self.taken)
            word = self._script[turn] if turn < len(self._script) else self._drawn(turn)
            self.taken.append(str(word))
            return word

    def _drawn(self, turn: int) -> Word:
        dice = random.Random(f"{self._seed}/{turn}")  # noqa: S311 - wanted repeatable
        if dice.random() >= self._rate:
            return Word()
        return Word(dice.choice(AT_RANDOM), int(2 ** dice.uniform(0, 16)) - 1)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Connection(socketserver.BaseRequestHandler):
    """One connection through the proxy."""

    server: Chaos

    def handle(self) -> None:
        """All turns of it."""
        # Either side may hang up at any moment; the other one is then hung up on too.
        with contextlib.suppress(OSError), socket.create_connection(self.server.target) as target:
            self.server.connections.add(target)
            try:
                self._carry(target)
            finally:
                self.server.connections.discard(target)

    def _carry(self, target: socket.socket) -> None:
        caller: socket.socket = self.request
        word, passed = Word(), {caller: 0, target: 1}  # as if a turn had just ended
        for source, data in _heard(caller, target):
            if source is caller and passed[target]:
                word, passed = self.server.take(), {caller: 0, target: 0}
            if word.kind == "blackhole":
                continue
            passed[source] += len(data)
            if source is caller:
                over = self._pass_on(target, data, passed[caller], word.most("cut_request"))
            else:
                over = self._pass_on(caller, data, passed[target], word.most("cut", "reset"), word.most("slow"))
            if over and word.kind == "reset":
                caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
                caller.close()
            if over:
                return

    def _pass_on(self, to: socket.socket, data: bytes, after: int, most: int | None, step: int | None = None) -> bool:
        """Sends the part of these bytes that may pass, in steps or at once; whether nothing more may pass.

        `after` counts the bytes of this direction and turn with these.
        """
        start = after - len(data)
        if most is not None:
            data = data[: max(0, most - start)]
        while data:
            part = data if step is None else data[: step - start % step]
            to.sendall(part)
            start, data = start + len(part), data[len(part) :]
            if step is not None and start % step == 0:
                self.server.pause()
        return most is not None and after >= most


def _heard(caller: socket.socket, target: socket.socket) -> Iterator[tuple[socket.socket, bytes]]:
    """Who said what, until the target hangs up; when the caller does, the target is told."""
    with selectors.DefaultSelector() as ends:
        for end in (caller, target):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else a reply in two parts waits 40 ms
            ends.register(end, selectors.EVENT_READ)
        while True:
            for key, _ in ends.select():
                source = cast("socket.socket", key.fileobj)
                data = source.recv(READ)
                if data:
                    yield source, data
                elif source is target:
                    return
                else:
                    ends.unregister(caller)
                    target.shutdown(socket.SHUT_WR)


def main(arguments: list[str] | None = None) -> int:
    """The proxy until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m polybatch_sandbox.chaos", description="A TCP proxy on loopback that does harm."
    )
    parser.add_argument("--target", required=True, help="HOST:PORT of the server behind")
    parser.add_argument("--port", type=int, default=0, help="port of the proxy (default: any free one)")
    parser.add_argument("--seed", type=int, default=0, help="what the harm is drawn from")
    parser.add_argument("--rate", type=float, default=0.0, help="how probable harm is, for each request")
    parser.add_argument("--script", default="", help="words of the first requests, with commas between them")
    given = parser.parse_args(arguments)
    stop = interrupted()
    script = given.script.split(",") if given.script else ()
    with Chaos(given.target, script=script, seed=given.seed, rate=given.rate, port=given.port) as chaos:
        sys.stdout.write(f"{chaos.url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
