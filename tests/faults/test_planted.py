"""Each of twelve planted bugs turns a named test red, which is green without it.

The tests named here judge by something that the bug cannot touch: the vendor's ledger, system calls, bytes on the wire.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.planted import BUGS, VARIABLE
from tests.faults.strace_lab import needs_strace

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
WORKERS = 2
PATIENCE = 300
CELL = "tests/faults/test_peers_table.py::test_a_cell_reads_as_none_of_the_peers_does"
LOST = "tests/sandbox/test_run_lost.py::TestALostCreate"
KEY = "tests/faults/test_canary_key.py::test_f64_a_run_at_a_hostile_vendor"
CAUGHT = "tests/faults/test_caught.py::test"
STRACE = "tests/faults/test_strace.py::test_f55_what_is_lasting_comes_in_the_order_of_the_protocol[anthropic]"
NAMED: dict[str, tuple[str, ...]] = {
    "create_retried_on_500": (f"{LOST}::test_is_found_again[sync-anthropic-status_after:500]",),
    "synchronous_normal": (STRACE, "tests/unit/test_journal.py::test_everything_is_durable_when_a_transaction_ends"),
    "parse_before_journal": tuple(
        f"{CAUGHT}_a_reply_{rest}"
        for rest in (
            "to_a_create_is_kept_before_anybody_reads_it[anthropic]",
            "that_cannot_be_read_is_kept_as_it_came[html]",
        )
    ),
    "iter_lines": (
        f"{CELL}[anthropic-separators]",
        "tests/sandbox/test_run.py::TestEveryRequestHasOneLine::test_with_texts_that_only_bytes_keep_apart",
    ),
    "positional_match": (f"{CELL}[anthropic-shuffled]",),
    "key_to_a_foreign_url": (
        f"{KEY}[onerouter-none]",
        "tests/sandbox/test_security.py::test_another_host_is_never_told_the_key[sync]",
    ),
    "error_part_dropped": (
        f"{CELL}[meshapi-one-fails]",
        "tests/unit/test_cases.py::test_case[meshapi-results-with-errors-in-their-own-list]",
    ),
    "settle_window_ignored": (f"{LOST}::test_that_is_booked_late_but_inside_the_window_is_not_sent_again[sync]",),
    "second_owner_admitted": (f"{CAUGHT}_a_second_owner_sends_nothing",),
    "bitmap_before_the_file": (f"{CAUGHT}_lines_of_the_output_are_safe_before_the_journal_calls_them_done",),
    "expired_batch_not_fetched": (f"{CELL}[meshapi-expired]",),
    "redirect_followed": (f"{KEY}[anthropic-redirect]", f"{KEY}[onerouter-redirect]"),
}
SAID = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED) (\S+)(?: - (.*))?$", re.MULTILINE)
OPTIONS = ("-o", "addopts=--import-mode=importlib", "-m", "", "-q", "-rfEsp", "--tb=short", "-p", "no:cacheprovider")


class Verdict(NamedTuple):
    """What a pytest of its own found."""

    code: int
    outcomes: dict[str, str]
    reasons: list[str]
    told: str


def judged(tests: Sequence[str], bug: str | None = None) -> Verdict:
    """Run tests in a process of their own, with a bug or without."""
    plugin = ("-p", "tests.faults.planted") if bug else ()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *OPTIONS, *plugin, *tests], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=PATIENCE, env={**os.environ, "COLUMNS": "400"} | ({VARIABLE: bug} if bug else {}),
    )  # fmt: skip
    found = SAID.findall(done.stdout)
    return Verdict(done.returncode, {test: word for word, test, _ in found}, [why for *_, why in found], done.stdout)


Verdicts = Callable[[str | None], Verdict]


@pytest.fixture(scope="module")
def verdict() -> Iterator[Verdicts]:
    """By bug; `None` for all named tests without any. They run two at a time."""
    needs_strace()
    every = sorted({test for tests in NAMED.values() for test in tests})
    with ThreadPoolExecutor(WORKERS) as pool:
        running: dict[str | None, Future[Verdict]] = {None: pool.submit(judged, every)}
        running |= {bug: pool.submit(judged, NAMED[bug], bug) for bug in BUGS}
        yield lambda bug: running[bug].result()


def test_there_are_twelve() -> None:
    assert len(BUGS) == 12
    assert NAMED.keys() == BUGS.keys()


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_found_by_the_named_test(bug: str, verdict: Verdicts) -> None:
    found = verdict(bug)
    assert found.outcomes == dict.fromkeys(NAMED[bug], "FAILED"), found.told
    assert found.code == 1, found.told
    # It is what the tests say that fails, not the planting.
    assert all(re.search(r"^assert|AssertionError|DID NOT RAISE", why) for why in found.reasons), found.told


def test_without_a_bug_the_named_tests_pass(verdict: Verdicts) -> None:
    found = verdict(None)
    assert set(found.outcomes) == {test for tests in NAMED.values() for test in tests}, found.told
    assert set(found.outcomes.values()) == {"PASSED"}, found.told
    assert found.code == 0, found.told
