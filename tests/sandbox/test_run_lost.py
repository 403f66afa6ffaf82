"""Creates whose reply was lost: found again, proved absent, or held; and what comes through late.

The sandbox's ledger is the witness of what was accepted and paid.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import replace

import pytest

from polybatch import BatchClient
from polybatch.dialects import inline
from polybatch.errors import RunHeld
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, InProcess, Lab, Stop, events, row, rows, stop_if

LOST = ("drop_after", "status_after:500", "status_after:503", "status_after:529", "html", "empty", "cut:40")
"""The batch was accepted, and its reply did not arrive or says nothing."""
LISTED = ("anthropic", "meshapi", "letta")
"""Vendors that can be asked which batches there are."""


def create_elsewhere(lab: Lab, count: int, *, vendor: str = "anthropic") -> str:
    """Somebody else of the same account creates a batch of so many requests."""
    own = lab.directory.with_name("other.jsonl")
    first = 500 * (1 + len(lab.ledger(vendor)))
    lines = [json.dumps(row(n, f"other-{n}", vendor=vendor)) for n in range(first, first + count)]
    own.write_text("\n".join(lines))
    wire = InProcess(lab.sandbox)
    with BatchClient(vendor, api_key="theirs", base_url=lab.base_url(vendor), transport=wire) as client:
        return client.create(own).id


def kinds(lab: Lab, vendor: str = "anthropic") -> list[str]:
    return [event["kind"] for event in events(lab.run_dir(vendor))]


def without_lists(lab: Lab) -> None:
    """The vendor's list is refused to this key."""

    def refuse(call: Call, reply: Response) -> Response:
        if call.method == "GET" and call.path.endswith("batches"):
            return replace(reply, status=403, body=b"{}")
        return reply

    lab.transport.rewrite = refuse


