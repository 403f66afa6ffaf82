"""The least that the work can cost in Python: what a careful person would write for one task and nothing else.

Each is named in design and report by what it does. `server_*` is no client at all: it shows what the server can do.
"""

from __future__ import annotations

import importlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from scripts.bench.meter import Meter, fresh
from scripts.bench.pages import BLOCK, text

HEADERS = {"x-api-key": "key", "anthropic-version": "2026-10-21", "Accept-Encoding": "identity"}
PIECE = 1 << 20


class Envelope(msgspec.Struct):
    """A result line, its answer left raw."""

    class Outcome(msgspec.Struct):
        """What became of the request."""

        type: str
        message: msgspec.Raw = msgspec.Raw(b"null")
        error: msgspec.Raw = msgspec.Raw(b"null")

    custom_id: str
    result: Outcome


class Answer(msgspec.Struct):
    """Of an answer, text and usage."""

    class Block(msgspec.Struct):
        """One part."""

        type: str
        text: str = ""

    class Usage(msgspec.Struct):
        """Its tokens."""

        input_tokens: int
        output_tokens: int

    content: list[Block]
    usage: Usage
    stop_reason: str | None = None


class Normal(msgspec.Struct):
    """A result in the form of no vendor."""

    custom_id: str
    outcome: str
    text: str
    usage: Answer.Usage
    raw: bytes


class Named(msgspec.Struct):
    """A line of requests, of which only the id is read."""

    custom_id: str


@contextmanager
def client(url: str) -> Iterator[httpx.Client]:
    """A plain client that is connected."""
    with httpx.Client(base_url=url, headers=HEADERS, timeout=600, trust_env=False) as http:
        http.get("calls").raise_for_status()
        yield http


