"""The vendors' side: a loopback server that answers from rendered bytes and is never the limit; a process of its own.

    python server.py FOLDER [CORE]     prints its port; ends with its standard input

FOLDER holds what `pages` has rendered: the batch `msgbatch_pages_1000` has its results in the file of that name.
A batch that is created here has as many results as requests; how many that are is told from the first two ids of the
body and its length, so that a body is drained and never read. `/long`, `/short` and `/hold` stand before a vendor's own
paths: results of 2.1 KB, of 440 bytes, and a batch that never ends.
"""

from __future__ import annotations

import json
import os
import re
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.bench import pages

PIECE = 1 << 20
"""Bytes that are received at once."""
GLANCE = 1 << 14
"""Bytes of a body that are looked at: they hold the first two requests."""
ID = re.compile(rb'"custom_id"\s*:\s*"([^"]*?)([0-9]+)"')
CREATED, ENDED, EXPIRES = (
    f"{datetime.now(UTC) + timedelta(minutes=wait):%Y-%m-%dT%H:%M:%SZ}" for wait in (-9, -1, 1431)
)
"""Of every batch: it was made a few minutes ago, and nobody calls it late."""
MOST_LISTED = 1000


@dataclass(frozen=True)
class Batch:
    """A batch of Anthropic's that exists here."""

    id: str
    count: int
    mount: str
    prefix: str = pages.ROW
    digits: int = pages.ROW_DIGITS
    first: int = 0
    """The number in the first id."""

    def shown(self, base: str, *, ended: bool) -> dict[str, Any]:
        """As the vendor shows it."""
        counts = dict.fromkeys(("processing", "succeeded", "errored", "canceled", "expired"), 0)
        counts["succeeded" if ended else "processing"] = self.count
        url = f"{base}/v1/messages/batches/{self.id}/results"
        return {
            "id": self.id, "type": "message_batch", "processing_status": "ended" if ended else "in_progress",
            "request_counts": counts, "created_at": CREATED, "expires_at": EXPIRES, "archived_at": None,
            "ended_at": ENDED if ended else None, "cancel_initiated_at": None, "results_url": url if ended else None,
        }  # fmt: skip


def counted(head: bytes, length: int) -> tuple[int, str, int, int]:
    """How many equally long requests a create's body has; of their ids the prefix, the digits and the first number.

    Raises ValueError where they do not begin with a full thousand, since results are rendered by the thousand.
    """
    first = ID.search(head)
    if first is None or int(first[2]) % pages.BLOCK:
        raise ValueError("a create begins with an id whose number ends in 000")
    second = ID.search(head, first.end())
    stride = second.start() - first.start() if second else length
    count = max(1, round((length - first.start()) / stride))
    return count, first[1].decode(), len(first[2]), int(first[2])


