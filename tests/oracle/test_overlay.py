"""A second applier of Overlay documents, oas-patch, makes the same document of every vendor's patches as ours does.

Both start from the published document; nothing is pruned yet. An action that is too much for the tool is given to it
alone, so that all others are judged; `ISOLATED` says why, and an action that it can do after all is found there.
"""

from __future__ import annotations

import copy
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_compiler.documents import load_yaml
from scripts.spec_compiler.manifest import read_manifest
from scripts.spec_compiler.patching import apply_patches
from tests.oracle.sdks import DRIVERS, OAS_PATCH, PYTHON, NotInstalled, install

pytestmark = pytest.mark.slow

SPECS = Path(__file__).parents[2] / "specs"
VENDORS = sorted(read_manifest(SPECS / "manifest.toml"))
ELEMENT = "TypeError: list indices must be integers or slices, not NoneType"
"""oas-patch asks jsonpath-ng for `index` of an array's element, which that calls `indices` by now."""
REPLACED = "the copy replaces what was there"
"""oas-patch puts the copy in the target's place; Overlay 1.1 merges it as an update, so what else stood there stays."""
BEARS = "$.components..[?@['$ref'] == '#/components/schemas/letta__schemas__{}']"
SCHEMA = "$.components.schemas."
ISOLATED = {
    ("letta", BEARS.format("letta_message__ToolReturn")): ELEMENT,
    ("letta", BEARS.format("message__ToolReturn-Output")): ELEMENT,
    ("letta", SCHEMA + "BatchJob.properties.metadata.anyOf[0]"): ELEMENT,
    ("letta", SCHEMA + "ClientToolSchema.properties.parameters.anyOf[0]"): ELEMENT,
    ("letta", "$.paths.*.get.parameters[?@.name == 'before']"): ELEMENT,
    ("letta", "$.paths.*.get.parameters[?@.name == 'after']"): ELEMENT,
    ("letta", SCHEMA + "LettaContentUnion"): REPLACED,
    ("letta", SCHEMA + "ImageSourceUnion"): REPLACED,
    ("letta", SCHEMA + "ApprovalUnion"): REPLACED,
    ("letta", SCHEMA + "MessageApprovalUnion"): REPLACED,
    ("letta", SCHEMA + "MessageCreateUnion"): REPLACED,
}
"""By vendor and target."""


@dataclass
class Stretch:
    """Actions that follow one another, with the document before and after them."""

    before: dict[str, Any]
    after: dict[str, Any]
    actions: list[dict[str, Any]] = field(default_factory=list)
    fault: str | None = None


def stretches(vendor: str, actions: Sequence[dict[str, Any]]) -> list[Stretch]:
    """All actions in order; one that is isolated is a stretch of its own."""
    document = load_yaml(SPECS / vendor / "openapi.yaml")
    found: list[Stretch] = []
    for action in actions:
        fault = ISOLATED.get((vendor, action["target"])) if "copy" in action or "update" in action else None
        if not found or fault or found[-1].fault:
            found.append(Stretch(document, document, fault=fault))
        document = apply_patches(document, {"overlay": "1.1.0", "actions": [action]})
        found[-1].actions.append(action)
        found[-1].after = document
    return found


def judged(parts: Sequence[Stretch]) -> list[dict[str, Any]]:
    """What oas-patch says to each stretch."""
    try:
        install(OAS_PATCH)
    except NotInstalled as why:
        pytest.fail(str(why), pytrace=False)
    asked = "".join(json.dumps({"document": part.before, "actions": part.actions}) + "\n" for part in parts)
    done = subprocess.run(
        [*PYTHON, str(DRIVERS / "overlay_driver.py")],
        env=OAS_PATCH.environment,
        input=asked,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    answers: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    return answers


def complaints(vendor: str, parts: Sequence[Stretch]) -> list[str]:
    """Where the two do not agree, but for what is isolated, and what is isolated without need."""
    found = []
    for part, answer in zip(parts, judged(parts), strict=True):
        where = f"{vendor}: {part.actions[0]['target']} and {len(part.actions) - 1} more"
        same = answer.get("document") == part.after
        said = answer.get("error", REPLACED)
        if part.fault is None and not same:
            found.append(f"{where}: oas-patch makes another document ({answer.get('error', 'no error')})")
        elif part.fault is not None and (same or said != part.fault):
            found.append(f"{where}: isolated because {part.fault}, but {'all is well' if same else said}")
    return found


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_second_applier_makes_the_same_document(vendor: str) -> None:
    actions = load_yaml(SPECS / vendor / "patches.yaml")["actions"]
    parts = stretches(vendor, actions)
    assert sum(len(part.actions) for part in parts) == len(actions)
    patched = apply_patches(load_yaml(SPECS / vendor / "openapi.yaml"), {"overlay": "1.1.0", "actions": actions})
    assert parts[-1].after == patched
    isolated = sum(part.fault is not None for part in parts)
    assert isolated == sum(of == vendor for of, _ in ISOLATED), "a target in ISOLATED is none of the vendor's"
    found = complaints(vendor, parts)
    assert not found, "\n" + "\n".join(found)


def test_a_document_that_is_not_the_same_is_found() -> None:
    actions = load_yaml(SPECS / "onerouter" / "patches.yaml")["actions"]
    for lost in (0, len(actions) - 1):
        parts = copy.deepcopy(stretches("onerouter", actions))
        del parts[0].actions[lost]
        (found,) = complaints("onerouter", parts)
        assert "oas-patch makes another document" in found


def test_an_action_that_is_isolated_without_need_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    actions = load_yaml(SPECS / "onerouter" / "patches.yaml")["actions"]
    target = next(action["target"] for action in actions if "update" in action)
    monkeypatch.setitem(ISOLATED, ("onerouter", target), ELEMENT)
    found = complaints("onerouter", stretches("onerouter", actions))
    assert any(f"isolated because {ELEMENT}, but all is well" in one for one in found)
