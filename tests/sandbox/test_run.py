"""Whole runs against Anthropic's sandbox, by both clients: one line for each request, shards, outcomes."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from attrs import evolve

from polybatch import InputError
from polybatch.run.contents import Contents
from polybatch.run.machine import Shard
from polybatch.vendors.anthropic import Anthropic
from tests.sandbox.run_lab import Call, Lab, Stop, events, row, rows

ODD_IDS = [
    "with spaces", "ünïcödé", "日本語", "😀", "x" * 300, 'quote " and \\ backslash', "tab\tand\nnewline", "../../x",
    "\u2028", "0", "null", "-", "'; DROP TABLE shard; --", "a\u0000b", "=1+1",
]  # fmt: skip
WIRE_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def limit(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    """Give Anthropic other limits for this test."""
    profile = Anthropic.profile
    monkeypatch.setattr(Anthropic, "profile", evolve(profile, limits=evolve(profile.limits, **limits)))


class TestEveryRequestHasOneLine:
    def test_of_a_run_of_several_shards(self, lab: Lab) -> None:
        lab.write(rows(25))
        status = lab.finish(max_items_per_batch=10)
        assert status.finished
        assert status.all_succeeded
        assert (status.total, status.shards, status.answered) == (25, {"done": 3}, 25)
        assert sorted(line["custom_id"] for line in lab.lines()) == sorted(f"row-{index}" for index in range(25))
        assert sorted(entry["items"] for entry in lab.ledger()) == [6, 9, 10], "no two are as long"
        assert set(lab.accepted().values()) == {1}

    def test_in_the_form_that_is_the_same_for_all_vendors(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.finish()
        (line,) = lab.lines()
        first = ["custom_id", "outcome", "text", "body", "usage", "error", "vendor", "batch_id"]
        assert list(line) == [*first, "finish", "model", "tool_calls", "request_id"]
        assert (line["custom_id"], line["outcome"], line["text"]) == ("row-0", "succeeded", "question 0")
        assert line["body"]["content"][0]["text"] == "question 0"
        assert line["usage"]["input_tokens"] > 0
        assert (line["error"], line["vendor"], line["batch_id"]) == (None, "anthropic", lab.ledger()[0]["id"])

    def test_under_the_ids_of_the_caller_which_never_travel(self, lab: Lab) -> None:
        lab.write([row(index, own, text=f"text of {index}") for index, own in enumerate(ODD_IDS)])
        assert lab.finish(max_items_per_batch=4).all_succeeded
        assert {line["custom_id"]: line["text"] for line in lab.lines()} == {
            own: f"text of {index}" for index, own in enumerate(ODD_IDS)
        }
        travelled = [item["custom_id"] for call in lab.creates for item in call.requests]
        assert len(set(travelled)) == len(ODD_IDS)
        assert all(WIRE_ID.fullmatch(own) for own in travelled)
        assert not set(travelled) & set(ODD_IDS)

    def test_with_texts_that_only_bytes_keep_apart(self, sync_lab: Lab) -> None:
        lab = sync_lab
        texts = ["a\u2028b", "a\u0085b", "a\rb", "a\x1cb", "a\r\nb", "  edges ", "\ufeff", "long " * 5000]
        lab.write([row(index, text=text) for index, text in enumerate(texts)])
        lab.finish()
        assert {line["custom_id"]: line["text"] for line in lab.lines()} == {
            f"row-{index}": text for index, text in enumerate(texts)
        }

    def test_whatever_line_ends_and_blanks_the_input_has(self, sync_lab: Lab) -> None:
        lab = sync_lab
        first, second, third = (json.dumps(row(index)).encode() for index in range(3))
        lab.input.write_bytes(b"\xef\xbb\xbf" + first + b"\r\n\r\n  \n" + second + b"\n\n\t" + third)
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert sorted(line["text"] for line in lab.lines()) == ["question 0", "question 1", "question 2"]

    def test_with_the_model_of_the_run_where_it_names_none(self, sync_lab: Lab) -> None:
        lab = sync_lab
        nameless = row(0)
        del nameless["params"]["model"]
        lab.write([nameless, row(1)])
        lab.finish(model="claude-fallback")
        assert [item["params"]["model"] for item in lab.creates[0].requests] == ["claude-fallback", "claude-opus-5-5"]


class TestShards:
    def test_are_cut_by_bytes_of_the_whole_body(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        limit(monkeypatch, max_bytes=2_000)
        lab.write([row(index, text="ü" * (index * 7 % 300)) for index in range(60)])
        assert lab.finish().all_succeeded
        sizes = [len(call.body) for call in lab.creates]
        assert max(sizes) <= 2_000
        assert min(sizes[:-1]) > 900, "shards are much smaller than they may be"

    def test_fill_the_limit_to_the_byte(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write([row(index) for index in range(8)])
        with lab.run(run_dir=lab.directory / "probe", out=lab.directory / "probe.out") as run:
            run.wait()
        whole = len(lab.creates[0].body)
        limit(monkeypatch, max_bytes=whole)
        with lab.run() as run:
            assert sum(run.status().shards.values()) == 1
            run.wait()
        assert len(lab.creates[1].body) == whole
        limit(monkeypatch, max_bytes=whole - 1)
        with lab.run(run_dir=lab.directory / "third", out=lab.directory / "third.out") as run:
            assert sum(run.status().shards.values()) == 2

    def test_refuse_a_request_that_fits_no_body(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write([row(0), row(1, text="x" * 500)])
        lab.finish(max_items_per_batch=1)
        large = max(len(call.body) for call in lab.creates)
        limit(monkeypatch, max_bytes=large - 40)  # without its blanks it would be a little shorter
        with pytest.raises(InputError, match=r"in\.jsonl, line 2: .* bytes"):
            lab.run(run_dir=lab.directory / "other", out=lab.directory / "other.out")
        limit(monkeypatch, max_bytes=large)
        with lab.run(run_dir=lab.directory / "other", out=lab.directory / "other.out", max_items_per_batch=1) as run:
            assert run.wait().all_succeeded

    def test_are_in_flight_as_many_as_the_vendor_admits(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        limit(monkeypatch, open_batches=3)
        lab.write(rows(20))
        most = 0

        def count(call: Call) -> None:
            nonlocal most
            now = lab.time.now
            ends = [lab.sandbox.store.get("anthropic", entry["id"], now=now) for entry in lab.ledger()]
            most = max(most, sum(batch is not None and now < batch.created_at + 60 for batch in ends))

        lab.transport.after = count
        begun = lab.time.now
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert most == 3
        assert 4 * 60 <= lab.time.now - begun < 8 * 60
        assert len(lab.ledger()) == 10

    def test_all_fly_at_once_where_the_vendor_names_no_number(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(20))
        begun = lab.time.now
        lab.finish(max_items_per_batch=2)
        assert lab.time.now - begun < 120

    def test_wait_where_the_vendor_says_not_now(self, lab: Lab) -> None:
        lab.script("create", "ok", "retry_after:30", "retry_after:30", "status:429", "ok")
        lab.write(rows(6))
        begun = lab.time.now
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert lab.time.now - begun >= 60
        assert len(lab.creates) == 6
        assert set(lab.accepted().values()) == {1}

    def test_are_staged_once_and_one_at_a_time_while_the_vendor_says_not_now(
        self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lab = sync_lab
        lab.script("create", *["status:429"] * 3, "ok", "status:429", "status:429")
        lab.write(rows(8))
        staged: list[int] = []
        plain = Contents.stage

        def stage(contents: Contents, shard: Shard) -> str:
            staged.append(shard.number)
            return plain(contents, shard)

        monkeypatch.setattr(Contents, "stage", stage)
        folder = lab.run_dir() / "payload"
        lab.transport.after = lambda _: most.append(sum(path.stat().st_size > 0 for path in folder.iterdir()))
        most: list[int] = []
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert staged == [0, 1, 2, 3]
        assert max(most) == 1
        bodies = [call.body for call in lab.creates]
        assert bodies[0] == bodies[1] == bodies[2] == bodies[3] != bodies[4] == bodies[5] == bodies[6]

    def test_wait_as_long_as_the_vendor_asks_even_if_a_batch_ends_before(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "ok", "retry_after:300")
        lab.write(rows(4))
        sent: list[float] = []
        begun = lab.time.now
        lab.transport.before = lambda call: sent.append(lab.time.now - begun) if call.creates else None
        assert lab.finish(max_items_per_batch=2).all_succeeded
        assert len(sent) == 3
        assert sent[2] >= 300

    def test_wait_no_longer_than_until_a_batch_of_ours_ends(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "ok", *["status:429"] * 3)
        lab.write(rows(4))
        sent: list[float] = []
        begun = lab.time.now
        lab.transport.before = lambda call: sent.append(lab.time.now - begun) if call.creates else None
        assert lab.finish(max_items_per_batch=2, poll=25).all_succeeded
        assert sent == [0, 0, 10, 30, 62.5]

    def test_do_not_wait_for_years_because_the_vendor_says_so(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "retry_after:1000000000")
        lab.script("get", "ok", "retry_after:1000000000")
        lab.write(rows(1))
        begun = lab.time.now
        assert lab.finish().all_succeeded
        assert lab.time.now - begun < 3 * 3600


OUTCOMES: list[tuple[str, dict[str, int], set[str | None]]] = [
    ("fail:2", {"succeeded": 8, "errored": 2}, {"api_error"}),
    ("fail:2:529", {"succeeded": 8, "errored": 2}, {"overloaded_error"}),
    ("expire:3", {"succeeded": 7, "expired": 3}, {None}),
    ("cancelled:3", {"succeeded": 7, "cancelled": 3}, {None}),
    ("batch_failed", {"errored": 10}, {"api_error"}),
    ("missing_lines:4", {"succeeded": 6, "missing": 4}, {"no_result"}),
    ("missing_lines:10", {"missing": 10}, {"no_result"}),
    ("duplicate_lines:4", {"succeeded": 10}, set()),
    ("foreign_lines:4", {"succeeded": 10}, set()),
    ("conflict_lines:4", {"succeeded": 10}, set()),
    ("garbage_lines:4", {"succeeded": 10}, set()),
    ("missing_lines:2+duplicate_lines:3+foreign_lines:5+fail:1+expire:1",
     {"succeeded": 6, "errored": 1, "expired": 1, "missing": 2}, {"api_error", None, "no_result"}),
]  # fmt: skip


class TestOutcomes:
    @pytest.mark.parametrize(("words", "outcomes", "codes"), OUTCOMES, ids=[words for words, *_ in OUTCOMES])
    def test_of_scripted_batches(
        self, sync_lab: Lab, words: str, outcomes: dict[str, int], codes: set[str | None]
    ) -> None:
        lab = sync_lab
        lab.script("create", words)
        lab.write(rows(10))
        status = lab.finish()
        assert status.outcomes == outcomes == lab.outcomes()
        assert status.finished
        assert not status.all_succeeded or outcomes == {"succeeded": 10}
        assert sorted(line["custom_id"] for line in lab.lines()) == sorted(f"row-{index}" for index in range(10))
        errors = [line["error"] for line in lab.lines() if line["outcome"] != "succeeded"]
        assert {error["code"] if error else None for error in errors} == codes
        assert all((line["text"] is None) == (line["outcome"] != "succeeded") for line in lab.lines())

    def test_of_a_batch_that_never_ends_until_it_is_cancelled(self, lab: Lab) -> None:
        lab.script("create", "stuck", "ok")
        lab.write(rows(4))
        with lab.run(max_items_per_batch=2) as run:
            deadline = lab.time.now + 7200

            def weary(_: object) -> None:
                if lab.time.now > deadline:
                    raise Stop

            with pytest.raises(Stop):
                run.wait(weary)
            assert run.status().shards == {"submitted": 1, "done": 1}
            assert run.cancel().outcomes == {"succeeded": 2, "cancelled": 2}

    def test_of_a_result_of_a_kind_that_nobody_knows(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("results", "unknown_status")
        lab.write(rows(2))
        lab.finish()
        assert lab.outcomes() == {"errored": 2}
        assert {line["error"]["code"] for line in lab.lines()} == {"unknown_variant"}
        assert not any(line["error"]["retryable"] for line in lab.lines())

    def test_odd_results_are_noted_once(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "duplicate_lines:2+foreign_lines:3")
        lab.write(rows(5))
        lab.finish()
        with lab.run() as run:
            assert len(list(run.results())) == 5
            assert len(list(run.results())) == 5
        found = [event for event in events(lab.run_dir()) if "foreign" in event]
        assert [(event["kind"], event["foreign"], event["duplicates"]) for event in found] == [("done", 3, 2)]

    def test_odd_results_are_kept_apart_with_the_reason(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.script("create", "duplicate_lines:1+conflict_lines:2+foreign_lines:3+garbage_lines:1")
        lab.write(rows(5))
        status = lab.finish()
        assert status.all_succeeded
        odd = {"foreign": 3, "duplicates": 1, "conflicts": 2, "unreadable": 1}
        assert status.odd == odd
        with (lab.run_dir() / "quarantine" / "000000.jsonl").open("rb") as file:
            kept = [json.loads(line) for line in file]
        assert Counter(entry["reason"] for entry in kept) == {"foreign": 3, "conflict": 2, "unreadable": 1}
        fetched = (lab.run_dir() / "results" / "000000.jsonl").read_text().splitlines()
        assert all(entry["raw"] in fetched for entry in kept), "as it came"
        answers = {line["custom_id"]: line["text"] for line in lab.lines()}
        assert answers == {f"row-{index}": f"question {index}" for index in range(5)}, "the first answer counts"
