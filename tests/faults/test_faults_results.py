"""F34 to F39 and F50 to F52: results that do not come, come otherwise, or twice; at every vendor that it can hit."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import zstandard

from polybatch import PolybatchError
from polybatch.cli import report
from polybatch.cli.exits import Code, code_of
from polybatch.run.journal import read
from polybatch_sandbox import Response
from tests.faults.fault_lab import (
    VENDORS,
    delivering,
    documents,
    each_counted,
    each_vendor,
    kinds,
    operation,
    outcome_of,
    proved,
    replies,
    result_lines,
    whole,
)
from tests.sandbox.run_lab import Call, Lab, events, files, row, rows

LINED = pytest.mark.parametrize("vendor", ["anthropic", "meshapi", "onerouter"])
"""Vendors whose results are lines, or entries; Letta's are the messages of all agents together."""


def names(count: int) -> list[str]:
    return [f"row-{number}" for number in range(count)]


# -- the download breaks


def cut_in(encoding: str, compress: Callable[[bytes], bytes]) -> Callable[[Response], Response]:
    def cut(reply: Response) -> Response:
        packed = compress(reply.read())
        return replace(reply, body=packed[: len(packed) // 2]).adding([("Content-Encoding", encoding)])

    return cut


CUTS: dict[str, Callable[[Response], Response]] = {
    "broken off": lambda reply: replace(reply, body=(body := reply.read()), cut=len(body) // 2),
    "ended like a whole one": lambda reply: replace(reply, body=(body := reply.read())[: len(body) // 2]),
    "in gzip": cut_in("gzip", partial(gzip.compress, mtime=0)),
    "in zstd": cut_in("zstd", zstandard.compress),
    "nothing": lambda reply: replace(reply, body=b""),
}


@each_vendor
def test_f34_a_body_that_ends_early_is_fetched_again(lab: Lab, vendor: str) -> None:
    lab.write(rows(9, vendor))
    cuts = iter(CUTS.values())

    def cut(reply: Response) -> Response:
        body = reply.read()
        plain = replace(reply, body=body)
        delivers = reply.status == 200 and (b'"row' in body or b"-000000-0-" in body)
        return next(cuts, lambda plain: plain)(plain) if delivers else plain

    replies(lab, delivering(vendor), cut)
    assert lab.finish(vendor).all_succeeded
    assert next(cuts, None) is None
    assert files(lab.run_dir(vendor) / "results") == {"000000.jsonl"}
    whole(lab, vendor)


@each_vendor
def test_f35_a_download_that_always_breaks_is_given_up_with_advice(sync_lab: Lab, vendor: str) -> None:
    """At the same place every time; the other batches come home."""
    lab = sync_lab
    lab.write([*rows(5, vendor), row(5, text="x" * 3000, vendor=vendor)])
    begun = lab.time.now

    def cut(reply: Response) -> Response:
        assert lab.time.now - begun < 20_000, "it goes on for ever"
        body = reply.read()
        return replace(reply, body=body, cut=2500 if b"xxx" in body else None)

    replies(lab, delivering(vendor), cut)
    with lab.run(vendor, max_items_per_batch=2) as run:
        with pytest.raises(PolybatchError) as given_up:
            run.wait()
        assert run.status().outcomes == {"succeeded": 4}
    assert code_of(given_up.value) is Code.STOPPED
    assert "--max-items-per-batch" in str(given_up.value)
    lab.transport.rewrite = lambda _, reply: reply
    assert lab.finish(vendor, max_items_per_batch=2).all_succeeded
    whole(lab, vendor)


# -- the lines are others


@each_vendor
def test_f36_results_in_any_order_make_the_same_output(sync_lab: Lab, vendor: str) -> None:
    lab = sync_lab
    lab.write(rows(7, vendor))
    outputs: list[list[dict[str, Any]]] = []

    def turned(lines: list[bytes]) -> list[bytes]:
        if vendor != "letta":
            return lines[::-1]
        page = json.loads(b"".join(lines))
        page["messages"].sort(key=lambda message: message["agent_id"], reverse=True)
        return [json.dumps(page).encode()]

    for change in (list[bytes], turned):
        lab.transport.rewrite = lambda _, reply: reply
        result_lines(lab, vendor, change)
        assert lab.finish(vendor).all_succeeded
        lines = sorted(lab.lines(vendor), key=lambda line: line["custom_id"])
        outputs.append([{name: line[name] for name in line if name not in {"batch_id", "body"}} for line in lines])
        lab.run_dir(vendor).rename(lab.directory / f"gone-{len(outputs)}")
        lab.out(vendor).unlink()
    assert outputs[0] == outputs[1]
    assert [line["text"] for line in outputs[0]] == [f"question {number}" for number in range(7)]


@each_vendor
@pytest.mark.parametrize("missing", [1, 4, 10])
def test_f37_results_that_are_not_there(lab: Lab, vendor: str, missing: int) -> None:
    lab.write(rows(10, vendor))
    lab.script("create", f"missing_lines:{missing}", vendor=vendor)
    status = lab.finish(vendor)
    assert (status.outcomes.get("succeeded", 0), status.outcomes["missing"]) == (10 - missing, missing)
    assert not status.all_succeeded
    assert report.look(lab.run_dir(vendor)).code is Code.SOME_FAILED
    gone = [line for line in lab.lines(vendor) if line["outcome"] == "missing"]
    assert {line["custom_id"] for line in gone} == set(names(10)[10 - missing :])
    assert {line["error"]["code"] for line in gone} == {"no_result"}
    whole(lab, vendor)


@each_counted
def test_f37_results_that_are_not_there_yet_are_fetched_again(lab: Lab, vendor: str) -> None:
    lab.write(rows(10, vendor))
    counts = iter([0, 9])
    result_lines(lab, vendor, lambda lines: lines[: next(counts, 10)] if lines else lines)
    assert lab.finish(vendor).all_succeeded
    assert next(counts, None) is None
    assert kinds(lab, vendor).count("fetched") == 1
    whole(lab, vendor)


@each_vendor
def test_f37_what_is_missing_can_be_sent_again(lab: Lab, vendor: str) -> None:
    lab.write(rows(10, vendor))
    lab.script("create", "missing_lines:3", vendor=vendor)
    assert lab.finish(vendor, retries=1).all_succeeded
    assert [entry["items"] for entry in lab.ledger(vendor)] == [10, 3]
    proved(lab, vendor)


@LINED
def test_f38_a_result_that_comes_twice_counts_once_and_a_contradiction_is_kept(lab: Lab, vendor: str) -> None:
    lab.write(rows(5, vendor))
    lab.script("create", "duplicate_lines:2+conflict_lines:1", vendor=vendor)
    status = lab.finish(vendor)
    assert status.all_succeeded
    assert status.odd == {"duplicates": 2, "conflicts": 1}
    (kept,) = (lab.run_dir(vendor) / "quarantine" / "000000.jsonl").read_bytes().splitlines()
    assert json.loads(kept)["reason"] == "conflict"
    assert "on second thoughts" in json.loads(kept)["raw"]
    assert not any("on second thoughts" in line["text"] for line in lab.lines(vendor)), "the first one counts"
    whole(lab, vendor)


def test_f38_at_letta_two_answers_of_an_agent_are_one_result(lab: Lab) -> None:
    lab.write(rows(5, "letta"))
    lab.script("create", "duplicate_lines:2", vendor="letta")
    assert lab.finish("letta").all_succeeded
    whole(lab, "letta")


STRANGE_IDS = (
    "", "row-0", "0", "aaaaaaaa-000000-0-000000", "{own8}-000001-0-000000", "{own8}-000000-1-000000",
    "{own8}-000000-0-000099", "{own8}-000000-0--00001", " {own}", "{own} ", "\u0000", "x" * 10_000,
)  # fmt: skip
"""Nobody's, the caller's, another run's, another shard's, another generation's, one too far, and the like."""


@LINED
def test_f39_a_result_under_an_id_that_is_not_of_the_batch_is_nobodys(lab: Lab, vendor: str) -> None:
    """As many results as requests, and the last under another id: it is not matched by its place."""
    lab.write(rows(len(STRANGE_IDS) + 1, vendor))

    def renamed(lines: list[bytes]) -> list[bytes]:
        found = [json.loads(line) for line in lines]
        own = str(found[0]["custom_id"])
        for line, name in zip(found[1:], STRANGE_IDS, strict=True):
            line["custom_id"] = name.format(own=own, own8=own[:8])
        return [json.dumps(line).encode() for line in found]

    result_lines(lab, vendor, renamed)
    status = lab.finish(vendor)
    assert status.outcomes == {"succeeded": 1, "missing": len(STRANGE_IDS)}
    assert status.odd == {"foreign": len(STRANGE_IDS)}
    kept = (lab.run_dir(vendor) / "quarantine" / "000000.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["reason"] for line in kept] == ["foreign"] * len(STRANGE_IDS)
    (line,) = [line for line in lab.lines(vendor) if line["outcome"] == "succeeded"]
    assert line["text"] == f"question {line['custom_id'].removeprefix('row-')}"
    whole(lab, vendor)


def test_f39_at_letta_an_agent_that_nobody_asked_is_nobodys(lab: Lab) -> None:
    lab.write(rows(5, "letta"))
    lab.script("create", "foreign_lines:2", vendor="letta")
    status = lab.finish("letta")
    assert (status.all_succeeded, status.odd) == (True, {"foreign": 2})
    whole(lab, "letta")


# -- a request that failed within a success


RETRYABLE = {"429": True, "500": True, "529": True, "400": False, "413": False}


@each_counted
def test_f50_an_error_of_a_request_is_repeated_or_not_by_its_kind(lab: Lab, vendor: str) -> None:
    lab.write(rows(10, vendor))
    lab.script("create", *(f"fail:1:{code}" for code in RETRYABLE), vendor=vendor)
    status = lab.finish(vendor, retries=1, max_items_per_batch=2)
    assert status.outcomes == {"succeeded": 8, "errored": 2}
    assert status.repeated == 3
    shards = read(lab.run_dir(vendor))[1]
    again = [shard for shard in shards if shard.generation == 1]
    assert sum(shard.items for shard in again) == 3
    assert {parent for shard in again for parent in shard.parents} == {0, 1, 2}
    assert status.usage["input_tokens"] == sum(
        line["usage"]["input_tokens"] for line in lab.lines(vendor) if line["usage"]
    )  # fmt: skip
    assert len({line["custom_id"] for line in lab.lines(vendor)}) == 10
    proved(lab, vendor)


def test_f50_an_answer_with_a_blemish_is_an_answer(lab: Lab) -> None:
    """Refused, cut short, or without a word: paid for, delivered, and never asked for again."""
    lab.write(rows(3))
    changes = iter([{"stop_reason": "refusal", "content": []}, {"stop_reason": "max_tokens"}, {"content": []}])

    def blemished(lines: list[bytes]) -> list[bytes]:
        found = [json.loads(line) for line in lines]
        for line in found:
            line["result"]["message"].update(next(changes))
        return [json.dumps(line).encode() for line in found]

    result_lines(lab, "anthropic", blemished)
    with lab.run(retries=3) as run:
        assert run.wait().all_succeeded
        finishes = {result.finish.value if result.finish else None for result in run.results()}
    assert finishes == {"refusal", "length", "stop"}
    assert len(lab.creates) == 1
    assert {line["body"]["stop_reason"] for line in lab.lines()} == {"refusal", "max_tokens", "end_turn"}
    whole(lab)


def test_f50_a_filtered_answer_in_the_form_of_openai_is_an_answer(lab: Lab) -> None:
    lab.write(rows(1, "meshapi"))

    def filtered(lines: list[bytes]) -> list[bytes]:
        return [line.replace(b'"finish_reason": "stop"', b'"finish_reason": "content_filter"') for line in lines]

    result_lines(lab, "meshapi", filtered)
    with lab.run("meshapi", retries=3) as run:
        assert run.wait().all_succeeded
        assert [str(result.finish) for result in run.results()] == ["refusal"]
    assert len(lab.creates) == 1


@pytest.mark.parametrize("vendor", VENDORS)
def test_f51_an_answer_in_several_parts_is_one_answer(lab: Lab, vendor: str) -> None:
    lab.write(rows(2, vendor))
    expected = "one \u2028two"

    def of_blocks(line: dict[str, Any], message: dict[str, Any]) -> dict[str, Any]:
        text = [{"type": "text", "text": "one "}, {"type": "thinking"}, {"type": "text", "text": "\u2028two"}]
        message["content"] = text
        return line

    def parted(lines: list[bytes]) -> list[bytes]:
        found = [json.loads(line) for line in lines]
        if vendor == "anthropic":
            return [json.dumps(of_blocks(line, line["result"]["message"])).encode() for line in found]
        for line in found:
            choices = line["response"]["body"]["choices"]
            choices[0]["message"]["content"] = expected
            choices.insert(0, {"index": 1, "message": {"role": "assistant", "content": "another"}})
        return [json.dumps(line).encode() for line in found]

    if vendor == "letta":
        expected = "one \u2028two\nthree"
        documents(lab, "results", spoken_twice)
    else:
        result_lines(lab, vendor, parted)
    assert lab.finish(vendor).all_succeeded
    assert [line["text"] for line in lab.lines(vendor)] == [expected] * 2


def spoken_twice(page: dict[str, Any]) -> dict[str, Any]:
    """Each of Letta's agents sends two messages in a step; the newest stands first."""
    messages = []
    for message in page["messages"]:
        if message["role"] == "assistant":
            call = message["tool_calls"][0]
            said = [{**call, "function": {**call["function"], "arguments": json.dumps({"message": text})}}
                    for text in ("three", "one \u2028two")]  # fmt: skip
            messages += [{**message, "tool_calls": [one]} for one in said]
        else:
            messages.append(message)
    return {**page, "messages": messages}


@each_vendor
def test_f52_what_a_batch_costs_is_counted_once_however_often_one_looks(lab: Lab, vendor: str) -> None:
    lab.write(rows(6, vendor))
    lab.script("results", "drop_after", "cut:100", vendor=vendor)
    with lab.run(vendor, poll=2, max_items_per_batch=3) as run:
        run.wait(lambda status: run.run.stop() if "done" in status.shards else None)
        part = run.status().usage
    looks = [call for call in lab.transport.calls if operation(call) == "get"]
    assert len(looks) > 10
    status = lab.finish(vendor, max_items_per_batch=3)
    assert status == lab.finish(vendor, max_items_per_batch=3), "another look changes nothing"
    used: dict[str, int] = {}
    for line in lab.lines(vendor):
        for name, count in (line["usage"] or {}).items():
            used[name] = used.get(name, 0) + (count or 0)
    assert {name: count for name, count in status.usage.items() if count} == {n: c for n, c in used.items() if c}
    assert all(part[name] <= status.usage[name] for name in part)
    assert kinds(lab, vendor).count("done") == len(lab.ledger(vendor))
    assert sum(entry["billed"] for entry in lab.ledger(vendor)) == 6
    whole(lab, vendor)


def test_f52_a_batch_that_is_looked_at_by_others_too(lab: Lab) -> None:
    """A vendor that books a batch again with every look shows that in its bill, not in ours."""
    lab.write(rows(4, "onerouter"))
    fees = iter(range(1, 100))
    documents(lab, "get", lambda document: document | {"fees": f"{next(fees)}.0"})
    seen: list[Call] = []
    lab.transport.after = seen.append
    assert lab.finish("onerouter", poll=2).all_succeeded
    assert len(seen) > 5
    ended = [each for each in events(lab.run_dir("onerouter")) if each["kind"] == "ended"]
    assert len(ended) == 1
    assert ended[0]["fees"].endswith(".0")
    assert outcome_of(lab.lines("onerouter")) == dict.fromkeys(names(4), "succeeded")
