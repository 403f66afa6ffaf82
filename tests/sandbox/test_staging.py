"""What a run stages in blocks is what a plain way stages, request by request, whatever the lines look like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from polybatch import BatchClient, InputError, source
from polybatch.intake import Intake
from tests.sandbox.run_lab import Lab, row, unsynced
from tests.unit.test_single import MEMBER, line, once, texts

VENDORS = ["anthropic", "meshapi"]


def outcome(way: Any, *given_: Any) -> Any:
    try:
        return way(*given_)
    except InputError as refused:
        return refused.message.partition("in.jsonl, ")[2]


def quickly(client: BatchClient, path: Path, folder: Path) -> dict[str, Any]:
    """By the callers' ids, the items of a run's payloads, without the ids that travel."""
    with unsynced(), client.run(path, run_dir=folder / "run", out=folder / "out", max_items_per_batch=3) as run:
        contents, found = run._core.desk.contents, dict[str, Any]()
        for shard in run._core.desk.shards:
            contents.stage(shard)
            body = contents.folder.payload(shard.number).read_bytes()
            (items,) = [value for value in json.loads(body, object_pairs_hook=once).values() if isinstance(value, list)]
            own = [contents.own_id(shard, place) for place in range(shard.items)]
            assert [item["custom_id"] for item in items] == own
            assert len(body) <= shard.size + len(b'{"requests":[]}') + 200, "the plan counts what is sent"
            assert sum(len(one) for some in contents.encoded(shard) for one in some) + shard.items - 1 == shard.size
            found |= dict(zip(contents._named(shard)[0], items, strict=True))
        return {name: {**item, "custom_id": name} for name, item in found.items()}


def plainly(client: BatchClient, path: Path) -> dict[str, Any]:
    intake, found, lines = Intake(client.vendor), dict[str, Any](), dict[str, int]()
    for _, number, text in source.lines(path):
        request = intake.read(text, f"in.jsonl, line {number}")
        travelling = attrs.evolve(request, custom_id="12345678-000000-0-000000")
        item = json.loads(intake.encode(travelling, f"in.jsonl, line {number}"))
        if (first := lines.setdefault(request.custom_id, number)) != number:
            raise InputError(
                f"in.jsonl, line {number}: custom_id {request.custom_id!r} was used before, on line {first}"
            )
        found[request.custom_id] = {**item, "custom_id": request.custom_id}
    if not found:
        raise InputError("")
    return found


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("block", [64, 1 << 18])
def test_a_run_stages_what_a_plain_way_would(
    vendor: str, block: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "BLOCK", block)
    usual = [line(name, member=MEMBER[vendor]) for name in "abcdefg"]

    @settings(max_examples=20, deadline=None)
    @given(st.lists(texts(MEMBER[vendor]), max_size=8), st.booleans())
    @example(usual, True)
    @example([*usual, b"", usual[0]], False)
    @example([usual[0], usual[1][:-1] + b', "custom_id": "b"}', usual[2]], True)
    def agrees(lines: list[bytes], ended: bool) -> None:  # noqa: FBT001
        folder = tmp_path_factory.mktemp("home")
        path = folder / "in.jsonl"
        path.write_bytes(b"\n".join(lines) + (b"\n" if ended else b""))
        with BatchClient(vendor, api_key="key") as client:
            expected, found = outcome(plainly, client, path), outcome(quickly, client, path, folder)
        if "was used before" in str(expected):
            assert isinstance(found, str)
        else:
            assert found == expected

    agrees()


@pytest.mark.parametrize("end", [b"", b"\r", b" "])
def test_a_line_is_found_again_without_its_neighbours_whatever_its_end(sync_lab: Lab, end: bytes) -> None:
    lab = sync_lab
    lab.write(json.dumps(row(index)).encode() + end for index in range(9))
    lab.script("create", *["fail:1:overloaded_error"] * 3)
    status = lab.finish(retries=1, max_items_per_batch=3)
    assert status.all_succeeded
    assert status.repeated == 3
    assert len(lab.creates[-1].requests) == 3
