"""Around a client: its key, its vendor, its host. What is wrong there is said clearly."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest

from polybatch import (
    AuthError,
    BatchClient,
    ContractError,
    InputError,
    NotFound,
    TransportError,
    VendorError,
)
from tests.conftest import Connect, always, batch_document, scripted

Sandboxed = Callable[..., BatchClient]


def test_no_key_names_the_variable(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    for key in (None, ""):
        with pytest.raises(InputError, match=r"no API key for Anthropic \(set ANTHROPIC_API_KEY or give api_key=\)"):
            connect(scripted(), api_key=key)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    with pytest.raises(InputError, match="ANTHROPIC_API_KEY"):
        connect(scripted(), api_key=None)


def test_the_key_comes_from_the_environment(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-environment")
    desk = always(200, json.dumps(batch_document()))
    connect(desk, api_key=None).get("msgbatch_01")
    connect(desk, api_key="given").get("msgbatch_01")
    assert [request.headers["x-api-key"] for request in desk.requests] == ["from-environment", "given"]


def test_a_server_that_is_not_the_vendors_may_need_no_key(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    desk = always(200, json.dumps(batch_document()))
    connect(desk, api_key=None, base_url="http://127.0.0.1:1").get("msgbatch_01")
    assert "x-api-key" not in desk.requests[0].headers


@pytest.mark.parametrize(
    "key", ["sk-sec\nret", "sk-secret\r\n", " sk-secret", "sk-secret ", "sk-sécret", "sk\x00secret"]
)
def test_a_key_that_is_none_is_never_shown(connect: Connect, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "other")
    with pytest.raises(
        InputError, match=r"the API key for Anthropic has a blank.*look at ANTHROPIC_API_KEY"
    ) as refused:
        connect(scripted(), api_key=key)
    assert "cret" not in str(refused.value)


def test_a_wrong_key(sandboxed: Sandboxed) -> None:
    with pytest.raises(
        AuthError, match=r"HTTP 401 authentication_error.*is ANTHROPIC_API_KEY the right key\?"
    ) as refused:
        sandboxed(api_key="invalid").get("msgbatch_01")
    assert not refused.value.transient


@pytest.mark.parametrize("name", ["antropic", "", "Anthropic", "../anthropic", "__init__"])
def test_an_unknown_vendor_lists_the_known(connect: Connect, name: str) -> None:
    with pytest.raises(InputError, match=rf"there is no vendor {name!r} \(known are: .*anthropic, "):
        connect(scripted(), vendor=name)


MISSPELT = {
    "antropic": r"known are: anthropic, .*; did you mean 'anthropic'\?\)$",
    "nobody": r"known are: anthropic, [a-z, ]*\)$",
    "anthropic:m": r"\(a model goes apart: --vendor anthropic --model m; or --to anthropic:m\)$",
    "anthropic:": r"\(a model goes apart: --vendor anthropic --model M; or --to anthropic:M\)$",
}


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_vendor_is_told_what_was_meant(connect: Connect, name: str) -> None:
    with pytest.raises(InputError, match=rf"^there is no vendor {name!r} .*{MISSPELT[name]}"):
        connect(scripted(), vendor=name)


def test_a_base_url_that_would_show_the_key(connect: Connect) -> None:
    with pytest.raises(InputError, match=r"plain http.*--allow-http"):
        connect(scripted(), base_url="http://api.anthropic.com")
    connect(scripted(), base_url="http://api.anthropic.com", allow_http=True)


def test_a_host_that_nobody_listens_on(connect: Connect) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(TransportError, match=f"http://127.0.0.1:{port} cannot be reached.*check the base URL") as lost:
        connect(None, base_url=f"http://127.0.0.1:{port}").get("msgbatch_01")
    assert not lost.value.sent


CALLS: dict[str, Callable[[BatchClient], Any]] = {
    "get": lambda client: client.get("msgbatch_01"),
    "cancel": lambda client: client.cancel("msgbatch_01"),
    "delete": lambda client: client.delete("msgbatch_01"),
    "list": lambda client: list(client.list()),
    "results": lambda client: list(client.results("msgbatch_01")),
    "wait": lambda client: client.wait("msgbatch_01"),
}
PAGE = "<!doctype html><title>Welcome</title>"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("content", "words"),
    [(PAGE, "<!doctype html>"), ("", "got nothing"), ('{"hello":"world"}', "hello"), ("[]", r"\[\]"), ("{", "{")],
)
def test_a_success_of_a_host_that_is_not_the_vendor(
    connect: Connect, call: Callable[[BatchClient], Any], content: str, words: str
) -> None:
    with pytest.raises(ContractError, match=f"expected .*, got .*{words}|got nothing") as refused:
        call(connect(always(200, content)))
    assert refused.value.raw == content.encode()
    assert refused.value.hint == "is the base URL the vendor's?"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("status", "content", "words"),
    [
        (404, PAGE, "HTTP 404: the answer is a web page, not the vendor's JSON"),
        (404, '{"hello":"world"}', 'HTTP 404: {"hello":"world"}'),
        (404, "", "HTTP 404: the answer is empty"),
        (400, '{"error":"text"}', "HTTP 400: "),
        (302, "", "HTTP 302: the answer redirects to https://evil.example/, which is not followed"),
        (308, PAGE, "HTTP 308: the answer redirects to https://evil.example/, which is not followed"),
    ],
)
def test_a_refusal_of_a_host_that_is_not_the_vendor(
    connect: Connect, call: Callable[[BatchClient], Any], status: int, content: str, words: str
) -> None:
    desk = always(status, content, location="https://evil.example/?sig=SECRET#part")
    with pytest.raises(VendorError) as refused:
        call(connect(desk))
    assert words in str(refused.value)
    assert refused.value.hint == "is the base URL the vendor's?"
    assert len(desk.requests) == 1
    assert desk.requests[0].url.host == "api.anthropic.com"


@pytest.mark.parametrize("batch_id", ["", " ", "\t", None, 5, b"x", "a\nb", "\ud800", "a\x00"])
def test_what_is_no_batch_id(connect: Connect, batch_id: Any) -> None:
    client = connect(scripted())
    for call in (client.get, client.cancel, client.delete, client.wait, lambda name: list(client.results(name))):
        with pytest.raises(InputError, match="a batch id is a"):
            call(batch_id)


def test_a_batch_id_stays_one_segment_of_the_path(connect: Connect) -> None:
    desk = always(404)
    client = connect(desk)
    for batch_id in ("../../v1/files", "a/b?c=d#e", ".."):
        with pytest.raises(NotFound):
            client.get(batch_id)
    assert [call.removeprefix("GET /v1/messages/batches/") for call in desk.calls] == [
        "..%2F..%2Fv1%2Ffiles", "a%2Fb%3Fc%3Dd%23e", "%2E%2E",
    ]  # fmt: skip
