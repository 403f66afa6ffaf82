"""The strict judge: every way in which an exchange leaves a vendor's document.

Plain jsonschema_rs on `generated/polybatch_generated/<vendor>/openapi.json`; it shares no code with client and sandbox.
An object that lists its members is closed here, at any depth, unless the document itself says that it is open.

judge("anthropic").request("POST", "/v1/messages/batches?x=1", headers, body)  ─► ["query x: not declared", …]
judge("anthropic").reply("GET", "/v1/messages/batches/b", 200, headers, body)  ─► ["body.id: …", …]

Compiled when first needed, once a process; a body that was judged before is known by its digest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from hashlib import blake2b
from importlib.resources import files
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, unquote

from attrs import field, frozen

from tests.contract.bodies import Content, Json, Schema, Validator, closed, complaints, decoded, nodes, versioned

Headers = Iterable[tuple[str, str]]

METHODS = ("get", "put", "post", "delete", "patch")
OF_HTTP = frozenset({
    "accept", "accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding",
    "user-agent",
})  # fmt: skip
"""Request headers that belong to HTTP and not to an API (RFC 9110, RFC 9112)."""
OF_REPLIES = frozenset({
    "allow", "connection", "content-encoding", "content-length", "content-type", "date", "retry-after", "server",
    "transfer-encoding", "www-authenticate",
})  # fmt: skip
"""The same in replies."""
SAID = 5
"""Complaints about one body; a wrong field in each of 100,000 items would be an endless list."""
KNOWN = 100_000
"""Bodies whose verdict is remembered."""


@frozen(slots=False)
class Parameter:
    """One declared parameter or reply header."""

    place: str
    name: str
    required: bool
    types: frozenset[str]
    validator: Validator

    def complaints(self, values: list[str]) -> Iterator[str]:
        """What is wrong with the values given."""
        where = f"{self.place} {self.name}"
        if not values and self.required:
            yield f"{where}: missing"
        if len(values) > 1:
            yield f"{where}: given {len(values)} times"
        for value in map(self._value, values):
            if not self.validator.is_valid(value):
                yield from (f"{where}: {error.message[:200]}" for error in self.validator.iter_errors(value))

    def _value(self, text: str) -> Json:
        if "integer" in self.types and re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
        if "boolean" in self.types and text in {"true", "false"}:
            return text == "true"
        return text


@frozen
class Reply:
    """A declared reply."""

    headers: Mapping[str, Parameter]
    content: Mapping[str, Content]


@frozen(slots=False)
class Operation:
    """One operation of a document."""

    judge: Judge = field(repr=False)
    method: str
    path: str
    raw: Schema = field(repr=False)

    @property
    def name(self) -> str:
        """Its operationId."""
        return str(self.raw["operationId"])

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What its paths look like."""
        parts = re.split(r"\{([^}]+)\}", self.path)
        return re.compile(
            "".join(f"(?P<{part}>[^/?#]+)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
        )

    @cached_property
    def parameters(self) -> Mapping[tuple[str, str], Parameter]:
        """By place and name, a header's in small letters."""
        given = [*self.judge.document["paths"][self.path].get("parameters", []), *self.raw.get("parameters", [])]
        found = [self.judge.parameter(self.judge.follow(raw)) for raw in given]
        return {(one.place, one.name.lower() if one.place == "header" else one.name): one for one in found}

    @cached_property
    def security(self) -> list[list[Schema]]:
        """The ways to present a key: each a list of schemes that are needed together."""
        schemes = self.judge.document["components"].get("securitySchemes", {})
        wanted = self.raw.get("security", self.judge.document.get("security", []))
        return [[schemes[name] for name in way] for way in wanted]

    @cached_property
    def body(self) -> Schema | None:
        """The declared body of its requests."""
        return self.judge.follow(self.raw["requestBody"]) if "requestBody" in self.raw else None

    @cached_property
    def replies(self) -> Mapping[str, Reply]:
        """By status, or a range of them."""
        return {status: self.judge.declared(raw) for status, raw in self.raw["responses"].items()}

    def reply(self, status: int) -> Reply | None:
        """What is declared for a status."""
        found = (self.replies.get(name) for name in (str(status), f"{status // 100}XX", "default"))
        return next((one for one in found if one is not None), None)


class Judge:
    """The judge of one document."""

    def __init__(self, document: Schema) -> None:
        self.document = document
        self._verdicts: dict[tuple[int, bytes], tuple[str, ...]] = {}
        self._compiled: dict[tuple[str, frozenset[str] | None, bool], Validator] = {}
        self._bodies: dict[tuple[str, frozenset[str]], Content] = {}
        self.operations = [
            Operation(self, method.upper(), path, item[method])
            for path, item in document["paths"].items()
            for method in METHODS
            if method in item
        ]

    # -- what is judged

    def find(self, method: str, target: str) -> tuple[Operation, re.Match[str]] | None:
        """The operation of a request."""
        path = target.partition("?")[0]
        found = ((one, one.pattern.fullmatch(path)) for one in self.operations if one.method == method)
        return next(((one, match) for one, match in found if match), None)

    def named(self, operation: str) -> Operation:
        """An operation by its operationId."""
        return next(one for one in self.operations if one.name == operation)

    def request(self, method: str, target: str, headers: Headers, body: bytes) -> list[str]:
        """Every way in which a request leaves the document."""
        found = self.find(method, target)
        if found is None:
            return [f"path: the document has no {method} {target.partition('?')[0]}"]
        operation, match = found
        sent = _gathered(headers)
        query = _gathered(parse_qsl(target.partition("?")[2], keep_blank_values=True), exact=True)
        given = {"path": {name: [unquote(text)] for name, text in match.groupdict().items()}}
        given |= {"query": query, "header": sent}
        return [
            *_of_parameters(operation, given),
            *(f"query {name}: not declared" for name in query if ("query", name) not in operation.parameters),
            *self._of_headers(operation, sent),
            *self._of_body(operation, sent, body),
        ]

    def reply(self, method: str, target: str, status: int, headers: Headers, body: bytes) -> list[str]:
        """Every way in which a reply leaves the document."""
        found = self.find(method, target)
        if found is None:
            return [f"path: the document has no {method} {target.partition('?')[0]}"]
        declared, asked = found[0].reply(status), found[0].parameters
        if declared is None:
            return [f"status: {found[0].name} declares no {status}"]
        came = _gathered(headers)
        # A header of requests may come back.
        strange = {one for one in came.keys() - declared.headers.keys() - OF_REPLIES if ("header", one) not in asked}
        complaints = [f"header {name}: not declared" for name in sorted(strange)]
        for name, header in declared.headers.items():
            complaints += header.complaints(came.get(name, []))
        media = _media(came)
        if media not in declared.content:
            if body or declared.content:
                complaints.append(f"media type: {found[0].name} {status} declares no {media!r}")
            return complaints
        return [*complaints, *self._verdict(declared.content[media], body)]

    def file(self, body: bytes) -> list[str]:
        """Every way in which a file that a reply pointed at leaves the document."""
        return [*self._verdict(self._file, body)]

    # -- how

    @cached_property
    def _file(self) -> Content:
        return Content(self.validator(self.of_files), lines=True)

    def _of_headers(self, operation: Operation, sent: Mapping[str, list[str]]) -> Iterator[str]:
        ways = operation.security
        if ways and not any(all(_presented(scheme, sent) for scheme in way) for way in ways):
            yield "credentials: none that the document declares"
        keys = {_carrier(scheme) for way in ways for scheme in way}
        for name in sorted(sent.keys() - OF_HTTP - keys):
            if ("header", name) not in operation.parameters:
                yield f"header {name}: not declared"

    def _of_body(self, operation: Operation, sent: Mapping[str, list[str]], body: bytes) -> Iterator[str]:
        declared = operation.body
        if declared is None:
            if body:
                yield "body: none is declared"
            return
        if not body:
            if declared.get("required"):
                yield "body: missing"
            return
        if len(body) > (most := declared.get("x-max-bytes", len(body))):
            yield f"body: {len(body)} bytes, {most} at most"
        media = _media(sent)
        if media not in declared["content"]:
            yield f"media type: {operation.name} takes no {media!r}"
            return
        versions = self.versions.intersection(value for values in sent.values() for value in values)
        key = (operation.name, versions)
        if key not in self._bodies:
            schema = declared["content"][media]["schema"]
            self._bodies[key] = Content(self.validator(schema, versions=versions), lines=False)
        complaints = self._verdict(self._bodies[key], body)
        yield from complaints
        if not complaints and (way := operation.raw.get("x-group-by")):
            yield from _of_group(way, decoded(body))

    def _verdict(self, content: Content, body: bytes) -> tuple[str, ...]:
        key = (id(content.validator), blake2b(body, digest_size=16).digest())
        found = self._verdicts.get(key)
        if found is None:
            if len(self._verdicts) >= KNOWN:
                self._verdicts.clear()
            found = self._verdicts[key] = tuple(islice(complaints(content, body), SAID))
        return found

    # -- the document

    def follow(self, node: Schema) -> Schema:
        """A node, its reference followed."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def validator(self, schema: Schema, *, versions: frozenset[str] | None = None, shut: bool = True) -> Validator:
        """A judge of values; `shut` says whether objects are closed."""
        key = (json.dumps(schema), versions, shut)
        if key not in self._compiled:
            components = {"schemas": self._closed if shut else self._schemas, "open": self._schemas}
            root = {**(closed(schema) if shut else schema), "components": components}
            root = root if versions is None or not self.versions else versioned(root, versions)
            self._compiled[key] = Validator(root, validate_formats=True)
        return self._compiled[key]

    @cached_property
    def _closed(self) -> Schema:
        return {name: closed(schema) for name, schema in self._schemas.items()}

    @cached_property
    def versions(self) -> frozenset[str]:
        """Every version by which the document tells members apart."""
        return frozenset(version for node in nodes(self.document) for version in node.get("x-versions", ()))

    @cached_property
    def points_at_files(self) -> bool:
        """Whether a reply holds the address of a file of results."""
        return any("x-item-schema" in node for node in nodes(self._schemas))

    @cached_property
    def of_files(self) -> Schema:
        """The schema of a line of such a file."""
        found: Schema = next(node["x-item-schema"] for node in nodes(self._schemas) if "x-item-schema" in node)
        return found

    @cached_property
    def _schemas(self) -> Schema:
        found: Schema = self.document["components"].get("schemas", {})
        return found

    def parameter(self, raw: Schema, *, place: str = "", name: str = "") -> Parameter:
        """A declared parameter, compiled."""
        schema = raw.get("schema", {})
        return Parameter(
            place or raw["in"], name or raw["name"], bool(raw.get("required")), frozenset(self._types(schema)),
            self.validator(schema),
        )  # fmt: skip

    def declared(self, raw: Schema) -> Reply:
        """A declared reply, compiled."""
        reply = self.follow(raw)
        headers = {
            name.lower(): self.parameter(self.follow(header), place="header", name=name)
            for name, header in reply.get("headers", {}).items()
        }
        content = {
            media: Content(self.validator(said.get("x-item-schema", said.get("schema", {}))), "x-item-schema" in said)
            for media, said in reply.get("content", {}).items()
        }
        return Reply(headers, content)

    def _types(self, schema: Schema) -> Iterator[str]:
        schema = self.follow(schema)
        named = schema.get("type", [])
        yield from [named] if isinstance(named, str) else named
        for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            yield from self._types(part)


@cache
def judge(vendor: str) -> Judge:
    """The judge of a vendor's strict document."""
    return Judge(json.loads(files("polybatch_generated").joinpath(vendor, "openapi.json").read_bytes()))


def _gathered(pairs: Iterable[tuple[str, str]], *, exact: bool = False) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name if exact else name.lower(), []).append(value)
    return found


