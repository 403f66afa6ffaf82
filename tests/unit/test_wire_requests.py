"""What leaves the machine: address, key, headers and body of each request, through both drivers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from polybatch import InputError
from polybatch.flow import Exchange, Flow, Reply, send
from tests.conftest import CANARY, Clock, Drive, always, scripted

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


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(drive: Drive, status: int) -> None:
    def flow() -> Flow[Reply]:
        reply: Reply = yield GET
        return reply

    desk = always(status, location="https://evil.example/")
    _, reply = drive(flow(), desk)
    assert reply.status == status
    assert desk.calls == ["GET /v1/x"]


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
