"""The generated code carries the load: what a document names is written in `overlay/polybatch` only through it.

A string literal that is a path, verb, header, parameter or field of a document fails here, with file and line.
Words (enum values) are no names: the tables of the vendor files are keyed by them, and test_tables compares those.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.spec_scaffold.collisions import literals, names_of
from tests.vendor_facts import told

ROOT = Path(__file__).parents[2]
OVERLAY = ROOT / "overlay" / "polybatch"
GENERATED = ROOT / "generated" / "polybatch_generated"
VENDORS = sorted(path.stem for path in (OVERLAY / "vendors").glob("[a-z]*.py"))

OPENAPI = "a keyword of OpenAPI or JSON Schema, read from a document"
HTTPX = "an argument of httpx"
OUTPUT = "a key of our own output line (INTERFACE, input and output files)"
OURS = "our own word"
STANDARD = "a header of RFC 9110, the same for every vendor"
SDK = "a header that several vendors' official SDKs honour alike (facts/seed-vendors.md §2.1)"
PORTABLE = "a member or word of the portable request, borrowed from OpenAI's chat completions"
BLOCK = "a word or member of a block, which the vendors' documents leave free"
ALLOWED: dict[str, dict[str, str]] = {
    "__init__.py": dict.fromkeys(("errors", "model"), "a module of ours"),
    "check.py": {"custom_id": OUTPUT, "type": OPENAPI},
    "cli/checking.py": dict.fromkeys(
        ("max_tokens", "messages", "role", "content", "user"), "the portable form of a request (INTERFACE)"
    ),
    "cli/causes.py": {"model": "a part of the words for several errors"},
    "cli/report.py": dict.fromkeys(("batch_id", "created_at", "errors", "status", "token", "usage"), OURS),
    "cli/runs.py": {"model": OURS},
    "cli/teaching.py": dict.fromkeys(
        ("status", "results", "system", "schema", "model", "max_tokens", "to"), "a command or an option of ours"
    ),
    "dialects/to_messages.py": dict.fromkeys(("text", "url", "object", "system"), BLOCK),
    "document.py": dict.fromkeys(("type", "schema", "name", "url", "content", "parameters"), OPENAPI),
    "contract/judging.py": {
        **dict.fromkeys(("type", "content", "schema", "propertyName"), OPENAPI),
        **dict.fromkeys(("status", "media", "limit"), OURS),
    },
    "features.py": dict.fromkeys(
        (
            *("model", "system", "tools", "tool_choice", "max_tokens", "temperature", "top_p", "top_k"),
            "user_id",
        ),
        PORTABLE,
    ),
    "intake.py": {"schema": "an option of ours"},
    "line.py": dict.fromkeys(("content", "url", "params", "method"), HTTPX),
    "model.py": dict.fromkeys(
        ("expired", "succeeded", "errored", "error", "completed", "failed", "tool_calls", "refusal"), OURS
    ),
    "narrow.py": dict.fromkeys(("type", "title", "description", "format", "examples"), OPENAPI),
    "portable.py": {
        **dict.fromkeys(("text", "function", "role", "system", "messages", "content"), PORTABLE),
        **dict.fromkeys(("title", "description", "type"), OPENAPI),
        "custom_id": OUTPUT,
    },
    "retry.py": {"retry-after": STANDARD, "retry-after-ms": SDK, "x-should-retry": SDK},
    "run/__init__.py": {"model": OURS},
    "run/beside.py": {
        **dict.fromkeys(("custom_id", "body", "batch_id", "request_id"), OUTPUT),
        "input": OURS,
        "run_id": OURS,
    },
    "run/contents.py": dict.fromkeys(("input", "model", "run_id"), OURS),
    "run/core.py": {"run_id": OURS},
    "run/exporting.py": {
        **dict.fromkeys(
            ("custom_id", "text", "model", "tool_calls", "error_code", "batch_id", "request_id", "code", "message"),
            OUTPUT,
        ),
        **dict.fromkeys(("requests", "schema", "source", "run_id"), OURS),
        "type": OPENAPI,
    },
    "run/form.py": {"schema": OURS},
    "run/inputs.py": dict.fromkeys(("source", "schema", "input", "requests"), OURS),
    "run/offline.py": dict.fromkeys(("input", "run_id"), OURS),
    "run/opening.py": dict.fromkeys(("input", "requests", "run_id"), OURS),
    "run/settings.py": {"max_tokens": PORTABLE},
    "run/polling.py": {"status": OURS},
    "run/reconcile.py": {"code": OUTPUT},
    "run/repairing.py": {"run_id": OURS},
    "run/sink.py": {"results": OURS},
    "run/waiting.py": {"batch_id": OURS},
    "run/writing.py": dict.fromkeys(("code", "reason", "usage"), OURS),
    "schemas.py": dict.fromkeys(("type", "object", "examples"), OPENAPI),
    "structured.py": {
        **dict.fromkeys(("errors", "loc", "msg"), "a word of pydantic"),
        "message": "a word of jsonschema_rs",
        "code": OUTPUT,
    },
    "tables/rows.py": {"line": OURS},
    "tables/template.py": {
        **dict.fromkeys(("messages", "agent_id", "system", "max_tokens"), PORTABLE),
        "type": OPENAPI,
        "schema": OURS,
        "id": "how the names of many columns end",
    },
    "vendor.py": {"metadata": OURS, "location": STANDARD},
    "vendors/anthropic.py": {"x-api-key": "the word of the option auth (INTERFACE)"},
    "vendors/letta.py": dict.fromkeys(("text", "url"), BLOCK),
    "wire.py": dict.fromkeys(("url", "method"), HTTPX),
}
"""By module: literals that some vendor also uses as a name, and why they are not the vendor's here."""
for _words in told("collisions").values():
    for _module, _reasons in _words.items():
        ALLOWED[_module] = {**ALLOWED.get(_module, {}), **_reasons}


