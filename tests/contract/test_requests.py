"""Every request our client sends for every operation of every vendor, judged strictly and, slowly, by openapi-core.

The client is driven through its public methods; the replies are taken from the facts. A count over the strict documents
proves that no operation is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from attrs import frozen
from openapi_core.testing import MockRequest

from polybatch import BatchClient, PolybatchError, Request, Unsupported
from polybatch.vendors import names
from tests.vendor_facts import FILES, calls, given, reply

from .judge import judge as strict
from .test_replies import DOCUMENTS, METHODS, VENDORS, core

AGENT = "agent-123e4567-e89b-42d3-8456-426614174000"
MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]
REQUESTS: dict[str, list[Request]] = {
    "anthropic": [Request("doc-1", {"model": "m", "max_tokens": 16, "messages": MESSAGES})],
    "letta": [Request("doc-1", {"agent_id": AGENT, "messages": MESSAGES})],
    "meshapi": [Request("doc-1", {"model": "m", "messages": MESSAGES, "max_tokens": 16})],
    "onerouter": [Request("doc-1", {"model": "m-batch", "max_tokens": 16, "messages": MESSAGES})],
    **{vendor: [Request(**each) for each in given(vendor, "create")["requests"]] for vendor in FILES},
}
ZERO = {"processing": 0, "succeeded": 1, "errored": 0, "canceled": 0, "expired": 0}
ENDED: dict[str, dict[str, Any]] = {
    "anthropic": {
        "id": "msgbatch_1", "type": "message_batch", "processing_status": "ended", "request_counts": ZERO,
        "created_at": "2026-11-22T09:00:00Z", "expires_at": "2026-11-23T09:00:00Z", "ended_at": "2026-11-22T10:00:00Z",
        "archived_at": None, "cancel_initiated_at": None, "results_url": None,
    },
    "letta": {"id": "job-8f14e45f-ceea-467f-a0d8-3f1f2b9d7a10", "status": "completed", "job_type": "batch"},
    "meshapi": {"id": "batch_1", "object": "batch", "status": "completed", "output_file_id": "file-1", "results": None},
    "onerouter": {"batch_id": "batch_1", "task_id": 2, "status": "SUCCESS", "progress": "100%", "result_url": ""},
    **{vendor: reply(vendor, "results") for vendor in FILES},
}  # fmt: skip
PAGES: dict[str, Any] = {
    "anthropic": {"data": [ENDED["anthropic"]], "has_more": False, "first_id": "msgbatch_1", "last_id": "msgbatch_1"},
    "letta": [ENDED["letta"]],
    "meshapi": {"object": "list", "data": [ENDED["meshapi"]], "has_more": False},
    **{vendor: reply(vendor, "list") for vendor in calls("list")},
}
RESULTS = {"letta": b'{"messages": []}'}
READY = sorted(set(VENDORS) & set(names()))


@frozen
class Sent:
    """A request that left the client, and the operation it belongs to."""

    operation: str
    request: httpx.Request
    template: str


class Recorder:
    """Answers every operation of a vendor, and keeps what was asked."""

    def __init__(self, vendor: str) -> None:
        self.vendor = vendor
        self.sent: list[Sent] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        operation, template = self.found(request)
        self.sent.append(Sent(operation, request, template))
        if operation == "list_batches":
            return httpx.Response(200, json=PAGES[self.vendor])
        if operation == "batch_results":
            return httpx.Response(200, content=RESULTS.get(self.vendor, b""))
        if operation == "delete_batch":
            return httpx.Response(200, json={"id": "msgbatch_1", "type": "message_batch_deleted"})
        return httpx.Response(200, json=ENDED[self.vendor])

    def found(self, request: httpx.Request) -> tuple[str, str]:
        """The operation whose path and verb a request has."""
        found = strict(self.vendor).find(request.method, request.url.raw_path.decode())
        assert found, f"no operation of {self.vendor} is {request.method} {request.url.raw_path.decode()}"
        return found[0].name, found[0].path


def conversation(vendor: str, batch_id: str = "batch/1?x#y") -> list[Sent]:
    """Every public method once; what a vendor lacks raises Unsupported."""
    recorder = Recorder(vendor)
    with BatchClient(vendor, api_key="key", transport=httpx.MockTransport(recorder)) as client:
        client.create(REQUESTS[vendor])
        client.get(batch_id)
        for call in (
            lambda: list(client.list(limit=7)),
            lambda: client.cancel(batch_id),
            lambda: client.delete(batch_id),
        ):
            try:
                call()
            except Unsupported as error:
                assert "no way to" in str(error)  # noqa: PT017 - which methods raise is the vendor's business
        try:
            list(client.results(batch_id))
        except PolybatchError as error:
            assert "results came" in str(error)  # noqa: PT017 - the empty answer holds fewer than were counted
    return recorder.sent


@pytest.mark.parametrize("vendor", READY)
def test_every_operation_is_sent_and_none_beside(vendor: str) -> None:
    sent = {entry.operation for entry in conversation(vendor)}
    declared = {
        item[method]["operationId"] for item in DOCUMENTS[vendor]["paths"].values() for method in METHODS & item.keys()
    }
    assert sent == declared


@pytest.mark.parametrize("vendor", READY)
def test_every_request_keeps_to_the_document(vendor: str) -> None:
    for entry in conversation(vendor):
        asked = entry.request
        headers = [(name.decode(), value.decode()) for name, value in asked.headers.raw]
        assert strict(vendor).request(asked.method, asked.url.raw_path.decode(), headers, asked.content) == []


@pytest.mark.slow
@pytest.mark.parametrize("vendor", READY)
def test_a_second_judge_says_so_too(vendor: str) -> None:
    for entry in conversation(vendor):
        core(vendor).validate_request(core_request(vendor, entry.request))


def core_request(vendor: str, request: httpx.Request) -> MockRequest:
    server = DOCUMENTS[vendor]["servers"][0]["url"]
    return MockRequest(
        server, request.method.lower(), request.url.raw_path.decode().partition("?")[0],
        args=dict(request.url.params), headers=dict(request.headers), data=request.content or None,
        content_type=request.headers.get("content-type", "application/json"),
    )  # fmt: skip


def resolve(vendor: str, node: dict[str, Any]) -> dict[str, Any]:
    return strict(vendor).follow(node)


@pytest.mark.parametrize("vendor", READY)
def test_a_strange_id_stays_one_segment_of_the_path(vendor: str) -> None:
    paths = [entry.request.url.raw_path.decode() for entry in conversation(vendor) if "{" in entry.template]
    assert paths
    assert all("batch%2F1%3Fx%23y" in path or "file-1" in path for path in paths)


def planted() -> Iterator[tuple[str, httpx.Request]]:
    url = "https://api.anthropic.com/v1/messages/batches"
    headers = {"anthropic-version": "2026-10-21", "x-api-key": "key"}
    yield "body", httpx.Request("POST", url, headers=headers, json={"requests": [{"custom_id": 5, "params": {}}]})
    yield "query", httpx.Request("GET", f"{url}?limit=1001", headers=headers)
    yield "path", httpx.Request("GET", f"{url}/1/2/3", headers=headers)
    yield "key", httpx.Request("GET", url, headers={"anthropic-version": "2026-10-21"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "request_"), list(planted()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_the_second_judge_refuses_a_request_that_leaves_the_document(where: str, request_: httpx.Request) -> None:
    with pytest.raises(Exception, match=r"(?i)valid|not found|security|schema|server|path"):
        core("anthropic").validate_request(core_request("anthropic", request_))
