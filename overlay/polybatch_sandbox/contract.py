"""A vendor's strict document as a judge of requests: routes, credentials, parameters, bodies.

Nothing of a vendor is written here; whatever the document does not say is the business of `behaviours`.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from polybatch_sandbox.body import Items, decoded
from polybatch_sandbox.message import segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from polybatch_sandbox.message import Request

Document = dict[str, Any]
Where = tuple[str | int, ...]

MOST_VIOLATIONS = 20  # a wrong field in each of 100,000 items would be an endless reply
METHODS = ("get", "put", "post", "delete", "patch")
IGNORED_HEADERS = frozenset(
    {"accept", "content-type", "authorization"}
)  # OpenAPI 3.1: parameters of these names are ignored
PLAIN = frozenset(
    {"$ref", "type", "properties", "required", "additionalProperties", "items", "minItems", "maxItems"}
    | {"title", "description", "default", "example", "examples"}
)
"""Keywords of a body and of its array under which an item is right or wrong by its own schema alone."""
OPERATIONS = {
    "create_batch": "create",
    "get_batch": "get",
    "list_batches": "list",
    "cancel_batch": "cancel",
    "delete_batch": "delete",
    "batch_results": "results",
}


def document(vendor: str) -> Document:
    """The vendor's strict document out of the generated package."""
    loaded: Document = json.loads((files("polybatch_generated") / vendor / "openapi.json").read_bytes())
    return loaded


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing in a request that the document forbids."""

    where: Where
    """`body`, `query`, `header` or `path`, then the way to the place."""
    rule: str
    """The keyword of the schema that refused it; `missing` for what is not there, `json` for what is not JSON."""
    message: str


class Violations(Exception):
    """A request that the document forbids."""

    def __init__(self, found: list[Violation]) -> None:
        super().__init__(f"{len(found)} violations")
        self.found = found


class TooLarge(Exception):
    """A body beyond `x-max-bytes`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter."""

    name: str
    place: str
    required: bool
    default: Any
    types: frozenset[str]
    validator: jsonschema_rs.Validator

    def read(self, values: list[str]) -> Iterator[tuple[Any, list[Violation]]]:
        """The value, decoded as far as its types allow, with what is wrong with it."""
        where: Where = (self.place, self.name)
        if not values:
            if self.required:
                yield None, [Violation(where, "missing", "Field required")]
            elif self.default is not None:
                yield self.default, []
            return
        value = self._decode(", ".join(values) if self.place == "header" else values[-1])
        yield value, list(_violations(self.validator, value, where))

    def _decode(self, text: str) -> Any:
        if "integer" in self.types and re.fullmatch(r"[+-]?\d{1,18}", text):
            return int(text)
        if "boolean" in self.types and text.lower() in {"true", "false", "1", "0"}:
            return text.lower() in {"true", "1"}
        return text


@dataclass(frozen=True, slots=True)
class Input:
    """The parts of a request that an operation declares, checked."""

    path: dict[str, str]
    query: dict[str, Any]
    body: Any


class Operation:
    """One operation of the document."""

    def __init__(self, path: str, method: str, raw: Document, contract: Contract) -> None:
        self.name: str = raw["operationId"]
        self.word = OPERATIONS[self.name]
        self.method = method.upper()
        declared = raw if "security" in raw else contract.document
        self.security: list[Document] = declared.get("security", [])
        names = re.split(r"\{([^}]+)\}", path)
        self.pattern = re.compile(
            "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(names))
        )
        self._contract = contract
        self._path_item: Document = contract.document["paths"][path]
        self._raw = raw

    @cached_property
    def parameters(self) -> list[Parameter]:
        """Declared parameters; those of the operation replace those of the path."""
        found: dict[tuple[str, str], Parameter] = {}
        for raw in [*self._path_item.get("parameters", []), *self._raw.get("parameters", [])]:
            declared = self._contract.resolve(raw)
            name, place = declared["name"], declared["in"]
            if place == "header" and name.lower() in IGNORED_HEADERS:
                continue
            schema = declared.get("schema", {})
            found[place, name.lower()] = Parameter(
                name=name,
                place=place,
                required=bool(declared.get("required")),
                default=self._contract.resolve(schema).get("default"),
                types=frozenset(self._contract.types(schema)),
                validator=self._contract.validator(schema),
            )
        return list(found.values())

    @cached_property
    def request_body(self) -> Document | None:
        """The declared JSON body, if there is one."""
        return self._contract.resolve(self._raw["requestBody"]) if "requestBody" in self._raw else None

    @cached_property
    def body_judge(self) -> BodyJudge:
        """The judge of the body."""
        schema = (self.request_body or {})["content"]["application/json"].get("schema", {})
        return BodyJudge(self._contract, schema)

    def read(self, request: Request, *, sized: bool) -> Input:
        """The request's parts, or `Violations`; `sized` says whether the size of the body counts."""
        found: list[Violation] = []
        match = self.pattern.fullmatch(request.path)
        values: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}}
        for parameter in self.parameters:
            for value, violations in parameter.read(_given(parameter, request, match)):
                values[parameter.place][parameter.name] = value
                found += violations
        body = None
        if self.request_body is not None:
            body, violations = self._read_body(request, self.request_body, sized=sized)
            found += violations
        if found:
            raise Violations(found)
        return Input(values["path"], values["query"], body)

    def _read_body(self, request: Request, declared: Document, *, sized: bool) -> tuple[Any, list[Violation]]:
        if sized and len(request.body) > declared.get("x-max-bytes", math.inf):
            raise TooLarge
        if not request.body:
            return None, [Violation(("body",), "missing", "Field required")] if declared.get("required") else []
        media_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
        if media_type != "application/json":
            return None, [
                Violation(("header", "content-type"), "media_type", "The body must be sent as application/json")
            ]
        judge = self.body_judge
        try:
            body = decoded(request.body, judge.long)
        except (ValueError, RecursionError) as error:
            return None, [Violation(("body",), "json", f"The body is not JSON: {error}"[:200])]
        return body, list(islice(judge.violations(body), MOST_VIOLATIONS))


