"""`scripts/new_vendor`: the skeleton of a vendor works at once, with no other file touched; the README's walk runs."""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_scaffold.asking import MARK, questions

from .made_up_vendor import DOCUMENT, ITEM, JOB, NAMED, Json, json_of
from .strict_samples import ROOT

NAME = "quokka"
WRITTEN = {
    "specs/manifest.toml", f"specs/{NAME}/openapi.yaml", f"specs/{NAME}/patches.yaml", f"tests/cases/{NAME}.json",
    f"overlay/polybatch/vendors/{NAME}.py", f"overlay/polybatch_sandbox/behaviours/{NAME}.py",
}  # fmt: skip
MACHINE = ("README.md", "specs/manifest.lock", f"generated/polybatch_generated/{NAME}/")
"""What `scripts/regenerate` and `scripts/vendor_table.py` write."""
JOBS, ONE = "/v2/batch-jobs", "/v2/batch-jobs/{job_id}"


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    kept = (path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts))
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in kept}


def test_no_vendor_has_open_questions() -> None:
    assert list(questions(ROOT)) == [], "answer them from the vendor's pages (specs/README.md, How to add a vendor)"


# -- the writer itself


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """As much of a tree as the writer looks at."""
    pytest.importorskip("openapi_python_client", reason="needs the codegen extra: pip install -e '.[codegen]'")
    text = (ROOT / "specs" / "manifest.toml").read_text(encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "manifest.toml").write_text(text.partition(f"\n[{NAME}]\n")[0] + "\n", encoding="utf-8")
    return tmp_path


def new_vendor(root: Path, *arguments: object) -> int:
    code: int = importlib.import_module("scripts.spec_scaffold.main").main(["--root", *map(str, (root, *arguments))])
    return code


def given(root: Path, document: Any) -> Path:
    path = root / "given.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


SOURCES: dict[str, Json | None] = {"from a document": DOCUMENT, "from another": NAMED, "from nothing": None}


@pytest.mark.parametrize("published", SOURCES.values(), ids=SOURCES)
def test_six_files_are_written_and_their_questions_asked(
    root: Path, capsys: pytest.CaptureFixture[str], published: Json | None
) -> None:
    source = ("--from", given(root, published)) if published else ()
    before = files(root)
    assert new_vendor(root, NAME, *source, "--dry-run") == 0
    assert files(root) == before
    assert "nothing was written (--dry-run)" in capsys.readouterr().out
    assert new_vendor(root, NAME, *source) == 0
    said = capsys.readouterr().out
    after = files(root)
    assert {name for name in after if after[name] != before.get(name)} == WRITTEN
    assert after["specs/manifest.toml"].startswith(before["specs/manifest.toml"].rstrip())
    assert all(name in said for name in WRITTEN)
    steps = ("scripts/regenerate", "pytest", "--questions", "vendor_table.py", "scripts/test")
    assert [said.index(step) for step in steps] == sorted(said.index(step) for step in steps)
    asked = sum(content.decode().count(MARK) for content in after.values())
    assert asked > 10
    assert new_vendor(root, "--questions") == 1
    named = capsys.readouterr().err.splitlines()
    assert len(named) == asked
    assert all(re.match(r"[\w/.]+:\d+: \S", line) for line in named)
    assert any("how many requests and bytes" in line for line in named)


def test_prose_stays_where_it_is(root: Path) -> None:
    assert new_vendor(root, NAME, "--from", given(root, DOCUMENT)) == 0
    text = (root / "specs" / NAME / "openapi.yaml").read_text(encoding="utf-8")
    for word in ("award-winning", "sales", "example:", "summary", "codeSamples", "/v2/chat", "nullable: "):
        assert word not in text
    assert "openapi: 3.1.0" in text
    assert "Published as OpenAPI 3.0.3" in text
    assert "timeout_exceeded" in text


def changed(change: Callable[[Json], object]) -> Json:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


def uploading(document: Json) -> None:
    body = {"type": "object", "properties": {"input_file_id": {"type": "string"}, "endpoint": {"type": "string"}}}
    document["paths"][JOBS]["post"]["requestBody"]["content"]["application/json"]["schema"] = body


def loose() -> Json:
    """A body whose requests are a list or a file."""
    item = {"type": "object", "properties": {"custom_id": {"type": "string"}, "body": {"type": "object"}}}
    lists = {"type": ["array", "string"], "items": item}
    return {"type": "object", "properties": {"requests": lists}}


def without_done(document: Json) -> None:
    words = {**JOB["properties"], "state": {"type": "string", "enum": ["alpha", "omega"]}}
    document["paths"][ONE]["get"]["responses"] = json_of({**JOB, "properties": words})


def without_status(document: Json) -> None:
    bare = {"type": "object", "properties": {"id": {"type": "string"}}}
    document["paths"][ONE]["get"]["responses"] = json_of(bare)


def other_lines(document: Json) -> None:
    document["paths"]["/v2/files/{file}/content"]["get"]["responses"] = json_of({"type": "array", "items": ITEM})


