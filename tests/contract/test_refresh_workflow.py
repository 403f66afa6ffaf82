"""The weekly workflow and the README: what they call exists, and the walk that the README describes works."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.spec_compiler.documents import load_yaml
from scripts.spec_refresh import installing
from tests.contract.refresh_lab import (
    ROOT,
    VENDORS,
    Site,
    command,
    contents,
    lines,
    published,
    refresh,
    serving,
    specs_only,
)
from tests.contract.strict_samples import MANIFEST

WORKFLOW = ROOT / ".github" / "workflows" / "specs.yml"
README = (ROOT / "specs" / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return loaded


def job(workflow: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = workflow["jobs"]["refresh"]
    return found


def steps(workflow: dict[Any, Any]) -> list[dict[str, Any]]:
    return [step for each in workflow["jobs"].values() for step in each["steps"]]


def called(text: str) -> list[list[str]]:
    """The arguments of every call of refresh_specs in a script, shell words that redirect aside."""
    return [
        [word for word in shlex.split(line.partition("||")[0]) if word]
        for line in text.splitlines()
        if "scripts/refresh_specs" in line
    ]


def test_the_workflow_asks_about_every_vendor_every_week(workflow: dict[Any, Any]) -> None:
    # YAML 1.1 reads the key `on` as true.
    triggers = workflow[True]
    assert list(triggers) == ["schedule", "workflow_dispatch"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", triggers["schedule"][0]["cron"])
    assert job(workflow)["strategy"]["matrix"] == {"vendor": "${{ fromJSON(needs.vendors.outputs.names) }}"}
    assert job(workflow)["strategy"]["fail-fast"] is False


def test_the_workflow_takes_the_vendors_from_the_manifest(workflow: dict[Any, Any], tmp_path: Path) -> None:
    listed = workflow["jobs"]["vendors"]
    assert listed["outputs"] == {"names": "${{ steps.manifest.outputs.names }}"}
    output = tmp_path / "output"
    done = subprocess.run(
        ["sh", "-e", "-c", listed["steps"][-1]["run"]],
        cwd=ROOT,
        env={"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "GITHUB_OUTPUT": str(output)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    name, _, value = output.read_text(encoding="utf-8").strip().partition("=")
    assert (name, json.loads(value)) == ("names", list(MANIFEST))


def test_the_workflow_may_do_no_more_than_it_must(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert job(workflow)["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert "matrix.vendor" in job(workflow)["concurrency"]["group"]
    assert "matrix.vendor" in job(workflow)["env"]["BRANCH"]
    # What a vendor publishes never becomes part of a command.
    assert not any("${{" in step.get("run", "") for step in steps(workflow))


def test_the_workflow_calls_what_exists_with_options_that_exist(workflow: dict[Any, Any]) -> None:
    script = "\n".join(step.get("run", "") for step in steps(workflow))
    (call,) = called(script)
    assert call[:2] == ["python", "scripts/refresh_specs"]
    options = command.parser().parse_args(call[2:])
    assert options.write
    assert options.report
    for code in ("3", "4"):
        assert f"steps.refresh.outputs.code == '{code}'" in str(job(workflow)["steps"][-1]["if"])
    extras = re.search(r"'\.\[([a-z,]+)\]'", script)
    assert extras
    assert set(extras[1].split(",")) >= {"test", "codegen"}


def test_the_shell_of_the_workflow_has_no_fault_in_it(workflow: dict[Any, Any]) -> None:
    for step in steps(workflow):
        done = subprocess.run(["sh", "-n"], input=step.get("run", ""), text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


# -- the walk of the README


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


def walk() -> list[list[str]]:
    """The commands of the section, in order."""
    section = README.partition("## When a vendor publishes anew")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_the_commands_of_the_readme_exist_and_take_their_options() -> None:
    assert [call[1] for call in walk()] == ["scripts/refresh_specs"] * 2 + ["scripts/test"] + [
        "scripts/refresh_specs"
    ] * 2
    for call in walk():
        assert (ROOT / call[1]).exists()
        if call[1].endswith("refresh_specs"):
            assert set(command.parser().parse_args(call[2:]).vendors) <= set(VENDORS)


def test_the_walk_of_the_readme(
    tmp_path: Path, site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Look, take over, look again; the long checks of a copy are tested elsewhere."""
    root = specs_only(tmp_path)
    checked: list[str] = []
    monkeypatch.setattr(installing, "building", NoGenerator)
    monkeypatch.setattr(installing, "check_all", lambda copy, vendor: checked.append(vendor))
    (root / "generated" / "polybatch_generated" / "letta").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    document = published("letta")
    document["components"]["schemas"]["JobStatus"]["enum"].append("paused")
    manifest = root / "specs" / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    source = re.search(r'\[letta\]\n(?:.*\n)*?source = "(.*)"', text)
    assert source
    there = site.publish("/letta.json", json.dumps(document), "application/json")
    manifest.write_text(text.replace(source[1], there), encoding="utf-8")
    before = contents(root)
    look, take, *_ = walk()
    code, out, err = refresh(capsys, *look[2:], "--root", str(root))
    assert (code, err) == (3, "")
    assert lines(out) == [
        'additive response 200 of list_batches: [].status (JobStatus): new word "paused", read as data'
    ]
    assert contents(root) == before
    code, out, err = refresh(capsys, *take[2:], "--root", str(root))
    assert (code, err, checked) == (3, "", ["letta"])
    assert "additive, written" in out
    assert 'new word "paused"' in (tmp_path / "report.md").read_text(encoding="utf-8")
    taken = load_yaml(root / "specs" / "letta" / "openapi.yaml")["components"]["schemas"]["JobStatus"]
    assert taken["enum"][-1] == "paused"
    assert refresh(capsys, *look[2:], "--root", str(root))[0] == 0


class NoGenerator:
    """Stands in for the compiler, which takes seconds."""

    @staticmethod
    def write(root: Path, names: list[str], tools: dict[str, str]) -> None:
        for name in names:
            load_yaml(root / "specs" / name / "openapi.yaml")
