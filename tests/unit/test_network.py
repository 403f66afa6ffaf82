"""Connections: pace, addresses, proxies and trust, without a network; tests/sandbox/test_security has sockets."""
# ruff: noqa: ASYNC109 - the names of parameters are httpcore's

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import socket
import ssl
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import trustme

from polybatch import AsyncBatchClient, BatchClient, ContractError, InputError, TransportError
from polybatch.cli import main
from polybatch.flow import Exchange, Flow, Reply
from polybatch.network import (
    LEAST,
    LONGEST,
    SLICE,
    WINDOW,
    AsyncGuard,
    AsyncStream,
    Guard,
    Pace,
    Stream,
    Ways,
    distrust,
    proxy_for,
    reach,
    trusted,
)
from polybatch.wire import AsyncWire, Line, Wire
from tests.conftest import CANARY, Clock, always

PUBLIC = "https://api.anthropic.com"


# -- pace


class Peer:
    """The other end of a connection: each read takes so long and brings so much."""

    def __init__(self, clock: Clock, reads: list[tuple[float, int]], write: float = 0.0) -> None:
        self.clock, self.reads, self.seconds = clock, iter(reads), write
        self.written: list[int] = []
        self.timeouts: list[float | None] = []

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        seconds, count = next(self.reads)
        self.clock.now += seconds
        self.timeouts.append(timeout)
        return bytes(count)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.clock.now += self.seconds
        self.written.append(len(buffer))

    def start_tls(self, *args: Any) -> Peer:
        return self

    def get_extra_info(self, info: str) -> str:
        return f"about {info}"


class AsyncPeer(Peer):
    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # type: ignore[override]
        return super().read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # type: ignore[override]
        super().write(buffer, timeout)

    async def start_tls(self, *args: Any) -> AsyncPeer:  # type: ignore[override]
        return self


Talk = Callable[[Any], Coroutine[Any, Any, None]]


class Either:
    """A stream of either kind with one face, to be awaited."""

    def __init__(self, stream: Stream | AsyncStream) -> None:
        self.stream = stream

    async def read(self, timeout: float | None = 60.0) -> bytes:
        found = self.stream.read(65536, timeout)
        return await found if inspect.isawaitable(found) else found

    async def write(self, data: bytes) -> None:
        found = self.stream.write(data, 60.0)
        if inspect.isawaitable(found):
            await found


@pytest.fixture(params=["sync", "async"])
def talk(request: pytest.FixtureRequest, clock: Clock) -> Callable[..., Peer]:
    def run(conversation: Talk, reads: list[tuple[float, int]], write: float = 0.0) -> Peer:
        pace = Pace(lambda: clock.now)
        peer = Peer(clock, reads, write) if request.param == "sync" else AsyncPeer(clock, reads, write)
        asyncio.run(conversation(Either(Stream(peer, pace) if request.param == "sync" else AsyncStream(peer, pace))))
        return peer

    return run


async def ask_and_read(stream: Either) -> None:
    await stream.write(b"GET / HTTP/1.1\r\n\r\n")
    while await stream.read():
        pass


def test_f18_a_peer_that_dribbles_is_given_up(talk: Callable[..., Peer], clock: Clock) -> None:
    begun = clock.now
    with pytest.raises(httpx.ReadTimeout, match="only 48 bytes came through in 300 s"):
        talk(ask_and_read, [(10.0, 1)] * 1000)
    assert clock.now - begun == WINDOW


def test_f18_a_peer_that_starts_well_and_then_dribbles_is_given_up(talk: Callable[..., Peer], clock: Clock) -> None:
    begun = clock.now
    with pytest.raises(httpx.ReadTimeout, match="bytes came through"):
        talk(ask_and_read, [(1.0, 65536)] * 100 + [(50.0, 100)] * 1000)
    assert clock.now - begun <= 100 + 2 * WINDOW


def test_f18_however_fast_it_comes_there_is_an_end(talk: Callable[..., Peer], clock: Clock) -> None:
    begun = clock.now
    with pytest.raises(httpx.ReadTimeout, match="one call took more than 24 hours"):
        talk(ask_and_read, [(30.0, 65536)] * 10_000)
    assert clock.now - begun == pytest.approx(LONGEST, abs=31)


