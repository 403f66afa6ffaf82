"""Fixtures of runs: a sandbox without sockets or waiting, driven by the sync and by the async client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from polybatch_sandbox import Server, serve
from tests.sandbox.cli_lab import Cli, calling
from tests.sandbox.run_lab import Lab, open_run_lab


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """Where a test does not care which of the two clients drives."""
    with open_run_lab(tmp_path, asynchronous=request.param) as lab:
        yield lab


LONG = {
    "test_compressed.py", "test_gateways.py", "test_malice.py", "test_run.py", "test_run_export.py",
    "test_run_limits.py", "test_run_listing.py", "test_run_lost.py", "test_run_parallel.py",
    "test_run_repair.py", "test_run_resume.py", "test_run_tables.py", "test_run_trouble.py",
    "test_run_vendors.py", "test_security.py", "test_server_faults.py",
}  # fmt: skip
"""Files that take seconds; the async client's turn comes with scripts/test --all."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.name in LONG and "async" in item.name:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def sync_lab(tmp_path: Path) -> Iterator[Lab]:
    """Where driving is not what a test is about."""
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        yield lab


@pytest.fixture(scope="session")
def served() -> Iterator[Server]:
    """All vendors on real ports, a thousand times faster."""
    with serve(speed=1000) as server:
        yield server


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line, called in a directory of its own."""
    return calling(tmp_path, monkeypatch)
