"""Files of a run: whole or not there, for the owner's eyes, cut back to what is safe."""

from __future__ import annotations

import errno
import hashlib
import io
import json
from array import array
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from polybatch.errors import InputError
from polybatch.model import Answer, ErrorInfo, Finish, Outcome, Result, ToolCall, Usage
from polybatch.run import sink
from polybatch.run.form import Form
from polybatch.run.plan import Cut, Member


def result(custom_id: str = "a", outcome: Outcome = Outcome.SUCCEEDED, **more: Any) -> Result:
    return Result(custom_id, outcome, "v", "b", **more)


class TestALine:
    def test_has_the_form_that_is_the_same_for_all_vendors(self) -> None:
        usage = Usage(input_tokens=3, output_tokens=None, reasoning_tokens=0)
        found = result(body_raw=b'{"x":[1]}', read=lambda _: Answer("tëxt", usage))
        line = sink.line(found)
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1
        assert json.loads(line) == {
            "custom_id": "a", "outcome": "succeeded", "text": "tëxt", "body": {"x": [1]},
            "usage": {"input_tokens": 3, "output_tokens": None, "cache_read_tokens": None, "cache_write_tokens": None,
                      "reasoning_tokens": 0},
            "error": None, "vendor": "v", "batch_id": "b",
            "finish": None, "model": None, "tool_calls": None, "request_id": None,
        }  # fmt: skip

    @pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.SUCCEEDED])
    def test_has_no_text_where_the_request_did_not_succeed(self, outcome: Outcome) -> None:
        error = ErrorInfo(code="c", message="m", status=500, retryable=True)
        line = json.loads(
            sink.line(result(outcome=outcome, error=error, body_raw=b"{}", read=lambda _: Answer("half")))
        )
        assert (line["text"], line["error"], line["body"]) == (None, dict(error), {})

    def test_says_what_the_model_said_besides(self) -> None:
        calls = (
            ToolCall("1", "a", '{\n "x": 12345678901234567890123, "y": 1.50,\n "s": "\u2028"}'),
            ToolCall("2", None, '{"x": '), ToolCall(None, "c", ""), ToolCall("4", "d", '"\\ud83d"'),
            ToolCall("5", "e", "1e400"),
        )  # fmt: skip
        answer = Answer("t", None, Finish.TOOL_CALLS, calls, "m-1")
        line = sink.line(result(body_raw=b"{}", read=lambda _: answer, request_id="req_1"))
        assert line.count(b"\n") == 1
        assert b'"arguments":{"x":12345678901234567890123,"y":1.50,"s":"' in line
        found = json.loads(line)
        assert [*found][8:] == ["finish", "model", "tool_calls", "request_id"]
        assert (found["finish"], found["model"], found["request_id"]) == ("tool_calls", "m-1", "req_1")
        assert [call["arguments"] for call in found["tool_calls"][1:]] == ['{"x": ', "", "\ufffd", "1e400"]
        assert [(call["id"], call["name"]) for call in found["tool_calls"][:3]] == [
            ("1", "a"),
            ("2", None),
            (None, "c"),
        ]

    @pytest.mark.parametrize(
        ("text", "parsed", "invalid"),
        [
            ('{\n  "n": 12345678901234567890123,\n  "x": 1.50\n}', b'{"n":12345678901234567890123,"x":1.50}', None),
            ('```json\n{"n": 1}\n```', b'{"n":1}', None),
            ('{"n": "one"}', b"null", 'the answer does not fit the schema: n: "one" is not of type "integer"'),
            ("{", b"null", "the answer is no JSON: Input data was truncated; it begins: {"),
            (None, b"null", "the answer has no text"),
        ],
    )
    def test_says_whether_the_answer_fits_the_schema(
        self, text: str | None, parsed: bytes, invalid: str | None
    ) -> None:
        form = Form({"type": "object", "properties": {"n": {"type": "integer"}}})
        line = sink.line(result(body_raw=b"{}", read=lambda _: Answer(text)), form)
        assert b'"parsed":' + parsed in line
        assert line.count(b"\n") == 1
        assert [*json.loads(line)][12:] == ["parsed", "invalid"]
        assert json.loads(line)["invalid"] == invalid

    def test_says_nothing_of_fitting_where_there_is_no_answer(self) -> None:
        line = json.loads(sink.line(result(outcome=Outcome.ERRORED), Form({"type": "object"})))
        assert (line["parsed"], line["invalid"]) == (None, None)

    def test_has_null_where_there_is_no_batch(self) -> None:
        assert json.loads(sink.line(Result("a", Outcome.MISSING, "v", "")))["batch_id"] is None

    @given(st.text())
    def test_gives_every_id_back(self, custom_id: str) -> None:
        line = sink.line(result(custom_id))
        assert line.count(b"\n") == 1
        assert json.loads(line)["custom_id"] == custom_id

    def test_keeps_the_body_as_it_came(self) -> None:
        body = '{"n": 12345678901234567890123, "x": 1e400, "s": "\\ud800", "u": "\u2028"}'.encode()
        assert body in sink.line(result(body_raw=body))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class TestARecord:
    @given(JSON, st.sampled_from([None, 0, 2]))
    def test_stands_on_one_line_and_means_the_same(self, value: Any, indent: int | None) -> None:
        record = json.dumps(value, indent=indent).encode()
        line = sink.lines_of([record])
        assert line.count(b"\n") == 1
        assert line.endswith(b"\n")
        assert msgspec.json.decode(line) == value

    @pytest.mark.parametrize("record", [b"<p>\r\n</p>", b'{"a":\n', b"\n", b"\xff\n\xfe"])
    def test_that_is_no_json_stands_on_one_line_too(self, record: bytes) -> None:
        line = sink.lines_of([record])
        assert line == record.replace(b"\n", b" ") + b"\n"