def _media(headers: Mapping[str, list[str]]) -> str:
    return headers.get("content-type", [""])[0].partition(";")[0].strip().lower()


def _carrier(scheme: Schema) -> str:
    """The header of a security scheme."""
    return "authorization" if scheme["type"] == "http" else str(scheme["name"]).lower()


def _presented(scheme: Schema, sent: Mapping[str, list[str]]) -> bool:
    """Whether a key is there, in the scheme's form."""
    prefix = "Bearer " if scheme["type"] == "http" else scheme.get("x-prefix", "")
    values = sent.get(_carrier(scheme), [])
    return len(values) == 1 and values[0].startswith(prefix) and len(values[0]) > len(prefix)


def _of_parameters(operation: Operation, given: Mapping[str, Mapping[str, list[str]]]) -> Iterator[str]:
    for (place, name), parameter in operation.parameters.items():
        yield from parameter.complaints(given[place].get(name, []))


def _of_group(way: str, body: Json) -> Iterator[str]:
    """What all items of one create share."""
    items = next(value for value in body.values() if isinstance(value, list))
    found = set()
    for item in items:
        for part in way.split("."):
            item = item[part]  # noqa: PLW2901 - one step down
        found.add(item)
    if len(found) > 1:
        yield f"body: {len(found)} different {way}, one batch takes one"
