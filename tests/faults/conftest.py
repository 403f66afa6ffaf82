"""Labs for faults, and what an undisturbed run has to show, once for each place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.faults.process_lab import PLACES, Reference, undisturbed
from tests.sandbox.run_lab import Lab, open_run_lab


@pytest.fixture(params=[False, pytest.param(True, marks=pytest.mark.slow)], ids=["sync", "async"])
def lab(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lab]:
    with open_run_lab(tmp_path, asynchronous=request.param) as lab:
        yield lab


@pytest.fixture
def sync_lab(tmp_path: Path) -> Iterator[Lab]:
    """Where driving is not what a test is about."""
    with open_run_lab(tmp_path, asynchronous=False) as lab:
        yield lab


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reference]:
    """By the name of a place."""
    return cache(lambda name: undisturbed(tmp_path_factory.mktemp("undisturbed") / name, PLACES[name]))
