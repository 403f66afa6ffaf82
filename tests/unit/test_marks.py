"""How a batch of ours is marked, which vendors give the mark back, and what each vendor's list can prove."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

import pytest

from polybatch import InputError
from polybatch.dialects import inline
from polybatch.model import Batch, BatchStatus, Counts
from polybatch.run.plan import wire_id
from polybatch.vendor import FindBy, Mark, Vendor
from polybatch.vendors import find_vendor, names

RUN, OTHER = "0123456789abcdef0123", "fedcba98765432100123"
TOKEN = f"{RUN}-3-0"
PREFIX = "01234567-000003-0-"
MARK = Mark(TOKEN, PREFIX, 2)
OUR_ID, OTHER_RUN = wire_id(RUN, 3, 0, 1), wire_id(OTHER, 3, 0, 1)


def vendor(name: str, **options: Any) -> Vendor:
    kind = find_vendor(name)
    return kind(options, kind.document.server)


# -- tokens


@pytest.mark.parametrize("name", names())
def test_a_token_travels_where_it_comes_back_and_nowhere_else(name: str) -> None:
    asked = vendor(name)
    plain, marked = dict(asked.envelope()), dict(asked.envelope(TOKEN))
    assert TOKEN not in json.dumps(plain)
    assert (TOKEN in json.dumps(marked)) is (asked.profile.find is FindBy.METADATA)
    assert inline.frame(marked)[0] == inline.frame(plain)[0]
    if asked.profile.find is not FindBy.METADATA:
        assert marked == plain


@pytest.mark.parametrize(
    "options", [{}, {"metadata": {"job": "nightly", "parts": []}}, {"metadata": {"a": 1}, "completion_window": "48h"}]
)
def test_meshapi_a_token_stands_beside_the_users_metadata(options: Mapping[str, Any]) -> None:
    marked = vendor("meshapi", **options).envelope(TOKEN)
    assert next(iter(marked.items())) == ("requests", [])
    assert marked == {"requests": [], **options, "metadata": {**options.get("metadata", {}), "polybatch": TOKEN}}
    assert (
        b"".join(inline.body(marked, [b"1", b"2"]))
        == json.dumps({**marked, "requests": [1, 2]}, separators=(",", ":")).encode()
    )


@pytest.mark.parametrize("value", [TOKEN, "", None, {}])
def test_meshapi_keeps_its_name_for_itself(value: Any) -> None:
    with pytest.raises(InputError, match=r"MeshAPI option: metadata may not hold 'polybatch'"):
        vendor("meshapi", metadata={"job": "nightly", "polybatch": value})


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    ("metadata", "verdict"),
    [
        ({"polybatch": TOKEN}, True),
        ({"job": "nightly", "polybatch": TOKEN}, True),
        ({"polybatch": f"{RUN}-3-1"}, False),
        ({"polybatch": 5}, False),
        ({"job": TOKEN}, False),
        (None, False),
    ],
)
def test_a_batch_carries_a_token_where_its_vendor_gives_metadata_back(
    name: str, metadata: Any, *, verdict: bool
) -> None:
    batch = Batch("b1", name, BatchStatus.IN_PROGRESS, raw=json.dumps({"id": "b1", "metadata": metadata}).encode())
    assert vendor(name).carries(batch, TOKEN) is (verdict and find_vendor(name).profile.find is FindBy.METADATA)


def test_a_batch_that_is_no_json_carries_nothing() -> None:
    assert not vendor("meshapi").carries(Batch("b1", "meshapi", BatchStatus.UNKNOWN, raw=b"<html>"), TOKEN)


# -- marks


@pytest.mark.parametrize("generation", [0, 9, 10])
@pytest.mark.parametrize(("shard", "index"), [(0, 0), (3, 7), (999_999, 999_999)])
def test_ids_of_runs_are_known_as_such(shard: int, generation: int, index: int) -> None:
    name = wire_id(secrets.token_hex(10), shard, generation, index)
    ours = Mark("t", name[: name.rindex("-") + 1], 1)
    assert ours.owns(name)
    assert not ours.rejects(name)
    assert MARK.rejects(name) is (not name.startswith(PREFIX))


@pytest.mark.parametrize("name", ["", "row-0001", OUR_ID, f"{OTHER_RUN}x", f"x{OTHER_RUN}", f"{OTHER_RUN}\n"])
def test_what_is_no_id_of_another_run_is_not_rejected(name: str) -> None:
    assert not MARK.rejects(name)


@pytest.mark.parametrize(("total", "fits"), [(None, True), (0, True), (2, True), (1, False), (3, False)])
def test_a_size_that_is_not_known_fits(total: int | None, *, fits: bool) -> None:
    assert MARK.fits(Batch("b1", "anthropic", BatchStatus.IN_PROGRESS, counts=Counts(total))) is fits


# -- what profiles say about searching


@pytest.mark.parametrize(
    ("name", "absence", "newest_first", "distinct"),
    [
        ("anthropic", True, True, True),  # §2.2 newest first, §2.4 nothing but time and size
        ("letta", False, False, False),  # §3.3 running jobs only, and asked for oldest first
        ("meshapi", True, False, False),  # §4.2 says nothing of an order
        ("onerouter", False, False, False),  # §5.0 no list
    ],
)
def test_what_a_list_proves(name: str, *, absence: bool, newest_first: bool, distinct: bool) -> None:
    profile = find_vendor(name).profile
    assert (profile.absence, profile.newest_first, profile.distinct) == (absence, newest_first, distinct)


@pytest.mark.parametrize("name", names())
def test_without_a_list_nothing_is_found_and_nothing_is_absent(name: str) -> None:
    kind = find_vendor(name)
    if "list_batches" not in kind.document.operations:
        assert kind.profile.find in {FindBy.NOTHING, FindBy.KEY}
        assert (kind.profile.absence, kind.profile.newest_first, kind.profile.distinct) == (False, False, False)
    else:
        assert kind.profile.find is not FindBy.NOTHING


def test_only_letta_remembers_what_is_sent_twice() -> None:
    assert {name for name in names() if find_vendor(name).profile.again} == {"letta"}
    assert "twice in their memory" in find_vendor("letta").profile.again