def document(vendor: str) -> dict[str, Any]:
    """A vendor's strict document."""
    found: dict[str, Any] = json.loads((GENERATED / vendor / "openapi.json").read_text(encoding="utf-8"))
    return found


def offences(path: Path, names: set[str], allowed: dict[str, str]) -> list[str]:
    """Where a file writes a vendor's name itself."""
    folded = {name.lower() for name in names}
    return [
        f"{path.name}:{line}: {value!r}"
        for line, value in literals(path)
        if (value in names or (value.lower() in folded and "-" in value)) and value not in allowed
    ]


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_vendor_file_names_nothing_that_its_generated_package_has(vendor: str) -> None:
    path = OVERLAY / "vendors" / f"{vendor}.py"
    assert offences(path, names_of(document(vendor)), ALLOWED.get(f"vendors/{vendor}.py", {})) == []


def core_modules() -> list[Path]:
    """The interface without its vendors, runs and command line included."""
    return [path for path in sorted(OVERLAY.rglob("*.py")) if path.parent.name != "vendors"]


@pytest.mark.parametrize("path", core_modules(), ids=lambda path: path.relative_to(OVERLAY).as_posix())
def test_the_core_names_nothing_of_any_vendor(path: Path) -> None:
    names = set().union(*(names_of(document(vendor)) for vendor in VENDORS))
    assert offences(path, names, ALLOWED.get(path.relative_to(OVERLAY).as_posix(), {})) == []


def test_every_allowed_literal_is_still_there() -> None:
    stale = [
        f"{module}: {value!r}"
        for module, values in ALLOWED.items()
        for value in values
        if value not in {found for _, found in literals(OVERLAY / module)}
    ]
    assert stale == []


def test_a_planted_literal_is_found(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text('URL = "/v1/messages/batches"\nHEADER = "Anthropic-Version"\nFIELD = "processing_status"\n')
    assert [entry.partition(":")[2] for entry in offences(planted, names_of(document("anthropic")), {})] == [
        "1: '/v1/messages/batches'",
        "2: 'Anthropic-Version'",
        "3: 'processing_status'",
    ]
