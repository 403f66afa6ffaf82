"""What a run does at the limits of a vendor's patience, memory and goodwill, and with another key."""

from __future__ import annotations

import errno
import json
import sqlite3
from dataclasses import replace

import httpx
import pytest
from attrs import evolve

from polybatch import AuthError, BatchClient, InputError, NotFound, NotReady, RunError, RunHeld
from polybatch.model import BatchStatus
from polybatch.run import Run, journal
from polybatch.run.journal import read
from polybatch.vendors.anthropic import Anthropic
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, events, files, rows

DAY = 86_400.0


def other_key(lab: Lab, key: str) -> Run:
    wire = lab.transport
    client = BatchClient("anthropic", api_key=key, base_url=lab.base_url("anthropic"), transport=wire,
                         timer=lab.time.timer)  # fmt: skip
    return client.run(lab.input, poll=25)


def half_done(lab: Lab) -> None:
    """A run with one batch at the vendor, stopped."""
    lab.write(rows(5))
    with lab.run() as run:
        run.wait(lambda status: run.run.stop() if "submitted" in status.shards else None)
        assert not run.status().finished


class TestAnotherKey:
    def test_of_the_same_account_goes_on(self, lab: Lab) -> None:
        half_done(lab)
        run = other_key(lab, "sk-second-of-the-account")
        assert run.wait().all_succeeded
        run.close()
        assert [event["kind"] for event in events(lab.run_dir())].count("other_key") == 1

    def test_of_another_account_is_refused(self, lab: Lab) -> None:
        half_done(lab)

        def unseen(call: Call, reply: Response) -> Response:
            return replace(reply, status=404, body=b'{"type":"error","error":{"type":"not_found_error"}}')

        lab.transport.rewrite = unseen
        run = other_key(lab, "sk-of-somebody-else")
        with pytest.raises(RunError, match="none of its batches answers to this one") as refused:
            run.wait()
        assert "set the key of the account" in str(refused.value)
        assert "sk-of" not in str(refused.value)
        run.close()
        assert len(lab.creates) == 1

    def test_before_anything_was_sent_is_as_good_as_the_first(self, lab: Lab) -> None:
        lab.write(rows(5))
        with lab.run():
            pass
        run = other_key(lab, "sk-second")
        assert run.wait().all_succeeded
        run.close()

    def test_leaves_no_trace_of_itself_in_the_journal(self, lab: Lab) -> None:
        half_done(lab)
        kept = json.dumps(read(lab.run_dir())[0])
        assert len(read(lab.run_dir())[0]["key"]) == 8
        assert "CANARY" not in kept


