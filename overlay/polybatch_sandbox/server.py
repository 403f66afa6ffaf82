"""Sockets around a `Sandbox`: one loopback port for the vendors, a second one for result files.

HTTP/1.1 with keep-alive; bodies come by Content-Length or chunked, replies of unknown length go out chunked. With
`compress` they go out in gzip, or in zstd where that is installed, to who accepts it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import zlib
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, Self, cast

from polybatch_sandbox.body import BLOCK, collected
from polybatch_sandbox.clock import http_date
from polybatch_sandbox.message import Request, Response
from polybatch_sandbox.ports import Port
from polybatch_sandbox.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

KEY = "a-key-for-the-sandbox"
LARGEST = (
    600 * 1024 * 1024
)  # bytes of a request; the largest limit of a vendor is Anthropic's 256 MB, and tests go beyond it
BODILESS = frozenset({204, 304})
CODERS: dict[str, Callable[[], Any]] = {"gzip": partial(zlib.compressobj, wbits=31)}
"""By content encoding: what makes one; the last that is accepted is taken."""
if importlib.util.find_spec("zstandard"):  # it comes with an extra
    CODERS["zstd"] = lambda: importlib.import_module("zstandard").ZstdCompressor().compressobj()


class BadBody(Exception):
    """A request whose body cannot be read."""


class Host(Port):
    """One port of a sandbox."""

    def __init__(
        self, port: int, answer: Callable[[Request], Response], sandbox: Sandbox, *, compress: bool = False
    ) -> None:
        super().__init__(port, Handler)
        self.answer = answer
        self.sandbox = sandbox
        self.compress = compress


class Handler(BaseHTTPRequestHandler):
    """Turns bytes into a `Request` and a `Response` into bytes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Host

    def finish(self) -> None:
        """Ends a connection."""
        with contextlib.suppress(OSError):  # a caller that hung up is no trouble of ours
            super().finish()

    def handle(self) -> None:
        """All exchanges of one connection."""
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    def respond(self) -> None:
        """One exchange."""
        try:
            with collected(self._body()) as body:
                request = Request(self.command, self.path, tuple(self.headers.items()), body)
                reply = self.server.answer(request)
        except BadBody as bad:
            self.send_error(400, str(bad))
            return
        self._send(packed(request, reply) if self.server.compress else reply)

    def __getattr__(self, name: str) -> Any:
        """Every method is answered by the sandbox, unknown ones too."""
        if name.startswith("do_"):
            return self.respond
        raise AttributeError(name)

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "identity").lower() == "chunked":
            yield from self._chunks()
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST:
            raise BadBody("Content-Length")
        yield from self._bytes(int(length))

    def _bytes(self, length: int) -> Iterator[bytes]:
        while length:
            block = self.rfile.read(min(length, BLOCK))
            if not block:
                raise ConnectionAbortedError
            length -= len(block)
            yield block

    def _chunks(self) -> Iterator[bytes]:
        total = 0
        while True:
            head = self.rfile.readline(1024).partition(b";")[0].strip()
            try:
                length = int(head, 16)
            except ValueError:
                raise BadBody("chunk") from None
            total += length
            if total > LARGEST:
                raise BadBody("size")
            if length == 0:
                break
            yield from self._bytes(length)
            self.rfile.readline(8)
        while self.rfile.readline(65_536).strip():
            pass  # trailers

    def _send(self, reply: Response) -> None:
        if reply.delay:
            self.server.closing.wait(reply.delay)
        if reply.dropped:
            self.close_connection = True
            return
        endless = reply.undelimited or (not isinstance(reply.body, bytes) and self.request_version == "HTTP/1.0")
        chunked = not isinstance(reply.body, bytes) and not endless
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif endless:
            self.send_header("Connection", "close")  # sets close_connection too
        elif self.command != "HEAD" and reply.status not in BODILESS:
            self.send_header("Content-Length", str(len(cast("bytes", reply.body))))
        self.end_headers()
        if self.command == "HEAD" or reply.status in BODILESS:
            return
        parts = iter([reply.body]) if isinstance(reply.body, bytes) else reply.body
        self._write(parts if reply.cut is None else _cut(parts, reply.cut), chunked=chunked, ends=reply.cut is None)

    def _write(self, parts: Iterator[bytes], *, chunked: bool, ends: bool) -> None:
        for part in parts:
            if part:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked else part)
        if chunked and ends:
            self.wfile.write(b"0\r\n\r\n")
        if not ends:
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The `Date` of replies that the base class writes."""
        return http_date(self.server.sandbox.clock.now() if timestamp is None else timestamp)

    def version_string(self) -> str:
        """The `Server` of replies that the base class writes."""
        return "sandbox"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing: the ledger is the record."""


def packed(request: Request, reply: Response) -> Response:
    """A reply in an encoding that the request accepts, if it does."""
    words = {word.strip() for word in (request.header("Accept-Encoding") or "").split(",")}
    if reply.dropped or reply.status in BODILESS or reply.header("Content-Encoding") or not words & CODERS.keys():
        return reply
    encoding = [word for word in CODERS if word in words][-1]
    parts = iter([reply.body]) if isinstance(reply.body, bytes) else reply.body
    return replace(reply, body=_coded(parts, CODERS[encoding]())).adding([("Content-Encoding", encoding)])


def _coded(parts: Iterator[bytes], coder: Any) -> Iterator[bytes]:
    for part in parts:
        yield coder.compress(part)
    yield coder.flush()


def _cut(parts: Iterator[bytes], length: int) -> Iterator[bytes]:
    for part in parts:
        if length <= 0:
            return
        yield part[:length]
        length -= len(part)


class Server:
    """A sandbox on two ports of this machine."""

    def __init__(self, sandbox: Sandbox, *, port: int = 0, result_port: int = 0, compress: bool = False) -> None:
        self.sandbox = sandbox
        self._host = Host(port, sandbox.handle, sandbox, compress=compress)
        try:
            self._files = Host(result_port, sandbox.handle_file, sandbox, compress=compress)
        except BaseException:
            self._host.server_close()
            raise
        self.url = self._host.url
        self.result_url_base = self._files.url
        sandbox.hosts["results"] = self._files.url

    def base_url(self, vendor: str) -> str:
        """What a client of that vendor takes as its base URL."""
        return f"{self.url}/{vendor}"

    def environment(self) -> dict[str, str]:
        """What a program finds in its environment to use it: of each vendor a key that it takes, and its address."""
        keys = {f"{vendor.upper()}_API_KEY": KEY for vendor in self.sandbox.vendors}
        return keys | {f"{vendor.upper()}_BASE_URL": self.base_url(vendor) for vendor in self.sandbox.vendors}

    def start(self) -> None:
        """Begins to serve, in threads."""
        self._files.start()
        self._host.start()

    def close(self) -> None:
        """Stops serving and lets go of the state."""
        self._host.stop()
        self._files.stop()
        self.sandbox.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def serve(*, port: int = 0, result_port: int = 0, compress: bool = False, **options: Any) -> Server:
    """A server of a new sandbox, to be used with `with`; `options` are those of `Sandbox`."""
    sandbox = Sandbox(**options)
    try:
        return Server(sandbox, port=port, result_port=result_port, compress=compress)
    except BaseException:
        sandbox.close()
        raise
