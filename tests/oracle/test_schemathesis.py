"""schemathesis invents requests out of every vendor's strict document and judges how the sandbox answers them.

Its checks: no server error, declared statuses, media types, headers and bodies, valid requests accepted, invalid ones
refused, no call without the key or with another one, no undeclared method. `EXPECTED` lists what it complains of and
why that is meant to be; a complaint that is not listed fails, and so does an entry that nothing belongs to.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from polybatch_sandbox import Request, Response, Sandbox, Server
from polybatch_sandbox.contract import document
from polybatch_sandbox.message import CREDENTIALS
from polybatch_sandbox.sandbox import VENDORS
from tests.oracle.sdks import PYTHON, SCHEMATHESIS, NotInstalled, install

pytestmark = pytest.mark.slow


KEY = "key-of-the-oracle"
COMMAND = (*PYTHON, "-c", "from schemathesis.cli import schemathesis; schemathesis()")
# One account, the same requests every time, every failure told; so few examples because most requests, some thousand,
# are not drawn: the phase `coverage` makes one for each boundary and each violation.
OPTIONS = ("--checks", "all", "--generation-deterministic", "--continue-on-failure", "--max-examples", "4")
CHECKS = {
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "positive_data_acceptance", "missing_required_header",
    "unsupported_method", "ignored_auth",
}  # fmt: skip
"""Each must have passed many times over."""

REFUSED, KEYLESS, BROKEN = "positive_data_acceptance", "missing_required_header", "not_a_server_error"
UNIQUE = "no JSON Schema says that a member is unique"
EMPTY = "schemathesis takes an empty header for one that its pattern allows"
EXPECTED = {
    ("anthropic", REFUSED, "anthropic-version: no version"): "any string is allowed, two versions are served (2.1)",
    ("anthropic", REFUSED, "after_id and before_id exclude each other"): "no schema says so of two parameters (2.4)",
    ("anthropic", REFUSED, "a batch can be deleted once it has ended"): "depends on the batch (2.1)",
    ("letta", REFUSED, "is not the id of a job"): "the form of an id stands in no schema (3.2)",
    ("letta", REFUSED, "the cursor .* is no job"): "a cursor must be an id that exists (3.3)",
    ("letta", REFUSED, "the header user_id is malformed"): EMPTY,
    ("letta", BROKEN, "unknown error"): "as the server does with a cursor among messages, or an unknown agent (3.3)",
    ("meshapi", REFUSED, "versions served"): EMPTY,
    ("meshapi", KEYLESS, "versions served"): "the version is looked at before the key (4.0)",
    ("meshapi", REFUSED, "requests is empty"): "a rule of the vendor's, the document sets no minimum (4.3)",
    ("onerouter", REFUSED, "a custom_id is used twice"): UNIQUE,
}
"""Why, by vendor, check and the sandbox's sentence; numbers are sections of facts/seed-vendors.md."""
BY_CHANCE = {
    ("anthropic", REFUSED, "this id is used twice"): UNIQUE,
    ("anthropic", REFUSED, "no batch has the id"): "a cursor must be an id that exists",
    (
        "letta",
        REFUSED,
        "approvals and tool returns cannot stand in a batch",
    ): "the schema has them, the server does not (3.4)",
    ("letta", REFUSED, "'query', 'limit'"): "an integer of more than 18 digits is none to the sandbox",
    ("meshapi", REFUSED, "a custom_id is used twice"): UNIQUE,
    ("meshapi", REFUSED, "mixed_models"): "no schema says that all items name the same model (4.3)",
}
"""As EXPECTED, but only some draws of schemathesis come upon it."""

HANDLE = Sandbox.handle
"""As it is before the suite's own judge stands around it: requests leave the document on purpose here."""


@dataclass
class Found:
    """What came of one vendor's run."""

    passed: Counter[str] = field(default_factory=Counter)
    """Checks by name."""
    failed: dict[tuple[str, str], str] = field(default_factory=dict)
    """Requests by check and by what the sandbox said."""
    operations: set[str] = field(default_factory=set)


class OneAccount(Sandbox):
    """The sandbox takes every key but `invalid`; here every key but one is that."""

    def handle(self, request: Request) -> Response:
        headers = [(name, _key(value) if name.lower() in CREDENTIALS else value) for name, value in request.headers]
        return HANDLE(self, replace(request, headers=tuple(headers)))


def _key(value: str) -> str:
    kind, space, key = value.rpartition(" ")
    return value if key == KEY else f"{kind}{space}invalid"


@dataclass(frozen=True)
class Trial:
    """A sandbox and the vendor that it is to be."""

    sandbox: Sandbox
    vendor: str
    options: Sequence[str] = ()


