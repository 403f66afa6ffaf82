"""Fills a Shape from a document, and patches into the document what it is silent about."""

from typing import Any

from scripts.spec_compiler.errors import SpecError
from scripts.spec_compiler.walking import ref, resolve

from .patches import INFERRED, LINES, SCHEMAS, Patching, Place, json_schema, move, named
from .shape import (
    COUNTS,
    CURSORS,
    NEXT,
    ROLES,
    SIZES,
    STATUSES,
    Option,
    Shape,
    argument,
    first,
    folded,
    identifier,
    plain,
    sample,
    types,
)

KINDS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "array": "list[Any]"}
WORDS = ["validating", "in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled"]


def shape_of(patching: Patching, name: str, title: str, *, inferred: bool) -> Shape:
    """The vendor's shape. Raises SpecError, which names what a batch client cannot do without."""
    shape = Shape(name, title, inferred, patching.operations, patching.document)
    _requests(patching, shape)
    _batch(patching, shape)
    _listing(patching, shape)
    _results(patching, shape)
    _refusals(patching, shape)
    shape.document = patching.document
    _options(shape)
    return shape


def _where(shape: Shape, operation: str) -> str:
    path, method = shape.operations[operation]
    return f"{method.upper()} {path}"


def _schema_name(patching: Patching, place: Place, wanted: str) -> str:
    """The name of the schema at a place, given to it where it has none."""
    return named(patching, place) or move(patching, place, wanted, shared=False)


def _only_a_list(patching: Patching, place: Place, where: str) -> None:
    """What may be a list or null, as many servers' documents have it, is a list here. Raises SpecError for others."""
    node = patching.at(place)
    if node.get("type") == "array":
        return
    kinds = [{**node, "type": kind} for kind in node["type"]] if isinstance(node.get("type"), list) else []
    kinds += [resolve(patching.document, part) for part in node.get("anyOf", node.get("oneOf", []))]
    lists = [kind for kind in kinds if kind.get("type") == "array"]
    if len(lists) != 1 or any(kind.get("type") not in {"array", "null"} for kind in kinds):
        raise SpecError(
            f"{where} may be something else than a list; make it one in a copy of the document, and give that"
        )
    patching.add(place, "A batch of nothing is none.", INFERRED, remove=True)
    patching.add(place[:-1], "A list of requests, never null.", INFERRED, update={str(place[-1]): lists[0]})


def _requests(patching: Patching, shape: Shape) -> None:
    where = _where(shape, "create_batch")
    operation = patching.at(patching.operation("create_batch"))
    if "requestBody" not in operation:
        raise SpecError(f"{where} takes no body; is it the create of a batch?")
    body = (*patching.followed((*patching.operation("create_batch"), "requestBody")), "content", "application/json")
    if body[-1] not in patching.at(body[:-1]):
        raise SpecError(f"{where} does not take JSON")
    shape.create_body = _schema_name(patching, (*body, "schema"), "CreateBatchRequest")
    schema = patching.schema(shape.create_body)
    members = schema.get("properties", {})
    arrays = [name for name in members if "array" in types(patching.document, members[name])]
    holding = [name for name in arrays if _item_body(patching, shape, name)]
    if len(holding) != 1:
        names = ", ".join(members) or "none"
        raise SpecError(
            f"{where} takes no list of requests, each with a custom_id and a body (its members: {names}); vendors whose"
            " requests are uploaded as a file first have no dialect here yet: leave --from out and write it by hand"
        )
    shape.requests = identifier(holding[0], where)
    place: Place = ("components", "schemas", shape.create_body)
    if shape.requests not in schema.get("required", []):
        update = {"required": [shape.requests]}
        patching.add(place, "A batch of nothing is none; here requests always travel inline.", INFERRED, update=update)
    array = patching.followed((*place, "properties", shape.requests))
    _only_a_list(patching, array, f"{where}: {shape.requests}")
    shape.item = _schema_name(patching, (*array, "items"), "BatchRequest")
    shape.body = _item_body(patching, shape, shape.requests) or ""
    item: Place = ("components", "schemas", shape.item)
    missing = [name for name in ("custom_id", shape.body) if name not in patching.at(item).get("required", [])]
    if missing:
        patching.add(
            item, "Results are told apart by it, or are the answer to it.", INFERRED, update={"required": missing}
        )
    inside: Place = (*item, "properties")
    if patching.at((*inside, "custom_id")).get("type") != "string":
        patching.add((*inside, "custom_id"), "Not null here: results are told apart by it.", INFERRED, remove=True)
        own = {"custom_id": {"type": "string", "minLength": 1}}
        patching.add(inside, "Results are told apart by it.", INFERRED, update=own)
    shape.item_body = _schema_name(patching, (*item, "properties", shape.body), "RequestBody")
    inner = patching.schema(shape.item_body)
    if "model" not in inner.get("properties", {}):
        model = {"properties": {"model": {"type": "string", "minLength": 1}}, "required": ["model"]}
        patching.add(("components", "schemas", shape.item_body), "A request names its model.", INFERRED, update=model)