class BodyJudge:
    """A body's schema; the items of its one long array are judged one by one.

    In the frame, which is the schema without that of the items, each item stands as null if it is right and as true
    if it is not. What the frame says about the latter gives way to what is wrong with the item, so that everything is
    found in the order in which the whole schema finds it.
    """

    def __init__(self, contract: Contract, schema: Document) -> None:
        self.long: str | None = None
        """The name of the member that holds the array."""
        whole = contract.resolve(schema)
        for name, member in whole.get("properties", {}).items():
            array = contract.resolve(member)
            if isinstance(array.get("items"), dict) and _plain(schema, whole) and _plain(member, array):
                self.long, self._item = name, contract.validator(array["items"])
                schema = {**whole, "properties": {**whole["properties"], name: {**array, "items": {"type": "null"}}}}
                break
        self._frame = contract.validator(schema)

    def violations(self, body: Any) -> Iterator[Violation]:
        """What is wrong with a body."""
        items = body.get(self.long) if isinstance(body, dict) else None
        if self.long is None or not isinstance(items, list | Items):
            yield from _violations(self._frame, body, ("body",))
            return
        wrong = ((index, item) for index, item in enumerate(items) if not self._item.is_valid(item))
        found = {
            index: list(_violations(self._item, item, ("body", self.long, index)))
            for index, item in islice(wrong, MOST_VIOLATIONS)
        }
        marks = [True if index in found else None for index in range(len(items))]
        for violation in _violations(self._frame, {**body, self.long: marks}, ("body",)):
            item_at = violation.where[2:] if violation.where[1:2] == (self.long,) else ()
            yield from found[int(item_at[0])] if item_at else [violation]


class Contract:
    """One vendor's document."""

    def __init__(self, doc: Mapping[str, Any]) -> None:
        self.document: Document = dict(doc)
        self.operations = [
            Operation(path, method, raw, self)
            for path, item in self.document["paths"].items()
            for method, raw in item.items()
            if method in METHODS and raw.get("operationId") in OPERATIONS
        ]

    @cached_property
    def key_headers(self) -> frozenset[str]:
        """Headers that carry a key, beside those that do so everywhere."""
        schemes = self.document.get("components", {}).get("securitySchemes", {}).values()
        return frozenset(scheme["name"].lower() for scheme in schemes if scheme.get("in") == "header")

    def routes(self, path: str) -> dict[str, Operation]:
        """The operations under a path, by method."""
        return {operation.method: operation for operation in self.operations if operation.pattern.fullmatch(path)}

    def keys(self, request: Request, operation: Operation) -> list[str] | None:
        """The credentials that satisfy the operation; None if they do not, empty where none are needed."""
        if not operation.security:
            return []
        schemes = self.document.get("components", {}).get("securitySchemes", {})
        for alternative in operation.security:
            keys = [_credential(request, schemes[name]) for name in alternative]
            if all(keys):
                return [key for key in keys if key]
        return None

    def resolve(self, node: Document) -> Document:
        """A node, its reference followed."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part.replace("~1", "/").replace("~0", "~")]
            node = found
        return node

    def types(self, schema: Document) -> Iterator[str]:
        """Every JSON type that a schema names."""
        schema = self.resolve(schema)
        named = schema.get("type", [])
        yield from [named] if isinstance(named, str) else named
        for keyword in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(keyword, []):
                yield from self.types(part)

    def validator(self, schema: Document) -> jsonschema_rs.Validator:
        """A judge of values by a schema of this document."""
        root = {"components": {"schemas": self.document.get("components", {}).get("schemas", {})}, **schema}
        return jsonschema_rs.Draft202012Validator(root, validate_formats=True, mask="the value")


@cache
def contract_of(vendor: str) -> Contract:
    """By the document out of the generated package; shared, because nothing of it changes."""
    return Contract(document(vendor))


def _given(parameter: Parameter, request: Request, match: re.Match[str] | None) -> list[str]:
    if parameter.place == "query":
        return [value for name, value in request.query if name == parameter.name]
    if parameter.place == "header":
        return request.values(parameter.name)
    return [segment(match[parameter.name])] if match and parameter.place == "path" else []


def _credential(request: Request, scheme: Document) -> str | None:
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        return request.header(scheme["name"])
    kind, _, key = (request.header("authorization") or "").partition(" ")
    return key.strip() or None if kind.lower() == scheme.get("scheme", "bearer").lower() else None


def _plain(*schemas: Document) -> bool:
    return all(name in PLAIN or name.startswith("x-") for schema in schemas for name in schema)


def _violations(validator: jsonschema_rs.Validator, value: object, where: Where) -> Iterator[Violation]:
    for error in islice(validator.iter_errors(value), MOST_VIOLATIONS):
        place: Where = (*where, *error.instance_path)
        if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Required):
            yield Violation((*place, error.kind.property), "missing", "Field required")
        else:
            yield Violation(place, str(error.schema_path[-1]) if error.schema_path else "schema", error.message[:200])
