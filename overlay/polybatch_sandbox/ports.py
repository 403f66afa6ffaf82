"""Ports of this machine: what the sandbox and the chaos proxy listen on."""

from __future__ import annotations

import contextlib
import signal
import socket
import socketserver
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "127.0.0.1"


class Port(socketserver.ThreadingTCPServer):
    """One port, with a thread for each of its connections."""

    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, handler: Callable[..., socketserver.BaseRequestHandler]) -> None:
        super().__init__((HOST, port), handler)
        self.closing = threading.Event()
        self.connections: set[socket.socket] = set()
        self.url = f"http://{HOST}:{self.server_address[1]}"
        self._thread: threading.Thread | None = None

    def process_request(self, request: Any, client_address: Any) -> None:
        """Notes the connection, so that it can be closed."""
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection."""
        self.connections.discard(request)
        super().shutdown_request(request)

    def start(self) -> None:
        """Serves in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, name=self.url)
        self._thread.start()

    def stop(self) -> None:
        """Closes the port and every connection."""
        self.closing.set()
        if self._thread is not None:
            with contextlib.suppress(OSError):  # where it can be done, this ends the wait for a caller at once
                self.socket.shutdown(socket.SHUT_RDWR)
            self.shutdown()
            self._thread.join()
        for connection in list(self.connections):
            with contextlib.suppress(OSError):  # the other side may have closed it already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


def interrupted() -> threading.Event:
    """Set when this process is told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