def _item_body(patching: Patching, shape: Shape, array: str) -> str | None:
    """The body of the elements of an array, if they have one and a custom_id."""
    schema = plain(patching.document, patching.schema(shape.create_body)["properties"][array])
    members = resolve(patching.document, schema.get("items", {})).get("properties", {})
    body = first(("body", "params", "request"), members)
    return identifier(body, array) if body and "custom_id" in members else None


def _batch(patching: Patching, shape: Shape) -> None:
    place = json_schema(patching, "get_batch")
    if not _has_schema(patching, place):
        where = _where(shape, "get_batch")
        raise SpecError(f"{where} does not say what a batch looks like: its reply has no schema")
    shape.batch = named(patching, place) or move(patching, place, "Batch")
    _created(patching, shape)
    members = patching.schema(shape.batch).get("properties", {})
    shape.members = {role: identifier(name, shape.batch) for role in ROLES if (name := first(ROLES[role], members))}
    for role in ("id", "status"):
        if role not in shape.members:
            raise SpecError(f"{_where(shape, 'get_batch')}: {shape.batch} has none of {', '.join(ROLES[role])}")
    required = [shape.members[role] for role in ("id", "status")]
    missing = [name for name in required if name not in patching.schema(shape.batch).get("required", [])]
    if missing:
        batch: Place = ("components", "schemas", shape.batch)
        patching.add(batch, "Without these a reply is no batch.", INFERRED, update={"required": missing})
    _counts(patching, shape)
    _statuses(patching, shape)


def _has_schema(patching: Patching, place: Place) -> bool:
    return place[-1] == "schema" and bool(patching.at(place[:-1]).get("schema"))


def _created(patching: Patching, shape: Shape) -> None:
    """A create answers a batch, too; where the document says nothing or shows none, as a get does."""
    place = json_schema(patching, "create_batch")
    if _has_schema(patching, place):
        name = named(patching, place) or move(patching, place, "Batch")
        shown = patching.schema(name).get("properties", {})
        if name == shape.batch or (first(ROLES["id"], shown) and first(ROLES["status"], shown)):
            return
        patching.add(place, "Replaced below.", INFERRED, remove=True)
    _answers_batch(patching, place, shape.batch)


def _counts(patching: Patching, shape: Shape) -> None:
    if "counts" in shape.members:
        place = ("components", "schemas", shape.batch, "properties", shape.members["counts"])
        shape.counting = named(patching, place) or ""
    inner = patching.schema(shape.counting or shape.batch).get("properties", {})
    counts = {role: identifier(name, "counts") for role in COUNTS if (name := first(COUNTS[role], inner))}
    shape.counts = counts if len(counts) == len(COUNTS) else {}


def _answers_batch(patching: Patching, place: Place, batch: str) -> None:
    content = place if place[-1] == "content" else place[:-2]
    if "content" not in patching.at(content[:-1]):
        patching.add(content[:-1], "A place for its reply.", INFERRED, update={"content": {}})
    update = {"application/json": {"schema": ref(batch)}}
    patching.add(content, "The document does not say what it answers; a batch, as get does.", INFERRED, update=update)


