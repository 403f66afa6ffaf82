"""One file of portable requests, with every feature there is, unchanged against all vendors."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from polybatch import BatchClient, InputError, Request, portable
from polybatch.features import Feature
from polybatch.run.dry import rehearse
from polybatch.run.settings import Settings
from polybatch.vendors import find_vendor, names
from tests.portable_requests import FULL, HELLO
from tests.sandbox.run_lab import KEY, Lab


def agent(number: int) -> str:
    return f"agent-00000000-0000-4000-8000-{number + 1:012x}"


def everything() -> list[dict[str, Any]]:
    """A line for each feature, and one with nothing special."""
    plain = {"custom_id": "plain", "agent_id": agent(99), "messages": HELLO}
    return [plain] + [
        {"custom_id": feature.name, "agent_id": agent(number), "messages": HELLO, **members}
        for number, (feature, members) in enumerate(FULL.items())
    ]


def model(vendor: str) -> str | None:
    return None if vendor == "letta" else "m"


@pytest.mark.parametrize("vendor", names())
def test_one_file_runs_unchanged_at_every_vendor(lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture) -> None:
    given = everything()
    lab.write(given)
    made = find_vendor(vendor)({}, "http://127.0.0.1:1")
    lacking = {feature.name for feature in Feature if feature not in made.carried()}
    settings = Settings(out=lab.directory / "x", run_dir=lab.directory / "y", model=model(vendor))
    refused = rehearse(made, lab.input, settings).refused
    ids = [line["custom_id"] for line in given]
    assert {ids[one.line - 1] for one in refused} >= lacking
    assert all(made.profile.title in one.reason for one in refused)
    with pytest.raises(InputError, match=r"in\.jsonl, line \d+: .*: \w+( \(version .*\))? has no place for (it|them)"):
        lab.finish(vendor, model=model(vendor))
    assert not lab.ledger(vendor)
    status = lab.finish(vendor, model=model(vendor), lossy=True)
    assert status.all_succeeded
    lines = {line["custom_id"]: line for line in lab.lines(vendor)}
    assert lines.keys() == set(ids)
    assert sum(lab.accepted(vendor).values()) == len(given)
    for feature in lacking:
        assert any(f"said once for {Feature[feature]}" in said for said in caplog.messages)
    assert not [said for said in caplog.messages if "not in the vendor's document" in said]


def test_what_is_left_out_is_said_once_and_a_resume_needs_no_option(lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
    lab.write([{"custom_id": str(number), "messages": HELLO, "seed": number} for number in range(5)])
    with lab.run("anthropic", model="m", lossy=True) as run:
        run.status()
    assert len([said for said in caplog.messages if "seed" in said]) == 1
    assert lab.finish("anthropic", model="m").all_succeeded
    assert len([said for said in caplog.messages if "seed" in said]) == 1


@pytest.mark.parametrize("vendor", names())
def test_a_single_create_takes_portable_requests(sync_lab: Lab, vendor: str) -> None:
    requests = [Request.chat(str(n), "hello", agent_id=agent(n), model=model(vendor)) for n in range(2)]
    if vendor == "letta":
        requests[1] = Request("1", {"agent_id": agent(1), "messages": HELLO})  # both kinds may stand in one batch
    client = BatchClient(
        vendor, base_url=sync_lab.base_url(vendor), api_key=KEY, transport=sync_lab.transport, timer=sync_lab.time.timer
    )
    with client:
        batch = client.wait(client.create(requests).id)
        assert {result.custom_id: result.text for result in client.results(batch.id)} == {"0": "hello", "1": "hello"}


def test_a_line_of_a_run_may_be_portable_or_the_vendors_own(lab: Lab) -> None:
    own = {"custom_id": "own", "params": {"model": "m", "max_tokens": 5, "messages": HELLO}}
    lab.input.write_text("".join(json.dumps(one) + "\n" for one in (own, {"custom_id": "p", "messages": HELLO})))
    assert lab.finish("anthropic", model="m").all_succeeded


def test_the_lines_of_every_feature_are_portable() -> None:
    for line in everything():
        assert msgspec.to_builtins(portable.read({k: v for k, v in line.items() if k != "custom_id"}))