@pytest.mark.parametrize(
    "reads",
    [
        [(59.0, 1), (59.0, 200), (59.0, 0)],
        [(59.0, 200)] * 1000 + [(1.0, 0)],
        [(59.0, 65536)] * 1000 + [(1.0, 0)],
        [(WINDOW - 1, 10), (WINDOW, 0)],
        [(WINDOW - 1, LEAST), (1.0, 1), (WINDOW - 2, LEAST), (0.0, 0)],
    ],
    ids=["slow and short", "slow and long", "fast and long", "late", "just enough"],
)
def test_an_honest_peer_may_take_its_time(talk: Callable[..., Peer], reads: list[tuple[float, int]]) -> None:
    talk(ask_and_read, reads)


def test_who_waits_longer_by_choice_is_not_cut_off(talk: Callable[..., Peer]) -> None:
    async def patient(stream: Either) -> None:
        await stream.write(b"GET")
        while await stream.read(timeout=3600.0):
            pass

    peer = talk(patient, [(3000.0, 300), (500.0, 300), (1.0, 0)])
    assert peer.timeouts == [3600.0] * 3


def test_a_slow_reader_of_ours_is_not_the_peers_fault(talk: Callable[..., Peer], clock: Clock) -> None:
    async def dawdling(stream: Either) -> None:
        await stream.write(b"GET")
        while await stream.read():
            clock.now += 3600.0

    talk(dawdling, [(1.0, 10)] * 200 + [(0.0, 0)])


def test_each_call_on_a_connection_begins_anew(talk: Callable[..., Peer]) -> None:
    async def often(stream: Either) -> None:
        for _ in range(100):
            await stream.write(b"GET")
            await stream.read()

    talk(often, [(50.0, 20)] * 100)


def test_f18_an_upload_that_hardly_moves_is_given_up(talk: Callable[..., Peer], clock: Clock) -> None:
    async def upload(stream: Either) -> None:
        for _ in range(100_000):
            await stream.write(bytes(SLICE))

    begun = clock.now
    with pytest.raises(httpx.ReadTimeout, match="one call took more than 24 hours"):
        talk(upload, [], write=59.0)
    assert clock.now - begun < LONGEST + 60


def test_what_is_written_goes_slice_by_slice(talk: Callable[..., Peer]) -> None:
    async def upload(stream: Either) -> None:
        await stream.write(bytes(2 * SLICE + 5))
        await stream.write(b"")

    assert talk(upload, []).written == [SLICE, SLICE, 5]


def test_a_connection_keeps_its_pace_when_it_is_encrypted(clock: Clock) -> None:
    pace = Pace(lambda: clock.now)
    stream = Stream(Peer(clock, []), pace).start_tls("context")
    assert isinstance(stream, Stream)
    assert stream._pace is pace
    assert stream.get_extra_info("x") == "about x"
    encrypted = asyncio.run(AsyncStream(AsyncPeer(clock, []), pace).start_tls("context"))
    assert isinstance(encrypted, AsyncStream)
    assert encrypted._pace is pace


def test_what_tls_raises_on_an_event_loop_is_a_broken_connection(clock: Clock) -> None:
    class Broken(AsyncPeer):
        async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            raise ssl.SSLError("bad record mac")

    with pytest.raises(httpx.ReadError, match="bad record mac"):
        asyncio.run(AsyncStream(Broken(clock, []), Pace(lambda: clock.now)).read(1))


# -- addresses


class Backend:
    """Where connections end; those to the addresses of `dead` fail."""

    def __init__(self, dead: tuple[str, ...] = ()) -> None:
        self.called: list[str] = []
        self.dead = dead

    def connect_tcp(self, host: str, port: int, **rest: Any) -> str:
        self.called.append(f"{host} {port}")
        assert rest == {"timeout": 7.0}
        if host in self.dead:
            raise httpx.ConnectError(f"{host} is dead")
        return "a stream"


class AsyncBackend(Backend):
    async def connect_tcp(self, host: str, port: int, **rest: Any) -> str:  # type: ignore[override]
        return super().connect_tcp(host, port, **rest)


