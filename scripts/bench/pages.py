"""The bytes that travel: request files, result lines and whole documents, rendered before anything is measured.

Every line of a kind has the same length, and a thousand of them are rendered once: what makes the next thousand is
one `bytes.replace` of the digits in front of the last three. Knows neither polybatch nor an SDK.

    MARK   stands for the id's prefix and its leading digits      row-0000│123
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

MARK = "@LEAD@"
BLOCK = 1000
"""Lines that are rendered at once; the last three digits of an id tell them apart."""
ROW, ROW_DIGITS = "row-", 7
"""The ids in a user's file: `row-0000000` and so on."""
AGENT = "123e4567-e89b-42d3-8456"
AGENT_DIGITS = 12
MODEL = "claude-opus-5-5"
WORDS = (
    "The batch holds many requests and every one of them wants an answer of its own, so the text goes on for a while,"
    " with a comma here, a full stop there. Some of it repeats, as models do; some of it is a list: first, second,"
    " third. Numbers such as 3.14 or 2026 come along, and a quotation, 'like this one', before the paragraph ends. "
) * 20


def text(index: int, length: int) -> str:
    """So many bytes of text, another for each index; with a line break and a letter beyond ASCII, as answers have."""
    start = index * 37 % 300
    return f"{WORDS[start : start + length - 5]}\n\n- é"[-length:]


class Lines:
    """Lines of one kind, for any number of ids."""

    def __init__(self, rows: list[dict[str, Any]], between: bytes, *, spaced: bool = False) -> None:
        separators = (", ", ": ") if spaced else (",", ":")
        self.between = between
        self._rows = [json.dumps(row, separators=separators, ensure_ascii=False).encode() + between for row in rows]
        self._block = b"".join(self._rows)
        self._mark = MARK.encode()
        self.per_id = len(rows) // BLOCK
        """Lines of one id."""
        self._first = b"".join(self._rows[: self.per_id])

    def render(self, prefix: str, digits: int, count: int, start: int = 0) -> Iterator[bytes]:
        """The lines of so many ids, from a full thousand on and a thousand at a time."""
        for first in range(start, start + count, BLOCK):
            lead = f"{prefix}{first // BLOCK:0{digits - 3}d}".encode()
            left = start + count - first
            block = self._block if left >= BLOCK else b"".join(self._rows[: left * self.per_id])
            yield block.replace(self._mark, lead)

    def size(self, prefix: str, digits: int, count: int) -> int:
        """Bytes of all that `render` gives."""
        lead = len(prefix) + digits - 3 - len(self._mark)
        return (len(self._first) + self._first.count(self._mark) * lead) * count


def _ids() -> range:
    return range(BLOCK)


@cache
def requests(*, short: bool = False) -> Lines:
    """Lines of a user's file: Anthropic's own items, as `json.dumps` writes them; about 1 KB, or 590 bytes."""

    def row(index: int) -> dict[str, Any]:
        system = "You answer in one paragraph." if short else text(index + 7, 200)
        messages = [{"role": "user", "content": text(index, 409 if short else 640)}]
        params = {"model": MODEL, "max_tokens": 1024, "system": system, "messages": messages}
        return {"custom_id": f"{MARK}{index:03d}", "params": params}

    return Lines([row(index) for index in _ids()], b"\n", spaced=True)


def table_file(folder: Path, count: int) -> Path:
    """A table of rows whose texts are all as long as each other."""
    path = folder / f"rows-{count}.parquet"
    if not path.exists():
        arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
        texts = [text(index, 640) for index in _ids()]
        schema = arrow.schema([("id", "string"), ("text", "string"), ("score", "float64")])
        with parquet.ParquetWriter(path, schema) as writer:
            for first in range(0, count, BLOCK):
                block = range(first, min(first + BLOCK, count))
                ids = [f"{ROW}{index:0{ROW_DIGITS}d}" for index in block]
                columns = [ids, texts[: len(block)], [index / 7 for index in block]]
                writer.write_table(arrow.table(columns, schema=schema))
    return path


@cache
def anthropic_results(*, short: bool = False) -> Lines:
    """Result lines of Anthropic: about 2.1 KB, or 440 bytes."""

    def row(index: int) -> dict[str, Any]:
        tokens = {
            "input_tokens": 211, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "output_tokens": 384, "service_tier": "batch",
        }  # fmt: skip
        if short:
            tokens = {"input_tokens": 98, "output_tokens": 21}
        message = {
            "id": f"msg_01Bench{index:013d}", "type": "message", "role": "assistant", "model": MODEL,
            "content": [{"type": "text", "text": text(index, 129 if short else 1638)}],
            "stop_reason": "end_turn", "stop_sequence": None, "usage": tokens,
        }  # fmt: skip
        return {"custom_id": f"{MARK}{index:03d}", "result": {"type": "succeeded", "message": message}}

    return Lines([row(index) for index in _ids()], b"\n")


