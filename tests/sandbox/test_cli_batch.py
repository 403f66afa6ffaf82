"""`batch`: one batch at the vendor, its whole life, and what a vendor cannot do."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from polybatch_sandbox import Server
from tests.sandbox.cli_lab import Cli, at, ledger, requests_file, script, told


def test_the_life_of_a_batch(cli: Cli, served: Server) -> None:
    made = cli("batch", "create", requests_file(), *at(served), "--json")
    # The ids of the file travel as they are, and a blank is not allowed in them.
    assert made.exit_code == 2
    Path("in.jsonl").write_text(Path("in.jsonl").read_text().replace("row ", "row-"))
    created = json.loads(cli("batch", "create", "in.jsonl", *at(served), "--json").stdout)
    assert (created["vendor"], created["counts"]["total"], created["raw"]["type"]) == ("anthropic", 3, "message_batch")
    known = created["id"]
    listed = [
        json.loads(line)["id"] for line in cli("batch", "list", *at(served), "--limit", 1, "--json").stdout.splitlines()
    ]
    assert listed == [entry["id"] for entry in reversed(ledger(served)) if not entry["deleted"]]
    assert known in cli("batch", "list", *at(served)).stdout
    told(served, "/clock", {"advance": 100})
    shown = cli("batch", "get", known, *at(served)).stdout
    assert f"batch     {known}\nstatus    completed\nrequests  3 total, 0 processing, 3 succeeded" in shown
    found = cli("batch", "results", known, *at(served))
    assert found.exit_code == 0
    assert {json.loads(line)["custom_id"] for line in found.stdout.splitlines()} == {"row-0", "row-1", "row-2"}
    saved = cli("batch", "results", known, *at(served), "-o", "r.jsonl")
    assert saved.stdout == "3 results in r.jsonl: 3 succeeded\n"
    assert Path("r.jsonl").read_bytes() == found.stdout_bytes
    assert cli("batch", "results", known, *at(served), "-o", "r.jsonl").exit_code == 2
    assert cli("batch", "results", known, *at(served), "-o", "r.csv").stdout == "3 results in r.csv: 3 succeeded\n"
    with Path("r.csv").open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    lines = [json.loads(line) for line in found.stdout.splitlines()]
    assert [(row["custom_id"], row["text"]) for row in rows] == [(line["custom_id"], line["text"]) for line in lines]
    assert cli("batch", "cancel", known, *at(served)).exit_code == 0
    deleted = cli("batch", "delete", known, *at(served), "--json")
    assert json.loads(deleted.stdout) == {"deleted": known}
    gone = cli("batch", "get", known, *at(served))
    assert gone.exit_code == 3
    assert gone.stderr.startswith("error: HTTP 404 not_found_error: ")


def test_results_that_are_not_all_good_say_so(cli: Cli, served: Server) -> None:
    script(served, "create", "fail:1")
    path = requests_file()
    path.write_text(path.read_text().replace("row ", "row-"))
    known = json.loads(cli("batch", "create", path, *at(served), "--json").stdout)["id"]
    told(served, "/clock", {"advance": 100})
    done = cli("batch", "results", known, *at(served), "-o", "r.jsonl", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout) == {"out": "r.jsonl", "outcomes": {"succeeded": 2, "errored": 1}}


def test_what_a_vendor_cannot_do_is_said_in_a_sentence(cli: Cli, served: Server) -> None:
    done = cli("batch", "delete", "task_1", *at(served, "onerouter"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: OneRouter has no way to ")


def test_a_lost_create_needs_a_decision(cli: Cli, served: Server) -> None:
    path = requests_file()
    path.write_text(path.read_text().replace("row ", "row-"))
    script(served, "create", "drop_after")
    done = cli("batch", "create", path, *at(served))
    assert done.exit_code == 4
    assert "hint: look whether the vendor has the batch before creating it again" in done.stderr


def test_a_batch_without_results_leaves_no_file(cli: Cli, served: Server) -> None:
    script(served, "create", "stuck")
    path = requests_file()
    path.write_text(path.read_text().replace("row ", "row-"))
    known = json.loads(cli("batch", "create", path, *at(served), "--json").stdout)["id"]
    done = cli("batch", "results", known, *at(served), "-o", "r.jsonl")
    assert done.exit_code == 3
    assert done.stderr.startswith(f"error: batch {known} is in_progress\nhint: ")
    assert not list(Path().glob("r.jsonl*"))
