"""The tree of exceptions, what each says, and that none of them ever shows the key."""

from __future__ import annotations

import logging
import math
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

import polybatch
from polybatch import (
    AuthError,
    BatchClient,
    ContractError,
    InputError,
    NotFound,
    NotReady,
    OutputError,
    PolybatchError,
    RateLimited,
    Request,
    RunError,
    RunHeld,
    RunLocked,
    TooManyBatches,
    TransportError,
    UnknownOutcome,
    Unsupported,
    VendorError,
)
from tests.conftest import CANARY, Connect, Desk, Pieces, always, batch_document, ended_document, reply, scripted

TREE: dict[type[PolybatchError], type[Exception]] = {
    PolybatchError: Exception,
    InputError: PolybatchError,
    Unsupported: PolybatchError,
    NotReady: PolybatchError,
    TransportError: PolybatchError,
    UnknownOutcome: TransportError,
    ContractError: PolybatchError,
    OutputError: PolybatchError,
    VendorError: PolybatchError,
    AuthError: VendorError,
    NotFound: VendorError,
    RateLimited: VendorError,
    TooManyBatches: VendorError,
    RunError: PolybatchError,
    RunHeld: RunError,
    RunLocked: RunError,
}


def made(kind: type[PolybatchError], hint: str = "") -> PolybatchError:
    if issubclass(kind, VendorError):
        return kind("said", status=429, code="word", request_id="req_1", retry_after=3.0, raw=b"raw", hint=hint)
    return kind("said", hint=hint)


def test_there_is_one_tree() -> None:
    for kind, base in TREE.items():
        assert kind.__bases__ == (base,)
        assert getattr(polybatch, kind.__name__, None) is kind or kind is PolybatchError
    exported = {value for value in vars(polybatch).values() if isinstance(value, type) and issubclass(value, Exception)}
    assert exported == set(TREE)


@pytest.mark.parametrize("kind", TREE)
def test_what_every_error_says(kind: type[PolybatchError]) -> None:
    error = made(kind, "do this")
    assert error.message == "said"
    assert error.hint == "do this"
    assert str(error).endswith("(do this)")
    assert "(" not in str(made(kind)).replace("(do this)", "")


def test_what_a_vendors_error_says() -> None:
    assert str(made(RateLimited, "wait")) == "HTTP 429 word: said [request req_1] (wait)"
    assert str(VendorError("", status=500)) == "HTTP 500"
    assert str(VendorError("said", status=500)) == "HTTP 500: said"


TRANSIENT = {NotReady, TransportError}


@pytest.mark.parametrize("kind", [kind for kind in TREE if not issubclass(kind, VendorError)])
def test_which_errors_may_go_away_by_themselves(kind: type[PolybatchError]) -> None:
    assert made(kind).transient is (kind in TRANSIENT)


@pytest.mark.parametrize(
    ("status", "transient"),
    [(200, False), (400, False), (401, False), (404, False), (408, True), (413, False), (425, True), (429, True),
     (500, True), (503, True), (520, True), (529, True)],
)  # fmt: skip
def test_which_of_a_vendors_errors_may_go_away(status: int, *, transient: bool) -> None:
    assert VendorError("said", status=status).transient is transient


@pytest.mark.parametrize("kind", TREE)
def test_errors_travel_between_processes(kind: type[PolybatchError]) -> None:
    error = made(kind, "do this")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


# -- the key, everywhere an error can come from

BODY = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
GOOD = [Request("a", BODY)]
PAGE = "<html>nobody</html>"
ENVELOPE = {"type": "error", "error": {"type": "authentication_error", "message": "no"}, "request_id": "req_1"}
LOST = httpx.ReadError("reset")
CUT = Pieces([b'{"custom_id":"a"', httpx.RemoteProtocolError("cut")])

