"""Tables on the command line: planned, asked row by row, resumed from the folder alone, refused in words that help."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from polybatch_sandbox import Server
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
    assert done.stdout.splitlines()[-1].startswith("2 requests, ")
    assert [path.name for path in Path().iterdir()] == ["data.csv"]
    assert ledger(served) == before


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