class Names:
    """What names are resolved to, in turn; who asks again gets the last answer."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: Any, **__: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]


Connects = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def connects(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Connects:
    def run(
        names: Callable[..., Any],
        host: str = "cdn.example",
        port: int = 443,
        *,
        base: str | None = PUBLIC,
        dead: Any = (),
    ) -> tuple[Backend, Any]:
        monkeypatch.setattr(socket, "getaddrinfo", names)
        bounds = reach(base) if base else None
        if request.param == "sync":
            backend = Backend(dead)
            return backend, Guard(backend, bounds, lambda: 0.0).connect_tcp(host, port, timeout=7.0)
        other = AsyncBackend(dead)
        return other, asyncio.run(AsyncGuard(other, bounds, lambda: 0.0).connect_tcp(host, port, timeout=7.0))

    return run


INSIDE = [
    "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1",
    "ff02::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_into_a_private_network_is_not_called(connects: Connects, address: str) -> None:
    for answer in ([address], ["93.184.216.34", address], [address, "93.184.216.34"]):
        with pytest.raises(ContractError, match=r"at cdn\.example, which is .*, inside a private network") as refused:
            connects(Names(answer))
        assert "--allow-http" in refused.value.hint


def test_it_is_the_address_that_was_looked_at_which_is_called(connects: Connects) -> None:
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    backend, stream = connects(names)
    assert backend.called == ["93.184.216.34 443"]
    assert names.asked == ["cdn.example"]
    assert isinstance(stream, Stream | AsyncStream)


def test_the_next_address_is_tried_and_the_last_error_is_told(connects: Connects) -> None:
    three = ["93.184.216.34", "2606:4700::1111", "8.8.8.8", "8.8.8.8"]
    backend, _ = connects(Names(three), dead=three[:2])
    assert backend.called == ["93.184.216.34 443", "2606:4700::1111 443", "8.8.8.8 443"]
    with pytest.raises(httpx.ConnectError, match=r"8\.8\.8\.8 is dead"):
        connects(Names(three), dead=three)


@pytest.mark.parametrize(
    ("base", "host", "port"),
    [
        (PUBLIC, "api.anthropic.com", 443),
        ("https://letta.corp.example:8283/x", "letta.corp.example", 8283),
        ("https://b\u00fccher.example", "xn--bcher-kva.example", 443),
        ("https://[2606:4700::1111]", "2606:4700::1111", 443),
        ("http://10.0.0.5", "10.0.0.5", 80),
    ],
)
def test_the_base_url_may_be_anywhere(connects: Connects, base: str, host: str, port: int) -> None:
    names = Names(["10.0.0.1"])
    backend, _ = connects(names, host, port, base=base)
    assert backend.called == [f"{host} {port}"]
    assert names.asked == []


def test_another_port_of_the_base_urls_host_is_another_place(connects: Connects) -> None:
    with pytest.raises(ContractError, match="inside a private network"):
        connects(Names(["10.0.0.1"]), "letta.corp.example", 22, base="https://letta.corp.example")


@pytest.mark.parametrize(
    ("base", "address", "allowed"),
    [
        ("http://127.0.0.1:1", "127.0.0.1", True),
        ("http://localhost:1", "10.0.0.1", True),
        ("http://127.0.0.1:1", "169.254.169.254", False),
        ("http://10.0.0.5", "10.0.0.1", True),
        ("http://10.0.0.5", "169.254.169.254", False),
        ("http://10.0.0.5", "127.0.0.1", False),
        (None, "127.0.0.1", True),
    ],
)
def test_who_is_inside_may_call_inside(connects: Connects, base: str | None, address: str, *, allowed: bool) -> None:
    if allowed:
        assert len(connects(Names([address]), base=base)[0].called) == 1
        return
    with pytest.raises(ContractError, match="inside a private network"):
        connects(Names([address]), base=base)


@pytest.mark.parametrize("allowed", [False, True])
def test_private_addresses_are_allowed_with_plain_http(*, allowed: bool) -> None:
    assert BatchClient("anthropic", api_key=CANARY, allow_http=allowed)._line.inside is allowed


def test_a_name_that_does_not_exist_cannot_be_reached(connects: Connects) -> None:
    def nobody(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(httpx.ConnectError, match="Name or service not known"):
        connects(nobody)


def test_a_name_that_is_none_cannot_be_reached(connects: Connects) -> None:
    def too_long(*_: Any, **__: Any) -> Any:
        raise UnicodeError("label too long")

    with pytest.raises(httpx.ConnectError, match="label too long"):
        connects(too_long)


# -- httpx, whose privates are touched in one place


def made(line: Line, *, looping: bool) -> Any:
    """The transport that a driver makes of its own."""
    wire = AsyncWire(line) if looping else Wire(line)
    return wire._ways[True].to(httpx.URL("https://cdn.example/"))


@pytest.mark.parametrize("looping", [False, True], ids=["sync", "async"])
def test_what_httpx_makes_connects_through_a_guard(*, looping: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)
    kinds = (httpx.AsyncHTTPTransport, AsyncGuard) if looping else (httpx.HTTPTransport, Guard)
    for line, bounds in (
        (Line(PUBLIC, {}), reach(PUBLIC)),
        (Line(PUBLIC, {}, inside=True), None),
    ):
        transport = made(line, looping=looping)
        backend = transport._pool._network_backend
        assert (type(transport), type(backend)) == kinds, "httpx has changed: look at network.guarded"
        assert callable(backend._inner.connect_tcp), "httpcore has changed: look at network.guarded"
        assert backend._bounds == bounds


@pytest.mark.parametrize("looping", [False, True], ids=["sync", "async"])
def test_a_connection_is_made_by_the_guard_and_by_nobody_else(
    *, looping: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fails when httpx no longer asks the object that `guarded` puts in its place."""
    without_proxies(monkeypatch)
    monkeypatch.setattr(socket, "getaddrinfo", Names(["10.0.0.1"]))
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("a connection was made"))
    line = Line(PUBLIC, {})

    def flow() -> Flow[Reply]:
        reply: Reply = yield Exchange("download", {"method": "GET", "url": "https://cdn.example/x"}, foreign=True)
        return reply

    async def looped() -> None:
        wire = AsyncWire(line)
        try:
            await wire.run(flow())
        finally:
            await wire.close()

    wire = Wire(line)
    with pytest.raises(ContractError, match=r"at cdn\.example, which is 10\.0\.0\.1, inside a private network"):
        asyncio.run(looped()) if looping else wire.run(flow())
    wire.close()


