"""What the tests must be told of a vendor beside its document: the member `facts` of `tests/cases/<vendor>.json`.

The seed vendors' facts stand in the tests that use them; a vendor that came later brings its own, so that no test has
to be edited for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"
FILES: dict[str, dict[str, Any]] = {
    path.stem: found
    for path in sorted(FOLDER.glob("*.json"))
    if "facts" in (found := json.loads(path.read_text(encoding="utf-8")))
}
"""By vendor: its file of cases, where that has facts."""


def told(member: str) -> dict[str, Any]:
    """By vendor: one of the facts."""
    return {vendor: file["facts"][member] for vendor, file in FILES.items()}


def given(vendor: str, call: str) -> Mapping[str, Any]:
    """What the first case of a call is given."""
    found: Mapping[str, Any] = next(case["given"] for case in FILES[vendor]["cases"] if case["given"]["call"] == call)
    return found


def calls(call: str) -> Iterator[str]:
    """The vendors that have a case of a call."""
    for vendor, file in FILES.items():
        if any(case["given"]["call"] == call for case in file["cases"]):
            yield vendor


def reply(vendor: str, call: str) -> Any:
    """The JSON of the first reply of a call's first case."""
    return given(vendor, call)["replies"][0]["json"]
