"""A vendor that means harm, by the mode `malice`; what it does to its own replies.

| malice | does |
|---|---|
| `results_url` | the URL of results leads to the second host, which must see no credential and no prompt |
| `results_url_metadata`, `_private`, `_file` | it leads to 169.254.169.254, to a private name, to a local file |
| `redirect`, `redirect_metadata`, `_private` | instead of an answer 307 to such a place, on GET and on POST |
| `redirect_home`, `redirect_loop` | 307 to the same place with `again=1`, which answers; 307 to itself for ever |
| `ids` | batches, and with them files, have the ids of IDS and answer to them; results hold some that nobody sent |
| `same_id` | a create is answered with the id of the vendor's first batch |
| `texts` | TEXT stands before every message of an error and every text of an answer |
| `echo` | the reply repeats the credential that came with the request |
| `gzip_bomb` | a gibibyte of spaces in a mebibyte of gzip, whatever was asked for |
| one of RAW: `nesting`, `keys`, `digits`, `nan` … | a document, or its first line, begins with such a member |
| `header_flood` | two thousand headers more |
| `cursor`, `endless` | a list that has always more: the same page again, or the same batches under ever new ids |

What has no place in a vendor's replies changes nothing.
"""

from __future__ import annotations

import itertools
import json
import struct
import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from polybatch_sandbox.answers import Dice
from polybatch_sandbox.message import CREDENTIALS, JSON_TYPE, Response, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from polybatch_sandbox.bench import Bench, Call
    from polybatch_sandbox.message import Request

REDIRECTS = ("redirect", "redirect_metadata", "redirect_private", "redirect_home", "redirect_loop")
PLACES = {
    "_metadata": "http://169.254.169.254/latest/meta-data",
    "_private": "http://vault.internal/v1/secret",
    "_file": "file:///etc/passwd",
}
RAW: Mapping[str, Callable[[], bytes]] = {
    "nesting": lambda: b"[" * 100_000 + b"]" * 100_000,
    "keys": lambda: b"{%b}" % b",".join(b'"%d":0' % number for number in range(100_000)),
    "digits": lambda: b"1" * 5_000,
    "nan": lambda: b"NaN",
    "infinite": lambda: b"1e400",
    "surrogate": lambda: b'"\\ud800"',
}
IDS = ("../../x", "/etc/x", "x" * 300, "nul\0x", "CON", "a/../b", "x?limit=1#", ".\x1b]0;x\x07")
TEXT = "=1+1\x1b[2J\x1b]52;c;c3Rlal9tZQ==\x07\u202e\u2028@SUM(A1)\r\n-1+1\x9b31m\b\t"
FLOOD = tuple((f"X-Flood-{number}", "x" * 100) for number in range(2_000))
TEXTS = frozenset({"message", "text", "content", "detail", "error", "fail_reason"})
ENDLESS = frozenset({"cursor", "endless"})
CURSORS = frozenset({"after", "before", "after_id", "before_id"})
AGAIN = "again=1"


def hostile_id(number: int) -> str:
    """The id of the batch of this number."""
    return f"{IDS[number % len(IDS)]}.{number}"


def redirected(kind: str, request: Request, base: str, foreign: str) -> Response | None:
    """The redirect that is sent instead of an answer, if this kind of malice sends one."""
    if kind not in REDIRECTS or (kind == "redirect_home" and AGAIN in request.target):
        return None
    home = f"{base}{request.target}"
    locations = {
        "redirect": f"{foreign}{request.target}",
        "redirect_home": f"{home}{'&' if '?' in home else '?'}{AGAIN}",
        "redirect_loop": home,
    }
    return Response(307, (("Location", locations.get(kind) or PLACES[kind.removeprefix("redirect")]),))