def test_a_transport_of_the_users_own_is_left_alone() -> None:
    given = httpx.HTTPTransport()
    before = given._pool._network_backend
    wire = Wire(Line(PUBLIC, {}, transport=given))
    assert wire._ways[True].to(httpx.URL("https://cdn.example/")) is given
    assert given._pool._network_backend is before
    wire.close()


def test_transports_are_made_once_for_each_way_and_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)
    ways = Ways(None, lambda proxy: f"by way of {proxy}")
    assert ways.open == []
    for _ in range(2):
        assert ways.to(httpx.URL("https://a.example/")) == "by way of None"
        monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
        assert ways.to(httpx.URL("https://a.example/")) == "by way of http://proxy.example:3128"
        monkeypatch.delenv("https_proxy")
    assert ways.open == ["by way of None", "by way of http://proxy.example:3128"]
    assert Ways("given", lambda _: "made").open == ["given"]


# -- proxies


def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, PUBLIC, None),
        ({"HTTPS_PROXY": PROXY}, PUBLIC, PROXY),
        ({"https_proxy": PROXY}, PUBLIC, PROXY),
        ({"HTTPS_PROXY": "proxy.example:3128"}, PUBLIC, PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://vendor.example", None),
        ({"HTTP_PROXY": PROXY}, "http://vendor.example", PROXY),
        ({"ALL_PROXY": PROXY}, PUBLIC, PROXY),
        ({"ALL_PROXY": "http://other", "HTTPS_PROXY": PROXY}, PUBLIC, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "api.anthropic.com"}, PUBLIC, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "example.org, .anthropic.com"}, PUBLIC, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "anthropic.com"}, PUBLIC, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, PUBLIC, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "other.com"}, PUBLIC, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "letta.corp:8283"}, "https://letta.corp:8283", None),
        ({"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, "http://127.0.0.1:8000", None),
        ({"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, "http://localhost:8000", None),
        ({"HTTPS_PROXY": PROXY, "HTTP_PROXY": PROXY}, "https://[::1]:8000", None),
        ({"HTTP_PROXY": PROXY}, "http://10.0.0.5", PROXY),
        ({"HTTPS_PROXY": ""}, PUBLIC, None),
    ],
)
def test_f62_which_proxy_is_taken(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], url: str, proxy: str | None
) -> None:
    without_proxies(monkeypatch)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(httpx.URL(url)) == proxy


@pytest.mark.parametrize("proxy", ["ftp://me:SECRET@proxy.example", "http://proxy.example:port", "http://[::1"])
def test_f62_a_proxy_that_cannot_be_used_is_said_clearly(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    without_proxies(monkeypatch)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with (
        BatchClient("anthropic", api_key=CANARY) as client,
        pytest.raises(InputError, match="the proxy that the environment names cannot be used") as refused,
    ):
        client.get("msgbatch_01")
    assert "SECRET" not in str(refused.value)


def test_f62_a_socks_proxy_works_or_names_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    without_proxies(monkeypatch)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    with (
        BatchClient("anthropic", api_key=CANARY) as client,
        pytest.raises((InputError, TransportError), match=r"httpx\[socks\]|cannot be reached"),
    ):
        client.get("msgbatch_01")


# -- trust


def test_certificates_are_always_checked_with_tls_1_2_or_newer() -> None:
    context = trusted()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.cert_store_stats()["x509_ca"] > 50


def test_a_system_that_asks_for_less_than_tls_1_2_does_not_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    lax = ssl.create_default_context()
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        lax.minimum_version = ssl.TLSVersion.TLSv1
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: lax)
    assert trusted().minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_system_that_asks_for_more_than_tls_1_2_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    strict = ssl.create_default_context()
    strict.minimum_version = ssl.TLSVersion.TLSv1_3
    monkeypatch.setattr(httpx, "create_ssl_context", lambda: strict)
    assert trusted().minimum_version is ssl.TLSVersion.TLSv1_3


def commands(command: click.Command) -> list[click.Command]:
    if isinstance(command, click.Group):
        return [found for inner in command.commands.values() for found in commands(inner)]
    return [command]


def test_f62_there_is_no_way_to_switch_trust_off() -> None:
    words = ("verify", "insecure", "tls", "ssl", "cert", "trust")
    for made in (BatchClient, AsyncBatchClient):
        names = list(inspect.signature(made).parameters)
        assert not [name for name in names if any(word in name for word in words)], names
        for name in words:
            with pytest.raises(TypeError, match="unexpected keyword"):
                made("anthropic", api_key=CANARY, **{name: False})
    offered = {option for command in commands(main) for parameter in command.params for option in parameter.opts}
    assert "--ca-file" in offered
    assert not [option for option in offered if any(word in option for word in words)]


def test_a_ca_is_added_to_those_that_are_trusted(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    assert trusted(path).cert_store_stats()["x509_ca"] == trusted().cert_store_stats()["x509_ca"] + 1


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_ca_file_that_is_none_is_said_before_anything_is_sent(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"the CA file .*ca\.pem cannot be used: .*PEM form"):
        BatchClient("anthropic", api_key=CANARY, ca_file=path)


def test_the_environments_file_that_is_missing_is_said_clearly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(InputError, match="the file that SSL_CERT_FILE names cannot be used"):
        trusted()


def test_a_ca_file_beside_a_transport_of_ones_own_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    with pytest.raises(InputError, match="no effect on a transport of your own"):
        BatchClient("anthropic", api_key=CANARY, ca_file=path, transport=always(200))


def test_the_generated_client_trusts_the_same(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(path)
    client = BatchClient("anthropic", api_key=CANARY, ca_file=path)
    assert client.generated._arguments()["verify"] is client._line.tls
    assert BatchClient("anthropic", api_key=CANARY).generated._arguments()["verify"] is True


def test_what_is_not_about_tls_is_not_told_as_such() -> None:
    assert distrust(httpx.ConnectError("refused")) is None
    assert distrust(None) is None


# -- the key


@pytest.mark.parametrize("made", [BatchClient, AsyncBatchClient])
def test_f64_a_client_is_not_copied_or_written_down(made: type[BatchClient]) -> None:
    client = made("anthropic", api_key=CANARY)
    for act in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="a client holds a key") as refused:
            act(client)
        assert CANARY not in str(refused.value)
    assert CANARY not in f"{client!r} {client} {vars(client)}"
