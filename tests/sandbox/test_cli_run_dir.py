"""The commands about one run directory: status, results, verify, resume, cancel."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from polybatch.run.journal import Journal
from polybatch.run.opening import anew
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, OUT, RUN, Cli, at, calling, ledger, requests_file, script, told


@pytest.fixture(scope="module")
def made(served: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of five requests in three batches, one of them failed."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        cli = calling(folder, patch)
        script(served, "create", "fail:1")
        done = cli("run", requests_file(count=5), *at(served), *FAST, "--max-items-per-batch", "2")
    assert done.exit_code == 1
    return folder


@pytest.fixture
def finished(cli: Cli, made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """That run, for a test to spoil; made once, since a run costs more than a test of it."""
    monkeypatch.chdir(made)
    kept = {path: path.read_bytes() for path in (OUT, *(RUN / "results").iterdir())}
    yield RUN
    for path, content in kept.items():
        path.write_bytes(content)
    for path in set(Path().glob("*.jsonl")) - {OUT, Path("in.jsonl")}:
        path.unlink()


@pytest.mark.parametrize("command", ["status", "results", "resume", "cancel", "verify"])
def test_a_folder_that_is_no_run(cli: Cli, command: str) -> None:
    Path("folder").mkdir()
    for name in ("folder", "nothing"):
        done = cli(command, name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"error: {name} is no run directory\nhint: ")
    assert os.listdir("folder") == []  # noqa: PTH208 - the names alone


def test_a_journal_that_is_broken(cli: Cli) -> None:
    Path("run").mkdir()
    Path("run/journal.sqlite").write_text("no database at all, but long enough to be taken for one by its size" * 9)
    done = cli("status", "run")
    assert done.exit_code == 3
    assert done.stderr.startswith("error: run/journal.sqlite cannot be used: ")


def test_status_reads_while_somebody_else_owns_the_run(cli: Cli, finished: Path) -> None:
    journal = Journal(finished)
    try:
        done = cli("status", finished)
        assert done.exit_code == 1
        assert "requests  5: 4 succeeded, 1 errored" in done.stdout
        assert json.loads(cli("status", finished, "--json").stdout)["finished"] is True
        for command in ("resume", "cancel", "results", "verify"):
            locked = cli(command, finished)
            assert locked.exit_code == 6
            assert f"belongs to process {os.getpid()} on " in locked.stderr
    finally:
        journal.close()


def test_status_lists_what_is_not_done(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    cli("run", requests_file(), *at(served))
    done = cli("status", RUN)
    assert done.exit_code == 3
    assert "requests  3: 3 open" in done.stdout
    assert "Shard  Requests  State" in done.stdout
    assert "next      polybatch resume " in done.stdout
    assert max(len(line) for line in done.stdout.splitlines() if not line.startswith(("results", "run", "next"))) <= 80


def test_results_are_written_anew_byte_for_byte(cli: Cli, finished: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = OUT.read_bytes()
    OUT.unlink()
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    assert "gone; polybatch results" in cli("status", finished).stdout
    done = cli("results", finished)
    assert done.exit_code == 1
    assert OUT.read_bytes() == whole
    assert cli("results", finished, "-o", "copy.jsonl").exit_code == 1
    assert Path("copy.jsonl").read_bytes() == whole
    assert cli("verify", finished).exit_code == 0
    shown = cli("results", finished, "-o", "-")
    assert shown.stdout_bytes == whole
    assert "requests  5: 4 succeeded, 1 errored" in shown.stderr


def test_a_results_file_that_was_spoilt_does_not_hide_the_run(cli: Cli, finished: Path) -> None:
    OUT.write_text("no JSON at all\n")
    done = cli("status", finished)
    assert done.exit_code == 1
    assert "\n       1  unreadable_line  line 1: " in done.stdout
    assert "write the file anew: polybatch results RUN_DIR" in done.stdout


def test_results_do_not_overwrite_somebody_elses_file(cli: Cli, finished: Path) -> None:
    Path("other.jsonl").write_text("precious\n")
    done = cli("results", finished, "-o", "other.jsonl")
    assert (done.exit_code, Path("other.jsonl").read_text()) == (2, "precious\n")


def test_a_run_that_agrees_is_verified(cli: Cli, finished: Path) -> None:
    done = cli("verify", finished)
    words = "5 requests, 5 lines of results: input, journal, fetched files and results agree\n"
    assert (done.exit_code, done.stdout, done.stderr) == (0, words, "")
    found = json.loads(cli("verify", finished, "--json").stdout)
    assert found == {"ok": True, "total": 5, "lines": 5, "count": 0, "problems": []}
    events = Journal(finished)
    try:
        assert sorted(events.written()) == [0, 1, 2], "verifying writes nothing down"
    finally:
        events.close()


def test_the_order_of_lines_does_not_matter(cli: Cli, finished: Path) -> None:
    OUT.write_bytes(b"".join(sorted(OUT.read_bytes().splitlines(keepends=True))))
    assert cli("verify", finished).exit_code == 0


def tampered(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[], None]:
    return lambda: void(OUT.write_bytes(b"".join(change(OUT.read_bytes().splitlines(keepends=True)))))


def void(_: object) -> None:
    """Nothing."""


def fetched(number: int) -> Path:
    return RUN / "results" / f"{number:06}.jsonl"


BAD_RUNS: dict[str, tuple[Callable[[], None], str]] = {
    "a line is missing": (tampered(lambda rows: rows[1:]), "the results have no line for 'row "),
    "a line twice": (tampered(lambda rows: [*rows, rows[0]]), "line 6 of the results is a second one for 'row "),
    "a stranger's line": (
        tampered(lambda rows: [*rows, b'{"custom_id":"x","outcome":"succeeded"}\n']),
        "1 lines of the results belong to no finished request",
    ),
    "a line of another": (
        tampered(lambda rows: [rows[0].replace(b"llo", b"LLO"), *rows[1:]]),
        "is not what was fetched",
    ),
    "no result": (tampered(lambda rows: [*rows, b"{}\n"]), "line 6 of the results is no result"),
    "another outcome": (
        tampered(lambda rows: [row.replace(b'"outcome":"succeeded"', b'"outcome":"errored"') for row in rows]),
        "outcomes in the results are 5 errored; in the journal 1 errored, 4 succeeded",
    ),
    "a fetched file changed": (
        lambda: void(fetched(1).write_bytes(fetched(1).read_bytes().replace(b"llo", b"LLO"))),
        "000001.jsonl is not what was fetched",
    ),
    "a fetched file is gone": (lambda: fetched(2).unlink(), "000002.jsonl is gone"),
}


@pytest.mark.parametrize("name", BAD_RUNS)
def test_a_run_that_does_not_agree_is_found_out(cli: Cli, finished: Path, name: str) -> None:
    change, complaint = BAD_RUNS[name]
    change()
    done = cli("verify", finished)
    assert done.exit_code == 1
    assert complaint in done.stdout
    found = json.loads(cli("verify", finished, "--json").stdout)
    assert not found["ok"]
    assert found["count"] == len(found["problems"]) > 0


def test_an_unfinished_run_is_not_verified(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "invalid")
    cli("run", requests_file(), *at(served))
    OUT.touch()
    done = cli("verify", RUN)
    assert done.exit_code == 1
    assert "shard 0 (3 requests) is not finished: planned" in done.stdout


def test_resume_refuses_what_contradicts_the_journal(cli: Cli, served: Server, finished: Path) -> None:
    base = f"{served.url}/letta"
    for option, value, said in (
        ("--model", "x", "without --model, not with --model 'x'"),
        ("--option", "version=2023-06-01", "without --option, not with --option {'version': '2023-06-01'}"),
        ("--base-url", base, f"with --base-url '{served.base_url('anthropic')}', not with --base-url '{base}'"),
    ):
        done = cli("resume", finished, option, value)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"error: this run was started {said}\nhint: {anew(RUN.absolute())}\n"
    assert cli("resume", finished, "--sandbox").exit_code == 2
    assert cli("resume", finished, "-o", "other.jsonl").exit_code == 2
    assert cli("resume", finished, "--max-requests", "4").exit_code == 2
    assert cli("resume", finished, "--max-requests", "5").exit_code == 1


def test_a_held_run_waits_for_a_decision(cli: Cli, served: Server) -> None:
    folder = Path("in.jsonl.onerouter.polybatch")
    told(served, "/faults", {"vendor": "onerouter", "operation": "create", "script": ["drop_after"]})
    done = cli("run", requests_file("onerouter"), *at(served, "onerouter"), *FAST)
    assert done.exit_code == 4
    assert "held      shard 0 (3 requests): the create was sent and its reply was lost" in done.stdout
    assert "OneRouter has no list of batches to look at" in done.stdout
    assert "--on-unknown resubmit" in done.stderr
    assert cli("status", folder).exit_code == 4
    assert json.loads(cli("status", folder, "--json").stdout)["held"]
    assert cli("resume", folder, *FAST).exit_code == 4
    done = cli("resume", folder, "--on-unknown", "abandon")
    assert done.exit_code == 1
    assert "requests  3: 3 missing" in done.stdout
    assert "abandoned_create" in done.stdout


def test_a_lost_create_that_is_found_again_needs_no_decision(cli: Cli, served: Server) -> None:
    before = len(ledger(served))
    script(served, "create", "drop_after")
    done = cli("run", requests_file(), *at(served), *FAST)
    assert done.exit_code == 0, done.stderr
    assert "the lost create was found again as batch " in done.stderr or "it is taken for it" in done.stderr
    assert len(ledger(served)) == before + 1


def test_cancel_ends_a_run(cli: Cli, served: Server) -> None:
    script(served, "create", "stuck")
    script(served, "get", "status:403")
    cli("run", requests_file(), *at(served), *FAST)  # left alone with an open batch
    done = cli("cancel", RUN, *FAST)
    assert done.exit_code == 1, done.stderr
    assert "requests  3: 3 cancelled" in done.stdout
    assert ledger(served)[-1]["cancelled"]
