"""`run --to … --to …`: one input to several targets, each a run of its own; nobody's trouble is another's."""

from __future__ import annotations

import csv
import errno
import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from polybatch.cli import driving
from polybatch.client import AsyncBatchClient
from polybatch.run import AsyncRun, Listener, RunStatus, beside, offline
from polybatch.run.opening import Gauge
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, Cli, lines, told

A, M, O = "anthropic:claude-x", "meshapi:openai/gpt-x", "onerouter:claude-y"  # noqa: E741 - short in tests
IDS = ["one", "two", "three"]
COMPARED = Path("in.compared.jsonl")


def portable(name: str = "in.jsonl", **changes: Any) -> Path:
    """Three requests for any vendor; the sandbox echoes them."""
    path = Path(name)
    made = [{"custom_id": one, "messages": [{"role": "user", "content": f"say {one}"}], **changes} for one in IDS]
    path.write_text("".join(json.dumps(line) + "\n" for line in made), encoding="utf-8")
    return path


def to(served: Server, *targets: str) -> list[str]:
    """Targets in the sandbox."""
    vendors = dict.fromkeys(target.partition(":")[0] for target in targets)
    found = [word for target in targets for word in ("--to", target)]
    places = [word for vendor in vendors for word in ("--base-url", f"{vendor}={served.base_url(vendor)}")]
    return [*found, *places, *FAST]


def script(served: Server, vendor: str, operation: str, *words: str) -> None:
    told(served, "/faults", {"vendor": vendor, "operation": operation, "script": list(words)})


class Bills:
    """What the sandbox has billed since this was made."""

    def __init__(self, served: Server) -> None:
        self._served, self._before = served, self._ledger(served)

    def new(self) -> Counter[tuple[str, int]]:
        """By vendor and size, how many batches were billed."""
        return self._ledger(self._served) - self._before

    @staticmethod
    def _ledger(served: Server) -> Counter[tuple[str, int]]:
        return Counter((vendor, one["items"]) for vendor, ledger in told(served, "/ledger").items() for one in ledger)


@pytest.fixture
def bills(served: Server) -> Bills:
    return Bills(served)


def names() -> set[str]:
    return {*os.listdir()}  # noqa: PTH208 - the names alone


# -- that all goes well


def test_two_targets_side_by_side(cli: Cli, served: Server, bills: Bills, tmp_path: Path) -> None:
    done = cli("run", portable(), *to(served, A, M))
    assert done.exit_code == 0, done.stderr
    assert done.stdout == (
        "Target                Requests  Succeeded  Others  Tokens in  Tokens out\n"
        "anthropic:claude-x           3          3                 75           7\n"
        "meshapi:openai/gpt-x         3          3                 63           7\n"
        "\n"
        f"results   anthropic:claude-x: {tmp_path}/in.anthropic-claude-x.results.jsonl\n"
        f"          meshapi:openai/gpt-x: {tmp_path}/in.meshapi-openai+gpt-x.results.jsonl\n"
        f"compared  {tmp_path}/in.compared.jsonl\n"
        "agreement 3 of 3 requests: exactly the same text from all targets\n"
    )
    found = lines(COMPARED)
    assert [(line["custom_id"], line[A]["text"], line[M]["text"]) for line in found] == [
        (one, f"say {one}", f"say {one}") for one in IDS
    ]
    assert [*found[0]] == ["custom_id", A, M]
    assert found[0][A] == {
        "outcome": "succeeded", "text": "say one", "tool_calls": None, "finish": "stop", "model": "claude-x",
        "usage": {"input_tokens": 25, "output_tokens": 2, "cache_read_tokens": 0, "cache_write_tokens": 0,
                  "reasoning_tokens": None}, "error": None,
    }  # fmt: skip
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}
    said = done.stderr.splitlines()
    assert all(line.startswith((f"{A}: ", f"{M}: ")) for line in said)
    assert f"{A}: 0 of 3 requests have their result; batches: 1 planned" in said
    assert f"{M}: 3 of 3 requests have their result; batches: 1 done" in said
    again = cli("run", "in.jsonl", *to(served, A, M))
    assert (again.exit_code, again.stdout) == (0, done.stdout)
    assert sum(bills.new().values()) == 2
    assert cli("verify", "in.jsonl.meshapi-openai+gpt-x.polybatch").exit_code == 0


