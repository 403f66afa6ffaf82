"""Connections: who is trusted, which proxy is taken, where they may lead, and how slow they may be.

`wire` says what is sent. httpx's transports are used without its client, which writes whole addresses to the log, keeps
cookies and has a mind of its own about redirects and proxies.
"""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from http import HTTPMethod
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.request import getproxies, proxy_bypass

import httpx
from attrs import frozen

from .errors import ContractError, InputError, TransportError
from .hold import held
from .inflate import accepted
from .origin import INSIDE, PORTS, Origin, off_limits, origin

T = TypeVar("T")

WINDOW, LEAST = 300.0, 1024
"""Within so many seconds of waiting a peer must take or give so many bytes; below that it only holds the line."""
LONGEST = 24 * 3600.0
"""Seconds of waiting within one call, however fast it goes; as long as a batch itself may take."""
SLICE = 64 * 1024
"""Bytes written at a time: the time-out is for each, so that a slow line is not taken for one that stands still."""


# -- whom we trust


def trusted(ca_file: str | Path | None = None) -> ssl.SSLContext:
    """The usual authorities (those of SSL_CERT_FILE or SSL_CERT_DIR, if set), and one more. Raises InputError."""
    source = "the file that SSL_CERT_FILE names"
    try:
        context = httpx.create_ssl_context()
        source = f"the CA file {ca_file}"
        if ca_file is not None:
            context.load_verify_locations(ca_file)
    except OSError as error:
        raise InputError(f"{source} cannot be used: {error}", hint="it holds certificates in PEM form") from error
    context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
    return context


CLOCK = "is this machine's clock right? Else only the host's owner can help"
ADDRESS = "is the base URL right? The certificate belongs to another host"
MENDING = {9: CLOCK, 10: CLOCK, 62: ADDRESS, 64: ADDRESS}
"""OpenSSL's numbers for what is wrong with a certificate: not yet valid, expired, another host, another address."""
AUTHORITY = "a network with a certificate authority of its own needs --ca-file, or ca_file= in Python"


def distrust(error: BaseException | None) -> tuple[str, str] | None:
    """Why TLS failed and what to do, if that is behind an error."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.strip().rstrip(".")
        return f"is not trusted, its certificate is refused: {said}", MENDING.get(error.verify_code, AUTHORITY)
    if error is not None:
        return f"offers no secure connection: {error.reason or error}", "does it speak TLS 1.2 or newer there?"
    return None


# -- how slow they may be


class Pace:
    """Gives up on a peer that lets hardly a byte through; only time spent waiting for it counts."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.now = monotonic
        self._begin()

    def _begin(self) -> None:
        self._total = self._waited = 0.0
        self._moved = 0
        self._read = False

    def slices(self, buffer: bytes) -> Iterator[bytes]:
        """What is to be written, slice by slice; writing after reading begins another call."""
        if self._read:
            self._begin()
        for start in range(0, len(buffer), SLICE):
            yield buffer[start : start + SLICE]

    def took(self, data: bytes, since: float, timeout: float | None, *, read: bool) -> bytes:
        """Take note of bytes that came through. Raises httpx.ReadTimeout for too few of them, or after too long."""
        waited = self.now() - since
        self._read = read
        self._total, self._waited, self._moved = self._total + waited, self._waited + waited, self._moved + len(data)
        if self._total > LONGEST:
            raise httpx.ReadTimeout(f"one call took more than {LONGEST / 3600:.0f} hours")
        if self._waited >= max(WINDOW, timeout or 0.0):
            if data and self._moved < LEAST:
                raise httpx.ReadTimeout(f"only {self._moved} bytes came through in {self._waited:.0f} s")
            self._waited, self._moved = 0.0, 0
        return data


