"""Answers of an imaginary model.

Every id, time and word of an answer is a function of the seed and of the item without its key.
The answer's text is that of the last user message, or what came of tools behind it; what comes besides is for
`imagined`.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from polybatch_sandbox import imagined
from polybatch_sandbox.store import Item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EPOCH = 1_767_225_600  # 2026-01-01T00:00:00Z: times within answers lie in the 300 days after it
SPAN = 300 * 86_400  # seconds
REFUSED = "I cannot help with that."
CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Dice:
    """Repeatable ids and numbers out of a text."""

    text: str

    def bytes(self, use: str) -> bytes:
        """32 bytes for one use."""
        return hashlib.sha256(f"{self.text}/{use}".encode()).digest()

    def number(self, use: str, below: int) -> int:
        """A number from 0 on."""
        return int.from_bytes(self.bytes(use)) % below

    def word(self, use: str, length: int, alphabet: str = BASE58) -> str:
        """Characters of an alphabet."""
        rest, out = int.from_bytes(self.bytes(use)), ""
        for _ in range(length):
            rest, digit = divmod(rest, len(alphabet))
            out += alphabet[digit]
        return out

    def uuid(self, use: str) -> str:
        """A version 4 UUID."""
        return str(uuid.UUID(bytes=self.bytes(use)[:16], version=4))

    def time(self, use: str) -> int:
        """Unix seconds."""
        return EPOCH + self.number(use, SPAN)


def dice(seed: int, item: Item) -> Dice:
    """The dice of one item."""
    return dice_of(seed, item.digest)


def dice_of(seed: int, fingerprint: str) -> Dice:
    """The dice of the item with this fingerprint."""
    return Dice(f"{seed}/{fingerprint}")


def digest(item: object) -> tuple[str, int]:
    """sha256 of canonical JSON (sorted keys, no spaces, UTF-8), and its length in bytes."""
    canonical = CANONICAL.encode(item).encode("utf-8", "surrogatepass")
    return hashlib.sha256(canonical).hexdigest(), len(canonical)


def tokens(length: int) -> int:
    """Tokens in so many bytes: four bytes each, at least one."""
    return max(1, -(-length // 4))


def text_tokens(text: str) -> int:
    """Tokens in a text."""
    return tokens(len(text.encode("utf-8", "surrogatepass")))


def text_of(content: object) -> str:
    """The text of a message: a string, or the text blocks of an array, joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "".join(
        block["text"]
        for block in content
        if isinstance(block, dict) and block.get("type", "text") == "text" and isinstance(block.get("text"), str)
    )


def last_user_text(messages: object) -> str:
    """The text of the last message whose role is user."""
    rows: Sequence[Any] = messages if isinstance(messages, list) else []
    return next(
        (text_of(row.get("content")) for row in reversed(rows) if isinstance(row, dict) and row.get("role") == "user"),
        "",
    )


def told(messages: object) -> str:
    """What came of tools, where the messages end with it."""
    rows = [row for row in messages if isinstance(row, dict)] if isinstance(messages, list) else []
    ending = list(itertools.takewhile(lambda row: row.get("role") == "tool", reversed(rows)))[::-1]
    last = rows[-1].get("content") if rows else None
    blocks = last if isinstance(last, list) else []
    ending += [block for block in blocks if isinstance(block, dict) and block.get("type") == "tool_result"]
    return " ".join(text_of(one.get("content")) for one in ending)


def item_of(request: Mapping[str, Any], params: str, *, refusal: str | None = None) -> Item:
    """A request with a `custom_id`, and the model's parameters under the name `params`."""
    given: Mapping[str, Any] = request[params]
    fingerprint, length = digest({name: value for name, value in request.items() if name != "custom_id"})
    messages = given.get("messages")
    brief = imagined.brief(given, told(messages) or last_user_text(messages))
    return Item(request["custom_id"], fingerprint, brief, refusal, tokens(length), text_tokens(brief["text"]))