@pytest.mark.slow
def test_one_sandbox_for_four_targets_and_data(cli: Cli, tmp_path: Path) -> None:
    portable(agent_id="agent-00000000-0000-4000-8000-000000000001")
    wanted = ["--to", A, "--to", "letta", "--to", M, "--to", O, "--sandbox", "--run-dir", "place"]
    done = cli("run", "in.jsonl", *wanted, "--json")
    found = json.loads(done.stdout)
    assert done.exit_code == 0, done.stderr
    assert [*found["targets"]] == [A, "letta", M, O]
    assert {run["base_url"] for run in found["targets"].values()} == {"sandbox"}
    assert found["targets"]["letta"]["outcomes"]["succeeded"] == 3
    assert found["targets"]["letta"]["trouble"] is None
    compared = found["compared"]
    assert (compared["out"], compared["requests"]) == (str(tmp_path / COMPARED), 3)
    assert (compared["all_answered"], compared["all_same"], len(compared["pairs"])) == (3, 3, 6)
    assert compared["pairs"][0] == {"names": [A, "letta"], "both": 3, "same": 3}
    assert {*os.listdir("place")} == {  # noqa: PTH208 - the names alone
        "sandbox", "letta", "letta.results.jsonl", *(
            f"{name}{end}" for name in ("anthropic-claude-x", "meshapi-openai+gpt-x", "onerouter-claude-y")
            for end in ("", ".results.jsonl")
        ),
    }  # fmt: skip
    assert cli("resume", "place/letta").exit_code == 0


@pytest.mark.slow
def test_the_same_vendor_twice(cli: Cli, served: Server, bills: Bills) -> None:
    done = cli("run", portable(model="of-the-line"), *to(served, "anthropic:a", "anthropic:b"))
    assert done.exit_code == 0, done.stderr
    models = [(line["anthropic:a"]["model"], line["anthropic:b"]["model"]) for line in lines(COMPARED)]
    assert models == [("a", "b")] * 3
    assert bills.new() == {("anthropic", 3): 2}


@pytest.mark.slow
def test_a_target_without_a_model_takes_that_of_the_lines(cli: Cli, served: Server) -> None:
    done = cli("run", portable(model="of-the-line"), *to(served, "anthropic", "anthropic:b"))
    assert done.exit_code == 0, done.stderr
    assert lines(COMPARED)[0]["anthropic"]["model"] == "of-the-line"
    assert {"in.jsonl.anthropic.polybatch", "in.jsonl.anthropic-b.polybatch"} < names()


@pytest.mark.slow
def test_a_target_that_comes_later_is_added(cli: Cli, served: Server, bills: Bills) -> None:
    assert cli("run", portable(), *to(served, A)).exit_code == 0
    assert [*lines(COMPARED)[0]] == ["custom_id", A]
    assert cli("run", "in.jsonl", *to(served, A, M)).exit_code == 0
    assert [*lines(COMPARED)[0]] == ["custom_id", A, M]
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


@pytest.mark.slow
def test_standard_input_is_read_once(cli: Cli, served: Server, bills: Bills) -> None:
    text = portable().read_text()
    done = cli("run", "-", *to(served, A, M), stdin=text)
    assert (done.exit_code, done.stderr) == (
        2, "error: standard input needs --run-dir\nhint: so that the runs can be resumed\n"
    )  # fmt: skip
    done = cli("run", "-", *to(served, A, M), "--run-dir", "place", "-o", "-", stdin=text)
    assert done.exit_code == 0, done.stderr
    assert [json.loads(line)[M]["text"] for line in done.stdout.splitlines()] == [f"say {one}" for one in IDS]
    assert "compared  standard output\n" in done.stderr
    again = cli("run", "-", *to(served, A, M), "--run-dir", "place", "-o", "-", stdin="")
    assert (again.exit_code, again.stdout) == (0, done.stdout)
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}
    Path("other").mkdir()
    Path("other/precious").touch()
    done = cli("run", "-", *to(served, A), "--run-dir", "other", stdin=text)
    assert (done.exit_code, os.listdir("other")) == (2, ["precious"])  # noqa: PTH208 - the names alone
    assert "error: other is no directory of runs: it holds precious\n" in done.stderr


# -- that something is refused: nothing is sent to anybody, nothing is left


