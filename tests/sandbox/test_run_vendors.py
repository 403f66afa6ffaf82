"""Runs against each vendor: the same promises, and what only one of them asks for."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from polybatch import RunHeld, Unsupported, VendorError
from polybatch.vendors import names
from polybatch_sandbox import Request
from tests.sandbox.run_lab import FILES, HOST, KEY, Call, Lab, Stop, events, files, row, rows, stop_if

VENDORS = names()
ODD_IDS = ["with spaces", "ünï", "x" * 300, 'q"\\', "a\nb", "a\u0000b"]


def test_of_all_vendors_none_is_left_out() -> None:
    assert set(names()) >= {"anthropic", "letta", "meshapi", "onerouter"}


@pytest.mark.parametrize("vendor", VENDORS)
class TestEveryVendor:
    def test_gives_one_line_for_each_request_under_the_callers_id(self, lab: Lab, vendor: str) -> None:
        lab.write([row(index, own, f"text of {index}", vendor) for index, own in enumerate(ODD_IDS)])
        status = lab.finish(vendor, max_items_per_batch=4)
        assert status.all_succeeded
        assert status.total == len(ODD_IDS)
        lines = {line["custom_id"]: line for line in lab.lines(vendor)}
        assert {own: line["text"] for own, line in lines.items()} == {
            own: f"text of {index}" for index, own in enumerate(ODD_IDS)
        }
        assert {line["vendor"] for line in lines.values()} == {vendor}
        assert Counter(line["batch_id"] for line in lines.values()) == {
            entry["id"]: entry["items"] for entry in lab.ledger(vendor)
        }
        assert set(lab.accepted(vendor).values()) == {1}
        for own in ODD_IDS:
            assert not any(json.dumps(own)[1:-1].encode() in call.body for call in lab.creates)

    def test_is_sent_nothing_twice_after_a_stop(self, sync_lab: Lab, vendor: str) -> None:
        lab = sync_lab
        lab.write(rows(6, vendor))
        for moment in ("submitted", "ended", "fetched"):
            with lab.run(vendor, max_items_per_batch=2) as run, pytest.raises(Stop):
                run.wait(lambda status, wanted=moment: stop_if(status.shards.get(wanted)))  # type: ignore[misc]
        assert lab.finish(vendor).all_succeeded
        assert set(lab.accepted(vendor).values()) == {1}
        assert len(lab.lines(vendor)) == 6
        sent = len(lab.transport.calls)
        assert lab.finish(vendor).all_succeeded
        assert len(lab.transport.calls) == sent

    @pytest.mark.parametrize("words", ["drop_after", "status_after:503", "html"])
    def test_is_paid_once_where_the_reply_to_a_create_was_lost(self, sync_lab: Lab, vendor: str, words: str) -> None:
        lab = sync_lab
        lab.write(rows(4, vendor))
        lab.script("create", "ok", words, vendor=vendor)
        if vendor == "onerouter":  # it has no list of batches
            with lab.run(vendor, max_items_per_batch=2) as run, pytest.raises(RunHeld, match="shard 1 "):
                run.wait()
            status = lab.finish(vendor, on_unknown="abandon")
            assert status.outcomes == {"succeeded": 2, "missing": 2}
        else:
            assert lab.finish(vendor, max_items_per_batch=2).all_succeeded
        assert len(lab.creates) == 2
        assert set(lab.accepted(vendor).values()) == {1}

    @pytest.mark.parametrize("words", [["status:500"] * 11, ["html", "empty", "cut:30"], ["unknown_status"]])
    def test_is_waited_for_while_it_cannot_say_how_a_batch_is(
        self, sync_lab: Lab, vendor: str, words: list[str]
    ) -> None:
        lab = sync_lab
        lab.write(rows(2, vendor))
        lab.script("get", *words, vendor=vendor)
        assert lab.finish(vendor).all_succeeded

    def test_is_told_to_cancel_what_is_open(self, lab: Lab, vendor: str) -> None:
        lab.write(rows(7, vendor))
        with lab.run(vendor, max_items_per_batch=4, poll=20) as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 2 and lab.time.sleeps))
            status = run.cancel()
        assert status.finished
        assert [entry["cancelled"] for entry in lab.ledger(vendor)] == [True, True]
        outcomes = lab.outcomes(vendor)
        assert outcomes.total() == 7
        assert outcomes["cancelled"] > 0
        assert set(outcomes) <= {"succeeded", "cancelled"}

    def test_sees_its_key_and_nobody_else_does(self, sync_lab: Lab, vendor: str) -> None:
        lab = sync_lab
        lab.write([row(0, "mine", "SECRET-PROMPT", vendor)])
        lab.script("get", "unknown_status", vendor=vendor)
        lab.finish(vendor)
        assert lab.sandbox.refused_credentials == []
        found = {path.name: path.read_bytes() for path in lab.run_dir(vendor).rglob("*") if path.is_file()}
        assert not any(KEY.encode() in data for data in found.values())
        assert {name for name, data in found.items() if b"SECRET-PROMPT" in data} <= {"000000.jsonl"}


OUTCOMES: dict[str, dict[str, dict[str, int]]] = {
    "fail:2": {"": {"succeeded": 8, "errored": 2}, "letta": {"succeeded": 8, "missing": 2}},
    "expire:3": {"": {"succeeded": 7, "expired": 3}, "letta": {"succeeded": 7, "missing": 3}},
    "cancelled:3": {"": {"succeeded": 7, "cancelled": 3}, "letta": {"succeeded": 7, "missing": 3}},
    "batch_failed": {"": {"errored": 10}},
    "missing_lines:4": {"": {"succeeded": 6, "missing": 4}},
    "missing_lines:10": {"": {"missing": 10}},
    "duplicate_lines:4+foreign_lines:3": {"": {"succeeded": 10}},
}
"""By what is scripted; Letta keeps no trace of an agent that failed (facts/seed-vendors.md §3.3)."""


@pytest.mark.parametrize("words", OUTCOMES)
@pytest.mark.parametrize("vendor", [vendor for vendor in VENDORS if vendor != "anthropic"])
def test_outcomes_of_scripted_batches(sync_lab: Lab, vendor: str, words: str) -> None:
    lab = sync_lab
    lab.write(rows(10, vendor))
    lab.script("create", words, vendor=vendor)
    status = lab.finish(vendor)
    expected = OUTCOMES[words].get(vendor, OUTCOMES[words][""])
    assert status.outcomes == expected == lab.outcomes(vendor)
    lines = lab.lines(vendor)
    assert sorted(line["custom_id"] for line in lines) == sorted(f"row-{index}" for index in range(10))
    assert all(line["error"]["code"] for line in lines if line["outcome"] in {"errored", "missing"})


def open_batches(lab: Lab, vendor: str) -> int:
    now = lab.time.now
    found = [lab.sandbox.store.get(vendor, entry["id"], now=now) for entry in lab.ledger(vendor)]
    return sum(batch is not None and now < batch.created_at + 60 for batch in found)


def create_foreign(lab: Lab, vendor: str) -> None:
    """A batch of somebody else with the same key."""
    body = json.dumps({"requests": [{**row(0, vendor=vendor), "custom_id": "somebody-elses"}]}).encode()
    headers = (("Authorization", "Bearer x"), ("Content-Type", "application/json"))
    reply = lab.sandbox.handle(Request("POST", f"/{vendor}/v1/batches", headers, body))
    assert reply.status == 200, reply.read()


class TestMeshAPI:
    def test_has_ten_batches_in_flight_and_no_more(self, lab: Lab) -> None:
        lab.write(rows(24, "meshapi"))
        most = 0

        def count(_: Call) -> None:
            nonlocal most
            most = max(most, open_batches(lab, "meshapi"))

        lab.transport.after = count
        assert lab.finish("meshapi", max_items_per_batch=1).all_succeeded
        assert most == 10
        assert len(lab.creates) == len(lab.ledger("meshapi")) == 24, "no create was refused"

    @pytest.mark.parametrize("shape", ["envelope", "detail", "text"])
    def test_counts_the_batches_of_others_too(self, sync_lab: Lab, shape: str) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"meshapi": {"errors": shape}})
        for _ in range(8):
            create_foreign(lab, "meshapi")
        lab.write(rows(5, "meshapi"))
        assert lab.finish("meshapi", max_items_per_batch=1).all_succeeded
        assert len(lab.creates) > 5
        assert len(lab.ledger("meshapi")) == 13
        refused = [event for event in events(lab.run_dir("meshapi")) if event["kind"] == "refused"]
        assert {event["why"].partition(" [")[0] for event in refused} <= {
            "HTTP 429 batch_limit_exceeded",
            "HTTP 429",
            "TooManyBatches",
        }

    def test_gets_one_model_a_batch(self, lab: Lab) -> None:
        mixed = [row(index, vendor="meshapi") for index in range(9)]
        for index, item in enumerate(mixed):
            if index == 8:
                del item["body"]["model"]
            else:
                item["body"]["model"] = f"openai/model-{index % 3}"
        lab.write(mixed)
        assert lab.finish("meshapi", max_items_per_batch=2, model="openai/model-0").all_succeeded
        models = [{item["body"]["model"] for item in call.requests} for call in lab.creates]
        assert all(len(found) == 1 for found in models)
        assert Counter(len(call.requests) for call in lab.creates) == {2: 4, 1: 1}

    @pytest.mark.parametrize("mode", ["inline", "file"])
    def test_gives_its_results_in_either_way(self, sync_lab: Lab, mode: str) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"meshapi": {"results": mode}})
        lab.write([row(0, text="a\u2028b\nc", vendor="meshapi"), row(1, vendor="meshapi")])
        assert lab.finish("meshapi").all_succeeded
        assert {line["text"] for line in lab.lines("meshapi")} == {"a\u2028b\nc", "question 1"}

    def test_that_has_no_results_left_makes_them_missing(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"meshapi": {"results": "gone"}})
        lab.write(rows(3, "meshapi"))
        assert lab.finish("meshapi").outcomes == {"missing": 3}

    def test_is_polled_to_the_end_after_a_cancel(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(4, "meshapi"))
        with lab.run("meshapi", poll=20) as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") and lab.time.sleeps))
            run.cancel()
        assert [call.method for call in lab.transport.calls][-1] == "GET"
        assert {line["outcome"] for line in lab.lines("meshapi")} == {"succeeded", "cancelled"}
        (entry,) = lab.ledger("meshapi")
        assert entry["billed"] == lab.outcomes("meshapi")["succeeded"]

    def test_whose_provider_has_no_batches_is_refused_before_anything_is_paid(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2, "meshapi"))
        lab.script("create", "status:501", vendor="meshapi")
        with lab.run("meshapi") as run, pytest.raises(Unsupported, match=r"\(lines 1 to 2, openai/gpt-5-nano\)"):
            run.wait()

    def test_that_refuses_a_model_says_which_lines_have_it(self, sync_lab: Lab) -> None:
        lab = sync_lab
        mixed = rows(5, "meshapi")
        mixed[1]["body"]["model"] = "openai/rare"
        lab.write(mixed)
        lab.script("create", "status:400", vendor="meshapi")
        with (
            lab.run("meshapi") as run,
            pytest.raises(VendorError, match=r"shard 0 \(lines 1 to 5, 4 of them, openai/gpt-5-nano\)"),
        ):
            run.wait()
        lab.script("create", "status:400", vendor="meshapi")
        with lab.run("meshapi") as run, pytest.raises(VendorError, match=r"shard 1 \(line 2, openai/rare\)"):
            run.wait()
        assert lab.finish("meshapi").all_succeeded


def agents(*places: int) -> list[dict[str, Any]]:
    """Requests to agents by number, each request with an id of its own."""
    return [row(place, f"own-{index}", f"text {index}", "letta") for index, place in enumerate(places)]


class TestLetta:
    def test_gets_no_agent_twice_in_one_batch(self, lab: Lab) -> None:
        lab.write(agents(0, 1, 0, 2, 0, 1, 3))
        assert lab.finish("letta").all_succeeded
        sent = [[item["agent_id"] for item in call.requests] for call in lab.creates]
        assert all(len(found) == len(set(found)) for found in sent)
        assert sorted(map(len, sent)) == [1, 2, 4]
        assert {line["custom_id"]: line["text"] for line in lab.lines("letta")} == {
            f"own-{index}": f"text {index}" for index in range(7)
        }

    def test_gives_a_result_also_where_the_mark_is_the_callers_own(self, sync_lab: Lab) -> None:
        lab = sync_lab
        marked = agents(0, 1, 2)
        marked[1]["messages"][0]["otid"] = "the caller's mark"
        marked[2]["input"] = marked[2].pop("messages")[0]["content"]
        lab.write(marked)
        assert lab.finish("letta").all_succeeded
        assert sorted(line["custom_id"] for line in lab.lines("letta")) == ["own-0", "own-1", "own-2"]

    def test_makes_an_agent_that_vanished_missing(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"letta": {"dropped": 2}})
        lab.write(rows(5, "letta"))
        assert lab.finish("letta").outcomes == {"succeeded": 3, "missing": 2}
        gone = [line for line in lab.lines("letta") if line["outcome"] == "missing"]
        assert {line["error"]["code"] for line in gone} == {"no_result"}

    @pytest.mark.parametrize("status", [404, 405, 410, 501])
    def test_that_offers_no_batches_says_so(self, sync_lab: Lab, status: int) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"letta": {"create": status}})
        lab.write(rows(2, "letta"))
        with lab.run("letta") as run:
            with pytest.raises(Unsupported, match="this server offers no batches"):
                run.wait()
            assert run.status().shards == {"planned": 1}

    def test_whose_provider_is_at_its_limit_is_not_asked_again_unasked(self, sync_lab: Lab) -> None:
        """The agents have the messages already (facts/seed-vendors.md §3.3): sending again would add them once more."""
        lab = sync_lab
        lab.write(rows(2, "letta"))
        lab.script("create", "status:429", vendor="letta")
        with lab.run("letta") as run, pytest.raises(RunHeld, match=r"HTTP 429 llm_rate_limit"):
            run.wait()
        assert len(lab.creates) == 1
        assert lab.finish("letta", on_unknown="resubmit").all_succeeded


class TestOneRouter:
    @pytest.mark.parametrize("retrieve", ["task", "create", "create_first"])
    @pytest.mark.parametrize("statuses", ["task", "sibling", "openai"])
    def test_is_understood_in_every_shape(self, sync_lab: Lab, retrieve: str, statuses: str) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"onerouter": {"retrieve": retrieve, "statuses": statuses}})
        lab.write(rows(3, "onerouter"))
        status = lab.finish("onerouter")
        assert status.finished
        if retrieve != "create":
            assert status.all_succeeded

    @pytest.mark.parametrize("lines", ["openai", "alias", "anthropic"])
    def test_gives_results_of_every_shape_on_another_host(self, lab: Lab, lines: str) -> None:
        lab.sandbox.set_modes({"onerouter": {"lines": lines}})
        lab.write(rows(3, "onerouter"))
        assert lab.finish("onerouter").all_succeeded
        assert {line["text"] for line in lab.lines("onerouter")} == {f"question {index}" for index in range(3)}
        assert lab.sandbox.refused_credentials == []
        assert HOST != FILES

    @pytest.mark.parametrize("words", [["status:500"] * 7, ["cut:50"], ["html"], ["empty"], ["drop_before"] * 7])
    def test_whose_other_host_has_trouble_is_asked_again(self, sync_lab: Lab, words: list[str]) -> None:
        lab = sync_lab
        lab.script("results", *words, vendor="onerouter")
        lab.write(rows(3, "onerouter"))
        assert lab.finish("onerouter").all_succeeded

    def test_that_says_not_now_within_a_success_is_waited_for(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"onerouter": {"errors": "in_200"}})
        lab.script("create", "ok", "status:429", "status:500", vendor="onerouter")
        lab.write(rows(6, "onerouter"))
        with lab.run("onerouter", max_items_per_batch=2) as run, pytest.raises(RunHeld, match=r"shard [12] "):
            run.wait()
        assert len(lab.creates) == 3
        assert lab.finish("onerouter", on_unknown="resubmit").all_succeeded
        assert set(lab.accepted("onerouter").values()) == {1}

    def test_without_a_way_to_cancel_is_watched_to_the_end(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.sandbox.set_modes({"onerouter": {"cancel": "absent"}})
        lab.write(rows(4, "onerouter"))
        with lab.run("onerouter", max_items_per_batch=2) as run:
            with pytest.raises(Stop):
                run.wait(lambda status: stop_if(status.shards.get("submitted") == 1))
            assert run.cancel().outcomes == {"succeeded": 2, "cancelled": 2}
        assert files(lab.run_dir("onerouter") / "payload") == set()
        assert Path(run.status().run_dir) == lab.run_dir("onerouter")
