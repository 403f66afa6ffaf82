"""The command line against the sandbox: what a run prints and where, how it exits, what it refuses."""

from __future__ import annotations

import http.server
import json
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import polybatch.retry
from polybatch.run.opening import Gauge
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, OUT, RUN, Cli, at, item, ledger, lines, requests_file, script, told

# -- run


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi", "onerouter"])
def test_a_run_of_each_vendor(cli: Cli, served: Server, vendor: str, tmp_path: Path) -> None:
    done = cli("run", requests_file(vendor), *at(served, vendor), *FAST)
    out, folder = tmp_path / f"in.{vendor}.results.jsonl", tmp_path / f"in.jsonl.{vendor}.polybatch"
    usage = "usage     " + ("not given by Letta" if vendor == "letta" else "69 input tokens, 6 output tokens") + "\n"
    assert done.stdout == f"requests  3: 3 succeeded\nresults   {out}\nrun       {folder}\n{usage}"
    assert done.exit_code == 0
    assert sorted(line["custom_id"] for line in lines(out)) == ["row 0", "row 1", "row 2"]
    assert {line["vendor"] for line in lines(out)} == {vendor}
    assert cli("verify", folder).exit_code == 0


def test_the_same_command_again_sends_nothing(cli: Cli, served: Server) -> None:
    first = cli("run", requests_file(), *at(served), *FAST)
    before = ledger(served)
    again = cli("run", "in.jsonl", *at(served), *FAST)
    assert (again.exit_code, again.stdout) == (0, first.stdout)
    assert ledger(served) == before


def test_progress_is_plain_lines_on_stderr(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(), *at(served), *FAST)
    seen = done.stderr.splitlines()
    assert seen[0] == "0 of 3 requests have their result; batches: 1 planned"
    assert "0 of 3 requests have their result; batches: 1 submitted" in seen
    assert "\x1b" not in done.stderr


def test_the_summary_names_failures_and_what_to_do(cli: Cli, served: Server) -> None:
    script(served, "create", "fail:2:overloaded_error+expire:1")
    done = cli("run", requests_file(count=5), *at(served), *FAST)
    assert done.exit_code == 1
    assert "requests  5: 2 succeeded, 2 errored, 1 expired\n" in done.stdout
    assert re.sub(r"row \d", "row N", done.stdout).splitlines()[1:10] == [
        "",
        "Requests  Cause             First of them, and what to do",
        "       2  overloaded_error  row N: the request could not be processed",
        "                            this may pass: run them anew, or let --retries=1 do",
        "                            it",
        "       1  expired           row N",
        "                            the vendor ran out of time: run them anew, or let",
        "                            --retries=1 do it",
        "",
    ]
    assert "next      3 lines of the results have another outcome than succeeded" in done.stdout


