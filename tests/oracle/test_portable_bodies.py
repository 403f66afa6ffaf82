"""The bodies that portable requests become, judged by the types of the official SDKs: a type checker reads them.

MeshAPI's SDK judges by its pydantic models instead, which forbid what they do not know.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from polybatch import Request, features, portable
from polybatch.features import Feature
from polybatch.vendors import find_vendor
from tests.oracle.sdks import PYTHON, SDKS, install
from tests.portable_requests import AGENT, CHATS

pytestmark = pytest.mark.slow

MESSAGES = "anthropic.types.message_create_params.MessageCreateParamsNonStreaming"
BETA = "anthropic.types.beta.message_create_params.MessageCreateParamsNonStreaming"
AGENTS = "letta_client.types.batch_create_params.Request"
JUDGES: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "anthropic-2.12.0": [("anthropic", {}, MESSAGES), ("anthropic", {}, BETA)],
    "anthropic-0.125.0": [("anthropic", {"version": "2023-06-01"}, MESSAGES), ("onerouter", {}, MESSAGES)],
    "letta-client-1.6.5": [("letta", {}, AGENTS)],
}
"""Whose bodies are of which type; the type checker reads each package once."""
OWN = frozenset({Feature.METADATA})
"""What OneRouter's document takes and Anthropic does not (facts/seed-vendors.md §5.1)."""
COUNT = 60
COMPLETIONS = """
import json, sys
from meshapi._types import ChatCompletionParams
for line in sys.stdin:
    ChatCompletionParams.model_validate(json.loads(line))
    print("ok")
"""


def bodies(name: str, options: dict[str, Any], without: frozenset[Feature] = frozenset()) -> list[dict[str, Any]]:
    """What a vendor is sent of many portable requests; always the same ones."""
    kind = find_vendor(name)
    vendor = kind(options, kind.document.server)
    found: list[dict[str, Any]] = []

    @settings(
        max_examples=COUNT, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )  # fmt: skip
    @given(chat=CHATS)
    def collect(chat: dict[str, Any]) -> None:
        read = portable.read({"model": "m", **chat, "agent_id": AGENT})
        read = features.without(read, [feature for feature, _ in features.lacking(read, vendor.carried() - without)])
        found.append(msgspec.to_builtins(vendor.item(Request("a", vendor.chat(read)))))

    collect()
    return [item.get("params", item) for item in found]


def written(name: str, options: dict[str, Any], kind: str) -> str:
    """A module that says of each body that it is of a type; and, last, of one that is not."""
    found = bodies(name, options, OWN if name == "onerouter" else frozenset())
    assert len(found) >= COUNT
    module, _, member = kind.rpartition(".")
    literals = [f"body_{number}: Body = {body!r}" for number, body in enumerate(found)]
    return "\n".join([f"from {module} import {member} as Body", *literals, "nothing: Body = {'no_such_member': 1}"])


@pytest.mark.parametrize("package", sorted(JUDGES))
def test_the_sdks_types_take_every_body(package: str, tmp_path: Path) -> None:
    install(SDKS[package])
    path = tmp_path / "sdk"
    path.mkdir()
    for part in SDKS[package].folder.iterdir():
        if part.name != "typing_extensions.py":  # the type checker has its own
            (path / part.name).symlink_to(part)
    scripts = [tmp_path / f"bodies_{number}.py" for number, _ in enumerate(JUDGES[package])]
    for script, judged in zip(scripts, JUDGES[package], strict=True):
        script.write_text(written(*judged), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file=", "--no-site-packages", "--follow-imports=silent",
         f"--cache-dir={tmp_path / 'cache'}", *map(str, scripts)],
        env={**os.environ, "MYPYPATH": str(path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [one for one in done.stdout.splitlines() if "error:" in one]
    lasts = [f"{script.name}:{len(script.read_text(encoding='utf-8').splitlines())}: " for script in scripts]
    assert [one for one in said if not any(last in one for last in lasts)] == []
    assert all(any(last in one for one in said) for last in lasts), done.stdout + done.stderr  # it does judge


def test_meshapis_models_take_every_body() -> None:
    sdk = SDKS["meshapi-0.1.11"]
    install(sdk)
    found = [item["body"] for item in bodies("meshapi", {})]
    lines = "\n".join(map(json.dumps, found))
    done = subprocess.run(
        [*PYTHON, "-c", COMPLETIONS], input=lines, env=sdk.environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (["ok"] * len(found), "")
    wrong = json.dumps({**found[0], "no_such_member": 1})
    done = subprocess.run(
        [*PYTHON, "-c", COMPLETIONS], input=wrong, env=sdk.environment, capture_output=True, text=True, check=False
    )
    assert "no_such_member" in done.stderr
