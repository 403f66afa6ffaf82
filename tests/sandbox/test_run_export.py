"""The output in the order of the input, and as a table: whole or not at all, once, and never over somebody else's file.

Everything goes through the sandbox; the sync and the async client do the same.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch.errors import InputError, RunError
from polybatch.run import exporting, offline
from polybatch.run.desk import Desk
from polybatch.run.ordered import in_order
from tests.sandbox.run_lab import Lab, Stop, row, rows

pyarrow = pytest.importorskip("pyarrow", reason="the extra parquet is not installed")
parquet = pytest.importorskip("pyarrow.parquet")

COLUMNS = [
    "custom_id", "outcome", "text", "finish", "model", "input_tokens", "output_tokens", "cache_read_tokens",
    "cache_write_tokens", "reasoning_tokens", "tool_calls", "error_code", "error_message", "vendor", "batch_id",
    "request_id",
]  # fmt: skip


def ids(lines: list[dict[str, Any]]) -> list[str]:
    return [line["custom_id"] for line in lines]


def loaded(path: Path) -> list[dict[str, Any]]:
    """The objects of JSON lines; a torn one fails."""
    data = path.read_bytes()
    assert data.endswith(b"\n") or not data
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def cells(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=delimiter, strict=True))


def of_models(count: int) -> list[dict[str, Any]]:
    """MeshAPI: requests of three models in turn, so that each line stands in another shard than its neighbours."""
    made = rows(count, "meshapi")
    for number, one in enumerate(made):
        one["body"]["model"] = f"openai/gpt-{number % 3}"
    return made


class Ordering:
    """A finished run, whose file of answers is to be written anew."""

    def __init__(self, lab: Lab) -> None:
        lab.write(rows(11))
        lab.finish()
        self.path = lab.run_dir() / "results" / "000000.jsonl"
        self.lines = self.path.read_bytes().split(b"\n")[:-1]
        self.desk: Any = None


@pytest.fixture
def ordering(sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ordering]:
    made = Ordering(sync_lab)
    monkeypatch.setattr(Desk, "refuse_damaged", lambda desk, shard: None)
    with offline.opened(sync_lab.run_dir()) as core:
        made.desk = core.desk
        yield made


class TestOrder:
    def test_lines_come_in_the_order_of_the_input(self, lab: Lab) -> None:
        made = rows(9)
        given = [made[place * 5 % 9] for place in range(9)]
        lab.write(given)
        lab.script("create", "ok", "fail:1", "missing_lines:1")
        status = lab.finish(max_items_per_batch=3, in_order=True)
        assert status.finished
        assert not status.all_succeeded
        assert ids(lab.lines()) == ids(given)
        arrived = lab.run_dir() / "arrived.jsonl"
        assert sorted(arrived.read_bytes().split(b"\n")) == sorted(lab.out().read_bytes().split(b"\n"))

    def test_blank_lines_and_blanks_are_counted_and_left_out(self, sync_lab: Lab) -> None:
        lab = sync_lab
        plain = [json.dumps(one).encode() for one in rows(4)]
        lab.write([b"", plain[0], b"  ", plain[1] + b"\r", b"", b"", b"  " + plain[2], plain[3], b""])
        lab.finish(max_items_per_batch=2, in_order=True)
        assert ids(lab.lines()) == ["row-0", "row-1", "row-2", "row-3"]
        assert [number for number, _ in in_order(lab.run_dir())] == [2, 4, 7, 8]

    def test_models_in_turn(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        """With more shards than files may be open."""
        from polybatch.run import ordered

        lab = sync_lab
        monkeypatch.setattr(ordered, "MOST_OPEN", 2)
        monkeypatch.setattr(ordered, "TOGETHER", 4)
        lab.write(of_models(10))
        lab.finish("meshapi", max_items_per_batch=2, in_order=True)
        assert len(lab.ledger("meshapi")) == 6
        assert ids(lab.lines("meshapi")) == [f"row-{number}" for number in range(10)]

    def test_agents_are_found_by_what_else_names_them(self, sync_lab: Lab) -> None:
        lab = sync_lab
        given = rows(5, "letta")
        given[2]["messages"][0]["otid"] = "mine"
        lab.write(given)
        lab.finish("letta", in_order=True)
        assert ids(lab.lines("letta")) == ids(given)
        assert lab.outcomes("letta") == {"succeeded": 5}

    def test_of_a_request_that_was_sent_again_the_last_word_counts(self, lab: Lab) -> None:
        lab.write(rows(6))
        lab.script("create", "fail:2:api_error", "expire:1", "ok", "fail:1:api_error")
        lab.finish(max_items_per_batch=3, retries=1, in_order=True)
        found = lab.lines()
        assert ids(found) == [f"row-{number}" for number in range(6)]
        assert sorted(line["outcome"] for line in found) == ["errored", *["succeeded"] * 5]
        first = {batch["id"] for batch in lab.ledger()[:3]}
        assert [line["batch_id"] in first for line in found].count(False) == 3

    def test_an_unfinished_run_gives_what_there_is(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(6))
        lab.script("create", "ok", "stuck", "ok")
        with lab.run(max_items_per_batch=2) as run:
            run.wait(lambda status: run.run.stop() if status.settled == 4 else None)
        found = list(in_order(lab.run_dir()))
        assert [(number, line["custom_id"]) for number, line in found] == [
            (1, "row-0"), (2, "row-1"), (5, "row-4"), (6, "row-5"),
        ]  # fmt: skip
        assert list(found[0][1]) == list(lab.lines()[0])
        assert found[0][1]["text"] == "question 0"

    def test_half_a_surrogate_pair_costs_nothing(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write([row(0, text="\ufffd")])
        lab.finish(in_order=True)
        with offline.opened(lab.run_dir()) as core:
            number, result = next(iter(exporting.ordered.results(core.desk)))
            raw = core.desk.folder.results(0).read_bytes()
        assert number == 1
        assert result.text == "\ufffd"
        assert exporting.ordered.decoded(b'{"text":"a \\ud800 b"}') == {"text": "a \ufffd b"}
        assert raw

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.integers(0, 13), max_size=20))
    def test_whatever_order_gaps_and_doubles_the_answers_have(self, ordering: Ordering, answers: list[int]) -> None:
        """Lines 0 to 10 are answers, 11 is a stranger's, 12 is blank, 13 is none."""
        strange = [ordering.lines[0].replace(b'"custom_id":"', b'"custom_id":"x'), b"", b"{torn"]
        known = [*ordering.lines, *strange]
        ordering.path.write_bytes(b"".join(known[answer] + b"\n" for answer in answers))
        desk = ordering.desk
        plain = {result.custom_id: result for _, result in desk.contents.placed(desk.shards[0])}
        assert list(exporting.ordered.results(desk)) == [
            (number, plain[f"row-{number - 1}"]) for number in range(1, 1 + len(ordering.lines))
        ]
        answered = {f"row-{number - 1}" for number, result in exporting.ordered.results(desk) if result.raw}
        assert len(answered) == len({answer for answer in answers if answer < len(ordering.lines)})

    def test_an_input_that_was_changed_is_noticed(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(3))
        lab.finish()
        lab.write([*rows(2), row(2, text="another")])
        with pytest.raises(RunError, match="it is not what it was when the run was planned"):
            list(in_order(lab.run_dir()))
        lab.input.write_bytes(b"no JSON\n" * 3)
        with pytest.raises(RunError, match=r"in.jsonl, line 1: it is not what it was when the run was planned"):
            list(in_order(lab.run_dir()))

    def test_an_answer_that_was_changed_is_noticed(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(3))
        lab.finish()
        path = lab.run_dir() / "results" / "000000.jsonl"
        path.write_bytes(path.read_bytes().replace(b"question", b"QUESTION"))
        with pytest.raises(RunError, match=r"000000.jsonl is not what was fetched"):
            list(in_order(lab.run_dir()))

    def test_nothing_is_left_in_the_run_directory(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.finish(in_order=True)
        names = {path.name for path in lab.run_dir().iterdir()}
        assert names == {
            "journal.sqlite",
            "arrived.jsonl",
            "plan",
            "payload",
            "replies",
            "results",
            "quarantine",
            "lock",
        }


class TestTables:
    def test_csv(self, lab: Lab) -> None:
        lab.write([row(0), row(1, text='=1+1 "quoted",\r\nnext'), row(2, "-5"), row(3, text="-5")])
        lab.script("create", "fail:1:invalid_request_error")
        out = lab.directory / "answers.csv"
        lab.finish(out=out)
        found = cells(out)
        assert list(found[0]) == COLUMNS
        assert [line["custom_id"] for line in found] == ["row-0", "row-1", "-5", "row-3"]
        failed = [line for line in found if line["outcome"] == "errored"]
        assert [line["error_code"] for line in failed] == ["invalid_request_error"]
        assert [line["text"] for line in failed] == [""]
        answered = {line["custom_id"]: line for line in found if line["outcome"] == "succeeded"}
        if "row-1" in answered:
            assert answered["row-1"]["text"] == '\'=1+1 "quoted",\r\nnext'
        if "row-3" in answered:
            assert answered["row-3"]["text"] == "-5"
        one = next(iter(answered.values()))
        assert one["model"] == "claude-opus-5-5"
        assert one["finish"] == "stop"
        assert int(one["input_tokens"]) > 0
        assert one["vendor"] == "anthropic"
        assert one["batch_id"] == lab.ledger()[0]["id"]
        assert out.read_bytes().count(b"\r\n") == 6

    def test_tsv(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write([row(0, text="a\tb")])
        lab.finish(out=lab.directory / "answers.TSV")
        assert cells(lab.directory / "answers.TSV", "\t")[0]["text"] == "a\tb"

    def test_parquet(self, lab: Lab) -> None:
        lab.write(rows(5))
        lab.script("create", "fail:1")
        out = lab.directory / "answers.parquet"
        lab.finish(out=out, max_items_per_batch=2)
        table = parquet.read_table(out)
        assert table.schema.names == COLUMNS
        assert [str(kind) for kind in table.schema.types[:6]] == ["string"] * 5 + ["int64"]
        assert table.column("custom_id").to_pylist() == [f"row-{number}" for number in range(5)]
        assert table.column("text").null_count == 1
        group = parquet.ParquetFile(out).metadata.row_group(0).column(0)
        assert group.compression == "ZSTD"

    def test_another_user_may_read_it(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        plain, out = lab.directory / "plain", lab.directory / "answers.csv"
        plain.touch()
        lab.finish(out=out)
        assert out.stat().st_mode == plain.stat().st_mode


def breaking(monkeypatch: pytest.MonkeyPatch, *, after: int) -> list[int]:
    """The process dies in an export, after so many results."""
    plain, count = exporting.ordered.results, [0]

    def results(desk: Any) -> Iterator[Any]:
        for one in plain(desk):
            if count[0] == after:
                count[0] += 1
                raise Stop
            count[0] += 1
            yield one

    monkeypatch.setattr(exporting.ordered, "results", results)
    return count


class TestOnceAndWhole:
    @pytest.mark.parametrize(("name", "after"), [("answers.csv", 0), ("answers.parquet", 1), ("answers.jsonl", 4)])
    def test_killed_while_it_is_written(
        self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch, name: str, after: int
    ) -> None:
        lab, out = sync_lab, sync_lab.directory / name
        lab.write(rows(5))
        breaking(monkeypatch, after=after)
        with pytest.raises(Stop):
            lab.finish(out=out, in_order=True)
        assert not out.exists()
        calls = len(lab.transport.calls)
        assert lab.finish(out=out, in_order=True).all_succeeded
        assert len(lab.transport.calls) == calls
        assert out.exists()
        assert not [*lab.directory.glob("*.part")]

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_killed_when_it_is_named(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
        """The journal knows of it first; a half of what was begun is written over."""
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(5))
        commit = exporting.sink.SafeFile.commit

        def dying(file: Any) -> None:
            if file._path == out:
                if moment == "after":
                    commit(file)
                file._file.close()
                raise Stop
            commit(file)

        with monkeypatch.context() as patched:
            patched.setattr(exporting.sink.SafeFile, "commit", dying)
            with pytest.raises(Stop):
                lab.finish(out=out)
        assert out.exists() == (moment == "after")
        lab.finish(out=out)
        assert [line["custom_id"] for line in cells(out)] == [f"row-{number}" for number in range(5)]

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["answers.parquet", "answers.jsonl"])
    def test_dying_at_every_moment(self, sync_lab: Lab, name: str) -> None:
        """Before and after each transaction of the journal and each exchange; then the plain command again."""
        lab, out = sync_lab, sync_lab.directory / name
        lab.write(rows(5))
        given: dict[str, Any] = {"max_items_per_batch": 3, "in_order": True, "out": out}
        moment, fatal, seen = 0, "", set[str]()
        while fatal is not None:
            moments = lab.stop_at(moment)
            with moments.watched(), lab.run(**given) as run:
                run.wait()
            fatal = moments.fatal
            seen |= {path.name for path in lab.directory.iterdir()} - {lab.input.name, lab.run_dir().name}
            with lab.run(settle=300, **given) as run:
                assert run.wait().all_succeeded, fatal
            table = parquet.read_table(out).to_pylist() if name.endswith("parquet") else loaded(out)
            assert ids(table) == [f"row-{number}" for number in range(5)], fatal
            assert not [*lab.directory.glob("*.part")], fatal
            shutil.rmtree(lab.run_dir())
            out.unlink()
            moment += 1
        assert moment > 30
        assert {re.sub("[0-9a-f]{20}", "RUN", each) for each in seen} == {name, f"{name}.RUN.part"}, (
            "never half written"
        )

    def test_written_once(self, lab: Lab) -> None:
        out = lab.directory / "answers.csv"
        lab.write(rows(2))
        lab.finish(out=out)
        out.write_text("edited by hand")
        assert lab.finish(out=out).finished
        assert out.read_text() == "edited by hand"
        out.unlink()
        lab.finish(out=out)
        assert len(cells(out)) == 2

    def test_iterating_the_results_writes_it_too(self, lab: Lab) -> None:
        out = lab.directory / "answers.csv"
        lab.write(rows(3))
        with lab.run(out=out, max_items_per_batch=2) as run:
            assert len(list(run.results())) == 3
        assert len(cells(out)) == 3

    def test_a_stop_leaves_no_half(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exporting.beside, "PIECE", 1)
        out = lab.directory / "answers.csv"
        lab.write(rows(5))
        with lab.run(out=out) as run:
            plain, seen = exporting.steps, []

            def steps(*given: Any) -> Iterator[None]:
                for _ in plain(*given):
                    seen.append(1)
                    if len(seen) == 2:
                        run.run.stop()
                    yield

            monkeypatch.setattr(exporting, "steps", steps)
            assert run.wait().finished
        assert len(seen) == 2
        assert not list(lab.directory.glob("answers*"))
        lab.finish(out=out)
        assert len(cells(out)) == 5

    def test_late_duplicates_are_watched_for_behind_it(self, sync_lab: Lab) -> None:
        """A run that only watches has its output already."""
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(3, "meshapi"))
        lab.script("create", "ok", "drop_before", vendor="meshapi")
        seen: list[bool] = []

        def heard(status: Any) -> None:
            seen.append(out.exists())

        with lab.run("meshapi", out=out, max_items_per_batch=2, settle=100) as run:
            run.wait(heard)
        assert cells(out)
        assert seen[-1]


class TestRefusals:
    def test_a_file_of_somebody_else(self, lab: Lab) -> None:
        out = lab.directory / "answers.parquet"
        out.write_text("mine")
        lab.write(rows(1))
        with pytest.raises(InputError, match=r"answers.parquet exists and was not written by this run"):
            lab.finish(out=out)
        assert not lab.transport.calls
        assert not lab.run_dir().exists()

    def test_a_file_that_comes_while_the_run_goes_on(self, lab: Lab) -> None:
        out = lab.directory / "answers.csv"
        lab.write(rows(4))
        with lab.run(out=out, max_items_per_batch=2) as run, pytest.raises(InputError, match="was not written") as said:
            run.wait(lambda status: out.write_text("mine") and None)
        place = lab.run_dir()
        assert said.value.hint == (
            f"move it away, or name another: polybatch resume {place} -o FILE;"
            f" only a copy: polybatch results {place} -o FILE"
        )
        assert out.read_text() == "mine"
        with pytest.raises(InputError, match="was not written by this run"):
            lab.finish(out=out)
        out.unlink()
        assert lab.finish(out=out).all_succeeded
        assert len(cells(out)) == 4

    def test_another_run_writes_it_at_the_same_time(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exporting.beside, "PIECE", 2)
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(5))
        for name in "ab":
            lab.finish(run_dir=lab.directory / name, out=lab.directory / f"{name}.jsonl", model=name)
        with offline.opened(lab.directory / "a") as first, offline.opened(lab.directory / "b") as second:
            expected = {shard.batch_id for shard in second.desk.shards}
            begun = exporting.steps(first.desk, out)
            next(begun)
            assert len([*exporting.steps(second.desk, out)]) == 3
            with pytest.raises(InputError, match="exists and was not written by this run"):
                list(begun)
        assert (len(cells(out)), {line["batch_id"] for line in cells(out)}) == (5, expected)
        assert [path.name for path in lab.directory.glob("answers*")] == ["answers.csv"]

    def test_another_order_than_the_run_began_with(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.finish(in_order=True)
        with pytest.raises(InputError, match="this run was begun with --in-order"):
            lab.finish()
        with pytest.raises(InputError, match=r"this run writes its results to .*results.jsonl"):
            lab.finish(in_order=True, out=lab.directory / "x.csv")

    def test_in_order_comes_too_late(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        lab.finish()
        with pytest.raises(InputError, match="this run was begun without --in-order"):
            lab.finish(in_order=True)

    def test_parquet_without_its_extra(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write(rows(1))
        monkeypatch.setattr(exporting.writing, "find_spec", lambda name: None)
        with pytest.raises(InputError, match=r"answers.parquet: writing Parquet needs the extra parquet") as refused:
            lab.finish(out=lab.directory / "answers.parquet")
        assert "polybatch[parquet]" in refused.value.hint
        assert not lab.transport.calls

    def test_no_table_is_compressed(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(1))
        with pytest.raises(InputError, match=r"answers.csv.gz: results are not written compressed"):
            lab.finish(out=lab.directory / "answers.csv.gz")


class TestOffline:
    def test_written_anew(self, sync_lab: Lab) -> None:
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(3))
        lab.finish(out=out, max_items_per_batch=2)
        whole = out.read_bytes()
        out.unlink()
        (lab.run_dir() / "arrived.jsonl").unlink()
        with offline.opened(lab.run_dir()) as core:
            assert offline.verify.__doc__
            offline.rewrite(core, out)
            assert offline.verify(core).problems == []
        assert out.read_bytes() == whole

    def test_another_form_of_a_finished_run(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(3))
        lab.finish()
        with offline.opened(lab.run_dir()) as core:
            for name in ("a.csv", "a.parquet"):
                offline.rewrite(core, lab.directory / name)
            offline.rewrite(core, lab.directory / "a.jsonl", in_order=True)
            (lab.directory / "a.csv").write_text("mine")
            with pytest.raises(InputError, match=r"a.csv exists and was not written by this run"):
                offline.rewrite(core, lab.directory / "a.csv")
            (lab.directory / "a.csv").unlink()
            offline.rewrite(core, lab.directory / "a.csv")
            with pytest.raises(InputError, match="holds the results in the order in which they came"):
                offline.rewrite(core, lab.out(), in_order=True)
            assert offline.verify(core).problems == []
        assert ids(loaded(lab.directory / "a.jsonl")) == ["row-0", "row-1", "row-2"]
        assert len(cells(lab.directory / "a.csv")) == parquet.read_table(lab.directory / "a.parquet").num_rows == 3

    def test_of_an_unfinished_run(self, sync_lab: Lab) -> None:
        """What there is; the run writes it anew when it has all."""
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(4))
        with lab.run(out=out, max_items_per_batch=2) as run:
            run.wait(lambda status: run.run.stop() if status.settled == 2 else None)
        with offline.opened(lab.run_dir()) as core:
            offline.rewrite(core, out)
        assert len(cells(out)) == 2
        lab.finish(out=out, max_items_per_batch=2)
        assert len(cells(out)) == 4

    def test_verify_looks_at_it(self, sync_lab: Lab) -> None:
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.write(rows(2))
        lab.finish(out=out)
        out.write_bytes(out.read_bytes().replace(b"succeeded", b"SUCCEEDED"))
        with offline.opened(lab.run_dir()) as core:
            (problem,) = offline.verify(core).problems
            assert problem.endswith("answers.csv is not what this run has written; `polybatch results` writes it anew")
            out.unlink()
            (problem,) = offline.verify(core).problems
            assert problem.endswith("answers.csv is gone; `polybatch results` writes it anew")


MODEL = {"model": "claude-opus-5-5", "prompt": "Classify: {text}"}
SCHEMA = {
    "type": "object",
    "properties": {
        "label": {"type": "string"}, "score": {"type": ["number", "null"]}, "count": {"type": "integer"},
        "sure": {"type": "boolean"}, "tags": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip


def answering(lab: Lab, *answers: str) -> None:
    """The vendor's answers, in the order of the requests of its only batch."""
    said = iter(answers)

    def rewritten(call: Any, reply: Any) -> Any:
        if not call.path.endswith("/results"):
            return reply
        lines = [json.loads(line) for line in reply.read().splitlines()]
        for line in sorted(lines, key=lambda line: line["custom_id"]):
            line["result"]["message"]["content"] = [{"type": "text", "text": next(said)}]
        return replace(reply, body=b"".join(json.dumps(line).encode() + b"\n" for line in lines))

    lab.transport.rewrite = rewritten


class TestBesideTheInput:
    """Rows of a table, and behind them what became of their requests."""

    def given(self, lab: Lab, name: str) -> Path:
        path = lab.directory / name
        table = pyarrow.table({
            "key": [f"k{number}" for number in range(5)], "Text": ["a", "-b", "c", None, "e"],
            "when": pyarrow.array([None, 1, 2, 3, 2**62], pyarrow.timestamp("ns")),
            "size": pyarrow.array([1, 2, None, 4, 5], pyarrow.int8()),
            "odd": [{"x": [number]} for number in range(5)],
            "text": [f"text {number}" for number in range(5)],
        })  # fmt: skip
        if name.endswith(".parquet"):
            parquet.write_table(table, path)
        else:
            path.write_bytes(b"".join(json.dumps(one, default=str).encode() + b"\n" for one in table.to_pylist()))
        return path

    @pytest.mark.parametrize("piece", [2, 200])
    def test_parquet_to_parquet(self, lab: Lab, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
        monkeypatch.setattr(exporting.beside, "PIECE", piece)
        path, out = self.given(lab, "rows.parquet"), lab.directory / "answers.parquet"
        lab.finish(requests=path, out=out, id_column="key", max_items_per_batch=2, **MODEL)
        before, after = parquet.read_table(path), parquet.read_table(out)
        assert after.schema.names[:6] == before.schema.names
        assert after.select(before.schema.names).equals(before)
        assert "result_text" in after.schema.names
        assert "text" not in after.schema.names[6:]
        assert after.column("custom_id").to_pylist() == before.column("key").to_pylist()
        assert after.column("result_text").to_pylist() == [f"Classify: text {number}" for number in range(5)]

    def test_parquet_to_csv(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.finish(requests=self.given(lab, "rows.parquet"), out=lab.directory / "answers.csv", **MODEL)
        found = cells(lab.directory / "answers.csv")
        assert [line["key"] for line in found] == [f"k{number}" for number in range(5)]
        assert [line["Text"] for line in found] == ["a", "'-b", "c", "", "e"]
        assert found[4]["when"] == "2116-02-20 23:53:38.427387904"
        assert found[4]["odd"] == '{"x":[4]}'
        assert found[2]["size"] == ""
        assert found[3]["result_text"] == "Classify: text 3"
        assert found[3]["custom_id"] == "row-4"

    def test_csv_to_parquet(self, sync_lab: Lab) -> None:
        lab, path = sync_lab, sync_lab.directory / "rows.csv"
        path.write_bytes('text;n\r\n"a\r\nb";1\r\n\r\né;02\r\n'.encode())
        lab.finish(requests=path, out=lab.directory / "answers.parquet", **MODEL)
        table = parquet.read_table(lab.directory / "answers.parquet")
        assert table.select(["text", "n", "result_text"]).to_pylist() == [
            {"text": "a\r\nb", "n": "1", "result_text": "Classify: a\r\nb"},
            {"text": "é", "n": "02", "result_text": "Classify: é"},
        ]

    def test_json_lines_to_parquet(self, sync_lab: Lab) -> None:
        """Objects need not be alike: a column holds what all of them have under its name."""
        lab, path = sync_lab, sync_lab.directory / "rows.jsonl"
        given = [{"text": "a", "n": 1, "x": 1}, {"text": "b", "n": None, "y": 0.5, "x": "1"}, {"text": "c", "y": 2}]
        path.write_bytes(b"".join(json.dumps(one).encode() + b"\n" for one in given))
        lab.finish(requests=path, out=lab.directory / "answers.parquet", **MODEL)
        table = parquet.read_table(lab.directory / "answers.parquet")
        names = ["text", "n", "x", "y"]
        assert table.schema.names[:4] == names
        assert [str(kind) for kind in table.schema.types[:4]] == ["string", "int64", "string", "double"]
        assert table.select(names).to_pylist() == [
            {"text": "a", "n": 1, "x": "1", "y": None}, {"text": "b", "n": None, "x": "1", "y": 0.5},
            {"text": "c", "n": None, "x": None, "y": 2.0},
        ]  # fmt: skip

    @pytest.mark.parametrize("name", ["rows.parquet", "rows.jsonl"])
    def test_json_lines_in_order_have_their_row(self, sync_lab: Lab, name: str) -> None:
        lab, out = sync_lab, sync_lab.directory / "answers.jsonl"
        lab.finish(requests=self.given(lab, name), out=out, in_order=True, **MODEL)
        found = loaded(out)
        assert list(found[0])[-1] == "input"
        assert [line["input"]["key"] for line in found] == [f"k{number}" for number in range(5)]
        assert found[1]["input"]["odd"] == {"x": [1]}
        with offline.opened(lab.run_dir(vendor="anthropic").with_name(f"{name}.anthropic.polybatch")) as core:
            assert b"".join(offline.lines(core, in_order=True)) == out.read_bytes()
            assert offline.verify(core).problems == []

    def test_rows_from_python_have_no_columns_to_stand_beside(self, sync_lab: Lab) -> None:
        lab, out = sync_lab, sync_lab.directory / "answers.csv"
        lab.finish(
            requests=[{"text": "a", "n": 1}, {"text": "b", "n": 2}], run_dir=lab.directory / "run", out=out, **MODEL
        )
        assert list(cells(out)[0]) == COLUMNS

    def test_a_table_that_was_changed(self, lab: Lab) -> None:
        path, out = lab.directory / "rows.csv", lab.directory / "answers.csv"
        path.write_text("text\na\nb\n")
        given = {"requests": path, "out": out, **MODEL}
        with lab.run(**given) as run, pytest.raises(InputError, match=r"rows.csv is not what it was") as refused:
            run.wait(lambda status: path.write_text("text\na\nc\n") and None)
        assert "so that its columns cannot stand beside the results" in refused.value.message
        assert "`polybatch results RUN_DIR -o FILE.jsonl` writes the results alone" in refused.value.hint
        assert not out.exists()
        folder = lab.directory / "rows.csv.anthropic.polybatch"
        path.unlink()
        with offline.opened(folder) as core:
            with pytest.raises(InputError, match=r"rows.csv is gone, so that its columns"):
                offline.rewrite(core, lab.directory / "again.csv")
            offline.rewrite(core, lab.directory / "again.jsonl")
        assert len(loaded(lab.directory / "again.jsonl")) == 2
        path.write_text("text\na\nb\n")
        assert lab.finish(**given).all_succeeded
        assert [line["text"] for line in cells(out)] == ["a", "b"]

    def test_a_schema_makes_columns(self, sync_lab: Lab) -> None:
        lab, out = sync_lab, sync_lab.directory / "answers.parquet"
        (lab.directory / "rows.csv").write_text("text,parsed_label\na,1\nb,2\nc,3\n")
        answering(
            lab, '{"label": "x", "score": 1, "count": 3, "sure": true, "tags": ["a"]}', '{"label": 5}', '["no object"]'
        )
        lab.finish(requests=lab.directory / "rows.csv", out=out, schema=SCHEMA, **MODEL)
        table = parquet.read_table(out)
        names = ["result_parsed_label", "parsed_score", "parsed_count", "parsed_sure", "parsed_tags"]
        assert [str(table.schema.field(name).type) for name in names] == ["string", "double", "int64", "bool", "string"]
        first, second, third = table.to_pylist()
        assert [first[name] for name in names] == ["x", 1.0, 3, True, '["a"]']
        assert json.loads(first["parsed"])["label"] == "x"
        assert first["invalid"] is None
        assert first["parsed_label"] == "1"
        for broken in (second, third):
            assert broken["parsed"] is None
            assert broken["invalid"]
            assert [broken[name] for name in names] == [None] * 5
