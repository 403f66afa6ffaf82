"""Runs against a vendor in trouble: what passes is waited for, what does not is said, and nothing is paid twice."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from polybatch import (
    AuthError,
    ContractError,
    NotFound,
    RunHeld,
    TransportError,
    VendorError,
)
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, Stop, events, files, rows

TROUBLE = [
    ("get", ["status:500"] * 12),
    ("get", ["status:529"] * 7),
    ("get", ["drop_before"] * 7),
    ("get", ["html", "html", "empty", "cut:20"]),
    ("get", ["unknown_status", "unknown_status", "ok"]),
    ("get", ["retry_after:900"]),
    ("results", ["status:500"] * 7),
    ("results", ["drop_after"] * 7),
    ("results", ["cut:0", "cut:100", "cut:1500"]),
    ("results", ["html", "html"]),
    ("results", ["empty", "empty"]),
    ("results", ["retry_after:900"]),
]


class TestTrouble:
    @pytest.mark.parametrize(("operation", "words"), TROUBLE, ids=[f"{name}-{words[0]}" for name, words in TROUBLE])
    def test_that_passes_is_waited_for(self, lab: Lab, operation: str, words: list[str]) -> None:
        lab.script(operation, *words)
        lab.write(rows(6))
        assert lab.finish(max_items_per_batch=3).all_succeeded
        assert len(lab.ledger()) == 2
        assert lab.outcomes() == {"succeeded": 6}
        assert files(lab.run_dir() / "results") == {"000000.jsonl", "000001.jsonl"}

    def test_of_a_create_that_was_refused_leaves_the_others_to_be_fetched(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "ok", "status:400")
        lab.write(rows(7))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(VendorError, match=r"shard 1 \(lines 3 to 4\)") as caught:
                run.wait()
            assert caught.value.status == 400
            assert run.status().shards == {"done": 1, "planned": 3}
        assert lab.outcomes() == {"succeeded": 2}
        assert len(lab.creates) == 2
        assert files(lab.run_dir() / "payload") == set()
        lab.script("create", "ok", "ok", "status:400")
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(VendorError, match=r"shard 1 \(lines 3 to 4\)"):
                run.wait()
            assert run.status().shards == {"done": 3, "planned": 1}, "the others came first this time"
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_with_the_key_stops_creates_and_can_be_mended(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "ok", "status:401")
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run, pytest.raises(AuthError, match="shard 1"):
            run.wait()
        assert len(lab.creates) == 2
        assert lab.finish().all_succeeded

    def test_with_the_key_while_polling_stops_at_once(self, lab: Lab) -> None:
        lab.script("get", "status:401")
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run, pytest.raises(AuthError, match="ANTHROPIC_API_KEY"):
            run.wait()
        assert len(lab.transport.calls) == 4
        assert lab.finish().all_succeeded

    def test_with_one_batch_does_not_keep_the_others_from_their_results(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("get", "status:404")
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(NotFound, match=r"shard 0 \(lines 1 to 2\)"):
                run.wait()
            assert run.status().shards == {"submitted": 1, "done": 2}
        assert lab.finish().all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_with_one_download_does_not_keep_the_others_from_their_results(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("results", "status:403")
        lab.write(rows(6))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(VendorError, match=r"shard \d \(lines"):
                run.wait()
            assert run.status().shards == {"ended": 1, "done": 2}
        assert lab.finish().all_succeeded

    def test_that_never_passes_is_said_and_not_taken_for_missing_results(self, lab: Lab) -> None:
        lab.script("results", *["html"] * 50)
        lab.write(rows(2))
        with lab.run() as run:
            with pytest.raises(ContractError, match="shard 0"):
                run.wait()
            assert run.status().shards == {"ended": 1}
        lab.sandbox.faults.clear()
        assert lab.finish().all_succeeded

    def test_of_a_batch_that_cannot_be_read_for_long_is_said(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("get", *["html"] * 50)
        lab.write(rows(2))
        with lab.run() as run, pytest.raises(ContractError, match="shard 0"):
            run.wait()
        lab.sandbox.faults.clear()
        assert lab.finish().all_succeeded

    def test_with_the_network_in_the_middle_of_a_run_is_waited_for(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4))
        failures = iter([False, True, True, True, True, True, True, True])

        def fail(call: Call) -> None:
            if call.creates and next(failures, False):
                unreachable(call)

        lab.transport.before = fail
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_to_reach_the_vendor_at_all_is_said_at_once(self, lab: Lab) -> None:
        lab.write(rows(4))
        lab.transport.before = unreachable
        begun = lab.time.now
        with lab.run() as run, pytest.raises(TransportError, match="cannot be reached"):
            run.wait()
        assert lab.time.now - begun < 60
        lab.transport.before = lambda _: None
        assert lab.finish().all_succeeded

    def test_of_a_batch_id_that_is_known_already_is_not_overlooked(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4))
        first: list[bytes] = []

        def same(call: Call, reply: Response) -> Response:
            if not call.creates:
                return reply
            first.append(reply.read())
            return replace(reply, body=first[0])

        lab.transport.rewrite = same
        with lab.run(max_items_per_batch=2) as run, pytest.raises(RunHeld, match=r"shard 1 .* another shard"):
            run.wait()
        assert lab.outcomes() == {"succeeded": 2}

    def test_with_a_line_of_the_results_that_passes_leaves_no_trace(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        extra = iter([b"<p>this page is not the answer</p>\n"])

        def odd(call: Call, reply: Response) -> Response:
            if not call.path.endswith("results"):
                return reply
            return replace(reply, body=reply.read() + next(extra, b""))

        lab.transport.rewrite = odd
        assert lab.finish().all_succeeded
        assert b"<p>" not in (lab.run_dir() / "results" / "000000.jsonl").read_bytes()

    def test_with_some_lines_of_the_results_does_not_harm_the_others(
        self, sync_lab: Lab, caplog: pytest.LogCaptureFixture
    ) -> None:
        lab = sync_lab
        lab.write(rows(6))

        def odd(call: Call, reply: Response) -> Response:
            if not call.path.endswith("results"):
                return reply
            lines = reply.read().split(b"\n")[:-1]
            assert len(lines) == 6
            lines[0] = b"\xef\xbb\xbf" + lines[0].replace(b'"text":"', b'"text":"\\ud800\xc2\x85\xe2\x80\xa8') + b"\r"
            lines[1] = lines[1].replace(b'"message"', b'"deep":' + b"[" * 50_000 + b"]" * 50_000 + b',"message"', 1)
            lines[2] = lines[2].replace(b'"usage":{', b'"usage":{"huge":' + b"9" * 4000 + b",", 1)
            lines[3] = lines[3][:-9]
            lines[4] = b"\n  \n" + lines[4].replace(b'"usage":{', b'"usage":{"n":NaN,', 1)
            return replace(reply, body=b"\n".join(lines))

        lab.transport.rewrite = odd
        status = lab.finish()
        assert status.total == sum(status.outcomes.values()) == len(lab.lines()) == 6
        assert status.outcomes["succeeded"] >= 3
        assert set(status.outcomes) == {"succeeded", "missing"}
        assert b"NaN" not in lab.out().read_bytes(), "every line is JSON"
        texts = [line["text"] for line in lab.lines() if line["outcome"] == "succeeded"]
        assert all("question" in text for text in texts)
        told = [event for event in events(lab.run_dir()) if event["kind"] == "done"]
        assert [event["unreadable"] for event in told] == [status.outcomes["missing"]]
        assert f"results that fit no request: {status.outcomes['missing']} unreadable" in caplog.text
        kept = (lab.run_dir() / "results" / "000000.jsonl").read_bytes()
        assert b"9" * 4000 in kept
        assert b"NaN" in kept

    def test_of_a_batch_that_is_not_ready_after_all_is_waited_for(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        ended = iter([b"ended", b"in_progress", b"in_progress"])

        def flapping(call: Call, reply: Response) -> Response:
            if call.method != "GET" or call.path.endswith("results") or b'"ended"' not in (body := reply.read()):
                return reply
            return replace(reply, body=body.replace(b'"ended"', b'"' + next(ended, b"ended") + b'"'))

        lab.transport.rewrite = flapping
        assert lab.finish().all_succeeded
        assert [event["kind"] for event in events(lab.run_dir())].count("not_ready") == 1


LOST = [
    "drop_after",
    "status_after:500",
    "status_after:503",
    "status_after:529",
    "drop_after+stuck",
    "html",
    "empty",
    "cut:40",
]


class TestACreateOfWhichNobodyKnows:
    @pytest.mark.parametrize("words", [*LOST, "drop_before", "late_accept:30"])
    def test_holds_its_shard_and_sends_nothing_more(self, sync_lab: Lab, words: str) -> None:
        lab = sync_lab
        lab.script("create", "ok", words)
        lab.write(rows(8))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(RunHeld, match=r"shard 1 \(2 requests\)") as caught:
                run.wait()
            status = run.status()
        assert "--on-unknown" in caught.value.hint
        assert status.shards == {"done": 1, "unknown": 1, "planned": 2}
        assert len(status.held) == 1
        assert not status.finished
        assert len(lab.creates) == 2
        assert lab.outcomes() == {"succeeded": 2}
        with lab.run(max_items_per_batch=2) as run, pytest.raises(RunHeld, match="shard 1"):
            run.wait()
        assert len(lab.creates) == 2, "asking again sends nothing"

    @pytest.mark.parametrize("words", LOST[:4])
    def test_is_sent_again_if_somebody_says_so(self, sync_lab: Lab, words: str) -> None:
        lab = sync_lab
        lab.script("create", words)
        lab.write(rows(6))
        with pytest.raises(RunHeld):
            lab.finish(max_items_per_batch=2)
        assert lab.finish(max_items_per_batch=2, on_unknown="resubmit").all_succeeded
        assert sorted(lab.accepted().values()) == [1, 1, 1, 1, 2, 2]
        assert sorted(line["custom_id"] for line in lab.lines()) == sorted(f"row-{index}" for index in range(6))

    def test_that_never_arrived_is_paid_once_when_it_is_sent_again(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "drop_before")
        lab.write(rows(4))
        with pytest.raises(RunHeld):
            lab.finish()
        assert lab.finish(on_unknown="resubmit").all_succeeded
        assert set(lab.accepted().values()) == {1}

    def test_is_not_sent_again_and_again(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", *["drop_after"] * 20)
        lab.write(rows(2))
        with lab.run(on_unknown="resubmit") as run, pytest.raises(RunHeld):
            run.wait()
        assert len(lab.creates) == 2

    def test_is_given_up_if_somebody_says_so(self, lab: Lab) -> None:
        lab.script("create", "ok", "drop_after")
        lab.write(rows(6))
        with pytest.raises(RunHeld):
            lab.finish(max_items_per_batch=2)
        status = lab.finish(max_items_per_batch=2, on_unknown="abandon")
        assert status.outcomes == {"succeeded": 4, "missing": 2} == lab.outcomes()
        assert status.held == ()
        given_up = [line for line in lab.lines() if line["outcome"] == "missing"]
        assert sorted(line["custom_id"] for line in given_up) == ["row-2", "row-3"]
        assert {line["error"]["code"] for line in given_up} == {"abandoned_create"}
        assert {(line["batch_id"], line["text"], line["error"]["retryable"]) for line in given_up} == {
            (None, None, False)
        }
        assert files(lab.run_dir() / "payload") == set()

    def test_waits_for_a_decision_even_when_the_run_is_cancelled(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "drop_after")
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(RunHeld):
                run.wait()
            with pytest.raises(RunHeld, match="shard 0"):
                run.cancel()
            assert run.status().shards == {"unknown": 1, "done": 1}
        assert lab.outcomes() == {"cancelled": 2}

    def test_after_a_limit_was_met_does_not_turn_in_circles(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "status:429", "drop_after")
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run, pytest.raises(RunHeld):
            run.wait()
        assert lab.time.sleeps < 10

    def test_is_found_by_the_next_process(self, lab: Lab) -> None:
        lab.write(rows(2))

        def die(call: Call) -> None:
            raise Stop

        lab.transport.after = die
        with lab.run() as run, pytest.raises(Stop):
            run.wait()
        lab.transport.after = lambda _: None
        with lab.run() as run:
            assert run.status().held == ("shard 0 (2 requests): the process stopped while the create was under way",)
            with pytest.raises(RunHeld):
                run.wait()


def unreachable(_: Call) -> None:
    raise httpx.ConnectError("no route to host")
