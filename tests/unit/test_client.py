"""`BatchClient` and `AsyncBatchClient`: one batch at Anthropic, each test through both."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from polybatch import (
    AsyncBatchClient,
    BatchClient,
    BatchStatus,
    ContractError,
    Counts,
    InputError,
    NotFound,
    NotReady,
    Outcome,
    PolybatchError,
    Request,
    TransportError,
    VendorError,
)
from polybatch_generated.anthropic.client.api.batches import get_batch
from polybatch_generated.anthropic.client.models import BetaMessageBatch
from polybatch_sandbox import Sandbox
from tests.conftest import CANARY, Connect, Desk, always, batch_document, ended_document, reply, scripted

BODY = {"model": "m", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
NEWER, OLDER = "2026-10-21", "2023-06-01"
Sandboxed = Callable[..., BatchClient]
ENVELOPE = {"type": "error", "error": {"type": "api_error", "message": "no"}, "request_id": "req_1"}


def batches(*names: str) -> list[Request]:
    return [Request(name, BODY) for name in names]


# -- the whole life of a batch


@pytest.mark.parametrize("options", [{}, {"version": OLDER}, {"auth": "bearer"}, {"beta": True, "betas": ["x-2026"]}])
def test_a_batch_from_create_to_delete(sandboxed: Sandboxed, sandbox: Sandbox, options: dict[str, Any]) -> None:
    client = sandboxed(options=options)
    made = client.create(batches("a", "b", "c"))
    assert (made.vendor, made.status, made.ended_at) == ("anthropic", BatchStatus.IN_PROGRESS, None)
    assert made.counts == Counts(total=3, processing=3, succeeded=0, errored=0, cancelled=0, expired=0)
    assert made.created_at is not None
    assert made.expires_at == made.created_at + timedelta(days=1)
    assert made.warnings == ()
    assert client.get(made.id) == made
    with pytest.raises(NotReady, match=f"batch {made.id} is in_progress"):
        list(client.results(made.id))
    ended = client.wait(made.id)
    assert ended.status is BatchStatus.COMPLETED
    assert ended.counts == Counts(total=3, processing=0, succeeded=3, errored=0, cancelled=0, expired=0)
    results = {result.custom_id: result for result in client.results(made.id)}
    assert sorted(results) == ["a", "b", "c"]
    assert {result.text for result in results.values()} == {"hi"}
    assert all(result.outcome is Outcome.SUCCEEDED for result in results.values())
    assert [batch.id for batch in client.list()] == [made.id]
    client.delete(made.id)
    with pytest.raises(NotFound, match="HTTP 404 not_found_error"):
        client.get(made.id)
    assert sandbox.ledger(requests=False)["anthropic"][0]["deleted"]


def test_a_cancelled_batch_ends_as_cancelled(sandboxed: Sandboxed) -> None:
    client = sandboxed()
    made = client.create(batches("a", "b"))
    assert client.cancel(made.id).status is BatchStatus.CANCELLING
    assert client.wait(made.id).status is BatchStatus.CANCELLED
    assert {result.custom_id for result in client.results(made.id)} == {"a", "b"}


# -- options: every one of INTERFACE, found on the wire


def sent(connect: Connect, options: dict[str, Any] | None, **settings: Any) -> dict[str, httpx.Request]:
    """One request of each operation, as it left."""
    gone = {"id": "msgbatch_01", "type": "message_batch_deleted"}
    page = {"data": [], "has_more": False, "first_id": None, "last_id": None}
    desk = scripted(*map(reply, [batch_document(), batch_document(), page, batch_document(), gone, ended_document(0)]),
                    httpx.Response(200))  # fmt: skip
    client = connect(desk, options=options, **settings)
    client.create(batches("a"))
    client.get("msgbatch_01")
    list(client.list(limit=7))
    client.cancel("msgbatch_01")
    client.delete("msgbatch_01")
    list(client.results("msgbatch_01"))
    names = ("create", "get", "list", "cancel", "delete", "get_first", "results")
    return dict(zip(names, desk.requests, strict=True))


def test_without_options_only_what_is_needed_travels(connect: Connect) -> None:
    requests = sent(connect, None)
    path = "/v1/messages/batches"
    assert {name: f"{request.method} {request.url.raw_path.decode()}" for name, request in requests.items()} == {
        "create": f"POST {path}",
        "get": f"GET {path}/msgbatch_01",
        "list": f"GET {path}?limit=7",
        "cancel": f"POST {path}/msgbatch_01/cancel",
        "delete": f"DELETE {path}/msgbatch_01",
        "get_first": f"GET {path}/msgbatch_01",
        "results": f"GET {path}/msgbatch_01/results",
    }
    for request in requests.values():
        assert request.headers["anthropic-version"] == NEWER
        assert request.headers["x-api-key"] == CANARY
        assert {name for name in request.headers if name.startswith("anthropic")} == {"anthropic-version"}
        assert "authorization" not in request.headers


def test_every_option_is_found_on_the_wire(connect: Connect) -> None:
    options = {
        "version": OLDER,
        "auth": "bearer",
        "betas": ["output-300k-2026-03-24", "other-2026"],
        "beta": True,
        "user_profile_id": "profile_1",
        "workspace_id": "wrkspc_1",
    }
    requests = sent(connect, options)
    assert set(options) == set(connect(options=options).capabilities.options)
    for name, request in requests.items():
        assert request.headers["anthropic-version"] == OLDER
        assert request.headers["authorization"] == f"Bearer {CANARY}"
        assert "x-api-key" not in request.headers
        assert request.headers["anthropic-beta"] == "output-300k-2026-03-24,other-2026"
        assert request.url.params["beta"] == "true"
        assert request.headers["anthropic-workspace-id"] == "wrkspc_1"
        assert request.headers.get("anthropic-user-profile-id") == ("profile_1" if name == "create" else None)


def test_options_of_a_create_stand_over_those_of_the_client(connect: Connect) -> None:
    desk = scripted(reply(batch_document()), reply(batch_document()))
    client = connect(desk, options={"version": OLDER, "workspace_id": "wrkspc_1"})
    client.create(batches("a"), options={"version": NEWER, "user_profile_id": "profile_1"})
    client.create(batches("a"))
    first, second = desk.requests
    assert first.headers["anthropic-version"] == NEWER
    assert first.headers["anthropic-workspace-id"] == "wrkspc_1"
    assert first.headers["anthropic-user-profile-id"] == "profile_1"
    assert second.headers["anthropic-version"] == OLDER
    assert "anthropic-user-profile-id" not in second.headers


def test_how_the_key_is_presented_cannot_change_for_one_create(connect: Connect) -> None:
    with pytest.raises(InputError, match="option of the client"):
        connect(scripted()).create(batches("a"), options={"auth": "bearer"})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"metadata": {}},
            "Anthropic has no option 'metadata' .its options are: version, auth, betas, beta, user_profile_id, w",
        ),
        ({"betas": "one"}, "Anthropic option: Expected `array`, got `str` - at `[$].betas`"),
        ({"beta": "yes"}, "Anthropic option: Expected `bool`.*beta"),
        ({"auth": "basic"}, "Anthropic option: .*'basic'.*auth"),
        ({"workspace_id": 5}, "Anthropic option: .*workspace_id"),
    ],
)
def test_an_option_that_is_unknown_or_wrong(connect: Connect, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        connect(scripted(), options=options)
    with pytest.raises(InputError, match=words):
        connect(scripted()).create(batches("a"), options=options)


@pytest.mark.parametrize("option", ["workspace_id", "user_profile_id", "version"])
def test_an_option_that_cannot_travel(connect: Connect, option: str) -> None:
    with pytest.raises(InputError, match="header anthropic-"):
        connect(scripted(), options={option: "a\nx-api-key: b"}).create(batches("a"))


# -- list


def page(*ids: str, more: bool, last: str | None = None) -> httpx.Response:
    data = [batch_document(id=name) for name in ids]
    return reply({"data": data, "has_more": more, "first_id": None, "last_id": last or (ids[-1] if ids else None)})


def test_a_list_goes_on_by_itself(connect: Connect) -> None:
    desk = scripted(page("a", "b", more=True), page("c", more=True), page("d", more=False))
    found = connect(desk).list(limit=2)
    assert [batch.id for batch in found] == ["a", "b", "c", "d"]
    assert [dict(request.url.params) for request in desk.requests] == [
        {"limit": "2"}, {"limit": "2", "after_id": "b"}, {"limit": "2", "after_id": "c"},
    ]  # fmt: skip


def test_a_list_is_asked_for_page_by_page(connect: Connect) -> None:
    desk = scripted(page("a", "b", more=True))
    found = iter(connect(desk).list())
    assert (next(found).id, next(found).id) == ("a", "b")
    assert desk.calls == ["GET /v1/messages/batches?limit=20"]


def test_an_empty_list(connect: Connect) -> None:
    assert list(connect(scripted(page(more=False))).list()) == []


@pytest.mark.parametrize(
    "pages",
    [["a", "a"], ["a", "b", "a"], ["a", ""]],
    ids=["same", "circle", "nothing"],
)
def test_a_list_that_does_not_go_on_is_an_error_not_an_end(connect: Connect, pages: list[str]) -> None:
    desk = scripted(*(page(*name, more=True) for name in pages))
    batches = iter(connect(desk).list())
    found: list[str] = []
    with pytest.raises(ContractError, match="says that there is more"):
        found.extend(batch.id for batch in batches)
    assert len(desk.requests) == len(pages)


# -- tolerance


def test_a_status_that_nobody_knows(connect: Connect) -> None:
    batch = connect(scripted(reply(batch_document(processing_status="resting")))).get("msgbatch_01")
    assert batch.status is BatchStatus.UNKNOWN
    assert not batch.status.terminal
    assert batch.counts.total == 2
    assert "'resting'" in "".join(batch.warnings)
    assert json.loads(batch.raw)["processing_status"] == "resting"


@pytest.mark.parametrize("name", [name for name in batch_document() if name != "id"])
def test_a_missing_field_costs_nothing_else(connect: Connect, name: str) -> None:
    document = ended_document()
    del document[name]
    batch = connect(scripted(reply(document))).get("msgbatch_01")
    assert batch.id == "msgbatch_01"
    assert batch.status is (BatchStatus.UNKNOWN if name == "processing_status" else BatchStatus.COMPLETED)
    assert (batch.counts.succeeded == 2) is (name != "request_counts")
    assert (batch.created_at is None) is (name == "created_at")
    assert batch.warnings
    assert json.loads(batch.raw) == document


@pytest.mark.parametrize(
    "changes",
    [
        {"created_at": 1_795_338_000},
        {"expires_at": "soon"},
        {"results_url": 5},
        {"request_counts": {"processing": 0, "succeeded": "2", "errored": 0, "canceled": 0, "expired": 0}},
        {"request_counts": [1, 2]},
        {"cancel_initiated_at": 0},
    ],
)
def test_a_field_of_another_type_costs_nothing_else(connect: Connect, changes: dict[str, Any]) -> None:
    document = ended_document(**changes)
    batch = connect(scripted(reply(document))).get("msgbatch_01")
    assert (batch.id, batch.ended_at) == ("msgbatch_01", datetime(2026, 11, 22, 9, 21, 44, 512_000, UTC))
    assert batch.warnings
    assert all("does not fit its document" in warning for warning in batch.warnings)
    assert json.loads(batch.raw) == document


def test_an_epoch_time_is_read_all_the_same(connect: Connect) -> None:
    batch = connect(scripted(reply(batch_document(created_at=1_795_338_000)))).get("msgbatch_01")
    assert batch.created_at == datetime.fromtimestamp(1_795_338_000, UTC)


def test_a_total_is_only_told_where_all_its_parts_are_known(connect: Connect) -> None:
    counts = {"processing": 0, "succeeded": "two", "errored": 1, "canceled": 0, "expired": 0}
    batch = connect(scripted(reply(ended_document(request_counts=counts)))).get("msgbatch_01")
    assert batch.counts == Counts(total=None, processing=0, succeeded=None, errored=1, cancelled=0, expired=0)


def test_a_field_that_was_added_is_no_drift(connect: Connect) -> None:
    batch = connect(scripted(reply(batch_document(priority="low")))).get("msgbatch_01")
    assert batch.warnings == ()


def test_counts_stay_where_they_are_until_the_end(connect: Connect) -> None:
    batch = connect(scripted(reply(batch_document()))).get("msgbatch_01")
    assert batch.counts == Counts(total=2, processing=2, succeeded=0, errored=0, cancelled=0, expired=0)
    assert connect(scripted()).vendor.profile.progress is False


def test_unreadable_json_in_a_list_is_an_error(connect: Connect) -> None:
    with pytest.raises(ContractError, match="expected a batch"):
        list(connect(scripted(reply({"data": [{"no": "id"}], "has_more": False}))).list())


# -- the rest of the surface


def test_capabilities_come_from_the_document(connect: Connect) -> None:
    found = connect(scripted()).capabilities
    assert (found.list, found.cancel, found.delete, found.callback) == (True, True, True, False)
    assert found.limits.max_items == 100_000
    assert found.limits.retention == timedelta(days=29)
    assert found.find == "list"
    assert set(found.evidence) == {
        "create_batch", "get_batch", "list_batches", "cancel_batch", "delete_batch", "batch_results",
    }  # fmt: skip
    assert set(found.evidence.values()) <= {"published", "sdk", "server-source", "inferred"}


@pytest.mark.parametrize("auth", ["x-api-key", "bearer"])
def test_the_generated_client_works_and_carries_the_key(connect: Connect, auth: str) -> None:
    desk = scripted(reply(batch_document()))
    generated = connect(desk, base_url="https://proxy.example/anthropic", options={"auth": auth}).generated
    assert CANARY not in repr(generated)
    with generated as opened:
        response = get_batch.sync_detailed("msgbatch_01", client=opened)
    assert isinstance(response.parsed, BetaMessageBatch)
    assert response.parsed.id == "msgbatch_01"
    (request,) = desk.requests
    assert str(request.url) == "https://proxy.example/anthropic/v1/messages/batches/msgbatch_01"
    header = {"x-api-key": CANARY} if auth == "x-api-key" else {"authorization": f"Bearer {CANARY}"}
    assert header.items() <= dict(request.headers).items()


def test_the_generated_client_follows_no_redirect(connect: Connect) -> None:
    desk = always(302, location="https://evil.example/")
    with connect(desk).generated as opened:
        assert get_batch.sync_detailed("msgbatch_01", client=opened).status_code == 302
    assert len(desk.requests) == 1


def public(kind: type) -> dict[str, inspect.Signature | None]:
    found: dict[str, inspect.Signature | None] = {}
    for name in dir(kind):
        if not name.startswith("_"):
            value = inspect.getattr_static(kind, name)
            found[name] = inspect.signature(value) if inspect.isfunction(value) else None
    return found


def test_both_clients_have_the_same_names_and_parameters() -> None:
    blocking, looping = public(BatchClient), public(AsyncBatchClient)
    assert list(blocking) == list(looping)
    for name, signature in blocking.items():
        other = looping[name]
        assert (signature is None) is (other is None), name
        if signature and other:
            assert signature.parameters == other.parameters, name
    assert inspect.signature(BatchClient).parameters == inspect.signature(AsyncBatchClient).parameters
    assert list(inspect.signature(BatchClient).parameters) == [
        "vendor", "api_key", "base_url", "timeout", "transport", "options", "allow_http", "ca_file", "timer",
    ]  # fmt: skip


def test_a_setting_that_does_not_exist_is_a_mistake_at_once() -> None:
    with pytest.raises(TypeError, match="api_kye"):
        BatchClient("anthropic", api_kye="x")  # type: ignore[call-arg]


def test_every_error_is_a_polybatch_error() -> None:
    assert all(
        issubclass(kind, PolybatchError) for kind in (InputError, NotReady, TransportError, ContractError, VendorError)
    )


def test_a_client_shows_who_it_talks_to_and_not_how(connect: Connect) -> None:
    assert repr(connect(scripted())).endswith("BatchClient('anthropic', base_url='https://api.anthropic.com')")


def test_leaving_a_client_closes_its_connections() -> None:
    class Closing(Desk):
        closed = False

        def close(self) -> None:
            self.closed = True

    transport = Closing(lambda _: reply(batch_document()))
    with BatchClient("anthropic", api_key=CANARY, transport=transport) as client:
        client.get("msgbatch_01")
    assert transport.closed