Call = Callable[[BatchClient], Any]
PATHS: dict[str, tuple[Callable[[], Desk], Call]] = {
    "bad item": (scripted, lambda client: client.create([Request("a", {**BODY, "max_tokens": "8"})])),
    "nan": (scripted, lambda client: client.create([Request("a", {**BODY, "x": math.nan})])),
    "no requests": (scripted, lambda client: client.create([])),
    "bad option": (scripted, lambda client: client.create(GOOD, options={"nothing": 1})),
    "bad header": (scripted, lambda client: client.create(GOOD, options={"workspace_id": "a\n"})),
    "bad id": (scripted, lambda client: client.get("")),
    "no file": (scripted, lambda client: client.create(Path("/does/not/exist"))),
    "create lost": (lambda: scripted(LOST), lambda client: client.create(GOOD)),
    "create 500": (lambda: always(500, PAGE), lambda client: client.create(GOOD)),
    "create html": (lambda: always(200, PAGE), lambda client: client.create(GOOD)),
    "create 302": (lambda: always(302, location="https://evil.example/"), lambda client: client.create(GOOD)),
    "create 401": (lambda: scripted(reply(ENVELOPE, 401)), lambda client: client.create(GOOD)),
    "unreachable": (lambda: scripted(*[httpx.ConnectError("refused")] * 5), lambda client: client.get("b")),
    "broken": (lambda: scripted(*[LOST] * 5), lambda client: client.get("b")),
    "get 401": (lambda: scripted(reply(ENVELOPE, 401)), lambda client: client.get("b")),
    "get 404": (lambda: always(404, PAGE), lambda client: client.get("b")),
    "get 529": (lambda: always(529, ""), lambda client: client.get("b")),
    "get html": (lambda: always(200, PAGE), lambda client: client.get("b")),
    "get 302": (lambda: always(302, location="https://evil.example/"), lambda client: client.get("b")),
    "list shape": (lambda: always(200, "{}"), lambda client: list(client.list())),
    "delete shape": (lambda: always(200, "{}"), lambda client: client.delete("b")),
    "cancel 500": (lambda: always(500), lambda client: client.cancel("b")),
    "wait late": (lambda: scripted(reply(batch_document())), lambda client: client.wait("b", timeout=0)),
    "not ready": (lambda: scripted(reply(batch_document())), lambda client: list(client.results("b"))),
    "results cut": (
        lambda: scripted(reply(ended_document()), httpx.Response(200, stream=CUT)),
        lambda client: list(client.results("b")),
    ),
    "results short": (
        lambda: scripted(reply(ended_document()), httpx.Response(200)),
        lambda client: list(client.results("b")),
    ),
    "results broken": (
        lambda: scripted(reply(ended_document()), httpx.Response(200, content=b"nope\n")),
        lambda client: list(client.results("b")),
    ),
    "foreign": (
        lambda: scripted(reply(ended_document(results_url="https://cdn.example/x")), httpx.Response(404)),
        lambda client: list(client.results("b")),
    ),
}


@pytest.mark.parametrize("auth", ["x-api-key", "bearer"])
@pytest.mark.parametrize(("desk", "call"), PATHS.values(), ids=PATHS)
def test_the_key_is_in_no_message_log_repr_or_traceback(
    connect: Connect, caplog: pytest.LogCaptureFixture, desk: Callable[[], Desk], call: Call, auth: str
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = desk()
    client = connect(transport, options={"auth": auth})
    with pytest.raises(PolybatchError) as raised:
        call(client)
    shown = [
        "".join(traceback.format_exception(raised.value)),
        str(raised.value),
        repr(raised.value),
        repr(vars(raised.value)),
        caplog.text,
        repr(client),
        repr(client.vendor),
        repr(client.generated),
        repr(client._line),
        repr(client._wire),
        repr(client.capabilities),
    ]
    assert [text for text in shown if CANARY in text] == []
    for request in transport.requests:
        sent = [value for value in request.headers.values() if CANARY in value]
        assert len(sent) == 1
        assert request.url.host == "api.anthropic.com"
        assert CANARY not in str(request.url)


def test_a_key_that_is_refused_is_not_shown(connect: Connect, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(InputError) as refused:
        connect(scripted(), api_key=f"{CANARY}\n")
    assert CANARY not in "".join(traceback.format_exception(refused.value)) + caplog.text


def test_an_error_keeps_what_caused_it(connect: Connect) -> None:
    with pytest.raises(UnknownOutcome) as unknown:
        connect(scripted(LOST)).create(GOOD)
    chain = []
    error: BaseException | None = unknown.value
    while error is not None:
        chain.append(type(error).__name__)
        error = error.__cause__
    assert chain == ["UnknownOutcome", "TransportError", "ReadError"]