@cache
def mesh_results() -> Lines:
    """Items of a MeshAPI batch's `results`, about 2.1 KB each."""

    def row(index: int) -> dict[str, Any]:
        message = {"role": "assistant", "content": text(index, 1660), "refusal": None}
        body = {
            "id": f"chatcmpl-{index:024d}", "object": "chat.completion", "created": 1_795_000_000,
            "model": "openai/gpt-5-nano",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 211, "completion_tokens": 384, "total_tokens": 595},
        }  # fmt: skip
        response = {"status_code": 200, "request_id": f"req_{index:024d}", "body": body}
        return {"id": f"batch_req_{index:024d}", "custom_id": f"{MARK}{index:03d}", "response": response, "error": None}

    return Lines([row(index) for index in _ids()], b",")


@cache
def letta_messages() -> Lines:
    """Messages of a Letta job, two for each agent, the newer one first."""

    def message(index: int, number: int, role: str, length: int, **more: Any) -> dict[str, Any]:
        return {
            "id": f"message-{number}23e4567-e89b-42d3-8456-{MARK}{index:03d}", "role": role,
            "created_at": "2026-11-18T11:06:40+00:00", "agent_id": f"agent-{AGENT}-{MARK}{index:03d}",
            "batch_item_id": f"batch_item-{AGENT}-{MARK}{index:03d}", "model": "anthropic/claude-sonnet-4",
            "content": [{"type": "text", "text": text(index, length)}], **more,
        }  # fmt: skip

    rows = []
    for index in _ids():
        rows.append(message(index, 2, "assistant", 1700))
        rows.append(message(index, 1, "user", 1600, otid=f"{MARK}{index:03d}"))
    return Lines(rows, b",")


def write(
    path: Path, lines: Lines, prefix: str, digits: int, count: int, *, around: tuple[bytes, bytes] = (b"", b"")
) -> Path:
    """Render into a file, between what stands around the lines; a file that is there is taken to be the same."""
    if not path.exists():
        fresh = path.with_suffix(".fresh")
        with fresh.open("wb") as file:
            file.write(around[0])
            for block in lines.render(prefix, digits, count):
                file.write(block)
            if around[1]:
                file.seek(-len(lines.between), 2)
                file.write(around[1])
        fresh.rename(path)
    return path


def request_file(folder: Path, count: int, *, short: bool = False) -> Path:
    """A user's file of so many requests."""
    name = f"requests-{'short-' if short else ''}{count}.jsonl"
    return write(folder / name, requests(short=short), ROW, ROW_DIGITS, count)


def body_file(folder: Path, count: int) -> Path:
    """The same requests as the body of one create."""
    path = folder / f"body-{count}.json"
    if not path.exists():
        fresh = path.with_suffix(".fresh")
        with fresh.open("wb") as file:
            file.write(b'{"requests":[')
            for block in requests().render(ROW, ROW_DIGITS, count):
                file.write(block.replace(b"\n", b","))
            file.seek(-1, 2)
            file.write(b"]}")
        fresh.rename(path)
    return path


def result_file(folder: Path, count: int) -> Path:
    """The results of an Anthropic batch, which is called as its file."""
    return write(folder / f"msgbatch_pages_{count}.jsonl", anthropic_results(), ROW, ROW_DIGITS, count)


def mesh_file(folder: Path, count: int) -> Path:
    """A MeshAPI batch with its results inside."""
    batch_id = f"batch_pages_{count}"
    own = {
        "id": batch_id, "object": "batch", "endpoint": "/v1/chat/completions", "status": "completed",
        "completion_window": "24h", "created_at": 1_795_000_000, "completed_at": 1_795_000_600,
        "expires_at": 1_795_086_400, "model": "openai/gpt-5-nano", "provider": "openai",
        "request_counts": {"total": count, "completed": count, "failed": 0}, "metadata": {}, "usage_synced": True,
        "results": [],
    }  # fmt: skip
    head, tail = json.dumps(own, separators=(",", ":")).encode().split(b"[]")
    return write(folder / f"{batch_id}.json", mesh_results(), ROW, ROW_DIGITS, count, around=(head + b"[", b"]" + tail))


def letta_file(folder: Path, agents: int) -> Path:
    """The messages of a Letta job with so many agents."""
    path, around = folder / f"{letta_id(agents)}.json", (b'{"messages":[', b"]}")
    return write(path, letta_messages(), "", AGENT_DIGITS, agents, around=around)


def letta_id(agents: int) -> str:
    """A job's name holds its number of agents."""
    return f"job-{agents:08d}-e89b-42d3-8456-000000000000"
