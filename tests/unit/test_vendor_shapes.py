"""What every vendor file must survive alike: answers of another shape, ids that are none, lists that go in circles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import httpx
import pytest

from polybatch import BatchClient, ContractError, PolybatchError
from polybatch.vendors import names

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
