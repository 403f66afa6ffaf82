"""What an undisturbed run has to show, once for each place."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from tests.faults.process_lab import PLACES, Reference, undisturbed


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Reference]:
    """By the name of a place."""
    return cache(lambda name: undisturbed(tmp_path_factory.mktemp("undisturbed") / name, PLACES[name]))
