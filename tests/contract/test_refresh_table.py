"""refresh_specs names every kind of change, says whether it breaks us, and exits accordingly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.spec_compiler import documents
from tests.contract.refresh_lab import VENDORS, Site, lines, offered, published, read_once, refresh, serving
from tests.contract.refresh_spots import SPOTS
from tests.contract.refresh_table import ADDITIVE, BREAKING
from tests.contract.refresh_table_own import KINDS, Kind

CODES = {ADDITIVE: 3, BREAKING: 4}
FIRST = ("request_field_new_and_required", "reply_field_new")
"""The kinds that are tried in every run; all of them together take seconds."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "load_yaml", read_once)


def fault(kind: Kind, vendor: str, site: Site, capsys: pytest.CaptureFixture[str]) -> str:
    """What is wrong with what is said of a kind of change, or nothing."""
    document = published(vendor)
    spots = SPOTS[vendor]
    kind.edit(document, spots)
    code, out, err = refresh(capsys, vendor, "--from", offered(site, vendor, document))
    said = [line for line in lines(out) if not line.startswith("explained")]
    names = {**vars(spots), "stem": spots.create.removeprefix("/v1")}
    where, words = kind.where.format(**names), kind.words.format(**names)
    named = [line for line in said if where in line and all(part.strip() in line for part in words.split("…"))]
    right = len(named) == 1 and named[0].startswith(kind.verdict) and len(said) == kind.count
    breaks = any(line.startswith(BREAKING) for line in said)
    right = right and breaks == (kind.verdict == BREAKING) and (code, err) == (CODES[kind.verdict], "")
    return "" if right else f"{vendor}, {kind.name}: exit {code}, {err}{said}; wanted {kind.verdict} {where}: {words}"


def kinds(vendor: str) -> list[Kind]:
    return [kind for kind in KINDS if vendor in kind.vendors]


def test_there_are_at_least_25_kinds_for_each_vendor() -> None:
    assert {vendor: len(kinds(vendor)) >= 25 for vendor in VENDORS} == dict.fromkeys(VENDORS, True)
    assert {kind.verdict for kind in KINDS} == {ADDITIVE, BREAKING}


@pytest.mark.parametrize("vendor", VENDORS)
def test_some_kinds_of_change_are_named_and_judged(vendor: str, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert [found for kind in kinds(vendor) if kind.name in FIRST if (found := fault(kind, vendor, site, capsys))] == []


@pytest.mark.slow
@pytest.mark.parametrize("vendor", VENDORS)
def test_every_kind_of_change_is_named_and_judged(vendor: str, site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert [found for kind in kinds(vendor) if (found := fault(kind, vendor, site, capsys))] == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_what_is_only_written_otherwise_is_no_change(
    vendor: str, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = refresh(capsys, vendor, "--from", offered(site, vendor, published(vendor)))
    assert (code, lines(out), err) == (0, [], "")
