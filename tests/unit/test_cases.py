"""The cases of `tests/cases/<vendor>.json`: what each vendor's file must send, and what it must understand."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import jsonschema_rs
import msgspec
import pytest

from polybatch.client import decoded
from polybatch.errors import PolybatchError, VendorError
from polybatch.model import Batch, Request, Result, Usage
from polybatch.single import staged
from polybatch.vendor import Vendor
from polybatch.vendors import find_vendor
from polybatch.wire import Line
from tests.fake_driver import FakeDriver, reply

FOLDER = Path(__file__).parents[1] / "cases"
SCHEMA = json.loads((FOLDER / "cases.schema.json").read_text(encoding="utf-8"))
FILES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.json"))
    if path.stem != "seed_facts" and not path.name.endswith(".schema.json")
}
CASES = [pytest.param(name, case, id=f"{name}-{case['id']}") for name, file in FILES.items() for case in file["cases"]]


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_cases_is_well_formed(name: str) -> None:
    judge = jsonschema_rs.validator_for(SCHEMA)
    ids = [case["id"] for case in FILES[name]["cases"]]
    assert [f"{error.instance_path}: {error.message}" for error in judge.iter_errors(FILES[name])] == []
    assert FILES[name]["vendor"] == name
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "case"), CASES)
def test_case(name: str, case: dict[str, Any]) -> None:
    assert differences(name, case) == []


def differences(name: str, case: Mapping[str, Any]) -> list[str]:
    """Where what happens is not what the case expects."""
    given, expected = case["given"], case["expected"]
    kind = find_vendor(name)
    base_url = given.get("base_url", kind.document.server)
    driver = FakeDriver(Line(base_url, {}), [reply(each) for each in given.get("replies", ())])
    batches: Sequence[Batch] = ()
    raised: PolybatchError | None = None
    try:
        vendor = kind(given.get("options", {}), base_url)
        driver.line = Line(base_url, vendor.scheme().headers("KEY"))
        value = _call(driver, vendor, given)
        batches = [value] if isinstance(value, Batch) else ()
    except PolybatchError as error:
        raised = error
    happened: dict[str, Any] = {"sent": driver.sent}
    if batches:
        happened["batch"] = _batch(batches[0])
    if given["call"] == "list" and (driver.emitted or not raised):
        batches = driver.emitted
        happened["batches"] = list(map(_batch, batches))
    if given["call"] == "results" and (driver.emitted or "results" in expected):
        happened["results"] = list(map(_result, driver.emitted))
    if raised:
        happened["raises"] = _raised(raised)
    return [
        *_unequal(_plain(expected), happened),
        *_unsaid(expected, batches, driver.warned, str(raised)),
        *(f"a reply was not asked for: {left}" for left in driver.replies),
    ]


def _call(driver: FakeDriver, vendor: Vendor, given: Mapping[str, Any]) -> Any:
    match given["call"]:
        case "create":
            own = [Request(**each) for each in given.get("requests", ())]
            with staged(vendor, [*own, *map(vendor.request, given.get("items", ()))], check=True) as payload:
                created = driver.play(vendor.create(payload))
                assert len(b"".join(payload)) == payload.length
                return created
        case "list":
            return driver.play(vendor.list(given.get("limit", 20)))
        case "results":
            return driver.play(decoded(vendor, given["batch_id"]))
        case word:
            return driver.play(getattr(vendor, word)(given["batch_id"]))


# -- what happened, as a case writes it


def _batch(batch: Batch) -> dict[str, Any]:
    written = {
        "id": batch.id,
        "status": str(batch.status),
        "counts": _known(attrs.asdict(batch.counts)),
        "created_at": _time(batch.created_at),
        "expires_at": _time(batch.expires_at),
        "ended_at": _time(batch.ended_at),
        "retry_after": batch.retry_after,
        "usage": _usage(batch.usage),
        "fees": batch.fees,
        "warnings": len(batch.warnings),
    }
    return {
        name: value for name, value in written.items() if value not in (None, {}) and (name, value) != ("warnings", 0)
    }


def _result(result: Result) -> dict[str, Any]:
    written = {
        "custom_id": result.custom_id,
        "outcome": str(result.outcome),
        "text": result.text,
        "usage": _usage(result.usage),
        "finish": str(result.finish) if result.finish else None,
        "error": _known(result.error) if result.error else None,
    }
    return _known(written)


def _raised(error: PolybatchError) -> dict[str, Any]:
    written = {"kind": type(error).__name__, "transient": error.transient or None}
    if isinstance(error, VendorError):
        written |= {name: getattr(error, name) for name in ("status", "code", "request_id", "retry_after")}
    return _known(written)


def _usage(usage: Usage | None) -> dict[str, int] | None:
    return _known(msgspec.structs.asdict(usage)) if usage else None


def _time(time: datetime | None) -> str | None:
    return time.isoformat().replace("+00:00", "Z") if time else None


def _known(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


# -- comparing


def _plain(expected: Mapping[str, Any]) -> dict[str, Any]:
    """What must be equal; of texts that need only occur, how many there are."""
    plain = copy.deepcopy(dict(expected))
    plain.pop("warned", None)
    plain.get("raises", {}).pop("says", None)
    for batch in [plain["batch"]] if "batch" in plain else plain.get("batches", []):
        if "warnings" in batch:
            batch["warnings"] = len(batch["warnings"])
    return plain


def _unequal(expected: Any, happened: Any, path: str = "") -> Iterator[str]:
    if isinstance(expected, dict) and isinstance(happened, dict):
        for name in [*expected, *(name for name in happened if name not in expected)]:
            yield from _unequal(expected.get(name, "nothing"), happened.get(name, "nothing"), f"{path}.{name}")
    elif isinstance(expected, list) and isinstance(happened, list) and len(expected) == len(happened):
        for index, (wanted, got) in enumerate(zip(expected, happened, strict=True)):
            yield from _unequal(wanted, got, f"{path}[{index}]")
    elif expected != happened or isinstance(expected, bool) != isinstance(happened, bool):
        yield f"{path.lstrip('.')}: expected {expected!r}, got {happened!r}"


def _unsaid(expected: Mapping[str, Any], batches: Sequence[Batch], warned: Sequence[str], raised: str) -> Iterator[str]:
    wanted = [expected["batch"]] if "batch" in expected else expected.get("batches", [])
    for batch, seen in zip(wanted, batches, strict=False):
        yield from _missing(f"warnings of {seen.id}", batch.get("warnings", []), seen.warnings)
    yield from _missing("warned", expected.get("warned", []), warned)
    for text in expected.get("raises", {}).get("says", []):
        if text not in raised:
            yield f"{text!r} is not said in: {raised}"


def _missing(what: str, texts: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    if len(texts) != len(said) or any(text not in one for text, one in zip(texts, said, strict=False)):
        yield f"{what}: expected {list(texts)}, got {list(said)}"


# -- the judge itself


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("batch", lambda case: case["expected"]["batch"].update(status="unknown", id="other")),
        ("batch", lambda case: case["expected"]["sent"][0].update(method="DELETE")),
        ("batch", lambda case: case["expected"]["sent"][0]["headers"].update(authorization="Bearer other")),
        ("batch", lambda case: case["expected"]["sent"].append({"method": "GET", "url": "/", "headers": {}})),
        ("batch", lambda case: case["given"]["replies"].append({"status": 200, "json": {}})),
        ("raises", lambda case: case["expected"]["raises"].update(says=["a text that nobody says"])),
        ("raises", lambda case: case["expected"].pop("raises")),
        ("warned", lambda case: case["expected"].pop("warned")),
    ],
)
def test_a_changed_case_is_noticed(word: str, change: Any) -> None:
    for name, file in FILES.items():
        with_word = [case for case in file["cases"] if word in case["expected"]]
        assert with_word or word == "warned", f"no case of {name} expects {word}"
        for case in copy.deepcopy(with_word[:1]):
            assert differences(name, case) == []
            change(case)
            assert differences(name, case) != [], name
