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
from tests.sandbox.run_lab import Call, Lab, Stop, events, files, rows, stop_if

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
        lab.write(rows(5))
        assert lab.finish(max_items_per_batch=3).all_succeeded
        assert len(lab.ledger()) == 2
        assert lab.outcomes() == {"succeeded": 5}
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
        assert [call.method for call in lab.transport.calls] == ["GET", *["POST"] * 3, "GET"]
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
        with lab.run(max_items_per_batch=2) as run:
            with pytest.raises(RunHeld, match=r"shard 1 .* which this run has had before"):
                run.wait()
            assert run.status().shards == {"done": 1, "held": 1}
        assert lab.outcomes() == {"succeeded": 2}
        lab.transport.rewrite = lambda _, reply: reply
        assert lab.finish().all_succeeded, "its own batch was in the list"
        assert len(lab.creates) == 2
        assert set(lab.accepted().values()) == {1}

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

    @pytest.mark.parametrize("words", ["garbage_lines:1", "foreign_lines:1", "missing_lines:4"])
    @pytest.mark.parametrize("vendor", ["anthropic", "meshapi"])
    def test_with_a_line_of_the_results_does_not_keep_a_lost_create_from_being_known(
        self, sync_lab: Lab, vendor: str, words: str
    ) -> None:
        lab = sync_lab
        lab.write(rows(5, vendor))
        lab.script("create", f"drop_after+{words}", vendor=vendor)
        status = lab.finish(vendor)
        assert status.finished
        assert status.outcomes["succeeded"] == (1 if words == "missing_lines:4" else 5)
        assert len(lab.creates) == 1

    def test_with_results_that_tell_nobody_whose_they_are_is_left_to_a_decision(self, sync_lab: Lab) -> None:
        """The batch that was taken for the lost create has ended, and none of its results has an id."""
        lab = sync_lab
        lab.write(rows(5))
        lab.script("create", "drop_after+missing_lines:5")
        with lab.run() as run, pytest.raises(RunHeld, match="shard 0 ") as held:
            run.wait()
        assert lab.ledger()[0]["id"] in str(held.value)
        assert lab.finish(on_unknown="abandon").outcomes == {"missing": 5}
        assert len(lab.creates) == 1

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
UNDECIDED = [
    *(("onerouter", words) for words in [*LOST, "drop_before", "late_accept:30"]),
    ("letta", "drop_before"),
]
"""Creates of which nobody can find out what became: OneRouter has no list, and Letta's proves no absence."""
NEVER_ARRIVED = [("onerouter", "drop_before"), ("letta", "drop_before")]


