"""F02 to F09: a create of which the vendor's answer does not come, or says nothing; at every vendor it can hit.

For each of them one thing counts: the sandbox's ledger, which the run cannot see, holds every request once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from polybatch import InputError, RunHeld
from polybatch.cli import report
from polybatch.cli.exits import Code, code_of
from polybatch.run.journal import read
from polybatch_sandbox import Response
from tests.faults.fault_lab import (
    LISTED,
    documents,
    each_listed,
    each_vendor,
    hashes,
    kinds,
    proved,
    replies,
    whole,
)
from tests.sandbox.run_lab import Lab, events, row, rows

SEVERAL: dict[str, Any] = {"max_items_per_batch": 5}
"""Nine requests then make two batches."""


def held_or_found(lab: Lab, vendor: str, shard: int, **settings: Any) -> None:
    """Of a create whose reply was lost: found again where there is a list, else held and told."""
    if vendor in LISTED:
        assert lab.finish(vendor, settle=600, **settings).all_succeeded
        assert kinds(lab, vendor, shard).count("adopted") == 1
        whole(lab, vendor)
        return
    with lab.run(vendor, **settings) as run:
        with pytest.raises(RunHeld, match=f"shard {shard} ") as held:
            run.wait()
        assert run.status().shards["held"] == 1
    assert code_of(held.value) is Code.UNDECIDED
    assert report.look(lab.run_dir(vendor)).code is Code.UNDECIDED


# -- the reply is lost


@each_vendor
def test_f02_the_connection_is_cut_after_the_batch_was_accepted(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "drop_after", vendor=vendor)
    held_or_found(lab, vendor, 1, **SEVERAL)
    assert len(lab.creates) == len(lab.ledger(vendor)) == 2
    assert set(hashes(lab, vendor).values()) == {1}


@each_vendor
def test_f03_the_connection_is_cut_before_the_batch_was_accepted(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "drop_before", vendor=vendor)
    begun = lab.time.now
    if vendor in {"letta", "onerouter"}:  # no list, or one that proves nothing: an operator must say so
        with lab.run(vendor, settle=600, **SEVERAL) as run, pytest.raises(RunHeld, match="shard 1 "):
            run.wait()
        assert len(lab.creates) == 2
        assert lab.finish(vendor, settle=600, on_unknown="resubmit", **SEVERAL).all_succeeded
    else:
        assert lab.finish(vendor, settle=600, **SEVERAL).all_succeeded
        assert kinds(lab, vendor, 1).count("absent") == 1
        assert lab.time.now - begun >= 600
    assert len(lab.creates) == 3
    assert lab.creates[1].body == lab.creates[2].body
    whole(lab, vendor)


@each_vendor
def test_f04_an_error_of_the_server_after_the_batch_was_accepted(lab: Lab, vendor: str) -> None:
    codes = (500, 502, 503, 504, 520, 522, 524, 529)
    lab.write(rows(9, vendor))
    lab.script("create", "ok", *[f"status_after:{code}" for code in codes], vendor=vendor)
    status = lab.finish(vendor, on_unknown="abandon", max_items_per_batch=1)
    assert len(lab.creates) == len(lab.ledger(vendor)) == 9
    assert [each["http"] for each in events(lab.run_dir(vendor)) if each["kind"] == "replied"] == [200, *codes]
    if vendor in LISTED:
        assert status.all_succeeded
        whole(lab, vendor)
    else:
        assert status.outcomes == {"succeeded": 1, "missing": 8}


@each_listed
def test_f05_a_batch_that_is_booked_late_but_within_the_window(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:550", vendor=vendor)
    status = lab.finish(vendor, settle=600, **SEVERAL)
    assert status.all_succeeded
    assert status.duplicates == ()
    assert len(lab.creates) == len(lab.ledger(vendor)) == 2
    whole(lab, vendor)
    assert report.look(lab.run_dir(vendor)).code is Code.SUCCEEDED


@pytest.mark.parametrize("vendor", ["anthropic", "meshapi"])
def test_f05_a_batch_that_is_booked_after_the_window_is_a_duplicate_that_is_told(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:900", vendor=vendor)
    begun = lab.time.now
    sent: list[float] = []
    lab.transport.before = lambda call: sent.append(lab.time.now - begun) if call.creates else None
    status = lab.finish(vendor, settle=600, **SEVERAL)
    assert status.all_succeeded
    assert sent[2] >= 600, "nothing is sent again before the window is over"
    (duplicate,) = status.duplicates
    late = next(batch for batch in lab.ledger(vendor) if batch["id"] == duplicate.batch_id)
    # Of a running batch only a token proves whose it is; nobody's batch is cancelled on a guess.
    assert (duplicate.cancelled, bool(late["cancelled"])) == (vendor == "meshapi", vendor == "meshapi")
    assert {line["batch_id"] for line in lab.lines(vendor)}.isdisjoint({duplicate.batch_id})
    assert [each["kind"] for each in events(lab.run_dir(vendor))].count("duplicate") >= 1
    assert report.look(lab.run_dir(vendor)).code is Code.DUPLICATE
    proved(lab, vendor)


@pytest.mark.parametrize("vendor", ["letta", "onerouter"])
def test_f05_where_absence_proves_nothing_a_late_batch_is_no_duplicate(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "late_accept:900", vendor=vendor)
    with lab.run(vendor, settle=600, **SEVERAL) as run, pytest.raises(RunHeld):
        run.wait()
    lab.time.now += 900
    assert len(lab.creates) == len(lab.ledger(vendor)) == 2


UNREADABLE: tuple[Callable[[bytes], bytes], ...] = (
    lambda _: b"<!doctype html><title>Sign in to this network</title>",
    lambda _: b"",
    lambda body: body[: len(body) // 2],
    lambda body: b"[" + body + b"]",
    lambda body: b"\xff\xfe" + body,
    lambda body: json.dumps({name: value for name, value in json.loads(body).items() if "id" not in name}).encode(),
)
"""A page, nothing, half of it, an array, no text, and a batch without its id."""


@each_vendor
def test_f06_a_success_that_cannot_be_read(lab: Lab, vendor: str) -> None:
    lab.write(rows(7, vendor))
    spoilt: list[bytes] = []
    kept: set[bytes] = set()
    spoil = iter([lambda body: body, *UNREADABLE])

    def change(reply: Response) -> Response:
        spoilt.append(next(spoil)(reply.read()))
        return replace(reply, body=spoilt[-1])

    def look(_: object) -> None:
        kept.update(path.read_bytes() for path in (lab.run_dir(vendor) / "replies").glob("*.raw"))

    replies(lab, "create", change)
    lab.transport.before = look
    with lab.run(vendor, settle=600, on_unknown="abandon", max_items_per_batch=1) as run:
        status = run.wait(look)
    assert len(lab.creates) == len(spoilt) == 7
    assert kept >= set(spoilt[1:]), "kept as they came, for people to look at"
    for number in range(1, 7):
        assert kinds(lab, vendor, number)[:3] == ["submitting", "replied", "unknown"]
    if vendor in LISTED:
        assert status.all_succeeded
        whole(lab, vendor)
    else:
        assert status.outcomes == {"succeeded": 1, "missing": 6}


@each_vendor
def test_f06_a_batch_under_the_wrong_content_type_is_a_batch(lab: Lab, vendor: str) -> None:
    lab.write(rows(4, vendor))
    replies(lab, "create", lambda reply: replace(reply, headers=(("Content-Type", "text/html"),)))
    assert lab.finish(vendor).all_succeeded
    assert len(lab.creates) == 1


def drifted(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A batch in other forms than promised."""
    own: dict[str, Any] = {name: document[name] for name in ("id", "batch_id") if name in document}
    yield own
    yield {**document, "status": "resting", "processing_status": "resting"}
    yield {**document, "created_at": 1_795_000_000, "expires_at": "1795086400", "ended_at": 0.5}
    yield {**document, "created_at": "2026-11-18T10:00:00", "novel": {"deep": [1]}, "type": 7}
    yield dict.fromkeys(document) | own
    yield {name: [value] for name, value in document.items()} | own