class TestABatchThatNeverEnds:
    @pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi"])
    def test_is_said_to_be_late_and_then_left_alone(
        self, lab: Lab, vendor: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        lab.write(rows(3, vendor))
        lab.script("create", "stuck", vendor=vendor)
        begun = lab.time.now
        with lab.run(vendor, poll=600) as run, pytest.raises(NotReady, match=r"in_progress for 4\d h; nobody waits"):
            run.wait()
        assert 47 * 3600 < lab.time.now - begun < 50 * 3600
        late = [message for message in caplog.messages if "is late" in message]
        assert len(late) == 1
        assert "allows itself 24 h" in late[0]
        assert len(lab.creates) == 1

    def test_is_looked_at_again_by_the_next_drive(self, lab: Lab) -> None:
        lab.write(rows(3, "letta"))
        lab.script("create", "stuck", vendor="letta")
        with lab.run("letta", poll=600) as run, pytest.raises(NotReady):
            run.wait()
        polls = len(lab.transport.calls)
        with lab.run("letta", poll=600) as run, pytest.raises(NotReady):
            run.wait()
        assert len(lab.transport.calls) - polls == 1

    def test_does_not_keep_the_others_from_coming_home(self, lab: Lab) -> None:
        lab.write(rows(9))
        lab.script("create", "stuck")
        with lab.run(max_items_per_batch=5, poll=600) as run, pytest.raises(NotReady):
            run.wait()
        assert len(lab.lines()) == 4


class TestTheTimeInWhichResultsCanBeFetched:
    def test_is_said_when_half_and_most_of_it_is_over(self, lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
        for days, part in ((15, "50%"), (24, "80%")):
            lab.write(rows(3))
            with lab.run() as run:
                run.wait(lambda status, run=run: run.run.stop() if "submitted" in status.shards else None)
            lab.time.now += days * DAY
            assert lab.finish().all_succeeded
            assert f"{part} of the time is over" in caplog.text
            lab.run_dir().rename(lab.directory / f"gone-{days}")
            lab.out().unlink()

    def test_when_it_is_over_the_requests_are_missing_and_not_sent_again(
        self, lab: Lab, caplog: pytest.LogCaptureFixture
    ) -> None:
        half_done(lab)
        lab.time.now += 30 * DAY
        status = lab.finish(retries=2)
        assert status.outcomes == {"missing": 5}
        assert {line["error"]["code"] for line in lab.lines()} == {"results_gone"}
        assert "29 days" in caplog.text
        assert len(lab.creates) == 1


class TestTooMuchAtOnce:
    def test_a_batch_that_failed_for_that_is_sent_again(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Anthropic, "profile", evolve(Anthropic.profile, capacity=frozenset({"crowded"})))
        plain = Anthropic.get
        failed: list[str] = []

        def get(self, batch_id):  # type: ignore[no-untyped-def]
            batch = yield from plain(self, batch_id)
            if batch.status.terminal and batch_id not in failed and len(failed) < 2:
                failed.append(batch_id)
                counts = evolve(batch.counts, succeeded=0)
                batch = evolve(batch, status=BatchStatus.FAILED, failure="crowded", counts=counts)
            return batch

        monkeypatch.setattr(Anthropic, "get", get)
        lab.write(rows(5))
        status = lab.finish()
        assert status.all_succeeded
        assert len(lab.creates) == 3
        assert [event["kind"] for event in events(lab.run_dir())].count("crowded_out") == 2
        known = {event.get("batch_id") for event in events(lab.run_dir())} - {None}
        assert known == {entry["id"] for entry in lab.ledger()}


class TestTheVendorRefusesTheKey:
    @pytest.mark.parametrize("status", [401, 402, 403])
    def test_in_the_middle_of_a_run_nothing_more_is_sent_but_all_is_fetched(self, lab: Lab, status: int) -> None:
        lab.write(rows(12))
        lab.script("create", "ok", f"status:{status}")
        with lab.run(max_items_per_batch=5) as run, pytest.raises(Exception, match=str(status)):
            run.wait()
        assert len(lab.creates) == 2
        assert len(lab.lines()) == 5
        assert lab.finish().all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_a_batch_that_is_not_visible_is_never_sent_again(self, lab: Lab) -> None:
        half_done(lab)
        lab.script("get", "status:404")
        with lab.run(retries=2) as run, pytest.raises(NotFound, match="made with another key than the one marked"):
            run.wait()
        assert len(lab.creates) == 1
        assert lab.finish().all_succeeded


class TestTheVendorsClock:
    @pytest.mark.parametrize("days", [-3, 3])
    def test_counts_and_ours_does_not(self, lab: Lab, days: int) -> None:
        """This machine's clock stands three days beside the vendor's."""
        lab.write(rows(9))
        lab.sandbox.clock.advance(4 * DAY)  # so that the journal's own times are never the vendor's
        lab.time.now += days * DAY if days > 0 else 0
        lab.script("create", "ok", "drop_before")
        begun = lab.sandbox.clock.now()
        assert lab.finish(max_items_per_batch=5, settle=600).all_succeeded
        assert set(lab.accepted().values()) == {1}
        assert lab.sandbox.clock.now() - begun >= 600

    def test_is_done_without_where_no_reply_has_a_date(self, lab: Lab) -> None:
        lab.write(rows(5))
        plain = lab.transport._answer

        def dateless(request: httpx.Request, body: bytes) -> httpx.Response:
            reply = plain(request, body)
            del reply.headers["date"]
            return reply

        lab.transport._answer = dateless  # type: ignore[method-assign]
        lab.script("create", "drop_before")
        assert lab.finish(settle=600).all_succeeded
        assert len(lab.creates) == 2


def test_a_key_that_is_refused_while_polling_stops_at_once(lab: Lab) -> None:
    half_done(lab)
    lab.script("get", "status:401")
    with lab.run() as run, pytest.raises(AuthError):
        run.wait()


def test_a_lock_that_cannot_be_written_costs_nothing_of_the_run(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk, or one without locks, before anybody has looked into the journal."""
    half_done(lab)
    before = files(lab.run_dir())

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "_exclusive", full)
        with pytest.raises(InputError, match="cannot be locked: No space left"), lab.run():
            pass
    assert files(lab.run_dir()) == before
    assert lab.finish().all_succeeded
    assert set(lab.accepted().values()) == {1}


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
def test_a_reply_that_the_journal_could_not_take_is_no_refusal(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    """The vendor has the batch then; only the disk has failed."""
    lab.write(rows(5, vendor))
    plain, once = journal.Journal._event, iter([True])

    def failing(kept: journal.Journal, shard: object, kind: str, data: object) -> None:
        if kind == "replied" and next(once, False):
            raise sqlite3.OperationalError("disk I/O error")
        plain(kept, shard, kind, data)  # type: ignore[arg-type]

    monkeypatch.setattr(journal.Journal, "_event", failing)
    with lab.run(vendor) as run, pytest.raises(RunError, match="disk I/O error"):
        run.wait()
    with lab.run(vendor) as run:
        if vendor == "onerouter":
            with pytest.raises(RunHeld):
                run.wait()
        else:
            assert run.wait().all_succeeded
    assert len(lab.creates) == 1
    assert set(lab.accepted(vendor).values()) == {1}
