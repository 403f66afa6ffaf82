"""Each table of a vendor's words has an entry for every word of the vendor's document, and none that nobody uses.

A word of the document without an entry fails by name.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest

from polybatch.dialects import messages
from polybatch.document import Document
from polybatch.vendors import names
from tests.vendor_facts import told

TABLES: dict[tuple[str, str], tuple[str, ...]] = {
    ("anthropic", "STATUSES"): ("BetaMessageBatchProcessingStatus",),
    ("anthropic", "OUTCOMES"): ("BetaMessageBatchResult",),
    ("anthropic", "FINISHES"): ("BetaStopReason",),
    ("anthropic", "RETRYABLE"): ("BetaError",),
    ("letta", "STATUSES"): ("JobStatus",),
    ("letta", "ANSWERS"): ("MessageRole",),
    ("letta", "PROVIDER"): ("LlmErrorType",),
    ("meshapi", "STATUSES"): ("BatchStatus",),
    ("meshapi", "RETRYABLE"): ("MeshErrorCode",),
    ("onerouter", "STATUSES"): ("BatchStatus", "TaskStatus"),
    ("onerouter", "OUTCOMES"): ("MessageResultType",),
    **{(vendor, table): tuple(schemas) for vendor, words in told("words").items() for table, schemas in words.items()},
}
"""By vendor and table: the schemas whose words are its keys."""
FOLDED = {("onerouter", "STATUSES")}
"""Tables whose keys are in small letters, whatever the vendor writes."""
ELSEWHERE: dict[tuple[str, str], frozenset[str]] = {
    # facts/seed-vendors.md §5.2: the words of gateways that OneRouter resembles; the document has seen one word only
    ("onerouter", "STATUSES"): frozenset(
        {"pending", "processing", "running", "succeeded", "error", "canceling", "canceled", "timeout"}
    ),
}
"""Keys that come from another source than the document."""
CAPACITY = frozenset({"token_limit_exceeded"})
"""Words for a failed batch that come from OpenAI and Azure, where they are behind a vendor (facts/more-vendors.md)."""
ERRORS: dict[str, str | None] = {
    "anthropic": "BetaError",
    "letta": "LlmErrorType",
    "meshapi": "MeshErrorCode",
    "onerouter": None,  # §5.5: an error's code is its HTTP status
    **told("errors"),
}
"""By vendor: the schema of its words for errors."""


def module(vendor: str) -> ModuleType:
    return importlib.import_module(f"polybatch.vendors.{vendor}")


def words(vendor: str, schema: str) -> list[str]:
    """The words of an enum, or the tags of a union, as the strict document has them."""
    node = Document(vendor).data["components"]["schemas"][schema]
    found = list(node["enum"]) if "enum" in node else list(node["discriminator"]["mapping"])
    assert found
    return found


def expected(place: tuple[str, str]) -> Iterator[str]:
    for schema in TABLES[place]:
        yield from (word.lower() if place in FOLDED else word for word in words(place[0], schema))


def absent(place: tuple[str, str], table: Mapping[str, Any]) -> list[str]:
    """Words of the document that the table has no entry for."""
    return [word for word in expected(place) if word not in table]


def tables(vendor: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The tables of words in a vendor's file."""
    for name, value in vars(module(vendor)).items():
        if name.isupper() and isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
            yield name, value


@pytest.mark.parametrize("place", TABLES, ids=".".join)
def test_every_word_has_an_entry(place: tuple[str, str]) -> None:
    assert absent(place, getattr(module(place[0]), place[1])) == []


@pytest.mark.parametrize("place", TABLES, ids=".".join)
def test_no_entry_is_for_a_word_that_nobody_uses(place: tuple[str, str]) -> None:
    known = {*expected(place), *ELSEWHERE.get(place, ())}
    assert [word for word in getattr(module(place[0]), place[1]) if word not in known] == []


@pytest.mark.parametrize("place", TABLES, ids=".".join)
def test_a_missing_entry_is_named(place: tuple[str, str]) -> None:
    table = dict(getattr(module(place[0]), place[1]))
    word = next(expected(place))
    del table[word]
    assert set(absent(place, table)) == {word}


@pytest.mark.parametrize("vendor", names())
def test_no_table_is_left_out(vendor: str) -> None:
    assert [name for name, _ in tables(vendor) if (vendor, name) not in TABLES] == []
    assert [name for owner, name in TABLES if owner == vendor and not hasattr(module(vendor), name)] == []


@pytest.mark.parametrize("vendor", names())
def test_words_for_errors_are_the_vendors(vendor: str) -> None:
    profile = module(vendor).PROFILE
    named = {*profile.hints, *profile.traces, *(code for _, code in profile.errors if code is not None)}
    schema = ERRORS[vendor]
    operations = Document(vendor).operations.values()
    statuses = {status for operation in operations for status in operation["responses"]}
    known = set(words(vendor, schema) if schema else statuses)
    assert sorted(named - known) == []
    assert sorted(profile.capacity - known - CAPACITY) == []
    assert [status for status, _ in profile.errors if str(status) not in statuses] == []


@pytest.mark.parametrize("vendor", names())
def test_a_lack_of_room_is_worth_repeating(vendor: str) -> None:
    retryable = {**messages.RETRYABLE, **getattr(module(vendor), "RETRYABLE", {})}
    profile = module(vendor).PROFILE
    assert [word for word in profile.capacity if not retryable.get(word, word in CAPACITY)] == []
    assert profile.capacity.isdisjoint(profile.traces)


def test_a_failed_job_of_the_provider_is_never_repeated_unasked() -> None:
    assert module("meshapi").RETRYABLE["provider_job_failed"] is False  # facts/seed-vendors.md §4.3
    assert "provider_job_failed" not in module("meshapi").PROFILE.capacity
