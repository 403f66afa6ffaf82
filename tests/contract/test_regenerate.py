"""The generated tree: in step with specs/ and marked as what it is; `scripts/regenerate --check` tells if it is not."""

import functools
import hashlib
import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import polybatch_generated
from tests.contract.strict_samples import GENERATED, MANIFEST, ROOT, VENDORS, document

FORBIDDEN = re.compile("post_v1|type_0|body_requests_item|response_200|subpackage", re.IGNORECASE)


def files() -> list[Path]:
    return sorted(path for path in GENERATED.rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def test_every_file_says_what_it_is_and_is_small() -> None:
    for path in files():
        text = path.read_text(encoding="utf-8")
        assert "Machine-written by scripts/regenerate: do not edit." in text, path
        assert len(text) < 600_000, path
        assert not FORBIDDEN.search(text), (path, FORBIDDEN.search(text))
        assert not FORBIDDEN.search(path.name)
        if path.parent != GENERATED:
            assert digest(path.relative_to(GENERATED).parts[0]) in text, path


@functools.cache
def digest(vendor: str) -> str:
    """The sha256 of the effective document, computed here: sorted, one space of indentation, without the note."""
    content = {key: value for key, value in document(vendor).items() if key != "x-generated"}
    text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_lock_names_the_sources() -> None:
    lock = json.loads((ROOT / "specs" / "manifest.lock").read_bytes())
    assert set(lock["vendors"]) == set(VENDORS)
    for vendor, entry in lock["vendors"].items():
        sources = {name: ROOT / "specs" / vendor / name for name in ("openapi.yaml", "patches.yaml")}
        hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in sources.items()}
        retrieved = MANIFEST[vendor]["retrieved"].isoformat()
        assert entry == {**hashes, "effective": digest(vendor), "retrieved": retrieved}


def test_every_module_can_be_imported() -> None:
    names = [module.name for module in pkgutil.walk_packages(polybatch_generated.__path__, "polybatch_generated.")]
    assert len(names) > 100
    for name in names:
        importlib.import_module(name)
    for vendor in VENDORS:
        models = importlib.import_module(f"polybatch_generated.{vendor}.client.models")
        assert all(isinstance(getattr(models, name), type) for name in dir(models))
    assert all((path.parent / "py.typed").exists() for path in files() if path.suffix == ".py")


# scripts/regenerate


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    pytest.importorskip("openapi_python_client", reason="needs the codegen extra: pip install -e '.[codegen]'")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("specs", "generated"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


def check(root: Path, capsys: pytest.CaptureFixture[str], *names: str) -> tuple[int, list[str]]:
    main = importlib.import_module("scripts.spec_compiler.main").main
    code = main(["--check", "--root", str(root), *names])
    return code, capsys.readouterr().err.splitlines()


@pytest.mark.slow  # scripts/test asks the same each time, by scripts/regenerate --check
def test_the_committed_tree_is_in_step(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(copied, capsys) == (0, [])


def test_check_names_an_edited_a_stale_and_a_missing_file(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied / "generated" / "polybatch_generated" / "onerouter"
    wire = folder / "wire.py"
    wire.write_bytes(wire.read_bytes().replace(b"frozen=True", b"frozen=Tru", 1))
    (folder / "extra.py").write_text("")
    (folder / "client" / "py.typed").unlink()
    (copied / "generated" / "notes.txt").write_text("")
    code, lines = check(copied, capsys, "onerouter")
    prefix = "generated/polybatch_generated/onerouter"
    assert code == 1
    assert lines == [
        f"missing: {prefix}/client/py.typed",
        f"stale: {prefix}/extra.py",
        f"differs: {prefix}/wire.py",
        "stale: generated/notes.txt",
        "run scripts/regenerate",
    ]


def test_check_names_a_patch_that_no_longer_matches(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    patches = copied / "specs" / "onerouter" / "patches.yaml"
    text = patches.read_text(encoding="utf-8")
    action = (
        "\n  - target: $.paths['/gone']\n    description: Was there once.\n    x-source: nowhere\n    remove: true\n"
    )
    patches.write_text(text.rstrip() + action, encoding="utf-8")
    code, lines = check(copied, capsys, "onerouter")
    number = text.count("- target:") + 1
    assert code == 1
    assert lines == [
        f"regenerate: onerouter: patch {number}: target \"$.paths['/gone']\" (Was there once.): matches nothing"
    ]


def test_check_names_an_unknown_vendor(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = check(copied, capsys, "acme")
    assert code == 1
    assert "unknown vendor 'acme'" in lines[0]


@pytest.mark.slow
def test_the_output_depends_on_nothing_but_specs(copied: Path) -> None:
    for seed in ("0", "12345"):
        shutil.rmtree(copied / "generated" / "polybatch_generated")
        command = (sys.executable, ROOT / "scripts" / "regenerate", "--root", copied)
        subprocess.run(command, env={"PYTHONHASHSEED": seed}, cwd=copied, check=True)
        found = {
            path.relative_to(copied): path.read_bytes()
            for path in (copied / "generated").rglob("*.*")
            if path.is_file()
        }
        wanted = {path.relative_to(ROOT): path.read_bytes() for path in files()}
        assert {name: content for name, content in found.items() if name.name != "README.md"} == wanted


@pytest.mark.slow
def test_another_type_checker_is_content() -> None:
    """Besides mypy, which scripts/test runs over everything."""
    pytest.importorskip("basedpyright", reason="needs the dev extra: pip install -e '.[dev]'")
    done = subprocess.run(
        (sys.executable, "-m", "basedpyright", "generated"), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
