"""What the vendor's replies hold beyond its document: noted once a run, said at its end, and never in the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from polybatch.contract.judging import Judge
from polybatch.errors import RunError
from polybatch.run import RunStatus, drift
from polybatch.run.journal import Journal
from polybatch_sandbox import Response
from tests.sandbox.cli_lab import Cli
from tests.sandbox.run_lab import Call, Lab, events, rows

SECRET = "the patient has a secret"
LEAD = "the vendor's replies hold what its document does not name: "


def noted(status: RunStatus) -> list[str]:
    """The notes in words; each is in the data as well."""
    assert len(set(status.drift)) == len(status.drift)
    return [str(each) for each in status.drift]


def journaled(lab: Lab, vendor: str = "anthropic") -> list[dict[str, Any]]:
    return [event["drift"] for event in events(lab.run_dir(vendor)) if event["kind"] == "schema_drift"]


def changing(
    lab: Lab, change: Callable[[dict[str, Any]], Any], *, when: Callable[[Call], bool] = lambda _: True
) -> None:
    """From now on every JSON object in the replies to these calls, and every line of results, is changed."""

    def changed(line: bytes) -> bytes:
        document = json.loads(line)
        change(document)
        return json.dumps(document).encode()

    def rewrite(call: Call, reply: Response) -> Response:
        if not when(call) or reply.status != 200:
            return reply
        lines = reply.read().split(b"\n")
        return replace(reply, body=b"\n".join(changed(line) if line else line for line in lines))

    lab.transport.rewrite = rewrite


def creates(call: Call) -> bool:
    return call.creates


def gets(call: Call) -> bool:
    return call.method == "GET" and "/batches/" in call.path and not call.path.endswith("/results")


def lists(call: Call) -> bool:
    return call.method == "GET" and call.path.endswith("/batches")


def results(call: Call) -> bool:
    return call.path.endswith("/results")


def speedy(document: dict[str, Any]) -> None:
    document["speed"] = "swift"


class TestARun:
    def test_that_meets_nothing_new_notes_nothing(self, lab: Lab) -> None:
        for vendor in ("anthropic", "letta", "meshapi", "onerouter"):
            lab.write(rows(4, vendor))
            lab.script("create", "fail:1+expire:1" if vendor == "anthropic" else "expire:1", vendor=vendor)
            status = lab.finish(vendor)
            assert (noted(status), status.more_drift, journaled(lab, vendor)) == ([], False, []), vendor

    def test_notes_an_unknown_word_of_a_status_once(self, lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
        places = {"anthropic": "processing_status", "letta": "status", "meshapi": "status"}
        for vendor, place in places.items():
            caplog.clear()
            lab.write(rows(3, vendor))
            lab.script("get", "unknown_status", "unknown_status", vendor=vendor)
            status = lab.finish(vendor)
            assert status.all_succeeded
            words = f"word {place}: resting_for_a_while (get_batch)"
            assert noted(status) == [words]
            said = [record.message for record in caplog.records if record.message.startswith("the vendor's replies")]
            assert said == [f"{LEAD}{words}; nothing was lost; update: a newer polybatch, or scripts/refresh_specs"]
            assert journaled(lab, vendor) == [
                {"operation": "get_batch", "place": f"$.{place}", "kind": "word", "said": "resting_for_a_while"}
            ]

    def test_notes_an_unknown_field_wherever_it_comes(self, lab: Lab) -> None:
        for operation, calls in {"create_batch": creates, "get_batch": gets, "batch_results": results}.items():
            lab.write(rows(3))
            changing(lab, speedy, when=calls)
            with lab.run(run_dir=lab.directory / operation, out=lab.directory / f"{operation}.out") as run:
                status = run.wait()
            assert status.all_succeeded
            assert noted(status) == [f"field speed: string ({operation})"]

    def test_notes_what_a_search_sees(self, lab: Lab) -> None:
        lab.write(rows(3))
        lab.script("create", "drop_after")
        changing(lab, lambda page: [speedy(batch) for batch in page["data"]], when=lists)
        status = lab.finish()
        assert status.all_succeeded
        assert noted(status) == ["field data[].speed: string (list_batches)"]

    def test_notes_what_a_download_from_another_host_holds(self, lab: Lab) -> None:
        lab.write(rows(3, "onerouter"))
        changing(lab, lambda line: speedy(line["response"]), when=lambda call: "batches" not in call.path)
        status = lab.finish("onerouter")
        assert status.all_succeeded
        assert noted(status) == ["field response.speed: string (download)"]

    def test_notes_a_variant_a_type_and_what_is_missing(self, lab: Lab) -> None:
        lab.write(rows(3))
        ends: list[Callable[[dict[str, Any]], None]] = [
            lambda line: line.update(result={"type": "postponed"}),
            lambda line: line["result"]["message"]["usage"].update(output_tokens="many"),
            lambda line: line["result"]["message"].pop("stop_reason"),
        ]
        changing(lab, lambda line: ends.pop()(line) if ends else None, when=results)
        status = lab.finish()
        assert status.outcomes == {"succeeded": 2, "errored": 1}
        assert sorted(noted(status)) == [
            "missing result.message.stop_reason: nothing (batch_results)",
            "type result.message.usage.output_tokens: string, not integer (batch_results)",
            "variant result: postponed (batch_results)",
        ]

    def test_notes_nothing_of_pages_that_are_not_the_vendors(self, lab: Lab) -> None:
        lab.write(rows(3))
        lab.script("get", "html", "status:503", "empty", "retry_after:5", "cut:20")
        lab.script("results", "html", "cut:700", "ok")
        lab.script("create", "status:429")
        status = lab.finish()
        assert status.all_succeeded
        assert noted(status) == []

    def test_notes_the_words_of_errors(self, lab: Lab) -> None:
        lab.write(rows(3))
        lab.script("get", "status:503")
        lab.script("results", "status:503")
        lab.transport.rewrite = lambda call, reply: (
            replace(reply, body=reply.read().replace(b'"error":{', b'"error":{"mood":"bad",')) if reply.status == 503
            else reply
        )  # fmt: skip
        assert noted(lab.finish()) == [
            "field error.mood: string (get_batch)",
            "field error.mood: string (batch_results)",
        ]

    def test_judges_the_results_in_a_reply_that_is_too_large_for_a_whole(
        self, lab: Lab, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(drift, "WHOLE", 900)
        for vendor in ("meshapi", "letta"):
            lab.write(rows(4, vendor))
            changing(
                lab, lambda reply: [speedy(each) for each in reply.get("results") or reply.get("messages") or ()],
                when=lambda call: call.method == "GET" and not lists(call),
            )  # fmt: skip
            status = lab.finish(vendor)
            assert status.all_succeeded
            places = {"meshapi": "speed", "letta": "messages[].speed"}
            assert noted(status) == [f"field {places[vendor]}: string (batch_results)"]

    def test_keeps_the_reply_to_a_create_before_it_is_judged(self, lab: Lab) -> None:
        lab.write(rows(3))
        changing(lab, speedy, when=creates)
        lab.finish()
        kinds = [event["kind"] for event in events(lab.run_dir())]
        assert kinds.index("replied") + 1 == kinds.index("schema_drift")


class TestOnce:
    def test_over_resumes(self, lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
        lab.write(rows(6))
        changing(lab, speedy, when=gets)
        with lab.run(max_items_per_batch=3) as run:
            run.wait(lambda status: run.run.stop() if status.drift else None)
            assert not run.status().finished
        status = lab.finish(max_items_per_batch=3)
        assert status.all_succeeded
        assert noted(status) == ["field speed: string (get_batch)"]
        assert len(journaled(lab)) == 1
        assert LEAD not in caplog.text  # the drive that noted it was stopped, and the next one learnt nothing

    def test_nothing_is_said_again_by_a_drive_that_learns_nothing(
        self, lab: Lab, caplog: pytest.LogCaptureFixture
    ) -> None:
        lab.write(rows(3))
        changing(lab, speedy)
        assert len(lab.finish().drift) == 4  # create, get, list for the vendor's time, results
        assert caplog.text.count(LEAD) == 1
        assert len(lab.finish().drift) == 4
        assert caplog.text.count(LEAD) == 1


class TestBounds:
    def test_so_many_notes_and_no_more(self, sync_lab: Lab, caplog: pytest.LogCaptureFixture) -> None:
        sync_lab.write(rows(150))
        numbers = iter(range(150))
        changing(sync_lab, lambda line: line.update({f"field_{next(numbers)}": 1}), when=results)
        status = sync_lab.finish(max_items_per_batch=120)
        assert status.all_succeeded
        assert len(status.drift) == drift.MOST == len(journaled(sync_lab)) - 1
        assert (status.more_drift, journaled(sync_lab)[-1]) == (True, {"more": True})
        assert "; and 95 more; and others that are not noted any more; nothing was lost" in caplog.text
        asked = len(sync_lab.transport.calls)
        assert sync_lab.finish(max_items_per_batch=120).drift == status.drift
        assert len(sync_lab.transport.calls) == asked

    def test_words_at_one_place_do_not_push_the_others_out(self, sync_lab: Lab) -> None:
        sync_lab.write(rows(30))
        numbers = iter(range(30))
        changing(
            sync_lab, lambda line: line["result"]["message"].update(stop_reason=f"why_{next(numbers)}"), when=results
        )
        status = sync_lab.finish()
        assert status.all_succeeded
        assert len(status.drift) == drift.MOST_AT_A_PLACE
        assert status.more_drift


class TestPrivacy:
    def test_texts_and_keys_stay_out_of_the_journal(self, sync_lab: Lab) -> None:
        sync_lab.write(rows(5))

        def leak(line: dict[str, Any]) -> None:
            line[SECRET] = SECRET
            line["result"]["message"].update(stop_reason=SECRET, role="x" * 65, id=[SECRET])
            line["result"]["message"]["content"][0].update(type=SECRET, text=7)

        changing(sync_lab, leak, when=results)
        status = sync_lab.finish()
        assert sorted(noted(status)) == [
            "field …: string (batch_results)",
            "type result.message.id: array, not string (batch_results)",
            "variant result.message.content[]: a text (batch_results)",
            "word result.message.role: a text (batch_results)",
            "word result.message.stop_reason: a text (batch_results)",
        ]
        for path in sync_lab.run_dir().glob("journal.sqlite*"):
            assert b"patient" not in path.read_bytes()
            assert b"xxxxxxxx" not in path.read_bytes()


class TestNeverInTheWay:
    @pytest.mark.parametrize("what", ["line", "reply"])
    def test_of_a_judge_that_fails(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
        def fail(*_: object) -> None:
            raise ZeroDivisionError(SECRET)

        monkeypatch.setattr(Judge, what, fail)
        sync_lab.write(rows(3))
        status = sync_lab.finish()
        assert status.all_succeeded
        assert status.drift
        assert {(each.kind, each.said) for each in status.drift} == {("not judged", "ZeroDivisionError")}

    def test_of_a_disk_that_does_not_take_the_note(self, sync_lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        plain, full = Journal.event, ["the disk is full"]

        def event(journal: Journal, kind: str, *args: Any, **data: Any) -> None:
            if kind == "schema_drift" and full:
                raise RunError(full.pop())
            plain(journal, kind, *args, **data)

        monkeypatch.setattr(Journal, "event", event)
        sync_lab.write(rows(3))
        changing(sync_lab, speedy)
        status = sync_lab.finish()
        assert status.all_succeeded
        assert len(status.drift) == 4
        assert len(journaled(sync_lab)) == 3
        assert sync_lab.finish().drift == status.drift  # the later notes have brought it along


def test_the_command_line_shows_it(sync_lab: Lab, cli: Cli) -> None:
    sync_lab.write(rows(3))
    changing(sync_lab, speedy)
    sync_lab.script("get", "unknown_status")
    status = sync_lab.finish()
    shown = cli("status", sync_lab.run_dir())
    assert shown.exit_code == 0
    said = " ".join(shown.stdout.split())
    assert f"drift {LEAD}field speed: string (list_batches); field speed: string (create_batch); " in said
    assert said.count("word processing_status: resting_for_a_while (get_batch)") == 1
    assert "; nothing was lost; update: a newer polybatch, or scripts/refresh_specs" in said
    data = json.loads(cli("status", sync_lab.run_dir(), "--json").stdout)
    assert len(data["drift"]) == len(status.drift) == 5
    assert data["drift"][0] == {"operation": "list_batches", "place": "$.speed", "kind": "field", "said": "string"}
    assert data["more_drift"] is False


def test_words_for_what_only_breaks_the_document() -> None:
    missing = drift.Drift(operation="get_batch", place="$", kind="missing", said="nothing")
    assert drift.words([missing], more=False) == (
        "the vendor's replies are not what its document says: missing of it all: nothing (get_batch); nothing was lost;"
        " update: a newer polybatch, or scripts/refresh_specs"
    )


def test_a_run_directory_of_an_earlier_version_has_no_notes(tmp_path: Path, sync_lab: Lab, cli: Cli) -> None:
    sync_lab.write(rows(2))
    sync_lab.finish()
    assert "drift" not in cli("status", sync_lab.run_dir()).stdout
    assert json.loads(cli("status", sync_lab.run_dir(), "--json").stdout)["drift"] == []
