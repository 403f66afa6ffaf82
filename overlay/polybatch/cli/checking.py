"""What `contract check` does: the conversation, the one request that may be spent, and the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from polybatch import source
from polybatch.client import BatchClient
from polybatch.contract.judging import Departure, Judge
from polybatch.contract.probing import CANCEL, CHANGES, NO_BATCH, NO_END, Finding, check_refusal
from polybatch.contract.probing import check as conversation
from polybatch.errors import InputError
from polybatch.intake import Intake
from polybatch.model import Request
from polybatch.single import staged
from polybatch.vendor import Vendor

from . import terminal
from .exits import Code

SMALL = {"max_tokens": 1, "messages": [{"role": "user", "content": "Say ok."}]}
"""The body of the request that --spend sends, without its model."""
COST = (
    "--spend: one batch with one request is created and cancelled; at most that one request is charged, and what it"
    " does at the vendor stays done"
)
ONE = "a check spends one request and no more"
MOST = 50
"""Departures in a report for people."""
WAYS_OUT = {
    NO_BATCH: "name one with --batch ID, or have one made with --spend",
    NO_END: "name one with --batch ID once it has ended",
    CHANGES: "--spend calls it, for a small batch of its own",
}
"""What to do about what could not be checked."""


def carry_out(
    client: BatchClient, known: str | None, model: str | None, request: Path | None, *, as_json: bool
) -> Code:
    """Ask and report; with a model or a request one is spent."""
    vendor, spend = client.vendor.profile.name, model is not None or request is not None
    with client:
        speaker, base_url, judge = client.vendor, client.base_url, Judge(client.vendor.document)
        with staged(speaker, [_request(speaker, model, request)], check=True) if spend else nullcontext() as payload:
            if spend:
                terminal.say(COST)
            findings = []
            for finding in client.converse(conversation(speaker, judge, known, payload)):
                findings.append(finding)
                if spend:  # who interrupts it must know which batch there is
                    terminal.say(f"{finding.operation}: {finding.subject}")
        if not any(finding.over for finding in findings):
            findings += client.converse(check_refusal(speaker, judge), keyless=True)
    if as_json:
        terminal.emit(_data(findings, vendor, base_url))
    else:
        terminal.tell("\n".join(_report(findings, vendor, base_url)))
    if any(finding.departures for finding in findings):
        return Code.SOME_FAILED
    return Code.STOPPED if _hindered(findings) else Code.SUCCEEDED


def _request(vendor: Vendor, model: str | None, path: Path | None) -> Request:
    """The one request to spend."""
    made = Request("polybatch-contract-check", SMALL)
    if path is not None:
        lines = [*islice(source.lines(path), 2)]
        if len(lines) != 1:
            raise InputError(f"{path}: expected one request, found {'more' if lines else 'none'}", hint=ONE)
        [(_, number, line)] = lines
        made = Intake(vendor).read(line, f"{path}, line {number}")
    if model is None:
        return made
    try:
        return vendor.with_model(made, model)
    except InputError as error:
        raise InputError(error.message, hint="give the whole request with --request FILE, without --model") from error


# -- the report


def _data(findings: Sequence[Finding], vendor: str, base_url: str) -> dict[str, Any]:
    return {
        "vendor": vendor, "base_url": base_url, "departures": len(_departures(findings)),
        "findings": [attrs.asdict(finding, filter=attrs.filters.exclude("over")) for finding in findings],
    }  # fmt: skip


def _report(findings: Sequence[Finding], vendor: str, base_url: str) -> Iterator[str]:
    rows = [(finding.operation, finding.subject, _verdict(finding)) for finding in findings]
    yield terminal.table(("Operation", "What was asked", "Verdict"), rows)
    departures = _departures(findings)
    if departures:
        places = [(each.operation, each.place, each.kind, each.said) for each in departures[:MOST]]
        yield "\n" + terminal.table(("Operation", "Place", "Kind", "What was there"), places)
    if (more := len(departures) - MOST) > 0:
        yield f"and {more:,} more; --json shows all"
    yield ""
    reasons: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.unchecked:
            named = finding.operation if finding.subject == "-" else f"{finding.operation} ({finding.subject})"
            reasons.setdefault(_reason(finding, vendor), {})[named] = None
    for reason, operations in reasons.items():
        yield terminal.paragraph("", f"not checked: {', '.join(operations)}: {reason}", indent=0)
    said = f"{len(departures):,} departures" if len(departures) != 1 else "1 departure"
    if not departures:
        said = "no departure met, but not all could be asked" if _hindered(findings) else "no departure"
    yield terminal.paragraph("", f"{vendor} at {base_url}: {said}", indent=0)


def _departures(findings: Sequence[Finding]) -> list[Departure]:
    return list(dict.fromkeys(departure for finding in findings for departure in finding.departures))


def _verdict(finding: Finding) -> str:
    if count := len(finding.departures):
        return f"{count:,} departures" if count > 1 else "1 departure"
    return "not checked" if finding.unchecked else "ok"


def _hindered(findings: Sequence[Finding]) -> bool:
    return any(finding.hindered for finding in findings)


def _reason(finding: Finding, vendor: str) -> str:
    """Why something could not be checked, and what to do about it."""
    way = WAYS_OUT.get(finding.unchecked, "")
    if finding.operation == CANCEL and finding.hindered:
        way = f"cancel it: polybatch batch cancel {finding.subject.removeprefix('batch ')} --vendor {vendor}"
    return finding.unchecked + (f"; {way}" if way else "")
