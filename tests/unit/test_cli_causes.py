"""What went wrong in a run, by cause: how lines are grouped, what is advised, and how that looks on 80 columns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from polybatch import InputError
from polybatch.cli import causes
from polybatch.cli.causes import Cause, Causes
from polybatch.vendors import find_vendor, names

ANTHROPIC = find_vendor("anthropic").profile


def errored(code: str | None, message: str = "no", *, again: bool = False, status: int | None = None) -> dict[str, Any]:
    return {"outcome": "errored", "error": {"code": code, "message": message, "status": status, "retryable": again}}


def found(tmp_path: Path, *lines: dict[str, Any], repeated: bool = False, vendor: str = "anthropic") -> Causes:
    path = tmp_path / "out.jsonl"
    rows = [{"custom_id": f"row-{number}", "error": None, **line} for number, line in enumerate(lines)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return causes.causes(path, find_vendor(vendor).profile, repeated=repeated)


def advice(tmp_path: Path, line: dict[str, Any], *, repeated: bool = False, vendor: str = "anthropic") -> str:
    both = found(tmp_path, line, repeated=repeated, vendor=vendor)
    assert both.warnings == []
    return both.errors[0].next


GOOD = {"outcome": "succeeded", "text": "yes", "finish": "stop"}


class TestLinesAreGrouped:
    def test_not_at_all_where_all_went_well(self, tmp_path: Path) -> None:
        assert found(tmp_path, GOOD, GOOD) == Causes()

    def test_by_code_the_most_frequent_first(self, tmp_path: Path) -> None:
        errors = found(tmp_path, errored("b"), errored("a", again=True), GOOD, errored("a")).errors
        assert [(cause.code, cause.requests, cause.retryable, cause.custom_id) for cause in errors] == [
            ("a", 2, 1, "row-1"), ("b", 1, 0, "row-0"),
        ]  # fmt: skip

    def test_by_message_but_for_what_varies_in_it(self, tmp_path: Path) -> None:
        said = [
            "prompt is too long: 213456 tokens > 200000 maximum",
            "prompt is too long: 1 tokens > 200000 maximum",
            "messages.3.content: an image is no image [req_011]",
            "messages.17.content: an image is no image [req_4x]",
        ]
        errors = found(tmp_path, *(errored("invalid_request_error", text) for text in said)).errors
        assert [(cause.requests, cause.example) for cause in errors] == [(2, said[0]), (2, said[2])]

    def test_no_finer_than_a_few_messages_for_one_code(self, tmp_path: Path) -> None:
        words = ["one", "two", "three", "four", "five", "six"]
        errors = found(tmp_path, *(errored("x", word) for word in words)).errors
        assert [(cause.requests, cause.example) for cause in errors] == [
            (3, "four"), (1, "one"), (1, "two"), (1, "three"),
        ]  # fmt: skip

    def test_in_bounded_memory_where_a_vendor_numbers_its_errors(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(causes, "MOST_CODES", 3)
        errors = found(tmp_path, *(errored(f"code {number}") for number in range(20))).errors
        assert [(cause.code, cause.requests) for cause in errors] == [
            ("other codes", 17), ("code 0", 1), ("code 1", 1), ("code 2", 1),
        ]  # fmt: skip

    def test_without_keeping_a_page_for_each(self, tmp_path: Path) -> None:
        (cause,) = found(tmp_path, errored("x", "y" * 10_000)).errors
        assert len(cause.example) == causes.LONGEST

    def test_by_outcome_where_there_is_no_error(self, tmp_path: Path) -> None:
        errors = found(tmp_path, {"outcome": "expired"}, {"outcome": "cancelled"}, {"outcome": "expired"}).errors
        assert [(cause.outcome, cause.code, cause.requests, cause.retryable) for cause in errors] == [
            ("expired", "expired", 2, 2), ("cancelled", "cancelled", 1, 0),
        ]  # fmt: skip

    @pytest.mark.parametrize("line", ["no JSON", '{"custom_id": 7}', "[" * 100_000], ids=["text", "odd", "deep"])
    def test_also_where_one_cannot_be_read(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "out.jsonl"
        path.write_text(f"\n{line}\n", encoding="utf-8")
        (cause,) = causes.causes(path, ANTHROPIC, repeated=False).errors
        assert (cause.code, cause.custom_id, cause.requests) == ("unreadable_line", "line 2", 1)
        assert cause.next == "write the file anew: polybatch results RUN_DIR"

    def test_of_a_file_that_is_there(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot read"):
            causes.causes(tmp_path / "none", ANTHROPIC, repeated=False)


class TestWhatIsAdvised:
    @pytest.mark.parametrize(
        ("line", "words"),
        [
            (errored("overloaded_error", again=True), "this may pass: run them anew, or let --retries=1 do it"),
            (errored("authentication_error"), "is ANTHROPIC_API_KEY the right key, and may it do this?"),
            (errored("permission_error"), "is ANTHROPIC_API_KEY the right key, and may it do this?"),
            (errored(None, status=403), "is ANTHROPIC_API_KEY the right key, and may it do this?"),
            (errored("quota_exceeded"), "look at the account at the vendor"),
            (errored("prompt_too_long"), "send less in each request"),
            (errored(None, status=413), "send less in each request"),
            (errored("not_found_error"), "is the model's name right, and may the key use it?"),
            (errored("invalid_request_error"), "mend these requests, and run them anew"),
            (errored("content_policy_violation"), "put these requests in other words"),
            (errored(None, status=422), "mend these requests, and run them anew"),
            (errored("strange"), "look at `error` on their lines of the results"),
            ({"outcome": "expired"}, "the vendor ran out of time: run them anew, or let --retries=1 do it"),
            ({"outcome": "cancelled"}, "run them anew if they are still wanted"),
            ({**errored("no_result", again=True), "outcome": "missing"}, causes.AGAIN),
            ({**errored("abandoned_create"), "outcome": "missing"}, causes.BY_CODE["abandoned_create"]),
            ({**errored("results_gone"), "outcome": "missing"}, causes.BY_CODE["results_gone"]),
        ],
        ids=lambda given: given if isinstance(given, str) else "",
    )  # fmt: skip
    def test_fits_the_cause(self, tmp_path: Path, line: dict[str, Any], words: str) -> None:
        assert advice(tmp_path, line) == words

    def test_is_the_vendors_own_hint_where_there_is_one(self, tmp_path: Path) -> None:
        assert advice(tmp_path, errored("billing_error")) == ANTHROPIC.hints["billing_error"]

    def test_speaks_the_command_line(self, tmp_path: Path) -> None:
        said = {
            advice(tmp_path, errored(code), vendor=name) for name in names() for code in find_vendor(name).profile.hints
        }
        assert said
        assert not [words for words in said if "run()" in words or "api_key=" in words]

    def test_is_no_retry_where_that_was_tried(self, tmp_path: Path) -> None:
        words = advice(tmp_path, errored("overloaded_error", again=True), repeated=True)
        assert words == "these were sent again and failed again; run them anew at another time"


class TestAnswersThatWantALook:
    def test_are_counted_beside_the_errors(self, tmp_path: Path) -> None:
        cut, misfit = {**GOOD, "finish": "length"}, {**GOOD, "invalid": "text: 7 is not a string"}
        both = found(tmp_path, GOOD, cut, cut, {**GOOD, "finish": "refusal"}, {**cut, "invalid": "no JSON"}, misfit)
        assert both.errors == []
        assert [(cause.code, cause.requests, cause.custom_id) for cause in both.warnings] == [
            ("length", 3, "row-1"), ("misfit", 2, "row-4"), ("refusal", 1, "row-3"),
        ]  # fmt: skip
        assert "\n".join(causes.words(both)).split("\n") == [
            "warning   3 answers were cut at max_tokens: give these requests more max_tokens",
            "          first: row-1",
            "warning   2 answers were not as the schema wants: look at `invalid` on their",
            "          lines of the results",
            "          first: row-4",
            "warning   1 answer was refused by the model: put these requests in other words,",
            "          or take another model",
            "          first: row-3",
        ]

    def test_are_none_where_the_schema_is_kept(self, tmp_path: Path) -> None:
        assert found(tmp_path, {**GOOD, "parsed": {"a": 1}, "invalid": None}) == Causes()


class TestForPeople:
    def test_they_are_a_table_and_the_first_of_many(self) -> None:
        many = [Cause("errored", f"code_{n}", "do it", "row", "why", requests=9_999 - n) for n in range(7)]
        lines = "\n".join(causes.words(Causes(many))).split("\n")
        assert lines == [
            "",
            "Requests  Cause   First of them, and what to do",
            "   9,999  code_0  row: why",
            "                  do it",
            "   9,998  code_1  row: why",
            "                  do it",
            "   9,997  code_2  row: why",
            "                  do it",
            "   9,996  code_3  row: why",
            "                  do it",
            "   9,995  code_4  row: why",
            "                  do it",
            "and 2 more causes; --json shows all",
            "",
        ]

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.text(), st.text(max_size=300), st.text(min_size=1), st.integers(1, 10**8))
    def test_they_fit_80_columns_whatever_a_vendor_says(self, code: str, example: str, row: str, count: int) -> None:
        errors = [Cause("errored", code, causes.AGAIN, row, example, requests=count)]
        warnings = [Cause("succeeded", "length", "give more", row, "cut at max_tokens", requests=count)]
        for line in "\n".join(causes.words(Causes(errors, warnings))).split("\n"):
            assert width(line) <= 80

    def test_every_advice_fits(self) -> None:
        said = [causes.AGAIN, causes.STILL, causes.NOTHING_ELSE, *causes.BY_CODE.values(), *causes.BY_OUTCOME.values()]
        said += [words for _, words in causes.BY_WORD] + [words for _, words in causes.WARNINGS.values()]
        assert max(map(len, said)) <= 80


def width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
