"""What README.md says is true: its example runs as it stands, and its table is the code's."""

from __future__ import annotations

import csv
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

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


@pytest.mark.slow
def test_the_commands_without_a_key_run_as_they_stand(tmp_path: Path) -> None:
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) if "--sandbox" in block]
    assert len(blocks) == 3
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "XDG_STATE_HOME": str(tmp_path / "state")}
    for block in blocks:
        done = subprocess.run(
            ["sh", "-e", "-c", block], capture_output=True, text=True, check=False, cwd=tmp_path, env=environment
        )
        assert done.returncode == 0, done.stderr
    tables = {path.name: list(csv.DictReader(path.read_text().splitlines())) for path in tmp_path.glob("*.csv")}
    assert tables.keys() == {"reviews.csv", "trial.csv", "verdicts.csv", "compared.csv"}
    assert [row["text"] for row in tables["trial.csv"]] == [
        f"Good or bad? {row['review']}" for row in tables["reviews.csv"]
    ]
    assert {row["parsed_verdict"] for row in tables["verdicts.csv"]} <= {"good", "bad", "unclear"}
    assert {row["meshapi:openai/gpt-5.outcome"] for row in tables["compared.csv"]} == {"succeeded"}


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
