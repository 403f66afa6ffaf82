"""What leaves the machine: address, key, headers and body of each request, through both drivers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from polybatch import InputError
from polybatch.flow import Exchange, Flow, Open, Reply, send
from tests.conftest import CANARY, Clock, Drive, Pieces, always, scripted

BASE = "https://api.anthropic.com"
GET = Exchange("get_batch", {"method": "GET", "url": "/v1/x"})


def sent_with(drive: Drive, **request: Any) -> httpx.Request:
    def flow() -> Flow[None]:
        yield Exchange("create_batch", {"method": "POST", "url": "/v1/x", **request})

    desk = always(200)
    drive(flow(), desk)
    (found,) = desk.requests
    return found


def test_a_request_carries_the_key_and_what_the_operation_gave(drive: Drive) -> None:
    request = sent_with(drive, headers={"a-version": "1"}, params={"beta": True, "after": None})
    assert str(request.url) == f"{BASE}/v1/x?beta=true"
    assert request.headers["x-api-key"] == CANARY
    assert request.headers["a-version"] == "1"
    assert request.headers["user-agent"].startswith("polybatch/")
    assert request.headers["host"] == "api.anthropic.com"
    assert request.headers["content-length"] == "0"


def test_a_body_is_sent_with_its_length_and_anew_for_each_attempt(drive: Drive, clock: Clock) -> None:
    class Chunks:
        begun = 0

        def __iter__(self) -> Iterator[bytes]:
            self.begun += 1
            yield b"ab"
            yield b"cd"

    chunks = Chunks()
    request = {"method": "POST", "url": "/v1/x", "content": chunks, "headers": {"Content-Length": "4"}}
    desk = scripted(httpx.ConnectError("refused"), httpx.Response(200))
    drive(send(Exchange("create_batch", request, safe=False)), desk)
    assert [(one.content, one.headers["content-length"]) for one in desk.requests] == [(b"abcd", "4")] * 2
    assert all("transfer-encoding" not in one.headers for one in desk.requests)
    assert chunks.begun == 2
    assert clock.naps == [0.5]
    assert sent_with(drive, content=b"xyz", headers={"Content-Length": "3"}).content == b"xyz"


def answered(step: Exchange | Open) -> Flow[Reply]:
    reply: Reply = yield step
    return reply


def moved(status: int, location: str) -> httpx.Response:
    return httpx.Response(status, headers={"location": location}, content=b"moved")


STATUSES = [301, 302, 303, 307, 308]
HEADED = Exchange("get_batch", {"method": "GET", "url": "/v1/x", "headers": {"a-version": "1"}, "params": {"a": "b"}})


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", [HEADED, Open(HEADED)], ids=["whole", "opened"])
@pytest.mark.parametrize("location", ["/v2/y?c=d", f"{BASE}/v2/y?c=d", "../v2/y?c=d", f"{BASE}:443/v2/y?c=d#part"])
def test_a_get_follows_a_redirect_within_its_origin(
    drive: Drive, step: Exchange | Open, status: int, location: str
) -> None:
    desk = scripted(moved(status, location), httpx.Response(200, content=b"found"))
    _, reply = drive(answered(step), desk)
    assert reply.status == 200
    assert desk.calls == ["GET /v1/x?a=b", "GET /v2/y?c=d"]
    assert [request.headers["x-api-key"] for request in desk.requests] == [CANARY, CANARY]
    assert [request.headers["a-version"] for request in desk.requests] == ["1", "1"]


@pytest.mark.parametrize("status", STATUSES)
def test_a_second_redirect_is_not_followed(drive: Drive, status: int) -> None:
    desk = scripted(moved(302, "/one"), moved(status, "/two"))
    _, reply = drive(answered(GET), desk)
    assert (reply.status, reply.headers["location"], reply.content) == (status, "/two", b"moved")
    assert desk.calls == ["GET /v1/x", "GET /one"]


ELSEWHERE = [
    "https://evil.example/",
    "https://api.anthropic.com.evil.example/",
    "https://api.anthropic.com@evil.example/",
    "https://api.anthropic.com:444/v1/x",
    "http://api.anthropic.com/v1/x",
    "//evil.example/v1/x",
    "https://[::1",
    "data:text/plain,x",
    "file:///etc/passwd",
    "",
]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_redirect_to_elsewhere_is_not_followed(drive: Drive, status: int, location: str) -> None:
    desk = always(status, b"moved", location=location)
    _, reply = drive(answered(GET), desk)
    assert (reply.status, reply.content) == (status, b"moved")
    assert desk.calls == ["GET /v1/x"]


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "HEAD"])
def test_nothing_but_a_get_is_sent_anew(drive: Drive, status: int, method: str) -> None:
    desk = always(status, location="/v2/y")
    _, reply = drive(answered(Exchange("create", {"method": method, "url": "/v1/x"}, safe=False)), desk)
    assert reply.status == status
    assert desk.calls == [f"{method} /v1/x"]


@pytest.mark.parametrize("status", [300, 304, 305, 306, 200, 404])
def test_a_location_alone_is_no_redirect(drive: Drive, status: int) -> None:
    desk = always(status, location="/v2/y")
    _, reply = drive(answered(GET), desk)
    assert (reply.status, desk.calls) == (status, ["GET /v1/x"])


def test_a_foreign_host_redirects_within_itself_and_is_never_told_the_key(drive: Drive) -> None:
    step = Exchange("download", {"method": "GET", "url": "https://cdn.example/a"}, foreign=True)
    desk = scripted(moved(302, "https://cdn.example/b"), httpx.Response(200, content=b"found"))
    _, reply = drive(answered(step), desk)
    assert reply.content == b"found"
    assert [str(request.url) for request in desk.requests] == ["https://cdn.example/a", "https://cdn.example/b"]
    assert not any(CANARY in value for request in desk.requests for value in request.headers.values())
    desk = scripted(moved(302, f"{BASE}/v1/x"))
    assert drive(answered(step), desk)[1].status == 302


def test_the_body_of_a_redirect_is_let_go(drive: Drive) -> None:
    body = Pieces([b"moved"])
    drive(answered(GET), scripted(httpx.Response(302, headers={"location": "/y"}, stream=body), httpx.Response(200)))
    assert body.closed


@pytest.mark.parametrize("installed", [True, False], ids=["zstd", "gzip"])
def test_what_is_only_read_may_come_compressed(
    drive: Drive, monkeypatch: pytest.MonkeyPatch, *, installed: bool
) -> None:
    """And what creates a batch asks for its reply as it is: that must be read whatever happens to it."""
    monkeypatch.setattr("polybatch.inflate.zstandard", lambda: object() if installed else None)

    def flow() -> Flow[None]:
        yield GET
        yield Open(GET)
        yield Exchange("create_batch", {"method": "POST", "url": "/v1/x"}, safe=False)
        yield Exchange("delete_batch", {"method": "DELETE", "url": "/v1/x"}, safe=False)

    desk = always(200)
    drive(flow(), desk)
    asked = "zstd, gzip" if installed else "gzip"
    assert [request.headers["accept-encoding"] for request in desk.requests] == [asked, asked, "identity", "identity"]


def test_cookies_are_not_sent_back(drive: Drive) -> None:
    def flow() -> Flow[None]:
        yield GET
        yield GET

    desk = always(200, set_cookie="session=1")
    drive(flow(), desk)
    assert ["cookie" in request.headers for request in desk.requests] == [False, False]


def test_a_password_file_of_the_user_is_not_asked(
    drive: Drive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine api.anthropic.com login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert "authorization" not in sent_with(drive).headers


@pytest.mark.parametrize("value", ["a\nb: c", "a\r", "ü", "\x00", "\ud800"])
def test_a_header_that_cannot_travel_is_the_callers_mistake(drive: Drive, value: str) -> None:
    desk = always(200)

    def flow() -> Flow[None]:
        yield Exchange("get", {"method": "GET", "url": "/", "headers": {"a-workspace": value}})

    with pytest.raises(InputError, match="header a-workspace") as refused:
        drive(flow(), desk)
    assert value not in str(refused.value)
    assert desk.calls == []


@pytest.mark.parametrize("url", ["/\x00", "/" + "a" * 70_000])
def test_an_address_that_cannot_be_called_is_the_callers_mistake(drive: Drive, url: str) -> None:
    def flow() -> Flow[None]:
        yield Exchange("get", {"method": "GET", "url": url})

    with pytest.raises(InputError, match="is not a URL that can be called") as refused:
        drive(flow())
    assert len(str(refused.value)) < 500