def test_a_line_that_one_cannot_take_holds_all(cli: Cli, served: Server, bills: Bills) -> None:
    done = cli("run", portable(seed=7), *to(served, M, A))
    assert (done.exit_code, done.stdout) == (2, "")
    error, hint, end = done.stderr.splitlines()
    assert error == f"error: {A}: in.jsonl, line 1: seed: Anthropic (version 2026-10-21) has no place for it"
    assert hint.startswith(f"hint: {A}: take it out of the request, ")
    assert "--lossy" in hint
    assert end == "nothing is sent to any target before all of them can be sent everything"
    assert names() == {"in.jsonl"}
    assert not bills.new()
    assert "\n  in.jsonl" not in cli("runs").stdout
    done = cli("run", "in.jsonl", *to(served, M, A), "--lossy")
    assert done.exit_code == 0
    assert f"warning: {A}: in.jsonl, line 1: seed: " in done.stderr
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


def test_all_targets_that_refuse_are_named(cli: Cli, served: Server) -> None:
    Path("in.jsonl").write_text('{"custom_id": "a", "messages": []}\n')
    done = cli("run", "in.jsonl", *to(served, A, M))
    assert done.exit_code == 2
    assert done.stderr.count(": in.jsonl, line 1: messages: ") == 2
    assert names() == {"in.jsonl"}


def test_a_refused_standard_input_leaves_nothing(cli: Cli, served: Server) -> None:
    for _ in range(2):
        assert cli("run", "-", *to(served, A, M), "--run-dir", "place", stdin="{}\n").exit_code == 2
        assert names() == set()


@pytest.mark.slow
def test_a_new_target_that_is_refused_leaves_the_others_as_they_were(cli: Cli, served: Server, bills: Bills) -> None:
    assert cli("run", portable(seed=7), *to(served, M)).exit_code == 0
    before = names()
    assert cli("run", "in.jsonl", *to(served, M, A)).exit_code == 2
    assert names() == before
    assert cli("run", "in.jsonl", *to(served, M)).exit_code == 0
    assert bills.new() == {("meshapi", 3): 1}


def test_a_vendors_own_line_keeps_its_model(cli: Cli, served: Server) -> None:
    params = {"model": "mine", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    Path("in.jsonl").write_text(json.dumps({"custom_id": "a", "params": params}) + "\n")
    done = cli("run", "in.jsonl", *to(served, "anthropic:a", "anthropic:mine"))
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "error: anthropic:a: in.jsonl, line 1: it names the model 'mine', not 'a'\n"
        "hint: anthropic:a: a request in the vendor's own form keeps its model; a portable one takes any\n"
    )


def test_files_of_somebody_else_are_not_touched(cli: Cli, served: Server, bills: Bills) -> None:
    portable()
    COMPARED.write_text("precious\n")
    done = cli("run", "in.jsonl", *to(served, A))
    assert (done.exit_code, COMPARED.read_text()) == (2, "precious\n")
    assert f"error: {COMPARED.absolute()} exists and was not written by this run\n" in done.stderr
    COMPARED.unlink()
    theirs = Path("in.anthropic-claude-x.results.jsonl")
    theirs.write_text("precious\n")
    done = cli("run", "in.jsonl", *to(served, M, A))
    assert (done.exit_code, theirs.read_text()) == (2, "precious\n")
    assert f"hint: {A}: move it away, or name another --run-dir\n" in done.stderr
    assert names() == {"in.jsonl", str(theirs)}
    assert not bills.new()


