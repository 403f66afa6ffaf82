"""Runs over tables and objects: of each row one request and one result, and the same again to resume."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from polybatch import InputError, Request
from polybatch.run import journal, sink
from tests.sandbox.run_lab import Handle, Lab, Stop, files, row

MODEL = "claude-opus-5-5"
TEXTS = ["one", "two\nlines", "thr\u2028ee {}", ""]
ASK: dict[str, Any] = {"prompt": "Say: {text}", "model": MODEL}
RUN = "data.csv.anthropic.polybatch"


def table(lab: Lab, name: str = "data.csv", texts: list[str] = TEXTS, ids: str = "r") -> Path:
    path = lab.directory / name
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "text"), *((f"{ids}{number}", text) for number, text in enumerate(texts))])
    return path


def handed(lab: Lab, rows: Any, **settings: Any) -> Handle:
    """A run over what no file holds."""
    given = {"poll": 25, "run_dir": lab.directory / "run", "out": lab.out(), **settings}
    return Handle(lab, "anthropic", rows, {}, **given)


def answers(lab: Lab, out: str = "data.anthropic.results.jsonl") -> dict[str, str]:
    lines = [json.loads(line) for line in (lab.directory / out).read_bytes().split(b"\n")[:-1]]
    assert {line["outcome"] for line in lines} == {"succeeded"}
    return {line["custom_id"]: line["text"] for line in lines}


EXPECTED = {f"r{number}": f"Say: {text}" for number, text in enumerate(TEXTS)}
"""The sandbox repeats what it is asked."""


class TestATable:
    def test_is_asked_row_by_row(self, lab: Lab) -> None:
        with lab.run(requests=table(lab), id_column="id", max_items_per_batch=3, **ASK) as run:
            assert run.status().total == 4
            assert [result.text for result in run.results()] != []
        assert answers(lab) == EXPECTED
        assert files(lab.directory) == {"data.csv", RUN, "data.anthropic.results.jsonl"}

    def test_is_kept_as_lines_with_where_they_are_from(self, sync_lab: Lab) -> None:
        lab = sync_lab
        path = table(lab)
        schema = {"type": "object", "properties": {"a": {}}}
        lab.run(requests=path, schema=schema, max_tokens=9, **ASK).__exit__()
        kept = (lab.directory / RUN / "input.jsonl").read_bytes().split(b"\n")
        assert [json.loads(line)["custom_id"] for line in kept[:-1]] == ["row-1", "row-2", "row-3", "row-4"]
        facts, _ = journal.read(lab.directory / RUN)
        assert facts["source"] == {"path": str(path), "sha256": sink.sha256_of(path), "rows": "csv"}
        assert facts["template"] == {"prompt": "Say: {text}", "max_tokens": 9}
        assert facts["schema"] == {**schema, "additionalProperties": False}
        assert facts["requests"] == str(path)

    @pytest.mark.parametrize("kind", [".parquet", ".jsonl", ".tsv"])
    def test_may_be_any_kind_of_file(self, sync_lab: Lab, kind: str) -> None:
        lab = sync_lab
        path = lab.directory / f"data{kind}"
        rows = [{"id": f"r{number}", "text": text} for number, text in enumerate(TEXTS)]
        if kind == ".parquet":
            polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
            pytest.importorskip("pyarrow", reason="pyarrow is not installed; the extra `parquet` has it")
            polars.DataFrame(rows).write_parquet(path)
        elif kind == ".jsonl":
            path.write_bytes(msgspec.json.Encoder().encode_lines(rows))
        else:
            table(lab, "data.tsv").write_text(path.read_text("utf-8").replace(",", "\t"), "utf-8", newline="")
        with lab.run(requests=path, id_column="id", **ASK) as run:
            assert run.wait().all_succeeded
        assert answers(lab) == EXPECTED

    def test_of_whole_requests_needs_no_prompt(self, sync_lab: Lab) -> None:
        lab = sync_lab
        path = lab.directory / "data.csv"
        messages = json.dumps([{"role": "user", "content": "hi"}])
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("custom_id", "messages", "label"), ("a", messages, "x")])
        with lab.run(requests=path, model=MODEL) as run:
            assert run.wait().all_succeeded
        assert answers(lab) == {"a": "hi"}


class TestARefusal:
    @pytest.mark.parametrize(
        ("text", "settings", "complaint"),
        [
            ("id,text\na,1\na,2\n", {"id_column": "id"}, r"data\.csv, row 2: custom_id 'a' was used before, in row 1"),
            ("id,text\n,1\n", {"id_column": "id"}, r"data\.csv, row 1: its id, in the column 'id', is empty"),
            ("id,text\na,1,2\n", {}, r"data\.csv, row 1: cells: 3, but columns: 2"),
            ("id,text\n", {}, r"data\.csv holds no requests"),
            ("id,text\na,1\nb,2\n", {"max_requests": 1}, r"data\.csv, row 2: more than the 1 requests"),
            ("id,text\na,1\n", {"prompt": "{txet}"}, r"--prompt: \{txet\} is no column of data\.csv"),
            ("id,text\na,1\n", {"max_tokens": 0}, "max_tokens is a number from 1, not 0"),
            ("id,text\na,1\n", {"schema": {"type": "x"}}, "the schema is no JSON Schema"),
            ("id,text\na,1\n", {"model": None}, r"data\.csv, row 1: .*model"),
        ],
        ids=["twice", "no id", "cells", "empty", "too many", "column", "max_tokens", "schema", "model"],
    )
    def test_names_the_row_and_leaves_nothing(
        self, sync_lab: Lab, text: str, settings: dict[str, Any], complaint: str
    ) -> None:
        lab = sync_lab
        path = lab.directory / "data.csv"
        path.write_text(text)
        with pytest.raises(InputError, match=complaint):
            lab.run(requests=path, **{**ASK, **settings})
        assert lab.transport.calls == []
        assert files(lab.directory) == {"data.csv"}

    def test_of_a_file_that_changes_meanwhile(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        path = table(lab)
        commit = sink.SafeFile.commit

        def late(file: sink.SafeFile) -> None:
            commit(file)
            path.write_text("id,text\n")

        monkeypatch.setattr(sink.SafeFile, "commit", late)
        with pytest.raises(InputError, match=r"data\.csv was changed while it was read"):
            lab.run(requests=path, **ASK)
        assert files(lab.directory) == {"data.csv"}


class TestAResume:
    def test_goes_on_with_the_same_file_and_template(self, lab: Lab) -> None:
        path = table(lab)
        given = {"requests": path, "id_column": "id", **ASK}
        lab.run(**given).__exit__()
        with lab.run(**given) as run:
            assert run.wait().all_succeeded
        assert answers(lab) == EXPECTED
        assert set(lab.accepted().values()) == {1}

    def test_needs_nothing_but_the_lines_that_were_kept(self, sync_lab: Lab) -> None:
        lab = sync_lab
        path = table(lab)
        lab.run(requests=path, id_column="id", **ASK).__exit__()
        path.unlink()
        kept = lab.directory / RUN / "input.jsonl"
        out = lab.directory / "data.anthropic.results.jsonl"
        with lab.run(requests=kept, run_dir=kept.parent, out=out, model=MODEL) as run:
            assert run.wait().all_succeeded
        assert answers(lab) == EXPECTED

    @pytest.mark.parametrize(
        ("settings", "complaint"),
        [
            ({"prompt": "Sing: {text}"}, r"started with --prompt 'Say: \{text\}', not with --prompt 'Sing: \{text\}'"),
            ({"prompt": None}, "neither a column messages|started with --prompt 'Say.*, not without --prompt"),
            ({"system": "x"}, "started without --system, not with --system 'x'"),
            ({"id_column": None}, "started with --id-column 'id', not without --id-column"),
            ({"max_tokens": 3}, "started without --max-tokens, not with --max-tokens 3"),
            ({"schema": {}}, "started without --schema, not with this --schema"),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_with_another_template_is_refused(self, sync_lab: Lab, settings: dict[str, Any], complaint: str) -> None:
        lab = sync_lab
        given = {"requests": table(lab), "id_column": "id", **ASK}
        lab.run(**given).__exit__()
        with pytest.raises(InputError, match=complaint):
            lab.run(**{**given, **settings})
        kept = lab.directory / RUN / "input.jsonl"
        if next(iter(settings.values())) is not None:
            out = lab.directory / "data.anthropic.results.jsonl"
            with pytest.raises(InputError, match=complaint):
                lab.run(requests=kept, run_dir=kept.parent, out=out, model=MODEL, **settings)

    def test_with_another_table_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        path = table(lab)
        lab.run(requests=path, **ASK).__exit__()
        table(lab, texts=[*TEXTS, "more"])
        with pytest.raises(InputError, match=r"data\.csv is not what it was .*`polybatch resume` goes on with what"):
            lab.run(requests=path, **ASK)
        path.unlink()
        with pytest.raises(InputError, match=r"data\.csv is gone .*`polybatch resume`"):
            lab.run(requests=path, **ASK)
        with pytest.raises(InputError, match=r"this run reads .*data\.csv, not .*other\.csv"):
            lab.run(requests=table(lab, "other.csv"), run_dir=lab.directory / RUN,
                    out=lab.directory / "data.anthropic.results.jsonl", **ASK)  # fmt: skip

    def test_finds_damage_in_what_was_kept(self, sync_lab: Lab) -> None:
        lab = sync_lab
        path = table(lab)
        lab.run(requests=path, **ASK).__exit__()
        kept = lab.directory / RUN / "input.jsonl"
        kept.write_bytes(kept.read_bytes().replace(b"one", b"two"))
        with pytest.raises(InputError, match=r"input\.jsonl is not what it was.*shard 0 .*line 1"):
            lab.run(requests=path, **ASK)

    @pytest.mark.parametrize("moment", ["first line", "before it is named", "before the plan"])
    def test_after_a_death_while_lines_are_made(
        self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch, moment: str
    ) -> None:
        lab = sync_lab
        place = {
            "first line": (sink.SafeFile, "write"),
            "before it is named": (sink.SafeFile, "commit"),
            "before the plan": (journal.Journal, "plan"),
        }[moment]

        def dies(it: Any, *_: object) -> None:
            if isinstance(it, sink.SafeFile):
                it._file.close()
            raise Stop

        with monkeypatch.context() as patch:
            patch.setattr(*place, dies)
            patch.setattr(sink.SafeFile, "drop", lambda file: file._file.close())  # a dead process tidies nothing up
            with pytest.raises(Stop):
                lab.run(requests=table(lab), id_column="id", **ASK)
        with lab.run(requests=lab.directory / "data.csv", id_column="id", **ASK) as run:
            assert run.wait().all_succeeded
        assert answers(lab) == EXPECTED
        assert set(lab.accepted().values()) == {1}


class TestRowsFromPython:
    def rows(self) -> Iterator[dict[str, str]]:
        for number, text in enumerate(TEXTS):
            yield {"id": f"r{number}", "text": text}

    def test_may_come_from_a_generator(self, lab: Lab) -> None:
        handed(lab, self.rows(), id_column="id", **ASK).__exit__()
        with handed(lab, self.rows(), id_column="id", **ASK) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == EXPECTED
        facts, _ = journal.read(lab.directory / "run")
        assert facts["source"] == {"path": None, "sha256": None, "rows": "iterable"}

    def test_may_be_a_table_of_another_library(self, lab: Lab) -> None:
        polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
        pytest.importorskip("pyarrow", reason="pyarrow is not installed; the extra `parquet` has it")
        frame = polars.DataFrame(list(self.rows()))
        handed(lab, frame, id_column="id", **ASK).__exit__()
        with handed(lab, frame, id_column="id", **ASK) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == EXPECTED

    def test_may_be_requests(self, lab: Lab) -> None:
        own, body = row(0), {"model": MODEL, "messages": [{"role": "user", "content": "portable"}]}
        requests = [Request("own", own["params"]), Request.chat("portable", **body)]
        handed(lab, requests).__exit__()
        with handed(lab, iter(requests)) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == {"own": "question 0", "portable": "portable"}

    def test_may_be_requests_to_agents(self, sync_lab: Lab) -> None:
        lab = sync_lab
        own = row(3, vendor="letta")
        requests = [Request("a", {name: own[name] for name in ("agent_id", "messages")})]
        with Handle(lab, "letta", requests, {}, poll=25, run_dir=lab.directory / "run", out=lab.out()) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == {"a": "question 3"}

    def test_may_be_lines_as_they_stand(self, sync_lab: Lab) -> None:
        lab = sync_lab
        with handed(lab, [row(0), row(1)]) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == {"row-0": "question 0", "row-1": "question 1"}

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda rows: [*rows[:1], {"id": "r1", "text": "other"}, *rows[2:]], "row 2 is not what it was"),
            (lambda rows: rows[:-1], "row 4 is not what it was"),
            (lambda rows: [*rows, {"id": "r4", "text": "more"}], "row 5 is not what it was"),
            (lambda rows: rows[::-1], r"row 1 is not what it was .*give the same rows in the same order"),
        ],
        ids=["other", "fewer", "more", "order"],
    )
    def test_have_to_be_the_same_again(self, sync_lab: Lab, change: Any, complaint: str) -> None:
        lab, rows = sync_lab, list(self.rows())
        handed(lab, rows, id_column="id", **ASK).__exit__()
        with pytest.raises(InputError, match=complaint):
            handed(lab, change(rows), id_column="id", **ASK)

    def test_need_a_run_directory(self, sync_lab: Lab) -> None:
        with pytest.raises(InputError, match=r"rows that no file holds need --run-dir \(so that the run can be"):
            Handle(sync_lab, "anthropic", self.rows(), {}, **ASK)

    def test_are_no_file(self, sync_lab: Lab) -> None:
        lab = sync_lab
        handed(lab, self.rows(), **ASK).__exit__()
        with pytest.raises(InputError, match=r"this run reads rows from Python, not .*data\.csv"):
            handed(lab, table(lab), **ASK)

    def test_that_are_requests_take_no_prompt(self, sync_lab: Lab) -> None:
        with pytest.raises(InputError, match="row 1 is a Request, and whole"):
            handed(sync_lab, [Request("a", row(0)["params"])], max_tokens=3)

    def test_an_error_of_the_callers_own_goes_through_and_nothing_is_kept_of_it(self, sync_lab: Lab) -> None:
        lab = sync_lab

        def broken() -> Iterator[dict[str, str]]:
            yield {"text": "x"}
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            handed(lab, broken(), **ASK)
        with handed(lab, self.rows(), id_column="id", **ASK) as run:
            assert run.wait().all_succeeded
        assert answers(lab, lab.out().name) == EXPECTED


MEMORY = """
import pathlib, sys
from polybatch.run import inputs, sink
from polybatch.tables.template import Template
from polybatch.vendors import find_vendor
from scripts.bench.meter import peak_mb
folder = sink.Folder(pathlib.Path(sys.argv[2]))
folder.make()
vendor = find_vendor("anthropic")({}, "http://127.0.0.1:1")
path, _, _ = inputs.settled(vendor, pathlib.Path(sys.argv[1]), Template("Classify: {text}"), folder)
print(int(peak_mb()), path.stat().st_size)
"""
ROOT, ROWS = Path(__file__).parents[2], 200_000


@pytest.mark.slow
def test_a_large_table_does_not_fill_the_memory(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars", reason="polars is not installed; the extra `test` has it")
    pytest.importorskip("pyarrow", reason="pyarrow is not installed; the extra `parquet` has it")
    path = tmp_path / "large.parquet"
    texts = [f"{number} " + f"{number * 7919:x} " * 40 for number in range(ROWS)]
    polars.DataFrame({"text": texts, "other": texts}).write_parquet(path, row_group_size=ROWS)
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, path, tmp_path / "run"], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*sys.path, str(ROOT)]))},
    )  # fmt: skip
    most, size = map(int, done.stdout.split())
    assert size > 40_000_000
    assert most < 150
