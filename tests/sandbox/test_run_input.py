"""Bad input to a run: an error that says where and what, nothing sent, and nothing left behind."""

from __future__ import annotations

import gzip
import io
import json
import logging
import sys
from pathlib import Path
from typing import Any

import attrs
import pytest

from polybatch import InputError
from polybatch.run.settings import RunSettings, Settings
from tests.sandbox.run_lab import Lab, files, row, rows

GOOD = json.dumps(row(0)).encode()


def with_params(**changes: Any) -> bytes:
    bad = row(1)
    bad["params"] = {name: value for name, value in {**bad["params"], **changes}.items() if value is not Ellipsis}
    return json.dumps(bad).encode()


BAD_LINES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{custom_id: 1}", "line 2: not JSON"),
    "cut JSON": (GOOD[:-3], "line 2: not JSON"),
    "a list": (b"[]", "line 2: expected a JSON object"),
    "a string": (b'"x"', "line 2: expected a JSON object"),
    "null": (b"null", "line 2: expected a JSON object"),
    "no custom_id": (b'{"params": {}}', "line 2: custom_id is missing"),
    "empty custom_id": (b'{"custom_id": "", "params": {}}', "line 2: custom_id is empty"),
    "custom_id a number": (b'{"custom_id": 7, "params": {}}', "line 2: .*custom_id"),
    "no params": (b'{"custom_id": "b"}', "line 2: request 'b' has no body"),
    "params a list": (b'{"custom_id": "b", "params": []}', "line 2: .*body is no JSON object"),
    "custom_id again": (GOOD, "line 2: custom_id 'row-0' was used before, on line 1"),
    "NaN": (with_params(temperature=float("nan")), "line 2: not JSON: .*NaN and Infinity are not JSON"),
    "Infinity": (with_params(temperature=float("inf")), "line 2: not JSON: .*NaN and Infinity are not JSON"),
    "invalid UTF-8": (GOOD.replace(b"question", b"quest\xffon"), "line 2: not JSON: invalid UTF-8 at byte"),
    "a lone surrogate": (GOOD.replace(b"question", b"\\ud800"), "line 2"),
    "no max_tokens": (with_params(max_tokens=...), "line 2: .*max_tokens"),
    "a wrong type": (with_params(max_tokens="16"), "line 2: .*max_tokens"),
    "a stream": (with_params(stream=True), "line 2: .*stream"),
    "temperature": (with_params(temperature=0.5), "line 2: .*temperature.* version 2026-10-21"),
    "no model": (with_params(model=...), "line 2: .*model"),
}


