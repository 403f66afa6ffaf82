"""Tables on the command line: planned, asked row by row, resumed from the folder alone, refused in words that help."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from polybatch_sandbox import Server
from tests.portable_requests import AGENT
from tests.sandbox.cli_lab import FAST, Cli, at, ledger, lines

RUN, OUT = Path("data.csv.anthropic.polybatch"), Path("data.anthropic.results.jsonl")
ASK = ("--prompt", "Say: {text}", "--id-column", "id", "--model", "claude-opus-5-5")
SCHEMA = {"title": "Label", "type": "object", "properties": {"label": {"type": "string"}}, "required": ["label"]}


def table(text: str = 'id,text\na,one\nb,"two\nlines"\n') -> str:
    Path("data.csv").write_text(text)
    return "data.csv"


def test_a_table_is_planned_and_nothing_is_sent(cli: Cli, served: Server) -> None:
    before = ledger(served)
    done = cli("plan", table(), "--vendor", "anthropic", *ASK)
    assert (done.exit_code, done.stderr) == (0, "")
    totals, first = done.stdout.partition("2 requests, ")[2].split("\nthe first request, as it is sent:\n")
    assert totals.endswith("; batches: 1")
    assert (
        json.loads(first)
        == json.loads(cli("plan", "data.csv", "--vendor", "anthropic", *ASK, "--json").stdout)["first"]
    )
    assert json.loads(first)["params"]["messages"] == [{"role": "user", "content": "Say: one"}]
    assert [path.name for path in Path().iterdir()] == ["data.csv"]
    assert ledger(served) == before


@pytest.mark.parametrize("vendor", ["anthropic", "letta", "meshapi", "onerouter"])
def test_a_plan_shows_what_each_vendor_gets_under_the_callers_id(cli: Cli, vendor: str) -> None:
    line = {"custom_id": "mine, é", "messages": [{"role": "user", "content": "hé"}], "agent_id": AGENT}
    Path("in.jsonl").write_text(json.dumps(line))
    model = () if vendor == "letta" else ("--model", "m/n")
    found = json.loads(cli("plan", "in.jsonl", "--vendor", vendor, *model, "--json").stdout)["first"]
    told = found if vendor == "letta" else found["body" if vendor == "meshapi" else "params"]
    assert told["messages"][0]["content"] == "hé"
    assert "mine, é" in {found.get("custom_id"), told["messages"][0].get("otid")}


def test_a_plan_does_not_flood_the_terminal(cli: Cli) -> None:
    long = "say it " * 1000
    Path("in.jsonl").write_text(
        json.dumps({"custom_id": "a", "messages": [{"role": "user", "content": f"{part} {long}"} for part in range(9)]})
    )
    shown = cli("plan", "in.jsonl", "--vendor", "anthropic", "--model", "m").stdout.splitlines()
    assert len(shown) < 40
    assert max(map(len, shown)) < 250
    assert shown[-1] == "…"
    whole = json.loads(cli("plan", "in.jsonl", "--vendor", "anthropic", "--model", "m", "--json").stdout)["first"]
    assert whole["params"]["messages"][8]["content"] == f"8 {long}"


def test_a_plan_lists_every_refused_row(cli: Cli) -> None:
    done = cli("plan", table("id,text\na,1\n,2\na,3\nd,4\n"), "--vendor", "anthropic", *ASK)
    assert done.exit_code == 2
    assert done.stdout.splitlines()[-2:] == [
        "row 2: its id, in the column 'id', is empty",
        "row 3: custom_id 'a' was used before, in row 1",
    ]
    assert "error: data.csv: refused rows: 2; `run` would send nothing" in done.stderr
    found = json.loads(cli("plan", "data.csv", "--vendor", "anthropic", *ASK, "--json").stdout)
    assert (found["counted"], [each["line"] for each in found["refused"]], found["total"]) == ("row", [2, 3], 2)


def test_a_table_is_asked_and_goes_on_from_its_folder_alone(cli: Cli, served: Server) -> None:
    Path("label.json").write_text(json.dumps(SCHEMA))
    wanted = (*ASK, "--schema", "label.json", "--max-tokens", "33", "--system", "Be brief, {id}.")
    done = cli("run", table(), *at(served), *FAST, *wanted)
    assert done.exit_code == 0, done.stderr
    first, second = lines(RUN / "input.jsonl")
    assert first == {
        "custom_id": "a", "system": "Be brief, a.", "max_tokens": 33,
        "messages": [{"role": "user", "content": "Say: one"}],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "Label", "schema": {**SCHEMA, "additionalProperties": False}},
        },
    }  # fmt: skip
    assert second["messages"][0]["content"] == "Say: two\nlines"
    assert {line["custom_id"] for line in lines(OUT)} == {"a", "b"}
    for path in ("data.csv", "label.json"):
        Path(path).unlink()
    again = cli("resume", RUN, *FAST)
    assert (again.exit_code, again.stdout) == (0, done.stdout)
    done = cli("resume", RUN, *FAST, "--prompt", "Sing: {text}")
    assert done.exit_code == 2
    assert "error: this run was started with --prompt 'Say: {text}', not with --prompt 'Sing: {text}'" in done.stderr


def test_rows_may_come_from_standard_input(cli: Cli, served: Server) -> None:
    rows = "\n".join(json.dumps({"id": name, "text": name * 2}) for name in "ab")
    given = ("run", "-", *at(served), *FAST, *ASK, "--run-dir", "r", "-o", "o.jsonl")
    assert cli(*given, stdin=rows).exit_code == 0
    assert {line["custom_id"]: line["text"] for line in lines("o.jsonl")} == {"a": "Say: aa", "b": "Say: bb"}
    assert cli(*given, stdin="is not read again").exit_code == 0


def test_a_plan_names_a_few_places_of_each_reason(cli: Cli) -> None:
    prompt = ("--vendor", "anthropic", "--prompt", "{text}")
    done = cli("plan", table("text\n" + "x\n" * 20 + '""\n' + "x\n" * 30), *prompt)
    assert (done.exit_code, done.stdout.splitlines()[1:]) == (
        2, ["rows 1, 2, 3, 4, 5 and 45 more: no model", "row 21: the column 'text' is empty, and so is the prompt"]
    )  # fmt: skip
    found = json.loads(cli("plan", "data.csv", *prompt, "--json").stdout)["refused"]
    assert [each["line"] for each in found] == [*range(1, 52)]
    done = cli("plan", table("text\nx\ny\n"), *prompt)
    assert done.stdout.splitlines()[1:] == ["rows 1, 2: no model"]
    assert done.stderr.endswith("\nhint: give --model M, or name it in each request\n")


def test_standard_input_is_no_table(cli: Cli) -> None:
    done = cli("run", "-", "--vendor", "anthropic", *ASK, "--run-dir", "r", stdin="id,text\na,b\n")
    first, hint = done.stderr.splitlines()
    assert first.startswith("error: standard input, line 1: not JSON: ")
    assert hint == "hint: standard input holds JSON lines; save a table as a file"
    assert not [*Path().iterdir()]


NOT_RUN = {
    "no model": (
        ("--prompt", "{text}", "-o", "a.jsonl"),
        "error: data.csv, row 1: no model\nhint: give --model M, or name it in each request\n",
    ),
    "no column": (
        ("--prompt", "Good?", "-o", "a.jsonl"),
        ("error: --prompt names no column, so that every row would ask the same; write {text}\n"
        "hint: the columns are: id, text\n"),
    ),
    "a workbook": (
        (*ASK, "-o", "a.xlsx"),
        ("error: {here}/a.xlsx: results are written as .jsonl, .csv, .tsv or .parquet\n"
        "hint: name it a.csv\n"),
    ),
    "one id twice": (
        ("--prompt", "{text}", "--id-column", "same", "--model", "m", "-o", "a.jsonl"),
        ("error: data.csv, row 2: custom_id 'lamp' was used before, in row 1\n"
        "hint: every request needs one of its own: choose another --id-column, or leave it out\n"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_RUN)
def test_a_run_that_cannot_be_is_refused_in_two_lines(cli: Cli, name: str) -> None:
    options, said = NOT_RUN[name]
    given = table("id,text,same\na,1,lamp\nb,2,lamp\n" if name == "one id twice" else "id,text\na,1\nb,2\n")
    done = cli("run", given, "--vendor", "anthropic", *options)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said.replace("{here}", str(Path.cwd())))
    assert [path.name for path in Path().iterdir()] == ["data.csv"]


REFUSED = {
    "no prompt": (
        ("--model", "m"),
        ("error: data.csv has neither a column messages nor is there a --prompt; the columns are: id, text\n"
        "hint: say what to ask of each row, for example --prompt 'Classify: {text}'\n"),
    ),
    "no such column": (
        ("--prompt", "{Text}"),
        ("error: --prompt: {Text} is no column of data.csv\n"
        "hint: the columns are: id, text; did you mean text?\n"),
    ),
    "no such schema": (
        ("--prompt", "{text}", "--schema", "no.json"),
        "error: cannot read no.json: No such file or directory\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("options", "said"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("command", ["plan", "run"])
def test_a_mistake_is_two_lines_and_2(cli: Cli, command: str, options: tuple[str, ...], said: str) -> None:
    done = cli(command, table(), "--vendor", "anthropic", *options)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)
    assert [path.name for path in Path().iterdir()] == ["data.csv"]


def test_without_pyarrow_the_extra_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    done = cli("run", "data.parquet", "--vendor", "anthropic", *ASK)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: data.parquet: reading Parquet needs the extra parquet\nhint: pip install 'polybatch[parquet]'\n",
    )


def test_one_batch_of_a_table_is_refused_with_the_way_in(cli: Cli) -> None:
    done = cli("batch", "create", table(), "--vendor", "anthropic")
    assert (done.exit_code, done.stderr) == (
        2,
        (
            "error: data.csv: create() takes a file of requests, as JSON lines\n"
            "hint: rows and tables go in by `polybatch run … --prompt 'Classify: {text}'`\n"
        ),
    )