class TestASafeFile:
    def test_is_there_once_it_is_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "x.jsonl"
        file = sink.SafeFile(path)
        file.write(b"one")
        file.write(b"two")
        assert not path.exists()
        file.commit()
        assert path.read_bytes() == b"onetwo"
        assert file.size == 6
        assert file.digest.hexdigest() == hashlib.sha256(b"onetwo").hexdigest()
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.jsonl"]

    def test_leaves_what_was_there_when_it_is_dropped(self, tmp_path: Path) -> None:
        path = tmp_path / "x.jsonl"
        path.write_bytes(b"before")
        file = sink.SafeFile(path)
        file.write(b"after")
        file.drop()
        assert path.read_bytes() == b"before"
        assert [entry.name for entry in tmp_path.iterdir()] == ["x.jsonl"]

    def test_begins_anew_over_what_a_dead_process_left(self, tmp_path: Path) -> None:
        (tmp_path / "x.jsonl.part").write_bytes(b"left behind, and longer")
        file = sink.SafeFile(tmp_path / "x.jsonl")
        file.write(b"new")
        file.commit()
        assert (tmp_path / "x.jsonl").read_bytes() == b"new"

    def test_leaves_no_trace_where_it_cannot_be_made_safe(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(_: int) -> None:
            raise OSError(errno.EIO, "the disk")

        monkeypatch.setattr("os.fsync", fail)
        file = sink.SafeFile(tmp_path / "x")
        file.write(b"data")
        with pytest.raises(OSError, match="the disk"):
            file.commit()
        assert list(tmp_path.iterdir()) == []

    def test_is_synced_before_it_has_its_name_and_its_name_before_anybody_knows(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        story: list[str] = []
        monkeypatch.setattr("os.fsync", lambda handle: story.append("sync"))
        plain = Path.replace

        def replace(path: Path, target: Path) -> Path:
            story.append("rename")
            return plain(path, target)

        monkeypatch.setattr(Path, "replace", replace)
        sink.SafeFile(tmp_path / "x").commit()
        assert story == ["sync", "rename", "sync"]


class TestTheOutput:
    def test_is_cut_back_to_what_is_safe(self, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        output = sink.Output(path, 0)
        output.write([result("a")])
        safe = output.commit()
        output.write([result("b" * 1000)])
        output.close()
        assert path.stat().st_size > safe
        output = sink.Output(path, safe)
        output.write([result("c"), result("d")])
        assert output.commit() == path.stat().st_size
        output.close()
        assert [json.loads(line)["custom_id"] for line in path.read_bytes().splitlines()] == ["a", "c", "d"]

    def test_is_refused_where_it_is_somebody_elses(self, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        sink.refuse_foreign(path)
        assert not path.exists()
        path.touch()
        sink.refuse_foreign(path)
        path.write_bytes(b"x")
        for refused in (path, tmp_path, tmp_path / "no" / "out.jsonl", Path("/dev/null")):
            with pytest.raises(InputError, match="--out"):
                sink.refuse_foreign(refused)

    def test_is_refused_where_it_has_lost_lines(self, tmp_path: Path) -> None:
        path = tmp_path / "out.jsonl"
        sink.refuse_shortened(path, 0)
        with pytest.raises(InputError, match="is gone"):
            sink.refuse_shortened(path, 1)
        path.write_bytes(b"12")
        sink.refuse_shortened(path, 2)
        with pytest.raises(InputError, match="is shorter"):
            sink.refuse_shortened(path, 3)


class TestTheFolder:
    def test_keeps_where_requests_stand(self, tmp_path: Path) -> None:
        folder = sink.Folder(tmp_path / "run")
        assert folder.make()
        cut = Cut()
        for place in range(1000):
            cut.add(Member(place * 2**33, place + 1, 1, mark=2**64 - 1 - place))
        folder.save_members(7, cut)
        folder.sync_plan()
        assert folder.members(7, 1000) == (cut.offsets, cut.numbers, cut.marks)
        assert not folder.make()

    def test_reads_what_older_versions_kept_of_where_requests_stand(self, tmp_path: Path) -> None:
        folder = sink.Folder(tmp_path / "run")
        folder.make()
        offsets, numbers = array("Q", [0, 2**40]), array("Q", [1, 2])
        (folder.path / "plan" / "000003.members").write_bytes(offsets.tobytes() + numbers.tobytes())
        assert folder.members(3, 2) == (offsets, numbers, array("Q"))

    def test_names_files_by_its_own_counters_alone(self, tmp_path: Path) -> None:
        folder = sink.Folder(tmp_path)
        found = [place(7).relative_to(tmp_path) for place in (folder.payload, folder.results, folder.quarantine)]
        assert list(map(str, found)) == ["payload/000007.json", "results/000007.jsonl", "quarantine/000007.jsonl"]

    @pytest.mark.parametrize("whole", [True, False])
    def test_leaves_no_trace(self, tmp_path: Path, *, whole: bool) -> None:
        folder = sink.Folder(tmp_path / "run")
        folder.make()
        for name in ("journal.sqlite", "lock", "input.jsonl.part", "plan/000000.members"):
            (folder.path / name).write_bytes(b"x")
        folder.clear(whole=whole)
        assert folder.path.exists() is not whole
        assert whole or not list(folder.path.iterdir())


def test_an_input_that_cannot_be_read_twice_is_copied_whole_or_not_at_all(tmp_path: Path) -> None:
    sink.spool(io.BytesIO(b"x" * (3 << 20)), tmp_path / "in")
    assert (tmp_path / "in").stat().st_size == 3 << 20

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise EOFError
            return super().read(5)

    with pytest.raises(EOFError):
        sink.spool(Broken(b"x" * 50), tmp_path / "other")
    assert [entry.name for entry in tmp_path.iterdir()] == ["in"]
