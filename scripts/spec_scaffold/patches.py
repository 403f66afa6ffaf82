"""The first patches of a new vendor, derived from its document; each is applied as it is written, so that it bites."""

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from jsonpath_rfc9535 import find

from scripts.spec_compiler.documents import Document, load_yaml
from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.patching import apply_patches
from scripts.spec_compiler.simplifying import pascal
from scripts.spec_compiler.walking import PREFIX, Schema, children, holders, name_of, ref, resolve

from .choosing import Operations
from .shape import types

CONVENTION = "project convention"
INFERRED = "inferred from the shape that OpenAI-like batch APIs share"
SCHEMAS = load_yaml(Path(__file__).parent / "templates" / "inferred.yaml")
LINES = "application/x-jsonl"
RANGES = ("4XX", "5XX")
UUIDS = "$..[?@.format == 'uuid'].format"
ASKED_TIMES = "$..parameters..[?@.format == 'date-time'].format"
Place = tuple[str | int, ...]


class Patching:
    """A document on its way to the strict one, and the actions that have led there."""

    def __init__(self, document: Document, operations: Operations, evidence: str) -> None:
        self.document = deepcopy(document)
        self.operations = operations
        self.evidence = evidence
        self.actions: list[Document] = []

    def add(self, place: Place | str, description: str, source: str, **verb: Any) -> None:
        """One action, applied."""
        target = place if isinstance(place, str) else jsonpath(place)
        action = {"target": target, "description": description, "x-source": source, **verb}
        self.document = apply_patches(self.document, {"overlay": "1.1.0", "actions": [action]})
        self.actions.append(action)

    def at(self, place: Place) -> Any:
        """What stands at a place."""
        found: Any = self.document
        for part in place:
            found = found[part]
        return found

    def operation(self, name: str) -> Place:
        """Where an operation stands."""
        path, method = self.operations[name]
        return ("paths", path, method)

    def schema(self, name: str) -> Schema:
        """A named schema."""
        found: Schema = self.document["components"]["schemas"][name]
        return found

    def followed(self, place: Place) -> Place:
        """A place, or where the reference that stands there leads."""
        while "$ref" in (node := self.at(place)):
            place = tuple(_unescaped(part) for part in node["$ref"].removeprefix("#/").split("/"))
        return place

    def infer(self, *names: str) -> None:
        """Schemas of the common shape, with what they refer to, unless they are there."""
        schemas = self.document["components"].get("schemas", {})
        waiting, new = list(names), dict[str, Schema]()
        while waiting:
            name = waiting.pop()
            if name not in schemas and name not in new:
                new[name] = SCHEMAS[name]
                waiting += re.findall(PREFIX + r"(\w+)", repr(SCHEMAS[name]))
        if new:
            parent = "$.components.schemas" if schemas else "$.components"
            update = dict(sorted(new.items())) if schemas else {"schemas": dict(sorted(new.items()))}
            self.add(parent, f"The document does not say what {names[0]} holds.", INFERRED, update=update)


def jsonpath(place: Place) -> str:
    """A place as RFC 9535 writes it."""
    parts = (f"[{part}]" if isinstance(part, int) else _member(part) for part in place)
    return "$" + "".join(parts)


def _member(name: str) -> str:
    if re.fullmatch(r"[A-Za-z_]\w*", name):
        return f".{name}"
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def common_names(patching: Patching) -> None:
    """One tag, our operationIds, the key where it belongs, and replies whose status is one or a range."""
    patching.add("$", "All vendors share one tag.", CONVENTION, update={"tags": [{"name": "batches"}]})
    for target, why in ((UUIDS, "An id is text to a client."), (ASKED_TIMES, "An option is text, as it was given.")):
        if find(target, patching.document):
            patching.add(target, why, CONVENTION, remove=True)
    _schemes(patching)
    scheme = next(iter(patching.document["components"]["securitySchemes"]))
    for name in patching.operations:
        place = patching.operation(name)
        operation = patching.at(place)
        if "tags" in operation:
            patching.add((*place, "tags"), "The vendor's own tags.", CONVENTION, remove=True)
        update: Document = {"operationId": name, "tags": ["batches"], "x-evidence": patching.evidence}
        if not (patching.document.get("security") or operation.get("security")):
            update["security"] = [{scheme: []}]
        patching.add(place, "Common tag and operationId.", CONVENTION, update=update)
        _key_parameters(patching, place)
        _plain_parameters(patching, place)
        _ranges(patching, place)
    _failures(patching)
    body = patching.followed((*patching.operation("create_batch"), "requestBody"))
    if not patching.at(body).get("required"):
        patching.add(body, "A create without a body is an error.", INFERRED, update={"required": True})
    for media in [media for media in patching.at((*body, "content")) if media != "application/json"]:
        patching.add((*body, "content", media), "Requests are sent as JSON.", CONVENTION, remove=True)