class TestABadLine:
    @pytest.mark.parametrize(("line", "complaint"), BAD_LINES.values(), ids=BAD_LINES)
    def test_is_named_and_nothing_is_left(self, sync_lab: Lab, line: bytes, complaint: str) -> None:
        lab = sync_lab
        lab.write([GOOD, line, *rows(4)[2:]])
        with pytest.raises(InputError, match=rf"in\.jsonl, {complaint}"):
            lab.run(max_items_per_batch=1)
        assert lab.transport.calls == []
        assert files(lab.directory) == {"in.jsonl"}

    def test_is_found_on_the_last_line_too(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write([*rows(50), row(7)])
        with pytest.raises(InputError, match="line 51: custom_id 'row-7' was used before, on line 8"):
            lab.run(max_items_per_batch=3)
        assert files(lab.directory) == {"in.jsonl"}

    def test_can_be_sent_all_the_same(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write([GOOD, with_params(stream=True)])
        with lab.run(no_check=True) as run:
            assert run.status().total == 2

    def test_leaves_a_directory_that_was_there_as_it_was(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write([b"x"])
        lab.run_dir().mkdir()
        with pytest.raises(InputError):
            lab.run()
        assert files(lab.run_dir()) == set()

    def test_does_not_harm_a_run_that_is_there(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        lab.finish()
        before = {path: path.read_bytes() for path in lab.directory.rglob("*.jsonl")}
        lab.write([b"x"])
        with pytest.raises(InputError, match="is not what it was"):
            lab.run()
        lab.write(rows(2))
        assert {path: path.read_bytes() for path in lab.directory.rglob("*.jsonl")} == before
        assert lab.finish().all_succeeded

    def test_is_only_warned_of_where_the_vendor_may_know_more(
        self, sync_lab: Lab, caplog: pytest.LogCaptureFixture
    ) -> None:
        lab = sync_lab
        lab.write([with_params(service_tier="platinum"), row(2), row(3)])
        with caplog.at_level(logging.WARNING, logger="polybatch"), lab.run() as run:
            assert run.status().total == 3
        said = [record.message for record in caplog.records]
        assert len(said) == 1
        assert "in.jsonl, line 1" in said[0]
        assert "platinum" in said[0]


class TestAnInput:
    @pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf\n"], ids=["empty", "blank", "mark"])
    def test_without_requests_is_refused(self, sync_lab: Lab, data: bytes) -> None:
        lab = sync_lab
        lab.input.write_bytes(data)
        with pytest.raises(InputError, match="holds no requests"):
            lab.run()
        assert files(lab.directory) == {"in.jsonl"}

    def test_that_is_not_there_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        with pytest.raises(InputError, match=r"cannot read .*in\.jsonl: No such file"):
            lab.run()
        with pytest.raises(InputError, match=r"^\. is no file"):
            lab.run(requests=".")
        assert files(lab.directory) == set()

    def test_that_is_a_directory_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.input.mkdir()
        with pytest.raises(InputError, match=r"in\.jsonl"):
            lab.run()
        assert files(lab.directory) == {"in.jsonl"}

    def test_larger_than_allowed_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(5))
        with pytest.raises(InputError, match="more than the 4 requests that --max-requests allows"):
            lab.run(max_requests=4)
        assert files(lab.directory) == {"in.jsonl"}
        assert lab.finish(max_requests=5).all_succeeded

    def test_with_a_name_of_its_own_gives_names_to_the_run_and_its_results(self, sync_lab: Lab) -> None:
        lab = sync_lab
        packed = lab.directory / "some.data.jsonl.gz"
        packed.write_bytes(gzip.compress(lab.write(rows(3)).read_bytes()))
        with lab.run(requests=packed) as run:
            assert run.wait().all_succeeded
        assert files(lab.directory) == {
            "in.jsonl", packed.name, "some.data.jsonl.gz.anthropic.polybatch", "some.data.anthropic.results.jsonl",
        }  # fmt: skip

    @pytest.mark.parametrize("damage", [b"no gzip at all", None], ids=["foreign", "cut"])
    def test_that_cannot_be_unpacked_is_refused(self, sync_lab: Lab, damage: bytes | None) -> None:
        lab = sync_lab
        packed = lab.directory / "in.jsonl.gz"
        packed.write_bytes(damage or gzip.compress(GOOD * 100)[:-10])
        with pytest.raises(InputError, match=r"in\.jsonl\.gz"):
            lab.run(requests=packed)
        assert files(lab.directory) == {"in.jsonl.gz"}

    def test_from_standard_input_needs_a_run_directory(self, sync_lab: Lab) -> None:
        lab = sync_lab
        with pytest.raises(InputError, match="--run-dir"):
            lab.run(requests="-")

    def test_from_standard_input_is_kept_for_the_resume(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        data = lab.write(rows(4)).read_bytes()
        lab.input.unlink()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        given: dict[str, Any] = {"requests": "-", "run_dir": lab.directory / "run", "out": lab.out()}
        lab.run(**given).__exit__()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"not read")))
        with lab.run(**given) as run:
            assert run.wait().all_succeeded
        assert sys.stdin.buffer.read() == b"not read"
        assert len(lab.lines()) == 4
        with pytest.raises(InputError, match=r"this run reads -, not .*in\.jsonl"):
            lab.run(**{**given, "requests": lab.write(rows(4))})


BAD_SETTINGS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"speed": 3}, "no setting 'speed' .*on_unknown"),
    "poll 0": ({"poll": 0}, "poll"),
    "poll negative": ({"poll": -1}, "poll"),
    "poll nan": ({"poll": float("nan")}, "poll"),
    "poll a word": ({"poll": "5"}, "poll"),
    "max_items_per_batch": ({"max_items_per_batch": 0}, "max_items_per_batch"),
    "max_requests": ({"max_requests": -1}, "max_requests"),
    "on_unknown": ({"on_unknown": "maybe"}, "on_unknown .*hold, resubmit, abandon"),
    "settle negative": ({"settle": -1}, "settle is a number of seconds from 0, not -1"),
    "settle for ever": ({"settle": float("inf")}, "settle"),
    "settle nan": ({"settle": float("nan")}, "settle"),
    "retries negative": ({"retries": -1}, "retries is a number from 0, not -1"),
    "retries half": ({"retries": 0.5}, "retries"),
    "canary 0": ({"canary": 0}, "canary is a number from 1, not 0"),
    "canary a bool": ({"canary": True}, "canary"),
}


