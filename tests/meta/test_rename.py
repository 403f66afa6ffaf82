"""The wire follows the documents: what is renamed in `specs/` is renamed on the wire, or a type error says where not.

Both tests work on a copy of the repository in which only `specs/` is changed and `scripts/regenerate` is run.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("openapi_python_client", reason="needs the extra codegen: pip install -e '.[codegen]'")

ROOT = Path(__file__).parents[2]
CREATE = """
import httpx, polybatch

def answer(request):
    print(request.method, request.url.path)
    return httpx.Response(401, json={"type": "error", "error": {"type": "authentication_error", "message": "no"}})

client = polybatch.BatchClient("anthropic", api_key="k", transport=httpx.MockTransport(answer))
body = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "hi"}]}
try:
    client.create([polybatch.Request("a", body)])
except polybatch.AuthError:
    print("refused")
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("specs", "scripts", "overlay", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def rename(copy: Path, old: str, new: str) -> None:
    """Replace a name in a vendor's document and its patches, and regenerate."""
    for path in (copy / "specs" / "anthropic").glob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    script = copy / "scripts" / "regenerate"
    done = subprocess.run(
        [sys.executable, script, "--root", copy, "anthropic"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def python(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the copy's packages instead of the installed ones."""
    paths = os.pathsep.join([str(copy / "overlay"), str(copy / "generated")])
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False, cwd=copy,
        env={**os.environ, "PYTHONPATH": paths},
    )  # fmt: skip


@pytest.mark.slow
def test_a_renamed_path_is_called_without_any_edit(copy: Path) -> None:
    rename(copy, "/v1/messages/batches", "/v9/renamed")
    done = python(copy, "-c", CREATE)
    assert done.stdout.splitlines() == ["POST /v9/renamed", "refused"], done.stderr


@pytest.mark.slow
def test_a_renamed_field_is_a_type_error_that_names_file_and_line(copy: Path) -> None:
    pytest.importorskip("mypy", reason="needs the extra dev: pip install -e '.[dev]'")
    rename(copy, "processing_status", "processing_state")
    done = python(copy, "-m", "mypy", "--cache-dir", str(copy / "cache"), "overlay/polybatch/vendors/anthropic.py")
    wrong = [line for line in done.stdout.splitlines() if "processing_status" in line]
    source = (ROOT / "overlay/polybatch/vendors/anthropic.py").read_text(encoding="utf-8").splitlines()
    named = [
        int(found[1]) for line in wrong if (found := re.match(r"overlay/polybatch/vendors/anthropic\.py:(\d+):", line))
    ]
    assert named, done.stdout + done.stderr
    assert all("processing_status" in source[number - 1] for number in named)