def _schemes(patching: Patching) -> None:
    components = patching.document["components"]
    for name, scheme in components.get("securitySchemes", {}).items():
        kind = (scheme.get("type"), str(scheme.get("scheme", scheme.get("in"))).lower())
        if kind not in {("http", "bearer"), ("apiKey", "header")}:
            place = ("components", "securitySchemes", name)
            patching.add(place, "Only a key in a header is known here.", CONVENTION, remove=True)
    if not patching.document["components"].get("securitySchemes"):
        update = {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}}
        patching.add("$.components", "The document does not say how the key travels.", INFERRED, update=update)


def _key_parameters(patching: Patching, place: Place) -> None:
    schemes = patching.document["components"]["securitySchemes"].values()
    headers = {"authorization", *(str(scheme.get("name", "")).lower() for scheme in schemes)}
    for holder in (place, place[:2]):
        for index, entry in reversed(list(enumerate(patching.at(holder).get("parameters", [])))):
            parameter = resolve(patching.document, entry)
            if parameter["in"] == "header" and str(parameter["name"]).lower() in headers:
                why = "The key belongs to the security scheme; as a parameter every call would have to carry it."
                patching.add((*holder, "parameters", index), why, CONVENTION, remove=True)


def _plain_parameters(patching: Patching, place: Place) -> None:
    """Filters by lists and objects go: an option is one plain value."""
    for index, entry in reversed(list(enumerate(patching.at(place).get("parameters", [])))):
        parameter = resolve(patching.document, entry)
        kinds = types(patching.document, parameter.get("schema", {}))
        if kinds & {"array", "object"} and not parameter.get("required"):
            patching.add((*place, "parameters", index), "An option is one plain value.", CONVENTION, remove=True)


def _ranges(patching: Patching, operation: Place) -> None:
    """`default` becomes what it stands for; a failure without a shape goes, and gets one with the others."""
    place: Place = (*operation, "responses")
    if "default" in patching.at(place):
        missing = [status for status in RANGES if status not in patching.at(place)]
        if missing:
            why = "`default` stands for these."
            patching.add(place, why, CONVENTION, update={status: {} for status in missing})
            for status in missing:
                patching.add((*place, status), why, CONVENTION, copy=jsonpath((*place, "default")))
        patching.add((*place, "default"), "Replaced by ranges.", CONVENTION, remove=True)
    for status in [status for status in patching.at(place) if not status.startswith(("2", "3"))]:
        where = patching.followed((*place, status))
        if "application/json" not in patching.at(where).get("content", {}):
            patching.add((*place, status), "A failure without a shape; it gets one below.", CONVENTION, remove=True)


def _failures(patching: Patching) -> None:
    """Any operation may be refused or fail: in the shape of a failure that is published, if there is one."""
    places: list[Place] = [(*patching.operation(name), "responses") for name in patching.operations]
    published = [
        (*place, status) for place in places for status in patching.at(place) if not status.startswith(("2", "3"))
    ]
    for place in places:
        missing = [status for status in RANGES if status not in patching.at(place)]
        if missing and published:
            why = "Any operation may be refused or fail; in the shape that is published elsewhere."
            patching.add(place, why, INFERRED, update={status: {} for status in missing})
            for status in missing:
                patching.add((*place, status), why, INFERRED, copy=jsonpath(published[0]))
        elif missing:
            refusal = {"$ref": _refusal(patching)}
            why = "Any operation may be refused or fail."
            patching.add(place, why, INFERRED, update=dict.fromkeys(missing, refusal))


def _refusal(patching: Patching) -> str:
    """The reference of a reply of the common shape."""
    if "Refusal" not in patching.document["components"].get("responses", {}):
        patching.infer("ErrorReply")
        content = {"application/json": {"schema": ref("ErrorReply")}}
        update = {"responses": {"Refusal": {"description": "Refused or failed.", "content": content}}}
        patching.add("$.components", "The document does not say how a refusal looks.", INFERRED, update=update)
    return "#/components/responses/Refusal"


# -- every object has a name


def name_objects(patching: Patching) -> None:
    """Moves every inline object to the components, outermost first."""
    if "schemas" not in patching.document["components"]:
        patching.add("$.components", "A place for named schemas.", CONVENTION, update={"schemas": {}})
    while (found := next(_inline(patching), None)) is not None:
        move(patching, *found)


