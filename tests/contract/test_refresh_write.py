"""--write: each difference goes to its place, everything else stays, and what fails leaves the tree as it was."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_compiler.documents import parse_yaml
from scripts.spec_compiler.errors import SpecError
from scripts.spec_refresh import installing, taking_over
from scripts.spec_refresh.explaining import Refresh
from scripts.spec_refresh.taking_over import take_over
from scripts.spec_refresh.yaml_text import rewritten
from tests.contract.refresh_lab import (
    ROOT,
    VENDORS,
    contents,
    lines,
    load_yaml,
    published,
    read_once,
    refresh,
    specs_only,
    talkative,
)
from tests.contract.refresh_spots import SPOTS
from tests.contract.refresh_table_own import KINDS, Kind

PATCHED = {
    "operation_gone": VENDORS,
    "operation_moved_to_another_path": VENDORS,
    "operation_moved_to_another_verb": VENDORS,
    "server_moved": ("letta",),
    "request_elements_of_another_type": ("letta", "meshapi"),
    "request_media_type_changed": ("onerouter",),
    "status_gone": ("onerouter",),
}
"""Kinds of change that take away what a patch is about."""
FIRST = ("reply_field_new", "status_gone")


def text_of(vendor: str) -> str:
    return (ROOT / "specs" / vendor / "openapi.yaml").read_text(encoding="utf-8")


def patches(vendor: str) -> dict[str, Any]:
    return read_once(ROOT / "specs" / vendor / "patches.yaml")


def fault(kind: Kind, vendor: str) -> str:
    """What is wrong after a kind of change was taken over, or nothing."""
    new = published(vendor)
    kind.edit(new, SPOTS[vendor])
    new = talkative(new)
    refresh = Refresh(published(vendor), patches(vendor), new)
    try:
        take_over(refresh)
    except SpecError as error:
        wanted = vendor in PATCHED.get(kind.name, ()) and str(error).startswith("patch ")
        return "" if wanted else f"{vendor}, {kind.name}: {error}"
    # That nothing is left to take over, take_over sees to; that the text says it, rewritten does.
    text = rewritten(text_of(vendor), refresh.old)
    said = "Long words" in text or "x-doc-tool" in text
    unpatched = vendor in PATCHED.get(kind.name, ())
    return f"{vendor}, {kind.name}: prose {said}, no patch in the way {unpatched}" if said or unpatched else ""


def test_what_is_not_taken_over_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    new = published("meshapi")
    new["components"]["schemas"]["ValidationError"]["properties"]["url"] = {"type": "string"}
    monkeypatch.setattr(taking_over, "_apply", lambda *_: None)
    words = r"take over by hand: response 422 of create_batch: detail\[\].url: new field, read as data"
    with pytest.raises(SpecError, match=words):
        take_over(Refresh(published("meshapi"), patches("meshapi"), new))


def test_some_kinds_of_change_are_taken_over() -> None:
    wanted = [(kind, vendor) for kind in KINDS if kind.name in FIRST for vendor in ("meshapi", "onerouter")]
    assert [found for kind, vendor in wanted if (found := fault(kind, vendor))] == []


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_every_kind_of_change_is_taken_over_or_names_the_patches_in_the_way(vendor: str) -> None:
    assert [found for kind in KINDS if vendor in kind.vendors and (found := fault(kind, vendor))] == []


def test_only_the_block_that_differs_is_written_anew() -> None:
    new = published("anthropic")
    new["components"]["schemas"]["BetaBillTo"]["enum"].append("nobody")
    new["components"]["schemas"]["BetaCacheTtl"]["enum"] = ["1h"]
    text = text_of("anthropic")
    refresh = Refresh(published("anthropic"), patches("anthropic"), new)
    take_over(refresh)
    before, after = text.splitlines(), rewritten(text, refresh.old).splitlines()
    changed = [(old, now) for old, now in zip(before, after, strict=True) if old != now]
    assert changed == [
        ("    BetaCacheTtl: { type: string, enum: [5m, 1h] }", "    BetaCacheTtl: {type: string, enum: [1h]}"),
        (
            "    BetaBillTo: { type: string, enum: [self, user_profile] }",
            "    BetaBillTo: {type: string, enum: [self, user_profile, nobody]}",
        ),
    ]


def test_our_own_words_stay_and_the_vendors_stay_out() -> None:
    new = published("letta")
    create = new["components"]["schemas"]["CreateBatch"]
    create["properties"]["callback_url"]["anyOf"][0]["maxLength"] = 99
    create["properties"]["notes"] = {"$ref": "#/components/schemas/Notes"}
    new["components"]["schemas"]["Notes"] = {"type": "object", "properties": {"title": {"type": "string"}}}
    new["paths"]["/v1/messages/batches"]["post"]["summary"] = "Buy now!"
    refresh = Refresh(published("letta"), patches("letta"), talkative(new))
    take_over(refresh)
    taken = parse_yaml(rewritten(text_of("letta"), refresh.old), "new")
    url = taken["components"]["schemas"]["CreateBatch"]["properties"]["callback_url"]
    assert url["description"] == "Gets one POST when the batch has ended."
    assert url["anyOf"][0]["maxLength"] == 99
    notes = {"type": "object", "properties": {"title": {"type": "string"}}}
    assert taken["components"]["schemas"]["Notes"] == notes
    create = taken["paths"]["/v1/messages/batches"]["post"]
    assert (create["summary"], create["x-evidence"]) == ("Start a batch of agent runs", "published")


def test_what_only_the_gone_place_needed_goes_with_it() -> None:
    new = published("letta")
    del new["components"]["schemas"]["LettaBatchRequest"]["properties"]["client_skills"]
    refresh = Refresh(published("letta"), patches("letta"), new)
    take_over(refresh)
    assert "ClientSkillSchema" in published("letta")["components"]["schemas"]
    assert "ClientSkillSchema" not in refresh.old["components"]["schemas"]


# -- the tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return specs_only(tmp_path / "tree")


def source(root: Path, document: dict[str, Any]) -> str:
    path = root.parent / "source.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


def unwritten(capsys: pytest.CaptureFixture[str], root: Path, vendor: str, document: dict[str, Any]) -> str:
    """What is said where --write fails; the tree is byte for byte what it was."""
    before = contents(root)
    code, _, err = refresh(capsys, vendor, "--from", source(root, document), "--write", "--root", str(root))
    assert code == 1
    assert contents(root) == before
    return err


def test_a_patch_whose_place_is_gone_is_named_and_the_tree_stays(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = published("letta")
    del document["paths"]["/v1/messages/batches/{batch_id}/cancel"]
    err = unwritten(capsys, root, "letta", document)
    actions = patches("letta")["actions"]
    wanted = [number for number, action in enumerate(actions, start=1) if "{batch_id}/cancel" in action["target"]]
    assert len(wanted) == err.count("\n") == 2
    for number, line in zip(wanted, err.splitlines(), strict=True):
        assert f"patch {number}: target" in line
        assert line.endswith("matches nothing")


def test_a_schema_that_the_manifest_names_and_that_is_gone_is_named(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = root / "specs" / "manifest.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(
        text.replace('views = ["BatchJob",', 'views = ["ClientSkillSchema", "BatchJob",'), encoding="utf-8"
    )
    document = published("letta")
    del document["components"]["schemas"]["LettaBatchRequest"]["properties"]["client_skills"]
    err = unwritten(capsys, root, "letta", document)
    assert "letta: #/components/schemas/ClientSkillSchema leads nowhere" in err


def test_a_move_that_fails_half_way_is_undone(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(installing.building, "write", lambda *_: None)
    monkeypatch.setattr(installing, "check_all", lambda *_: None)
    monkeypatch.setattr(installing, "replace", full)
    document = published("meshapi")
    document["servers"].append({"url": "https://eu.example.com"})
    assert "No space left on device" in unwritten(capsys, root, "meshapi", document)


def test_nothing_is_written_where_nothing_counts(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(root)
    document = published("meshapi")
    document["paths"]["/v1/batches"]["post"]["requestBody"]["required"] = True
    arguments = ("--from", source(root, document), "--write", "--root", str(root))
    code, out, err = refresh(capsys, "meshapi", *arguments)
    assert (code, err, len(lines(out))) == (0, "", 1)
    assert contents(root) == before


def test_the_day_is_set_for_one_vendor_only() -> None:
    text = (ROOT / "specs" / "manifest.toml").read_text(encoding="utf-8")
    old, new = tomllib.loads(text), tomllib.loads(installing.dated(text, "letta", "2030-01-02"))
    assert new.pop("letta")["retrieved"].isoformat() == "2030-01-02"
    assert old.pop("letta")
    assert new == old
    with pytest.raises(SpecError, match=r"\[acme\] has no line `retrieved"):
        installing.dated(text, "acme", "2030-01-02")


# -- with all the checks


TEST = """
import json
from importlib.resources import files

