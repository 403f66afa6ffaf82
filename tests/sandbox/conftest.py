"""Fixtures of runs: a sandbox without sockets or waiting, driven by the sync and by the async client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.run_lab import Lab, open_run_lab


@pytest.fixture(params=[False, True], ids=["sync", "async"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    """Where a test does not care which of the two clients drives."""
    with open_run_lab(tmp_path, asynchronous=request.param) as lab:
        yield lab


@pytest.fixture
def sync_lab(tmp_path: Path) -> Iterator[Lab]:
    """Where driving is not what a test is about."""
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        yield lab
