"""A server that answers with the very bytes a test gives it, on a real socket, encrypted or not; and certificates."""

from __future__ import annotations

import socketserver
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any

from polybatch import PolybatchError
from polybatch.flow import Flow
from polybatch.wire import Line
from tests import conftest

Script = Callable[[bytes], bytes | Iterator[bytes]]
"""Head of a request to the bytes of its answer, after which the connection is closed."""

HELLO = b"\x16\x03"
"""How TLS begins."""


class Peer(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1."""

    allow_reuse_address = True

    def __init__(self, script: Script, tls: ssl.SSLContext | None = None) -> None:
        self.script, self.tls = script, tls
        self.heads: list[bytes] = []
        """The heads of all requests."""
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"


class _Handler(socketserver.BaseRequestHandler):
    server: Peer

    def handle(self) -> None:
        # Who hangs up, or refuses our certificate, is what many tests are about.
        with suppress(OSError):
            self.request.settimeout(10)
            connection = self.request
            if self.server.tls is not None:
                connection = self.server.tls.wrap_socket(connection, server_side=True)
            with connection:
                self._converse(connection)

    def _converse(self, connection: Any) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            block = connection.recv(65536)
            if not block:
                return
            head += block
            if head.startswith(HELLO):
                connection.sendall(reply(b"", status="400 Bad Request"))
                return
        self.server.heads.append(head)
        answer = self.server.script(head)
        for piece in [answer] if isinstance(answer, bytes) else answer:
            connection.sendall(piece)


@contextmanager
def listening(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Peer]:
    """A peer, until the end of the block."""
    with Peer(script, tls) as peer:
        thread = Thread(target=peer.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield peer
        finally:
            peer.shutdown()
            thread.join()


def reply(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """A whole answer; `length` is what it claims to have, -1 to claim nothing."""
    claimed = len(body) if length is None else length
    counted = () if claimed < 0 else (f"content-length: {claimed}",)
    lines = [f"HTTP/1.1 {status}", *counted, "connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def driven(line: Line, flow: Flow[Any], *, looping: bool) -> tuple[list[Any], Any]:
    """What a flow emits, and its value or the error it raises; over real connections, which are closed."""
    emitted: list[Any] = []
    try:
        return conftest.driven(line, flow, looping=looping, emitted=emitted)
    except PolybatchError as error:
        return emitted, error
