"""How one vendor is reached: where, with which key, how patiently, and how an exchange becomes an HTTP request.

The key is added here, for the base URL's own origin only, and masked in whatever comes back whole.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import Any, TypeVar

import httpx
from attrs import field, frozen

from .errors import ContractError, InputError
from .flow import Exchange, Reply
from .inflate import MASK
from .network import Body, guarded, reach, trusted
from .origin import bare, check_foreign, same_origin
from .version import __version__

T = TypeVar("T")

AGENT = f"polybatch/{__version__}"
CONNECT_TIMEOUT = 10.0
"""Seconds to reach a host."""
RANDOM, WORD = 16, 8
"""A key is masked in a reply that repeats it: with 16 characters it is in no answer by chance, with 8 in no refusal;
a shorter one (a test's) is not looked for."""
IDLE, FRESH = 90.0, 5.0
"""Seconds for which a connection is kept that nobody uses. Polls come up to 72 s apart (60 and jitter). What the vendor
has closed meanwhile is noticed before it is used again, but for a close that is just then under way: a safe call is
sent once more then, while the fate of a create would be unknown, so creates take only what was used a moment ago."""


@frozen
class Timer:
    """Where time comes from; a test gives its own."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    asleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


@frozen
class Line:
    """How to reach one vendor."""

    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    timeout: float = 60.0
    """Seconds without a byte after which a call is given up."""
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None
    timer: Timer = Timer()
    tls: ssl.SSLContext | None = None
    """Whom to trust; the usual authorities unless given."""
    inside: bool = False
    """Whether an address that the vendor gives may lie in a private network."""

    @property
    def patience(self) -> httpx.Timeout:
        """How long a call waits for what."""
        return httpx.Timeout(self.timeout, connect=min(CONNECT_TIMEOUT, self.timeout))

    def way(self, kind: Callable[..., T], guard: Callable[..., Any], idle: float, proxy: str | None) -> T:
        """A transport of our own, which keeps unused connections for so many seconds."""
        bounds = None if self.inside or proxy else reach(self.base_url)
        kept = partial(kind, limits=httpx.Limits(keepalive_expiry=idle))
        return guarded(kept, lambda inner: guard(inner, bounds, self.timer.monotonic), self._trust, proxy)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self.tls or trusted()  # which takes 20 ms

    def request(self, exchange: Exchange) -> httpx.Request:
        """The HTTP request of an exchange, with the key if it goes to the vendor itself."""
        given = dict(exchange.request)
        method, url = given.pop("method"), str(given.pop("url"))
        if exchange.foreign:
            check_foreign(url, self.base_url, inside=self.inside)
        else:
            url = self.base_url + url
        headers = {"user-agent": AGENT, "accept": "*/*", **given.pop("headers", {})}
        if same_origin(url, self.base_url):
            headers.update(self.credentials)
        for name, value in headers.items():
            if not (value.isascii() and value.isprintable()):
                raise InputError(f"the value of the header {name} has a character that no header carries")
        content = given.pop("content", None)
        body = content if content is None or isinstance(content, bytes) else Body(content)
        params = {name: value for name, value in given.pop("params", {}).items() if value is not None}
        more = {"extensions": {"timeout": self.patience.as_dict()}, **given}
        try:
            request = httpx.Request(method, url, params=params or None, headers=headers, content=body, **more)
        except httpx.InvalidURL as error:
            kind = ContractError if exchange.foreign else InputError
            raise kind(f"{bare(url)!r} is not a URL that can be called: {error}") from error
        if isinstance(body, Body):
            request.stream = body  # httpx would wrap it in a stream for blocking clients only
        return request

    def keys(self, response: httpx.Response) -> list[bytes]:
        """What nobody shall see in a reply; a short word in a success is more likely a word than the key."""
        least = RANDOM if response.is_success else WORD
        found = (value.rpartition(" ")[2].encode() for value in self.credentials.values())
        return [key for key in found if len(key) >= least]

    def reply(self, response: httpx.Response, content: bytes) -> Reply:
        """A reply as everybody sees it: where its headers repeat the key, the key is masked as in its body."""
        headers = response.headers.raw
        for key in self.keys(response):
            headers = [(name, said.replace(key, MASK)) for name, said in headers]
        return Reply(response.status_code, httpx.Headers(headers), content)