def _statuses(patching: Patching, shape: Shape) -> None:
    place: Place = ("components", "schemas", shape.batch, "properties", shape.members["status"])
    words = plain(patching.document, patching.at(place)).get("enum")
    if words and named(patching, place):
        shape.status_schema = named(patching, place) or ""
    elif words:
        shape.status_schema = move(patching, place, "BatchStatus", shared=False)
    else:
        shape.status_schema = (
            "BatchStatus" if "BatchStatus" not in patching.document["components"]["schemas"] else "BatchWord"
        )
        schema = {"type": "string", "enum": WORDS, "x-evidence": "inferred"}
        patching.add("$.components.schemas", "The words are not published; these are OpenAI's.", INFERRED,
                     update={shape.status_schema: schema})  # fmt: skip
        patching.add(place, "Replaced below.", INFERRED, remove=True)
        open_words = {"anyOf": [ref(shape.status_schema), {"type": "string"}]}
        patching.add(place[:-1], "Known words, and whatever else comes.", INFERRED, update={place[-1]: open_words})
    known = patching.schema(shape.status_schema)["enum"]
    shape.words = {word: STATUSES.get(folded(word), "UNKNOWN") for word in known if isinstance(word, str)}
    if not {"COMPLETED"} <= set(shape.words.values()):
        listed = ", ".join(map(str, known))
        raise SpecError(
            f"{shape.status_schema}: no word for a batch that is done is among {listed}; name the words in a copy"
        )


def _listing(patching: Patching, shape: Shape) -> None:
    if not shape.has("list_batches"):
        return
    place = json_schema(patching, "list_batches")
    if place[-1] != "schema" or not patching.at(place[:-1]).get("schema"):
        _drop(shape, "list_batches")
        return
    schema = plain(patching.document, patching.at(place))
    if schema.get("type") == "array":
        shape.listing = ""
        return
    shape.listing = named(patching, place) or move(patching, place, "BatchList")
    members = schema.get("properties", {})
    arrays = [name for name in members if plain(patching.document, members[name]).get("type") == "array"]
    if not arrays:
        _drop(shape, "list_batches")
        return
    shape.data = identifier(arrays[0], shape.listing)
    if shape.data not in schema.get("required", []):
        place = ("components", "schemas", shape.listing)
        patching.add(place, "Without it a page is none.", INFERRED, update={"required": [shape.data]})
    shape.more, shape.following = first(("has_more",), members), first(NEXT, members)
    items = (*patching.followed(("components", "schemas", shape.listing, "properties", shape.data)), "items")
    if named(patching, items) != shape.batch:
        patching.add(items, "Replaced below.", INFERRED, remove=True)
        why = "Rows are batches; what a row leaves out is absent, which the client reads as unknown."
        patching.add(items[:-1], why, INFERRED, update={"items": ref(shape.batch)})


def _drop(shape: Shape, operation: str) -> None:
    """An operation that the document has but does not describe is left out of the manifest."""
    del shape.operations[operation]


def _results(patching: Patching, shape: Shape) -> None:
    path, _ = shape.operations["batch_results"]
    shape.by_file = not path.startswith(shape.operations["get_batch"][0])
    if shape.by_file and "output" not in shape.members:
        raise SpecError(f"{shape.batch} names no file of results (none of {', '.join(ROLES['output'])})")
    if not shape.by_file:
        shape.members.pop("output", None), shape.members.pop("errors", None)
    place = (*patching.operation("batch_results"), "responses")
    success = next(status for status in patching.at(place) if status.startswith("2"))
    reply = patching.followed((*place, success))
    content = patching.at(reply).get("content", {})
    schemas = [plain(patching.document, value.get("schema", {})) for value in content.values()]
    line = next((schema for schema in schemas if "custom_id" in schema.get("properties", {})), None)
    if line is None and any("properties" in schema or schema.get("type") == "array" for schema in schemas):
        raise SpecError(
            f"{_where(shape, 'batch_results')} answers JSON whose members are not lines with a custom_id; a client for"
            " it has to be written: leave --from out and begin with the common shape"
        )
    if line is None:
        patching.infer("BatchResultLine")
        shape.line = "BatchResultLine"
    else:
        media = next(media for media, schema in zip(content, schemas, strict=True) if schema is line)
        shape.line = _schema_name(patching, (*reply, "content", media, "schema"), "BatchResultLine")
        _line(patching, shape)
    if content:
        patching.add((*reply, "content"), "Results are lines of JSON.", INFERRED, remove=True)
    lines = {LINES: {"schema": {"type": "string"}, "x-item-schema": ref(shape.line)}}
    patching.add(reply, "One result a line.", INFERRED, update={"content": lines})