def test_every_setting_has_a_type_for_who_gives_it() -> None:
    given = {attribute.name for attribute in attrs.fields(Settings)}
    typed = {*RunSettings.__annotations__}
    assert typed <= given
    assert given - typed == {"instead", "sandbox"}, "those that only the command line gives"


class TestASetting:
    @pytest.mark.parametrize(("settings", "complaint"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
    def test_that_makes_no_sense_is_refused(self, sync_lab: Lab, settings: dict[str, Any], complaint: str) -> None:
        lab = sync_lab
        lab.write(rows(2))
        with pytest.raises(InputError, match=complaint):
            lab.run(**settings)
        assert files(lab.directory) == {"in.jsonl"}

    def test_has_the_default_that_the_interface_promises(self, tmp_path: Path) -> None:
        plain = Settings(out=tmp_path / "out", run_dir=tmp_path / "run")
        assert (plain.poll, plain.settle, plain.on_unknown, plain.retries, plain.canary) == (5, 900, "hold", 0, None)
        assert (plain.max_items_per_batch, plain.max_requests) == (None, None)

    @pytest.mark.parametrize("settings", [{"settle": 0}, {"settle": 0.5}, {"retries": 3}, {"canary": 1}], ids=str)
    def test_at_the_edge_of_its_range_is_taken(self, sync_lab: Lab, settings: dict[str, Any]) -> None:
        lab = sync_lab
        lab.write(rows(2))
        assert lab.finish(**settings).all_succeeded


class TestARunDirectory:
    def test_that_holds_something_else_is_refused_and_left_alone(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        home = lab.directory / "photos"
        home.mkdir(mode=0o755)
        (home / "cat.jpg").write_bytes(b"x")
        mode = home.stat().st_mode
        with pytest.raises(InputError, match=r"photos is no run directory: it holds cat\.jpg"):
            lab.run(run_dir=home)
        assert files(home) == {"cat.jpg"}
        assert home.stat().st_mode == mode

    def test_that_is_a_file_is_refused(self, sync_lab: Lab) -> None:
        lab = sync_lab
        lab.write(rows(2))
        with pytest.raises(InputError, match=r"in\.jsonl cannot be a run directory"):
            lab.run(run_dir=lab.input)

    def test_may_be_named_from_where_one_stands(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        lab = sync_lab
        lab.write(rows(2))
        monkeypatch.chdir(lab.directory)
        with lab.run(requests="in.jsonl", run_dir="deep/run", out="out.jsonl") as run:
            monkeypatch.chdir("/")
            assert run.wait().all_succeeded
        assert (lab.directory / "deep" / "run" / "journal.sqlite").exists()
        assert len((lab.directory / "out.jsonl").read_bytes().splitlines()) == 2
        assert Path(run.status().run_dir) == lab.directory / "deep" / "run"