def lines(response: httpx.Response) -> Iterator[list[bytes]]:
    """The lines of a body, a block's at a time."""
    rest = b""
    for block in response.iter_raw(PIECE // 4):
        found = (rest + block).split(b"\n")
        rest = found.pop()
        yield found
    yield [rest] if rest else []


def results(meter: Meter, *, url: str, batch_id: str, count: int, depth: str) -> None:
    """Download results; `depth`: only bytes, lines, the envelope of each line, or a normalised result."""
    envelope, answer = msgspec.json.Decoder(Envelope).decode, msgspec.json.Decoder(Answer).decode
    seen = 0
    with client(url) as http, meter, http.stream("GET", f"v1/messages/batches/{batch_id}/results") as response:
        if depth == "bytes":
            seen = count if sum(map(len, response.iter_raw())) else 0
        else:
            for found in lines(response):
                if not seen:
                    meter.first()
                if depth == "lines":
                    seen += len(found)
                    continue
                for line in found:
                    one = envelope(line)
                    if depth == "normalised":
                        read = answer(one.result.message)
                        words = "".join([block.text for block in read.content if block.type == "text"])
                        normal = Normal(one.custom_id, one.result.type, words, read.usage, line)
                        seen += bool(normal.text and normal.usage)
                    else:
                        seen += one.result.type == "succeeded"
    expect(seen, count)


def expect(found: int, wanted: int) -> None:
    """Raises AssertionError where a floor did less than it says."""
    if found != wanted:
        raise AssertionError(f"{found} instead of {wanted}")


def submit(meter: Meter, *, url: str, path: str, count: int, ready: bool = False) -> None:
    """Create a batch from a file of lines, ids checked; `ready`: the file is the body."""
    with client(url) as http, meter:
        length = Path(path).stat().st_size if ready else checked(path)
        body = pieces(path) if ready else array(path)
        headers = {"Content-Length": str(length), "Content-Type": "application/json"}
        reply = http.post("v1/messages/batches", content=body, headers=headers).raise_for_status()
    expect(reply.json()["request_counts"]["processing"], count)


def blocks(path: str) -> Iterator[bytes]:
    """A file, in blocks."""
    with Path(path).open("rb") as file:
        while block := file.read(PIECE // 4):
            yield block


pieces = blocks


def checked(path: str) -> int:
    """Length of the body that a file of lines becomes. Raises ValueError for an id that comes twice."""
    decode, seen, count, rest, size = msgspec.json.Decoder(Named).decode, set[str](), 0, b"", 0
    for block in blocks(path):
        found = (rest + block).split(b"\n")
        rest = found.pop()
        size += len(block)
        count += len(found)
        seen.update([decode(line).custom_id for line in found])
    if len(seen) != count or rest:
        raise ValueError("an id came twice, or the last line has no end")
    return size - 1 + len(b'{"requests":[]}')


def array(path: str) -> Iterator[bytes]:
    """The lines of a file as a body: a JSON line has no line break but its end."""
    yield b'{"requests":['
    last = b""
    for block in blocks(path):
        if last:
            yield last
        last = block.replace(b"\n", b",")
    yield last[:-1] + b"]}"


def whole(meter: Meter, *, url: str, target: str, member: str, count: int) -> None:
    """Download one document and cut its entries out of it, all of it in memory."""
    with client(url) as http, meter:
        document = msgspec.json.decode(http.get(target).content, type=dict[str, msgspec.Raw])
        found = len(msgspec.json.decode(document[member], type=list[msgspec.Raw]))
    expect(found, count)


def tables(meter: Meter, *, path: str, count: int, scratch: str) -> None:
    """Read a table, write it again with answers that are there already: pandas, as everybody would."""
    pandas = importlib.import_module("pandas")
    with fresh(scratch) as folder:
        out = folder / "out.parquet"
        with meter:
            frame = pandas.read_parquet(path)
            frame["custom_id"], frame["outcome"] = frame["id"], "succeeded"
            frame["result_text"] = [text(index % BLOCK, 1638) for index in range(len(frame))]
            frame["input_tokens"], frame["output_tokens"] = 211, 384
            frame.to_parquet(out)
        if (found := len(pandas.read_parquet(out, columns=["id"]))) != count:
            raise AssertionError(f"{found} instead of {count}")


# -- the server alone


def server_download(meter: Meter, *, url: str, target: str) -> dict[str, Any]:
    """Receive a body and throw it away."""
    with connected(url) as (sock, host, mount):
        buffer = bytearray(PIECE)
        with meter:
            sock.sendall(f"GET {mount}/{target} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode())
            size = sock.recv_into(buffer)
            head, _, _ = bytes(buffer[:size]).partition(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            received = size - len(head) - 4
            while received < length:
                received += sock.recv_into(buffer)
    return {"bytes": length}


def server_upload(meter: Meter, *, url: str, path: str) -> dict[str, Any]:
    """Send a body from its file, without looking at it."""
    size = Path(path).stat().st_size
    with connected(url) as (sock, host, mount), Path(path).open("rb") as file, meter:
        top = f"POST {mount}/v1/messages/batches HTTP/1.1\r\nhost: {host}\r\ncontent-length: {size}\r\n\r\n"
        sock.sendall(top.encode())
        sock.sendfile(file)
        reply = sock.recv(PIECE)
    return {"bytes": size, "id": json.loads(reply.partition(b"\r\n\r\n")[2])["id"]}


def server_run(meter: Meter, *, url: str, path: str) -> dict[str, Any]:
    """Send a body, then receive the results of the batch: what the server needs for a whole run."""
    up, down = Meter(), Meter()
    sent = server_upload(up, url=url, path=path)
    got = server_download(down, url=url, target=f"v1/messages/batches/{sent['id']}/results")
    for name in ("wall", "cpu"):
        meter.measured[name] = up.measured[name] + down.measured[name]
    return {"bytes": sent["bytes"] + got["bytes"]}


@contextmanager
def connected(url: str) -> Iterator[tuple[socket.socket, str, str]]:
    """A socket to the server, its host and the path before the vendor's own."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname or "", parts.port or 80)) as sock:
        yield sock, parts.netloc, parts.path