def query(kind: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The query as the vendor reads it."""
    return {name: value for name, value in given.items() if kind not in ENDLESS or name not in CURSORS}


def disguise(kind: str, reply: Response, call: Call, bench: Bench) -> Response:
    """The reply after what this kind of malice does to it."""
    return DISGUISES[kind](reply, call, bench) if kind in DISGUISES else reply


def _bomb() -> Iterator[bytes]:
    part = b" " * 1_048_576
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)  # -15: without header and trailer, which stand around all parts
    block = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)  # can be repeated, it looks back at nothing
    checksum = 0
    yield b"\x1f\x8b\x08" + bytes(6) + b"\xff"
    for _ in range(1024):
        checksum = zlib.crc32(part, checksum)
        yield block
    yield packer.flush() + struct.pack("<II", checksum, 1024 * len(part))


def _with_member(body: bytes, value: bytes) -> bytes:
    """JSON, its first object or array with one more member at the start."""
    opening, rest = body[:1], body[1:]
    if opening not in {b"{", b"["}:
        return body
    comma = b"" if rest[:1] in {b"}", b"]"} else b","
    return opening + (b'"extra":' if opening == b"{" else b"") + value + comma + rest


def _extended(make: Callable[[], bytes], reply: Response, *_: object) -> Response:
    return replace(reply, body=_with_member(reply.read(), make()))


def _rewritten(reply: Response, change: Callable[[str, Any], Any]) -> Response:
    """The reply with its JSON values changed, whether it is one document or one a line; other replies as they are."""
    media_type = reply.header("content-type") or ""
    if media_type.startswith("text/"):
        return reply
    lines = [reply.read()] if media_type == JSON_TYPE else reply.read().split(b"\n")
    return replace(reply, body=b"\n".join(_rewritten_line(line, change) for line in lines))


def _rewritten_line(line: bytes, change: Callable[[str, Any], Any]) -> bytes:
    try:
        return encode(_walked(json.loads(line), change))
    except ValueError:  # what is spoilt already stays so
        return line


def _walked(node: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    if isinstance(node, dict):
        return {name: _walked(value, change, name) for name, value in node.items()}
    if isinstance(node, list):
        return [_walked(value, change, key) for value in node]
    return change(key, node)


def _text(key: str, value: Any) -> Any:
    if key == "arguments":  # JSON within a string: Letta's tool calls
        return json.dumps(_walked(json.loads(value), _text))
    return TEXT + value if key in TEXTS and isinstance(value, str) and value else value


def _leading(place: str | None, reply: Response, _: Call, bench: Bench) -> Response:
    url = place or f"{bench.results_host}/elsewhere"
    return _rewritten(reply, lambda key, value: url if key in {"results_url", "result_url"} and value else value)


def _repeating(reply: Response, call: Call, _: Bench) -> Response:
    credential = " ".join(value for name in CREDENTIALS for value in call.request.values(name))
    if reply.status >= 400:
        reply = _rewritten(
            reply, lambda key, value: f"{value} ({credential})" if key in {"message", "detail"} and value else value
        )
    elif reply.header("content-type") == JSON_TYPE:
        reply = replace(reply, body=_with_member(reply.read(), encode(credential)))
    return reply.adding([("X-Received", credential)])


def _same_id(reply: Response, call: Call, bench: Bench) -> Response:
    if (call.operation, reply.status) != ("create_batch", 200):
        return reply
    document, first = reply.json(), bench.listed(call.now)[-1].id
    return replace(reply, body=encode(document | {name: first for name in ("id", "batch_id") if name in document}))


def _endless(reply: Response, call: Call, _: Bench, *, new_ids: bool) -> Response:
    if (call.operation, reply.status) != ("list_batches", 200):
        return reply
    document = reply.json()
    rows = document if isinstance(document, list) else document["data"]
    if isinstance(document, list):  # Letta's, where a short page is the last one
        rows = [*itertools.islice(itertools.cycle(rows), int(dict(call.request.query).get("limit", 100)))]
    if new_ids:
        marks = (Dice(f"{call.id}/{place}").bytes("id").hex()[:8] for place in range(len(rows)))
        rows = [row | {"id": row["id"][:-8] + mark} for row, mark in zip(rows, marks, strict=True)]
    if isinstance(document, list):
        return replace(reply, body=encode(rows))
    ends = {name: rows[place]["id"] for name, place in (("first_id", 0), ("last_id", -1)) if rows}
    return replace(reply, body=encode(document | {"data": rows, "has_more": True} | ends))


DISGUISES: Mapping[str, Callable[[Response, Call, Bench], Response]] = {
    "results_url": partial(_leading, None),
    **{f"results_url{place}": partial(_leading, url) for place, url in PLACES.items()},
    "ids": lambda reply, *_: reply.adding([("Content-Disposition", f'attachment; filename="{IDS[0]}"')]),
    "same_id": _same_id,
    "texts": lambda reply, *_: _rewritten(reply, _text),
    "echo": _repeating,
    "gzip_bomb": lambda reply, *_: replace(reply, body=_bomb()).adding([("Content-Encoding", "gzip")]),
    **{kind: partial(_extended, make) for kind, make in RAW.items()},
    "header_flood": lambda reply, *_: reply.adding(FLOOD),
    "cursor": partial(_endless, new_ids=False),
    "endless": partial(_endless, new_ids=True),
}
KINDS = ("none", *REDIRECTS, *DISGUISES)
