"""What is loaded, and when: judged by the names in a fresh interpreter, for times differ from machine to machine."""

from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import polybatch
from polybatch import vendors

HTTP = {"httpx", "httpcore", "ssl", "asyncio", "certifi", "polybatch.client", "polybatch.wire"}
LIBRARIES = {"attrs", "msgspec", "jsonschema_rs"}
DRAWING = {"rich"}
JOURNAL = {"sqlite3", "polybatch.run"}
VENDORS = {f"polybatch.vendors.{name}" for name in vendors.names()}
SANDBOX = {"polybatch_sandbox"}


def loaded_by(script: str, *arguments: object) -> set[str]:
    """The modules that a fresh interpreter has after a script; it may end by itself, but not with an error of ours."""
    code = (
        "import sys\n"
        f"try:\n{textwrap.indent(script, '    ')}\n"
        "except SystemExit:\n    pass\n"
        "sys.stdout.flush()\nsys.stderr.write('\\n'.join(['', *sys.modules]))"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines())


def generated(loaded: set[str]) -> set[str]:
    return {name for name in loaded if name.startswith("polybatch_generated")}


COMMAND = "from polybatch.cli import main\nmain()"


def test_the_package_alone_loads_nothing() -> None:
    loaded = loaded_by("import polybatch")
    assert {name for name in loaded if name.startswith("polybatch")} == {"polybatch", "polybatch.version"}
    assert not loaded & (HTTP | LIBRARIES | DRAWING | JOURNAL)


@pytest.mark.parametrize("words", [["--help"], ["batch", "list", "--help"]], ids=" ".join)
def test_help_loads_no_library_but_the_command_lines_own(words: list[str]) -> None:
    loaded = loaded_by(COMMAND, *words)
    assert "click" in loaded
    assert not loaded & (HTTP | LIBRARIES | DRAWING | JOURNAL | VENDORS | SANDBOX)
    assert not generated(loaded)


def test_a_run_is_looked_at_without_http_judge_or_table(tmp_path: Path) -> None:
    loaded = loaded_by(COMMAND, "status", tmp_path)
    assert loaded >= JOURNAL
    assert not loaded & (HTTP | DRAWING | SANDBOX | {"jsonschema_rs"})


def test_an_input_is_judged_without_http(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"custom_id": "a", "params": {"model": "m", "max_tokens": 1, "messages": []}}\n')
    loaded = loaded_by(COMMAND, "plan", path, "--vendor", "anthropic")
    assert "jsonschema_rs" in loaded
    assert not loaded & (HTTP | SANDBOX)
    assert loaded & VENDORS == {"polybatch.vendors.anthropic"}


def test_the_table_of_vendors_needs_no_http() -> None:
    loaded = loaded_by(COMMAND, "vendors")
    assert loaded >= VENDORS | DRAWING
    assert not loaded & (HTTP | JOURNAL | SANDBOX | {"jsonschema_rs"})


@pytest.mark.parametrize("vendor", ["anthropic", "meshapi"])
def test_a_client_loads_its_own_vendor_no_judge_and_no_certificates(vendor: str) -> None:
    loaded = loaded_by(f"from polybatch import BatchClient\nBatchClient({vendor!r}, api_key='k')")
    assert loaded & VENDORS == {f"polybatch.vendors.{vendor}"}
    home = f"polybatch_generated.{vendor}"
    assert all((name + ".").startswith(f"{home}.") for name in generated(loaded) - {"polybatch_generated"})
    assert not loaded & (JOURNAL | SANDBOX | {"jsonschema_rs", "certifi", "polybatch.cli"})
    assert not [name for name in loaded if name.startswith(f"{home}.client.models.") and "error" in name], (
        "no reply yet"
    )


# -- the package gives its names when they are asked for


def test_every_public_name_is_there_and_listed() -> None:
    for name in polybatch.__all__:
        assert getattr(polybatch, name).__class__, name
    assert set(dir(polybatch)) >= {*polybatch.__all__, "errors"}
    assert all(getattr(polybatch, home).__name__ == f"polybatch.{home}" for home in polybatch.HOMES)


def test_a_name_that_does_not_exist_is_an_error_that_names_it() -> None:
    with pytest.raises(AttributeError, match="module 'polybatch' has no attribute 'Batches'"):
        _ = polybatch.Batches
    with pytest.raises(ImportError, match="Batches"):
        from polybatch import Batches  # noqa: F401


def test_a_star_import_gives_all_of_them() -> None:
    given: dict[str, object] = {}
    exec("from polybatch import *", given)  # noqa: S102 - an import of this form stands in no function
    assert set(given) >= set(polybatch.__all__)


def test_what_is_pickled_is_found_again_by_an_interpreter_that_has_loaded_nothing(tmp_path: Path) -> None:
    kept = tmp_path / "request"
    kept.write_bytes(pickle.dumps(polybatch.Request("a", {"model": "m"})))
    loaded = loaded_by(
        "import pickle, pathlib\nassert pickle.loads(pathlib.Path(sys.argv[1]).read_bytes()).custom_id", kept
    )
    assert "polybatch.model" in loaded
    assert not loaded & HTTP
