"""Requests that are sent again, results that fit no request, and the first small shard."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from polybatch import InputError, RunError
from polybatch.run import offline
from polybatch_sandbox import Response
from tests.sandbox.run_lab import Call, Lab, Stop, events, row, rows, stop_if

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")


def kinds(lab: Lab, vendor: str = "anthropic") -> list[str]:
    return [event["kind"] for event in events(lab.run_dir(vendor))]


def proved(lab: Lab, vendor: str = "anthropic") -> None:
    """What is on disk agrees, and can be written anew."""
    before = sorted(lab.out(vendor).read_bytes().splitlines())
    with offline.opened(lab.run_dir(vendor)) as core:
        verdict = offline.verify(core)
        offline.rewrite(core, lab.out(vendor))
    assert verdict.problems == []
    assert sorted(lab.out(vendor).read_bytes().splitlines()) == before


class TestARepairRound:
    def test_sends_again_what_failed_by_the_vendors_fault(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:2:api_error+expire:1")
        status = lab.finish(retries=1)
        assert status.all_succeeded
        assert (status.total, status.repeated) == (6, 3)
        assert sorted(entry["items"] for entry in lab.ledger()) == [3, 6]
        assert Counter(line["custom_id"] for line in lab.lines()) == {f"row-{n}": 1 for n in range(6)}
        assert {line["outcome"] for line in lab.lines()} == {"succeeded"}
        (repair,) = [event for event in events(lab.run_dir()) if event["kind"] == "repair"]
        assert repair["shards"] == [1]
        proved(lab)

    def test_is_linked_to_what_it_repairs(self, lab: Lab) -> None:
        lab.write(rows(9))
        lab.script("create", "fail:1:api_error", "fail:1:overloaded_error")
        with lab.run(max_items_per_batch=5, retries=1) as run:
            run.wait()
        from polybatch.run.journal import read

        shards = read(lab.run_dir())[1]
        assert [(shard.generation, shard.round, shard.items, tuple(shard.parents)) for shard in shards] == [
            (0, 0, 5, ()), (0, 0, 4, ()), (1, 1, 2, (0, 1)),
        ]  # fmt: skip
        assert len({shard.token for shard in shards}) == 3

    def test_leaves_alone_what_would_fail_again(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:2:invalid_request_error")
        status = lab.finish(retries=3)
        assert status.outcomes == {"succeeded": 4, "errored": 2}
        assert len(lab.creates) == 1

    def test_is_not_asked_for_by_default(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:2:api_error")
        assert lab.finish().outcomes == {"succeeded": 4, "errored": 2}
        assert len(lab.creates) == 1

    def test_comes_as_often_as_allowed_and_the_last_word_counts(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", *["fail:6:api_error"] * 5)
        status = lab.finish(retries=2)
        assert status.outcomes == {"errored": 6}
        assert len(lab.creates) == 3
        assert len(lab.lines()) == 6
        assert {line["error"]["code"] for line in lab.lines()} == {"api_error"}
        assert {line["batch_id"] for line in lab.lines()} == {lab.ledger()[2]["id"]}
        proved(lab)

    @pytest.mark.parametrize("vendor", VENDORS)
    @pytest.mark.parametrize("trouble", ["expire:2", "missing_lines:2", "batch_failed"])
    def test_mends_it_at_every_vendor(self, lab: Lab, vendor: str, trouble: str) -> None:
        lab.write(rows(4, vendor))
        lab.script("create", trouble, vendor=vendor)
        status = lab.finish(vendor, retries=1)
        assert status.finished
        assert len(lab.lines(vendor)) == 4
        if not (vendor == "letta" and trouble == "expire:2"):
            assert status.all_succeeded, status
        proved(lab, vendor)

    def test_keeps_the_usage_of_every_attempt(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "expire:3")
        once = lab.finish(retries=1).usage
        lines = [line["usage"] for line in lab.lines()]
        assert once["input_tokens"] == sum(line["input_tokens"] for line in lines)

    @pytest.mark.slow
    def test_goes_on_after_a_stop_at_any_moment(self, sync_lab: Lab) -> None:
        lab = sync_lab
        moment, fatal = 0, ""
        while fatal is not None:
            lab.write(rows(4))
            lab.sandbox.faults.clear()
            before = len(lab.ledger())
            lab.script("create", "fail:2:api_error")
            moments = lab.stop_at(moment)
            with moments.watched(), lab.run(retries=1) as run:
                run.wait()
            fatal = moments.fatal
            status = lab.finish(retries=1)
            assert status.finished, fatal
            assert Counter(line["custom_id"] for line in lab.lines()) == {f"row-{n}": 1 for n in range(4)}, fatal
            assert sum(entry["items"] for entry in lab.ledger()[before:]) in {4, 6}, fatal
            shutil.rmtree(lab.run_dir())
            lab.out().unlink()
            moment += 1
        assert moment > 25

    def test_counts_against_the_most_requests(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:4:api_error")
        status = lab.finish(retries=3, max_requests=8)
        assert status.outcomes == {"succeeded": 4, "errored": 2}
        assert sum(entry["items"] for entry in lab.ledger()) == 8
        proved(lab)

    def test_is_called_off_with_the_run(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:4:api_error")
        with lab.run(retries=1) as run:
            run.wait(lambda status: run.run.stop() if status.repeated else None)
            assert not run.status().finished
        with lab.run(retries=1) as run:
            status = run.cancel()
        assert status.outcomes == {"succeeded": 2, "cancelled": 4}
        assert len(lab.creates) == 1

    def test_keeps_to_the_groups_of_the_vendor(self, lab: Lab) -> None:
        lines = rows(6, "meshapi")
        for line in lines[3:]:
            line["body"]["model"] = "openai/gpt-5"
        lab.write(lines)
        lab.script("create", "expire:2", "expire:2", vendor="meshapi")
        assert lab.finish("meshapi", retries=1).all_succeeded
        assert sorted(entry["items"] for entry in lab.ledger("meshapi")) == [2, 2, 3, 3]


class TestTooLarge:
    def test_a_shard_is_cut_in_two(self, lab: Lab) -> None:
        lab.write(rows(8))
        lab.script("create", "status:413", "status:413")
        status = lab.finish()
        assert status.all_succeeded
        assert len(lab.lines()) == 8
        assert kinds(lab).count("split") == 2
        assert sum(entry["items"] for entry in lab.ledger()) == 8
        proved(lab)

    def test_a_single_request_is_refused(self, lab: Lab) -> None:
        lab.write(rows(1))
        lab.script("create", "status:413")
        with lab.run() as run, pytest.raises(Exception, match="413"):
            run.wait()


def rewritten(lab: Lab, change: Callable[[list[bytes]], list[bytes]]) -> None:
    """Results come as somebody changed them."""

    def rewrite(call: Call, reply: Response) -> Response:
        if not call.path.endswith("/results"):
            return reply
        lines = change(reply.read().splitlines())
        return replace(reply, body=b"\n".join(lines) + b"\n", headers=())

    lab.transport.rewrite = rewrite


class TestQuarantine:
    def read(self, lab: Lab) -> list[dict[str, str]]:
        return [json.loads(line) for line in (lab.run_dir() / "quarantine" / "000000.jsonl").read_bytes().splitlines()]

    def test_keeps_results_of_somebody_else(self, lab: Lab) -> None:
        lab.write(rows(3))
        lab.script("create", "foreign_lines:2")
        status = lab.finish()
        assert status.all_succeeded
        assert status.odd == {"foreign": 2}
        assert [line["reason"] for line in self.read(lab)] == ["foreign", "foreign"]
        proved(lab)

    def test_counts_equal_doubles_and_keeps_contradictions(self, lab: Lab) -> None:
        lab.write(rows(3))
        rewritten(lab, lambda lines: [*lines, lines[0], lines[1].replace(b"question", b"another")])
        status = lab.finish()
        assert status.all_succeeded
        assert status.odd == {"duplicates": 1, "conflicts": 1}
        (conflict,) = self.read(lab)
        assert conflict["reason"] == "conflict"
        assert "another" in conflict["raw"]
        assert not any("another" in line["text"] for line in lab.lines())
        proved(lab)

    def test_keeps_what_cannot_be_read(self, lab: Lab) -> None:
        lab.write(rows(3))
        rewritten(lab, lambda lines: [*lines, b"{torn"])
        assert lab.finish().all_succeeded
        assert self.read(lab) == [{"reason": "unreadable", "raw": "{torn"}]

    def test_is_empty_where_all_fits(self, lab: Lab) -> None:
        lab.write(rows(3))
        lab.finish()
        assert list((lab.run_dir() / "quarantine").iterdir()) == []


class TestTheCanary:
    def test_goes_first_and_the_others_follow(self, lab: Lab) -> None:
        lab.write(rows(9))
        assert lab.finish(canary=2).all_succeeded
        assert [len(call.requests) for call in lab.creates] == [2, 7]
        ended = next(n for n, call in enumerate(lab.transport.calls) if call.path.endswith("/results"))
        assert ended < lab.transport.calls.index(lab.creates[1])

    def test_that_fails_stops_the_run(self, lab: Lab) -> None:
        lab.write(rows(9))
        lab.script("create", "fail:1:invalid_request_error")
        with lab.run(canary=3) as run, pytest.raises(RunError, match=r"\(2 succeeded, 1 errored\)") as stopped:
            run.wait()
        assert "resume without --canary" in str(stopped.value)
        assert len(lab.lines()) == 3
        with lab.run(canary=3) as run, pytest.raises(RunError, match="not all of the first"):
            run.wait()
        assert len(lab.creates) == 1
        assert lab.finish().finished
        assert len(lab.lines()) == 9

    def test_that_can_be_repaired_lets_the_others_go(self, lab: Lab) -> None:
        lab.write(rows(9))
        lab.script("create", "fail:1:api_error")
        assert lab.finish(canary=3, retries=1).all_succeeded
        assert [len(call.requests) for call in lab.creates] == [3, 1, 6]

    def test_of_several_models_is_of_several_batches(self, lab: Lab) -> None:
        lines = rows(8, "meshapi")
        for line in lines[1::2]:
            line["body"]["model"] = "openai/gpt-5"
        lab.write(lines)
        assert lab.finish("meshapi", canary=3).all_succeeded
        assert [len(call.requests) for call in lab.creates[:2]] == [2, 1]

    def test_cannot_be_set_afterwards(self, lab: Lab) -> None:
        lab.write(rows(9))
        with lab.run():
            pass
        with pytest.raises(InputError, match="begun without --canary"), lab.run(canary=2):
            pass

    def test_as_large_as_the_input_is_all_there_is(self, lab: Lab) -> None:
        lab.write(rows(3))
        assert lab.finish(canary=10).all_succeeded


def test_a_stop_while_cutting_leaves_no_half_round(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write([row(n) for n in range(5)])
    lab.script("create", "fail:5:api_error")
    with lab.run(retries=1) as run:
        lab.transport.before = lambda call: stop_if(call.creates and len(lab.creates) == 2)
        with pytest.raises(Stop):
            run.wait()
    lab.transport.before = lambda _: None
    status = lab.finish(retries=1)
    assert status.finished
    assert len(lab.lines()) == 5