def test_the_summary_as_data(cli: Cli, served: Server, tmp_path: Path) -> None:
    script(served, "create", "fail:1")
    done = cli("run", requests_file(), *at(served), *FAST, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert found["outcomes"] == {"succeeded": 2, "errored": 1, "expired": 0, "cancelled": 0, "missing": 0}
    assert (found["total"], found["open"], found["finished"], found["all_succeeded"]) == (3, 0, True, False)
    assert (found["run_dir"], found["out"]) == (str(tmp_path / RUN), str(tmp_path / OUT))
    assert [(error["requests"], bool(error["code"])) for error in found["errors"]] == [(1, True)]
    assert found["errors"][0]["custom_id"] in {"row 0", "row 1", "row 2"}
    assert found["errors"][0]["next"]
    assert found["driver"] is None
    assert found["batches"][0]["batch_id"] == ledger(served)[-1]["id"]


def test_results_on_stdout_come_once_at_the_end_and_alone(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(), *at(served), *FAST, "-o", "-")
    assert sorted(json.loads(line)["custom_id"] for line in done.stdout.splitlines()) == ["row 0", "row 1", "row 2"]
    assert "requests  3: 3 succeeded\nresults   standard output\n" in done.stderr
    assert not OUT.exists()
    again = cli("resume", RUN, "-o", "-")
    assert (again.exit_code, again.stdout) == (0, done.stdout)
    other = cli("run", "in.jsonl", *at(served), "-o", "x.jsonl")
    assert (other.exit_code, other.stdout) == (2, "")
    assert "error: this run writes its results to standard output\n" in other.stderr


def test_standard_input_needs_a_place_and_then_works(cli: Cli, served: Server) -> None:
    text = requests_file().read_text(encoding="utf-8")
    done = cli("run", "-", *at(served), stdin=text)
    assert done.exit_code == 2
    assert done.stderr == "error: standard input needs --run-dir\nhint: so that the run can be resumed\n"
    done = cli("run", "-", *at(served), *FAST, "--run-dir", "place", stdin=text)
    assert done.exit_code == 0
    assert len(lines("place/results.jsonl")) == 3
    assert cli("resume", "place").exit_code == 0


def test_a_file_that_is_not_this_runs_is_not_overwritten(cli: Cli, served: Server) -> None:
    OUT.write_text("precious\n")
    done = cli("run", requests_file(), *at(served), *FAST)
    assert done.exit_code == 2
    assert f"{OUT} exists and was not written by this run" in done.stderr
    assert OUT.read_text() == "precious\n"
    assert not RUN.exists()


def test_a_warning_is_shown_and_the_item_sent(cli: Cli, served: Server) -> None:
    Path("in.jsonl").write_text(json.dumps(item("anthropic", 1, service_tier="platinum")) + "\n")
    done = cli("run", "in.jsonl", *at(served), *FAST)
    assert done.stderr.count("warning: in.jsonl, line 1: params.service_tier: ") == 1
    assert "HTTP 400" in done.stderr, "the item was sent, and the sandbox knows no more words than the document"


def test_options_and_model_reach_the_wire(cli: Cli, served: Server) -> None:
    path = requests_file()
    path.write_text("".join(line.replace('"model": "m/n", ', "") + "\n" for line in path.read_text().splitlines()))
    done = cli("run", path, *at(served), *FAST, "--option", "betas=one,two", "--model", "mm", "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["options"] == {"betas": ["one", "two"]}
    assert {line["body"]["model"] for line in lines(OUT)} == {"mm"}


def test_more_requests_than_allowed_are_refused(cli: Cli, served: Server) -> None:
    before = ledger(served)
    done = cli("run", requests_file(), *at(served), "--max-requests", "2")
    assert done.exit_code == 2
    assert "line 3: more than the 2 requests that --max-requests allows" in done.stderr
    assert ledger(served) == before


def test_a_lower_limit_makes_more_batches(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(count=5), *at(served), *FAST, "--max-items-per-batch", "2", "--json")
    assert [batch["items"] for batch in json.loads(done.stdout)["batches"]] == [2, 2, 1]


def test_the_words_of_a_vendor_are_harmless(cli: Cli, served: Server) -> None:
    script(served, "create", "fail:1:no\x1b[2J\u202e")
    done = cli("run", requests_file(), *at(served), *FAST)
    assert done.exit_code == 1
    assert "\n       1  no\\x1b[2J\\u202e  " in done.stdout


# -- bad input: where, what to do, and nothing is sent


GOOD = json.dumps(item("anthropic", 7))
BAD_FILES: dict[str, tuple[bytes, str]] = {
    "not JSON": (b'{"custom_id": \n', "in.jsonl, line 1: not JSON"),
    "not an object": (b"[1, 2]\n", "in.jsonl, line 1: expected a JSON object, got [1, 2]"),
    "no id": (b'{"params": {}}\n', "in.jsonl, line 1: custom_id is missing"),
    "id twice": (f"{GOOD}\n\n{GOOD}\n".encode(), "in.jsonl, line 3: custom_id 'row 7' was used before, on line 1"),
    "NaN": (GOOD.replace(": 9", ": NaN").encode(), "NaN and Infinity are not JSON"),
    "Infinity": (GOOD.replace(": 9", ": -Infinity").encode(), "NaN and Infinity are not JSON"),
    "UTF-8": (b"\n\n" + GOOD.replace("row", "r\xe4").encode("latin-1"), "in.jsonl, line 3: not JSON: invalid UTF-8"),
    "empty": (b"", "in.jsonl holds no requests"),
    "blank": (b"\n \n\n", "in.jsonl holds no requests"),
    "no max_tokens": (GOOD.replace('"max_tokens": 9, ', "").encode(), "in.jsonl, line 1: params: "),
    "wrong type": (GOOD.replace(": 9", ': "9"').encode(), "in.jsonl, line 1: params.max_tokens: "),
    "streamed": (json.dumps(item("anthropic", 1, stream=True)).encode(), "in.jsonl, line 1: params.stream: "),
    "temperature": (json.dumps(item("anthropic", 1, temperature=0.5)).encode(), "line 1: params.temperature: is not"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_input_says_where_and_nothing_is_sent(cli: Cli, served: Server, name: str) -> None:
    content, message = BAD_FILES[name]
    Path("in.jsonl").write_bytes(content)
    before = ledger(served)
    done = cli("run", "in.jsonl", *at(served))
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) <= 2
    assert ledger(served) == before
    assert os.listdir() == ["in.jsonl"]  # noqa: PTH208 - the names alone


def test_a_file_that_is_not_there(cli: Cli, served: Server) -> None:
    done = cli("run", "no\x1b[31m.jsonl", *at(served))
    missing = Path.cwd() / "no\\x1b[31m.jsonl"
    assert (done.exit_code, done.stderr) == (2, f"error: cannot read {missing}: No such file or directory\n")
    assert os.listdir() == []  # noqa: PTH208 - the names alone


def test_a_place_that_cannot_be_written(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(), *at(served), "-o", "no/such/folder.jsonl")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "folder.jsonl" in done.stderr
    assert os.listdir() == ["in.jsonl"]  # noqa: PTH208 - the names alone


def test_ctrl_c_while_the_input_is_checked(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Gauge, "usual", interrupted)
    done = cli("run", requests_file(), *at(served))
    assert (done.exit_code, done.stderr.lstrip("\n")) == (130, "error: interrupted\n")
    assert os.listdir() == ["in.jsonl"]  # noqa: PTH208 - the names alone


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


# -- bad surroundings


def test_no_key_names_the_variable(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    done = cli("run", requests_file(), "--vendor", "anthropic")
    assert done.exit_code == 2
    assert done.stderr == (
        "error: no API key for Anthropic\nhint: set ANTHROPIC_API_KEY in the environment; a key is never an option\n"
    )


def test_a_wrong_key_stops_the_run_and_the_right_one_resumes_it(
    cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    done = cli("run", requests_file(), *at(served), *FAST)
    assert done.exit_code == 3
    assert done.stderr.count("HTTP 401 authentication_error") == 1
    assert "hint: is ANTHROPIC_API_KEY the right key?" in done.stderr
    assert f"go on with: polybatch resume {RUN.absolute()}\n" in done.stderr
    assert cli("status", RUN).exit_code == 3
    monkeypatch.setenv("ANTHROPIC_API_KEY", "valid")
    assert cli("resume", RUN, *FAST).exit_code == 0
    assert len(lines(OUT)) == 3


def test_an_unknown_vendor_is_told_the_known(cli: Cli) -> None:
    for arguments in (("run", requests_file()), ("plan", "in.jsonl"), ("batch", "list")):
        done = cli(*arguments, "--vendor", "nobody")
        assert done.exit_code == 2
        assert done.stderr.startswith("error: there is no vendor 'nobody'\nhint: known are: anthropic, ")


def test_an_unknown_option_is_told_the_known(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(), *at(served), "--option", "colour=red")
    assert done.exit_code == 2
    assert done.stderr.startswith("error: Anthropic has no option 'colour'\nhint: its options are: version, auth, ")
    done = cli("run", "in.jsonl", *at(served), "--option", "beta=perhaps")
    assert done.exit_code == 2
    assert "beta" in done.stderr
    assert not RUN.exists()


def test_an_unreachable_host(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polybatch.retry, "FIRST", 0.0)
    nowhere = ("--vendor", "anthropic", "--base-url", "http://127.0.0.1:9")
    done = cli("run", requests_file(), *nowhere)
    assert done.exit_code == 3
    assert "http://127.0.0.1:9 cannot be reached" in done.stderr
    assert "check the base URL and the network" in done.stderr
    done = cli("batch", "get", "msgbatch_1", *nowhere)
    assert done.exit_code == 3
    assert "cannot be reached" in done.stderr


def test_plain_http_to_another_machine_must_be_allowed(cli: Cli) -> None:
    done = cli("run", requests_file(), "--vendor", "anthropic", "--base-url", "http://vendor.example")
    assert done.exit_code == 2
    assert "hint: allow it with --allow-http" in done.stderr


class Page(http.server.BaseHTTPRequestHandler):
    """A web server that is no vendor."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200 if "batches" in self.path else 404)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Welcome\x1b[2J</title>")

    do_POST = do_GET  # noqa: N815 - the base class's name

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def stranger() -> Iterator[str]:
    """The address of somebody else."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as page:
        thread = threading.Thread(target=page.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{page.server_address[1]}"
        page.shutdown()
        thread.join()


def test_a_host_that_is_not_the_vendor(cli: Cli, stranger: str) -> None:
    found = cli("batch", "get", "msgbatch_1", "--vendor", "anthropic", "--base-url", stranger)
    missing = cli("batch", "get", "msgbatch_1", "--vendor", "onerouter", "--base-url", f"{stranger}/x")
    for done in (found, missing):
        assert (done.exit_code, done.stdout) == (3, "")
        assert "\x1b" not in done.stderr
        assert len(done.stderr.splitlines()) == 2
    assert found.stderr.endswith("hint: is the base URL the vendor's?\n")
    done = cli(
        "run", requests_file(), "--vendor", "anthropic", "--base-url", stranger, "--poll", "0.01", "--settle", "0"
    )
    assert done.exit_code in {3, 4}, done.stderr
    assert "go on with: " in done.stderr


# -- plan


def test_a_plan_shows_what_would_be_sent_and_leaves_nothing(cli: Cli, served: Server) -> None:
    before = ledger(served)
    done = cli("plan", requests_file(count=5), "--vendor", "anthropic", "--max-items-per-batch", "2")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = done.stdout.splitlines()
    assert rows[0].split() == ["Shard", "Requests", "Bytes"]
    assert [row.split()[:2] for row in rows[1:4]] == [["0", "2"], ["1", "2"], ["2", "1"]]
    assert rows[4].startswith("5 requests, ")
    assert rows[4].endswith(" bytes; batches: 3")
    assert rows[5] == "the first request, as it is sent:"
    assert json.loads("".join(rows[6:])) == json.loads(Path("in.jsonl").read_text().splitlines()[0])
    assert os.listdir() == ["in.jsonl"]  # noqa: PTH208 - the names alone
    assert ledger(served) == before


def test_the_planned_bytes_are_the_ones_that_travel(cli: Cli, served: Server) -> None:
    planned = json.loads(cli("plan", requests_file("onerouter", 5), "--vendor", "onerouter", "--json").stdout)
    told(served, "/faults", {"vendor": "onerouter", "operation": "create", "script": ["drop_after"]})
    cli("run", "in.jsonl", *at(served, "onerouter"))  # held, so that its body is still there
    body = Path("in.jsonl.onerouter.polybatch/payload/000000.sent")
    assert [shard["bytes"] for shard in planned["shards"]] == [body.stat().st_size]


def test_a_plan_lists_every_refused_line(cli: Cli) -> None:
    content = [GOOD, "{", GOOD, GOOD.replace("row 7", "ok"), '{"custom_id": "x", "params": {"model": "m"}}', "NaN"]
    Path("in.jsonl").write_text("\n".join(content))
    done = cli("plan", "in.jsonl", "--vendor", "anthropic")
    assert done.exit_code == 2
    refused = [line for line in done.stdout.splitlines() if line.startswith("line ")]
    assert [line.partition(":")[0] for line in refused] == ["line 2", "line 3", "line 5", "line 6"]
    assert "line 3: custom_id 'row 7' was used before, on line 1" in refused
    assert "\n2 requests, " in done.stdout
    assert done.stderr.startswith("error: in.jsonl: refused lines: 4; `run` would send nothing\n")
    found = json.loads(cli("plan", "in.jsonl", "--vendor", "anthropic", "--json").stdout)
    assert [refusal["line"] for refusal in found["refused"]] == [2, 3, 5, 6]
    assert found["total"] == 2


def test_a_plan_needs_no_key_and_reads_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    text = requests_file().read_text(encoding="utf-8")
    assert cli("plan", "-", "--vendor", "anthropic", stdin=text).exit_code == 0


def test_a_plan_of_too_much_or_of_nothing_is_refused(cli: Cli) -> None:
    done = cli("plan", requests_file(), "--vendor", "anthropic", "--max-requests", "2")
    assert (done.exit_code, done.stderr) == (
        2,
        "error: in.jsonl: more than the 2 requests that --max-requests allows\n",
    )
    Path("empty.jsonl").touch()
    assert cli("plan", "empty.jsonl", "--vendor", "anthropic").exit_code == 2


def test_a_plan_splits_by_model_where_the_vendor_wants_that(cli: Cli) -> None:
    rows = [{"custom_id": str(n), "body": {"model": f"m/{n % 2}", "messages": []}} for n in range(4)]
    Path("in.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    done = cli("plan", "in.jsonl", "--vendor", "meshapi", "--no-check")
    assert [line.split()[-1] for line in done.stdout.splitlines()[:3]] == ["Model", "m/0", "m/1"]
