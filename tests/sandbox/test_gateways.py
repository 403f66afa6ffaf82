"""MeshAPI and OneRouter from end to end against their imitations, in each of the ways in which those can behave."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from polybatch import (
    AuthError,
    BatchClient,
    BatchStatus,
    ContractError,
    NotFound,
    Outcome,
    Request,
    TooManyBatches,
    UnknownOutcome,
    Unsupported,
    VendorError,
)
from polybatch_sandbox import Sandbox
from tests.conftest import CANARY, Clock, Desk
from tests.sandbox.run_lab import Lab, Stop, rows, stop_if

Clients = Callable[..., BatchClient]
GATEWAYS = ["meshapi", "onerouter"]
LIFE = 60.0
"""Seconds after which a batch of the sandbox has ended."""


def requests(count: int = 6, model: str = "some/model") -> list[Request]:
    def body(index: int) -> dict[str, Any]:
        return {"model": model, "max_tokens": 64, "messages": [{"role": "user", "content": f"Größe {index} \u2028"}]}

    return [Request(f"row-{index}", body(index)) for index in range(count)]


def outcomes(client: BatchClient, batch_id: str) -> dict[str, Outcome]:
    return {result.custom_id: result.outcome for result in client.results(batch_id)}


def ended(client: BatchClient, count: int = 6) -> str:
    batch = client.wait(client.create(requests(count)).id)
    assert batch.warnings == ()
    return batch.id


class TestBoth:
    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_marked_requests_have_the_outcome_of_their_mark(
        self, vendor: str, sandboxed: Clients, sandbox: Sandbox
    ) -> None:
        sandbox.faults.script(vendor, "create", ["fail:1:429+expire:1+duplicate_lines:1"])
        client = sandboxed(vendor)
        found = list(outcomes(client, ended(client)).values())
        assert sorted(found) == ["errored", "expired", "succeeded", "succeeded", "succeeded", "succeeded"]

    @pytest.mark.parametrize("vendor", GATEWAYS)
    @pytest.mark.parametrize(("code", "retryable"), [("429", True), ("400", False), ("503", True)])
    def test_the_status_of_a_failed_request_says_whether_another_try_is_worth_it(
        self, vendor: str, code: str, retryable: object, sandboxed: Clients, sandbox: Sandbox
    ) -> None:
        sandbox.faults.script(vendor, "create", [f"fail:1:{code}"])
        client = sandboxed(vendor)
        (failed,) = [result for result in client.results(ended(client)) if result.error]
        assert failed.outcome is Outcome.ERRORED
        assert failed.error is not None
        assert (failed.error["status"], failed.error["retryable"]) == (int(code), retryable)
        assert failed.error["code"]
        assert failed.error["message"]
        assert (failed.body, failed.text, failed.usage, failed.finish) == (None, None, None, None)
        assert failed.custom_id.encode() in failed.raw

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_missing_lines_are_complained_about_at_the_end(
        self, vendor: str, sandboxed: Clients, sandbox: Sandbox
    ) -> None:
        sandbox.faults.script(vendor, "create", ["missing_lines:2"])
        client = sandboxed(vendor)
        read = []
        with pytest.raises(ContractError, match="4 of 6"):
            read.extend(result.custom_id for result in client.results(ended(client)))

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_batch_that_failed_says_why_and_has_no_results(
        self, vendor: str, sandboxed: Clients, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        sandbox.faults.script(vendor, "create", ["batch_failed"])
        client = sandboxed(vendor)
        batch = client.wait(client.create(requests()).id)
        assert batch.status is BatchStatus.FAILED
        assert list(client.results(batch.id)) == []
        assert [record.message for record in caplog.records if "refused the batch" in record.message] != []

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_what_was_finished_before_a_cancel_is_read(self, vendor: str, sandboxed: Clients, clock: Clock) -> None:
        client = sandboxed(vendor)
        batch = client.create(requests())
        clock.sleep(LIFE / 2)
        assert client.cancel(batch.id).status is BatchStatus.CANCELLING
        assert client.wait(batch.id).status is BatchStatus.CANCELLED
        found = outcomes(client, batch.id)
        assert Outcome.SUCCEEDED in found.values()
        assert len(found) <= 6

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_status_nobody_knows_is_not_the_end(self, vendor: str, sandboxed: Clients, sandbox: Sandbox) -> None:
        client = sandboxed(vendor)
        batch = client.create(requests())
        sandbox.faults.script(vendor, "get", ["unknown_status"])
        found = client.get(batch.id)
        assert (found.status, found.status.terminal) == (BatchStatus.UNKNOWN, False)
        assert len(found.warnings) == 1

    @pytest.mark.parametrize("vendor", GATEWAYS)
    @pytest.mark.parametrize("word", ["drop_after", "status_after:502", "html", "empty", "cut:20"])
    def test_a_create_without_an_answer_is_sent_once(
        self, vendor: str, word: str, sandboxed: Clients, sandbox: Sandbox, desk: Desk
    ) -> None:
        sandbox.faults.script(vendor, "create", [word])
        with pytest.raises(UnknownOutcome):
            sandboxed(vendor).create(requests())
        assert len(desk.requests) == len(sandbox.ledger(requests=False)[vendor]) == 1

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_wrong_key(self, vendor: str, sandboxed: Clients) -> None:
        with pytest.raises(AuthError):
            sandboxed(vendor, api_key="invalid").get("batch_1")

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_run_over_several_models(self, vendor: str, lab: Lab) -> None:
        lines = rows(40, vendor)
        for index, line in enumerate(lines):
            line["body" if vendor == "meshapi" else "params"]["model"] = f"some/model-{index % 3}"
        lab.write(lines)
        assert lab.finish(vendor, max_items_per_batch=2).all_succeeded
        assert len(lab.ledger(vendor)) == 21
        assert set(lab.accepted(vendor).values()) == {1}
        assert lab.outcomes(vendor) == {"succeeded": 40}
        assert {line["custom_id"]: line["text"] for line in lab.lines(vendor)} == {
            f"row-{index}": f"question {index}" for index in range(40)
        }

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_model_for_requests_that_name_none(self, vendor: str, lab: Lab) -> None:
        lines = rows(4, vendor)
        for line in lines[1:]:
            del line["body" if vendor == "meshapi" else "params"]["model"]
        lab.write(lines)
        assert lab.finish(vendor, model="some/other-model").all_succeeded
        sent = [item.get("body") or item["params"] for call in lab.creates for item in call.requests]
        assert sorted(body["model"] for body in sent).count("some/other-model") == 3
        assert len(lab.creates) == 2

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_run_gives_every_request_one_outcome(self, vendor: str, lab: Lab) -> None:
        marks = ["fail:1:400+missing_lines:1+foreign_lines:1", "batch_failed", "expire:2+duplicate_lines:1"]
        lab.script("create", *marks, vendor=vendor)
        lab.write(rows(12, vendor))
        status = lab.finish(vendor, max_items_per_batch=4)
        assert lab.outcomes(vendor) == {"succeeded": 4, "errored": 5, "missing": 1, "expired": 2}
        assert sum(status.outcomes.values()) == 12

    @pytest.mark.parametrize("vendor", GATEWAYS)
    def test_a_run_that_is_cancelled_is_watched_to_its_end(self, vendor: str, lab: Lab) -> None:
        lab.write(rows(6, vendor))
        lab.transport.before = lambda call: stop_if(call.path.endswith("batches") and len(lab.creates) == 2)
        with lab.run(vendor, max_items_per_batch=3) as run, pytest.raises(Stop):
            run.wait()
        lab.transport.before = lambda _: None
        with lab.run(vendor, max_items_per_batch=3, on_unknown="abandon") as run:
            run.cancel()
        assert sum(lab.outcomes(vendor).values()) == 6
        (batch,) = lab.ledger(vendor)
        assert batch["cancelled"] is True
        assert lab.transport.calls[-1].method == "GET"


class TestMeshAPI:
    @pytest.mark.parametrize("shape", ["envelope", "detail", "text"])
    def test_errors_of_each_shape(self, shape: str, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"meshapi": {"errors": shape}})
        client = sandboxed("meshapi")
        with pytest.raises(NotFound) as missing:
            client.get("batch_none")
        assert "there is no batch batch_none" in str(missing.value)
        assert (missing.value.request_id or "").startswith("req_")
        with pytest.raises(VendorError) as invalid:
            list(client.list(limit=1000))
        assert invalid.value.status == 422
        assert shape == "text" or "query.limit" in str(invalid.value)

    def test_results_as_a_file(self, sandboxed: Clients, sandbox: Sandbox, desk: Desk) -> None:
        sandbox.set_modes({"meshapi": {"results": "file"}})
        client = sandboxed("meshapi")
        batch_id = ended(client)
        assert outcomes(client, batch_id) == {f"row-{index}": Outcome.SUCCEEDED for index in range(6)}
        assert desk.calls[-1] == f"GET /meshapi/v1/files/{batch_id.replace('batch_', 'file-')}-out/content"

    def test_results_that_are_gone(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"meshapi": {"results": "gone"}})
        client = sandboxed("meshapi")
        with pytest.raises(ContractError, match="0 of 6"):
            outcomes(client, ended(client))

    def test_partial_results_as_a_file(self, sandboxed: Clients, sandbox: Sandbox, clock: Clock) -> None:
        sandbox.set_modes({"meshapi": {"results": "file"}})
        client = sandboxed("meshapi")
        batch = client.create(requests())
        clock.sleep(LIFE / 2)
        client.cancel(batch.id)
        client.wait(batch.id)
        assert Outcome.SUCCEEDED in outcomes(client, batch.id).values()

    def test_the_list_lags_and_is_leaner(self, sandboxed: Clients, clock: Clock) -> None:
        client = sandboxed("meshapi")
        ids = [client.create(requests(1)).id for _ in range(5)]
        clock.sleep(2 * LIFE)
        listed = list(client.list(limit=2))
        assert [batch.id for batch in listed] == ids[::-1]
        assert {batch.status.terminal for batch in listed} == {False}
        assert {batch.counts.total for batch in listed} == {None}
        client.get(ids[0])
        assert [batch.status for batch in client.list()][-1] is BatchStatus.COMPLETED

    def test_ten_batches_may_be_open(self, sandboxed: Clients) -> None:
        client = sandboxed("meshapi")
        ids = [client.create(requests(1)).id for _ in range(10)]
        with pytest.raises(TooManyBatches):
            client.create(requests(1))
        client.wait(ids[0])
        client.create(requests(1))

    def test_a_run_waits_while_others_hold_batches_open(self, lab: Lab, sandboxed: Clients) -> None:
        lab.script("create", *["status:429"] * 2, vendor="meshapi")
        lab.write(rows(3, "meshapi"))
        assert lab.finish("meshapi").all_succeeded
        assert len(lab.creates) == 3

    def test_a_model_without_batches(self, sandboxed: Clients) -> None:
        with pytest.raises(Unsupported, match="nobatch/x"):
            sandboxed("meshapi").create(requests(1, "nobatch/x"))

    def test_metadata_comes_back(self, sandboxed: Clients) -> None:
        client = sandboxed("meshapi")
        batch = client.create(requests(1), options={"metadata": {"job": "nightly"}})
        assert b'"metadata":{"job":"nightly"}' in client.get(batch.id).raw

    def test_a_batch_is_billed_because_it_is_polled_to_its_end(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        client = sandboxed("meshapi")
        batch = client.create(requests())
        sandbox_bill = lambda: sandbox.ledger(requests=False)["meshapi"][0]["billed"]  # noqa: E731
        client.cancel(batch.id)
        assert sandbox_bill() == 0
        client.wait(batch.id)
        assert sandbox_bill() == len([1 for outcome in outcomes(client, batch.id).values() if outcome == "succeeded"])

    def test_raw_is_what_the_vendor_sent(self, sandboxed: Clients, desk: Desk) -> None:
        client = sandboxed("meshapi")
        batch = client.wait(client.create(requests()).id)
        for result in client.results(batch.id):
            assert result.raw in batch.raw
            assert result.body_raw in result.raw


MODES = list(product(["task", "sibling", "openai"], ["task", "create_first"], ["openai", "alias", "anthropic"]))


class TestOneRouter:
    @pytest.mark.parametrize(("statuses", "retrieve", "lines"), MODES, ids=str)
    def test_every_shape(
        self, statuses: str, retrieve: str, lines: str, sandboxed: Clients, sandbox: Sandbox, desk: Desk
    ) -> None:
        sandbox.set_modes({"onerouter": {"statuses": statuses, "retrieve": retrieve, "lines": lines}})
        client = sandboxed("onerouter")
        batch_id = ended(client)
        found = {result.custom_id: result for result in client.results(batch_id)}
        assert {name: (result.outcome, result.text) for name, result in found.items()} == {
            f"row-{index}": (Outcome.SUCCEEDED, f"Größe {index} \u2028") for index in range(6)
        }
        assert all(result.usage and result.usage.output_tokens and result.finish for result in found.values())

    def test_results_come_from_another_host_without_the_key(
        self, sandboxed: Clients, sandbox: Sandbox, desk: Desk
    ) -> None:
        client = sandboxed("onerouter")
        outcomes(client, ended(client))
        (download,) = [request for request in desk.requests if str(request.url).startswith(sandbox.hosts["results"])]
        assert b"%2F" in download.url.raw_path
        assert "authorization" not in download.headers
        assert CANARY not in str(download.headers)

    def test_fees_and_usage_of_the_whole(self, sandboxed: Clients) -> None:
        client = sandboxed("onerouter")
        batch = client.get(ended(client))
        assert batch.fees
        assert float(batch.fees) > 0
        assert batch.usage is not None
        parts = [result.usage for result in client.results(batch.id)]
        assert batch.usage.output_tokens == sum(part.output_tokens or 0 for part in parts if part)

    def test_a_batch_that_never_shows_where_its_results_are(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"onerouter": {"retrieve": "create"}})
        client = sandboxed("onerouter")
        with pytest.raises(ContractError, match="0 of 6"):
            outcomes(client, ended(client))

    def test_errors_inside_successes(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"onerouter": {"errors": "in_200"}})
        client = sandboxed("onerouter")
        with pytest.raises(NotFound) as missing:
            client.get("batch_none")
        assert (missing.value.status, missing.value.code) == (200, "404")
        sandbox.faults.script("onerouter", "get", ["status:503"] * 2)
        assert client.wait(client.create(requests()).id).status is BatchStatus.COMPLETED

    def test_an_unclear_error_inside_the_success_of_a_create(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"onerouter": {"errors": "in_200"}})
        sandbox.faults.script("onerouter", "create", ["status_after:503"])
        with pytest.raises(UnknownOutcome):
            sandboxed("onerouter").create(requests())
        assert len(sandbox.ledger(requests=False)["onerouter"]) == 1

    def test_no_cancel_at_the_inferred_path(self, sandboxed: Clients, sandbox: Sandbox) -> None:
        sandbox.set_modes({"onerouter": {"cancel": "absent"}})
        client = sandboxed("onerouter")
        batch = client.create(requests())
        with pytest.raises(Unsupported, match="cancel_path"):
            client.cancel(batch.id)
        other = sandboxed("onerouter", options={"cancel_path": "/v1/batches/cancel/{batch_id}"})
        with pytest.raises(NotFound):
            other.cancel(batch.id)

    def test_a_given_path_is_where_the_cancel_goes(self, sandboxed: Clients) -> None:
        client = sandboxed("onerouter", options={"cancel_path": "/v1/batches/{batch_id}/cancel"})
        assert client.cancel(client.create(requests()).id).status is BatchStatus.CANCELLING
