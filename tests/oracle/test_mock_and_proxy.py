"""Steady and Prism, two judges made of nothing but the strict document, listen to our client and to our sandbox.

    client ─► Steady                 a mock: does every request of ours keep to the document?
    client ─► Prism ─► sandbox       a proxy that checks: does every request, does every reply?

What they do not see, so that nobody takes it for judged: Steady looks at no credentials and no undeclared header.
Prism takes a body of JSON lines for the string that the document calls it, and stops at 10 MB; both are judged by line
and by size elsewhere (tests/contract). OneRouter's result files lie on another host, outside its document.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from polybatch import BatchClient, PolybatchError, Request
from polybatch.wire import Timer
from polybatch_sandbox.contract import contract_of, document
from polybatch_sandbox.sandbox import VENDORS
from tests.oracle.between import Between
from tests.oracle.npm import Missing, Server, install

if TYPE_CHECKING:
    from polybatch_sandbox import Server as SandboxServer

pytestmark = pytest.mark.slow

KEY = "key-of-the-oracle"
SAID = [{"role": "user", "content": "Grüße 🦆"}]
AGENT = "agent-123e4567-e89b-42d3-8456-42661417400{}"
BODIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "anthropic": lambda index: {"model": "claude-opus-5-5", "max_tokens": 16, "messages": SAID, "stop_sequences": []},
    "letta": lambda index: {"agent_id": AGENT.format(index), "messages": SAID},
    "meshapi": lambda index: {"model": "openai/gpt-5-nano", "messages": SAID, "temperature": 0.5},
    "onerouter": lambda index: {"model": "claude-sonnet", "max_tokens": 16, "messages": SAID},
}
OPTIONS: dict[str, dict[str, Any]] = {
    "anthropic": {"betas": ("output-300k-2026-03-24",), "user_profile_id": "uprof_01", "workspace_id": "wrkspc_01"},
    "letta": {"callback_url": "https://example.org/hook?a=b", "project": "notes"},
    "meshapi": {"completion_window": "24h", "metadata": {"job": "nächtlich"}},
    "onerouter": {},
}
IDS = {
    "anthropic": "msgbatch_01", "letta": "job-8f14e45f-ceea-467f-a0d8-3f1f2b9d7a10", "meshapi": "batch_01",
    "onerouter": "batch_01",
}  # fmt: skip
UNUSED = {("meshapi", "batch_results"): "results stand in the batch; the file is for whoever wants it"}
"""Operations that our client does not call."""
UNHEARD = {("letta", "batch_results"): "the mock leaves the status out, which is not required, so that no job ends"}
"""Operations that it does not call at the mock; the proxy hears them."""
TIMER = Timer(sleep=lambda seconds: None)


class Witness(httpx.HTTPTransport):
    """Keeps what was answered."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[httpx.Response] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        reply = super().handle_request(request)
        reply.request = request
        self.replies.append(reply)
        return reply

    def called(self, vendor: str) -> set[str]:
        """The operations of the document that were called."""
        found = set()
        for request in (reply.request for reply in self.replies):
            path = request.url.raw_path.decode().partition("?")[0]
            operation = contract_of(vendor).routes(path).get(request.method)
            found.add(operation.name if operation else f"nothing at {request.method} {path}")
        return found


def declared(vendor: str) -> set[str]:
    """The operations that the client ought to have called."""
    names = {operation.name for operation in contract_of(vendor).operations}
    return names - {name for of, name in UNUSED if of == vendor}


def batch_of(vendor: str, first: int = 0) -> list[Request]:
    return [Request(f"row-{index}", BODIES[vendor](index)) for index in range(first, first + 3)]


@contextlib.contextmanager
def client(vendor: str, url: str) -> Iterator[tuple[BatchClient, Witness]]:
    witness = Witness()
    with BatchClient(vendor, api_key=KEY, base_url=url, options=OPTIONS[vendor], transport=witness, timer=TIMER) as us:
        yield us, witness


@pytest.fixture(scope="module")
def judges() -> None:
    try:
        install()
    except Missing as why:
        pytest.skip(str(why))


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("documents")
    for vendor in VENDORS:
        (folder / f"{vendor}.json").write_text(json.dumps(document(vendor)))
    return {vendor: folder / f"{vendor}.json" for vendor in VENDORS}


@pytest.fixture(scope="module")
def mocks(judges: None, documents: dict[str, Path]) -> Iterator[dict[str, str]]:
    """A mock of each vendor; all start at once."""
    with ExitStack() as stack:
        started = {vendor: stack.enter_context(Server.steady(path)) for vendor, path in documents.items()}
        yield {vendor: mock.url for vendor, mock in started.items()}


@pytest.fixture(scope="module")
def proxies(judges: None, documents: dict[str, Path], server: SandboxServer) -> Iterator[dict[str, str]]:
    """A proxy before the sandbox of each vendor; all start at once."""
    with ExitStack() as stack:
        started = {
            vendor: stack.enter_context(Server.prism(path, server.base_url(vendor)))
            for vendor, path in documents.items()
        }
        yield {vendor: proxy.url for vendor, proxy in started.items()}


# Steady


