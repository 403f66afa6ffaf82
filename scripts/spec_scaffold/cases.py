"""The first cases of a new vendor: what a stranger who has read the document would write down, without the client."""

import json
from typing import Any

from scripts.spec_compiler.walking import resolve

from .shape import Shape, plain, sample, types
from .writing import ends

Case = dict[str, Any]
UNIX, ISO = 1_767_225_600, "2026-01-01T00:00:00Z"
DAY_LATER = UNIX + 86_400, "2026-01-02T00:00:00Z"
BATCH = "batch_1"
OPTION_VALUES = {"str": "text", "int": 7, "float": 0.5, "bool": True, "list[Any]": ["a"], "dict[str, Any]": {"a": "b"}}


def cases_text(shape: Shape) -> str:
    """The file of cases, with what the tests have to be told beside them."""
    source = f"specs/{shape.name}/openapi.yaml. ASK: name the pages, replace what is made up here by their examples"
    cases = [_create(shape), _get(shape), *_list(shape), *_cancel(shape), _results(shape), _refused(shape)]
    content = {"vendor": shape.name, "source": source, "facts": _facts(shape), "cases": cases}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _facts(shape: Shape) -> dict[str, Any]:
    options = {}
    for option in shape.options:
        found = option.sample
        if option.where != "body" and not isinstance(found, str):
            found = json.dumps(found)  # a boolean travels as `true`
        value = option.sample if option.sample not in (None, "", {}) else OPTION_VALUES.get(option.type, "text")
        options[option.name] = {"in": option.where, "name": option.wire, "value": value, "found": found or value}
    list_query: list[str] = []
    if shape.has("list_batches"):
        path, method = shape.operations["list_batches"]
        item = shape.document["paths"][path]
        given = [resolve(shape.document, p) for p in [*item.get("parameters", []), *item[method].get("parameters", [])]]
        list_query = [parameter["name"] for parameter in given if parameter["in"] == "query"]
    lacks = {"list": "list_batches", "cancel": "cancel_batch", "delete": "delete_batch"}
    code = plain(shape.document, shape.member(shape.inner_error or shape.error, shape.complaint["code"])) if (
        "code" in shape.complaint
    ) else {}  # fmt: skip
    return {
        "status": shape.members["status"],
        "ends": ends(shape),
        "words": {"STATUSES": [shape.status_schema]},
        "errors": _enum_name(shape) if "enum" in code else None,
        "options": options,
        "paging": list_query,
        "lacks": [word for word, operation in lacks.items() if not shape.has(operation)],
        "collisions": {},
    }


def _enum_name(shape: Shape) -> str | None:
    """The schema that names the words for errors, if it has a name."""
    member = shape.schema(shape.inner_error or shape.error)["properties"][shape.complaint["code"]]
    return member["$ref"].rpartition("/")[2] if "$ref" in member else None


def _url(shape: Shape, operation: str, value: str = BATCH) -> tuple[str, str]:
    path, method = shape.operations[operation]
    head, brace, rest = path.partition("{")
    return method.upper(), head + (value + rest.partition("}")[2] if brace else "")


def _sent(shape: Shape, operation: str, value: str = BATCH, **more: Any) -> dict[str, Any]:
    """The request, with the key where the document wants it."""
    schemes = shape.document["components"]["securitySchemes"]
    scheme = next(iter(schemes.values()))
    key = {"authorization": "Bearer KEY"} if scheme["type"] == "http" else {scheme["name"].lower(): "KEY"}
    headers = {
        o.wire.lower(): o.sample
        for o in shape.options
        if o.required and o.where == "header" and operation in o.operations
    }
    method, url = _url(shape, operation, value)
    content = {"content-type": "application/json"} if "json" in more else {}
    return {"method": method, "url": url, "headers": {**key, **headers, **content}, **more}


def _time(shape: Shape, member: str, time: tuple[int, str]) -> int | str:
    return (
        time[0]
        if types(shape.document, shape.schema(shape.batch)["properties"][member]) & {"integer", "number"}
        else time[1]
    )


