"""Gets the bytes of a source: bounded in size and time, by GET, never to another host than the one that was named."""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import httpx

_REDIRECTS = 5


class SourceError(Exception):
    """One line for the person at the keyboard: why there is no document."""


@dataclass(frozen=True)
class Bounds:
    """What a source may cost."""

    size: int = 32 * 1024 * 1024
    seconds: float = 60.0
    clock: Callable[[], float] = field(default=time.monotonic)


@dataclass(frozen=True)
class Fetched:
    """What came, from where, and what is worth saying about the way."""

    content: bytes
    media: str
    note: str = ""


def fetch(source: str, bounds: Bounds, *, cleartext: bool) -> Fetched:
    """The content at a URL, or of a file. `cleartext`: plain http is fine, because the user named the address."""
    if "://" not in source:
        return _from_file(Path(source), bounds)
    url = _url(source)
    end = bounds.clock() + bounds.seconds
    first = url
    try:
        timeout = httpx.Timeout(min(20.0, bounds.seconds))
        with httpx.Client(timeout=timeout, follow_redirects=False, verify=_tls()) as client:
            for _ in range(_REDIRECTS):
                _allow(url, cleartext=cleartext)
                with client.stream("GET", url, headers={"Accept": "*/*", "User-Agent": "polybatch-refresh"}) as reply:
                    if not reply.has_redirect_location:
                        return _read(url, first, reply, bounds, end)
                    target = url.join(reply.headers["Location"])
                    if (target.scheme, target.netloc) != (url.scheme, url.netloc) and not _safer(url, target):
                        msg = f"{first} has moved to {target}: look at it, then change `source` in specs/manifest.toml"
                        raise SourceError(msg)
                    url = target
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        msg = f"{first} cannot be reached: {error or type(error).__name__}"
        raise SourceError(msg) from error
    msg = f"{first} is redirected more than {_REDIRECTS} times"
    raise SourceError(msg)


@cache
def _tls() -> ssl.SSLContext:
    """Made once: it reads every certificate there is."""
    return httpx.create_ssl_context()


def _url(source: str) -> httpx.URL:
    try:
        url = httpx.URL(source)
    except httpx.InvalidURL as error:
        msg = f"{source} is no address: {error}"
        raise SourceError(msg) from error
    if url.scheme not in ("http", "https") or not url.host:
        msg = f"{source} is no address of http or https"
        raise SourceError(msg)
    return url


def _allow(url: httpx.URL, *, cleartext: bool) -> None:
    if url.scheme == "http" and not cleartext and not _loopback(url.host):
        msg = f"{url} is plain http, which anybody on the way could change: use https, or name it with --from"
        raise SourceError(msg)


def _safer(url: httpx.URL, target: httpx.URL) -> bool:
    """The same host, by https instead of http."""
    return target.host == url.host and (url.scheme, target.scheme) == ("http", "https")


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read(url: httpx.URL, first: httpx.URL, reply: httpx.Response, bounds: Bounds, end: float) -> Fetched:
    if reply.status_code != 200:
        msg = f"{url} answers {reply.status_code} {reply.reason_phrase}".rstrip()
        raise SourceError(msg)
    content = bytearray()
    for piece in reply.iter_bytes(64 * 1024):
        content += piece
        _bounded(str(url), len(content), bounds)
        if bounds.clock() > end:
            msg = f"{url} was still sending after {bounds.seconds:g} seconds"
            raise SourceError(msg)
    note = "" if url == first else f"moved to {url} on the same host"
    return Fetched(bytes(content), reply.headers.get("Content-Type", ""), note)


def _from_file(path: Path, bounds: Bounds) -> Fetched:
    try:
        with path.open("rb") as file:
            content = file.read(bounds.size + 1)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise SourceError(msg) from error
    _bounded(str(path), len(content), bounds)
    return Fetched(content, "")


def _bounded(source: str, size: int, bounds: Bounds) -> None:
    if size > bounds.size:
        msg = f"{source} is larger than {bounds.size} bytes: not the document"
        raise SourceError(msg)