def test_the_generated_code_is_the_copys():
    text = (files("polybatch_generated") / "onerouter" / "openapi.json").read_text()
    assert '"cost"' in text
    assert '"forbidden"' not in text
"""


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A tree with everything that is generated and checked, and a contract test of its own."""
    root = tmp_path / "tree"
    for name in ("specs", "generated", "overlay"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", root)
    (root / "tests" / "contract").mkdir(parents=True)
    (root / "tests" / "contract" / "test_copy.py").write_text(TEST, encoding="utf-8")
    return root


def reply(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = SPOTS["onerouter"].reply(document)
    return found


@pytest.mark.slow
def test_a_change_that_passes_is_taken_over_whole(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = published("onerouter")
    reply(document)["properties"]["cost"] = {"type": "number", "description": "Long words."}
    before = contents(whole)
    code, out, err = refresh(capsys, "onerouter", "--from", source(whole, document), "--write", "--root", str(whole))
    assert (code, err) == (3, ""), out + err
    assert "additive, written" in out
    after = contents(whole)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    assert {"specs/onerouter/openapi.yaml", "specs/manifest.toml", "specs/manifest.lock"} <= changed
    assert all(name.startswith(("specs/onerouter/", "specs/manifest", "generated/")) for name in changed), changed
    assert {name.split("/")[2] for name in changed if name.startswith("generated/")} == {"onerouter"}
    header = text_of("onerouter").splitlines()[:2]
    assert (whole / "specs/onerouter/openapi.yaml").read_text(encoding="utf-8").splitlines()[:2] == header
    from scripts.spec_compiler.main import main

    assert main(["--check", "--root", str(whole)]) == 0, capsys.readouterr().err
    assert refresh(capsys, "onerouter", "--from", source(whole, document), "--root", str(whole))[0] == 0


@pytest.mark.slow
def test_a_contract_test_that_fails_is_named_and_the_tree_stays(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = published("onerouter")
    reply(document)["properties"] |= {"cost": {"type": "number"}, "forbidden": {"type": "string"}}
    err = unwritten(capsys, whole, "onerouter", document)
    assert "onerouter: not written: a contract test fails:" in err
    assert "FAILED tests/contract/test_copy.py::test_the_generated_code_is_the_copys" in err


@pytest.mark.slow
def test_a_place_that_the_vendor_file_relies_on_is_named_and_the_tree_stays(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("mypy", reason="needs the dev extra: pip install -e '.[dev]'")
    document = published("anthropic")
    batch = document["components"]["schemas"]["BetaMessageBatch"]
    del batch["properties"]["cancel_initiated_at"]
    batch["required"].remove("cancel_initiated_at")
    err = unwritten(capsys, whole, "anthropic", document)
    assert "not written: overlay/polybatch/vendors/anthropic.py relies on what is gone:" in err
    assert '"cancel_initiated_at"' in err


def test_the_committed_layout_survives_a_document_that_is_not_changed() -> None:
    for vendor in VENDORS:
        path = ROOT / "specs" / vendor / "openapi.yaml"
        assert rewritten(text_of(vendor), load_yaml(path)) == path.read_text(encoding="utf-8")