def halves(text: str, count: int) -> list[str]:
    """A text in so many parts."""
    size = -(-len(text) // count) or 1
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def anthropic_blocks(item: Item, *, seed: int, pieces: int) -> list[dict[str, Any]]:
    """The content of a Messages API answer."""
    brief, chosen = item.brief, dice(seed, item)
    if brief.get("stop") == "refusal":
        return []
    text = halves(brief["text"], 2)[0] if brief.get("stop") == "length" else brief["text"]
    thoughts = [{"type": "thinking", "thinking": brief["thought"], "signature": "c2ln"}] if "thought" in brief else []
    return [
        *thoughts,
        *({"type": "text", "text": part, "citations": None} for part in halves(text, pieces)),
        *(
            {"type": "tool_use", "id": f"toolu_01{chosen.word(f'call {number}', 22)}", "name": call["name"],
             "input": call["arguments"]}
            for number, call in enumerate(brief.get("calls", ()))
        ),
    ]  # fmt: skip


def anthropic_message(item: Item, *, seed: int, pieces: int = 1) -> dict[str, Any]:
    """A Messages API answer; field by field as seed-vendors §2.2 lists it."""
    stop = {"refusal": "refusal", "length": "max_tokens"}.get(item.brief.get("stop", ""))
    refused = {"type": "refusal", "category": None, "explanation": REFUSED} if stop == "refusal" else None
    thought = {"thinking_tokens": text_tokens(item.brief["thought"])} if "thought" in item.brief else None
    return {
        "id": "msg_01" + dice(seed, item).word("message", 22),
        "type": "message",
        "role": "assistant",
        "model": item.brief["model"],
        "content": anthropic_blocks(item, seed=seed, pieces=pieces),
        "stop_reason": stop or ("tool_use" if "calls" in item.brief else "end_turn"),
        "stop_sequence": None,
        "stop_details": refused,
        "container": None,
        "usage": {
            "input_tokens": item.input_tokens,
            "output_tokens": item.output_tokens,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
            "server_tool_use": None,
            "inference_geo": None,
            "service_tier": "batch",
        }
        | ({"output_tokens_details": thought} if thought else {}),
    }


def chat_message(item: Item, *, seed: int, pieces: int) -> dict[str, Any]:
    """The message of a chat completion."""
    brief, chosen = item.brief, dice(seed, item)
    if brief.get("stop") == "refusal":
        return {"role": "assistant", "content": None, "refusal": REFUSED}
    text = halves(brief["text"], 2)[0] if brief.get("stop") == "length" else brief["text"]
    parts = [{"type": "text", "text": part} for part in halves(text, pieces)]
    calls = [
        {"id": f"call_{chosen.word(f'call {number}', 24)}", "type": "function",
         "function": {"name": call["name"], "arguments": json.dumps(call["arguments"], ensure_ascii=False)}}
        for number, call in enumerate(brief.get("calls", ()))
    ]  # fmt: skip
    message = {"role": "assistant", "content": text if pieces == 1 else parts, "refusal": None}
    return message | ({"tool_calls": calls} if calls else {})


def chat_completion(item: Item, *, seed: int, pieces: int = 1) -> dict[str, Any]:
    """A chat completion."""
    chosen, stop = dice(seed, item), item.brief.get("stop")
    why = "tool_calls" if "calls" in item.brief else "stop"
    thought = {"reasoning_tokens": text_tokens(item.brief["thought"])} if "thought" in item.brief else None
    return {
        "id": "chatcmpl-" + chosen.word("completion", 24),
        "object": "chat.completion",
        "created": chosen.time("created"),
        "model": item.brief["model"].rpartition("/")[2],  # the provider before it is the gateway's word
        "choices": [
            {
                "index": 0,
                "message": chat_message(item, seed=seed, pieces=pieces),
                "finish_reason": {"length": "length", "refusal": "stop"}.get(stop or "", why),
            }
        ],
        "usage": {
            "prompt_tokens": item.input_tokens,
            "completion_tokens": item.output_tokens,
            "total_tokens": item.input_tokens + item.output_tokens,
        }
        | ({"completion_tokens_details": thought} if thought else {}),
    }


def anthropic_line(item: Item, outcome: str, *, seed: int, code: str, pieces: int = 1) -> dict[str, Any]:
    """A result line in Anthropic's shape; the error is the whole envelope."""
    result: dict[str, Any] = {"type": "canceled" if outcome == "cancelled" else outcome}
    if outcome == "succeeded":
        result["message"] = anthropic_message(item, seed=seed, pieces=pieces)
    if outcome == "errored":
        word = "invalid_request_error" if item.refusal else error_word(code)
        error = {"type": word, "message": item.refusal or "the request could not be processed"}
        result["error"] = {
            "type": "error",
            "error": error,
            "request_id": "req_011C" + dice(seed, item).word("request", 20),
        }
    return {"custom_id": item.key, "result": result}


def openai_line(item: Item, outcome: str, *, seed: int, code: str, pieces: int = 1) -> dict[str, Any] | None:
    """A result line in OpenAI's shape; a cancelled item has none."""
    if outcome == "cancelled":
        return None
    if outcome == "expired":
        error = {"code": "batch_expired", "message": "the batch ended before this request was run"}
        return {"custom_id": item.key, "response": None, "error": error}
    status, body = 200, chat_completion(item, seed=seed, pieces=pieces) if outcome == "succeeded" else {}
    if outcome == "errored":
        status = 400 if item.refusal else error_status(code)
        words = {"message": item.refusal or "the request could not be processed", "type": error_word(str(status))}
        body = {"error": words | {"code": None, "param": None}}
    return {"custom_id": item.key, "response": {"status_code": status, "body": body}, "error": None}


# HTTP status of an error and the word for it, Anthropic's (seed-vendors §2.3); `fail:N:CODE` may name either.
ERROR_WORDS: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_word(code: str) -> str:
    """The word for a code that may already be one."""
    return ERROR_WORDS.get(int(code), "api_error") if code.isdigit() else code


def error_status(code: str) -> int:
    """The HTTP status for a code that may be a word."""
    return int(code) if code.isdigit() else next((status for status, word in ERROR_WORDS.items() if word == code), 500)
