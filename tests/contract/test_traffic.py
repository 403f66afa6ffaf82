"""The judge of all traffic at work: what a planted fault sends or answers is named, what keeps to a document is not.

A fault of the client is planted in the generated `request_kwargs`, one of the sandbox in a vendor's handlers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch import PolybatchError
from polybatch_sandbox import Request, Response, Sandbox, answers
from tests.conftest import Connect, in_process
from tests.contract import hooks
from tests.contract.hooks import TRAFFIC
from tests.contract.strict_samples import operation
from tests.contract.traffic import JUDGED, ON_PURPOSE
from tests.sandbox.server_lab import item

REQUIRED = {"anthropic": "expires_at", "letta": "id", "meshapi": "id", "onerouter": "status"}
"""The vendors of the sandbox, and a member that the reply to a create must have."""
ROOT = Path(__file__).parents[2]
Kwargs = dict[str, Any]
Spoil = Callable[[Response, str], Response]


def talk(connect: Connect, sandbox: Sandbox, vendor: str) -> None:
    """A batch from its create to its results, and the list, as far as the vendor has one."""
    client = connect(in_process(sandbox), vendor=vendor, base_url=f"http://127.0.0.1/{vendor}")
    given = [client.vendor.request({"custom_id": f"row-{n}", **item(vendor, n, "Why?")}) for n in range(3)]
    batch = client.create(given)
    client.get(batch.id)
    if vendor != "onerouter":
        list(client.list())
    client.wait(batch.id)
    assert len(list(client.results(batch.id))) == len(given)


@pytest.fixture
def talking(connect: Connect, sandbox: Sandbox) -> Callable[[str], tuple[dict[str, int], list[str]]]:
    """A conversation, and what the judge counted and named; whatever the client thinks of it."""

    def talked(vendor: str) -> tuple[dict[str, int], list[str]]:
        TRAFFIC.taken()
        try:
            talk(connect, sandbox, vendor)
        except PolybatchError as error:
            assert str(error)  # noqa: PT017 - a planted fault may be noticed by the client too
        return TRAFFIC.taken()

    return talked


@pytest.mark.parametrize("vendor", REQUIRED)
def test_a_conversation_keeps_to_the_document(vendor: str, talking: Any) -> None:
    counted, left = talking(vendor)
    assert left == []
    assert counted.keys() == {JUDGED}
    assert counted[JUDGED] >= 9


def test_what_is_excused_is_counted_by_its_reason(sandbox: Sandbox, talking: Any) -> None:
    sandbox.faults.script("anthropic", "get", ["slow:0", "unknown_status", "retry_after:1", "html"])
    sandbox.set_modes({"letta": {"malice": "echo"}})
    counted, left = talking("anthropic")
    assert left == []
    # `slow` and an error in the vendor's own shape keep to the document: they are judged.
    assert counted == {"a fault word": 2, JUDGED: counted[JUDGED]}
    assert counted[JUDGED] > 9
    assert talking("letta")[0]["the vendor means harm"] > 0


# -- our client leaves the document


def elsewhere(given: Kwargs) -> None:
    given["url"] += "/elsewhere"


def coloured(given: Kwargs) -> None:
    given["params"] = {**given.get("params", {}), "colour": "blue"}


def headed(given: Kwargs) -> None:
    given["headers"]["X-Colour"] = "blue"


def stuffed(given: Kwargs) -> None:
    given["content"] = json.dumps({"colour": "blue"}).encode()
    given["headers"] = {name: text for name, text in given["headers"].items() if name != "Content-Length"}


def unnamed(given: Kwargs) -> None:
    given["headers"]["Content-Type"] = "text/plain"


PLANTED = {
    elsewhere: "path: the document has no",
    coloured: "query colour: not declared",
    headed: "header x-colour: not declared",
    stuffed: "body",
    unnamed: "media type: create_batch takes no 'text/plain'",
}


@pytest.mark.parametrize("vendor", REQUIRED)
@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_request_that_leaves_the_document_is_named(
    plant: Callable[[Kwargs], None], vendor: str, monkeypatch: pytest.MonkeyPatch, talking: Any
) -> None:
    module = operation(vendor, "create_batch")
    plain = module.request_kwargs

    def spoilt(*args: Any, **kwargs: Any) -> Kwargs:
        given: Kwargs = plain(*args, **kwargs)
        plant(given)
        return given

    monkeypatch.setattr(module, "request_kwargs", spoilt)
    _, left = talking(vendor)
    assert any(one.startswith(f"request {vendor} POST") and PLANTED[plant] in one for one in left), left


def test_a_missing_key_and_a_limit_of_the_query_are_named(connect: Connect, sandbox: Sandbox) -> None:
    client = connect(in_process(sandbox), vendor="meshapi", base_url="http://127.0.0.1/meshapi", api_key="")
    with pytest.raises(PolybatchError):
        list(client.list(limit=101))
    _, (left,) = TRAFFIC.taken()
    assert "credentials: none that the document declares" in left
    assert "query limit: 101 is greater than the maximum of 100" in left


# -- the sandbox leaves the document


def dropped(reply: Response, vendor: str) -> Response:
    document = reply.json()
    del document[REQUIRED[vendor]]
    return replace(reply, body=json.dumps(document).encode())


def retyped(reply: Response, vendor: str) -> Response:
    return replace(reply, body=json.dumps(reply.json() | {REQUIRED[vendor]: ["a list"]}).encode())


def widened(reply: Response, vendor: str) -> Response:
    counts = {"anthropic": "request_counts", "onerouter": "request_counts"}.get(vendor)
    document = reply.json()
    (document[counts] if counts else document)["colour"] = "blue"
    return replace(reply, body=json.dumps(document).encode())


def numbered(reply: Response, vendor: str) -> Response:
    return replace(reply, status=299)


def mislabelled(reply: Response, vendor: str) -> Response:
    return replace(reply, headers=(("Content-Type", "text/plain"),))


def torn(reply: Response, vendor: str) -> Response:
    return replace(reply, body=reply.read()[:-1])


def strangely_headed(reply: Response, vendor: str) -> Response:
    return reply.adding([("X-Colour", "blue")])


SPOILT = {
    dropped: "", retyped: "", widened: "colour", numbered: "status: create_batch declares no 299",
    mislabelled: "media type: create_batch 200 declares no 'text/plain'", torn: "not JSON",
    strangely_headed: "header x-colour: not declared",
}  # fmt: skip
OPEN = {(widened, "meshapi")}
"""Where the document takes any member, so that one more does not leave it."""


@pytest.mark.parametrize("vendor", REQUIRED)
@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_a_handler_that_leaves_the_document_is_named(
    spoil: Spoil, vendor: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, talking: Any
) -> None:
    kind = type(sandbox.mount(vendor).behaviour)
    plain = kind.operations.fget

    def operations(self: Any) -> dict[str, Any]:
        found = dict(plain(self))
        create = found["create_batch"]
        return found | {"create_batch": lambda call: spoil(create(call), vendor)}

    monkeypatch.setattr(kind, "operations", property(operations))
    _, left = talking(vendor)
    if (spoil, vendor) in OPEN:
        assert left == []
        return
    assert any(re.match(rf"reply (200|299) to {vendor} POST .*{SPOILT[spoil]}", one) for one in left), left


def test_a_line_and_a_file_that_leave_the_document_are_named(monkeypatch: pytest.MonkeyPatch, talking: Any) -> None:
    plain = {name: getattr(answers, name) for name in ("anthropic_line", "openai_line")}
    for name, line in plain.items():
        monkeypatch.setattr(answers, name, lambda *args, line=line, **more: line(*args, **more) | {"custom_id": 7})
    _, (left,) = talking("anthropic")
    assert re.match(r"reply 200 to anthropic GET .*/results: line 1.custom_id: 7 is not of type", left)
    _, (left,) = talking("onerouter")
    assert re.match(r"file /batch-llm/.*: line 1.custom_id: 7 is not of type", left)


# -- the check itself


def test_the_test_in_which_it_happened_fails(request: pytest.FixtureRequest, sandbox: Sandbox) -> None:
    running = hooks.pytest_runtest_call(request.node)
    next(running)
    headers = (("x-api-key", "key"), ("anthropic-version", "2026-10-21"), ("user-agent", "polybatch/0"))
    assert sandbox.handle(Request("GET", "/anthropic/v1/messages/batches?colour=blue", headers)).status == 200
    with pytest.raises(pytest.fail.Exception, match=r"left the document:\nrequest anthropic GET .*query colour"):
        running.send(None)


def test_whoever_leaves_a_document_on_purpose_is_there() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))
    gone = [name for name in ON_PURPOSE if f"def {name}(" not in source]
    assert gone == [], "these tests are excused in tests/contract/traffic.py and are no more"
