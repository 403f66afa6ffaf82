"""Real sockets and hostile peers: trust, redirects, cut and endless answers, proxies, and where the key goes."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import tracemalloc
import warnings
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat
from pathlib import Path
from threading import Event
from typing import Any

import pytest
import trustme
import zstandard

from polybatch import BatchClient, ContractError, InputError, TransportError, VendorError
from polybatch.flow import Emit, Exchange, Flow, Open, Read, Reply
from polybatch.framing import MAX_LINE, LineFramer
from polybatch.network import trusted
from polybatch.wire import Line, Timer
from tests.conftest import CANARY, Connect, batch_document
from tests.sandbox.cli_lab import Cli
from tests.sandbox.peer import Peer, driven, listening, reply

GET = Exchange("get_batch", {"method": "GET", "url": "/v1/x"})
BATCH = json.dumps(batch_document()).encode()
JSON = "content-type: application/json"


def whole(step: Exchange = GET) -> Flow[Reply]:
    found: Reply = yield step
    return found


def opened() -> Flow[None]:
    yield Open(GET)
    while block := (yield Read()):
        yield Emit([block])


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Carries out a flow at a peer: what it gave, or the error that it raised."""

    def run(peer: Peer | str, flow: Flow[Any], **line: Any) -> Any:
        base = peer if isinstance(peer, str) else peer.url
        emitted, value = driven(Line(base, {"x-api-key": CANARY}, **line), flow, looping=request.param)
        return b"".join(emitted) if value is None else value

    return run


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


# -- TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> trustme.CA:
    """A certificate authority of our own; `ca_file` is where its certificate lies."""
    ca = trustme.CA()
    ca.path = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(ca.path)
    return ca


def certified(authority: trustme.CA, host: str = "127.0.0.1", **given: Any) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(host, **given).configure_cert(context)
    return context


def greeting(_: bytes) -> bytes:
    return reply(BATCH, JSON)


def test_a_private_authority_is_trusted_when_its_file_is_given(connect: Connect, authority: Any) -> None:
    with listening(greeting, certified(authority)) as peer:
        assert connect(None, base_url=peer.url, ca_file=authority.path).get("msgbatch_01").id == "msgbatch_01"
        assert CANARY.encode() in peer.heads[0]


def test_the_environments_authority_is_trusted(
    connect: Connect, authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    with listening(greeting, certified(authority)) as peer:
        assert connect(None, base_url=peer.url).get("msgbatch_01").id == "msgbatch_01"


def test_f62_a_private_authority_is_not_trusted_by_itself(connect: Connect, authority: Any) -> None:
    with listening(greeting, certified(authority)) as peer:
        with pytest.raises(TransportError, match="is not trusted, its certificate is refused: unable to get") as lost:
            connect(None, base_url=peer.url).get("msgbatch_01")
        assert not lost.value.sent
        assert "--ca-file" in lost.value.hint
        assert peer.url in str(lost.value)
        assert peer.heads == []


YESTERDAY = datetime.now(UTC) - timedelta(days=1)
TOMORROW = datetime.now(UTC) + timedelta(days=1)
BAD: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "expired": ("127.0.0.1", {"not_after": YESTERDAY}, "certificate has expired", "clock right"),
    "not yet valid": ("127.0.0.1", {"not_before": TOMORROW}, "certificate is not yet valid", "clock right"),
    "another host": ("vendor.example", {}, "certificate is not valid for '127.0.0.1'", "base URL right"),
    "another address": ("127.0.0.2", {}, "certificate is not valid for '127.0.0.1'", "base URL right"),
}


@pytest.mark.parametrize(("host", "given", "words", "hint"), BAD.values(), ids=BAD)
def test_f62_a_certificate_that_is_wrong_is_refused_in_words(
    connect: Connect, authority: Any, host: str, given: dict[str, Any], words: str, hint: str
) -> None:
    with listening(greeting, certified(authority, host, **given)) as peer:
        with pytest.raises(TransportError, match="is not trusted, its certificate is refused") as lost:
            connect(None, base_url=peer.url, ca_file=authority.path).get("msgbatch_01")
        assert words in str(lost.value)
        assert hint in lost.value.hint
        assert not lost.value.sent
        assert peer.heads == []


