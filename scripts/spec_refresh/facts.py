"""Operations, parameters, bodies and replies of a document as nodes; the schemas below them stand in `schemas`."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qsl

from scripts.spec_compiler.documents import Document
from scripts.spec_compiler.walking import METHODS

from .leaves import text_of
from .nodes import Facts, Node, Reader
from .schemas import LINE, OURS, SchemaNode, schema_node

_UNSAID = {"accept", "content-type", "cookie"}
"""Header parameters that OpenAPI tells tools to ignore."""
_STYLE = {"query": ("form", True), "cookie": ("form", True), "path": ("simple", False), "header": ("simple", False)}


class Operation(NamedTuple):
    """Where an operation stands; `route` is the path without names and query, by which it is found elsewhere."""

    path: str
    method: str
    item: Document
    raw: Document

    @property
    def route(self) -> str:
        """`/v1/batches/{}`."""
        return re.sub(r"{[^}]*}", "{}", self.path.partition("?")[0])

    @property
    def label(self) -> str:
        """`GET /v1/batches/{id}`."""
        return f"{self.method.upper()} {self.path}"


def all_operations(document: Document) -> Iterator[Operation]:
    """Every operation that is written as one."""
    paths = document.get("paths")
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        for method in METHODS:
            if isinstance(item, dict) and isinstance(item.get(method), dict):
                yield Operation(path, method, item, item[method])


class DocumentNode(Node):
    """The whole: its servers, and the operations that are asked for."""

    def __init__(self, reader: Reader, operations: dict[str, Operation]) -> None:
        self.raw = reader.document
        self._operations = {name: OperationNode(reader, operation) for name, operation in operations.items()}

    @cached_property
    def facts(self) -> Facts:
        """Its servers."""
        servers = self.raw.get("servers") or []
        return {"servers": frozenset(str(server.get("url", "")).rstrip("/") for server in servers)}

    @cached_property
    def children(self) -> dict[str, Node]:
        """The operations by our name."""
        return dict(self._operations)


class OperationNode(Node):
    """One call: its parameters, its body, its replies, its key."""

    def __init__(self, reader: Reader, operation: Operation) -> None:
        self.reader = reader
        self.operation = operation
        self.raw = operation.raw

    @cached_property
    def facts(self) -> Facts:
        """The keys it takes, and what of it is our own word."""
        found: Facts = {"security": self._security()}
        if self.raw.get("deprecated") is True:
            found["deprecated"] = True
        return found | {word: self.raw[word] for word in OURS if word in self.raw}

    def _security(self) -> frozenset[str]:
        document = self.reader.document
        schemes = (document.get("components") or {}).get("securitySchemes") or {}
        wanted = self.raw.get("security", document.get("security")) or []
        return frozenset(
            " and ".join(sorted(_scheme(self.reader.follow(schemes.get(name)), name) for name in alternative))
            or "no key"
            for alternative in wanted
        )

    @cached_property
    def children(self) -> dict[str, Node]:
        """Parameters, the body, replies by status."""
        found: dict[str, Node] = {}
        given = [self.reader.follow(raw) for raw in (*self.operation.item.get("parameters", []), *self._parameters())]
        for raw in given:
            place, name = str(raw.get("in", "")), str(raw.get("name", ""))
            if place == "header" and name.lower() in _UNSAID:
                continue
            if place == "path":
                names = re.findall(r"{([^}]*)}", self.operation.path)
                # On the wire a path parameter has a position and no name.
                name = str(names.index(name) + 1) if name in names else name
            found[f"{place} parameter {name.lower() if place == 'header' else name}"] = ParameterNode(self.reader, raw)
        if "requestBody" in self.raw:
            found["request"] = BodyNode(self.reader, self.reader.follow(self.raw["requestBody"]), request=True)
        for status, raw in (self.raw.get("responses") or {}).items():
            found[f"response {str(status).upper().replace('DEFAULT', 'default')}"] = BodyNode(
                self.reader, self.reader.follow(raw), request=False
            )
        return found

    def _parameters(self) -> Iterable[Document]:
        """Those of the operation, and those that hide in the path as a query."""
        for name, value in parse_qsl(self.operation.path.partition("?")[2]):
            word = {"true": True, "false": False}.get(value, value)
            yield {"name": name, "in": "query", "required": True, "schema": {"const": word}}
        yield from self.raw.get("parameters") or []


class ParameterNode(Node):
    """A parameter or a header of a reply."""

    def __init__(self, reader: Reader, raw: Document) -> None:
        self.raw = raw
        content = [entry for entry in (raw.get("content") or {}).values() if isinstance(entry, dict)]
        self._schema = schema_node(reader, raw.get("schema", content[0].get("schema") if content else None))

    @cached_property
    def facts(self) -> Facts:
        """Whether it is needed, and how it is written."""
        place = self.raw.get("in")
        found: Facts = {"required": place == "path" or self.raw.get("required") is True}
        style, explode = _STYLE.get(str(place), ("simple", False))
        given = self.raw.get("style", style)
        written = (given, self.raw.get("explode", given == "form"))
        if written != (style, explode):
            found["style"] = f"{written[0]}, {'exploded' if written[1] else 'joined'}"
        if self.raw.get("deprecated") is True:
            found["deprecated"] = True
        return found | {word: self.raw[word] for word in OURS if word in self.raw}

    @cached_property
    def children(self) -> dict[str, Node]:
        """Its schema."""
        return {"": self._schema}


class BodyNode(Node):
    """What is sent or comes back: its media types, the schema of the one we use, its headers."""

    def __init__(self, reader: Reader, raw: Document, *, request: bool) -> None:
        self.reader = reader
        self.raw = raw
        self._request = request
        content = raw.get("content")
        self._content = {
            str(media).partition(";")[0].strip().lower(): entry if isinstance(entry, dict) else {}
            for media, entry in (content if isinstance(content, dict) else {}).items()
        }

    @property
    def main(self) -> Document:
        """The media type that is read: JSON where there is some."""
        ranked = sorted(self._content, key=lambda media: (media != "application/json", "json" not in media))
        return self._content[ranked[0]] if ranked else {}

    @cached_property
    def facts(self) -> Facts:
        """Its media types."""
        found: Facts = {"media": frozenset(self._content)}
        if self._request:
            found["required"] = self.raw.get("required") is True
        return found | {word: self.raw[word] for word in OURS if word in self.raw}

    @cached_property
    def children(self) -> dict[str, Node]:
        """The schema, a line where there are lines, the headers."""
        body = self.main
        schema = body.get("schema")
        line = body.get("x-item-schema", body.get("itemSchema"))
        of_lines = any(media.endswith(("jsonl", "ndjson")) for media in self._content) and "application/json" not in (
            self._content
        )
        if of_lines and line is None and _has_form(schema_node(self.reader, schema)):
            line, schema = schema, None
        found: dict[str, Node] = {"": schema_node(self.reader, {"type": "string"} if of_lines else schema)}
        if line is not None:
            found[LINE] = schema_node(self.reader, line)
        for name, raw in (self.raw.get("headers") or {}).items():
            found[f" header {name.lower()}"] = ParameterNode(self.reader, self.reader.follow(raw))
        return found


def _has_form(node: SchemaNode) -> bool:
    return bool(node.variants)


def _scheme(raw: Document, name: str) -> str:
    """A security scheme by what travels, not by its name in the document."""
    kind = raw.get("type")
    if kind == "http":
        return f"http {str(raw.get('scheme', '')).lower()}"
    if kind == "apiKey":
        place, key = str(raw.get("in", "")), str(raw.get("name", ""))
        return f"key in {place} {key.lower() if place == 'header' else key}"
    return f"{kind or 'unknown scheme'} {text_of(name)}"
