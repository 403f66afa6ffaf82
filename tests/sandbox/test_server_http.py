"""The sockets: keep-alive, bodies in both codings, clean shutdown, many callers at once."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from polybatch_sandbox import VENDORS as MOUNTED
from polybatch_sandbox import Server
from tests.sandbox.server_lab import KEY, VENDORS, items, open_lab

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.sandbox.server_lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    with open_lab() as lab:
        yield lab


def raw(lab: Lab, request: bytes, *, close: bool = True) -> bytes:
    """Bytes there, bytes back."""
    parts = urlsplit(lab.server.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(request)
        if close:
            connection.shutdown(socket.SHUT_WR)
        out = b""
        while part := connection.recv(65_536):
            out += part
        return out


def head(method: Any, target: Any, **headers: Any) -> bytes:
    lines = [
        f"{method} {target} HTTP/1.1",
        "Host: sandbox.test:1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_connection_serves_many_requests(lab: Lab) -> None:
    connection = http.client.HTTPConnection(urlsplit(lab.server.url).netloc, timeout=10)
    for _ in range(3):
        connection.request("GET", "/anthropic/v1/messages/batches", headers=KEY["anthropic"])
        assert json.loads(connection.getresponse().read())["data"] == []
        assert connection.sock is not None
        first = connection.sock
        connection.request("POST", "/anthropic/v1/messages/batches", body=b"{", headers=KEY["anthropic"])
        assert connection.getresponse().read()
        assert connection.sock is first
    connection.close()


def test_results_stream_in_chunks_and_keep_the_connection(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    batch = vendor.create(items("anthropic", 300))
    lab.advance(60)
    connection = http.client.HTTPConnection(urlsplit(lab.server.url).netloc, timeout=10)
    for _ in range(2):
        connection.request("GET", f"/anthropic/v1/messages/batches/{batch['id']}/results", headers=KEY["anthropic"])
        response = connection.getresponse()
        assert response.headers["Transfer-Encoding"] == "chunked"
        assert response.read().count(b"\n") == 300
    connection.close()


def test_an_old_client_gets_the_stream_until_the_connection_closes(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    batch = vendor.create(items("anthropic", 300))
    lab.advance(60)
    target = f"/anthropic/v1/messages/batches/{batch['id']}/results"
    request = head("GET", target, **KEY["anthropic"]).replace(b"HTTP/1.1", b"HTTP/1.0")
    header, _, body = raw(lab, request).partition(b"\r\n\r\n")
    assert b"chunked" not in header
    assert body.count(b"\n") == 300


def test_a_body_may_come_in_chunks(lab: Lab) -> None:
    body = json.dumps({"requests": items("anthropic", 2)}).encode()
    parts = [body[:10], body[10:200], body[200:]]
    chunked = b"".join(b"%X;note=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\nTrailer: x\r\n\r\n"
    request = head(
        "POST",
        "/anthropic/v1/messages/batches",
        **KEY["anthropic"],
        **{"Transfer-Encoding": "chunked", "Content-Type": "application/json"},
    )
    assert raw(lab, request + chunked).startswith(b"HTTP/1.1 200")
    assert lab.vendor("anthropic").ledger()[0]["items"] == 2


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Length": "x"}, b""),
        ({"Content-Length": "-1"}, b""),
        ({"Content-Length": "99999999999999"}, b""),
        ({"Transfer-Encoding": "chunked"}, b"zz\r\n"),
        ({"Transfer-Encoding": "chunked"}, b"fffffffffff\r\n"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(lab: Lab, headers: Any, body: Any) -> None:
    assert raw(lab, head("POST", "/anthropic/v1/messages/batches", **headers) + body).startswith(b"HTTP/1.1 400")


def test_a_caller_that_hangs_up_in_the_middle_does_no_harm(lab: Lab) -> None:
    body = json.dumps({"requests": items("anthropic", 2)}).encode()
    request = head("POST", "/anthropic/v1/messages/batches", **KEY["anthropic"], **{"Content-Length": len(body)})
    assert raw(lab, request + body[:-1]) == b""
    assert lab.vendor("anthropic").ledger() == []


def test_urls_in_replies_follow_the_host_that_was_asked(lab: Lab) -> None:
    vendor = lab.vendor("anthropic")
    batch = vendor.create(items("anthropic", 1))
    lab.advance(60)
    reply = raw(lab, head("GET", f"/anthropic/v1/messages/batches/{batch['id']}", **KEY["anthropic"]))
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["results_url"].startswith("http://sandbox.test:1/anthropic/v1/")


def test_many_callers_at_once(lab: Lab) -> None:
    def work(number: Any) -> Any:
        vendor = lab.vendor(VENDORS[number % 4])
        return vendor.create(items(vendor.name, 20))["id"]

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(work, range(32)))
    assert len(set(ids)) == 32
    booked = {entry["id"] for entries in lab.control("GET", "/ledger").values() for entry in entries}
    assert booked == set(ids)


def test_closing_ends_waiting_replies_and_idle_connections() -> None:
    before = set(threading.enumerate())
    with open_lab() as lab:
        lab.vendor("anthropic").script("list", "slow:600")
        place = urlsplit(lab.server.url).netloc
        idle, waiting = (http.client.HTTPConnection(place, timeout=10) for _ in range(2))
        idle.request("GET", "/_sandbox")
        idle.getresponse().read()
        waiting.request("GET", "/anthropic/v1/messages/batches", headers=KEY["anthropic"])
    left = {thread.name for thread in set(threading.enumerate()) - before}
    idle.close()
    waiting.close()
    assert left == set()


def test_a_port_that_is_taken_is_reported(lab: Lab) -> None:
    taken = urlsplit(lab.server.url).port
    with pytest.raises(OSError, match="in use"):
        Server(lab.server.sandbox, port=0, result_port=taken)


def test_python_m_polybatch_sandbox(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "polybatch_sandbox", "--speed", "1000", "--seed", "5", "--lenient-ids"]
    command += ["--fault-rate", "0.25"]
    process = subprocess.Popen([*command, "--state-dir", str(tmp_path / "state")], stdout=subprocess.PIPE, text=True)
    try:
        lines = dict(process.stdout.readline().split() for _ in range(len(MOUNTED) + 2))
        assert set(lines) == {"sandbox", "results", *MOUNTED}
        with urllib.request.urlopen(lines["sandbox"] + "/_sandbox") as reply:
            shown = json.load(reply)
        assert (shown["speed"], shown["seed"], shown["lenient_ids"]) == (1000, 5, True)
        with urllib.request.urlopen(lines["sandbox"] + "/_sandbox/faults") as reply:
            assert json.load(reply) == {"*": {"*": ["random:0.25:5"]}}
        assert shown["mounts"] == {vendor: lines[vendor] for vendor in MOUNTED}
        assert shown["results"] == lines["results"]
    finally:
        process.terminate()
        assert process.wait(timeout=10) == 0
        process.stdout.close()