REFUSED: dict[str, tuple[Any, tuple[str, ...]]] = {
    "no batches": (
        changed(lambda d: d.update(paths={"/v2/chat": d["paths"]["/v2/chat"]})),
        ("has no batch operations", "/v2/chat", "leave --from out"),
    ),
    "no get": (changed(lambda d: d["paths"].pop(ONE)), ("creates batches with POST /v2/batch-jobs", "no GET")),
    "no results": (
        changed(lambda d: d["paths"].pop("/v2/files/{file}/content")),
        ("no way to the results", "x-evidence: inferred"),
    ),
    "files first": (changed(uploading), ("takes no list of requests", "input_file_id, endpoint", "uploaded")),
    "no end": (changed(without_done), ("no word for a batch that is done", "alpha, omega")),
    "no status": (changed(without_status), ("has none of status, state, processing_status",)),
    "other results": (changed(other_lines), ("GET /v2/files/{file}/content", "not lines with a custom_id")),
    "more than a list": (
        changed(
            lambda d: d["paths"][JOBS]["post"]["requestBody"]["content"]["application/json"].update(schema=loose())
        ),
        ("may be something else than a list", "make it one in a copy"),
    ),
    "dangling": (
        changed(lambda d: d["paths"][ONE]["get"].update(responses={"200": {"$ref": "#/components/responses/Gone"}})),
        ("#/components/responses/Gone leads nowhere",),
    ),
    "swagger": ({"swagger": "2.0", "paths": {}}, ("is not an OpenAPI 3 document", "convert it")),
    "newer": ({"openapi": "4.0.0", "paths": {}}, ("says openapi '4.0.0'",)),
    "no paths": ({"openapi": "3.1.0", "paths": {}}, ("has no paths",)),
    "a page": ("<html>\n<p>not: [found</p>", ("is neither JSON nor YAML",)),
    "a list": ("[1, 2]", ("holds no JSON object",)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_document_that_does_not_do_is_refused_by_name(
    what: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, words = REFUSED[what]
    path = given(root, document)
    before = files(root)
    assert new_vendor(root, NAME, "--from", path) == 1
    said = capsys.readouterr().err
    assert all(line.startswith("new_vendor: ") for line in said.splitlines())
    assert [word for word in words if word not in said] == [], said
    assert files(root) == before


def test_a_place_that_cannot_be_read_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/openapi.json"
        for place in (root / "missing.yaml", nobody):
            assert new_vendor(root, NAME, "--from", place) == 1
            assert f"new_vendor: {place} cannot be" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("meshapi", "there is a vendor 'meshapi' already"),
        ("Acme", "cannot be a vendor's name"),
        ("9lives", "cannot be a vendor's name"),
        ("import", "cannot be a vendor's name"),
        ("../up", "cannot be a vendor's name"),
    ],
)
def test_a_name_that_does_not_do_is_refused(
    name: str, words: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(root)
    assert new_vendor(root, name) == 1
    assert words in capsys.readouterr().err
    assert files(root) == before


def test_a_file_that_is_in_the_way_is_named(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = root / "tests" / "cases" / f"{NAME}.json"
    path.parent.mkdir(parents=True)
    path.write_text("mine", encoding="utf-8")
    assert new_vendor(root, NAME) == 1
    assert f"tests/cases/{NAME}.json exists already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"


# -- the walk of specs/README.md, in a copy of the tree


def walk() -> list[str]:
    """The commands as they stand."""
    section = (ROOT / "specs" / "README.md").read_text(encoding="utf-8").partition("## How to add a vendor\n")[2]
    found = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found
    return found[1].splitlines()


class Checkout:
    """A copy of the tree in which commands use the copy's packages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for name in ("specs", "generated", "overlay", "scripts", "tests"):
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        for name in ("pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"):
            shutil.copy(ROOT / name, root)

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        program, *arguments = shlex.split(command)
        assert program == "python"
        paths = os.pathsep.join(str(self.root / name) for name in ("overlay", "generated"))
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.root, capture_output=True, text=True, check=False,
            env={**env, "PYTHONPATH": paths},
        )  # fmt: skip

    def must(self, command: str) -> str:
        done = self.run(command)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("published", SOURCES.values(), ids=SOURCES)
def test_the_walk_ends_green_with_no_other_file_touched(tmp_path: Path, published: Json | None) -> None:
    pytest.importorskip("openapi_python_client", reason="needs the codegen extra: pip install -e '.[codegen]'")
    copied = Checkout(tmp_path)
    (tmp_path / f"{NAME}.json").write_text(json.dumps(published), encoding="utf-8")
    before = files(tmp_path)
    *steps, last = walk()
    if published is not DOCUMENT:  # once as the walk stands; then what is different about these
        few = "tests/contract/test_requests.py tests/contract/test_options.py "
        steps = [step.replace("tests/contract ", few) for step in steps]
    for step in steps:
        said = copied.must(step if published else step.replace(f" --from {NAME}.json", ""))
        assert "pytest" not in step or int(re.search(r"(\d+) passed", said)[1]) > 10
    asked = copied.run(last)
    assert asked.returncode == 1
    assert f"overlay/polybatch/vendors/{NAME}.py:" in asked.stderr
    after = files(tmp_path)
    touched = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
    assert {name for name in touched if not name.startswith(MACHINE)} == WRITTEN
    python = " ".join(sorted(name for name in WRITTEN if name.endswith(".py")))
    copied.must(f"python scripts/regenerate --check {NAME}")
    copied.must("python -m pytest -n0 tests/meta/test_literals.py tests/meta/test_readme.py tests/unit/test_tables.py")
    for tool in ("ruff check", "ruff format --check", "mypy"):
        if importlib.util.find_spec(tool.partition(" ")[0]) and published is DOCUMENT:
            copied.must(f"python -m {tool} {python}")
    if published is not DOCUMENT:
        return
    # Answered, which is to say deleted: nothing else holds the gate shut.
    for name in WRITTEN:
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(re.sub(rf"( *# |\. ){MARK}[^\n\"]*", "", text), encoding="utf-8")
    copied.must(last)
    copied.must(f"python scripts/regenerate {NAME}")
    copied.must(f"python -m pytest -n0 tests/unit/test_cases.py tests/contract/test_new_vendor.py -k '{NAME} or open'")
