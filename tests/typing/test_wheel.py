"""The wheel in an environment of its own: typed for its users, complete, and the command works from it."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE", "COV_"))
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it; gives its folder of programs."""
    folder = tmp_path_factory.mktemp("wheel")
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (programs / "python", "-m", "pip", "--disable-pip-version-check", "--quiet")
    run(*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT, cwd=folder)
    wheel = next(folder.glob("polybatch-*.whl"))
    run(*pip, "install", wheel, "mypy==2.4.1", cwd=folder)
    return programs


def test_a_users_script_is_strictly_typed_against_the_wheel(installed: Path, tmp_path: Path) -> None:
    script = tmp_path / "user_script.py"
    script.write_text((ROOT / "tests/typing/user_script.py").read_text(encoding="utf-8"), encoding="utf-8")
    done = run(installed / "python", "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", script, cwd=tmp_path)
    assert done.stdout.strip() == "Success: no issues found in 1 source file"
    done = run(installed / "python", "-W", "error", script, cwd=tmp_path)
    assert done.stdout.startswith("a succeeded hello")


def test_a_wrong_script_is_not(installed: Path, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    lines = (
        "import polybatch",
        "batch: polybatch.Batch",
        "batch.status.nonsense",
        "client: polybatch.BatchClient",
        "client.run('in.jsonl', retires=1)",
    )
    script.write_text("\n".join(lines), encoding="utf-8")
    mypy = (installed / "python", "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", script)
    done = subprocess.run(mypy, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert '"BatchStatus" has no attribute "nonsense"' in done.stdout
    assert 'Unexpected keyword argument "retires" for "run" of "BatchClient"' in done.stdout


def test_the_command_works_from_the_plain_install(installed: Path, tmp_path: Path) -> None:
    body = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "hé"}]}
    lines = [json.dumps({"custom_id": f"row {index}", "params": body}) for index in range(3)]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    run(installed / "polybatch", "run", "in.jsonl", "--vendor", "anthropic", "--sandbox", cwd=tmp_path)
    written = (tmp_path / "in.anthropic.results.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["custom_id"] for line in written) == ["row 0", "row 1", "row 2"]
    assert {json.loads(line)["outcome"] for line in written} == {"succeeded"}
