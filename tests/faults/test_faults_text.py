"""F40 to F46 and F49: what may stand in a request or an answer, and must neither be lost nor do any harm.

Lines end with a line feed and with nothing else; numbers and characters that not every reader of JSON takes cost at
most the one answer that holds them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import click.testing
import pytest

from polybatch import InputError, PolybatchError
from polybatch.cli import main
from polybatch_sandbox import Response
from tests.faults.fault_lab import (
    documents,
    each_vendor,
    lines_of,
    replies,
    result_lines,
    whole,
)
from tests.sandbox.run_lab import Lab, row, rows

LINED = pytest.mark.parametrize("vendor", ["anthropic", "meshapi", "onerouter"])
ENDS = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg\x1dh\x1ei\r\nj\rk\tl"
"""Everything that some splitter of lines takes for an end."""


def texts(lab: Lab, vendor: str) -> dict[str, Any]:
    return {line["custom_id"]: line["text"] for line in lines_of(lab, vendor)}


# -- the input


@each_vendor
def test_f40_an_id_that_is_used_twice_is_refused_with_both_lines(sync_lab: Lab, vendor: str) -> None:
    lab = sync_lab
    lab.write([*rows(5, vendor), row(9, "row-2", vendor=vendor)])
    with pytest.raises(InputError, match=r"line 6: custom_id 'row-2' was used before, on line 3"):
        lab.run(vendor)
    assert lab.transport.calls == []
    assert not lab.run_dir(vendor).exists()


@each_vendor
def test_f41_an_input_with_any_ends_of_lines(lab: Lab, vendor: str) -> None:
    lines = [json.dumps(row(number, text=f"{ENDS} {number}", vendor=vendor), ensure_ascii=number == 1).encode()
             for number in range(4)]  # fmt: skip
    lab.input.write_bytes(
        b"\xef\xbb\xbf" + b"\r\n".join([lines[0], b"", lines[1], b" \t ", lines[2]]) + b"\n" + lines[3]
    )
    assert lab.finish(vendor).all_succeeded
    assert texts(lab, vendor) == {f"row-{number}": f"{ENDS} {number}" for number in range(4)}
    sent = [item for call in lab.creates for item in call.requests]
    assert len(sent) == 4


NO_JSON = {"NaN": b"NaN", "infinite": b"Infinity", "too large": b"1e400", "negative": b"-1e400"}


@each_vendor
def test_f42_a_number_that_is_none_is_refused(sync_lab: Lab, vendor: str) -> None:
    lab = sync_lab
    for said in NO_JSON.values():
        odd = json.dumps(row(2, vendor=vendor) | {"seed": 0}).encode().replace(b'"seed": 0', b'"seed": ' + said)
        lab.write([*rows(2, vendor), odd])
        with pytest.raises(InputError, match=r"line 3: not JSON: "):
            lab.run(vendor)
    assert lab.transport.calls == []


@each_vendor
def test_f44_an_integer_that_would_be_rounded_is_refused(sync_lab: Lab, vendor: str) -> None:
    lab = sync_lab
    for said in (str(10**22).encode(), b"9" * 5000):
        odd = json.dumps(row(2, vendor=vendor) | {"seed": 0}).encode().replace(b'"seed": 0', b'"seed": ' + said)
        lab.write([*rows(2, vendor), odd])
        with pytest.raises(InputError, match="line 3"):
            lab.run(vendor, no_check=True)
    assert lab.transport.calls == []


# -- the answers


@pytest.mark.parametrize("vendor", ["anthropic", "onerouter"])
def test_f41_results_with_any_ends_of_lines(lab: Lab, vendor: str) -> None:
    lab.write([row(number, text=f"{ENDS} {number}", vendor=vendor) for number in range(4)])

    def respaced(reply: Response) -> Response:
        lines = reply.read().split(b"\n")[:-1]
        return replace(reply, body=b"\xef\xbb\xbf\n" + b"\r\n  \r\n\n".join(lines))

    replies(lab, "results", respaced)
    assert lab.finish(vendor).all_succeeded
    assert texts(lab, vendor) == {f"row-{number}": f"{ENDS} {number}" for number in range(4)}
    whole(lab, vendor)


def first_spoilt(lab: Lab, vendor: str, member: bytes) -> list[bytes]:
    """The first answer of each download has one more member in its innermost object; gives what was sent."""
    sent: list[bytes] = []

    def spoil(lines: list[bytes]) -> list[bytes]:
        if not lines:
            return lines
        before, found, after = lines[0].partition(b'"role":')
        assert found
        sent.append(before + b'"extra":' + member + b"," + found + after)
        return [sent[-1], *lines[1:]]

    result_lines(lab, vendor, spoil)
    return sent


def one_odd_answer(lab: Lab, vendor: str, member: bytes) -> None:
    """Whatever the first answer holds, all the others come, and its bytes are on disk."""
    lab.write(rows(5, vendor))
    sent = first_spoilt(lab, vendor, member)
    status = lab.finish(vendor)
    assert status.finished
    assert status.outcomes["succeeded"] >= 4
    if status.outcomes["succeeded"] == 4:
        assert status.outcomes == {"succeeded": 4, "missing": 1}
        assert status.odd == {"unreadable": 1}
    assert {text for text in texts(lab, vendor).values() if text} <= {f"question {number}" for number in range(5)}
    kept = (lab.run_dir(vendor) / "results" / "000000.jsonl").read_bytes()
    assert member in kept
    assert sent
    whole(lab, vendor)


@LINED
@pytest.mark.parametrize("name", NO_JSON)
def test_f42_an_answer_with_a_number_that_is_none_costs_only_itself(sync_lab: Lab, vendor: str, name: str) -> None:
    one_odd_answer(sync_lab, vendor, NO_JSON[name])


@each_vendor
def test_f43_half_a_character_does_not_cost_the_answer(lab: Lab, vendor: str) -> None:
    lab.write([row(0, text="cut \U0001f600", vendor=vendor), row(1, text="whole \U0001f600", vendor=vendor)])

    def halve(reply: Response) -> Response:
        body = reply.read()
        for form in ("cut \U0001f600".encode(), b"cut \\ud83d\\ude00"):
            body = body.replace(form, b"cut \\ud83d")
        return replace(reply, body=body)

    replies(lab, "get" if vendor == "meshapi" else "results", halve)
    with lab.run(vendor) as run:
        assert run.wait().all_succeeded
        found = {result.custom_id: result for result in run.results()}
        assert found["row-0"].body
        assert b"\\ud83d" in found["row-0"].raw
    assert texts(lab, vendor) == {"row-0": "cut \ufffd", "row-1": "whole \U0001f600"}
    assert b"\\ud83d" in (lab.run_dir(vendor) / "results" / "000000.jsonl").read_bytes()
    whole(lab, vendor)


@LINED
def test_f44_a_number_of_any_length_comes_as_it_was_sent(lab: Lab, vendor: str) -> None:
    lab.write(rows(5, vendor))
    long, beyond = 12345678901234567890123, 2**53 + 1
    first_spoilt(lab, vendor, f"[{long},{beyond},-{long}]".encode())
    with lab.run(vendor) as run:
        assert run.wait().all_succeeded
        bodies = json.dumps([result.body for result in run.results()])
    assert f"[{long}, {beyond}, -{long}]" in bodies, "no silent rounding"
    assert f"[{long},{beyond},-{long}]".encode() in lab.out(vendor).read_bytes().replace(b" ", b"")
    whole(lab, vendor)


HARD = {
    "digits": b"7" * 5000,
    "nesting": b"[" * 20_000 + b"]" * 20_000,
    "keys": b"{" + b",".join(b'"%d":0' % number for number in range(20_000)) + b"}",
    "twice": b'{"a":1,"a":2}',
}


@LINED
@pytest.mark.parametrize("what", HARD)
def test_f45_an_answer_that_is_hard_to_read_costs_only_itself(sync_lab: Lab, vendor: str, what: str) -> None:
    one_odd_answer(sync_lab, vendor, HARD[what])


# -- the terminal

NASTY = "\x1b[2J\x1b]52;c;c3Rlal9tZQ==\x07\u202e\u2066\x9b31m\r\b\x00\u2028"
CONTROLS = {*NASTY} - {"[", "2", "J", "]", "5", ";", "c", "3", "R", "l", "a", "j", "_", "9", "t", "Z", "Q", "=", "1",
                       "m"}  # fmt: skip


@pytest.mark.parametrize("command", ["status", "verify", "results"])
@pytest.mark.parametrize("vendor", ["anthropic", "meshapi", "onerouter"])
def test_f49_nothing_that_a_vendor_says_moves_the_cursor(sync_lab: Lab, vendor: str, command: str) -> None:
    """Errors of requests, ids of batches and the reason of a hold, all with escapes in them."""
    lab = sync_lab
    lab.write([row(0, f"a{NASTY}", f"q{NASTY}", vendor), row(1, "b", vendor=vendor)])
    lab.script("create", "fail:1:invalid_request_error", vendor=vendor)

    def shout(reply: Response) -> Response:
        told = json.dumps(NASTY)[1:-1].encode()
        return replace(reply, body=reply.read().replace(b"the request could not", told + b"the request could not"))

    replies(lab, "get" if vendor == "meshapi" else "results", shout)
    assert lab.finish(vendor).outcomes == {"succeeded": 1, "errored": 1}
    done = click.testing.CliRunner().invoke(main, [command, str(lab.run_dir(vendor))])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.output
    assert not CONTROLS & {*done.output}
    (said,) = [line["error"]["message"] for line in lab.lines(vendor) if line["error"]]
    assert said.startswith(NASTY), "files keep what came"
    assert any(line["custom_id"] == f"a{NASTY}" for line in lab.lines(vendor))


def test_f49_nothing_in_a_held_run_moves_the_cursor(sync_lab: Lab) -> None:
    lab = sync_lab
    lab.write(rows(4))
    documents(lab, "create", lambda document: document | {"id": document["id"] + NASTY})
    with lab.run() as run, pytest.raises(PolybatchError):
        run.wait()
    done = click.testing.CliRunner().invoke(main, ["status", str(lab.run_dir())])
    assert done.output
    assert not CONTROLS & {*done.output}