class _Wrapped:
    """Something of httpcore's, of which a part is done otherwise."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Paced(_Wrapped):
    def __init__(self, inner: Any, pace: Pace) -> None:
        super().__init__(inner)
        self._pace = pace


class Stream(_Paced):
    """A connection with a pace."""

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes; none at the end."""
        held(self._inner)
        since = self._pace.now()
        return self._pace.took(self._inner.read(max_bytes, timeout), since, timeout, read=True)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, slice by slice."""
        for piece in self._pace.slices(buffer):
            held(self._inner)
            since = self._pace.now()
            self._inner.write(piece, timeout)
            self._pace.took(piece, since, timeout, read=False)

    def start_tls(self, *args: Any, **kwargs: Any) -> Stream:
        """The same connection, encrypted."""
        return Stream(self._inner.start_tls(*args, **kwargs), self._pace)


class AsyncStream(_Paced):
    """The same on an event loop, where TLS raises errors of its own."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's name
        """The next bytes; none at the end."""
        since = self._pace.now()
        with _broken():
            data = await self._inner.read(max_bytes, timeout)
        return self._pace.took(data, since, timeout, read=True)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's name
        """Send, slice by slice."""
        for piece in self._pace.slices(buffer):
            since = self._pace.now()
            with _broken():
                await self._inner.write(piece, timeout)
            self._pace.took(piece, since, timeout, read=False)

    async def start_tls(self, *args: Any, **kwargs: Any) -> AsyncStream:
        """The same connection, encrypted."""
        return AsyncStream(await self._inner.start_tls(*args, **kwargs), self._pace)


@contextmanager
def _broken() -> Iterator[None]:
    """What TLS on an event loop raises in the middle of a call."""
    try:
        yield
    except ssl.SSLError as error:
        raise httpx.ReadError(str(error)) from error


# -- where they may lead


@frozen
class Bounds:
    """Which addresses a connection may be made to: an address that the vendor gave leads into no private network.

    The base URL's own host is the user's choice and may be anywhere.
    """

    base: Origin
    host: str
    port: int

    def concern(self, host: str, port: int) -> bool:
        """Whether a host is another one than the base URL's."""
        return (host, port) != (self.host, self.port)

    def admitted(self, host: str, found: Sequence[tuple[Any, ...]]) -> list[str]:
        """The addresses of a host, in order. Raises ContractError if one of them is off limits."""
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            if off_limits(Origin("", address, None), self.base):
                raise ContractError(
                    f"the vendor gave an address at {host}, which is {address}, inside a private network",
                    hint=INSIDE,
                )
        return addresses


def reach(base_url: str) -> Bounds:
    """The bounds of a client, by its base URL."""
    url = httpx.URL(base_url)
    return Bounds(origin(base_url), url.raw_host.decode("ascii"), url.port or PORTS[url.scheme])


class _Connecting(_Wrapped):
    def __init__(self, inner: Any, bounds: Bounds | None, monotonic: Callable[[], float]) -> None:
        super().__init__(inner)
        self._bounds, self._monotonic = bounds, monotonic