@each_vendor
def test_f07_a_success_in_another_form_than_promised(lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture) -> None:
    lab.write(rows(6, vendor))
    seen: list[str] = []

    def change(document: dict[str, Any]) -> dict[str, Any]:
        seen.append(document["id"])
        return list(drifted(document))[len(seen) - 1]

    def look(_: object) -> None:
        journaled = [shard.batch_id for shard in read(lab.run_dir(vendor))[1]]
        assert journaled[: len(seen)] == seen, "kept before anything is read strictly"

    documents(lab, "create", change)
    lab.transport.before = look
    with lab.run(vendor, max_items_per_batch=1) as run:
        assert run.wait().all_succeeded
    assert len(lab.creates) == len(seen) == 6
    assert caplog.text.count("uses a batch status that polybatch does not know: 'resting'") == 1
    assert "sent a batch that does not fit its document" in caplog.text
    whole(lab, vendor)


@pytest.mark.parametrize("name", ["id", "batch_id"])
def test_f07_an_id_under_either_name(lab: Lab, name: str) -> None:
    lab.write(rows(4, "onerouter"))
    other = {"id": "batch_id", "batch_id": "id"}[name]
    documents(lab, "create", lambda document: {key: value for key, value in document.items() if key != other})
    assert lab.finish("onerouter").all_succeeded
    whole(lab, "onerouter")


