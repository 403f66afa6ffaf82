"""A small version of `scripts/soak`, which sends a hundred thousand requests through trouble of every kind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.planted import for_children

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def soaked(*options: str, **environment: str) -> tuple[int, dict[str, str]]:
    """Exit code and table."""
    command = [sys.executable, str(ROOT / "scripts" / "soak"), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})
    print(done.stdout, done.stderr)
    return done.returncode, dict(re.findall(r"^(.+?)  +(.+)$", done.stdout, re.MULTILINE))


@pytest.mark.parametrize("vendor", ["anthropic", "meshapi"])
def test_nothing_is_lost_and_nothing_is_paid_twice(vendor: str) -> None:
    code, told = soaked("--vendor", vendor, "--requests", "2000", "--size", "30", "--rate", "0.03", "--seed", "2")
    assert code == 0
    assert told["requests"] == told["billed"] == told["outcome succeeded"] == "2,000"
    assert told["lost"] == told["twice"] == told["wrong"] == "0"
    assert all(int(told[f"faults: {layer}"].partition(":")[0]) > 3 for layer in ("calls", "connections", "requests"))


def test_what_is_paid_twice_is_noticed(tmp_path: Path) -> None:
    bug = for_children("create_retried_on_500", tmp_path)
    code, told = soaked("--vendor", "anthropic", "--requests", "600", "--size", "20", "--rate", "0.1", **bug)
    assert code == 1
    assert int(told["twice"]) > 0
    assert told["lost"] == "0"
