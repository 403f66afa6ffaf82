"""Who may be told the key, and which addresses may be called at all; pure.

A key belongs to the origin (scheme, host, port) of the base URL and to no other.
"""

from __future__ import annotations

from http import HTTPMethod
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit

from attrs import frozen

from .errors import ContractError, InputError
from .reading import shorten

PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 behind IPv6 (RFC 6052)."""


@frozen
class Origin:
    """Scheme, host and port of an address."""

    scheme: str
    host: str
    port: int | None

    @property
    def loopback(self) -> bool:
        """Whether the address is this machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return _plain(self.host).is_loopback
        except ValueError:
            return False

    @property
    def private(self) -> bool:
        """Whether the address is a literal that no public server has."""
        try:
            address = _plain(self.host)
        except ValueError:
            # A name whose last part is a number is an address to a resolver: 127.1, 0x7f000001.
            return self.loopback or self.host.rpartition(".")[2][:1].isdigit()
        return not address.is_global or address.is_multicast or address.is_reserved

    @property
    def link_local(self) -> bool:
        """Whether the address is one where clouds answer questions about the machine that asks."""
        try:
            return _plain(self.host).is_link_local
        except ValueError:
            return False


def _plain(host: str) -> IPv4Address | IPv6Address:
    """A literal address; of one that stands for another, the other. Raises ValueError for a name."""
    address = ip_address(host)
    if isinstance(address, IPv6Address):
        hidden = IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
        return address.ipv4_mapped or address.sixtofour or hidden or address
    return address


def origin(url: str) -> Origin:
    """The origin of an absolute URL; a scheme or host that is missing is empty."""
    parts = urlsplit(url)
    return Origin(parts.scheme, (parts.hostname or "").rstrip("."), parts.port or PORTS.get(parts.scheme))


def same_origin(url: str, base_url: str) -> bool:
    """Whether an address, which may be none at all, is under the origin of the base URL."""
    try:
        return origin(url) == origin(base_url)
    except ValueError:
        return False


def check_base_url(url: str, *, allow_http: bool) -> str:
    """The base URL without its last slash. Raises InputError for one that would show the key to the network."""
    if any(char in url for char in "?#@"):  # first of all: what stands there may be a secret, it is not repeated
        raise InputError("a base URL has no query, no fragment and no user name", hint="give the key as a variable")
    try:
        found = origin(url)
    except ValueError as error:
        raise InputError(f"{url!r} is not a URL: {error}") from error
    if found.scheme not in PORTS or not found.host:
        raise InputError(f"{url!r} is not an http or https URL")
    if found.scheme == "http" and not (found.loopback or allow_http):
        raise InputError(f"{url} is plain http: the key would travel unencrypted", hint="allow it with --allow-http")
    return url.rstrip("/")


def off_limits(found: Origin, base: Origin) -> bool:
    """Whether an address lies further inside than the base URL does."""
    return (
        (found.loopback and not base.loopback)
        or (found.private and not base.private)
        or (found.link_local and not base.link_local)
    )


def check_foreign(url: str, base_url: str, *, inside: bool = False) -> None:
    """Raises ContractError for an address in a vendor's answer that may not be called.

    `inside`: whether it may lie in a private network. Names are looked up only when they are called.
    """
    base, shown = origin(base_url), bare(url)
    try:
        found = origin(url)
    except ValueError as error:
        raise ContractError(f"the vendor gave an address that is none: {shown}") from error
    if found.scheme not in PORTS or not found.host:
        raise ContractError(f"the vendor gave an address that is no http or https URL: {shown}")
    if found.scheme == "http" and base.scheme != "http":
        raise ContractError(f"the vendor gave a plain http address: {shown}", hint="only https is followed")
    if off_limits(found, base) and not inside:
        raise ContractError(f"the vendor gave an address inside a private network: {shown}", hint=INSIDE)


INSIDE = "it is not called; if that is where it should be, allow it with --allow-http"


def bare(url: str) -> str:
    """An address to show: without its query, which may be a signature as good as a key."""
    return shorten(url.partition("?")[0].partition("#")[0])


def redirected(method: str, url: str, status: int, location: str | None) -> str | None:
    """Where an answer sends a GET that may follow, which is to its own origin only."""
    if method != HTTPMethod.GET or status not in REDIRECTS or not location:
        return None
    try:
        target = urljoin(url, location)
    except ValueError:
        return None
    return target if same_origin(target, url) else None