@each_vendor
def test_f08_a_create_that_is_answered_with_a_batch_the_run_has_had_before(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    lab.sandbox.set_modes({vendor: {"malice": "same_id"}})
    with lab.run(vendor, **SEVERAL) as run, pytest.raises(RunHeld, match=r"shard 1 .*which this run has had before"):
        run.wait()
    first = lab.ledger(vendor)[0]["id"]
    assert [shard.batch_id for shard in read(lab.run_dir(vendor))[1]] == [first, None], "nothing is overwritten"
    assert lab.outcomes(vendor) == {"succeeded": 5}
    lab.sandbox.set_modes({vendor: {"malice": "none"}})
    if vendor in {"anthropic", "meshapi"}:  # the second batch, whose id nobody told, is found in the list
        assert lab.finish(vendor, **SEVERAL).all_succeeded
        whole(lab, vendor)
    else:
        assert lab.finish(vendor, on_unknown="abandon", **SEVERAL).outcomes == {"succeeded": 5, "missing": 4}
    assert len(lab.creates) == 2


@each_listed
def test_f09_a_conflict_proves_nothing_and_the_same_bytes_are_sent_again(lab: Lab, vendor: str) -> None:
    """No vendor here takes an idempotency key, so a 409 may stand for either."""
    lab.write(rows(9, vendor))
    lab.script("create", "ok", "status_after:409", "status:409", vendor=vendor)
    assert lab.finish(vendor, settle=600, on_unknown="resubmit", max_items_per_batch=4).all_succeeded
    assert len(lab.creates) == 4
    assert lab.creates[2].body == lab.creates[3].body
    whole(lab, vendor)


@each_vendor
def test_f09_an_input_that_was_edited_is_never_sent_under_the_old_token(lab: Lab, vendor: str) -> None:
    lab.write(rows(4, vendor))
    lab.script("create", "status:409", vendor=vendor)
    with lab.run(vendor) as run:
        run.wait(lambda status: run.run.stop() if "unknown" in status.shards else None)
    lab.write([row(number, text="another question", vendor=vendor) for number in range(4)])
    with pytest.raises(InputError, match="is not what it was when the run was planned"), lab.run(vendor):
        pass
    assert len(lab.creates) == 1
