"""Who may be told the key, and which addresses may be called at all; pure.

A key belongs to the origin (scheme, host, port) of the base URL and to no other.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from attrs import frozen

from .errors import ContractError, InputError

PORTS = {"http": 80, "https": 443}


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
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def private(self) -> bool:
        """Whether the address is a literal that no public server has."""
        try:
            return not ip_address(self.host).is_global
        except ValueError:
            # A name whose last part is a number is an address to a resolver: 127.1, 0x7f000001.
            return self.loopback or self.host.rpartition(".")[2][:1].isdigit()


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


def check_foreign(url: str, base_url: str) -> None:
    """Raises ContractError for an address in a vendor's answer that may not be called."""
    base = origin(base_url)
    try:
        found = origin(url)
    except ValueError as error:
        raise ContractError(f"the vendor gave an address that is none: {url!r}") from error
    if found.scheme not in PORTS or not found.host:
        raise ContractError(f"the vendor gave an address that is no http or https URL: {url!r}")
    if found.scheme == "http" and base.scheme != "http":
        raise ContractError(f"the vendor gave a plain http address: {url}", hint="only https is followed")
    if (found.loopback and not base.loopback) or (found.private and not base.private):
        raise ContractError(f"the vendor gave an address inside a private network: {url}", hint="it is not followed")
