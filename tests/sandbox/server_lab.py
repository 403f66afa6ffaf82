"""A sandbox on real ports with a frozen clock, and a judge that holds its answers against the strict document."""

from __future__ import annotations

import http.client
import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jsonschema_rs

from polybatch_sandbox import serve

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_795_000_000.0  # 2026-11-18T11:06:40Z
START_ISO = "2026-11-18T11:06:40.000000Z"
VENDORS = ("anthropic", "letta", "meshapi", "onerouter")
CREATE_PATH = {
    "anthropic": "/v1/messages/batches",
    "letta": "/v1/messages/batches",
    "meshapi": "/v1/batches",
    "onerouter": "/v1/batches",
}
KEY = {
    "anthropic": {"x-api-key": "key", "anthropic-version": "2026-10-21"},
    "letta": {"Authorization": "Bearer key"},
    "meshapi": {"Authorization": "Bearer key"},
    "onerouter": {"Authorization": "Bearer key"},
}


@cache
def document(vendor: str) -> dict[str, Any]:
    return json.loads((files("polybatch_generated") / vendor / "openapi.json").read_bytes())


def resolve(vendor: str, node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        found: Any = document(vendor)
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


@cache
def validator(vendor: str, schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"components": document(vendor)["components"], **json.loads(schema)})


def valid(vendor: str, schema: dict[str, Any], value: object) -> None:
    validator(vendor, json.dumps(schema)).validate(value)


def response_schema(vendor: str, method: str, path: str, status: int) -> dict[str, Any]:
    """The media types that the document declares for a reply."""
    for template, item in document(vendor)["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and method.lower() in item:
            responses = item[method.lower()]["responses"]
            for name in (str(status), f"{status // 100}XX", "default"):
                if name in responses:
                    return resolve(vendor, responses[name])["content"]
            raise AssertionError(f"{method} {template} declares no {status}")
    raise AssertionError(f"the document has no {method} {path}")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        assert self.body.endswith(b"\n") or not self.body
        return [json.loads(line) for line in self.body.split(b"\n")[:-1]]


def exchange(base: str, method: str, target: str, *, headers: dict[str, str], body: bytes | None = None) -> Reply:
    """One exchange on a connection of its own; nothing about the target is changed on the way."""
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request(method, parts.path + target, body=body, headers=headers)
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())
    finally:
        connection.close()


class Vendor:
    """One vendor of a lab; every reply is judged unless `judged` says otherwise."""

    def __init__(self, lab: Lab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.base = lab.server.base_url(name)

    def call(
        self,
        method: str,
        target: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        judged: bool = True,
    ) -> Reply:
        sent = KEY[self.name] if headers is None else headers
        raw = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if raw is not None:
            sent = {"Content-Type": "application/json"} | sent
        reply = exchange(self.base, method, target, headers=sent, body=raw)
        if judged:
            self.judge(method, target.partition("?")[0], reply)
        return reply

    def judge(self, method: str, path: str, reply: Reply) -> None:
        declared = response_schema(self.name, method, path, reply.status)
        media_type = reply.headers["Content-Type"].partition(";")[0]
        assert media_type in declared, (media_type, list(declared))
        if "x-item-schema" in declared[media_type]:
            for line in reply.lines:
                valid(self.name, declared[media_type]["x-item-schema"], line)
        else:
            valid(self.name, declared[media_type]["schema"], reply.json)

    def get(self, target: str, **more: Any) -> Reply:
        return self.call("GET", target, **more)

    def post(self, target: str, body: object = None, **more: Any) -> Reply:
        return self.call("POST", target, body, **more)

    def create(self, requests: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        """A batch that is accepted."""
        reply = self.post(CREATE_PATH[self.name], {"requests": requests, **more})
        assert reply.status == 200, reply.body
        return reply.json

    def script(self, operation: str, *words: str) -> None:
        self.lab.control("POST", "/faults", {"vendor": self.name, "operation": operation, "script": list(words)})

    def modes(self, **modes: object) -> None:
        self.lab.control("PUT", "/modes", {self.name: modes})

    def ledger(self, *, requests: bool = False) -> list[dict[str, Any]]:
        return self.lab.control("GET", "/ledger?requests=1" if requests else "/ledger")[self.name]


class Lab:
    """A running sandbox."""

    def __init__(self, server: Any) -> None:
        self.server = server

    def vendor(self, name: str) -> Vendor:
        return Vendor(self, name)

    def control(self, method: str, path: str, body: object = None, *, status: int = 200) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        reply = exchange(self.server.url, method, "/_sandbox" + path, headers={}, body=raw)
        assert reply.status == status, reply.body
        return reply.json

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock", {"advance": seconds})


@contextmanager
def open_lab(**options: Any) -> Iterator[Lab]:
    """A sandbox whose time stands still unless it is advanced."""
    with serve(**{"speed": 0, "seed": 7, "now": lambda: START} | options) as server:
        yield Lab(server)


def items(vendor: str, count: int, *, text: str = "Question {}") -> list[dict[str, Any]]:
    """Well-formed requests for a vendor."""
    return [item(vendor, index, text.format(index)) for index in range(count)]


def item(vendor: str, index: int, text: str) -> dict[str, Any]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": text}]
    if vendor == "letta":
        return {"agent_id": agent(index), "messages": [messages[0] | {"otid": f"row-{index}"}]}
    if vendor == "meshapi":
        return {
            "custom_id": f"row-{index}",
            "body": {"model": "openai/gpt-5-nano", "messages": messages, "max_tokens": 16},
        }
    model = "claude-opus-5-5" if vendor == "anthropic" else "openai/gpt-4o-mini-batch"
    return {"custom_id": f"row-{index}", "params": {"model": model, "max_tokens": 16, "messages": messages}}


def agent(index: int) -> str:
    return f"agent-123e4567-e89b-42d3-8456-{index + 1:012d}"