class TestALostCreate:
    @pytest.mark.parametrize("word", LOST)
    @pytest.mark.parametrize("vendor", LISTED)
    def test_is_found_again(self, lab: Lab, vendor: str, word: str) -> None:
        lab.write(rows(5, vendor))
        lab.script("create", word, vendor=vendor)
        assert lab.finish(vendor).all_succeeded
        assert set(lab.accepted(vendor).values()) == {1}
        assert len(lab.ledger(vendor)) == 1
        taken = kinds(lab, vendor)
        assert taken.count("adopted") == 1

    @pytest.mark.parametrize("vendor", LISTED)
    def test_in_the_middle_of_a_run_does_not_stop_it(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(9, vendor))
        lab.script("create", "ok", "drop_after", "ok", vendor=vendor)
        assert lab.finish(vendor, max_items_per_batch=4).all_succeeded
        assert set(lab.accepted(vendor).values()) == {1}
        assert len(lab.creates) == len(lab.ledger(vendor))

    def test_keeps_other_runs_of_the_account_from_sending_more(
        self, lab: Lab, caplog: pytest.LogCaptureFixture
    ) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_before")
        other = lab.directory / "other.jsonl"
        other.write_text("".join(json.dumps(row(n)) + "\n" for n in range(50, 53)))
        with lab.run() as first:
            first.wait(lambda status: first.run.stop() if "unknown" in status.shards else None)
            with lab.run(requests=other) as second:
                begun = lab.time.now
                second.wait(lambda _: second.run.stop() if lab.time.now > begun + 300 else None)
                assert second.status().shards == {"planned": 1}
            assert len(lab.creates) == 1
            assert "is under way for the same account; waiting for it" in caplog.text
        assert lab.finish(requests=other).all_succeeded
        assert lab.finish().all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_goes_on_where_accounts_cannot_be_locked(
        self, lab: Lab, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(lab.write(rows(5))))  # a file, where nobody can make a folder
        assert lab.finish().all_succeeded
        assert caplog.text.count("other runs of the account cannot be kept apart: ") == 1

    def test_that_never_arrived_is_sent_again_after_the_proof(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_before")
        begun = lab.time.now
        assert lab.finish(settle=600).all_succeeded
        assert set(lab.accepted().values()) == {1}
        assert len(lab.ledger()) == 1
        assert len(lab.creates) == 2
        assert lab.creates[0].body == lab.creates[1].body
        assert lab.time.now - begun >= 600
        assert kinds(lab).count("absent") == 1
        created = lab.transport.calls.index(lab.creates[1])
        sweeps = [call for call in lab.transport.calls[:created] if call.method == "GET" and call.path.endswith("es")]
        assert len(sweeps) >= 3

    def test_that_is_booked_late_but_inside_the_window_is_not_sent_again(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "late_accept:500")
        assert lab.finish(settle=600).all_succeeded
        assert set(lab.accepted().values()) == {1}
        assert len(lab.creates) == 1

    def test_stops_further_creates_but_not_polling_and_fetching(self, lab: Lab) -> None:
        lab.write(rows(12))
        lab.script("create", "ok", "drop_before")
        with lab.run(max_items_per_batch=5, settle=3600) as run:
            done_before_the_second_create: list[bool] = []
            lab.transport.before = lambda call: done_before_the_second_create.append(
                call.creates and run.status().shards.get("done", 0) > 0
            )
            assert run.wait().all_succeeded
        assert sum(done_before_the_second_create) == len(lab.creates) - 2
        assert set(lab.accepted().values()) == {1}

    def test_of_a_process_that_died_is_found_by_the_next(self, lab: Lab) -> None:
        lab.write(rows(5))
        moments = lab.stop_at(10_000)
        with moments.watched(), lab.run() as run:
            run.wait()
        posted = moments.kinds.index("after POST /anthropic/v1/messages/batches")
        lab.run_dir().rename(lab.directory / "gone")
        lab.out().unlink()
        with lab.stop_at(posted).watched(), lab.run() as run:
            run.wait()
        assert lab.finish().all_succeeded
        assert [entry["items"] for entry in lab.ledger()] == [5, 5]
        assert len(lab.creates) == 2

    def test_has_its_reply_kept_before_anybody_reads_it(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "html")
        with lab.run() as run:
            run.wait(lambda status: run.run.stop() if "unknown" in status.shards else None)
        assert kinds(lab)[:4] == ["planned", "submitting", "replied", "unknown"]
        (replied,) = [event for event in events(lab.run_dir()) if event["kind"] == "replied"]
        kept = (lab.run_dir() / "replies" / "000000.raw").read_bytes()
        assert b"Gateway" in kept
        assert replied["http"] == 200
        assert replied["sha256"] == hashlib.sha256(kept).hexdigest()
        assert lab.finish().all_succeeded
        assert list((lab.run_dir() / "replies").iterdir()) == []


class TestAReplyThatWasKept:
    @pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi", "onerouter"])
    def test_is_read_after_a_kill_before_it_was_read(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(5, vendor))
        moments = lab.stop_at(10_000)
        with moments.watched(), lab.run(vendor) as run:
            run.wait()
        after = next(place for place, kind in enumerate(moments.kinds) if kind.startswith("after POST"))
        lab.run_dir(vendor).rename(lab.directory / "gone")
        lab.out(vendor).unlink()
        # The reply came, and the transaction that keeps it is over.
        with lab.stop_at(after + 2).watched(), lab.run(vendor) as run:
            run.wait()
        lab.transport.calls.clear()
        assert lab.finish(vendor).all_succeeded
        assert lab.creates == []
        assert not [call for call in lab.transport.calls if call.method == "GET" and call.path.endswith("batches")]
        assert len(lab.ledger(vendor)) == 2


class TestSomebodyElsesBatch:
    @pytest.mark.parametrize("count", [5, 6])
    def test_of_the_same_size_is_not_taken_for_ours(self, lab: Lab, count: int) -> None:
        lab.write(rows(5))
        theirs = create_elsewhere(lab, count)
        lab.script("create", "drop_before")
        status = lab.finish(settle=600)
        assert status.all_succeeded
        assert not status.duplicates
        entry = next(entry for entry in lab.ledger() if entry["id"] == theirs)
        assert not entry["cancelled"]
        assert {line["batch_id"] for line in lab.lines()}.isdisjoint({theirs})
        assert set(lab.accepted().values()) == {1}

    def test_that_is_running_is_adopted_provisionally_and_given_back(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_before")

        def come_between(call: Call) -> None:
            if call.creates and len(lab.ledger()) == 0:
                create_elsewhere(lab, 5)

        lab.transport.after = come_between
        status = lab.finish(settle=600)
        assert status.all_succeeded
        seen = kinds(lab)
        assert seen.index("provisional") < seen.index("unknown", seen.index("provisional")) < seen.index("absent")
        assert set(lab.accepted().values()) == {1}
        assert not any(entry["cancelled"] for entry in lab.ledger())

    def test_does_not_keep_ours_from_being_found(self, lab: Lab) -> None:
        lab.write(rows(5))
        create_elsewhere(lab, 5)
        create_elsewhere(lab, 5)
        lab.script("create", "drop_after")
        status = lab.finish(settle=600)
        assert status.all_succeeded
        assert len(lab.creates) == 1
        assert set(lab.accepted().values()) == {1}
        # Three that look alike: nothing is adopted before the first result of one tells that it is ours.
        assert kinds(lab).count("adopted") == 1

    def test_is_not_cancelled_with_the_run(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_before")
        lab.transport.after = lambda call: create_elsewhere(lab, 5) and None if len(lab.ledger()) == 0 else None
        with lab.run(settle=600) as run:
            run.run.stop()
            run.wait()
        with lab.run(settle=600) as run:
            run.cancel()
        assert not any(entry["cancelled"] for entry in lab.ledger())


class TestALateBatch:
    @pytest.mark.parametrize("vendor", ["anthropic", "meshapi"])
    def test_after_the_window_is_reported(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(9, vendor))
        lab.script("create", "ok", "late_accept:900", vendor=vendor)
        status = lab.finish(vendor, settle=600, max_items_per_batch=5)
        assert status.all_succeeded
        (duplicate,) = status.duplicates
        assert duplicate.ended
        assert duplicate.requests == 4
        (late,) = [batch for batch in lab.ledger(vendor) if batch["id"] == duplicate.batch_id]
        # Only a token proves it ours while it can still be stopped.
        assert duplicate.cancelled is (vendor == "meshapi")
        assert bool(late["cancelled"]) is (vendor == "meshapi")
        assert f"batch {duplicate.batch_id} holds the 4 requests of shard 1 a second time" in str(duplicate)
        assert "the first time they used" in str(duplicate)
        assert len(lab.lines(vendor)) == 9

    def test_at_letta_is_found_by_the_ids_in_its_messages_and_cancelled(self, lab: Lab) -> None:
        lab.write(rows(3, "letta"))
        lab.script("create", "late_accept:900", vendor="letta")
        status = lab.finish("letta", settle=600, on_unknown="resubmit")
        assert status.finished
        (duplicate,) = status.duplicates
        assert duplicate.cancelled
        assert [bool(entry["cancelled"]) for entry in lab.ledger("letta")].count(True) == 1

    def test_is_watched_for_by_the_next_process_too(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "late_accept:900")
        with lab.run(settle=600) as run:

            def stop_when_sent_again(call: Call) -> None:
                stop_if(call.creates and len(lab.creates) == 2)

            lab.transport.after = stop_when_sent_again
            with pytest.raises(Stop):
                run.wait()
        lab.transport.after = lambda _: None
        status = lab.finish(settle=600)
        assert status.finished
        assert len(status.duplicates) == 1


class TestAHold:
    def test_without_a_list_tells_an_operator_all_there_is(self, lab: Lab) -> None:
        lab.write(rows(5, "onerouter"))
        lab.script("create", "drop_after", vendor="onerouter")
        with lab.run("onerouter") as run, pytest.raises(RunHeld) as held:
            run.wait()
        said = str(held.value)
        for part in (
            "shard 0 (5 requests)", "its reply was lost", "has no list of batches", "pays twice",
            "--on-unknown resubmit or abandon",
        ):  # fmt: skip
            assert part in said, said
        assert len(lab.creates) == 1

    def test_at_letta_says_what_a_second_submission_does_to_the_agents(self, lab: Lab) -> None:
        lab.write(rows(3, "letta"))
        lab.script("create", "drop_before", vendor="letta")
        with lab.run("letta", settle=600) as run, pytest.raises(RunHeld, match="memory") as held:
            run.wait()
        assert "3 readings of the whole list after 600 s show no trace of it, which proves nothing" in str(held.value)
        assert len(lab.creates) == 1

    def test_looks_again_when_it_is_resumed(self, lab: Lab) -> None:
        lab.write(rows(3, "letta"))
        lab.script("create", "late_accept:3000", vendor="letta")
        begun = lab.time.now
        with lab.run("letta", settle=600) as run, pytest.raises(RunHeld):
            run.wait()
        lab.time.now = begun + 3001
        assert lab.finish("letta").all_succeeded
        assert set(lab.accepted("letta").values()) == {1}

    @pytest.mark.parametrize("decision", ["resubmit", "abandon"])
    def test_ends_by_decision(self, lab: Lab, decision: str) -> None:
        lab.write(rows(5, "onerouter"))
        lab.script("create", "drop_before", vendor="onerouter")
        with lab.run("onerouter") as run, pytest.raises(RunHeld):
            run.wait()
        status = lab.finish("onerouter", on_unknown=decision)
        assert status.finished
        if decision == "resubmit":
            assert status.all_succeeded
            assert set(lab.accepted("onerouter").values()) == {1}
        else:
            assert {line["error"]["code"] for line in lab.lines("onerouter")} == {"abandoned_create"}
            assert status.outcomes == {"missing": 5}

    def test_where_the_list_is_refused(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_after")
        without_lists(lab)
        with lab.run() as run, pytest.raises(RunHeld, match=r"the list of batches cannot be read \(HTTP 403"):
            run.wait()
        assert len(lab.creates) == 1

    def test_where_the_list_has_no_end(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inline, "MOST_PAGES", 20)
        lab.write(rows(5))
        lab.script("create", "drop_after")
        pages = itertools.count()

        def endless(call: Call, reply: Response) -> Response:
            if call.method == "GET" and call.path.endswith("batches"):
                page = {"has_more": True, "first_id": None, "last_id": f"msgbatch_{next(pages)}", "data": []}
                return replace(reply, status=200, body=json.dumps(page).encode(), headers=())
            return reply

        lab.transport.rewrite = endless
        with lab.run() as run, pytest.raises(RunHeld, match=r"the list of batches cannot be read \(ContractError"):
            run.wait()
        assert next(pages) == 3 * 20 + 1, "one of them for the time"
        assert len(lab.creates) == 1

    def test_outlasts_a_list_that_is_out_of_order_for_hours(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "drop_after")
        lab.script("list", *["status:503"] * 100)
        assert lab.finish().all_succeeded
        assert len(lab.creates) == 1


class TestMeshAPIWithoutEcho:
    @pytest.fixture(autouse=True)
    def silent(self, lab: Lab) -> None:
        lab.sandbox.set_modes({"meshapi": {"metadata": "none"}})

    def test_absence_proves_nothing(self, lab: Lab) -> None:
        lab.write(rows(9, "meshapi"))
        lab.script("create", "ok", "drop_before", vendor="meshapi")
        with lab.run("meshapi", settle=600, max_items_per_batch=5) as run, pytest.raises(RunHeld, match="proves noth"):
            run.wait()
        assert len(lab.creates) == 2
        assert set(lab.accepted("meshapi").values()) == {1}

    def test_an_accepted_one_is_found_by_its_results_or_held(self, lab: Lab) -> None:
        lab.write(rows(5, "meshapi"))
        lab.script("create", "drop_after", vendor="meshapi")
        with lab.run("meshapi", settle=600) as run:
            try:
                assert run.wait().all_succeeded
            except RunHeld as held:
                assert lab.ledger("meshapi")[0]["id"] in str(held)  # noqa: PT017 - either is right
        assert len(lab.creates) == 1


def test_with_echo_absence_counts_only_once_a_batch_has_come_back_with_its_token(lab: Lab) -> None:
    lab.write(rows(5, "meshapi"))
    lab.script("create", "drop_before", vendor="meshapi")
    with lab.run("meshapi", settle=600) as run, pytest.raises(RunHeld, match="proves nothing at MeshAPI"):
        run.wait()
    assert len(lab.creates) == 1


def test_with_echo_absence_counts_after_the_first(lab: Lab) -> None:
    lab.write(rows(9, "meshapi"))
    lab.script("create", "ok", "drop_before", vendor="meshapi")
    assert lab.finish("meshapi", settle=600, max_items_per_batch=5).all_succeeded
    assert set(lab.accepted("meshapi").values()) == {1}


def test_shards_differ_in_size_where_only_that_tells_them_apart(lab: Lab) -> None:
    lab.write(rows(100))
    assert lab.finish(max_items_per_batch=20).all_succeeded
    sizes = [entry["items"] for entry in lab.ledger()]
    assert len(set(sizes)) == len(sizes)
    assert max(sizes) == 20