def batch(shape: Shape, word: str, *, done: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """A batch of two as the vendor writes it, and as the client must understand it."""
    given: dict[str, Any] = sample(shape.document, shape.schema(shape.batch))
    status, ended = shape.words[word].lower(), word in ends(shape)
    given |= {shape.members["id"]: BATCH, shape.members["status"]: word}
    expected: dict[str, Any] = {"id": BATCH, "status": status}
    times = {"created": ("created_at", (UNIX, ISO)), "expires": ("expires_at", DAY_LATER)}
    times |= {"ended": ("ended_at", DAY_LATER)} if ended else {}
    for role, (ours, time) in times.items():
        if role in shape.members:
            given[shape.members[role]] = _time(shape, shape.members[role], time)
            expected[ours] = time[1]
    if "ended" in shape.members and not ended and shape.members["ended"] in given:
        given[shape.members["ended"]] = None
    if shape.counts:
        counts = dict(zip(shape.counts.values(), (2, done, 0), strict=True))
        if shape.counting:
            given[shape.members["counts"]] = {**(given.get(shape.members["counts"]) or {}), **counts}
        else:
            given |= counts
        expected["counts"] = {"total": 2, "processing": 2 - done, "succeeded": done, "errored": 0}
    for role in ("output", "errors"):
        if role in shape.members and shape.members[role] in given:
            given[shape.members[role]] = None
    if ended and "output" in shape.members:
        given[shape.members["output"]] = "file-1-out"
    return given, expected


def _word(shape: Shape, *wanted: str) -> str:
    return next(word for ours in wanted for word, known in shape.words.items() if known == ours)


def _running(shape: Shape) -> tuple[dict[str, Any], dict[str, Any]]:
    return batch(shape, _word(shape, "IN_PROGRESS", "VALIDATING", "COMPLETED"), done=1)


def _item(shape: Shape, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A request in our form and in the vendor's."""
    body = {**(sample(shape.document, shape.schema(shape.item_body)) or {}), "model": "m"}
    if "messages" in shape.schema(shape.item_body).get("properties", {}):
        body["messages"] = [{"role": "user", "content": "Why is the sky blue?"}]
    item = sample(shape.document, shape.schema(shape.item))
    beside = {key: value for key, value in item.items() if key not in {"custom_id", shape.body}}
    given = {"custom_id": name, "body": body, **({"item": beside} if beside else {})}
    return given, {**beside, "custom_id": name, shape.body: body}


def _create(shape: Shape) -> Case:
    (one, first), (two, second) = _item(shape, "row-1"), _item(shape, "row-2")
    given, expected = _running(shape)
    status = next(s for s in _responses(shape, "create_batch") if s.startswith("2"))
    required = {o.name: o.sample for o in shape.options if o.required and o.where == "body"}
    sent = _sent(shape, "create_batch", json={shape.requests: [first, second], **required})
    return {
        "id": "create-two", "why": "the document's create; options that are not set are not sent",
        "given": {"call": "create", "requests": [one, two], "replies": [{"status": int(status), "json": given}]},
        "expected": {"sent": [sent], "batch": expected},
    }  # fmt: skip


def _responses(shape: Shape, operation: str) -> dict[str, Any]:
    path, method = shape.operations[operation]
    found: dict[str, Any] = shape.document["paths"][path][method]["responses"]
    return found


def _get(shape: Shape) -> Case:
    given, expected = batch(shape, _word(shape, "COMPLETED"), done=2)
    return {
        "id": "get-one-that-is-done", "why": "the document's get",
        "given": {"call": "get", "batch_id": BATCH, "replies": [{"status": 200, "json": given}]},
        "expected": {"sent": [_sent(shape, "get_batch")], "batch": expected},
    }  # fmt: skip


def _list(shape: Shape) -> list[Case]:
    if shape.listing is None:
        return []
    given, expected = _running(shape)
    page: Any = [given]
    if shape.listing:
        page = {**sample(shape.document, shape.schema(shape.listing)), shape.data: [given]}
        page |= {shape.more: False} if shape.more else {}
        page |= {shape.following: None} if shape.following in page else {}
    sent = _sent(shape, "list_batches")
    sent["url"] += f"?{shape.size}=20" if shape.size else ""
    return [{
        "id": "list-one-page", "why": "the document's list",
        "given": {"call": "list", "limit": 20, "replies": [{"status": 200, "json": page}]},
        "expected": {"sent": [sent], "batches": [expected]},
    }]  # fmt: skip


def _cancel(shape: Shape) -> list[Case]:
    if not shape.has("cancel_batch"):
        return []
    given, expected = batch(shape, _word(shape, "CANCELLING", "CANCELLED", "IN_PROGRESS", "COMPLETED"), done=1)
    reply = next(status for status in _responses(shape, "cancel_batch") if status.startswith("2"))
    answered = shape.answers_batch("cancel_batch")
    replies = [{"status": int(reply), **({"json": given} if answered else {})}]
    sent = [_sent(shape, "cancel_batch")]
    if not answered:
        replies.append({"status": 200, "json": given})
        sent.append(_sent(shape, "get_batch"))
    if expected.get("counts") and expected["status"] == "cancelled":
        expected["counts"]["processing"] = 0
    return [{
        "id": "cancel", "why": "the document's cancel",
        "given": {"call": "cancel", "batch_id": BATCH, "replies": replies},
        "expected": {"sent": sent, "batch": expected},
    }]  # fmt: skip


def _results(shape: Shape) -> Case:
    given, _ = batch(shape, _word(shape, "COMPLETED"), done=2)
    usage = {"prompt_tokens": 9, "completion_tokens": 3}
    answer = {"role": "assistant", "content": "It scatters light."}
    body = {"choices": [{"index": 0, "message": answer, "finish_reason": "stop"}], "usage": usage}
    beside = sample(shape.document, shape.schema(shape.line))
    complaint = {"code": "rate_limit_exceeded", "message": "too many tokens"}
    lines = [
        {**beside, "custom_id": "row-1", "response": {"status_code": 200, "body": body}, "error": None},
        {**beside, "custom_id": "row-2", "response": {"status_code": 429, "body": {"error": complaint}}, "error": None},
    ]
    file = "file-1-out" if shape.by_file else BATCH
    return {
        "id": "results-one-of-each", "why": "an answer and an error, in the shape of OpenAI-like lines (inferred)",
        "given": {"call": "results", "batch_id": BATCH,
                  "replies": [{"status": 200, "json": given}, {"status": 200, "lines": lines}]},
        "expected": {
            "sent": [_sent(shape, "get_batch"), _sent(shape, "batch_results", file)],
            "results": [
                {"custom_id": "row-1", "outcome": "succeeded", "text": "It scatters light.", "finish": "stop",
                 "usage": {"input_tokens": 9, "output_tokens": 3}},
                {"custom_id": "row-2", "outcome": "errored", "error": {**complaint, "status": 429, "retryable": True}},
            ],
        },
    }  # fmt: skip


def _refused(shape: Shape) -> Case:
    reply, inner = shape.refusal()
    raises: dict[str, Any] = {"kind": "AuthError", "status": 401, "says": [f"{shape.name.upper()}_API_KEY"]}
    if "message" in shape.complaint:
        inner[shape.complaint["message"]] = "this key is not valid"
        raises["says"] += ["this key is not valid"]
    if "code" in shape.complaint:
        inner.setdefault(shape.complaint["code"], None)
        member = shape.member(shape.inner_error or shape.error, shape.complaint["code"])
        if inner[shape.complaint["code"]] is None and "null" not in types(shape.document, member):
            inner[shape.complaint["code"]] = sample(shape.document, member)
        if inner[shape.complaint["code"]] is not None:
            raises["code"] = str(inner[shape.complaint["code"]])
    return {
        "id": "a-wrong-key", "why": "HTTP 401",
        "given": {"call": "get", "batch_id": BATCH, "replies": [{"status": 401, "json": reply}]},
        "expected": {"sent": [_sent(shape, "get_batch")], "raises": raises},
    }  # fmt: skip