def test_f62_a_name_is_checked_even_where_the_address_was_looked_up_by_us(
    call: Callable[..., Any], authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to an address, the certificate must be the name's."""
    real = socket.getaddrinfo

    def named(host: Any, *rest: Any, **given: Any) -> Any:
        return real("127.0.0.1" if host == "files.example" else host, *rest, **given)

    monkeypatch.setattr(socket, "getaddrinfo", named)
    monkeypatch.setattr("polybatch.network.off_limits", lambda *_: False)
    tls = trusted(authority.path)
    for host, succeeds in (("files.example", True), ("other.example", False)):
        with listening(greeting, certified(authority, host)) as peer:
            step = Exchange("download", {"method": "GET", "url": f"https://files.example:{peer.port}/r"}, foreign=True)
            found = call("https://api.vendor.example", whole(step), tls=tls)
            assert (found.status == 200) if succeeds else ("not valid for 'files.example'" in str(found))
            assert CANARY.encode() not in b"".join(peer.heads)


def test_f62_tls_1_1_is_refused(call: Callable[..., Any], authority: Any) -> None:
    context = certified(authority)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that old versions are old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with listening(greeting, context) as peer:
        lost = call(peer, whole(), tls=trusted(authority.path))
        assert isinstance(lost, TransportError)
        assert "offers no secure connection" in lost.message
        assert not lost.sent
        assert peer.heads == []


def test_f62_a_host_that_speaks_no_tls_is_said_clearly(call: Callable[..., Any]) -> None:
    with listening(lambda _: b"") as peer:
        lost = call(peer.url.replace("http", "https"), whole())
        assert isinstance(lost, TransportError)
        assert "offers no secure connection" in lost.message
        assert "TLS 1.2" in lost.hint
        assert not lost.sent


def test_f62_the_command_line_takes_a_ca_file(cli: Cli, authority: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    with listening(greeting, certified(authority)) as peer:
        arguments = ("batch", "get", "msgbatch_01", "--vendor", "anthropic", "--base-url", peer.url, "--json")
        done = cli(*arguments, "--ca-file", str(authority.path))
        assert done.exit_code == 0, done.stderr
        monkeypatch.setattr("polybatch.retry.FIRST", 0.0)
        refused = cli(*arguments)
        assert "its certificate is refused" in refused.stderr
        missing = cli(*arguments, "--ca-file", "none.pem")
        assert missing.exit_code == 2
        assert "the CA file none.pem cannot be used" in missing.stderr


# -- answers that end early


CHUNKED = "transfer-encoding: chunked"
CUT: dict[str, bytes] = {
    "content-length": reply(b"only a part", length=1000),
    "chunked, in a chunk": reply(b"40\r\nonly a part", CHUNKED, length=-1),
    "chunked, between chunks": reply(b"b\r\nonly a part\r\n", CHUNKED, length=-1),
    "gzip, by its length": reply(gzip.compress(bytes(10_000))[:-5], "content-encoding: gzip"),
    "gzip, until the end": reply(gzip.compress(bytes(10_000))[:-5], "content-encoding: gzip", length=-1),
    "gzip, in chunks": reply(
        b"5\r\n" + gzip.compress(b"x")[:5] + b"\r\n0\r\n\r\n", CHUNKED, "content-encoding: gzip", length=-1
    ),
    "zstd, by its length": reply(zstandard.compress(bytes(10_000))[:-1], "content-encoding: zstd"),
    "zstd, until the end": reply(zstandard.compress(bytes(10_000))[:-1], "content-encoding: zstd", length=-1),
    "in the head": b"HTTP/1.1 200 OK\r\ncontent-le",
    "before the head": b"",
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_f34_an_answer_that_is_cut_is_noticed(call: Callable[..., Any], answer: bytes) -> None:
    for flow in (whole, opened):
        with listening(lambda _: answer) as peer:
            lost = call(peer, flow())
            assert isinstance(lost, TransportError), lost
            assert lost.sent
            assert lost.transient


def test_f34_an_answer_without_a_length_ends_where_the_connection_ends(call: Callable[..., Any]) -> None:
    """Nothing on the wire tells this from a cut: the results are counted instead."""
    with listening(lambda _: reply(b"only a part", length=-1)) as peer:
        assert call(peer, whole()).content == b"only a part"


# -- answers without end


def flood(line: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(1000):
        yield line * 1000


HEADS = {"many": b"x-flood: aaaaaaaaaaaaaaaa\r\n", "long": b"a" * 30, "folded": b"x: y\r\n z\r\n"}


@pytest.mark.parametrize("line", HEADS.values(), ids=HEADS)
def test_a_flood_of_headers_is_cut_off(call: Callable[..., Any], line: bytes) -> None:
    with listening(lambda _: flood(line)) as peer:
        tracemalloc.start()
        try:
            lost = call(peer, whole())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert isinstance(lost, TransportError)
        assert "broke" in lost.message
        assert peak < 8_000_000, "both sides together, of 28 MB that were offered"


def test_f45_a_line_without_end_fills_no_memory() -> None:
    block = b"x" * (1024 * 1024)
    framer = LineFramer()
    tracemalloc.start()
    try:
        with pytest.raises(ContractError, match=r"a line is longer than 67,108,864 bytes"):
            deque(map(framer.push, repeat(block)), maxlen=0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.3 * MAX_LINE


def test_f45_a_line_of_the_greatest_length_takes_twice_its_size_however_it_comes() -> None:
    limit = 200_000
    for size in (1, 2, 1000, limit):
        framer = LineFramer(max_line=limit)
        blocks = [b"x" * size] * (limit // size)
        tracemalloc.start()
        try:
            for block in blocks:
                framer.push(block)
            (line,) = framer.push(b"\n")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(line) == limit
        assert peak < 2.3 * limit, size


def test_f46_a_bomb_over_a_socket_fills_no_memory(call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polybatch.inflate.FREE", 8_000_000)
    bomb = reply(gzip.compress(bytes(60_000_000), 1), "content-encoding: gzip")

    def counted() -> Flow[int]:
        yield Open(GET)
        got = 0
        while block := (yield Read()):
            got += len(block)
        return got

    with listening(lambda _: bomb) as peer:
        tracemalloc.start()
        try:
            refused = call(peer, counted())
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert isinstance(refused, ContractError)
        assert "when it is decompressed" in refused.message
        assert peak < 6_000_000


def test_f18_a_peer_that_dribbles_is_given_up(call: Callable[..., Any], clock: Any) -> None:
    """Every wait takes 150 seconds of the client's clock."""
    over = Event()

    def dribbling(_: bytes) -> Iterator[bytes]:
        yield reply(b"", length=10_000)
        for _ in range(10):
            yield b"x"
        over.wait(10)

    def slow() -> float:
        clock.now += 150.0
        return float(clock.now)

    with listening(dribbling) as peer:
        for flow in (whole, opened):
            lost = call(peer, flow(), timer=Timer(monotonic=slow))
            assert isinstance(lost, TransportError)
            assert "bytes came through in" in lost.message
        over.set()


# -- redirects and other hosts


def test_a_redirect_is_followed_once_and_the_key_stays_at_home(call: Callable[..., Any]) -> None:
    with listening(lambda _: reply(b"taken")) as evil:

        def moving(head: bytes) -> bytes:
            path = head.split()[1].decode()
            places = {"/v1/x": "/v1/y", "/v1/y": f"{evil.url}/v1/z", "/v1/loop": "/v1/loop"}
            return reply(b"", f"location: {places[path]}", status="302 Found")

        with listening(moving) as peer:
            assert call(peer, whole()).status == 302
            assert [head.split()[1] for head in peer.heads] == [b"/v1/x", b"/v1/y"]
            looping = Exchange("get", {"method": "GET", "url": "/v1/loop"})
            assert call(peer, whole(looping)).status == 302
            assert len(peer.heads) == 4
        assert evil.heads == []


def test_another_host_is_never_told_the_key(call: Callable[..., Any]) -> None:
    with listening(lambda _: reply(b"results")) as other, listening(greeting) as peer:
        step = Exchange("download", {"method": "GET", "url": f"{other.url}/r?sig=1"}, foreign=True)
        assert call(peer, whole(step)).content == b"results"
        assert CANARY.encode() not in b"".join(other.heads)
        step = Exchange("download", {"method": "GET", "url": f"{peer.url}/r"}, foreign=True)
        assert call(peer, whole(step)).status == 200
        assert CANARY.encode() in b"".join(peer.heads), "its own address, given as a foreign one"


def test_a_name_that_leads_home_is_not_called(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, authority: Any
) -> None:
    real = socket.getaddrinfo

    def rebound(host: Any, *rest: Any, **given: Any) -> Any:
        return real("127.0.0.1" if host in {"cdn.example", b"cdn.example"} else host, *rest, **given)

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    with listening(greeting, certified(authority, "cdn.example")) as peer:
        step = Exchange("download", {"method": "GET", "url": f"https://cdn.example:{peer.port}/r"}, foreign=True)
        refused = call("https://api.vendor.example", whole(step), tls=trusted(authority.path))
        assert isinstance(refused, ContractError)
        assert "which is 127.0.0.1, inside a private network" in refused.message
        assert peer.heads == []
        allowed = call("https://api.vendor.example", whole(step), tls=trusted(authority.path), inside=True)
        assert allowed.status == 200


# -- proxies


def nobody(*_: Any, **__: Any) -> Any:
    raise socket.gaierror("nobody of that name")


def test_f62_a_proxy_is_used_for_other_hosts_and_not_for_this_machine(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(lambda _: reply(b"by proxy")) as proxy, listening(lambda _: reply(b"straight")) as peer:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert call(peer, whole()).content == b"straight"
        assert call(f"http://localhost:{peer.port}", whole()).content == b"straight"
        assert proxy.heads == []
        assert call("http://vendor.example:81", whole()).content == b"by proxy"
        assert proxy.heads[0].startswith(b"GET http://vendor.example:81/v1/x HTTP/1.1\r\n")
        monkeypatch.setenv("NO_PROXY", "vendor.example")
        monkeypatch.setattr(socket, "getaddrinfo", nobody)
        lost = call("http://vendor.example:81", whole())
        assert isinstance(lost, TransportError)
        assert "nobody of that name" in lost.message
        assert not lost.sent
        assert len(proxy.heads) == 1


def test_f62_through_a_proxy_the_vendors_own_certificate_counts_and_the_key_is_encrypted(
    call: Callable[..., Any], authority: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with listening(lambda _: reply(b"", status="407 Proxy Authentication Required")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        lost = call("https://vendor.example", whole())
        assert isinstance(lost, TransportError)
        assert "the proxy in front of https://vendor.example refused: 407" in lost.message
        assert not lost.sent
        assert proxy.heads[0].startswith(b"CONNECT vendor.example:443 HTTP/1.1\r\n")
        assert CANARY.encode() not in proxy.heads[0]


# -- the key


def test_f64_a_vendor_that_repeats_the_key_brings_it_into_no_log_and_no_error(
    connect: Connect, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """With every logger open, httpcore's too, over a real connection."""

    def echo(head: bytes) -> bytes:
        error = {"type": "error", "error": {"type": "x", "message": head.decode()}, "request_id": CANARY}
        return reply(json.dumps(error).encode(), JSON, f"x-echo: {CANARY}", status="400 Bad Request")

    with listening(echo) as peer, caplog.at_level(logging.DEBUG, logger=""):
        logging.getLogger("httpcore").setLevel(logging.DEBUG)
        try:
            client = connect(None, base_url=peer.url)
            with pytest.raises(VendorError) as refused:
                client.get("msgbatch_01")
        finally:
            logging.getLogger("httpcore").setLevel(logging.NOTSET)
        assert CANARY.encode() in peer.heads[0]
    told = f"{refused.value!r} {refused.value} {vars(refused.value)} {client!r}"
    said = "".join(capsys.readouterr())
    assert "***" in str(refused.value)
    assert "connect_tcp" in caplog.text, "httpcore was heard"
    assert CANARY not in told + caplog.text + said


def test_f64_a_signed_address_is_in_no_log(call: Callable[..., Any], caplog: pytest.LogCaptureFixture) -> None:
    with listening(greeting) as peer, caplog.at_level(logging.DEBUG, logger=""):
        step = Exchange("download", {"method": "GET", "url": f"{peer.url}/r?sig=SECRET"}, foreign=True)
        assert call(peer, whole(step)).status == 200
    assert "SECRET" not in caplog.text
    assert "download: GET /r -> 200" in caplog.text


def test_f63_a_key_that_is_none_is_refused_before_a_connection_is_made(tmp_path: Path) -> None:
    with listening(greeting) as peer:
        for key in ("sk-secret\n", "sk-s\u00e9cret", "sk secret", "\ufeffsk-secret"):
            with pytest.raises(InputError, match="the API key for Anthropic has a blank") as refused:
                BatchClient("anthropic", api_key=key, base_url=peer.url).get("msgbatch_01")
            assert "secret" not in str(refused.value)
        assert peer.heads == []