class Desk:
    """What the vendors know; shared by all connections."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.batches: dict[str, Batch] = {}
        self.calls: Counter[str] = Counter()
        self.lock = threading.Lock()

    def create(self, mount: str, head: bytes, length: int) -> Batch:
        """Take a batch."""
        count, prefix, digits, first = counted(head, length)
        with self.lock:
            batch = Batch(f"msgbatch_01Bench{len(self.batches):018d}", count, mount, prefix, digits, first)
            self.batches[batch.id] = batch
        return batch

    def find(self, batch_id: str, mount: str) -> Batch:
        """A batch that was created here or whose results are rendered."""
        return self.batches.get(batch_id) or Batch(batch_id, int(batch_id.rpartition("_")[2]), mount)

    def listed(self, query: dict[str, list[str]], mount: str, base: str) -> dict[str, Any]:
        """A page of the list, newest first."""
        limit, after = min(int(query.get("limit", ["20"])[0]), MOST_LISTED), query.get("after_id", [""])[0]
        own = [batch for batch in reversed(self.batches.values()) if batch.mount == mount]
        start = next((place + 1 for place, batch in enumerate(own) if batch.id == after), 0)
        page = own[start : start + limit]
        data = [batch.shown(base, ended=mount != "hold") for batch in page]
        ends = {"first_id": page[0].id, "last_id": page[-1].id} if page else {"first_id": None, "last_id": None}
        return {"data": data, "has_more": start + limit < len(own), **ends}


class Connection:
    """One kept-alive connection."""

    def __init__(self, desk: Desk, connection: socket.socket, port: int) -> None:
        self.desk, self.socket, self.port = desk, connection, port
        self.buffer = memoryview(bytearray(PIECE))
        self.rest = b""

    def serve(self) -> None:
        """Answer until the other side hangs up."""
        with self.socket:
            try:
                while self.answer():
                    pass
            except ConnectionError:
                return  # whoever has read enough hangs up

    def answer(self) -> bool:
        """One exchange; false where there was none."""
        while (end := self.rest.find(b"\r\n\r\n")) < 0:
            piece = self.socket.recv(65536)
            if not piece:
                return False
            self.rest += piece
        top, self.rest = self.rest[:end].decode("latin-1"), self.rest[end + 4 :]
        line, *fields = top.split("\r\n")
        method, target, _ = line.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
        length = int(headers.get("content-length", "0"))
        if "100-continue" in headers.get("expect", ""):
            self.socket.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "transfer-encoding" in headers:
            raise ValueError("this server measures bodies by their Content-Length")
        body = self.drain(length)
        try:
            self.route(method, target, body, length)
        except ValueError as unfit:
            self.say({"error": {"type": "invalid_request_error", "message": str(unfit)}}, "400 Bad Request")
        return True

    def drain(self, length: int) -> bytes:
        """Receive a body; gives its beginning."""
        head, self.rest = self.rest[:length], self.rest[length:]
        left = length - len(head)
        while left:
            size = self.socket.recv_into(self.buffer, min(left, PIECE))
            if not size:
                raise ConnectionResetError("the body ended early")
            if len(head) < GLANCE:
                head += bytes(self.buffer[: min(size, GLANCE)])
            left -= size
        return head

    def route(self, method: str, target: str, head: bytes, length: int) -> None:
        """Do what was asked for."""
        parts = urlsplit(target)
        mount, *path = parts.path.strip("/").split("/")
        query, base = parse_qs(parts.query), f"http://127.0.0.1:{self.port}/{mount}"
        desk = self.desk
        match method, path:
            case "GET", ["calls"]:
                self.say(dict(desk.calls))
            case "POST", ["v1", "messages", "batches"]:
                desk.calls["create"] += 1
                self.say(desk.create(mount, head, length).shown(base, ended=False))
            case "GET", ["v1", "messages", "batches"]:
                desk.calls["list"] += 1
                self.say(desk.listed(query, mount, base))
            case "GET", ["v1", "messages", "batches", name] if name.startswith("job-"):
                self.say({"id": name, "status": "completed", "created_at": CREATED, "completed_at": ENDED})
            case "GET", ["v1", "messages", "batches", name, "messages"]:
                self.messages(name, query)
            case "GET", ["v1", "messages", "batches", name]:
                desk.calls["get"] += 1
                self.say(desk.find(name, mount).shown(base, ended=mount != "hold"))
            case "GET", ["v1", "messages", "batches", name, "results"]:
                desk.calls["results"] += 1
                self.results(desk.find(name, mount))
            case "GET", ["v1", "batches", name]:
                self.send_file(desk.folder / f"{name}.json", "application/json")
            case _:
                self.say({"error": {"type": "not_found_error", "message": f"{method} {target}"}}, "404 Not Found")

    def head(self, length: int, kind: str, status: str = "200 OK") -> bytes:
        """Status line and headers."""
        lines = (
            f"HTTP/1.1 {status}", f"date: {formatdate(usegmt=True)}", f"content-type: {kind}",
            f"content-length: {length}", "request-id: req_011CBench", "connection: keep-alive",
        )  # fmt: skip
        return "\r\n".join((*lines, "\r\n")).encode()

    def say(self, value: dict[str, Any], status: str = "200 OK") -> None:
        """Answer with a small document."""
        body = json.dumps(value).encode()
        self.socket.sendall(self.head(len(body), "application/json", status) + body)

    def results(self, batch: Batch) -> None:
        """Answer with the lines of a batch: from the file, else the rendered thousands under its own ids."""
        kind, path = "application/x-jsonl", self.desk.folder / f"{batch.id}.jsonl"
        if path.exists():
            self.send_file(path, kind)
            return
        lines = pages.anthropic_results(short=batch.mount == "short")
        named = (batch.prefix, batch.digits, batch.count)
        self.send_all(self.head(lines.size(*named), kind), lines.render(*named, start=batch.first))

    def messages(self, name: str, query: dict[str, list[str]]) -> None:
        """Answer with messages of a Letta job: all, or the page that was asked for."""
        path = self.desk.folder / f"{name}.json"
        limit, after = int(query.get("limit", ["100"])[0]), query.get("after", [""])[0]
        agents = int(name.split("-")[1])
        if limit >= 2 * agents and not after:
            self.send_file(path, "application/json")
            return
        # Two messages of an agent are as long as those of any other; the file begins with the bracket around all.
        lines, prologue = pages.letta_messages(), len(b'{"messages":[')
        pair = lines.size("", pages.AGENT_DIGITS, 1)
        place = 0
        if after:
            number = int(after.rpartition("-")[2])
            place = 2 * number + (2 if after.startswith("message-1") else 1)
        with path.open("rb") as file:
            newer = len(file.read(prologue + pair)[prologue:].split(b',{"id":"message-1', 1)[0]) + 1

            def place_of(index: int) -> int:
                return prologue + index // 2 * pair + index % 2 * newer

            start, stop = place_of(min(place, 2 * agents)), place_of(min(place + limit, 2 * agents))
            file.seek(start)
            body = b'{"messages":[' + file.read(stop - start - 1) + b"]}" if stop > start else b'{"messages":[]}'
        self.socket.sendall(self.head(len(body), "application/json") + body)

    def send_all(self, head: bytes, blocks: Iterator[bytes]) -> None:
        """Answer block by block."""
        self.socket.sendall(head)
        for block in blocks:
            self.socket.sendall(block)

    def send_file(self, path: Path, kind: str) -> None:
        """Answer with a file as it is."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.socket.sendall(self.head(size, kind))
            self.socket.sendfile(file)


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    desk = Desk(folder)
    for short in (False, True):  # nothing is rendered while somebody waits
        pages.anthropic_results(short=short)
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listener.getsockname()[1]

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=Connection(desk, connection, port).serve, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        os.sched_setaffinity(0, {int(sys.argv[2])})
    main(Path(sys.argv[1]))