def run(trials: Mapping[str, Trial], folder: Path) -> dict[str, Found]:
    """All trials at once."""
    try:
        install(SCHEMATHESIS)
    except NotInstalled as why:
        pytest.fail(str(why), pytrace=False)
    with ExitStack() as stack:
        running = {}
        for name, trial in trials.items():
            url = stack.enter_context(Server(trial.sandbox)).base_url(trial.vendor)
            (folder / f"{name}.json").write_text(json.dumps(document(trial.vendor)))
            command = [*COMMAND, "run", f"{name}.json", "--url", url, "--header", f"Authorization: Bearer {KEY}"]
            command += ["--report", "ndjson", "--report-ndjson-path", f"{name}.ndjson", *OPTIONS, *trial.options]
            log = stack.enter_context((folder / f"{name}.log").open("w"))
            process = subprocess.Popen(command, env=SCHEMATHESIS.environment, cwd=folder, stdout=log, stderr=log)
            running[name] = stack.enter_context(process)
        for name, process in running.items():
            assert process.wait() in {0, 1}, (folder / f"{name}.log").read_text()  # 1: there are complaints
    return {name: read(folder / f"{name}.ndjson") for name in trials}


def read(report: Path) -> Found:
    """The checks of a run, joined with the replies they judge."""
    found = Found()
    for event in map(json.loads, report.read_text("utf-8").splitlines()):
        recorder = event.get("ScenarioFinished", {}).get("recorder", {})
        for case, checks in recorder.get("checks", {}).items():
            found.operations.add(
                recorder["cases"][case]["value"]["method"] + " " + recorder["cases"][case]["value"]["path"]
            )
            for check in checks:
                if check["status"] == "success":
                    found.passed[check["name"]] += 1
                else:
                    found.failed.setdefault((check["name"], _said(recorder, case)), _told(recorder, case, check))
    return found


def _said(recorder: dict[str, Any], case: str) -> str:
    reply = recorder["interactions"][case]["response"]
    return base64.b64decode(reply["content"]["$base64"]).decode() if reply and reply.get("content") else ""


def _told(recorder: dict[str, Any], case: str, check: dict[str, Any]) -> str:
    request = recorder["interactions"][case]["request"]
    body = base64.b64decode(request.get("body", {}).get("$base64", "")).decode()[:300]
    failure = check["failure_info"]["failure"]
    return f"{request['method']} {request['uri']} {body}: {failure['title']} {failure['message']}"


def unexpected(vendor: str, found: Found) -> Iterator[str]:
    """Complaints that are not listed, and entries that nothing belongs to."""
    needed = {row for row in EXPECTED if row[0] == vendor}
    for (check, said), told in found.failed.items():
        rows = {row for row in {**EXPECTED, **BY_CHANCE} if row[:2] == (vendor, check) and re.search(row[2], said)}
        needed -= rows
        if not rows:
            yield f"{vendor}: {check}: {told}: answered {said[:300]}"
    for _, check, sentence in sorted(needed):
        yield f"{vendor}: {check}: {sentence!r} is expected, but it does not occur"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    trials = {vendor: Trial(OneAccount(), vendor) for vendor in VENDORS}
    return run(trials, tmp_path_factory.mktemp("schemathesis"))


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_sandbox_answers_as_the_document_says(vendor: str, findings: dict[str, Found]) -> None:
    found = findings[vendor]
    complaints = list(unexpected(vendor, found))
    assert not complaints, "\n" + "\n".join(complaints)
    paths = document(vendor)["paths"].items()
    declared = {f"{method.upper()} {path}" for path, item in paths for method in item if method != "parameters"}
    assert declared <= found.operations
    seldom = {check: found.passed[check] for check in CHECKS if found.passed[check] < 50}
    assert not seldom


class Keyless(Sandbox):
    """Looks at no key: without one, another is put in."""

    def handle(self, request: Request) -> Response:
        others = [(name, value) for name, value in request.headers if name.lower() not in CREDENTIALS]
        return HANDLE(self, replace(request, headers=(*others, ("Authorization", f"Bearer {KEY}"))))


class Forgetful(OneAccount):
    """Leaves a required field out of every batch."""

    def handle(self, request: Request) -> Response:
        reply = super().handle(request)
        return Response(reply.status, reply.headers, reply.read().replace(b'"status":', b'"state":'))


class Failing(OneAccount):
    """Breaks down."""

    def handle(self, request: Request) -> Response:
        reply = super().handle(request)
        return Response(500 if reply.status == 200 else reply.status, reply.headers, reply.read())


class Undeclared(OneAccount):
    """Answers with a status of its own."""

    def handle(self, request: Request) -> Response:
        reply = super().handle(request)
        return Response(206 if reply.status == 200 else reply.status, reply.headers, reply.read())


FAULTS: dict[str, Callable[[], Sandbox]] = {
    "ignored_auth": Keyless,
    "response_schema_conformance": Forgetful,
    "not_a_server_error": Failing,
    "status_code_conformance": Undeclared,
}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    few = ("--phases", "fuzzing", "--include-operation-id", "create_batch")
    trials = {check: Trial(sandbox(), "onerouter", few) for check, sandbox in FAULTS.items()}
    return run(trials, tmp_path_factory.mktemp("faulty"))


@pytest.mark.parametrize("check", FAULTS)
def test_a_sandbox_that_leaves_the_document_is_found(check: str, faulty: dict[str, Found]) -> None:
    complaints = list(unexpected("onerouter", faulty[check]))
    assert any(complaint.startswith(f"onerouter: {check}: ") for complaint in complaints), complaints
