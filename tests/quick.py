"""What keeps a plain `pytest` quick: settings that cost no coverage, and a table of what comes with scripts/test --all.

tests/conftest.py calls it. Nothing is left out for good: what is marked here is `slow`, and --all runs it.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
HALF = {
    "test_canary_key.py", "test_faults_local.py", "test_faults_lost.py", "test_faults_refused.py",
    "test_faults_results.py", "test_faults_text.py", "test_faults_waiting.py", "test_malice.py", "test_peers_table.py",
    "test_run_trouble.py", "test_run_vendors.py", "test_server_faults.py", "test_stateful.py",
}  # fmt: skip
"""Files that take seconds; each of their tests tries half of its vendors, another test others, and all with --all.
Those that leave the async client's turn to --all stand in tests/sandbox/conftest.py."""
WHOLE = {"test_f35_a_download_that_always_breaks_is_given_up_with_advice"}
"""Tests in them that take a way of its own at each vendor: MeshAPI's results come with the poll."""
MEMORY, ROOM = Path("/dev/shm"), 1 << 30  # noqa: S108 - pytest makes a private directory in it
"""A file system in memory, where there is one, and the bytes that have to be free there."""


def prepare(config: pytest.Config) -> None:
    """Compile once what each worker and each process of a test imports; write to memory what nobody wants to keep."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    quick = "not slow" in config.option.markexpr  # slow tests want a disk: some are about it, some fill it
    if quick and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def settle() -> None:
    """What was collected stays until the end: the garbage collector need not look at it, nor look that often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


def leave_to_all(items: Sequence[pytest.Item]) -> None:
    """Mark as slow what a long file tries at the other half of the vendors."""
    by_test: dict[str, dict[str, list[pytest.Item]]] = defaultdict(lambda: defaultdict(list))
    for item in (item for item in items if item.path.name in HALF):
        test, _, words = item.nodeid.partition("[")
        found = {word for word in re.split(r"\W", words) if word in VENDORS}
        if len(found) == 1 and test.rpartition("::")[2] not in WHOLE and not item.get_closest_marker("slow"):
            by_test[test][found.pop()].append(item)
    for test, there in by_test.items():
        for vendor in set(there) - half(test, sorted(there)):
            for item in there[vendor]:
                item.add_marker(pytest.mark.slow)


def half(test: str, vendors: Sequence[str]) -> set[str]:
    """Half of the vendors, rounded up; which ones depends on nothing but the name of the test."""
    first = crc32(test.rpartition("::")[2].encode()) % len(vendors)
    return {vendors[(first + turn) % len(vendors)] for turn in range((len(vendors) + 1) // 2)}