class Guard(_Connecting):
    """Makes connections: to the very addresses that were looked at, each with a pace."""

    def connect_tcp(self, host: str, port: int, **rest: Any) -> Stream:
        """Connect to the first of a host's addresses that answers."""
        targets = [host]
        with _unreachable():
            if self._bounds is not None and self._bounds.concern(host, port):
                targets = self._bounds.admitted(host, socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            for target in targets[:-1]:
                with suppress(Exception):  # the next one may answer; what the last one says is told
                    return Stream(self._inner.connect_tcp(target, port, **rest), Pace(self._monotonic))
            return Stream(self._inner.connect_tcp(targets[-1], port, **rest), Pace(self._monotonic))


class AsyncGuard(_Connecting):
    """The same on an event loop."""

    async def connect_tcp(self, host: str, port: int, **rest: Any) -> AsyncStream:
        """Connect to the first of a host's addresses that answers."""
        import asyncio  # noqa: PLC0415 - 10 ms that only who has an event loop spends

        targets = [host]
        with _unreachable():
            if self._bounds is not None and self._bounds.concern(host, port):
                asked = asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
                targets = self._bounds.admitted(host, await asyncio.wait_for(asked, rest.get("timeout")))
            for target in targets[:-1]:
                with suppress(Exception):  # the next one may answer; what the last one says is told
                    return AsyncStream(await self._inner.connect_tcp(target, port, **rest), Pace(self._monotonic))
            return AsyncStream(await self._inner.connect_tcp(targets[-1], port, **rest), Pace(self._monotonic))


@contextmanager
def _unreachable() -> Iterator[None]:
    """What looking up a name raises: the name does not exist, or is none."""
    try:
        yield
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error


# -- which way they take


class Ways(Generic[T]):
    """The transports of one client, made when first needed: the straight one, one for each proxy, or the caller's.

    A proxy of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY) looks up names itself: behind one, private
    addresses are refused only where they are written as numbers. A caller's transport is left as it is.
    """

    def __init__(self, given: T | None, make: Callable[[str | None], T]) -> None:
        self._given, self._make = given, make
        self._made: dict[str | None, T] = {}

    def to(self, url: httpx.URL) -> T:
        """The transport for an address."""
        if self._given is not None:
            return self._given
        proxy = proxy_for(url)
        if proxy not in self._made:
            self._made[proxy] = self._make(proxy)
        return self._made[proxy]

    @property
    def open(self) -> list[T]:
        """What must be closed at the end."""
        return list(self._made.values()) if self._given is None else [self._given]


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment wants for an address; this machine is always reached straight."""
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    if not proxy or Origin(url.scheme, url.host.rstrip("."), url.port).loopback:
        return None
    if proxy_bypass(url.netloc.decode("ascii")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def guarded(kind: Callable[..., T], guard: Callable[[Any], Any], tls: ssl.SSLContext, proxy: str | None) -> T:
    """One of httpx's transports, its connections made by a guard.

    The only place that touches what is private to httpx; a test fails when that changes. Raises InputError.
    """
    try:
        transport = kind(verify=tls, proxy=proxy)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        raise InputError(f"the proxy that the environment names cannot be used: {error}") from error
    pool = transport._pool  # type: ignore[attr-defined]  # noqa: SLF001
    pool._network_backend = guard(pool._network_backend)  # noqa: SLF001
    return transport


# -- what travels, and what is told of it


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A request body read anew from its source for each sending, by either client."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            yield chunk


def lost_call(error: httpx.HTTPError) -> TransportError:
    """What the network did in our words; certain that nothing was sent only where no connection was made."""
    url = error.request.url
    host, said = f"{url.scheme}://{url.netloc.decode()}", str(error)
    if not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError):
        message = f"the connection to {host} broke: {said or type(error).__name__}"
        return TransportError(message, hint="the vendor or the network; try again")
    if reason := distrust(error):
        what, hint = reason
        return TransportError(f"{host} {what}", hint=hint, sent=False)
    if isinstance(error, httpx.ProxyError):
        message = f"the proxy in front of {host} refused: {said}"
        return TransportError(message, hint="look at the variables HTTPS_PROXY and NO_PROXY", sent=False)
    what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
    message = f"{host} {what}" + (f": {said}" if said else "")
    return TransportError(message, hint="check the base URL and the network", sent=False)


_sending: ContextVar[bool] = ContextVar("_sending", default=False)


class _Discreet(logging.Filter):
    """Keeps out of the log what httpcore writes there of a reply's headers: a signed address, or our key come back."""

    def filter(self, _: logging.LogRecord) -> bool:
        return not _sending.get()


logging.getLogger("httpcore.http11").addFilter(_Discreet())


@contextmanager
def sending(request: httpx.Request) -> Iterator[None]:
    """A request under way: what is only read may come compressed, and httpcore logs nothing of the headers."""
    request.headers["accept-encoding"] = accepted() if request.method == HTTPMethod.GET else "identity"
    token = _sending.set(True)
    try:
        with named(request):
            yield
    finally:
        _sending.reset(token)


@contextmanager
def named(request: httpx.Request) -> Iterator[None]:
    """An error tells which request it belongs to."""
    try:
        yield
    except httpx.RequestError as error:
        error.request = request
        raise