class TestACreateOfWhichNobodyKnows:
    @pytest.mark.parametrize(("vendor", "words"), UNDECIDED)
    def test_holds_its_shard_and_sends_nothing_more(self, sync_lab: Lab, vendor: str, words: str) -> None:
        lab = sync_lab
        lab.script("create", "ok", words, vendor=vendor)
        lab.write(rows(8, vendor))
        with lab.run(vendor, max_items_per_batch=2) as run:
            with pytest.raises(RunHeld, match=r"shard 1 \(2 requests\)") as caught:
                run.wait()
            status = run.status()
        assert "--on-unknown" in caught.value.hint
        assert status.shards == {"done": 1, "held": 1, "planned": 2}
        (held,) = status.held
        assert held in str(caught.value)
        assert not status.finished
        assert len(lab.creates) == 2
        assert lab.outcomes(vendor) == {"succeeded": 2}
        with lab.run(vendor, max_items_per_batch=2) as run, pytest.raises(RunHeld, match="shard 1") as again:
            run.wait()
        assert str(again.value) == str(caught.value), "the note does not grow"
        assert len(lab.creates) == 2, "asking again sends nothing"

    @pytest.mark.parametrize("words", LOST[:4])
    def test_is_sent_again_if_somebody_says_so(self, sync_lab: Lab, words: str) -> None:
        lab = sync_lab
        lab.script("create", words, vendor="onerouter")
        lab.write(rows(6, "onerouter"))
        with pytest.raises(RunHeld):
            lab.finish("onerouter", max_items_per_batch=2)
        assert lab.finish("onerouter", max_items_per_batch=2, on_unknown="resubmit").all_succeeded
        assert sorted(lab.accepted("onerouter").values()) == [1, 1, 1, 1, 2, 2]
        assert sorted(line["custom_id"] for line in lab.lines("onerouter")) == [f"row-{index}" for index in range(6)]

    @pytest.mark.parametrize(("vendor", "words"), NEVER_ARRIVED)
    def test_that_never_arrived_is_paid_once_when_it_is_sent_again(
        self, sync_lab: Lab, vendor: str, words: str
    ) -> None:
        lab = sync_lab
        lab.script("create", words, vendor=vendor)
        lab.write(rows(4, vendor))
        with pytest.raises(RunHeld):
            lab.finish(vendor)
        assert lab.finish(vendor, on_unknown="resubmit").all_succeeded
        assert set(lab.accepted(vendor).values()) == {1}

    @pytest.mark.parametrize(("vendor", "words"), [("onerouter", "drop_after"), ("letta", "drop_before")])
    def test_is_not_sent_again_and_again(self, sync_lab: Lab, vendor: str, words: str) -> None:
        lab = sync_lab
        lab.script("create", *[words] * 20, vendor=vendor)
        lab.write(rows(2, vendor))
        with lab.run(vendor, on_unknown="resubmit") as run, pytest.raises(RunHeld):
            run.wait()
        assert len(lab.creates) == 2

    @pytest.mark.parametrize(("vendor", "words"), [("onerouter", "drop_after"), ("letta", "drop_before")])
    def test_is_given_up_if_somebody_says_so(self, lab: Lab, vendor: str, words: str) -> None:
        lab.script("create", "ok", words, vendor=vendor)
        lab.write(rows(6, vendor))
        with pytest.raises(RunHeld):
            lab.finish(vendor, max_items_per_batch=2)
        status = lab.finish(vendor, max_items_per_batch=2, on_unknown="abandon")
        assert status.outcomes == {"succeeded": 4, "missing": 2} == lab.outcomes(vendor)
        assert status.held == ()
        given_up = [line for line in lab.lines(vendor) if line["outcome"] == "missing"]
        assert sorted(line["custom_id"] for line in given_up) == ["row-2", "row-3"]
        assert {line["error"]["code"] for line in given_up} == {"abandoned_create"}
        assert {(line["batch_id"], line["text"], line["error"]["retryable"]) for line in given_up} == {
            (None, None, False)
        }
        assert files(lab.run_dir(vendor) / "payload") == set()
        assert len(lab.creates) == 3

    @pytest.mark.parametrize(("vendor", "words"), NEVER_ARRIVED)
    def test_waits_for_a_decision_even_when_the_run_is_cancelled(self, sync_lab: Lab, vendor: str, words: str) -> None:
        lab = sync_lab
        lab.script("create", words, vendor=vendor)
        lab.write(rows(4, vendor))
        with lab.run(vendor, max_items_per_batch=2) as run:
            with pytest.raises(RunHeld):
                run.wait()
            with pytest.raises(RunHeld, match="shard 0"):
                run.cancel()
            assert run.status().shards == {"held": 1, "done": 1}
        assert lab.outcomes(vendor) == {"cancelled": 2}
        assert lab.finish(vendor, on_unknown="resubmit").outcomes == {"cancelled": 4}
        assert len(lab.creates) == 1, "a cancelled run sends nothing more, whatever is decided"

    def test_after_a_limit_was_met_does_not_turn_in_circles(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "status:429", "drop_after", vendor="onerouter")
        lab.write(rows(4, "onerouter"))
        with lab.run("onerouter", max_items_per_batch=2) as run, pytest.raises(RunHeld):
            run.wait()
        assert lab.time.sleeps < 10

    @pytest.mark.parametrize("vendor", ["onerouter", "letta"])
    def test_is_found_by_the_next_process(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(2, vendor))

        def die(call: Call) -> None:
            stop_if(call.creates)

        # OneRouter has the batch then, Letta has not.
        lab.transport.before, lab.transport.after = (die, nothing) if vendor == "letta" else (nothing, die)
        with lab.run(vendor) as run, pytest.raises(Stop):
            run.wait()
        lab.transport.before = lab.transport.after = nothing
        with lab.run(vendor) as run:
            assert run.status().shards == {"submitting": 1}
            with pytest.raises(RunHeld):
                run.wait()
            (held,) = run.status().held
        assert held.startswith("shard 0 (2 requests): the process stopped while the create was under way (sent at ")
        assert len(lab.creates) == 1


def nothing(_: Call) -> None:
    """Let it pass."""


def unreachable(_: Call) -> None:
    raise httpx.ConnectError("no route to host")
