"""What README.md says is true: its example runs as it stands, and its table is the code's."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs_as_it_stands(tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert found
    assert len([line for line in found[1].splitlines() if line.strip()]) <= 12
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", found[1]], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    promised = re.search(r"It prints `([^`]+)`", README)
    assert promised
    assert (done.stdout.strip(), done.stderr) == (promised[1], "")


def test_the_vendor_table_is_the_codes() -> None:
    filled = runpy.run_path(str(ROOT / "scripts" / "vendor_table.py"))["filled"]
    assert filled(README) == README, "run: python scripts/vendor_table.py --write"


def test_every_path_the_readmes_name_exists() -> None:
    for readme in (
        ROOT / "README.md",
        ROOT / "overlay/README.md",
        ROOT / "specs/README.md",
        ROOT / "generated/README.md",
    ):
        text = readme.read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert (readme.parent / link).exists(), f"{readme.name} links to {link}"
        for script in re.findall(r"`?(?:sh |python )?(scripts/[a-z_.]+)", text):
            assert (ROOT / script.rstrip(".")).exists(), f"{readme.name} names {script}"
