"""Whatever a vendor calls the state of a batch, a batch comes of it; only words that it is known to use end one."""

from __future__ import annotations

import importlib
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch.flow import Reply, replayed
from polybatch.model import Batch, BatchStatus
from polybatch.vendors import find_vendor, names
from tests.conftest import batch_document
from tests.vendor_facts import told

ENDS: dict[str, set[str]] = {
    "anthropic": {"ended"},  # facts/seed-vendors.md §2.2
    "letta": {"completed", "failed", "cancelled", "expired"},  # §3.2
    "meshapi": {"completed", "failed", "cancelled", "expired"},  # §4.2
    "onerouter": {  # §5.2, in small letters
        "completed", "failed", "cancelled", "canceled", "expired", "success", "succeeded", "failure", "error",
        "timeout",
    },
    **{vendor: set(words) for vendor, words in told("ends").items()},
}  # fmt: skip
"""By vendor, the words after which nothing changes any more."""
FIELD = {"anthropic": "processing_status", **told("status")}
"""Where the word stands; elsewhere in `status`."""
TWISTS = ("{}", " {}", "{}\n", "{}_", "not_{}", "\u2028{}", "{0} {0}")
KNOWN = sorted({word for vendor in names() for word in ENDS[vendor]} | {"in_progress", "running", "pending", "created"})
WORDS = st.text() | st.sampled_from(
    [twist.format(word) for word in KNOWN for twist in TWISTS] + [*map(str.upper, KNOWN)]
)
OTHERS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.lists(st.text(), max_size=2)
)


def got(vendor: str, word: Any) -> Batch:
    """A batch of which the vendor says that it is in this state."""
    document = {name: value for name, value in batch_document().items() if vendor == "anthropic" or name == "id"}
    document[FIELD.get(vendor, "status")] = word
    asked = find_vendor(vendor)({}, "https://vendor.example")
    flow = replayed(asked.get("msgbatch_01"), Reply(200, {}, json.dumps(document).encode("utf-8", "surrogatepass")))
    try:
        raise AssertionError(f"it asks for more: {next(flow)}")
    except StopIteration as stop:
        found: Batch = stop.value
        return found


def known(vendor: str) -> dict[str, BatchStatus]:
    found: dict[str, BatchStatus] = importlib.import_module(f"polybatch.vendors.{vendor}").STATUSES
    return found


@pytest.mark.parametrize("vendor", names())
@given(word=WORDS | OTHERS)
@example(word="")
@example(word="ended\x00")
@example(word="\U0001f600" * 400)
def test_every_word_gives_a_batch(vendor: str, word: Any) -> None:
    batch = got(vendor, word)
    folded = word.lower() if vendor == "onerouter" and isinstance(word, str) else word
    assert batch.id == "msgbatch_01"
    assert batch.status.terminal == (isinstance(word, str) and folded in ENDS[vendor])
    if isinstance(word, str) and folded in known(vendor):
        assert batch.status is known(vendor)[folded]
    elif word:
        assert batch.warnings, "nobody is told of a word that nobody knows"
        assert batch.status is BatchStatus.UNKNOWN or not isinstance(word, str)


@pytest.mark.parametrize("vendor", names())
def test_the_words_that_end_a_batch_are_known(vendor: str) -> None:
    assert {word for word, status in known(vendor).items() if status.terminal} == ENDS[vendor]
    assert all(got(vendor, word).status.terminal for word in ENDS[vendor])
