"""The fast way to results gives what a plain one gives, whatever comes and wherever it is cut."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from polybatch import BatchClient, ContractError, Outcome
from polybatch.dialects.messages import OUTCOMES

USAGE = {"input_tokens": 3, "output_tokens": 4}
HALF = re.compile("[\ud800-\udfff]")


def answer(text: Any, **more: Any) -> dict[str, Any]:
    parts = [{"type": "text", "text": part} for part in text] if isinstance(text, list) else text
    return {"content": parts, "stop_reason": "end_turn", "usage": USAGE, **more}


TEXTS = st.sampled_from(["", "a", "é\u2028\u0085", "x" * 3000, '{"a":1}', "\\n", "\ud83d", "😀", "\x00\t\r"])
RESULTS = st.one_of(
    st.builds(lambda text: {"type": "succeeded", "message": answer(text)}, st.lists(TEXTS, max_size=3)),
    st.sampled_from([
        {"type": "expired"}, {"type": "canceled"}, {"type": "novel"}, {"type": "succeeded", "message": answer(None)},
        {"type": "errored", "error": {"type": "error", "error": {"type": "api_error", "message": "m"}}},
        {"type": "succeeded", "message": answer(["a"], usage=None)}, {"type": "succeeded", "message": {}},
        {"type": "succeeded", "message": answer(["a"], usage={"input_tokens": None, "output_tokens": 5})},
    ]),
)  # fmt: skip
LINES = st.one_of(
    st.builds(
        lambda name, result, ascii_, gap: json.dumps(
            {"custom_id": name, "result": result}, ensure_ascii=ascii_, separators=(f",{gap}", f":{gap}")
        ).encode("utf-8", "surrogatepass" if ascii_ else "replace"),
        st.sampled_from(["a", "b", "é", ""]), RESULTS, st.booleans(), st.sampled_from(["", " "]),
    ),
    st.sampled_from([b"", b" \t", b"\r", b"nope", b"{}", b'{"custom_id":"x"}', b"[]", b"\xff", b"null", b"\xc2\x85"]),
)  # fmt: skip


class Cut(httpx.SyncByteStream):
    """A body in pieces."""

    def __init__(self, data: bytes, places: list[int]) -> None:
        ends = sorted({place % (len(data) + 1) for place in places} | {0, len(data)})
        self._pieces = [data[start:stop] for start, stop in itertools.pairwise(ends)]

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces


def plainly(data: bytes) -> tuple[list[tuple[Any, ...]], int]:
    """Id, outcome, text, tokens and bytes of each result, and how many lines are none."""
    found, broken = list[tuple[Any, ...]](), 0
    for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        raw = line.strip(b" \t\r")
        if not raw:
            continue
        try:
            item = json.loads(raw.decode())
            name, result = item["custom_id"], item["result"]
        except (ValueError, TypeError, KeyError):
            broken += 1
            continue
        message = result.get("message")
        texts = [part["text"] for part in (message or {}).get("content") or ()]
        usage = (message or {}).get("usage")
        tokens = (usage["input_tokens"], usage["output_tokens"]) if usage else None
        text = HALF.sub("\ufffd", "".join(texts)) if texts else None
        found.append((name, OUTCOMES.get(result["type"], Outcome.ERRORED), text, tokens, raw))
    return found, broken


@given(
    st.lists(LINES, max_size=6),
    st.lists(st.integers(0, 20_000), max_size=8),
    st.sampled_from([b"\n", b"\r\n"]),
    st.booleans(),
)
@example([b'{"custom_id":"a","result":{"type":"expired"}}'] * 2, list(range(120)), b"\r\n", True)
@example([b'\xef\xbb\xbf{"custom_id":"a","result":{"type":"expired"}}'], [1, 2], b"\n", False)
def test_results_are_what_a_plain_reading_gives(
    lines: list[bytes],
    places: list[int],
    end: bytes,
    ended: bool,  # noqa: FBT001
) -> None:
    data = end.join(lines) + (end if ended else b"")
    expected, broken = plainly(data)

    def handle(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("results"):
            return httpx.Response(200, headers={"content-type": "application/x-jsonl"}, stream=Cut(data, places))
        counts = {"processing": 0, "succeeded": len(expected), "errored": 0, "canceled": 0, "expired": 0}
        batch = {"id": "b", "processing_status": "ended", "request_counts": counts}
        return httpx.Response(200, json=batch)

    found, complaint = list[tuple[Any, ...]](), ""
    with BatchClient("anthropic", api_key="key", transport=httpx.MockTransport(handle)) as client:
        try:
            for result in client.results("b"):
                usage = result.usage
                tokens = None if usage is None else (usage.input_tokens, usage.output_tokens)
                found.append((result.custom_id, result.outcome, result.text, tokens, result.raw))
        except ContractError as error:
            complaint = str(error)
    assert found == expected
    assert (f"{broken} results cannot be read" in complaint) is (broken > 0)
