"""`contract check`: does a server keep to a vendor's document? What it was asked, and where it left the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import click

from polybatch import source
from polybatch.client import BatchClient, staged
from polybatch.contract.judging import Departure, Judge
from polybatch.contract.probing import CANCEL, CHANGES, NO_BATCH, NO_END, Finding, check_refusal
from polybatch.contract.probing import check as conversation
from polybatch.errors import InputError
from polybatch.intake import Intake
from polybatch.model import Request
from polybatch.vendor import Vendor

from . import options, terminal
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


@click.group(invoke_without_command=True)
@click.pass_context
def contract(context: click.Context) -> None:
    """Whether a server keeps to a vendor's document.

    \b
    polybatch contract check --vendor anthropic
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@contract.command()
@options.reaching
@click.option("--batch", "known", metavar="ID", help="The batch to look at; without it the newest that is listed.")
@click.option("--spend", is_flag=True, help="Also create a batch with one request, look at it, cancel and delete it.")
@click.option("--model", metavar="M", help="The model of that request; it may answer with one token.")
@click.option("--request", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="That request, one line as in an input file, where a model is not enough (Letta).")  # fmt: skip
def check(
    *, as_json: bool, known: str | None, spend: bool, model: str | None, request: Path | None, vendor: str,
    option: Sequence[str], **reach: Any,
) -> int:  # fmt: skip
    """Ask a server that claims to speak V, and report field by field where its answers leave V's document.

    \b
    polybatch sandbox --port 8040 --speed 60
    polybatch contract check --vendor anthropic --spend --model m \\
      --base-url http://127.0.0.1:8040/anthropic

    It reads only: the list, the newest batch, results of one that has ended, a batch that does not exist, and a call
    without a key. With --spend it also makes a batch of one request, with an answer of one token, and cancels it; the
    vendor charges that request at most. The key comes from the environment.

    Exit codes: 0 no departure, 1 departures found, 2 wrong usage, 3 no departure, but the server was not reached or
    refused something.
    """
    if spend == (model is None and request is None):
        said = "--spend needs --model M, or --request FILE" if spend else "--model and --request go with --spend"
        raise click.UsageError(said)
    with BatchClient(vendor, options=options.read_pairs(option, vendor), **reach) as client:
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