def test_ctrl_c_while_all_is_planned(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    member = Gauge.member

    def interrupted(gauge: Gauge, *given: Any) -> Any:
        if gauge.vendor.profile.name == "meshapi":
            raise KeyboardInterrupt
        return member(gauge, *given)

    monkeypatch.setattr(Gauge, "member", interrupted)
    done = cli("run", portable(), *to(served, A, M))
    assert (done.exit_code, done.stderr.lstrip("\n")) == (130, "error: interrupted\n")
    assert names() == {"in.jsonl"}


USAGE: dict[str, tuple[list[str], str, str]] = {
    "with vendor": (["--to", A, "--vendor", "letta"], "--to and --vendor exclude each other: --to names both", ""),
    "with model": (["--to", A, "--model", "m"], "--to and --model exclude each other: --to names both", ""),
    "neither": ([], "Missing option '--vendor'.", "known are: anthropic"),
    "unknown": (["--to", "nobody:m"], "there is no vendor 'nobody'", "known are: anthropic"),
    "no model": (["--to", "anthropic:"], "--to anthropic:: a model is missing behind the colon", "--to anthropic"),
    "model nowhere": (["--to", "anthropic", "--to", M], "anthropic: in.jsonl, line 1: no model",
                      "give --to anthropic:MODEL, or name it in each request"),
    "a workbook": (["--to", A, "-o", "x.xlsx"], "x.xlsx: results are written as .jsonl, .csv, ", "name it x.csv"),
    "twice": (["--to", A, "--to", A], f"--to {A} is given twice", "each target is a run of its own"),
    "no letta model": (["--to", "letta:m"], "letta:m: in.jsonl, line 1: ", ""),
    "whose option": (["--to", A, "--to", M, "--option", "beta=true"], "--option beta=true: whose is it?",
                     "--option anthropic.beta=true"),
    "whose URL": (["--to", A, "--to", M, "--base-url", "http://h"], "--base-url http://h: whose is it?",
                  "--base-url anthropic=http://h"),
    "no target": (["--to", A, "--to", M, "--option", "letta.project=p"], "--option letta.project=p: letta is no target",
                  "--to letta[:MODEL] makes it one"),
    "no such option": (["--to", A, "--to", M, "--option", "meshapi.colour=red"], "MeshAPI has no option 'colour'", ""),
    "sandbox and URL": (["--to", A, "--sandbox", "--base-url", "http://h"],
                        "--sandbox and --base-url exclude each other", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", USAGE)
def test_wrong_usage_is_told(cli: Cli, name: str) -> None:
    portable()
    given, message, hint = USAGE[name]
    done = cli("run", "in.jsonl", *given)
    assert (done.exit_code, done.stdout) == (2, "")
    first, *others = done.stderr.splitlines()
    assert first.startswith("error: ")
    assert message in first
    assert hint in "\n".join(others)
    assert names() == {"in.jsonl"}


@pytest.mark.slow
def test_options_go_to_their_vendor(cli: Cli, served: Server) -> None:
    given = ("--option", "anthropic.betas=one,two", "--option", "meshapi.completion_window=24h")
    found = json.loads(cli("run", portable(), *to(served, A, M), *given, "--json").stdout)["targets"]
    assert found[A]["options"] == {"betas": ["one", "two"]}
    assert found[M]["options"] == {"completion_window": "24h"}
    found = json.loads(cli("run", portable("b.jsonl"), *to(served, A), "--option", "beta=false", "--json").stdout)
    assert found["targets"][A]["options"] == {"beta": False}


# -- that one has trouble: it is nobody else's


def test_a_wrong_key_is_one_targets_own_trouble(
    cli: Cli, served: Server, bills: Bills, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHAPI_API_KEY", "invalid")
    done = cli("run", portable(), *to(served, A, M))
    assert done.exit_code == 3
    assert (
        f"error: {M}: HTTP 401 unauthorized: shard 0 (lines 1 to 3, openai/gpt-x): this key is not valid" in done.stderr
    )
    assert f"hint: {M}: is MESHAPI_API_KEY the right key?\n" in done.stderr
    assert "go on with: the same command again\n" in done.stderr
    assert "meshapi:openai/gpt-x         3          0  3 open          -           -\n" in done.stdout
    assert f"\n{M}\nrequests  3: 3 open\n" in done.stdout
    assert "next " not in done.stdout, "it was said how to go on"
    assert max(map(len, done.stdout.partition("\n\n")[0].splitlines())) <= 80
    assert [(line[A]["text"], line[M]) for line in lines(COMPARED)] == [(f"say {one}", None) for one in IDS]
    monkeypatch.setenv("MESHAPI_API_KEY", "valid")
    done = cli("run", "in.jsonl", *to(served, A, M))
    assert done.exit_code == 0, done.stderr
    assert [line[M]["text"] for line in lines(COMPARED)] == [f"say {one}" for one in IDS]
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


@pytest.mark.slow
def test_a_held_target_does_not_hold_the_others(cli: Cli, served: Server, bills: Bills) -> None:
    script(served, "onerouter", "create", "drop_after")
    done = cli("run", portable(), *to(served, A, O), "--settle", "0")
    assert done.exit_code == 4
    assert f"error: {O}: " in done.stderr
    assert f"\n{O}\nrequests  3: 3 open\n" in done.stdout
    assert [line[O] for line in lines(COMPARED)] == [None] * 3
    assert bills.new() == {("anthropic", 3): 1, ("onerouter", 3): 1}


@pytest.mark.slow
def test_failed_requests_stand_beside_the_answers(cli: Cli, served: Server) -> None:
    script(served, "anthropic", "create", "fail:1:overloaded_error")
    done = cli("run", portable(), *to(served, A, M))
    assert done.exit_code == 1
    assert "anthropic:claude-x           3          2  1 errored" in done.stdout
    assert "agreement 2 of 2 requests: exactly the same text from all targets\n" in done.stdout
    cells = [line[A] for line in lines(COMPARED)]
    assert Counter(cell["outcome"] for cell in cells) == {"succeeded": 2, "errored": 1}
    assert [cell["error"]["code"] for cell in cells if cell["error"]] == ["overloaded_error"]


@pytest.mark.slow
def test_a_damaged_journal_is_one_targets_own_trouble(cli: Cli, served: Server, bills: Bills) -> None:
    script(served, "anthropic", "create", "status:400")
    assert cli("run", portable(), *to(served, A, M)).exit_code == 3
    Path("in.jsonl.meshapi-openai+gpt-x.polybatch/journal.sqlite").write_bytes(b"no database" * 1000)
    done = cli("run", "in.jsonl", *to(served, A, M))
    assert done.exit_code == 3
    assert f"error: {M}: " in done.stderr
    assert "journal.sqlite cannot be used: file is not a database" in done.stderr
    assert "anthropic:claude-x           3          3" in done.stdout
    assert "meshapi:openai/gpt-x         -          -  cannot be read          -           -\n" in done.stdout
    assert f"\n{M}\ntrouble   " in done.stdout
    assert [*lines(COMPARED)[0]] == ["custom_id", A]
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


@pytest.mark.slow
def test_a_target_that_another_process_drives_is_left_to_it(cli: Cli, served: Server) -> None:
    portable()
    assert cli("run", "in.jsonl", *to(served, A, M)).exit_code == 0
    with offline.opened(Path("in.jsonl.anthropic-claude-x.polybatch")):
        done = cli("run", "in.jsonl", *to(served, A, M))
    assert done.exit_code == 6
    assert f"error: {A}: " in done.stderr
    assert [*lines(COMPARED)[0]] == ["custom_id", M]


@pytest.mark.slow
def test_a_defect_in_one_comes_out_when_the_others_are_done(
    cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(listener: Listener, folder: Path) -> Listener:
        return fail if "meshapi" in folder.name else listener

    def fail(_: RunStatus) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr(driving, "telling", broken)
    portable()
    with pytest.raises(AssertionError, match="planted"):
        cli("run", "in.jsonl", *to(served, A, M))
    assert len(lines("in.anthropic-claude-x.results.jsonl")) == 3


@pytest.mark.slow
@pytest.mark.parametrize("word", ["drop_after", "drop_before"])
def test_a_lost_create_keeps_another_target_of_the_account_waiting_but_not_for_good(
    cli: Cli, served: Server, bills: Bills, word: str
) -> None:
    script(served, "anthropic", "create", word)
    done = cli("run", portable(), *to(served, "anthropic:a", "anthropic:b", M), "--settle", "0")
    assert done.exit_code == 0, done.stderr
    assert "warning: anthropic:" in done.stderr
    assert bills.new() == {("anthropic", 3): 2, ("meshapi", 3): 1}


@pytest.mark.slow
def test_a_comparison_that_cannot_be_written_is_no_trouble_of_the_runs(
    cli: Cli, served: Server, bills: Bills, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(beside, "_line", full)
        done = cli("run", portable(), *to(served, A, M))
    assert done.exit_code == 3
    assert "error: the comparison: No space left on device\nhint: make room on the disk" in done.stderr
    assert "compared  not written\n" in done.stdout
    assert "anthropic:claude-x           3          3" in done.stdout
    assert not [name for name in names() if name.startswith("in.compared.")]
    assert cli("run", "in.jsonl", *to(served, A, M)).exit_code == 0
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


# -- that somebody stops it


def stopping_at(monkeypatch: pytest.MonkeyPatch, word: str, *numbers: int) -> None:
    """Signals, when a target has a batch of that state."""
    left = [*numbers]

    def telling(listener: Listener, _: Path) -> Listener:
        def heard(status: RunStatus) -> None:
            listener(status)
            while word in status.shards and left:
                signal.raise_signal(left.pop())

        return heard

    monkeypatch.setattr(driving, "telling", telling)


@pytest.mark.parametrize("signals", [
    pytest.param((signal.SIGINT,), id="once"),
    pytest.param((signal.SIGINT, signal.SIGINT), id="twice", marks=pytest.mark.slow),
])  # fmt: skip
def test_ctrl_c_stops_all_and_the_same_command_goes_on(
    cli: Cli, served: Server, bills: Bills, monkeypatch: pytest.MonkeyPatch, signals: tuple[int, ...]
) -> None:
    portable()
    with monkeypatch.context() as patch:
        patch.setattr(signal, "SIG_IGN", None)  # a job in the background ignores Ctrl-C
        stopping_at(patch, "submitted", *signals)
        done = cli("run", "in.jsonl", *to(served, A, M), "--poll", "60")
    assert done.exit_code == 130
    assert "go on with: the same command again\n" in done.stderr
    assert "stopped; nothing is lost\n" in done.stderr
    assert "compared  not yet: " in done.stdout
    assert not COMPARED.exists()
    done = cli("run", "in.jsonl", *to(served, A, M), "--settle", "0", "--on-unknown", "resubmit")
    assert done.exit_code == 0, done.stderr
    assert [line[M]["text"] for line in lines(COMPARED)] == [f"say {one}" for one in IDS]
    assert bills.new() == {("anthropic", 3): 1, ("meshapi", 3): 1}


@pytest.mark.slow
def test_connections_are_closed_when_nothing_goes_on_that_may_open_one(
    cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once a second Ctrl-C cancelled one target's closing, because the other's was done."""
    going: list[AsyncRun] = []
    beside_closing: list[int] = []
    wait, close = AsyncRun.wait, AsyncBatchClient.close

    async def waiting(run: AsyncRun, **given: Any) -> RunStatus:
        going.append(run)
        try:
            return await wait(run, **given)
        finally:
            going.remove(run)

    async def closing(client: AsyncBatchClient) -> None:
        beside_closing.append(len(going))
        await close(client)

    monkeypatch.setattr(AsyncRun, "wait", waiting)
    monkeypatch.setattr(AsyncBatchClient, "close", closing)
    monkeypatch.setattr(signal, "SIG_IGN", None)
    stopping_at(monkeypatch, "submitted", signal.SIGINT, signal.SIGINT)
    assert cli("run", portable(), *to(served, A, M, O), "--poll", "60").exit_code == 130
    assert beside_closing == [0, 0, 0]


# -- tables


@pytest.mark.slow
def test_columns_stand_beside_those_of_the_input(cli: Cli, served: Server) -> None:
    Path("in.csv").write_text("name,text\nA,=one\nB,two\n")
    given = ("run", "in.csv", *to(served, A, M), "--prompt", "{text}", "--id-column", "name")
    done = cli(*given, "-o", "out.csv")
    assert done.exit_code == 0, done.stderr
    with Path("out.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.DictReader(file)
    assert [*first][:5] == ["name", "text", "custom_id", f"{A}.outcome", f"{A}.text"]
    assert (first["text"], first[f"{A}.text"], first[f"{M}.text"]) == ("'=one", "'=one", "'=one")
    assert (second["name"], second["custom_id"], second[f"{M}.input_tokens"]) == ("B", "B", "20")
    before = Path("out.csv").read_bytes()
    assert cli(*given, "-o", "out.csv").exit_code == 0
    assert Path("out.csv").read_bytes() == before
    assert cli(*given, "-o", "out.jsonl").exit_code == 0
    rows = [line["input"] for line in lines("out.jsonl")]
    assert rows == [{"name": "A", "text": "=one"}, {"name": "B", "text": "two"}]


@pytest.mark.slow
def test_parquet_beside_parquet(cli: Cli, served: Server) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"n": pyarrow.array([1, 2], "int8"), "text": ["one", "two"]}), "in.parquet")
    script(served, "meshapi", "create", "status:400")
    done = cli("run", "in.parquet", *to(served, A, M), "--prompt", "{text}", "-o", "out.parquet")
    assert done.exit_code == 3
    found = parquet.read_table("out.parquet")
    assert found.schema.field("n").type == pyarrow.int8()
    assert found.schema.field(f"{M}.input_tokens").type == pyarrow.int64()
    assert found.column(f"{A}.text").to_pylist() == ["one", "two"]
    assert found.column(f"{M}.text").to_pylist() == [None, None]


@pytest.mark.slow
def test_long_names_fit_a_terminal(cli: Cli, served: Server) -> None:
    long = "meshapi:some-lab/a-model-with-a-rather-long-name-20260101:beta"
    done = cli("run", portable(), *to(served, long, A, O))
    assert done.exit_code == 0, done.stderr
    table, rest = done.stdout.split("\n\n")
    assert max(map(len, table.splitlines())) <= 80
    assert long in "".join(row[:28] for row in table.splitlines()), "it is folded, and whole"
    agreement = rest[rest.index("agreement ") :].splitlines()
    assert len(agreement) > 3
    assert max(map(len, agreement)) <= 80
