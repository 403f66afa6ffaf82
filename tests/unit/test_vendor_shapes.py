"""What every vendor file must survive alike: answers of another shape, ids that are none, lists that go in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import httpx
import pytest

from polybatch import BatchClient, ContractError, PolybatchError
from polybatch.flow import Reply
from polybatch.vendors import find_vendor, names

IDS = ("id", "batch_id")
WITH_LIST = ("anthropic", "letta", "meshapi")
PAGES: dict[str, Callable[[str], Any]] = {
    "anthropic": lambda last: {
        "data": [{"id": last, "processing_status": "ended"}],
        "has_more": True,
        "first_id": last,
        "last_id": last,
    },
    "letta": lambda last: [{"id": last, "status": "running"}],
    "meshapi": lambda last: {"object": "list", "data": [{"id": last, "status": "completed"}], "has_more": True},
}


def client(vendor: str, answers: Iterator[Any]) -> BatchClient:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=next(answers))

    return BatchClient(vendor, api_key="key", transport=httpx.MockTransport(answer))


@pytest.mark.parametrize("vendor", names())
@pytest.mark.parametrize("answer", [{"hello": "world"}, [], "text", 5, None, dict.fromkeys(IDS, "")])
def test_a_batch_of_another_shape_is_refused(vendor: str, answer: Any) -> None:
    with client(vendor, cycle([answer])) as asked, pytest.raises(ContractError, match=r"expected a (batch|job|JSON)"):
        asked.get("batch_1")


@pytest.mark.parametrize("vendor", WITH_LIST)
@pytest.mark.parametrize("answer", [{"hello": "world"}, "text", 5, None, {"data": 5}])
def test_a_list_of_another_shape_is_refused(vendor: str, answer: Any) -> None:
    with client(vendor, cycle([answer])) as asked, pytest.raises(ContractError, match="expected a"):
        list(asked.list())


@pytest.mark.parametrize("vendor", WITH_LIST)
def test_a_list_that_goes_in_circles_ends(vendor: str) -> None:
    found: list[str] = []
    with client(vendor, cycle([PAGES[vendor]("batch_1"), PAGES[vendor]("batch_2")])) as asked:
        try:
            found.extend(batch.id for batch in islice(asked.list(limit=1), 20))
        except PolybatchError as error:
            assert "does not go on" in str(error)  # noqa: PT017 - ending without an error is as good
    assert len(found) <= 3
    assert set(found) == {"batch_1", "batch_2"}


def openai_errors(*errors: Any) -> dict[str, Any]:
    return {"errors": {"object": "list", "data": list(errors)}}


FULL = {"code": "token_limit_exceeded", "message": "Enqueued token limit reached", "param": None, "line": None}
MESH = {"id": "b1", "status": "failed"}
CREATED, TASK = {"id": "b1", "status": "failed", "created_at": 1}, {"batch_id": "b1", "status": "FAILURE"}
FAILURES: list[tuple[str, dict[str, Any], str | None]] = [
    # facts/seed-vendors.md §3.2: a job has a stop reason, though 0.16.8 never sets it for a batch
    ("letta", {"id": "job-1", "status": "failed"}, None),
    ("letta", {"id": "job-1", "status": "failed", "stop_reason": "llm_api_error"}, "llm_api_error"),
    ("letta", {"id": "job-1", "status": "failed", "stop_reason": "brand_new"}, "brand_new"),
    ("letta", {"id": "job-1", "status": "completed", "stop_reason": "end_turn"}, None),
    # §4.2: the inner shape of errors_detail is not published; an entry that names a request is no word about the batch
    ("meshapi", MESH, None),
    ("meshapi", {**MESH, "errors_detail": []}, None),
    ("meshapi", {**MESH, "errors_detail": None}, None),
    ("meshapi", {**MESH, "errors_detail": "broken"}, None),
    ("meshapi", {**MESH, "errors_detail": [FULL]}, "token_limit_exceeded"),
    ("meshapi", {**MESH, "errors_detail": [{"error": {"code": "provider_job_failed"}}]}, "provider_job_failed"),
    ("meshapi", {**MESH, "errors_detail": [{"message": "the file\nis bad"}]}, "the file is bad"),
    (
        "meshapi",
        {**MESH, "errors_detail": [{"custom_id": "a", "code": "x"}, {"type": "y"}, FULL]},
        "token_limit_exceeded",
    ),
    ("meshapi", {**MESH, "errors_detail": [{"custom_id": "a", "code": "x"}]}, None),
    ("meshapi", {**MESH, "status": "in_progress", "errors_detail": [FULL]}, None),
    ("meshapi", {**MESH, "status": "completed", "errors_detail": [FULL]}, None),
    # §5.1, §5.2: in create's form errors is an object, an array or text; in get's form error and fail_reason are text
    ("onerouter", CREATED, None),
    ("onerouter", {**CREATED, "errors": None}, None),
    ("onerouter", {**CREATED, **openai_errors(FULL)}, "token_limit_exceeded"),
    ("onerouter", {**CREATED, **openai_errors({**FULL, "line": "4"})}, "token_limit_exceeded"),
    ("onerouter", {**CREATED, **openai_errors({"code": None, "message": "no"})}, "no"),
    ("onerouter", {**CREATED, **openai_errors()}, None),
    ("onerouter", {**CREATED, "errors": [FULL]}, "token_limit_exceeded"),
    ("onerouter", {**CREATED, "errors": ["broken", 5, None]}, "broken"),
    ("onerouter", {**CREATED, "errors": {"code": 402, "message": "no credits"}}, "402"),
    ("onerouter", {**CREATED, "errors": "no room"}, "no room"),
    ("onerouter", {**CREATED, "status": "validating", **openai_errors(FULL)}, None),
    ("onerouter", {**TASK, "error": "", "fail_reason": ""}, None),
    ("onerouter", {**TASK, "error": "", "fail_reason": "bad file"}, "bad file"),
    ("onerouter", {**TASK, "error": "upstream", "fail_reason": "bad file"}, "upstream"),
    ("onerouter", {**TASK, "error": {"code": "token_limit_exceeded", "message": "full"}}, "token_limit_exceeded"),
    ("onerouter", {**TASK, "status": "SUCCESS", "fail_reason": "https://files.example.org/r.jsonl"}, None),
]


@pytest.mark.parametrize(("vendor", "answer", "failure"), FAILURES)
def test_why_a_batch_failed_is_told_in_the_vendors_word(
    vendor: str, answer: dict[str, Any], failure: str | None
) -> None:
    with client(vendor, cycle([answer])) as asked:
        assert asked.get("b1").failure == failure


@pytest.mark.parametrize("vendor", ["meshapi", "onerouter"])
def test_a_batch_that_found_no_room_says_so(vendor: str) -> None:
    said = {failure for name, _, failure in FAILURES if name == vendor}
    assert said & find_vendor(vendor).profile.capacity


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi"])
def test_a_list_nested_too_deep_is_a_contract_error(vendor: str) -> None:
    deep = b"[" * 100_000 + b"]" * 100_000
    flow = find_vendor(vendor)({}, "https://vendor.example").list(20)
    next(flow)
    with pytest.raises(ContractError):
        flow.send(Reply(200, {}, deep))