def _line(patching: Patching, shape: Shape) -> None:
    """The published line, with whatever members of an OpenAI-like one it does not have."""
    place: Place = ("components", "schemas", shape.line)
    if "custom_id" not in patching.at(place).get("required", []):
        patching.add(place, "A result without its id is nobody's.", INFERRED, update={"required": ["custom_id"]})
    for member, schema in (("response", "BatchResultResponse"), ("error", "BatchResultError")):
        if member not in patching.at(place)["properties"]:
            patching.infer(schema)
            update = {"properties": {member: SCHEMAS["BatchResultLine"]["properties"][member]}}
            patching.add(place, f"A line may have {member}.", INFERRED, update=update)
        inner: Place = ("components", "schemas", _schema_name(patching, (*place, "properties", member), schema))
        has = patching.at(inner).get("properties", {})
        missing = {name: value for name, value in SCHEMAS[schema]["properties"].items() if name not in has}
        if member == "response" and "body" in has:
            patching.add((*inner, "properties", "body"), "Replaced below.", INFERRED, remove=True)
            missing["body"] = SCHEMAS[schema]["properties"]["body"]
        if missing:
            patching.infer("CompletionBody")
            why = "What OpenAI-like lines have beside; an answer is a chat completion."
            patching.add(inner, why, INFERRED, update={"properties": missing})


def _refusals(patching: Patching, shape: Shape) -> None:
    place = (*patching.operation("get_batch"), "responses")
    status = next(status for status in patching.at(place) if not status.startswith(("2", "3")))
    media = (*patching.followed((*place, status)), "content", "application/json")
    if not patching.at(media).get("schema"):
        patching.infer("ErrorReply")
        patching.add(media, "The shape of a refusal is not published.", INFERRED, update={"schema": ref("ErrorReply")})
    shape.error = _schema_name(patching, (*media, "schema"), "ErrorReply")
    members = patching.schema(shape.error).get("properties", {})
    within = ("components", "schemas", shape.error, "properties", "error")
    if "error" in members and "properties" in plain(patching.document, members["error"]):
        shape.inner_error = named(patching, within) or ""
        members = patching.schema(shape.inner_error)["properties"]
    text, code = first(("message", "detail", "error", "msg"), members), first(("code", "type"), members)
    shape.complaint = {
        role: identifier(name, shape.error) for role, name in (("message", text), ("code", code)) if name
    }


def _options(shape: Shape) -> None:
    """Every header, query parameter and body member that is neither the requests, the page nor the key."""
    found: dict[tuple[str, str], Option] = {}

    def note(where: str, wire: str, schema: Any, operation: str, *, required: bool) -> None:
        kinds = sorted(types(shape.document, schema) - {"null"})
        kind = "dict[str, Any]" if kinds == ["object"] else KINDS.get(kinds[0], "Any") if len(kinds) == 1 else "Any"
        name = identifier(wire, shape.create_body) if where == "body" else argument(wire)
        value = {"job": "nightly"} if name == "metadata" else sample(shape.document, plain(shape.document, schema))
        option = found.setdefault((where, wire), Option(name, where, wire, kind, value, required))
        option.operations.add(operation)

    for operation, (path, method) in shape.operations.items():
        item = shape.document["paths"][path]
        for entry in [*item.get("parameters", []), *item[method].get("parameters", [])]:
            parameter = resolve(shape.document, entry)
            if parameter["in"] not in {"header", "query"}:
                continue
            if operation == "list_batches" and parameter["in"] == "query":
                shape.cursor = shape.cursor or first(CURSORS, {parameter["name"]: None})
                if parameter["name"] in SIZES:
                    shape.size = parameter["name"]
                    shape.largest = plain(shape.document, parameter.get("schema", {})).get("maximum")
            else:
                note(parameter["in"], parameter["name"], parameter.get("schema", {}), operation,
                     required=bool(parameter.get("required")))  # fmt: skip
    body = shape.schema(shape.create_body)
    for name, schema in body["properties"].items():
        if resolve(shape.document, schema).get("type") != "array":
            note("body", name, schema, "create_batch", required=name in body.get("required", []))
    shape.options = list(found.values())
