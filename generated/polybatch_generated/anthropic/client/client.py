# Machine-written by scripts/regenerate: do not edit.
# sha256 of the effective document: 207917cfdb5fd3e4ce16488241e17abe2979db5dcc0539e6f8596d0b839e410e

"""The connection to the API: base URL, key, timeouts. Operations take one of these and leave it unchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from attrs import define, evolve, field

if TYPE_CHECKING:
    import ssl

    import httpx


def _timeout() -> httpx.Timeout:
    import httpx

    return httpx.Timeout(60.0, connect=10.0)


@define(kw_only=True)
class Client:
    """A client without a key. Neither headers nor cookies are shown in its repr, and redirects are not followed."""

    _base_url: str = field(alias="base_url", kw_only=False)
    _headers: dict[str, str] = field(factory=dict, alias="headers", repr=False)
    _cookies: dict[str, str] = field(factory=dict, alias="cookies", repr=False)
    _timeout: httpx.Timeout | None = field(factory=_timeout, alias="timeout")
    _verify_ssl: str | bool | ssl.SSLContext = field(default=True, alias="verify_ssl", repr=False)
    _follow_redirects: bool = field(default=False, alias="follow_redirects")
    _httpx_args: dict[str, Any] = field(factory=dict, alias="httpx_args", repr=False)
    _client: httpx.Client | None = field(default=None, init=False, repr=False)
    _async_client: httpx.AsyncClient | None = field(default=None, init=False, repr=False)

    def with_headers(self, headers: dict[str, str]) -> Self:
        """A new client with more headers and with connections of its own."""
        return evolve(self, headers={**self._headers, **headers})

    def with_timeout(self, timeout: httpx.Timeout | None) -> Self:
        """A new client with another timeout and with connections of its own."""
        return evolve(self, timeout=timeout)

    def _arguments(self) -> dict[str, Any]:
        return {
            "base_url": self._base_url,
            "headers": self._headers,
            "cookies": self._cookies,
            "timeout": self._timeout,
            "verify": self._verify_ssl,
            "follow_redirects": self._follow_redirects,
            **self._httpx_args,
        }

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Uses this httpx client, whatever its settings."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """The httpx client, made when first asked for."""
        if self._client is None:
            import httpx

            self._client = httpx.Client(**self._arguments())
        return self._client

    def set_async_httpx_client(self, client: httpx.AsyncClient) -> Self:
        """Uses this httpx client, whatever its settings."""
        self._async_client = client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """The httpx client for asyncio, made when first asked for."""
        if self._async_client is None:
            import httpx

            self._async_client = httpx.AsyncClient(**self._arguments())
        return self._async_client

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(self, *exception: Any) -> None:
        self.get_httpx_client().__exit__(*exception)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self.get_async_httpx_client().__aexit__(*exception)


@define(kw_only=True)
class AuthenticatedClient(Client):
    """A client that sends a key, in the header that the document names first."""

    token: str = field(repr=False)
    prefix: str = ""
    auth_header_name: str = "x-api-key"

    def _arguments(self) -> dict[str, Any]:
        arguments = Client._arguments(self)
        value = f"{self.prefix} {self.token}" if self.prefix else self.token
        return {**arguments, "headers": {**arguments["headers"], self.auth_header_name: value}}
