"""The command line's tables and results in order: options, words and exit codes."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from polybatch.run import exporting
from polybatch_sandbox import Server
from tests.sandbox.cli_lab import FAST, RUN, Cli, at, ledger, lines, requests_file, script


def table(path: str) -> list[dict[str, str]]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def test_a_table_instead_of_lines(cli: Cli, served: Server) -> None:
    script(served, "create", "fail:1:invalid_request_error")
    done = cli("run", requests_file(), *at(served), *FAST, "-o", "answers.csv")
    assert done.exit_code == 1
    assert f"results   {Path('answers.csv').absolute()}" in done.stdout
    assert "invalid_request_error" in done.stdout
    found = table("answers.csv")
    assert [line["custom_id"] for line in found] == ["row 0", "row 1", "row 2"]
    assert sorted(line["error_code"] for line in found) == ["", "", "invalid_request_error"]
    told = json.loads(cli("status", RUN, "--json").stdout)
    assert (told["out"], told["in_order"]) == (str(Path("answers.csv").absolute()), True)
    assert [error["requests"] for error in told["errors"]] == [1]
    assert "input, journal, fetched files and results agree" in cli("verify", RUN).stdout


def test_in_order_on_standard_output(cli: Cli, served: Server) -> None:
    done = cli("run", requests_file(count=5), *at(served), *FAST, "--in-order", "--max-items-per-batch", 2, "-o", "-")
    assert done.exit_code == 0
    first = done.stdout.splitlines()
    assert [json.loads(line)["custom_id"] for line in first] == [f"row {number}" for number in range(5)]
    again = cli("results", RUN)
    assert again.stdout.splitlines() == first


def test_results_in_another_form(cli: Cli, served: Server) -> None:
    assert cli("run", requests_file(), *at(served), *FAST).exit_code == 0
    done = cli("results", RUN, "-o", "answers.csv")
    assert done.exit_code == 0
    assert "results   answers.csv" in done.stdout
    assert len(table("answers.csv")) == 3
    assert cli("results", RUN, "-o", "sorted.jsonl", "--in-order").exit_code == 0
    assert [line["custom_id"] for line in lines("sorted.jsonl")] == ["row 0", "row 1", "row 2"]
    piped = cli("results", RUN, "-o", "-", "--in-order")
    assert piped.stdout.encode() == Path("sorted.jsonl").read_bytes()


@pytest.mark.parametrize("name", [pytest.param("copy.csv", marks=pytest.mark.slow), "copy.parquet", "copy.jsonl"])
def test_a_copy_of_the_results_is_written_anew_unless_it_was_changed(cli: Cli, served: Server, name: str) -> None:
    assert cli("run", requests_file(), *at(served), *FAST).exit_code == 0
    for _ in range(2):
        done = cli("results", RUN, "-o", name)
        assert done.exit_code == 0, done.stderr
    whole = Path(name).read_bytes()
    Path(name).write_bytes(whole + b"mine\n")
    refused = cli("results", RUN, "-o", name)
    assert refused.exit_code == 2
    assert f"error: {name} exists and was not written by this run\n" in refused.stderr
    assert "hint: move it away, or name another file with --out\n" in refused.stderr
    assert Path(name).read_bytes() == whole + b"mine\n"


def test_nothing_is_sent_where_the_table_cannot_be_written(cli: Cli, served: Server) -> None:
    before = len(ledger(served))
    Path("answers.csv").write_text("mine")
    done = cli("run", requests_file(), *at(served), *FAST, "-o", "answers.csv")
    assert done.exit_code == 2
    assert "answers.csv exists and was not written by this run" in done.stderr
    done = cli("run", requests_file(), *at(served), *FAST, "-o", "missing/answers.csv")
    assert done.exit_code == 2
    assert "missing/answers.csv cannot be written: No such file or directory" in done.stderr
    assert len(ledger(served)) == before
    assert not RUN.exists()


def test_another_form_than_the_run_began_with(cli: Cli, served: Server) -> None:
    cli("run", requests_file(), *at(served), *FAST, "--in-order")
    done = cli("run", "in.jsonl", *at(served), *FAST)
    assert done.exit_code == 2
    assert f"error: this run was begun with --in-order\nhint: the run is in {RUN.absolute()}; to ask" in done.stderr
    assert cli("resume", RUN).exit_code == 0


def test_stopped_before_the_table_was_written(cli: Cli, served: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request has its outcome, but the command is not over; `resume` writes the table, and asks nobody."""

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device", "answers.csv.part")
        yield

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "steps", full)
        done = cli("run", requests_file(), *at(served), *FAST, "-o", "answers.csv")
    assert done.exit_code == 3
    assert "error: No space left on device: answers.csv.part" in done.stderr
    assert f"go on with: polybatch resume {RUN.absolute()}" in done.stderr
    assert "3 succeeded" in done.stdout
    assert f"results   {Path('answers.csv').absolute()} (written at the end)" in done.stdout
    looked = cli("status", RUN)
    assert looked.exit_code == 3
    assert f"next      polybatch resume {RUN.absolute()}" in looked.stdout
    problem = cli("verify", RUN)
    assert problem.exit_code == 1
    assert "answers.csv is not written yet; `polybatch resume` writes it" in problem.stdout
    assert cli("resume", RUN).exit_code == 0
    assert len(table("answers.csv")) == 3
    assert cli("status", RUN).exit_code == 0


def test_a_table_that_is_gone_is_written_again(cli: Cli, served: Server) -> None:
    cli("run", requests_file(), *at(served), *FAST, "-o", "answers.csv")
    whole = Path("answers.csv").read_bytes()
    for again in (("resume", RUN), ("results", RUN)):
        Path("answers.csv").unlink()
        assert cli(*again).exit_code == 0
        assert Path("answers.csv").read_bytes() == whole


def test_a_journal_of_before_goes_on(cli: Cli, served: Server) -> None:
    """It says nothing of an order."""
    cli("run", requests_file(), *at(served), *FAST)
    with sqlite3.connect(RUN / "journal.sqlite") as db:
        db.execute("DELETE FROM meta WHERE key = 'in_order'")
    db.close()
    assert cli("resume", RUN).exit_code == 0
    assert json.loads(cli("status", RUN, "--json").stdout)["in_order"] is None


def test_a_table_beside_a_table(cli: Cli, served: Server) -> None:
    Path("rows.csv").write_text("id,text\na,=one\nb,two\n")
    asked = ("--prompt", "Say {text}", "--id-column", "id", "--model", "m")
    done = cli("run", "rows.csv", *at(served), *FAST, *asked, "-o", "x.csv")
    assert done.exit_code == 0, done.stderr
    assert [(line["id"], line["text"], line["custom_id"], line["result_text"]) for line in table("x.csv")] == [
        ("a", "'=one", "a", "Say =one"), ("b", "two", "b", "Say two"),
    ]  # fmt: skip
    Path("rows.csv").unlink()
    refused = cli("results", "rows.csv.anthropic.polybatch", "-o", "again.csv")
    assert refused.exit_code == 2
    assert "rows.csv is gone, so that its columns cannot stand beside the results" in refused.stderr
    assert "`polybatch results RUN_DIR -o FILE.jsonl` writes the results alone" in refused.stderr
    assert cli("results", "rows.csv.anthropic.polybatch", "-o", "again.jsonl").exit_code == 0
    assert len(lines("again.jsonl")) == 2