def faults(reply: httpx.Response) -> list[str]:
    """What the mock found in a request."""
    count = int(reply.headers["X-Steady-Error-Count"])
    return [reply.headers[f"X-Steady-Error-{number}-Message"] for number in range(1, count + 1)]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_mock_finds_nothing_in_our_requests(vendor: str, mocks: dict[str, str]) -> None:
    batch_id = IDS[vendor]
    with client(vendor, mocks[vendor]) as (us, witness):
        us.create(batch_of(vendor))
        us.get(batch_id)
        us.cancel(batch_id)
        calls = (
            lambda: list(islice(us.list(limit=2), 3)),
            lambda: list(us.results(batch_id)),
            lambda: us.delete(batch_id),
        )
        for call in calls:
            # Words drawn at random make no vendor: a batch that never ends, pages without end. Only requests count.
            with contextlib.suppress(PolybatchError):
                call()
    found = [(reply.request.method, str(reply.url), faults(reply)) for reply in witness.replies if faults(reply)]
    assert not found
    assert witness.called(vendor) == declared(vendor) - {name for of, name in UNHEARD if of == vendor}
    assert {reply.status_code for reply in witness.replies} == {200}


GOOD = {"custom_id": "a", "params": {"model": "m", "max_tokens": 1, "messages": []}}
HEADERS = {"anthropic-version": "2026-10-21", "x-api-key": KEY}
BAD: dict[str, tuple[str, str, dict[str, str], Any, str]] = {
    "path": ("GET", "/v1/messages/batchez", HEADERS, None, "Path not found"),
    "method": ("PUT", "/v1/messages/batches/x", HEADERS, None, "Method PUT not allowed"),
    "query": ("GET", "/v1/messages/batches?limits=2", HEADERS, None, 'Query parameter "limits" is not defined'),
    "limit": ("GET", "/v1/messages/batches?limit=1001", HEADERS, None, "Numeric range violation"),
    "header": ("GET", "/v1/messages/batches", {"x-api-key": KEY}, None, "required header parameter: anthropic-version"),
    "missing": (
        "POST",
        "/v1/messages/batches",
        HEADERS,
        {"requests": [{"custom_id": "a"}]},
        "required property: params",
    ),
    "unknown": ("POST", "/v1/messages/batches", HEADERS, {"requests": [{**GOOD, "id": 1}]}, "Unknown property: id"),
}


@pytest.mark.parametrize("fault", BAD)
def test_the_mock_names_a_request_that_leaves_the_document(fault: str, mocks: dict[str, str]) -> None:
    method, path, headers, body, words = BAD[fault]
    reply = httpx.request(method, mocks["anthropic"] + path, headers=headers, json=body)
    assert any(words in found for found in faults(reply)), faults(reply)


# Prism


def violations(reply: httpx.Response) -> list[dict[str, Any]]:
    """What the proxy found in a request and in its reply."""
    return json.loads(reply.headers.get("sl-violations", "[]"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_proxy_finds_nothing_in_either_direction(vendor: str, proxies: dict[str, str], box: Between) -> None:
    with client(vendor, proxies[vendor]) as (us, witness):
        first = us.create(batch_of(vendor))
        if "list_batches" in declared(vendor):
            us.create(batch_of(vendor, 3))
            assert first.id in [batch.id for batch in islice(us.list(limit=1), 3)]
        us.get(first.id)
        us.cancel(us.create(batch_of(vendor, 6)).id)
        box.advance(90_000)
        if vendor != "onerouter":
            assert {result.custom_id for result in us.results(first.id)} == {"row-0", "row-1", "row-2"}
        assert us.get(first.id).status.terminal
        if "delete_batch" in declared(vendor):
            us.delete(first.id)
        box.script(vendor, "get", "status:500")
        with contextlib.suppress(PolybatchError):
            us.get(first.id)
        with contextlib.suppress(PolybatchError):
            us.get(IDS[vendor])
    stranger = BatchClient(vendor, api_key="invalid", base_url=proxies[vendor], transport=witness)
    with stranger, pytest.raises(PolybatchError):
        stranger.get(first.id)
    found = [
        (reply.request.method, str(reply.url), violations(reply)) for reply in witness.replies if violations(reply)
    ]
    assert not found
    assert witness.called(vendor) == declared(vendor)
    assert {200, 401, 404, 500} <= {reply.status_code for reply in witness.replies}
    assert len(box.sent) == len(witness.replies)


@pytest.mark.parametrize(
    ("vendor", "field"), [("anthropic", "created_at"), ("letta", "id"), ("meshapi", "id"), ("onerouter", "status")]
)
def test_the_proxy_names_a_reply_that_leaves_the_document(
    vendor: str, field: str, proxies: dict[str, str], box: Between
) -> None:
    with client(vendor, proxies[vendor]) as (us, witness), box.dropping(field), contextlib.suppress(PolybatchError):
        us.create(batch_of(vendor))
    found = [one for reply in witness.replies for one in violations(reply)]
    assert {one["location"][0] for one in found} == {"response"}
    assert any(f"required property '{field}'" in one["message"] for one in found), found


@pytest.mark.parametrize("fault", ["limit", "header", "missing", "unknown", "key"])
def test_the_proxy_names_a_request_that_leaves_the_document(fault: str, proxies: dict[str, str], box: Between) -> None:
    without_key = ("GET", "/v1/messages/batches", {"anthropic-version": "2026-10-21"}, None, "")
    method, path, headers, body, _ = without_key if fault == "key" else BAD[fault]
    reply = httpx.request(method, proxies["anthropic"] + path, headers=headers, json=body)
    assert "request" in {found["location"][0] for found in violations(reply)}, violations(reply)