def move(patching: Patching, place: Place, wanted: str, *, shared: bool = True) -> str:
    """Gives the schema at a place a name, or that of an equal one where `shared`; the name."""
    schema = patching.at(place)
    schemas = patching.document["components"]["schemas"]
    same = next((name for name, other in schemas.items() if shared and other == schema), None)
    name = same or next(name for name in (wanted, *(f"{wanted}{n}" for n in range(2, 99))) if name not in schemas)
    if same is None:
        why = f"A place for {name}."
        patching.add("$.components.schemas", why, CONVENTION, update={name: {}})
        why = "An inline schema, by name."
        patching.add(("components", "schemas", name), why, CONVENTION, copy=jsonpath(place))
    if isinstance(place[-1], int):
        # An element of an array: the whole array is written anew, in its order.
        array = [ref(name) if index == place[-1] else entry for index, entry in enumerate(patching.at(place[:-1]))]
        patching.add(place[:-1], "Replaced below.", CONVENTION, remove=True)
        patching.add(place[:-2], f"{name} by reference.", CONVENTION, update={place[-2]: array})
    else:
        patching.add(place, "Replaced below.", CONVENTION, remove=True)
        patching.add(place[:-1], f"{name} by reference.", CONVENTION, update={place[-1]: ref(name)})
    return name


def _inline(patching: Patching) -> Iterator[tuple[Place, str]]:
    roles = {patching.operations[name]: name for name in patching.operations}
    for pointer, holder, key in holders(patching.document):
        parts = [_unescaped(part) for part in pointer.removeprefix("#/").split("/")]
        place: Place = tuple(
            int(part) if index > 1 and parts[index - 1] == "parameters" else part for index, part in enumerate(parts)
        )
        name = _top_name(place, roles)
        if "properties" in holder[key]:
            yield place, name
        yield from _below(place, holder[key], name)
    for name, schema in patching.document["components"].get("schemas", {}).items():
        yield from _below(("components", "schemas", name), schema, name)


def _top_name(place: Place, roles: dict[tuple[str, str], str]) -> str:
    """The name of a body or a reply, by what the operation is for."""
    if place[0] == "components":
        return pascal(str(place[2])) + ("Body" if place[1] == "requestBodies" else "")
    operation = roles.get((str(place[1]), str(place[2])), "")
    if "requestBody" in place:
        return {"create_batch": "CreateBatchRequest"}.get(operation, pascal(operation) + "Request")
    if "responses" in place and not str(place[4]).startswith("2"):
        return "ErrorReply"
    if "responses" in place:
        names = {"list_batches": "BatchList", "delete_batch": "DeletedBatch", "batch_results": "BatchResultLine"}
        return names.get(operation, "Batch")
    return pascal(str(place[-2]))


def _below(place: Place, schema: Schema, name: str) -> Iterator[tuple[Place, str]]:
    for path, child in children(schema):
        parts = path.split("/")
        below: Place = (*place, parts[0], *(int(p) if parts[0].endswith("Of") else p for p in parts[1:]))
        inner = name + pascal(parts[1]) if parts[0] == "properties" else _one(name)
        if parts[0] in {"anyOf", "oneOf", "allOf", "additionalProperties"}:
            inner = name
        restricts = parts[0] in {"allOf", "not", "if", "then", "else", "dependentSchemas"} or (
            parts[0] in {"anyOf", "oneOf"} and "properties" in schema
        )
        if "properties" in child and not restricts:
            yield below, inner
        if not restricts or parts[0] == "allOf":
            yield from _below(below, child, inner)


def _one(name: str) -> str:
    """The name of an element of a list."""
    if name == "CreateBatchRequestRequests":
        return "BatchRequest"
    return name.removesuffix("s") if name.endswith("s") and not name.endswith("ss") else f"{name}Item"


def json_schema(patching: Patching, name: str) -> Place:
    """Where the schema of an operation's success stands. Raises SpecError where it has no JSON."""
    place = (*patching.operation(name), "responses")
    success = next((status for status in patching.at(place) if status.startswith("2")), None)
    if success is None:
        raise SpecError(f"{' '.join(patching.operations[name])} declares no success")
    content = (*patching.followed((*place, success)), "content")
    if "application/json" not in patching.at(content[:-1]).get("content", {}):
        return content
    return (*content, "application/json", "schema")


def named(patching: Patching, place: Place) -> str | None:
    """The component that the schema at a place refers to, null beside it or not."""
    schema = patching.at(place)
    options = [
        branch for branch in [*schema.get("anyOf", []), *schema.get("oneOf", [])] if branch.get("type") != "null"
    ]
    return name_of(schema) or (name_of(options[0]) if len(options) == 1 else None)
